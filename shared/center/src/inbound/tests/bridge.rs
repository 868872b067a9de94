//! A caller and the agent who wants them, and who hangs up first.

use crate::agent::{Session, answer};
use crate::ports::{Queue, QueueName};
use crate::router;
use crate::store::{load_leg, load_task};
use crate::testing::{ANN, Line, Room, now, phone_menu};
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, TaskStatus};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A caller who waits, and an agent who was offered their task.
struct Desk {
    room: Room,
    line: Line,
    call: String,
    offer: Value,
}

impl Desk {
    fn new() -> Desk {
        let mut room = Room::new(phone_menu());
        let line = Line::new(&mut room);
        room.push.open("desk");
        now(router::connect(&room.center, &room.worker(), "desk")).unwrap();
        now(router::set_activity(&room.center, &room.worker(), "Available")).unwrap();
        // The pool that it opened is known everywhere by then.
        room.world.advance_ms(10_000);
        let mut desk = Desk { room, line, call: String::new(), offer: Value::Null };
        desk.call = desk.line.dial(&desk.room, ANN);
        desk.line.press(&desk.room, &desk.call, "1");
        let frames = desk.settle();
        let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created");
        desk.offer = offer.unwrap_or_else(|| panic!("{frames:?}"))["payload"].clone();
        desk
    }

    /// Hands over what waits in one queue.
    fn deliver(&mut self, queue: QueueName) {
        match queue {
            QueueName::Inbound => {
                let records = self.room.take(queue);
                self.room.inbound(records);
            }
            QueueName::Outbound => {
                let records = self.room.take(queue);
                self.room.outbound(records);
                self.line.take_api(&self.room);
            }
            QueueName::Routing => {
                let (due, later): (Vec<_>, Vec<_>) =
                    self.room.ports.queue.take(queue).into_iter().partition(|message| message.delay_s == 0);
                now(self.room.ports.queue.send(queue, later)).unwrap();
                for message in due {
                    let record = self.room.record(message.body, None);
                    assert_eq!(now(router::handle(&self.room.center, vec![record])), Vec::<String>::new());
                }
            }
        }
    }

    /// Hands over what is in the queues, but for what is to come later, and the calls of the API. What the agent's socket
    /// was sent.
    fn settle(&mut self) -> Vec<Value> {
        for _ in 0..50 {
            QueueName::ALL.into_iter().for_each(|queue| self.deliver(queue));
            let sent = |queue| self.room.ports.queue.sent(queue);
            let waits = |queue| sent(queue).iter().any(|message| message.delay_s == 0);
            if !QueueName::ALL.into_iter().any(waits) {
                return self.room.frames("desk");
            }
        }
        panic!("it never comes to rest");
    }

    fn asks(&mut self, action: &str) -> Value {
        let session = Session {
            worker_sid: self.room.worker(),
            role: Role::Agent,
            expires_at: self.room.world_now().plus_s(60),
        };
        let frame = json!({ "action": action, "id": action, "reservation_sid": self.offer["sid"] });
        let answers = now(answer(&self.room.center, &session, "desk", &frame.to_string()));
        serde_json::from_slice(&answers[0]).unwrap()
    }

    /// The agent wants the call, and their phone rings: its call.
    fn rings(&mut self) -> String {
        let ack = self.asks("reservation.accept");
        assert_eq!((&ack["event_type"], &ack["payload"]["ringing"]), (&json!("ack"), &json!(true)), "{ack}");
        self.settle();
        self.line.ringing().expect("the agent's phone rings")
    }

    /// The agent has the caller on the line.
    fn talks(&mut self) -> String {
        let agent = self.rings();
        self.line.act(&self.room, &agent, Act::Answer);
        assert_eq!(self.line.heard(&agent), ["A caller is waiting for you. Press 1 to take the call."]);
        assert_eq!(self.status(), TaskStatus::Reserved);
        self.line.press(&self.room, &agent, "1");
        self.settle();
        assert_eq!(self.status(), TaskStatus::Assigned);
        agent
    }

