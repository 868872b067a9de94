//! Calls that the center makes, and what callers leave behind, at the phones of the simulator.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use patchbay_tests::harness::{Agent, Phone, Running, customer, eventually, example};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

const ANNS_PHONE: &str = "+15005550101";
const BRUNOS_PHONE: &str = "+15005550102";
const CHIYOS_PHONE: &str = "+15005550103";

async fn says(center: &Running, from: &str, words: &str) {
    let contact = center.contact("sms", from).await;
    eventually(words, || async {
        let said = center.history(contact["sid"].as_str().unwrap()).await;
        said.iter().any(|(_, _, text)| text.contains(words)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_agent_calls_a_customer() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let to = customer("sms");
    let started = ann.act(json!({ "action": "call.start", "to": to })).await;
    assert_eq!(started["task"]["assignment_status"], "assigned", "{started}");
    let at_ann = Phone::taken(&center, ANNS_PHONE).await;
    let phone = Phone::rings(&center, &to).await;
    phone.answers().await;
    phone.sits("room").await;
    phone.says("Who is there?").await;
    at_ann.hears("Who is there?").await;
    phone.hangs_up().await;
    at_ann.ends().await;
    ann.expect("reservation.wrapup").await;
    says(&center, &to, "Ann calls ").await;
    says(&center, &to, "The call ended after").await;
}

#[tokio::test]
async fn an_agent_hears_that_a_customer_is_not_to_be_reached() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let to = customer("sms");
    ann.act(json!({ "action": "call.start", "to": to })).await;
    let at_ann = Phone::taken(&center, ANNS_PHONE).await;
    let phone = Phone::rings(&center, &to).await;
    phone.declines().await;
    at_ann.hears("The line is busy").await;
    at_ann.ends().await;
    ann.expect("reservation.wrapup").await;
    says(&center, &to, "The line was busy").await;
}

#[tokio::test]
async fn a_caller_is_called_back_by_whoever_is_free_next() {
    let center = Running::start();
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("For English, press 1").await;
    phone.presses("1").await;
    phone.hears("be called back, press 1").await;
    phone.presses("1").await;
    phone.hears("You keep your place").await;
    phone.ends().await;
    let mut ann = Agent::connect(&center, "Ann").await;
    let offer = ann.offered().await;
    let attributes: Value = serde_json::from_str(offer["task"]["attributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes["callback"], true, "{attributes}");
    ann.accept(&offer).await;
    let at_ann = Phone::taken(&center, ANNS_PHONE).await;
    let phone = Phone::rings(&center, &from).await;
    phone.answers().await;
    phone.says("At last").await;
    at_ann.hears("At last").await;
    at_ann.hangs_up().await;
    phone.ends().await;
    ann.expect("reservation.wrapup").await;
}

#[tokio::test]
async fn a_message_that_a_caller_has_left_is_somebodys_task() {
    let center = Running::start();
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("Please press 1 for English").await;
    phone.hears("beep").await;
    phone.says("Please call me back").await;
    phone.hears("Thank you for calling").await;
    phone.ends().await;
    let (offer, _) = left_message(&center, &from).await;
    assert_eq!(offer["task"]["task_channel_unique_name"], "chat");
}

/// What a caller has left is offered to Ann, who accepts and hears it: the offer, and the attributes of its task.
async fn left_message(center: &Running, from: &str) -> (Value, Value) {
    let mut ann = Agent::connect(center, "Ann").await;
    let offer = ann.offered().await;
    let attributes: Value = serde_json::from_str(offer["task"]["attributes"].as_str().unwrap()).unwrap();
    assert_eq!((&attributes["type"], &attributes["customerAddress"]), (&json!("voicemail"), &json!(from)));
    // Nobody is on the line: no phone rings, and the message is there.
    let accepted = ann.accept(&offer).await;
    assert_eq!(accepted["ringing"], Value::Null, "{accepted}");
    let conversation = ann.conversation(&accepted).await;
    let messages = accepted["messages"].as_array().unwrap();
    let recording = messages.iter().find(|message| message["kind"] == "media").unwrap();
    assert_eq!(recording["conversation_sid"], conversation.as_str(), "{recording}");
    ann.act(json!({ "action": "reservation.complete", "reservation_sid": offer["sid"] })).await;
    assert!(attributes["message_sid"].is_null() || recording["sid"] == attributes["message_sid"]);
    (offer, attributes)
}

/// The example with one flow more, and other lines in its `channels.toml`.
fn example_with(flow: Option<(&str, Value)>, lines: &[(&str, &str)]) -> TempDir {
    let config = tempfile::tempdir().unwrap();
    fs::create_dir(config.path().join("flows")).unwrap();
    let text = |name: &str| fs::read_to_string(example().join(name)).unwrap();
    for name in ["workspace.json", "flows/calls.json", "flows/welcome.json"] {
        fs::write(config.path().join(name), text(name)).unwrap();
    }
    if let Some((name, flow)) = flow {
        fs::write(config.path().join(format!("flows/{name}.json")), flow.to_string()).unwrap();
    }
    let channels = lines.iter().fold(text("channels.toml"), |all, (before, after)| {
        assert!(all.contains(before), "{before}");
        all.replace(before, after)
    });
    fs::write(config.path().join("channels.toml"), channels).unwrap();
    config
}

fn state(name: &str, kind: &str, properties: Value, exits: &[(&str, &str)]) -> Value {
    let exits: Vec<Value> =
        exits.iter().map(|(event, next)| json!({ "event": event, "next": next })).collect();
    json!({ "name": name, "type": kind, "properties": properties, "transitions": exits })
}

#[tokio::test]
async fn what_is_said_on_a_call_of_ours_is_written_down() {
    let config =
        example_with(None, &[("callback_key = \"1\"", "callback_key = \"1\"\ntranscription = \"true\"")]);
    let Some(center) = Running::with(config.path()) else { return };
    let mut ann = Agent::connect(&center, "Ann").await;
    let to = customer("sms");
    ann.act(json!({ "action": "call.start", "to": to })).await;
    let at_ann = Phone::taken(&center, ANNS_PHONE).await;
    let phone = Phone::rings(&center, &to).await;
    phone.answers().await;
    phone.hears("transcription").await;
    phone.says("Who is there?").await;
    ann.hears("Customer: Who is there?").await;
    at_ann.says("This is Ann").await;
    ann.hears("Agent: This is Ann").await;
    phone.hangs_up().await;
    ann.expect("reservation.wrapup").await;
    says(&center, &to, "Agent: This is Ann").await;
}

#[tokio::test]
async fn a_customer_of_ours_goes_from_agent_to_agent() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let to = customer("sms");
    let task = ann.act(json!({ "action": "call.start", "to": to })).await["task"]["sid"].clone();
    let at_ann = Phone::taken(&center, ANNS_PHONE).await;
    let phone = Phone::rings(&center, &to).await;
    phone.answers().await;
    at_ann.is_in_room_with(&phone).await;
    ann.act(json!({ "action": "call.hold", "task_sid": task, "on": true })).await;
    ann.told("customer", &[("on_hold", json!(true))]).await;
    ann.act(json!({ "action": "call.hold", "task_sid": task, "on": false })).await;
    ann.told("customer", &[("on_hold", json!(false))]).await;

    // The first agent goes before the next one has answered: nobody is with the customer, who hears music.
    let mut bruno = Agent::connect(&center, "Bruno").await;
    ann.act(json!({ "action": "task.transfer", "task_sid": task, "to": bruno.sid })).await;
    let offer = bruno.offered().await;
    bruno.accept(&offer).await;
    let at_bruno = Phone::rings(&center, BRUNOS_PHONE).await;
    at_ann.hangs_up().await;
    bruno.told("customer", &[("on_hold", json!(true))]).await;
    at_bruno.answers().await;
    at_bruno.hears("A caller is waiting for you. Press 1").await;
    at_bruno.presses("1").await;
    bruno.told("customer", &[("on_hold", json!(false))]).await;
    at_bruno.is_heard_by(&phone, "This is Bruno").await;

    // The next one is asked first, while the customer hears music again.
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let task = offer["task"]["sid"].clone();
    bruno.act(json!({ "action": "task.invite", "task_sid": task, "to": chiyo.sid, "hold": true })).await;
    let offer = chiyo.offered().await;
    chiyo.accept(&offer).await;
    let at_chiyo = Phone::taken(&center, CHIYOS_PHONE).await;
    bruno.told("colleague", &[("state", json!("joined"))]).await;
    at_chiyo.is_heard_by(&at_bruno, "What is it about?").await;
    bruno.act(json!({ "action": "task.hand_over", "task_sid": task })).await;
    at_bruno.ends().await;
    chiyo.told("customer", &[("on_hold", json!(false))]).await;
    phone.is_heard_by(&at_chiyo, "At last").await;
    assert!(!phone.has_heard("What is it about?").await);
    phone.hangs_up().await;
    at_chiyo.ends().await;
    chiyo.expect("reservation.wrapup").await;
    says(&center, &to, "The call ended after").await;
}

#[tokio::test]
async fn a_caller_whose_flow_is_broken_leaves_a_message_that_is_somebodys_task() {
    // It goes round for ever, and is stopped.
    let sets = |name: &str, next: &str| {
        let variables = json!({ "variables": [{ "key": "a", "value": "b" }] });
        state(name, "set-variables", variables, &[("next", next)])
    };
    let flow = json!({ "description": "goes round", "initial_state": "Trigger", "flags": {}, "states": [
        state("Trigger", "trigger", json!({}), &[("incomingCall", "round")]),
        sets("round", "and_round"), sets("and_round", "round"),
    ] });
    let config = example_with(Some(("broken", flow)), &[("flow = \"calls\"", "flow = \"broken\"")]);
    let Some(center) = Running::with(config.path()) else { return };
    let from = customer("sms");
    let phone = Phone::dial(&center, &from).await;
    phone.hears("We are sorry, we cannot take your call").await;
    phone.hears("beep").await;
    phone.says("Nobody answers. Please call me").await;
    phone.hears("Thank you. We have your message").await;
    phone.ends().await;
    let (offer, attributes) = left_message(&center, &from).await;
    assert_eq!(offer["task"]["workflow_name"], "Assign to agent", "{offer}");
    assert!(attributes["message_sid"].is_string(), "{attributes}");
}

#[tokio::test]
async fn a_flow_that_a_message_began_calls_the_customer() {
    let flow = json!({ "description": "calls whoever writes", "initial_state": "Trigger", "flags": {}, "states": [
        state("Trigger", "trigger", json!({}), &[("incomingMessage", "calls")]),
        state("calls", "make-outgoing-call-v2", json!({ "timeout": 20 }),
            &[("answered", "speaks"), ("busy", "writes"), ("noAnswer", "writes"), ("failed", "writes")]),
        state("speaks", "say-play", json!({ "say": "You have asked us to call." }), &[]),
        state("writes", "send-message", json!({ "body": "We could not reach you." }), &[]),
    ] });
    let config = example_with(Some(("calls_you", flow)), &[("flow = \"welcome\"", "flow = \"calls_you\"")]);
    let Some(center) = Running::with(config.path()) else { return };

    let from = customer("sms");
    assert_eq!(center.customer_writes("sms", &from, "Call me").await, 200);
    let phone = Phone::rings(&center, &from).await;
    phone.answers().await;
    phone.hears("You have asked us to call").await;
    phone.ends().await;
    let busy = customer("sms");
    assert_eq!(center.customer_writes("sms", &busy, "Call me").await, 200);
    Phone::rings(&center, &busy).await.declines().await;
    center.sees("sms", &busy, "We could not reach you.").await;
}
