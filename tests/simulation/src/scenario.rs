//! One history: tasks and agents come and go under faults, then all is calm, then what must hold is checked.

use crate::agents::{Agent, Told, Wish, carry_out, held};
use crate::executor::{Done, Executor, Job};
use crate::invariants;
use crate::push::SimPush;
use crate::queue::SimQueue;
use crate::table::SimTable;
use crate::world::{SimWorld, lock};
use patchbay_center::command::{NewTask, RoutingBody, body};
use patchbay_center::config::{ConfigDocuments, apply};
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse, Outgoing, Queue, QueueName, World};
use patchbay_center::{Center, Ports, router};
use patchbay_model::{TaskSid, WorkflowSid};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Handlers that run at the same time at the most.
const RUNNING_MAX: usize = 6;
/// Containers of the functions: each has its own copies of configuration and directory.
const CONTAINERS: usize = 3;
/// Moves of a history while there are faults.
const MOVES: std::ops::Range<usize> = 300..2_000;
/// How long the calm lasts that everything must come to rest in: longer than any timer but a task's own.
const CALM_S: i64 = 240;

/// What a history was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub tasks: usize,
    pub accepted: usize,
    pub completed: usize,
    pub crashes: usize,
}

struct NoHttp;

#[async_trait::async_trait]
impl Http for NoHttp {
    async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotSent("there is no network".into()))
    }
}

pub(crate) struct Scenario {
    pub world: Arc<SimWorld>,
    pub table: Arc<SimTable>,
    pub agents: Vec<Agent>,
    pub tasks: Vec<TaskSid>,
    pub told: Arc<Mutex<Told>>,
    queue: Arc<SimQueue>,
    push: Arc<SimPush>,
    centers: Vec<Arc<Center>>,
    executor: Executor,
    report: Report,
}

/// Lives through the history of a seed. Panics when an invariant does not hold.
pub fn run(seed: u64) -> Report {
    let mut scenario = Scenario::new(seed);
    let moves = scenario.world.dice(|rng| rng.usize(MOVES));
    for _ in 0..moves {
        scenario.step();
    }
    scenario.calm();
    invariants::at_rest(&scenario);
    let told = lock(&scenario.told);
    Report { accepted: told.accepted.len(), completed: told.completed.len(), ..scenario.report }
}

/// Two languages, two departments; how many may be held and asked at once, and how long a step lasts, vary.
fn workspace(world: &SimWorld) -> Value {
    let (capacity, asked, timeout) = world.dice(|rng| (rng.u32(1..=2), rng.u32(1..=2), rng.u32(15..60)));
    let worker = |name: &str, languages: &[&str], department: &str| {
        json!({
            "friendly_name": name,
            "attributes": {"languages": languages, "department": department},
            "channels": {"chat": {"capacity": capacity}},
        })
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
            "task_reservation_timeout": 25,
            "configuration": {"task_routing": {"filters": [{"expression": "1==1", "targets": [
                {"queue": "Sales", "expression": "worker.languages HAS task.language", "timeout": timeout},
                {"queue": "Everyone", "expression": "worker.languages HAS task.language"},
            ]}]}},
        }],
    })
}

impl Scenario {
    fn new(seed: u64) -> Scenario {
        let world = Arc::new(SimWorld::new(seed));
        let table = Arc::new(SimTable::new(world.clone()));
        let queue = Arc::new(SimQueue::new(world.clone()));
        let push = Arc::new(SimPush::new(world.clone()));
        let ports = Ports {
            table: table.clone(),
            queue: queue.clone(),
            push: push.clone(),
            http: Arc::new(NoHttp),
            world: world.clone(),
        };
        let centers: Vec<Arc<Center>> =
            (0..CONTAINERS).map(|_| Arc::new(Center::new(ports.clone(), Default::default()))).collect();
        let workspace = serde_json::from_value(workspace(&world)).unwrap_or_default();
        let documents = ConfigDocuments { workspace, ..ConfigDocuments::default() };
        // Whoever applies a configuration looks whether it worked.
        while !matches!(crate::agents::now(apply(&centers[0], &documents)), Some(Ok(_))) {}
        Scenario {
            agents: ["ann", "bob", "cem", "dia"].map(|name| Agent::new(name.to_owned())).into(),
            tasks: Vec::new(),
            told: Arc::default(),
            world,
            table,
            queue,
            push,
            centers,
            executor: Executor::default(),
            report: Report::default(),
        }
    }

    fn center(&self) -> Arc<Center> {
        self.centers[self.world.dice(|rng| rng.usize(0..CONTAINERS))].clone()
    }

    /// One move: mostly a handler goes on; now and then somebody acts, a batch is taken, time passes.
    fn step(&mut self) {
        match self.world.dice(|rng| rng.u32(0..100)) {
            0 => self.create_task(),
            1..10 => self.agent_thinks(),
            10..16 => self.take_batch(),
            16..20 => {
                let ms = self
                    .world
                    .dice(|rng| if rng.u32(0..5) == 0 { rng.i64(0..20_000) } else { rng.i64(0..300) });
                self.world.advance_ms(ms);
                if self.world.chance(|faults| faults.jump) {
                    self.world.advance_ms(3_600_000);
                }
            }
            _ => self.go_on(),
        }
    }

