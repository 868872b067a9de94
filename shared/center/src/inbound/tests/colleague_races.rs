//! Two agents and a caller, who do whatever they do in whatever order.

use super::colleague::{Shared, sue};
use crate::ports::{Consistency, QueueName};
use crate::store::load_worker;
use crate::testing::{ANN, now};
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, Conversation, ConversationState, TaskStatus, WorkerSid};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

/// Something that happens, at any moment.
#[derive(Clone, Debug)]
enum Happens {
    CallerHangsUp,
    /// At one of the agents' phones.
    At(usize, Act),
    /// Of what Sue holds, or of what the agent does.
    Asked {
        by_sue: bool,
        action: &'static str,
    },
    Invited {
        hold: bool,
    },
    Withdrawn,
    HandedOver {
        by_sue: bool,
    },
    /// Sent to the other, whether they answer or not.
    Transferred {
        by_sue: bool,
    },
    Passes(i64),
    Delivered(QueueName),
    /// The provider tells something that it has told, once more.
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let acts =
        [Act::Answer, Act::Answer, Act::Keys("1".into()), Act::Keys("1".into()), Act::HangUp, Act::Decline];
    let asked = ["accept", "accept", "accept", "reject", "wrap", "complete"];
    prop_oneof![
        1 => Just(CallerHangsUp),
        8 => (0_usize..3, prop::sample::select(acts.to_vec())).prop_map(|(which, act)| At(which, act)),
        4 => prop::sample::select(asked.to_vec()).prop_map(|action| Asked { by_sue: true, action }),
        1 => prop::sample::select(asked.to_vec()).prop_map(|action| Asked { by_sue: false, action }),
        4 => any::<bool>().prop_map(|hold| Invited { hold }),
        1 => Just(Withdrawn),
        3 => any::<bool>().prop_map(|by_sue| HandedOver { by_sue }),
        3 => any::<bool>().prop_map(|by_sue| Transferred { by_sue }),
        1 => (1_i64..25).prop_map(Passes),
        8 => prop::sample::select(QueueName::ALL.to_vec()).prop_map(Delivered),
        1 => any::<usize>().prop_map(Again),
    ]
}

impl Shared {
    /// What cannot be done at the moment is not done, or refused. Whether somebody has accepted a caller who was not there
    /// any more.
    fn happens(&mut self, at: usize, what: Happens) -> bool {
        let agent = self.desk.room.worker();
        let who = |by_sue: bool| if by_sue { sue() } else { agent.clone() };
        let own = self.own_task();
        match what {
            Happens::CallerHangsUp => {
                let call = self.desk.call.clone();
                self.desk.line.try_act(&self.desk.room, &call, Act::HangUp);
            }
            Happens::At(which, act) => {
                if let Some(phone) = self.desk.line.live().get(which) {
                    self.desk.line.try_act(&self.desk.room, phone, act);
                }
            }
            Happens::Asked { by_sue, action } => {
                let worker = who(by_sue);
                let table = &self.desk.room.ports.table;
                let held =
                    now(load_worker(table, &worker, Consistency::Strong)).unwrap().unwrap().reservations;
                if let Some(reservation) = held.keys().next() {
                    let action = format!("reservation.{action}");
                    let frame =
                        json!({ "action": action, "id": at.to_string(), "reservation_sid": reservation });
                    let ack = self.desk.frame_of(worker, Role::Agent, &frame);
                    let accepted = action == "reservation.accept" && ack["event_type"] == "ack";
                    return accepted && ack["payload"]["ringing"] != json!(true);
                }
            }
            Happens::Invited { hold } => {
                let frame = json!({
                    "action": "task.invite", "id": at.to_string(), "task_sid": own, "to": sue(), "hold": hold,
                });
                self.desk.frame_of(agent, Role::Agent, &frame);
            }
            Happens::Withdrawn => {
                let invited = self.desk.room.conversation(&self.contact()).invited;
                if let Some(invited) = invited.first() {
                    let frame = json!({
                        "action": "task.withdraw", "id": at.to_string(), "task_sid": invited.task_sid,
                    });
                    self.desk.frame_of(agent, Role::Agent, &frame);
                }
            }
            Happens::HandedOver { by_sue } => {
                let frame = json!({ "action": "task.hand_over", "id": at.to_string(), "task_sid": own });
                self.desk.frame_of(who(by_sue), Role::Agent, &frame);
            }
            Happens::Transferred { by_sue } => {
                let frame = json!({
                    "action": "task.transfer", "id": at.to_string(), "task_sid": own, "to": who(!by_sue),
                });
                self.desk.frame_of(who(by_sue), Role::Agent, &frame);
            }
            Happens::Passes(s) => self.desk.line.pass_s(&self.desk.room, s),
            Happens::Delivered(queue) => self.desk.deliver(queue),
            Happens::Again(which) => {
                // News may come late; what to hear next is asked again only until it is answered.
                let news: Vec<_> =
                    self.desk.line.asked.iter().filter(|(asked, _)| asked.url.contains("?on=")).collect();
                let asked = news[which % news.len()].0.clone();
                self.desk.line.post(&self.desk.room, &asked);
            }
        }
        false
    }

