//! Tasks and agents: tasks come, agents come and go, accept, decline and complete.

mod agents;

use crate::Report;
use crate::executor::now;
use crate::invariants::{self, Facts, worker};
use crate::stage::{News, Play, Stage, live};
use crate::world::{SimWorld, Tell, lock};
use agents::{Agent, Told, Wish, carry_out, held};
use patchbay_center::command::{NewTask, Record, RoutingBody, body};
use patchbay_center::config::ConfigDocuments;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse, Outgoing, Queue, QueueName, World};
use patchbay_center::{Center, router};
use patchbay_model::{Task, TaskSid, WorkerSid, WorkflowSid};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Moves of a history while there are faults.
const MOVES: std::ops::Range<usize> = 300..2_000;

/// Age after which nothing is new to anybody: longer than the center looks twice at what is.
const SETTLED_MS: i64 = 100_000;

struct NoHttp;

#[async_trait::async_trait]
impl Http for NoHttp {
    async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotSent("there is no network".into()))
    }
}

struct Scenario {
    /// Errands are agents', by their place in `agents`; the answer is whether there was one.
    stage: Stage<usize, bool>,
    agents: Vec<Agent>,
    tasks: Vec<TaskSid>,
    told: Arc<Mutex<Told>>,
    /// Who stays when all is calm.
    there: Vec<bool>,
    /// Whether every class and demand has been known to all for long.
    settled: bool,
}

/// Lives through the history of a seed. Panics when an invariant does not hold.
pub fn run(seed: u64, tell: Option<Tell>) -> Report {
    let mut scenario = Scenario::new(seed, tell);
    let moves = scenario.stage.world.dice(|rng| rng.usize(MOVES));
    live(&mut scenario, moves);
    scenario.check();
    let told = lock(&scenario.told);
    Report::from([
        ("tasks", scenario.tasks.len()),
        ("accepted", told.accepted.len()),
        ("completed", told.completed.len()),
        ("crashes", scenario.stage.crashes),
    ])
}

/// Two languages, two departments; how many may be held and asked at once, how long a step and an offer last, vary. In a
/// `settled` center there is one step without end.
fn workspace(world: &SimWorld, settled: bool) -> Value {
    let (capacity, asked, timeout) = world.dice(|rng| (rng.u32(1..=2), rng.u32(1..=2), rng.u32(15..60)));
    let offered_s = world.dice(|rng| if rng.bool() { 25 } else { 120 });
    let worker = |name: &str, languages: &[&str], department: &str| {
        json!({
            "friendly_name": name,
            "attributes": {"languages": languages, "department": department},
            "channels": {"chat": {"capacity": capacity}},
        })
    };
    let in_language = "worker.languages HAS task.language";
    let targets = match settled {
        true => json!([{"queue": "Sales", "expression": in_language}]),
        false => json!([
            {"queue": "Sales", "expression": in_language, "timeout": timeout},
            {"queue": "Everyone", "expression": in_language},
        ]),
    };
    json!({
        "workers": [
            worker("ann", &["fr"], "sales"),
            worker("bob", &["en", "fr"], "sales"),
            worker("cem", &["en"], "sales"),
            worker("dia", &["en", "fr"], "support"),
        ],
        "task_queues": [
            {"friendly_name": "Sales", "target_workers": "department == 'sales'", "max_reserved_workers": asked},
            {"friendly_name": "Everyone"},
        ],
        "workflows": [{
            "friendly_name": "Main",
            "task_reservation_timeout": offered_s,
            "configuration": {"task_routing": {"filters": [{"expression": "1==1", "targets": targets}]}},
        }],
    })
}

fn new_task(task_sid: TaskSid, language: &str, priority: u32, world: &SimWorld) -> NewTask {
    NewTask {
        task_sid,
        workflow_sid: WorkflowSid::derive(&["workflow", "Main"]),
        task_channel: "chat".into(),
        attributes: json!({"language": language}),
        priority,
        timeout_s: 86_400,
        conversation_sid: None,
        routing_target: None,
        invitation: None,
        created_at: world.now(),
    }
}

impl Scenario {
    fn new(seed: u64, tell: Option<Tell>) -> Scenario {
        let world = Arc::new(SimWorld::new(seed, tell));
        let settled = world.dice(|rng| rng.bool());
        let workspace = serde_json::from_value(workspace(&world, settled)).unwrap_or_default();
        let documents = ConfigDocuments { workspace, ..ConfigDocuments::default() };
        let equip = |ports| Center::new(ports, Default::default());
        let agents: Vec<Agent> = ["ann", "bob", "cem", "dia"].map(|name| Agent::new(name.to_owned())).into();
        let mut scenario = Scenario {
            there: agents.iter().map(|_| world.dice(|rng| rng.u32(0..4) > 0)).collect(),
            stage: Stage::new(world, None, Arc::new(NoHttp), &documents, equip),
            agents,
            tasks: Vec::new(),
            told: Arc::default(),
            settled,
        };
        if settled {
            scenario.settle_directory();
        }
        scenario
    }

