//! What callers live through, at the phones of the simulator.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use patchbay_tests::harness::{Agent, Phone, Running, customer, eventually};
use serde_json::{Value, json};

/// Where the example has Ann called.
const ANN: &str = "+15005550101";

#[tokio::test]
async fn a_caller_chooses_a_language_by_keypad_and_waits_for_an_agent_who_speaks_it() {
    let center = Running::start();
    // Bruno sells too, but speaks English alone.
    let mut ann = Agent::connect(&center, "Ann").await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.presses("2").await;
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
    let at_ann = Phone::rings(&center, ANN).await;
    at_ann.answers().await;
    at_ann.hears("Press 1 to take the call").await;
    assert_eq!(phone.is().await["seat"], "queue");
    at_ann.presses("1").await;
    ann.expect("reservation.accepted").await;
    phone.sits("room").await;
    phone.says("Buenos días").await;
    at_ann.hears("Buenos días").await;

    // The call is part of the customer's one conversation: what they write comes to the same agent.
    assert_eq!(center.customer_writes("sms", &from, "I am still there").await, 200);
    ann.hears("I am still there").await;

    phone.hangs_up().await;
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
    phone.says("Please call me back tomorrow").await;
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
    phone.says("English").await;
    let offer = ann.offered().await;
    phone.hangs_up().await;
    let canceled = ann.expect("reservation.canceled").await;
    assert_eq!(canceled["sid"], offer["sid"]);
    phone.ends().await;
}

#[tokio::test]
async fn an_agent_steers_the_call_and_a_supervisor_watches_it() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let mut fay = Agent::connect_as(&center, "Fay", "supervisor").await;
    fay.act(json!({ "action": "worker.activity", "activity": "Away" })).await;
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.presses("2").await;
    let offer = ann.offered().await;
    ann.accept(&offer).await;
    let at_ann = Phone::taken(&center, ANN).await;
    phone.sits("room").await;
    let task = offer["task"]["sid"].clone();
    let call = |action: &str, mut fields: Value| {
        (fields["action"], fields["task_sid"]) = (json!(format!("call.{action}")), task.clone());
        fields
    };

    ann.act(call("hold", json!({ "on": true }))).await;
    ann.told("customer", &[("on_hold", json!(true))]).await;
    ann.act(call("hold", json!({ "on": false }))).await;
    ann.told("customer", &[("on_hold", json!(false))]).await;
    ann.act(call("mute", json!({ "on": true }))).await;
    ann.told("agent", &[("muted", json!(true))]).await;
    ann.act(call("mute", json!({ "on": false }))).await;
    ann.told("agent", &[("muted", json!(false))]).await;
    at_ann.is_heard_by(&phone, "¿En qué puedo ayudarle?").await;
    ann.act(call("digits", json!({ "digits": "42#" }))).await;
    phone.hears("42#").await;
    ann.act(call("record", json!({ "state": "on" }))).await;
    eventually_recording(&mut ann, "on").await;
    ann.act(call("record", json!({ "state": "paused" }))).await;
    eventually_recording(&mut ann, "paused").await;

    let number = "+15005550177";
    ann.act(call("add", json!({ "to": number }))).await;
    let outside = Phone::rings(&center, number).await;
    outside.answers().await;
    let party = ann.told("number", &[("state", json!("joined"))]).await;
    outside.is_heard_by(&phone, "Hola a todos").await;
    ann.act(call("remove", json!({ "participant": party["participant"] }))).await;
    outside.ends().await;

    fay.act(call("monitor", json!({ "mode": "listen" }))).await;
    let at_fay = Phone::taken(&center, "+15005550106").await;
    at_fay.hears("Press 1 to join the call").await;
    fay.told("supervisor", &[("state", json!("joined")), ("mode", json!("listen"))]).await;
    phone.is_heard_by(&at_fay, "Una pregunta").await;
    fay.act(call("monitor", json!({ "mode": "whisper" }))).await;
    fay.told("supervisor", &[("mode", json!("whisper"))]).await;
    at_fay.is_heard_by(&at_ann, "Ofrécele un descuento").await;
    assert!(!phone.has_heard("descuento").await);

    phone.hangs_up().await;
    phone.ends().await;
    at_ann.ends().await;
    at_fay.ends().await;
    ann.expect("reservation.wrapup").await;
}

async fn eventually_recording(agent: &mut Agent, state: &str) {
    while agent.expect("call.updated").await["recording"] != state {}
}
