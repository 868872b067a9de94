//! A caller goes from agent to agent: transferred, asked about first, handed over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use patchbay_tests::harness::{Agent, Phone, Running, customer};
use serde_json::{Value, json};

/// Where the example has them called.
const ANN: &str = "+15005550101";
const BRUNO: &str = "+15005550102";
const CHIYO: &str = "+15005550103";

/// A caller who talks with Ann.
struct Talk<'a> {
    center: &'a Running,
    ann: Agent,
    caller: Phone<'a>,
    at_ann: Phone<'a>,
    /// Ann's reservation.
    offer: Value,
    conference: Value,
}

impl<'a> Talk<'a> {
    async fn begin(center: &'a Running) -> Talk<'a> {
        let mut ann = Agent::connect(center, "Ann").await;
        let caller = Phone::waits(center, &customer("sms")).await;
        let offer = ann.offered().await;
        ann.accept(&offer).await;
        let at_ann = Phone::taken(center, ANN).await;
        ann.expect("reservation.accepted").await;
        at_ann.is_in_room_with(&caller).await;
        let conference = caller.is().await["conference"].clone();
        Talk { center, ann, caller, at_ann, offer, conference }
    }

    async fn transfers(&mut self, to: &str) -> Value {
        let asked = json!({ "action": "task.transfer", "task_sid": self.offer["task"]["sid"], "to": to });
        self.ann.act(asked).await["task"].clone()
    }

    /// Asks Bruno in while the caller hears music, until he has taken his phone. His reservation, and the phone.
    async fn consults(&mut self, bruno: &mut Agent) -> (Value, Phone<'a>) {
        let task = &self.offer["task"]["sid"];
        let asked = json!({ "action": "task.invite", "task_sid": task, "to": bruno.sid, "hold": true });
        let invitation = self.ann.act(asked).await["task"].clone();
        let offer = bruno.offered().await;
        assert_eq!(offer["task"]["sid"], invitation["sid"], "{offer}");
        bruno.accept(&offer).await;
        let at_bruno = Phone::taken(self.center, BRUNO).await;
        bruno.expect("reservation.accepted").await;
        at_bruno.is_in_room_with(&self.at_ann).await;
        self.ann.told("colleague", &[("state", json!("joined")), ("name", json!("Bruno"))]).await;
        at_bruno.is_heard_by(&self.at_ann, "What is it about?").await;
        assert!(!self.caller.has_heard("What is it about?").await);
        (offer, at_bruno)
    }

    /// Ann has no room for the next call until she has completed the one that she handed on.
    async fn writes_it_up(&mut self) {
        let held = self.ann.act(json!({ "action": "sync" })).await["reservations"].clone();
        assert_eq!(held[0]["reservation_status"], "wrapping", "{held}");
        let done = json!({ "action": "reservation.complete", "reservation_sid": held[0]["sid"] });
        let task = self.ann.act(done).await["task"].clone();
        assert_eq!(task["assignment_status"], "completed", "{task}");
    }

    /// The caller is where they were from the first agent on.
    async fn is_still_in_the_conference(&self) {
        let call = self.caller.is().await;
        assert_eq!((&call["seat"], &call["conference"]), (&json!("room"), &self.conference), "{call}");
    }
}

#[tokio::test]
async fn a_caller_who_is_sent_to_a_queue_stays_with_the_agent_until_the_next_one_answers() {
    let center = Running::start();
    let mut talk = Talk::begin(&center).await;
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let new = talk.transfers("Support").await;
    let offer = chiyo.offered().await;
    assert_eq!((&offer["task"]["sid"], &offer["task"]["queue_name"]), (&new["sid"], &json!("Support")));
    chiyo.accept(&offer).await;
    let at_chiyo = Phone::rings(&center, CHIYO).await;
    talk.at_ann.is_heard_by(&talk.caller, "Somebody is about to come").await;
    at_chiyo.answers().await;
    at_chiyo.hears("Press 1").await;
    at_chiyo.presses("1").await;
    chiyo.expect("reservation.accepted").await;
    talk.at_ann.ends().await;
    at_chiyo.is_in_room_with(&talk.caller).await;
    talk.is_still_in_the_conference().await;
    at_chiyo.is_heard_by(&talk.caller, "This is Chiyo").await;
    talk.caller.is_heard_by(&at_chiyo, "At last").await;

    talk.caller.hangs_up().await;
    at_chiyo.ends().await;
    chiyo.expect("reservation.wrapup").await;
    talk.writes_it_up().await;
}

#[tokio::test]
async fn a_caller_whose_next_agent_does_not_answer_stays_and_is_sent_on() {
    let center = Running::start();
    let mut talk = Talk::begin(&center).await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    let new = talk.transfers(&bruno.sid.clone()).await;
    let offer = bruno.offered().await;
    assert_eq!(offer["task"]["sid"], new["sid"]);
    bruno.accept(&offer).await;
    Phone::rings(&center, BRUNO).await.declines().await;
    let lapsed = bruno.expect("reservation.timeout").await;
    assert_eq!(lapsed["sid"], offer["sid"]);
    talk.is_still_in_the_conference().await;
    talk.caller.is_heard_by(&talk.at_ann, "Is he not there?").await;

    // Nobody is called for them when she goes, so they wait: not for him, who did not take it, but for whom it fits.
    talk.at_ann.hangs_up().await;
    talk.caller.sits("queue").await;
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let offer = chiyo.offered().await;
    assert_eq!(offer["task"]["sid"], new["sid"]);
    chiyo.accept(&offer).await;
    let at_chiyo = Phone::taken(&center, CHIYO).await;
    at_chiyo.is_in_room_with(&talk.caller).await;
    at_chiyo.is_heard_by(&talk.caller, "I am here").await;
    at_chiyo.hangs_up().await;
    chiyo.expect("reservation.wrapup").await;
    talk.caller.ends().await;
}

#[tokio::test]
async fn a_colleague_who_was_asked_first_takes_the_caller_over() {
    let center = Running::start();
    let mut talk = Talk::begin(&center).await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    let task = talk.offer["task"]["sid"].clone();
    let (offer, at_bruno) = talk.consults(&mut bruno).await;
    let handed = json!({ "action": "task.hand_over", "task_sid": task });
    let answer = talk.ann.act(handed).await;
    assert_eq!(answer["task"]["sid"], offer["task"]["sid"], "{answer}");
    talk.at_ann.ends().await;
    bruno.told("customer", &[("on_hold", json!(false))]).await;
    talk.is_still_in_the_conference().await;
    at_bruno.is_heard_by(&talk.caller, "She has told me all").await;
    talk.caller.is_heard_by(&at_bruno, "Very well").await;
    talk.writes_it_up().await;

    talk.caller.hangs_up().await;
    at_bruno.ends().await;
    bruno.expect("reservation.wrapup").await;
    let written_up = json!({ "action": "reservation.complete", "reservation_sid": offer["sid"] });
    assert_eq!(bruno.act(written_up).await["task"]["assignment_status"], "completed");
}

#[tokio::test]
async fn a_colleague_who_was_asked_leaves_and_the_caller_is_taken_back() {
    let center = Running::start();
    let mut talk = Talk::begin(&center).await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    let task = talk.offer["task"]["sid"].clone();
    let (offer, at_bruno) = talk.consults(&mut bruno).await;
    at_bruno.hangs_up().await;
    let wrapping = bruno.expect("reservation.wrapup").await;
    assert_eq!(wrapping["sid"], offer["sid"]);
    // The caller hears music until Ann takes them back.
    talk.at_ann.says("I am alone again").await;
    talk.is_still_in_the_conference().await;
    talk.ann.act(json!({ "action": "call.hold", "task_sid": task, "on": false })).await;
    talk.ann.told("customer", &[("on_hold", json!(false))]).await;
    talk.at_ann.is_heard_by(&talk.caller, "Thank you for waiting").await;
    assert!(!talk.caller.has_heard("alone again").await);

    // A colleague who is not asked any more is not called any more.
    let asked = json!({ "action": "task.invite", "task_sid": task, "to": "Support", "hold": true });
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let invitation = talk.ann.act(asked).await["task"].clone();
    let offer = chiyo.offered().await;
    chiyo.accept(&offer).await;
    let at_chiyo = Phone::rings(&center, CHIYO).await;
    talk.ann.act(json!({ "action": "task.withdraw", "task_sid": invitation["sid"] })).await;
    let canceled = chiyo.expect("reservation.canceled").await;
    assert_eq!(canceled["sid"], offer["sid"]);
    at_chiyo.stops_ringing().await;
    talk.is_still_in_the_conference().await;
    talk.caller.hangs_up().await;
    talk.at_ann.ends().await;
    talk.ann.expect("reservation.wrapup").await;
}