    fn contact(&self) -> patchbay_model::ContactSid {
        self.desk.room.contact(ChannelKind::Voice, ANN)
    }

    /// The conversation's own task, the first one when there is none any more.
    fn own_task(&self) -> patchbay_model::TaskSid {
        let conversation = self.desk.room.conversation(&self.contact());
        conversation.task_sid.unwrap_or_else(|| self.desk.task().sid)
    }

    /// What holds once everything has come where it was going. `too_late`: somebody has accepted a caller who was not there
    /// any more, and has a task like others then.
    fn is_right(&self, too_late: bool) {
        let (leg, conversation) = (self.desk.leg(), self.desk.room.conversation(&self.contact()));
        let live: BTreeSet<String> = self.desk.line.live().into_iter().collect();
        if self.desk.line.is_over(&self.desk.call) {
            assert!(leg.ended_at.is_some() && leg.bridge.is_none() && leg.parties.is_empty(), "{leg:?}");
            assert!(live.is_empty(), "somebody is left in a call that is over");
            assert_eq!(conversation.invited, []);
            let own =
                conversation.task_sid.as_ref().filter(|_| conversation.state != ConversationState::Closed);
            assert!(own.is_none() || too_late, "{conversation:?}");
            for task in conversation.tasks.iter().filter(|task| Some(*task) != own) {
                let status = self.task(task).status;
                let open =
                    [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned].contains(&status);
                assert!(!open, "{status:?}");
            }
            return;
        }
        // Who may still be on the phone has no room for the next call.
        for worker in leg.workers() {
            let holds = now(load_worker(&self.desk.room.ports.table, worker, Consistency::Strong)).unwrap();
            assert!(!holds.unwrap().reservations.is_empty(), "{worker} {leg:?}");
        }
        let seat = self.desk.line.seat(&self.desk.call);
        let Some(bridge) = &leg.bridge else {
            // They were sent to somebody who has not answered, and whoever sent them has gone: they wait, alone.
            assert!(matches!(seat, Seat::Queue { .. }) && live.is_empty(), "{seat:?} {leg:?}");
            self.waits(&conversation);
            return;
        };
        assert!(matches!(seat, Seat::Room { .. }), "{leg:?}");
        let known: BTreeSet<String> = leg
            .parties
            .iter()
            .filter_map(|party| party.call_sid.clone())
            .chain(bridge.call_sid.clone())
            .collect();
        assert_eq!(known, live, "{leg:?}");
        assert!(leg.parties.iter().all(|party| party.joined), "{leg:?}");
        let task = self.task(&bridge.task_sid);
        if task.transferred_to.is_some() {
            // Whoever sent them on is with them until the next one answers.
            assert_eq!(task.status, TaskStatus::Wrapping);
            self.waits(&conversation);
            return;
        }
        // Who is in the call is on the conversation, and whose call it is has it.
        assert_eq!(conversation.task_sid.as_ref(), Some(&bridge.task_sid), "{conversation:?} {leg:?}");
        assert_eq!(task.status, TaskStatus::Assigned);
        let on_it: BTreeSet<&WorkerSid> = conversation.workers.iter().collect();
        assert_eq!(on_it, leg.workers().collect(), "{conversation:?} {leg:?}");
    }

    /// The conversation waits for the next agent, and so does its task.
    fn waits(&self, conversation: &Conversation) {
        assert_eq!(conversation.state, ConversationState::Waiting, "{conversation:?}");
        assert_eq!((&conversation.workers, &conversation.invited), (&vec![], &vec![]));
        let task = self.task(conversation.task_sid.as_ref().unwrap());
        assert!(matches!(task.status, TaskStatus::Pending | TaskStatus::Reserved), "{task:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_asks_or_sends_whom_nobody_is_left_alone(happened in prop::collection::vec(happens(), 1..24)) {
        let mut shared = Shared::new();
        let mut too_late = false;
        for (at, what) in happened.into_iter().enumerate() {
            too_late |= shared.happens(at, what);
        }
        // Phones that ring stop, and what was told and done reaches everybody.
        for _ in 0..3 {
            shared.desk.settle();
            shared.desk.line.pass_s(&shared.desk.room, 40);
        }
        shared.desk.settle();
        shared.is_right(too_late);
    }
}