    fn go_on(&mut self) {
        if self.executor.len() == 0 {
            return self.take_batch();
        }
        let which = self.world.dice(|rng| rng.usize(0..self.executor.len()));
        if self.world.chance(|faults| faults.crash) {
            self.report.crashes += 1;
            // A batch comes back when its time is over; an agent's client hears nothing and asks again.
            self.executor.crash(which);
            return;
        }
        if self.world.chance(|faults| faults.zombie)
            && let Some(Job::Batch { queue, ids }) = self.executor.jobs().nth(which)
        {
            self.queue.reappear(*queue, ids);
        }
        match self.executor.poll(which) {
            Some((Job::Batch { queue, ids }, Done::Batch(failed))) => self.queue.finish(queue, &ids, &failed),
            Some((Job::Agent(who), Done::Agent { answered: true })) => self.agents[who].wish = None,
            _ => {}
        }
    }

    fn create_task(&mut self) {
        let task_sid = TaskSid::derive(&[&self.tasks.len().to_string()]);
        self.tasks.push(task_sid.clone());
        self.report.tasks += 1;
        let (french, priority) = self.world.dice(|rng| (rng.bool(), rng.u32(0..2)));
        let new = NewTask {
            task_sid,
            workflow_sid: WorkflowSid::derive(&["workflow", "Main"]),
            task_channel: "chat".into(),
            attributes: json!({"language": if french { "fr" } else { "en" }}),
            priority,
            timeout_s: 86_400,
            conversation_sid: None,
            routing_target: None,
            created_at: self.world.now(),
        };
        let message = Outgoing::after_s(body(&RoutingBody::CreateTask(Box::new(new))), 0);
        // The flow function is delivered again until it has sent it.
        while !matches!(
            crate::agents::now(self.queue.send(QueueName::Routing, vec![message.clone()])),
            Some(Ok(()))
        ) {}
    }

    fn take_batch(&mut self) {
        if self.executor.len() >= RUNNING_MAX {
            return;
        }
        let queue = QueueName::Routing;
        let records = self.queue.receive(queue);
        if records.is_empty() {
            return;
        }
        let ids = records.iter().map(|record| record.message_id.clone()).collect();
        let center = self.center();
        self.executor.start(Job::Batch { queue, ids }, async move {
            Done::Batch(router::handle(&center, records).await)
        });
    }

    fn agent_thinks(&mut self) {
        let who = self.world.dice(|rng| rng.usize(0..self.agents.len()));
        let held = held(&self.table, &self.agents[who].sid);
        self.agents[who].think(&self.world, &self.push, &held);
        self.ask(who);
    }

    /// Sends an agent's wish, unless it is being carried out.
    fn ask(&mut self, who: usize) {
        let asked = self.executor.jobs().any(|job| *job == Job::Agent(who));
        let Some(wish) = self.agents[who].wish.clone().filter(|_| !asked) else { return };
        let center = self.center();
        let handler = carry_out(center, self.agents[who].sid.clone(), wish, self.told.clone());
        self.executor.start(Job::Agent(who), handler);
    }

    /// No more faults: everything runs to its end, and the agents who are there accept what they are offered.
    /// Some stay away, or offline.
    fn calm(&mut self) {
        self.world.calm();
        let there: Vec<bool> = self.agents.iter().map(|_| self.world.dice(|rng| rng.u32(0..4) > 0)).collect();
        let end = self.world.now().plus_s(CALM_S);
        loop {
            while self.executor.len() > 0 {
                self.go_on();
                self.take_batch();
            }
            let acted = there.iter().enumerate().filter(|(who, there)| self.settle(*who, **there)).count();
            self.take_batch();
            if acted > 0 || self.executor.len() > 0 {
                continue;
            }
            match self.queue.next_due() {
                Some(due) if due > end => return,
                Some(due) => self.world.advance_ms(due.since_ms(self.world.now()).max(1)),
                None => return,
            }
        }
    }

    /// Lets an agent do what he does when all is calm; whether there was anything.
    fn settle(&mut self, who: usize, there: bool) -> bool {
        if there {
            let held = held(&self.table, &self.agents[who].sid);
            let available = invariants::worker(&self.table, &self.agents[who].sid).activity_available;
            self.agents[who].settle(&self.push, &held, available);
        }
        // A client that is gone asks nothing.
        let gone = self.agents[who].connection.is_none();
        if gone && !matches!(self.agents[who].wish, Some(Wish::Disconnect(_))) {
            self.agents[who].wish = None;
        }
        self.ask(who);
        self.agents[who].wish.is_some()
    }

    /// The most often that any message had to be received.
    pub fn most_received(&self) -> u32 {
        self.queue.most_received()
    }
}
