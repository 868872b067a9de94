//! A caller, the agent who has them, and a colleague who is asked in or has them next.

use super::desk::Desk;
use crate::ports::Consistency;
use crate::router;
use crate::store::{load_task, load_worker};
use crate::testing::{ANN, now};
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, ConversationState, ReservationSid, Task, TaskSid, TaskStatus, WorkerSid};
use serde_json::{Value, json};

pub(super) fn sue() -> WorkerSid {
    WorkerSid::derive(&["worker", "Sue"])
}

/// The agent talks with the caller, and Sue is there, too.
pub(super) struct Shared {
    pub desk: Desk,
    /// The agent's call, and the caller's.
    agent: String,
    call: String,
}

impl Shared {
    pub fn new() -> Shared {
        let mut desk = Desk::new();
        let (agent, call) = (desk.talks(), desk.call.clone());
        desk.room.push.open("sue");
        now(router::connect(&desk.room.center, &sue(), "sue")).unwrap();
        now(router::set_activity(&desk.room.center, &sue(), "Available")).unwrap();
        desk.settle();
        Shared { desk, agent, call }
    }

    pub fn ask(&mut self, worker: WorkerSid, frame: Value) -> Value {
        let answer = self.desk.frame_of(worker, Role::Agent, &frame);
        self.desk.settle();
        answer["payload"].clone()
    }

    /// The agent asks for something of their task.
    fn agent_asks(&mut self, action: &str, fields: Value) -> Value {
        let mut frame = fields;
        frame["action"] = action.into();
        frame["id"] = action.into();
        frame["task_sid"] = json!(self.desk.task().sid);
        self.ask(self.desk.room.worker(), frame)
    }

    fn sue_asks(&mut self, action: &str, reservation: &ReservationSid) -> Value {
        self.ask(sue(), json!({ "action": action, "id": action, "reservation_sid": reservation }))
    }

    pub fn task(&self, sid: &TaskSid) -> Task {
        now(load_task(&self.desk.room.ports.table, sid, Consistency::Strong)).unwrap().unwrap()
    }

    /// The reservation that Sue holds.
    fn sues(&self) -> ReservationSid {
        let worker =
            now(load_worker(&self.desk.room.ports.table, &sue(), Consistency::Strong)).unwrap().unwrap();
        worker.reservations.keys().next().unwrap().clone()
    }

    /// Sue accepts what she is offered, and her phone rings: its call.
    fn rings(&mut self) -> String {
        let reservation = self.sues();
        let ack = self.sue_asks("reservation.accept", &reservation);
        assert_eq!(ack["ringing"], json!(true), "{ack}");
        self.desk.line.ringing().expect("Sue's phone rings")
    }

    fn answers(&mut self, call: &str) {
        self.desk.act(call, Act::Answer);
        self.desk.line.press(&self.desk.room, call, "1");
        self.desk.settle();
    }

    /// Sue is asked in: the invitation's task, and her call, which rings.
    fn invited(&mut self, hold: bool) -> (TaskSid, String) {
        let ack = self.agent_asks("task.invite", json!({ "to": sue(), "hold": hold }));
        let task = TaskSid::parse(ack["task"]["sid"].as_str().unwrap_or_else(|| panic!("{ack}"))).unwrap();
        (task, self.rings())
    }

    fn workers(&self) -> (ConversationState, Vec<WorkerSid>) {
        let conversation = self.desk.room.conversation(&self.desk.room.contact(ChannelKind::Voice, ANN));
        (conversation.state, conversation.workers)
    }

    /// Whether those on the conversation are told so.
    fn is_told(&self, text: &str) -> bool {
        let lines = self.desk.room.messages(&self.desk.room.contact(ChannelKind::Voice, ANN));
        lines.iter().any(|line| line.content.plain_text() == text)
    }

    fn check_heard(&mut self, by: &str, from: &str, heard: bool) {
        let text = format!("{from} speaks to {by}");
        self.desk.act(from, Act::Say(text.clone()));
        let found = self.desk.line.heard(by).iter().any(|line| line.contains(&text));
        assert_eq!(found, heard, "{text}: {:?}", self.desk.line.heard(by));
    }
}

