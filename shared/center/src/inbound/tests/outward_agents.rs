//! Customers whom the center has called, for an agent or back: they go from agent to agent, wait on hold, talk with numbers
//! outside, and hang up in the middle of all that.

use super::colleague::sue;
use super::outward::{Desk, asked_to_be_called_back};
use crate::ports::{Consistency, QueueName};
use crate::router;
use crate::store::{Leg, load_leg, load_worker};
use crate::testing::{ANN, now};
use patchbay_channels::voice::network::Act;
use patchbay_model::{ChannelKind, ConversationState, ReservationSid, Task, TaskSid, TaskStatus, WorkerSid};
use serde_json::{Value, json};

const NUMBER: &str = "+15005550077";

/// A customer of ours who talks with the agent, while Sue is there, too.
pub(super) struct Ours {
    pub desk: Desk,
    /// The agent's call, and the customer's.
    agent: String,
    pub call: String,
    /// The task that the call began with.
    pub task: TaskSid,
    asked: u32,
}

/// Lets it happen to a customer whom the agent has called, and to one who had asked for it.
fn each(happens: impl Fn(&mut Ours)) {
    for called_back in [false, true] {
        happens(&mut Ours::new(called_back, &[]));
    }
}

impl Ours {
    pub fn new(called_back: bool, settings: &[(&str, &str)]) -> Ours {
        let (mut desk, task, agent) = if called_back {
            let (mut desk, _, offer) = asked_to_be_called_back(settings);
            let accepts =
                json!({ "action": "reservation.accept", "id": "a", "reservation_sid": offer["sid"] });
            desk.asks(accepts);
            desk.settle();
            let agent = desk.line.ringing().expect("the agent's phone rings");
            (desk, offer["task"]["sid"].clone(), agent)
        } else {
            let mut desk = Desk::new(settings);
            let (ack, agent) = desk.starts();
            (desk, ack["task"]["sid"].clone(), agent)
        };
        let call = desk.rings(&agent);
        desk.act(&call, Act::Answer);
        desk.room.push.open("sue");
        now(router::connect(&desk.room.center, &sue(), "sue")).unwrap();
        let mut ours = Ours { desk, agent, call, task: serde_json::from_value(task).unwrap(), asked: 0 };
        ours.sue_is_available();
        assert!(ours.talk(&ours.agent, &ours.call));
        ours
    }

    fn sue_is_available(&mut self) {
        now(router::set_activity(&self.desk.room.center, &sue(), "Available")).unwrap();
        self.desk.settle();
    }

    fn asks_as(&mut self, worker: WorkerSid, action: &str, mut fields: Value) -> Value {
        self.asked += 1;
        (fields["action"], fields["id"]) = (json!(action), json!(format!("ask-{}", self.asked)));
        let answer = self.desk.asks_as(worker, fields);
        self.desk.settle();
        answer
    }

    /// The agent asks for something of the call's task, and it is done: its task.
    fn does(&mut self, action: &str, mut fields: Value) -> TaskSid {
        fields["task_sid"] = json!(self.task);
        let ack = self.asks_as(self.desk.room.worker(), action, fields);
        assert_eq!(ack["event_type"], "ack", "{ack}");
        let task = ack["payload"].get("task").map(|task| &task["sid"]);
        task.map_or_else(|| self.task.clone(), |task| serde_json::from_value(task.clone()).unwrap())
    }

    fn transfers(&mut self) -> TaskSid {
        self.does("task.transfer", json!({ "to": sue() }))
    }

    fn invites(&mut self) -> TaskSid {
        self.does("task.invite", json!({ "to": sue(), "hold": true }))
    }

    /// Whoever is offered a task accepts it, and their phone rings: its call.
    fn accepted(&mut self, task: &TaskSid) -> String {
        let offer = self.stored(task).reservations.first().expect("somebody is offered it").clone();
        let accepts = json!({ "reservation_sid": offer.sid });
        let ack = self.asks_as(offer.worker_sid, "reservation.accept", accepts);
        assert_eq!(ack["payload"]["ringing"], true, "{ack}");
        self.desk.line.ringing().expect("their phone rings")
    }

