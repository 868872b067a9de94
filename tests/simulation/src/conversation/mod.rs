//! Whole conversations: customers write through webhooks, a flow greets and asks a bot, agents answer at their
//! desktops, providers take or lose what is sent and tell what became of it.

mod chronicle;
mod copy;
mod customers;
mod desk;
mod invariants;
mod providers;
mod setup;
mod webhooks;

use crate::Report;
use crate::executor::now;
use crate::faults::Faults;
use crate::stage::{CALM_S, News, Play, Stage, come_to_rest, live, run_out};
use crate::world::{SimWorld, Tell};
use chronicle::Chronicle;
use customers::{Customer, Said};
use desk::Desk;
use patchbay_center::agent::{self, ConnectError, Session};
use patchbay_center::command::{RoutingBody, body};
use patchbay_center::ports::{Outgoing, Queue, QueueName, World};
use patchbay_center::token::{Claims, Role, SigningKeys, TOKEN_S};
use patchbay_center::{Center, webhook};
use patchbay_model::{Timestamp, WorkerSid};
use providers::Providers;
use setup::{ACCOUNT, AGENTS, Accounts, accounts, channels, documents};
use std::sync::Arc;
use webhooks::Webhooks;

/// Moves of a history while there are faults.
const MOVES: std::ops::Range<usize> = 1_000..6_000;
/// How long a pause is: classes and demands are looked at once more 40 s after they were new, and what failed comes
/// again after 30 s.
const PAUSE_S: i64 = 100;
/// What a desktop asks for the last time takes, when its token has expired: an answer that says so, another socket, and
/// the answer.
const LAST_ASKS_MAX: usize = 3;
/// Seconds from one sweep to the next (template.yaml, `SweepSchedule`).
const SWEEP_EVERY_S: u32 = 60;
/// Sweeps after which no task may be overlooked any more: each finds at least one an agent.
const SWEEPS_MAX: usize = 8;
const CUSTOMERS: std::ops::RangeInclusive<usize> = 2..=4;
/// Seconds that a quarter of the tokens are good for; the others are for a working day.
const SHORT_TOKENS_S: std::ops::Range<i64> = 30..600;
const SIGNING_KEY: &[u8] = b"an invented key of thirty-two by";

/// What somebody outside has a handler run for, by their place.
#[derive(Clone, Debug, PartialEq)]
enum Errand {
    Webhook(usize),
    Agent(usize),
    /// API Gateway tells that a socket has closed: once, if at all.
    Gone(usize, String),
}

enum Answer {
    /// The status of the webhook's answer.
    Webhook(u16),
    /// This socket is let in, or not.
    Opened(String, Option<Session>),
    /// The handler has ended; what it has to say came by the socket.
    Heard,
}

struct Scenario {
    stage: Stage<Errand, Answer>,
    accounts: Accounts,
    providers: Arc<Providers>,
    chronicle: Arc<Chronicle>,
    customers: Vec<Customer>,
    said: Vec<Said>,
    webhooks: Webhooks,
    desks: Vec<Desk>,
    /// Who stays when all is calm.
    there: Vec<bool>,
    /// Tasks that were left to the sweep.
    swept: usize,
}

/// Lives through the history of a seed. Panics when an invariant does not hold.
pub fn run(seed: u64, tell: Option<Tell>) -> Report {
    let mut scenario = Scenario::new(seed, tell);
    let moves = scenario.stage.world.dice(|rng| rng.usize(MOVES));
    live(&mut scenario, moves);
    scenario.sweep();
    scenario.last_sync();
    invariants::at_rest(&scenario)
}

impl Scenario {
    fn new(seed: u64, tell: Option<Tell>) -> Scenario {
        let world = Arc::new(SimWorld::new(seed, tell));
        let accounts = accounts();
        let providers = Arc::new(Providers::new(world.clone(), accounts.clone()));
        let chronicle = Arc::new(Chronicle::default());
        let equip = |ports| {
            let mut center = Center::new(ports, channels(&accounts));
            center.signing_keys = SigningKeys::new(SIGNING_KEY, None).unwrap_or_default();
            center
        };
        let watch: crate::table::Watch = {
            let chronicle = chronicle.clone();
            Box::new(move |key, before, after| chronicle.note(key, before, after))
        };
        let count = world.dice(|rng| rng.usize(CUSTOMERS));
        Scenario {
            customers: (0..count).map(|number| Customer::draw(&world, number)).collect(),
            there: AGENTS.iter().map(|_| world.dice(|rng| rng.u32(0..4) > 0)).collect(),
            stage: Stage::new(world.clone(), Some(watch), providers.clone(), &documents(&world), equip),
            desks: AGENTS.map(Desk::new).into(),
            accounts,
            providers,
            chronicle,
            said: Vec::new(),
            webhooks: Webhooks::default(),
            swept: 0,
        }
    }