    fn status(&self) -> TaskStatus {
        let sid = self.offer["task"]["sid"].as_str().unwrap().parse().unwrap();
        let table = &self.room.ports.table;
        now(load_task(table, &sid, crate::ports::Consistency::Strong)).unwrap().unwrap().status
    }

    fn act(&mut self, call: &str, act: Act) -> Vec<Value> {
        self.line.act(&self.room, call, act);
        self.settle()
    }

    /// At rest: nobody is called for the caller, and nobody talks with them.
    fn is_apart(&self) {
        let leg = now(load_leg(&self.room.ports.table, &self.call)).unwrap().unwrap();
        assert_eq!(leg.bridge, None);
        assert_eq!(self.line.ringing(), None);
    }
}

fn events(frames: &[Value]) -> Vec<&str> {
    frames.iter().filter_map(|frame| frame["event_type"].as_str()).collect()
}

#[test]
fn caller_and_agent_hear_one_another_once_the_agent_has_answered() {
    let mut desk = Desk::new();
    let agent = desk.talks();
    let call = desk.call.clone();
    desk.act(&call, Act::Say("hello".into()));
    desk.act(&agent, Act::Say("good morning".into()));
    assert!(desk.line.heard(&agent).last().unwrap().contains("hello"));
    assert!(desk.line.heard(&call).last().unwrap().contains("good morning"));
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    assert!(desk.room.conversation(&contact).workers.contains(&desk.room.worker()));
}

#[test]
fn a_caller_who_hangs_up_first_leaves_the_agent_to_write_it_up() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let frames = desk.act(&call, Act::HangUp);
    assert!(events(&frames).contains(&"reservation.wrapup"), "{:?}", events(&frames));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    assert!(desk.line.is_over(&agent));
    desk.is_apart();
}

#[test]
fn an_agent_who_hangs_up_first_leaves_the_caller_to_the_flow() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.act(&agent, Act::HangUp);
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert!(desk.line.is_over(&call));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    desk.is_apart();
}

#[test]
fn a_task_that_is_completed_ends_the_talk() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.asks("reservation.complete");
    desk.settle();
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert!(desk.line.is_over(&call) && desk.line.is_over(&agent));
    assert_eq!(desk.status(), TaskStatus::Completed);
    desk.is_apart();
}

#[test]
fn a_phone_that_nobody_answers_gives_the_task_to_the_next() {
    let not_answered: [fn(&mut Desk, &str); 3] = [
        |desk, agent| desk.line.act(&desk.room, agent, Act::Decline),
        |desk, _| desk.line.pass_s(&desk.room, 20),
        // A machine presses no key.
        |desk, agent| {
            desk.line.act(&desk.room, agent, Act::Answer);
            desk.line.pass_s(&desk.room, 8);
        },
    ];
    for not_answered in not_answered {
        let mut desk = Desk::new();
        let agent = desk.rings();
        not_answered(&mut desk, &agent);
        let frames = desk.settle();
        assert!(events(&frames).contains(&"reservation.timeout"), "{:?}", events(&frames));
        assert_eq!(desk.status(), TaskStatus::Pending);
        assert!(!desk.line.is_over(&desk.call));
        desk.is_apart();
    }
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_stops_the_ringing() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.rings(), desk.call.clone());
    let frames = desk.act(&call, Act::HangUp);
    assert!(events(&frames).contains(&"reservation.canceled"), "{:?}", events(&frames));
    assert!(desk.line.is_over(&agent));
    assert_eq!(desk.status(), TaskStatus::Canceled);
    desk.is_apart();
}

#[test]
fn who_answers_too_late_is_alone_with_nobody() {
    let mut desk = Desk::new();
    let agent = desk.rings();
    desk.asks("reservation.reject");
    desk.line.act(&desk.room, &agent, Act::Answer);
    desk.line.press(&desk.room, &agent, "1");
    desk.settle();
    assert!(desk.line.is_over(&agent) && !desk.line.is_over(&desk.call));
    desk.is_apart();
}

#[test]
fn an_acceptance_that_comes_again_rings_once() {
    let mut desk = Desk::new();
    desk.rings();
    desk.asks("reservation.accept");
    desk.settle();
    assert_eq!(desk.line.called(), 1);
}