    fn answers(&mut self, phone: &str) {
        self.desk.act(phone, Act::Answer);
        let question = "A caller is waiting for you. Press 1 to take the call.";
        assert_eq!(self.desk.line.heard(phone), [question]);
        self.desk.act(phone, Act::Keys("1".into()));
    }

    fn hangs_up(&mut self, phone: &str) {
        self.desk.act(phone, Act::HangUp);
    }

    fn customer_hangs_up(&mut self) {
        self.hangs_up(&self.call.clone());
    }

    fn agent_hangs_up(&mut self) {
        self.hangs_up(&self.agent.clone());
    }

    fn stored(&self, task: &TaskSid) -> Task {
        self.desk.task(&json!(task))
    }

    pub fn status(&self, task: &TaskSid) -> TaskStatus {
        self.stored(task).status
    }

    pub fn leg(&self) -> Leg {
        let name = self.stored(&self.task).attributes["call_sid"].clone();
        now(load_leg(&self.desk.room.ports.table, name.as_str().unwrap())).unwrap().unwrap()
    }

    /// The reservations that a worker holds.
    pub fn held_by(&self, worker: &WorkerSid) -> Vec<ReservationSid> {
        let worker = now(load_worker(&self.desk.room.ports.table, worker, Consistency::Strong));
        worker.unwrap().unwrap().reservations.into_keys().collect()
    }

    pub fn conversation(&self) -> (ConversationState, Vec<WorkerSid>) {
        let contact = self.desk.room.contact(ChannelKind::Voice, ANN);
        let conversation = self.desk.room.conversation(&contact);
        (conversation.state, conversation.workers)
    }

    fn hears(&self, by: &str, from: &str) -> bool {
        self.desk.line.seen(from).heard_by.contains(&by.to_owned())
    }

    fn talk(&self, one: &str, other: &str) -> bool {
        self.hears(one, other) && self.hears(other, one)
    }

    /// The customer hears music, and nobody hears them.
    fn is_on_hold(&self) {
        assert!(self.leg().held && !self.desk.line.is_over(&self.call), "{:?}", self.leg());
        assert_eq!(self.desk.line.seen(&self.call).heard_by, Vec::<String>::new());
    }

    /// The customer and one agent alone have the call, and the conversation is that agent's.
    fn is_with(&self, phone: &str, worker: &WorkerSid) {
        assert!(self.talk(phone, &self.call) && !self.leg().held, "{:?}", self.leg());
        assert_eq!(self.conversation(), (ConversationState::WithAgent, vec![worker.clone()]));
        assert_eq!(self.desk.line.open_calls().len(), 2);
    }

    /// Nobody is on the phone any more, and the last task is as it should be.
    fn is_over(&self, task: &TaskSid, status: TaskStatus) {
        self.desk.is_at_rest();
        let leg = self.leg();
        assert!(leg.ended_at.is_some() && leg.bridge.is_none() && leg.parties.is_empty(), "{leg:?}");
        assert_eq!((self.status(task), self.conversation().0), (status, ConversationState::Closed));
        let open = [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned];
        assert!(!open.contains(&self.status(&self.task)), "{:?}", self.status(&self.task));
    }
}

#[test]
fn a_customer_of_ours_stays_with_the_agent_until_the_next_one_answers() {
    each(|ours| {
        let task = ours.transfers();
        let sues = ours.accepted(&task);
        assert!(ours.talk(&ours.agent, &ours.call));
        ours.answers(&sues);
        assert!(ours.desk.line.is_over(&ours.agent));
        ours.is_with(&sues, &sue());
        ours.hangs_up(&sues);
        ours.is_over(&task, TaskStatus::Wrapping);
    });
}

#[test]
fn what_is_said_is_written_down_once_whoever_has_a_customer_of_ours() {
    for called_back in [false, true] {
        let mut ours = Ours::new(called_back, &[("transcription", "true")]);
        ours.desk.act(&ours.call.clone(), Act::Say("hello".into()));
        let task = ours.transfers();
        let sues = ours.accepted(&task);
        ours.answers(&sues);
        ours.desk.act(&sues, Act::Say("this is Sue".into()));
        assert_eq!(ours.desk.notes(), ["Agent: this is Sue", "Customer: hello"]);
    }
}