    fn customer_speaks(&mut self, me: usize) {
        let customer = &mut self.customers[me];
        let Some((mut said, post)) = customer.speak(&self.stage.world, &self.accounts, me) else { return };
        self.providers.customer_wrote(post.body(), &customer.from);
        said.post = self.webhooks.add(post);
        self.said.push(said);
    }

    /// Posts one of the webhooks that are due; whether there was one.
    fn post(&mut self) -> bool {
        for receipt in self.providers.take_receipts() {
            self.webhooks.add(receipt);
        }
        let now = self.stage.world.now();
        let due = self.webhooks.due(now);
        let which = self.stage.world.dice(|rng| rng.usize(..));
        let Some(which) = due.get(which % due.len().max(1)).copied() else { return false };
        let kind = self.webhooks.post(which).kind;
        let request = self.webhooks.begin(which, self.accounts[&kind].as_ref(), now);
        let center = self.stage.center();
        self.stage.start(Errand::Webhook(which), async move {
            Answer::Webhook(webhook::handle(&center, kind, ACCOUNT, request).await.status)
        });
        true
    }

    fn agent_acts(&mut self) {
        let world = self.stage.world.clone();
        let who = world.dice(|rng| rng.usize(0..self.desks.len()));
        self.listen(who);
        let desk = &mut self.desks[who];
        if desk.connection.is_some() && world.dice(|rng| rng.u32(0..40)) == 0 {
            return self.hang_up(who);
        }
        if desk.asked.is_none() && desk.session.is_some() {
            desk.think(&world);
            // Whoever is being left has something to add.
            if desk.is_finishing() && world.dice(|rng| rng.bool()) {
                (0..self.customers.len()).for_each(|who| self.customer_speaks(who));
            }
        }
        if self.stage.runs(&Errand::Agent(who)) {
            // Somebody clicks twice.
            if self.desks[who].session.is_none() || !world.chance(|faults| faults.again) {
                return;
            }
            self.desks[who].double();
        }
        self.ask(who);
    }

    /// Has a desk read what has come. With a token that has expired it opens another socket, and asks there what it
    /// had asked.
    fn listen(&mut self, who: usize) {
        if self.desks[who].listen(&self.stage.world, &self.stage.push) {
            self.hang_up(who);
            self.desks[who].open(&self.stage.push);
        }
    }

    fn hang_up(&mut self, who: usize) {
        let Some(connection) = self.desks[who].close(&self.stage.push) else { return };
        if self.stage.world.dice(|rng| rng.bool()) {
            let (center, worker) = (self.stage.center(), self.desks[who].sid.clone());
            self.stage.start(Errand::Gone(who, connection.clone()), async move {
                // Nobody repeats it: a push finds out.
                let _ = agent::disconnect(&center, &worker, &connection).await;
                Answer::Heard
            });
        }
    }

    /// Sends what a desk has to ask, or opens its socket.
    fn ask(&mut self, who: usize) {
        let (center, desk) = (self.stage.center(), &mut self.desks[who]);
        let Some((connection, session)) = desk.connection.clone().map(|open| (open, desk.session.clone()))
        else {
            desk.open(&self.stage.push);
            return self.ask(who);
        };
        match (session, desk.asked.as_ref().map(ToString::to_string)) {
            (None, _) => {
                let sid = desk.sid.clone();
                let good_s = self.stage.world.dice(|rng| match rng.u32(0..4) {
                    0 => rng.i64(SHORT_TOKENS_S),
                    _ => TOKEN_S,
                });
                self.stage.start(Errand::Agent(who), async move {
                    let session = open(&center, sid, good_s, &connection).await;
                    Answer::Opened(connection, session)
                });
            }
            (Some(session), Some(request)) => {
                self.stage.world.tell(|| format!("{connection} asks {request}"));
                self.stage.start(Errand::Agent(who), async move {
                    // What could not be answered is asked again.
                    let _ = agent::frame(&center, &session, &connection, &request).await;
                    Answer::Heard
                });
            }
            (Some(_), None) => {}
        }
    }

    /// Has a desk ask again what was not answered; whether there was anything.
    fn wait_with(&mut self, who: usize) -> bool {
        if self.stage.runs(&Errand::Agent(who)) {
            return true;
        }
        self.listen(who);
        let desk = &self.desks[who];
        let asks = desk.connection.is_some() && (desk.session.is_none() || desk.asked.is_some());
        if asks {
            self.ask(who);
        }
        asks
    }