#[test]
fn everything_that_is_told_may_be_told_again() {
    let mut desk = Desk::new();
    let agent = desk.talks();
    let before = desk.line.heard(&desk.call);
    for (asked, _) in std::mem::take(&mut desk.line.asked) {
        desk.line.post(&desk.room, &asked);
        desk.settle();
    }
    assert_eq!(desk.status(), TaskStatus::Assigned);
    assert_eq!(desk.line.heard(&desk.call), before);
    assert!(!desk.line.is_over(&agent) && !desk.line.is_over(&desk.call));
}

/// Something that happens, at any moment.
#[derive(Clone, Copy, Debug)]
enum Happens {
    CallerHangsUp,
    Answered,
    Pressed(char),
    AgentHangsUp,
    Asked(&'static str),
    Passes(i64),
    Delivered(QueueName),
    /// The provider tells something that it has told, once more.
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let asked = ["accept", "accept", "reject", "wrap", "complete"].map(|action| Just(Asked(action)).boxed());
    prop_oneof![
        1 => Just(CallerHangsUp),
        3 => Just(Answered),
        3 => Just(Pressed('1')),
        1 => Just(Pressed('2')),
        1 => Just(AgentHangsUp),
        3 => proptest::strategy::Union::new(asked),
        1 => (1_i64..25).prop_map(Passes),
        6 => prop::sample::select(QueueName::ALL.to_vec()).prop_map(Delivered),
        1 => any::<usize>().prop_map(Again),
    ]
}

impl Desk {
    fn happens(&mut self, what: Happens) {
        let agents = self.line.agents_call();
        // What cannot be done at the moment is not done.
        let mut at_agents = |act: Act| {
            if let Some(call) = &agents {
                self.line.try_act(&self.room, call, act);
            }
        };
        match what {
            Happens::Answered => at_agents(Act::Answer),
            Happens::Pressed(key) => at_agents(Act::Keys(key.into())),
            Happens::AgentHangsUp => at_agents(Act::HangUp),
            Happens::CallerHangsUp => {
                let call = self.call.clone();
                self.line.try_act(&self.room, &call, Act::HangUp);
            }
            Happens::Asked(action) => drop(self.asks(&format!("reservation.{action}"))),
            Happens::Passes(s) => self.line.pass_s(&self.room, s),
            Happens::Delivered(queue) => self.deliver(queue),
            Happens::Again(which) => {
                let asked = self.line.asked[which % self.line.asked.len()].0.clone();
                self.line.post(&self.room, &asked);
            }
        }
    }

    /// What holds once everything has come where it was going.
    fn is_right(&self) {
        let leg = now(load_leg(&self.room.ports.table, &self.call)).unwrap().unwrap();
        let (caller, status) = (self.line.seat(&self.call), self.status());
        let agent_is_there = self.line.agents_call().is_some();
        let connected = leg.bridge.is_some_and(|bridge| bridge.since.is_some());
        if self.line.is_over(&self.call) {
            assert!(leg.ended_at.is_some() && !connected && !agent_is_there, "{status:?}");
            assert!(!matches!(status, TaskStatus::Pending | TaskStatus::Reserved), "{status:?}");
            return;
        }
        // Nobody is alone: an accepted task has a caller and an agent in its conference, and no other has.
        let together = matches!(caller, Seat::Room { .. }) && agent_is_there;
        assert_eq!(status == TaskStatus::Assigned, together, "{status:?} {caller:?} {agent_is_there}");
        assert_eq!(connected, together);
        if !together {
            assert!(matches!(caller, Seat::Queue { .. }) && !agent_is_there, "{status:?} {caller:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_does_what_in_whatever_order_nobody_is_left_alone(
        happened in prop::collection::vec(happens(), 1..24),
    ) {
        let mut desk = Desk::new();
        for what in happened {
            desk.happens(what);
        }
        // Phones that ring stop, and what was told and done reaches everybody.
        for _ in 0..3 {
            desk.settle();
            desk.line.pass_s(&desk.room, 30);
        }
        desk.settle();
        desk.is_right();
    }
}