#[test]
fn a_caller_is_handed_over_after_the_agents_have_spoken() {
    let mut shared = Shared::new();
    let (task, sues) = shared.invited(true);
    assert!(shared.desk.leg().held);
    shared.answers(&sues);
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    shared.check_heard(&agent, &sues, true);
    shared.check_heard(&call, &sues, false);
    assert_eq!(shared.workers().1, [shared.desk.room.worker(), sue()]);
    let ack = shared.agent_asks("task.hand_over", json!({}));
    assert_eq!(ack["task"]["sid"], json!(task), "{ack}");
    let leg = shared.desk.leg();
    assert!(!leg.held && leg.parties.is_empty(), "{leg:?}");
    assert_eq!(leg.bridge.unwrap().worker_sid, sue());
    assert!(shared.desk.line.is_over(&agent) && !shared.desk.line.is_over(&sues));
    shared.check_heard(&call, &sues, true);
    shared.check_heard(&sues, &call, true);
    assert_eq!(shared.workers(), (ConversationState::WithAgent, vec![sue()]));
    // Who has handed it over writes it up.
    assert_eq!(shared.desk.status(), TaskStatus::Wrapping);
    shared.desk.asks("reservation.complete");
    assert_eq!(shared.desk.status(), TaskStatus::Completed);
    assert!(!shared.desk.line.is_over(&sues));
    // The flow goes on when the colleague is done.
    shared.desk.act(&sues, Act::HangUp);
    assert_eq!(shared.desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert_eq!(shared.task(&task).status, TaskStatus::Wrapping);
    shared.desk.is_apart();
}

#[test]
fn a_colleague_who_leaves_leaves_the_caller_with_the_agent() {
    let mut shared = Shared::new();
    let (task, sues) = shared.invited(true);
    shared.answers(&sues);
    shared.desk.act(&sues, Act::HangUp);
    assert_eq!(shared.task(&task).status, TaskStatus::Wrapping);
    assert_eq!(shared.workers().1, vec![shared.desk.room.worker()]);
    assert!(shared.is_told("Sue left"));
    // On hold until the agent takes them back.
    assert!(shared.desk.leg().held && shared.desk.leg().parties.is_empty());
    shared.agent_asks("call.hold", json!({ "on": false }));
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    shared.check_heard(&call, &agent, true);
    assert_eq!(shared.desk.status(), TaskStatus::Assigned);
}

#[test]
fn a_colleague_who_does_not_answer_is_named() {
    let mut shared = Shared::new();
    let (task, sues) = shared.invited(true);
    shared.desk.act(&sues, Act::Decline);
    assert_eq!(shared.task(&task).status, TaskStatus::Canceled);
    assert!(shared.is_told("Sue did not come"));
    assert!(shared.desk.leg().held && shared.desk.leg().parties.is_empty());
    assert_eq!(shared.agent_asks("task.hand_over", json!({}))["code"], json!("refused"));
}

#[test]
fn an_invitation_that_is_withdrawn_stops_ringing() {
    let mut shared = Shared::new();
    let (task, sues) = shared.invited(false);
    let me = shared.desk.room.worker();
    shared.ask(me, json!({ "action": "task.withdraw", "id": "w", "task_sid": task }));
    assert_eq!(shared.task(&task).status, TaskStatus::Canceled);
    assert!(shared.desk.line.is_over(&sues) && shared.desk.leg().parties.is_empty());
}

#[test]
fn three_talk_and_the_colleague_leaves_from_the_desk() {
    let mut shared = Shared::new();
    let (task, sues) = shared.invited(false);
    shared.answers(&sues);
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    for (by, from) in [(&call, &sues), (&agent, &sues), (&sues, &call), (&sues, &agent)] {
        shared.check_heard(by, from, true);
    }
    let reservation = shared.sues();
    shared.sue_asks("reservation.wrap", &reservation);
    assert!(shared.desk.line.is_over(&sues) && shared.desk.leg().parties.is_empty());
    assert_eq!(shared.task(&task).status, TaskStatus::Wrapping);
    shared.check_heard(&call, &agent, true);
    assert_eq!(shared.desk.status(), TaskStatus::Assigned);
}

#[test]
fn whoever_has_the_call_ends_it_for_the_colleague_too() {
    for by_phone in [true, false] {
        let mut shared = Shared::new();
        let (task, sues) = shared.invited(false);
        shared.answers(&sues);
        match by_phone {
            true => drop(shared.desk.act(&shared.agent.clone(), Act::HangUp)),
            false => drop(shared.desk.asks("reservation.wrap")),
        }
        shared.desk.settle();
        assert_eq!(shared.desk.line.heard(&shared.call).last().unwrap(), "Goodbye");
        assert!(shared.desk.line.is_over(&sues) && shared.desk.line.is_over(&shared.agent));
        assert_eq!(shared.task(&task).status, TaskStatus::Wrapping);
        assert_eq!(shared.workers().0, ConversationState::Closed);
        shared.desk.is_apart();
    }
}

/// The task goes to Sue: the new one.
fn transferred(shared: &mut Shared, to: &str) -> TaskSid {
    let ack = shared.agent_asks("task.transfer", json!({ "to": to }));
    TaskSid::parse(ack["task"]["sid"].as_str().unwrap_or_else(|| panic!("{ack}"))).unwrap()
}

#[test]
fn a_caller_stays_with_the_agent_until_the_next_one_answers() {
    let mut shared = Shared::new();
    let task = transferred(&mut shared, sue().as_str());
    let room = shared.desk.leg().conference;
    let sues = shared.rings();
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    shared.check_heard(&call, &agent, true);
    // Who is still on the phone has no room for the next call.
    assert_eq!(shared.desk.status(), TaskStatus::Wrapping);
    shared.answers(&sues);
    assert!(shared.desk.line.is_over(&agent));
    shared.desk.asks("reservation.complete");
    assert_eq!(shared.desk.status(), TaskStatus::Completed);
    shared.check_heard(&call, &sues, true);
    assert_eq!((shared.desk.leg().conference, shared.task(&task).status), (room, TaskStatus::Assigned));
    assert_eq!(shared.workers(), (ConversationState::WithAgent, vec![sue()]));
    shared.desk.act(&sues, Act::HangUp);
    assert_eq!(shared.desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert_eq!(shared.task(&task).status, TaskStatus::Wrapping);
}

#[test]
fn an_agent_who_has_done_with_a_caller_they_handed_on_is_not_on_the_phone_any_more() {
    let mut shared = Shared::new();
    let task = transferred(&mut shared, sue().as_str());
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    shared.desk.asks("reservation.complete");
    shared.desk.settle();
    assert!(shared.desk.line.is_over(&agent));
    assert!(matches!(shared.desk.line.seat(&call), Seat::Queue { .. }), "{:?}", shared.desk.line.seat(&call));
    assert_eq!(shared.desk.status(), TaskStatus::Completed);
    let sues = shared.rings();
    shared.answers(&sues);
    shared.check_heard(&call, &sues, true);
    assert_eq!(shared.task(&task).status, TaskStatus::Assigned);
}

#[test]
fn a_caller_whose_next_agent_does_not_answer_waits_when_the_first_has_gone() {
    let mut shared = Shared::new();
    let task = transferred(&mut shared, sue().as_str());
    let sues = shared.rings();
    shared.desk.act(&sues, Act::Decline);
    // Nobody waits for Sue.
    let waits = shared.task(&task);
    assert_eq!(waits.routing_target, None);
    assert!(waits.reservations.iter().all(|offer| offer.worker_sid != sue()), "{:?}", waits.reservations);
    let (agent, call) = (shared.agent.clone(), shared.call.clone());
    shared.check_heard(&call, &agent, true);
    shared.desk.act(&agent, Act::HangUp);
    assert!(matches!(shared.desk.line.seat(&call), Seat::Queue { .. }), "{:?}", shared.desk.line.seat(&call));
    assert_eq!(shared.workers(), (ConversationState::Waiting, vec![]));
    shared.desk.is_apart();
}
