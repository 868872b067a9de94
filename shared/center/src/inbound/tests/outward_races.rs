//! Two agents and a customer whom the center has called, who do whatever they do in whatever order.

use super::colleague::sue;
use super::outward_agents::Ours;
use crate::ports::QueueName;
use crate::testing::ANN;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, ConversationState, TaskStatus};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

/// Something that happens, at any moment.
#[derive(Clone, Debug)]
enum Happens {
    CustomerHangsUp,
    /// At one of the agents' phones.
    At(usize, Act),
    /// Of the first thing that Sue holds, or the agent.
    Asked {
        by_sue: bool,
        action: &'static str,
    },
    Invited {
        hold: bool,
    },
    Transferred,
    HandedOver,
    Passes(i64),
    Delivered(QueueName),
    /// The provider tells something that it has told, once more.
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let acts =
        [Act::Answer, Act::Answer, Act::Keys("1".into()), Act::Keys("1".into()), Act::HangUp, Act::Decline];
    let asked = ["accept", "accept", "accept", "reject"];
    prop_oneof![
        1 => Just(CustomerHangsUp),
        8 => (0_usize..3, prop::sample::select(acts.to_vec())).prop_map(|(which, act)| At(which, act)),
        4 => prop::sample::select(asked.to_vec()).prop_map(|action| Asked { by_sue: true, action }),
        1 => Just(Asked { by_sue: false, action: "wrap" }),
        2 => any::<bool>().prop_map(|hold| Invited { hold }),
        3 => Just(Transferred),
        2 => Just(HandedOver),
        1 => (1_i64..25).prop_map(Passes),
        8 => prop::sample::select(QueueName::ALL.to_vec()).prop_map(Delivered),
        1 => any::<usize>().prop_map(Again),
    ]
}

impl Ours {
    /// What cannot be done at the moment is not done, or refused.
    fn happens(&mut self, at: usize, what: Happens) {
        let (agent, id) = (self.desk.room.worker(), at.to_string());
        let phones: Vec<String> =
            self.desk.line.open_calls().into_iter().filter(|call| *call != self.call).collect();
        let task = self.own_task();
        match what {
            Happens::CustomerHangsUp => self.desk.line.try_act(&self.desk.room, &self.call, Act::HangUp),
            Happens::At(which, act) => {
                if let Some(phone) = phones.get(which) {
                    self.desk.line.try_act(&self.desk.room, phone, act);
                }
            }
            Happens::Asked { by_sue, action } => {
                let worker = if by_sue { sue() } else { agent };
                if let Some(reservation) = self.held_by(&worker).first() {
                    let action = format!("reservation.{action}");
                    let frame = json!({ "action": action, "id": id, "reservation_sid": reservation });
                    self.desk.asks_as(worker, frame);
                }
            }
            Happens::Invited { hold } => {
                let frame =
                    json!({ "action": "task.invite", "id": id, "task_sid": task, "to": sue(), "hold": hold });
                self.desk.asks_as(agent, frame);
            }
            Happens::Transferred => {
                let frame = json!({ "action": "task.transfer", "id": id, "task_sid": task, "to": sue() });
                self.desk.asks_as(agent, frame);
            }
            Happens::HandedOver => {
                let frame = json!({ "action": "task.hand_over", "id": id, "task_sid": task });
                self.desk.asks_as(agent, frame);
            }
            Happens::Passes(s) => self.desk.line.pass_s(&self.desk.room, s),
            Happens::Delivered(queue) => self.desk.line.deliver(&mut self.desk.room, queue),
            Happens::Again(which) => {
                let asked = self.desk.line.asked[which % self.desk.line.asked.len()].0.clone();
                self.desk.line.post(&self.desk.room, &asked);
            }
        }
    }

    /// The conversation's task, the first one when there is none any more.
    fn own_task(&self) -> patchbay_model::TaskSid {
        let contact = self.desk.room.contact(ChannelKind::Voice, ANN);
        self.desk.room.conversation(&contact).task_sid.unwrap_or_else(|| self.task.clone())
    }

    /// What holds once everything has come where it was going.
    fn is_right(&self) {
        let (leg, open) = (self.leg(), self.desk.line.open_calls());
        let (state, _) = self.conversation();
        let status = self.status(&self.own_task());
        if self.desk.line.is_over(&self.call) {
            assert!(leg.ended_at.is_some() && leg.bridge.is_none() && leg.parties.is_empty(), "{leg:?}");
            assert_eq!(open, Vec::<String>::new(), "{leg:?}");
            // Who has accepted the task as they hung up has it as one without a call.
            let is_taken = (state, status) == (ConversationState::WithAgent, TaskStatus::Assigned);
            let waits = [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned].contains(&status);
            let is_over = state == ConversationState::Closed && !waits;
            assert!(is_taken || is_over, "{state:?} {status:?}");
            return;
        }
        assert!(leg.ended_at.is_none(), "the customer is on the line of a call that is over: {leg:?}");
        assert!(matches!(self.desk.line.seat(&self.call), Seat::Room { .. }), "{leg:?}");
        let Some(bridge) = &leg.bridge else {
            // They wait for whoever takes the task, and hear music.
            assert!(leg.held, "{leg:?}");
            assert_eq!(state, ConversationState::Waiting);
            assert!([TaskStatus::Pending, TaskStatus::Reserved].contains(&status), "{status:?}");
            return;
        };
        let agents =
            leg.parties.iter().filter_map(|party| party.call_sid.clone()).chain(bridge.call_sid.clone());
        let known: BTreeSet<String> = agents.chain([self.call.clone()]).collect();
        assert_eq!(known, open.into_iter().collect(), "{leg:?}");
        assert!(bridge.since.is_some() && leg.parties.iter().all(|party| party.joined), "{leg:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_has_a_customer_of_ours_nobody_is_left_alone(
        happened in prop::collection::vec(happens(), 1..24),
    ) {
        let mut ours = Ours::new(false, &[]);
        for (at, what) in happened.into_iter().enumerate() {
            ours.happens(at, what);
        }
        // Phones that ring stop, and what was told and done reaches everybody.
        for _ in 0..3 {
            ours.desk.settle();
            ours.desk.line.pass_s(&ours.desk.room, 40);
        }
        ours.desk.settle();
        ours.is_right();
    }
}
