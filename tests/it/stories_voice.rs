//! What callers live through, at the phones of the simulator.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hyper::Method;
use patchbay_tests::harness::{Agent, Running, customer, eventually};
use serde_json::{Value, json};

/// A call to the center's number.
pub struct Phone<'a> {
    center: &'a Running,
    pub call: String,
}

impl Phone<'_> {
    /// The phone of a call that goes on.
    pub fn at(center: &Running, call: String) -> Phone<'_> {
        Phone { center, call }
    }

    pub async fn dial<'a>(center: &'a Running, from: &str) -> Phone<'a> {
        let dialled =
            center.simulator(Method::POST, "/api/voice/calls", Some(&json!({ "from": from }))).await;
        Phone { center, call: dialled["call"].as_str().unwrap().to_owned() }
    }

    /// The phone of an agent whom the center calls for this customer.
    pub async fn ringing<'a>(center: &'a Running, customer: &str) -> Phone<'a> {
        let call = eventually("an agent's phone rings", || async {
            let calls = center.simulator(Method::GET, "/api/voice/calls", None).await;
            let calls = calls.as_array().unwrap();
            let waits = calls.iter().any(|call| call["from"] == customer && call["seat"] == "queue");
            let rings = |call: &&Value| call["direction"] == "outbound-api" && call["status"] == "ringing";
            calls.iter().find(rings).filter(|_| waits).map(|call| call["sid"].as_str().unwrap().to_owned())
        })
        .await;
        Phone { center, call }
    }

    pub async fn sits(&self, seat: &str) {
        eventually(seat, || async { (self.is().await["seat"] == seat).then_some(()) }).await;
    }

    pub async fn does(&self, act: &str, with: Value) {
        let mut body = with;
        body["call"] = json!(self.call);
        self.center.simulator(Method::POST, &format!("/api/voice/phone/{act}"), Some(&body)).await;
    }

    pub async fn is(&self) -> Value {
        self.center.simulator(Method::GET, &format!("/api/voice/calls/{}", self.call), None).await
    }

    pub async fn hears(&self, words: &str) {
        eventually(words, || async {
            let heard = self.is().await["heard"].to_string();
            heard.contains(words).then_some(())
        })
        .await;
    }

    pub async fn ends(&self) {
        eventually("the call is over", || async { (self.is().await["status"] == "completed").then_some(()) })
            .await;
    }
}

#[tokio::test]
async fn a_caller_chooses_a_language_by_keypad_and_waits_for_an_agent_who_speaks_it() {
    let center = Running::start();
    // Bruno sells too, but speaks English alone.
    let mut ann = Agent::connect(&center, "Ann").await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.does("keys", json!({ "digits": "2" })).await;
    phone.hears("Un momento, por favor").await;
    phone.hears("You are the next caller").await;
    assert_eq!(phone.is().await["seat"], "queue");

    let offer = ann.offered().await;
    let attributes: Value = serde_json::from_str(offer["task"]["attributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes["call_sid"], phone.call.as_str(), "{offer}");
    assert_eq!((&attributes["channelType"], &attributes["language"]), (&json!("voice"), &json!("es")));
    assert_eq!(offer["task"]["task_channel_unique_name"], "voice");
    // Accepting has her phone called; the caller is with her once she has taken the call, not before.
    let ringing = ann.accept(&offer).await;
    assert_eq!(
        (&ringing["ringing"], &ringing["task"]["assignment_status"]),
        (&json!(true), &json!("reserved"))
    );
    let at_ann = Phone::ringing(&center, &from).await;
    at_ann.does("answer", json!({})).await;
    at_ann.hears("Press 1 to take the call").await;
    assert_eq!(phone.is().await["seat"], "queue");
    at_ann.does("keys", json!({ "digits": "1" })).await;
    ann.expect("reservation.accepted").await;
    phone.sits("room").await;
    phone.does("say", json!({ "text": "Buenos días" })).await;
    at_ann.hears("Buenos días").await;

    // The call is part of the customer's one conversation: what they write comes to the same agent.
    assert_eq!(center.customer_writes("sms", &from, "I am still there").await, 200);
    ann.hears("I am still there").await;

    phone.does("hangup", json!({})).await;
    phone.ends().await;
    at_ann.ends().await;
    ann.expect("reservation.wrapup").await;
    let contact = center.contact("sms", &from).await;
    eventually("the timeline says that the call ended", || async {
        let said = center.history(contact["sid"].as_str().unwrap()).await;
        said.iter()
            .any(|(by, _, text)| by == "system" && text.starts_with("The call ended after"))
            .then_some(())
    })
    .await;
    ann.act(json!({ "action": "reservation.complete", "reservation_sid": offer["sid"] })).await;
    assert_eq!(bruno.ask(json!({ "action": "ping" })).await["event_type"], "ack");
    assert_eq!(bruno.unread("reservation.created"), 0);
}

#[tokio::test]
async fn who_says_nothing_is_asked_again_and_may_leave_a_message() {
    let center = Running::start();
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.hears("Please press 1 for English").await;
    phone.hears("leave a message after the tone").await;
    phone.hears("beep").await;
    phone.does("say", json!({ "text": "Please call me back tomorrow" })).await;
    phone.hears("Thank you for calling").await;
    phone.ends().await;
    let contact = center.contact("sms", &from).await;
    let recording = eventually("the recording is in the timeline", || async {
        let path = format!("/api/contacts/{}/messages", contact["sid"].as_str().unwrap());
        let messages = center.api(&path).await;
        let messages = messages["messages"].as_array().unwrap();
        messages.iter().find(|message| message["kind"] == "media").cloned()
    })
    .await;
    assert_eq!(recording["attachments"][0]["content_type"], "audio/mpeg", "{recording}");
    assert_eq!(recording["text"], "Recording, 5 s", "{recording}");
}

#[tokio::test]
async fn who_hangs_up_takes_their_task_back() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.does("say", json!({ "text": "English" })).await;
    let offer = ann.offered().await;
    phone.does("hangup", json!({})).await;
    let canceled = ann.expect("reservation.canceled").await;
    assert_eq!(canceled["sid"], offer["sid"]);
    phone.ends().await;
}