#[test]
fn a_customer_of_ours_hears_music_while_the_next_ones_phone_rings() {
    each(|ours| {
        let task = ours.transfers();
        let sues = ours.accepted(&task);
        ours.agent_hangs_up();
        ours.is_on_hold();
        ours.answers(&sues);
        ours.is_with(&sues, &sue());
        ours.customer_hangs_up();
        ours.is_over(&task, TaskStatus::Wrapping);
    });
}

#[test]
fn a_customer_of_ours_whom_nobody_takes_hears_music_until_somebody_does() {
    for agent_goes_first in [true, false] {
        each(|ours| {
            let task = ours.transfers();
            let sues = ours.accepted(&task);
            if agent_goes_first {
                ours.agent_hangs_up();
            }
            ours.desk.act(&sues, Act::Decline);
            assert_ne!(ours.status(&task), TaskStatus::Assigned);
            if !agent_goes_first {
                assert!(ours.talk(&ours.agent, &ours.call));
                ours.agent_hangs_up();
            }
            ours.is_on_hold();
            assert_eq!(ours.conversation(), (ConversationState::Waiting, vec![]));
            ours.desk.room.world.advance_ms(11_000);
            ours.sue_is_available();
            let phone = ours.accepted(&task);
            ours.is_on_hold();
            ours.answers(&phone);
            ours.is_with(&phone, &ours.stored(&task).reservations[0].worker_sid);
            ours.hangs_up(&phone);
            ours.is_over(&task, TaskStatus::Wrapping);
        });
    }
}

#[test]
fn a_customer_of_ours_who_hangs_up_while_they_are_sent_on_is_nobodys_any_more() {
    let check = |is_called: bool, agent_goes: bool, declines: bool| {
        each(|ours| {
            let task = ours.transfers();
            let sues = is_called.then(|| ours.accepted(&task));
            if agent_goes {
                ours.agent_hangs_up();
            }
            if let Some(sues) = sues.as_ref().filter(|_| declines) {
                ours.desk.act(sues, Act::Decline);
            }
            ours.customer_hangs_up();
            ours.is_over(&task, TaskStatus::Canceled);
            assert_eq!(ours.held_by(&sue()), []);
        });
    };
    check(false, false, false);
    check(false, true, false);
    check(true, false, false);
    check(true, true, false);
    check(true, true, true);
}

#[test]
fn a_customer_of_ours_whose_agent_goes_is_not_left_alone_whatever_fails() {
    for at in 0..16 {
        for carried_out in [false, true] {
            let mut ours = Ours::new(false, &[]);
            let Desk { room, line } = &mut ours.desk;
            line.act(room, &ours.agent, Act::HangUp);
            room.fail(at, carried_out);
            line.deliver(room, QueueName::Inbound);
            room.fail(u32::MAX, false);
            ours.desk.settle();
            ours.is_over(&ours.task, TaskStatus::Wrapping);
        }
    }
}

#[test]
fn a_customer_of_ours_is_handed_over_after_the_agents_have_spoken() {
    each(|ours| {
        let task = ours.invites();
        ours.is_on_hold();
        let early = json!({ "task_sid": ours.task });
        let refused = ours.asks_as(ours.desk.room.worker(), "task.hand_over", early);
        assert_eq!(refused["payload"]["code"], "refused", "{refused}");
        let sues = ours.accepted(&task);
        ours.answers(&sues);
        assert!(ours.talk(&sues, &ours.agent) && !ours.hears(&ours.call, &sues));
        assert_eq!(ours.does("task.hand_over", json!({})), task);
        assert!(ours.desk.line.is_over(&ours.agent));
        ours.is_with(&sues, &sue());
        ours.hangs_up(&sues);
        ours.is_over(&task, TaskStatus::Wrapping);
    });
}

#[test]
fn a_colleague_who_leaves_leaves_a_customer_of_ours_with_the_agent() {
    each(|ours| {
        let task = ours.invites();
        let sues = ours.accepted(&task);
        ours.answers(&sues);
        ours.hangs_up(&sues);
        assert_eq!(ours.status(&task), TaskStatus::Wrapping);
        ours.is_on_hold();
        ours.does("call.hold", json!({ "on": false }));
        ours.is_with(&ours.agent, &ours.desk.room.worker());
        ours.agent_hangs_up();
        ours.is_over(&task, TaskStatus::Wrapping);
    });
}