    fn settle_agent(&mut self, who: usize) -> bool {
        if self.stage.runs(&Errand::Agent(who)) {
            return true;
        }
        self.listen(who);
        let desk = &mut self.desks[who];
        if !self.there[who] {
            let leaves = desk.connection.is_some();
            self.hang_up(who);
            return leaves;
        }
        if desk.session.is_some() && desk.asked.is_none() {
            let worker = crate::invariants::worker(&self.stage.table, &desk.sid);
            desk.settle(worker.activity_available);
            if desk.asked.is_none() {
                return false;
            }
        }
        self.ask(who);
        true
    }

    /// Has the sweep find the tasks that wait for an agent who hung up before he was answered. In its own time it comes
    /// each minute: it would hide what nothing but a sweep finds.
    fn sweep(&mut self) {
        invariants::routing_before_sweep(self);
        for _ in 0..SWEEPS_MAX {
            let left = invariants::left_to_sweep(self);
            if left == 0 {
                return;
            }
            self.swept += left;
            // What is late for a minute or two is looked at.
            let sweep = Outgoing::after_s(body(&RoutingBody::Sweep), SWEEP_EVERY_S);
            assert!(matches!(now(self.stage.queue.send(QueueName::Routing, vec![sweep])), Some(Ok(()))));
            come_to_rest(self, CALM_S, Play::settle);
        }
    }

    /// Each desk that is there asks for what it missed, one last time: nothing has changed for so long that every read
    /// sees it.
    fn last_sync(&mut self) {
        self.stage.world.stir(Faults::default());
        for who in 0..self.desks.len() {
            if self.there[who] {
                self.desks[who].sync();
                for _ in 0..LAST_ASKS_MAX {
                    self.ask(who);
                    run_out(self);
                    self.listen(who);
                }
                let asked = &self.desks[who].asked;
                assert!(asked.is_none(), "a sync is not answered: {asked:?}");
            }
        }
    }
}

async fn open(center: &Center, worker: WorkerSid, good_s: i64, connection: &str) -> Option<Session> {
    let claims = Claims::new(worker, Role::Agent, center.now().plus_s(good_s));
    let token = center.signing_keys.sign(&claims).unwrap_or_default();
    match agent::connect(center, &token, connection).await {
        Ok(session) => Some(session),
        Err(ConnectError::Router(_)) => None,
        Err(error) => panic!("an agent is not let in: {error}"),
    }
}

impl Play for Scenario {
    type Errand = Errand;
    type Answer = Answer;

    const ACTS: u32 = 20;

    fn stage(&mut self) -> &mut Stage<Errand, Answer> {
        &mut self.stage
    }

    fn act(&mut self) {
        match self.stage.world.dice(|rng| rng.u32(0..20)) {
            0 => {
                let who = self.stage.world.dice(|rng| rng.usize(0..self.customers.len()));
                self.customer_speaks(who);
            }
            1..6 => drop(self.post()),
            _ => self.agent_acts(),
        }
    }

    fn hear(&mut self, news: News<Errand, Answer>) {
        match news {
            News::Answered(Errand::Webhook(which), Answer::Webhook(status)) => {
                self.webhooks.end(which, Some(status), &self.stage.world);
            }
            News::Lost(Errand::Webhook(which)) => self.webhooks.end(which, None, &self.stage.world),
            News::Answered(Errand::Agent(who), Answer::Opened(connection, session)) => {
                let desk = &mut self.desks[who];
                match session.filter(|_| desk.connection == Some(connection)) {
                    Some(session) => desk.session = Some(session),
                    // The handshake failed, or the socket has been given up.
                    None => drop(desk.close(&self.stage.push)),
                }
            }
            News::Lost(Errand::Agent(who)) if self.desks[who].session.is_none() => {
                self.desks[who].close(&self.stage.push);
            }
            _ => {}
        }
    }

    fn settle(&mut self) -> bool {
        let posted = self.post();
        (0..self.desks.len()).filter(|who| self.settle_agent(*who)).count() > 0 || posted
    }

    fn pause_s(&self) -> i64 {
        PAUSE_S
    }

    fn wait(&mut self) -> bool {
        let posted = self.post();
        (0..self.desks.len()).filter(|who| self.wait_with(*who)).count() > 0 || posted
    }

    fn check(&self) {
        invariants::routing_before_sweep(self);
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.webhooks.next_due()
    }
}
