//! Whoever does what in a call, in whatever order.

use super::desk::Desk;
use crate::ports::QueueName;
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::TaskStatus;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Something that happens, at any moment.
#[derive(Clone, Debug)]
enum Happens {
    CallerHangsUp,
    /// At one of the phones that the center has called.
    At(usize, Act),
    /// Of the reservation.
    Asked(&'static str),
    /// Of the call.
    CallAsked(&'static str, Value),
    /// The supervisor.
    Monitored(&'static str),
    /// Whoever was added first is put out.
    PutOut,
    Passes(i64),
    Delivered(QueueName),
    /// The same, and the handler's operation of this number fails, carried out or not: what failed comes again.
    Failed(QueueName, u32, bool),
    /// The provider tells something that it has told, once more.
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let asked = ["accept", "accept", "accept", "reject", "wrap", "complete"];
    let acts = [
        Act::Answer,
        Act::Answer,
        Act::Keys("1".into()),
        Act::Keys("1".into()),
        Act::Keys("2".into()),
        Act::HangUp,
        Act::Decline,
    ];
    let number = "+15005550077";
    let of_call = [
        ("call.hold", json!({ "on": true })),
        ("call.hold", json!({ "on": false })),
        ("call.mute", json!({ "on": true })),
        ("call.digits", json!({ "digits": "1#" })),
        ("call.record", json!({ "state": "on" })),
        ("call.record", json!({ "state": "paused" })),
        ("call.add", json!({ "to": number })),
        ("call.add", json!({ "to": number, "hold": true })),
        ("call.leave", json!({})),
        ("task.transfer", json!({ "to": number })),
    ];
    prop_oneof![
        1 => Just(CallerHangsUp),
        9 => (0_usize..3, prop::sample::select(acts.to_vec())).prop_map(|(which, act)| At(which, act)),
        3 => prop::sample::select(asked.to_vec()).prop_map(Asked),
        4 => prop::sample::select(of_call.to_vec()).prop_map(|(action, fields)| CallAsked(action, fields)),
        1 => prop::sample::select(vec!["listen", "whisper", "barge", "off"]).prop_map(Monitored),
        1 => Just(PutOut),
        1 => (1_i64..25).prop_map(Passes),
        8 => prop::sample::select(QueueName::ALL.to_vec()).prop_map(Delivered),
        3 => (prop::sample::select(QueueName::ALL.to_vec()), 0_u32..8, any::<bool>())
            .prop_map(|(queue, at, carried_out)| Failed(queue, at, carried_out)),
        1 => any::<usize>().prop_map(Again),
    ]
}

impl Desk {
    fn happens(&mut self, what: Happens) {
        // What cannot be done at the moment is not done, or refused.
        match what {
            Happens::At(which, act) => {
                if let Some(phone) = self.line.live().get(which) {
                    self.line.try_act(&self.room, phone, act);
                }
            }
            Happens::CallerHangsUp => {
                let call = self.call.clone();
                self.line.try_act(&self.room, &call, Act::HangUp);
            }
            Happens::Asked(action) => drop(self.asks(&format!("reservation.{action}"))),
            Happens::CallAsked(action, fields) => drop(self.call_asks(action, fields)),
            Happens::Monitored(mode) => {
                self.asks_as("Sue", Role::Supervisor, "call.monitor", json!({ "mode": mode }));
            }
            Happens::PutOut => {
                if let Some(party) = self.leg().parties.first() {
                    self.call_asks("call.remove", json!({ "participant": party.label }));
                }
            }
            Happens::Passes(s) => self.line.pass_s(&self.room, s),
            Happens::Delivered(queue) => self.deliver(queue),
            Happens::Failed(queue, at, carried_out) => {
                self.room.fail(at, carried_out);
                self.deliver(queue);
                self.room.fail(u32::MAX, false);
            }
            Happens::Again(which) => {
                let asked = self.line.asked[which % self.line.asked.len()].0.clone();
                self.line.post(&self.room, &asked);
            }
        }
    }

    /// What holds once everything has come where it was going.
    fn is_right(&self) {
        let leg = self.leg();
        let (caller, status, live) = (self.line.seat(&self.call), self.status(), self.line.live());
        if self.line.is_over(&self.call) {
            assert!(leg.ended_at.is_some() && leg.bridge.is_none() && leg.parties.is_empty(), "{leg:?}");
            assert_eq!(live, Vec::<String>::new(), "somebody is left in a call that is over");
            assert!(!matches!(status, TaskStatus::Pending | TaskStatus::Reserved), "{status:?}");
            return;
        }
        assert_eq!(leg.ended_at, None);
        // Everybody in it has a call, and nobody else has one.
        let mut known: Vec<String> = leg.parties.iter().filter_map(|party| party.call_sid.clone()).collect();
        let agent = leg.bridge.as_ref().filter(|bridge| !bridge.left);
        known.extend(agent.and_then(|bridge| bridge.call_sid.clone()));
        known.sort();
        let mut calls = live;
        calls.sort();
        assert_eq!(known, calls, "{leg:?}");
        assert!(leg.parties.iter().all(|party| party.joined), "{leg:?}");
        let Some(bridge) = &leg.bridge else {
            // They wait, alone.
            assert!(matches!(caller, Seat::Queue { .. }) && calls.is_empty(), "{status:?} {caller:?}");
            assert_ne!(status, TaskStatus::Assigned);
            return;
        };
        if bridge.since.is_none() && bridge.call_sid.is_none() {
            // Whoever was to call the agent died behind the note of it: the offer lapses by its own timer.
            assert!(matches!(caller, Seat::Queue { .. }) && status == TaskStatus::Reserved, "{status:?}");
            return;
        }
        assert!(matches!(caller, Seat::Room { .. }) && bridge.since.is_some(), "{caller:?} {leg:?}");
        assert_eq!(status == TaskStatus::Assigned, !bridge.left, "{status:?}");
        // Nobody is alone.
        assert!(!bridge.left || leg.has_company(), "{leg:?}");
        let seen = self.line.seen(&self.call);
        let customer = seen.members.iter().find(|member| member.call == self.call).unwrap();
        assert_eq!(customer.on_hold, leg.held);
        assert!(!leg.held || !bridge.left, "nobody can take them off hold");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_does_what_in_whatever_order_nobody_is_left_alone(
        talks in any::<bool>(),
        happened in prop::collection::vec(happens(), 1..24),
    ) {
        let mut desk = Desk::new();
        if talks {
            desk.talks();
        }
        for what in happened {
            desk.happens(what);
        }
        // Phones that ring stop, and what was told and done reaches everybody.
        for _ in 0..3 {
            desk.settle();
            desk.line.pass_s(&desk.room, 40);
        }
        desk.settle();
        desk.is_right();
    }
}