#[test]
fn a_customer_of_ours_who_hangs_up_while_colleagues_speak_ends_it_for_all() {
    let check = |answers: bool, is_handed_over: bool, status: TaskStatus| {
        each(|ours| {
            let task = ours.invites();
            let sues = ours.accepted(&task);
            if answers {
                ours.answers(&sues);
            }
            if is_handed_over {
                ours.does("task.hand_over", json!({}));
            }
            ours.customer_hangs_up();
            ours.is_over(&task, status);
        });
    };
    check(false, false, TaskStatus::Canceled);
    check(true, false, TaskStatus::Wrapping);
    check(true, true, TaskStatus::Wrapping);
}

#[test]
fn a_customer_of_ours_is_put_on_hold_muted_and_pressed_keys_for() {
    each(|ours| {
        ours.does("call.hold", json!({ "on": true }));
        ours.is_on_hold();
        ours.does("call.hold", json!({ "on": false }));
        ours.is_with(&ours.agent, &ours.desk.room.worker());
        ours.does("call.mute", json!({ "participant": "customer", "on": true }));
        assert!(ours.hears(&ours.call, &ours.agent) && !ours.hears(&ours.agent, &ours.call));
        ours.does("call.mute", json!({ "participant": "customer", "on": false }));
        ours.does("call.digits", json!({ "digits": "42#" }));
        assert!(ours.desk.line.heard(&ours.call).last().unwrap().contains("42#"));
        ours.does("call.hold", json!({ "on": true }));
        ours.customer_hangs_up();
        ours.is_over(&ours.task, TaskStatus::Wrapping);
    });
}

#[test]
fn a_customer_of_ours_talks_on_with_a_number_that_was_added() {
    for customer_goes_first in [true, false] {
        each(|ours| {
            ours.does("call.add", json!({ "to": NUMBER, "hold": true }));
            ours.is_on_hold();
            let outside = ours.desk.line.ringing().expect("the number rings");
            ours.desk.act(&outside, Act::Answer);
            assert!(ours.talk(&outside, &ours.agent) && !ours.hears(&outside, &ours.call));
            ours.does("call.leave", json!({}));
            assert!(ours.desk.line.is_over(&ours.agent) && ours.talk(&outside, &ours.call));
            assert_eq!(ours.status(&ours.task), TaskStatus::Wrapping);
            match customer_goes_first {
                true => ours.customer_hangs_up(),
                false => ours.hangs_up(&outside),
            }
            ours.is_over(&ours.task, TaskStatus::Wrapping);
        });
    }
}

#[test]
fn a_customer_of_ours_who_hangs_up_while_a_number_rings_ends_that_too() {
    for action in ["call.add", "task.transfer"] {
        each(|ours| {
            ours.does(action, json!({ "to": NUMBER }));
            assert!(ours.desk.line.ringing().is_some());
            ours.customer_hangs_up();
            ours.is_over(&ours.task, TaskStatus::Wrapping);
        });
    }
}

#[test]
fn a_customer_of_ours_who_is_handed_to_a_number_has_them_or_waits_for_another_agent() {
    each(|ours| {
        ours.does("task.transfer", json!({ "to": NUMBER }));
        ours.is_on_hold();
        let outside = ours.desk.line.ringing().expect("the number rings");
        ours.desk.act(&outside, Act::Answer);
        assert!(ours.desk.line.is_over(&ours.agent) && ours.talk(&outside, &ours.call));
        ours.hangs_up(&outside);
        ours.is_over(&ours.task, TaskStatus::Wrapping);
    });
    each(|ours| {
        ours.does("task.transfer", json!({ "to": NUMBER }));
        let outside = ours.desk.line.ringing().expect("the number rings");
        ours.desk.act(&outside, Act::Decline);
        ours.is_on_hold();
        let contact = ours.desk.room.contact(ChannelKind::Voice, ANN);
        let next = ours.desk.room.conversation(&contact).task_sid.unwrap();
        assert_ne!(next, ours.task);
        let phone = ours.accepted(&next);
        ours.answers(&phone);
        let worker = ours.stored(&next).reservations[0].worker_sid.clone();
        ours.is_with(&phone, &worker);
        ours.customer_hangs_up();
        ours.is_over(&next, TaskStatus::Wrapping);
    });
}
