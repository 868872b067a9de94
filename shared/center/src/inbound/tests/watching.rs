//! A supervisor who watches a call, and whose client was away.

use super::desk::Desk;
use crate::ports::{Consistency, Units};
use crate::router;
use crate::store::load_worker;
use crate::testing::now;
use crate::token::Role;
use patchbay_channels::voice::network::Act;
use patchbay_model::WorkerSid;
use patchbay_model::worker::Watched;
use serde_json::{Value, json};

impl Desk {
    pub fn monitors(&mut self, mode: &str) {
        let ack = self.asks_as("Sue", Role::Supervisor, "call.monitor", json!({ "mode": mode }));
        assert_eq!(ack["event_type"], "ack", "{ack}");
        self.settle();
    }

    /// She listens to the call of the agent: her own call.
    pub fn is_listened_to(&mut self) -> String {
        self.monitors("listen");
        let phone = self.line.ringing().expect("the supervisor's phone rings");
        self.line.act(&self.room, &phone, Act::Answer);
        self.line.press(&self.room, &phone, "1");
        self.settle();
        phone
    }

    /// The calls that she finds when she comes back, and what that costs.
    fn synced(&mut self) -> (Value, Units) {
        self.room.ports.table.take_spent();
        let ack = self.asks_as("Sue", Role::Supervisor, "sync", json!({}));
        (ack["payload"]["calls"].clone(), self.room.ports.table.take_spent())
    }
}

fn watched(desk: &Desk) -> Option<Watched> {
    let sid = WorkerSid::derive(&["worker", "Sue"]);
    now(load_worker(&desk.room.ports.table, &sid, Consistency::Strong)).unwrap().unwrap().watches
}

#[test]
fn a_supervisor_who_was_away_finds_the_call_that_they_watch() {
    let mut desk = Desk::new();
    desk.talks();
    let (calls, cost) = desk.synced();
    assert_eq!(calls, json!([]));
    desk.is_listened_to();

    let (calls, watching) = desk.synced();
    assert_eq!(calls[0]["call_sid"], json!(desk.call));
    assert_eq!(calls[0]["task_sid"], desk.offer["task"]["sid"]);
    let participants = calls[0]["participants"].as_array().unwrap();
    assert!(participants.iter().any(|one| one["mode"] == "listen" && one["state"] == "joined"));
    assert_eq!((watching.write_tenths, watching.read_tenths), (cost.write_tenths, cost.read_tenths + 10));

    // A page that is opened anew hears of it by `init`.
    desk.room.push.open("sue");
    let at = desk.room.world_now();
    let sue = WorkerSid::derive(&["worker", "Sue"]);
    now(crate::agent::welcome(&desk.room.center, &sue, "sue", (at, at.plus_s(60)))).unwrap();
    let frames = desk.room.frames("sue");
    assert_eq!((&frames[0]["event_type"], &frames[0]["payload"]["calls"]), (&json!("init"), &calls));

    // Who has gone is told nothing of it, and what was noted is forgotten at once.
    desk.monitors("off");
    assert!(watched(&desk).is_some());
    assert_eq!(desk.synced().0, json!([]));
    assert_eq!(watched(&desk), None);
    assert_eq!(desk.synced(), (json!([]), cost));
}

#[test]
fn a_call_that_has_ended_is_watched_no_more() {
    let mut desk = Desk::new();
    desk.talks();
    desk.is_listened_to();
    let call = desk.call.clone();
    desk.act(&call, Act::HangUp);
    assert_eq!(desk.synced().0, json!([]));
    assert_eq!(watched(&desk), None);
}

#[test]
fn who_comes_once_more_is_not_forgotten_for_having_gone_before() {
    let mut desk = Desk::new();
    desk.talks();
    desk.is_listened_to();
    let before = watched(&desk).unwrap();
    desk.monitors("off");
    desk.is_listened_to();
    assert_ne!(watched(&desk).unwrap(), before);
    let sue = WorkerSid::derive(&["worker", "Sue"]);
    // A look that had read the call while they were not in it.
    now(router::forget_watched(&desk.room.center, &sue, &before)).unwrap();
    assert_eq!(desk.synced().0[0]["call_sid"], json!(desk.call));
}