    /// Has every class and demand known to all for long, so that nothing but the protocol itself brings a task
    /// and a worker together: no timer of a step, no second look at what is new.
    fn settle_directory(&mut self) {
        let faults = self.stage.world.calm();
        let center = self.stage.center();
        for agent in &self.agents {
            let there = router::connect(&center, &agent.sid, "early");
            assert!(matches!(now(there), Some(Ok(_))));
            assert!(matches!(now(router::set_activity(&center, &agent.sid, "Available")), Some(Ok(_))));
            assert!(matches!(now(router::disconnect(&center, &agent.sid, "early")), Some(Ok(()))));
        }
        for language in ["en", "fr"] {
            let new = new_task(TaskSid::derive(&["early", language]), language, 0, &self.stage.world);
            let cancel = RoutingBody::CancelTask { task_sid: new.task_sid.clone(), reason: "early".into() };
            for command in [RoutingBody::CreateTask(Box::new(new)), cancel] {
                let record = Record {
                    message_id: "early".into(),
                    group: None,
                    body: body(&command),
                    receive_count: 1,
                };
                assert_eq!(now(router::handle(&center, vec![record])), Some(Vec::new()));
            }
        }
        self.stage.world.advance_ms(SETTLED_MS);
        self.stage.world.stir(faults);
    }

    fn create_task(&mut self) {
        let task_sid = TaskSid::derive(&[&self.tasks.len().to_string()]);
        self.tasks.push(task_sid.clone());
        let (french, priority) = self.stage.world.dice(|rng| (rng.bool(), rng.u32(0..2)));
        let new = new_task(task_sid, if french { "fr" } else { "en" }, priority, &self.stage.world);
        let message = Outgoing::after_s(body(&RoutingBody::CreateTask(Box::new(new))), 0);
        // The flow function is delivered again until it has sent it.
        while !matches!(now(self.stage.queue.send(QueueName::Routing, vec![message.clone()])), Some(Ok(()))) {
        }
    }

    /// Sends an agent's wish, unless it is being carried out.
    fn ask(&mut self, who: usize) {
        let Some(wish) = self.agents[who].wish.clone().filter(|_| !self.stage.runs(&who)) else { return };
        let center = self.stage.center();
        let handler = carry_out(center, self.agents[who].sid.clone(), wish, self.told.clone());
        self.stage.start(who, handler);
    }

    /// Has an agent ask again what was not answered, and accept what he is offered; whether there was anything.
    fn wait_with(&mut self, who: usize) -> bool {
        let held = held(&self.stage.table, &self.agents[who].sid);
        self.agents[who].accept(&held);
        self.ask(who);
        self.agents[who].wish.is_some()
    }

    /// Lets an agent do what he does when all is calm; whether there was anything.
    fn settle_agent(&mut self, who: usize) -> bool {
        if self.there[who] {
            let held = held(&self.stage.table, &self.agents[who].sid);
            let available = worker(&self.stage.table, &self.agents[who].sid).activity_available;
            self.agents[who].settle(&self.stage.push, &held, available);
        }
        // A client that is gone asks nothing.
        let gone = self.agents[who].connection.is_none();
        if gone && !matches!(self.agents[who].wish, Some(Wish::Disconnect(_))) {
            self.agents[who].wish = None;
        }
        self.ask(who);
        self.agents[who].wish.is_some()
    }
}

impl Play for Scenario {
    type Errand = usize;
    type Answer = bool;

    const ACTS: u32 = 10;

    fn stage(&mut self) -> &mut Stage<usize, bool> {
        &mut self.stage
    }

    fn act(&mut self) {
        if self.stage.world.dice(|rng| rng.u32(0..10)) == 0 {
            return self.create_task();
        }
        let who = self.stage.world.dice(|rng| rng.usize(0..self.agents.len()));
        let held = held(&self.stage.table, &self.agents[who].sid);
        self.agents[who].think(&self.stage.world, &self.stage.push, &held);
        self.ask(who);
    }

    fn hear(&mut self, news: News<usize, bool>) {
        // Who hears nothing asks again.
        if let News::Answered(who, true) = news {
            self.agents[who].wish = None;
        }
    }

    fn settle(&mut self) -> bool {
        (0..self.agents.len()).filter(|who| self.settle_agent(*who)).count() > 0
    }

    fn pause_s(&self) -> i64 {
        if self.settled { 35 } else { SETTLED_MS / 1_000 }
    }

    fn wait(&mut self) -> bool {
        (0..self.agents.len()).filter(|who| self.wait_with(*who)).count() > 0
    }

    fn check(&self) {
        let workers = self.agents.iter().map(|agent| agent.sid.clone());
        let facts = Facts::collect(&self.stage.table, workers);
        let stored: Vec<&TaskSid> = facts.tasks.iter().map(|task| &task.sid).collect();
        for task in &self.tasks {
            assert!(stored.contains(&task), "task {task} was lost");
        }
        for (task, holders) in &lock(&self.told).accepted {
            assert_eq!(holders.len(), 1, "task {task} was accepted by {holders:?}");
        }
        let name = |sid: &WorkerSid| {
            self.agents.iter().find(|agent| agent.sid == *sid).map(|agent| agent.name.as_str())
        };
        let suits = |task: &Task, worker: &WorkerSid| {
            let name = name(worker).unwrap_or_default();
            let language = task.attributes["language"].as_str().unwrap_or_default();
            let everyone = task.step.is_some_and(|step| step.target == 1);
            let speaks = matches!((name, language), ("ann", "fr") | ("bob" | "dia", _) | ("cem", "en"));
            speaks && (everyone || name != "dia")
        };
        invariants::of_routing(&facts, self.stage.world.now(), suits);
        invariants::no_poison(&self.stage.queue);
    }
}
