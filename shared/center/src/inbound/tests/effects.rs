//! What flows do outside.

use super::says;
use crate::budget::{BEGIN_S_MAX, CALLS_MS_MAX};
use crate::inbound::effects::CALLS_PER_EVENT_MAX;
use crate::inbound::handle;
use crate::ports::{HttpError, HttpRequest, QueueName};
use crate::testing::{ANN, Room, flow, now, widget};
use patchbay_model::{ChannelKind, ContactSid};
use serde_json::{Value, json};

fn say(name: &str, body: &str) -> Value {
    widget(name, "send-message", json!({ "body": body }), &[("sent", ""), ("failed", "")])
}

/// What a flow of these widgets answers to a first message.
fn answers(room: &mut Room) -> (Vec<String>, ContactSid) {
    says(room, ChannelKind::Sms, ANN, "Hello");
    let contact = room.contact(ChannelKind::Sms, ANN);
    (room.timeline(&contact)[1..].to_vec(), contact)
}

fn requests() -> Value {
    let properties = json!({ "method": "POST", "url": "https://api.example.com/x", "content_type": "application/json",
        "body": "{\"said\": \"{{trigger.message.Body}}\"}" });
    flow(&[
        widget("call", "make-http-request", properties, &[("success", "ok"), ("failed", "no")]),
        say("ok", "It says {{widgets.call.parsed.answer}}"),
        say("no", "It failed"),
    ])
}

/// The call that was the flow's own, not the sender's.
fn first_call(room: &Room) -> HttpRequest {
    room.http.take_calls().remove(0)
}

#[test]
fn a_request_is_answered_in_the_same_turn() {
    let mut room = Room::new(requests());
    room.http.will_answer(200, r#"{"answer": "yes"}"#);
    assert_eq!(answers(&mut room).0, ["1< It says yes [sent]"]);
    let call = first_call(&room);
    assert_eq!((call.method.as_str(), call.body.as_slice()), ("POST", br#"{"said": "Hello"}"#.as_slice()));
    assert!(!call.trusted && call.timeout_ms == 10_000 && call.response_bytes_max == 65_536);
}

#[test]
fn a_request_that_fails_takes_its_branch() {
    for answer in [HttpError::Forbidden("private".into()), HttpError::NoAnswer("late".into())] {
        let mut room = Room::new(requests());
        room.http.will(Err(answer));
        assert_eq!(answers(&mut room).0, ["1< It failed [sent]"]);
    }
}

#[test]
fn a_flow_that_calls_in_circles_is_cut_off() {
    let properties = json!({ "method": "GET", "url": "https://api.example.com/x" });
    let again = &[("success", "call"), ("failed", "no")];
    let mut room =
        Room::new(flow(&[widget("call", "make-http-request", properties, again), say("no", "Enough")]));
    assert_eq!(answers(&mut room).0, ["1< Enough [sent]"]);
    let own = room.http.take_calls().iter().filter(|call| call.url.contains("api.example.com")).count();
    assert_eq!(own, CALLS_PER_EVENT_MAX as usize);
}

#[test]
fn slow_calls_are_cut_off_when_their_time_is_spent() {
    let properties = json!({ "method": "GET", "url": "https://api.example.com/x" });
    let again = &[("success", "call"), ("failed", "no")];
    let mut room =
        Room::new(flow(&[widget("call", "make-http-request", properties, again), say("no", "Enough")]));
    room.http.takes_ms(&room.world, 9_000);
    room.writes(ChannelKind::Sms, ANN, "Hello", "1");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let patience: Vec<u32> = room.http.take_calls().iter().map(|call| call.timeout_ms).collect();
    assert_eq!(patience, [10_000, 10_000, 10_000, CALLS_MS_MAX - 27_000]);
}

#[test]
fn a_batch_that_takes_long_leaves_the_rest_for_another() {
    let mut room = Room::new(requests());
    room.http.takes_ms(&room.world, i64::from(BEGIN_S_MAX) * 1000 + 1);
    for from in ["+15005550001", "+15005550002"] {
        room.writes(ChannelKind::Sms, from, "Hello", from);
    }
    let records = room.take(QueueName::Inbound);
    let late = vec![records[1].message_id.clone()];
    assert_eq!(now(handle(&room.center, records.clone())), late);
    assert_eq!(now(handle(&room.center, records[1..].to_vec())), Vec::<String>::new());
}

#[test]
fn the_accounts_credentials_go_nowhere() {
    let properties = json!({ "method": "GET", "url": "https://api.example.com/x", "add_twilio_auth": true });
    let exits = &[("success", "no"), ("failed", "no")];
    let mut room =
        Room::new(flow(&[widget("call", "make-http-request", properties, exits), say("no", "None")]));
    answers(&mut room);
    assert!(!room.http.take_calls().iter().any(|call| call.url.contains("example.com")));
    assert_eq!(room.problems().len(), 1);
}

fn function(properties: Value) -> Room {
    Room::new(flow(&[
        widget("run", "run-function", properties, &[("success", "ok"), ("fail", "no")]),
        say("ok", "ran"),
        say("no", "did not run"),
    ]))
}

#[test]
fn a_function_is_found_by_its_url_or_its_configured_sid() {
    let parameters = json!([{ "key": "who", "value": "{{contact.channel.address}}" }]);
    let by_sid = json!({ "function_sid": "ZH1", "service_sid": "ZS1", "parameters": parameters });
    let check = |room: &mut Room, expect: &str, trusted: Option<bool>| {
        room.http.will_answer(200, "{}");
        assert_eq!(answers(room).0, [format!("1< {expect} [sent]")]);
        let calls = room.http.take_calls();
        let own = calls.iter().find(|call| call.url.contains("functions.example.com"));
        assert_eq!(own.map(|call| call.trusted), trusted);
        if let Some(own) = own.filter(|_| trusted == Some(true)) {
            assert_eq!(own.body, b"who=%2B15005550001");
        }
    };
    let mut room = function(by_sid.clone());
    check(&mut room, "did not run", None);
    assert!(room.problems()[0].ends_with(r#"it is not configured where the function "ZH1" is"#));
    let mut room = function(by_sid);
    room.center.functions.by_sid.insert("ZH1".into(), "http://functions.example.com/a".into());
    check(&mut room, "ran", Some(true));
    let by_url = json!({ "url": "https://functions.example.com/b", "parameters": [] });
    check(&mut function(by_url.clone()), "ran", Some(false));
    let mut room = function(json!({ "url": "https://functions.example.com/b", "parameters": parameters }));
    room.center.functions.origin = Some("https://functions.example.com".into());
    check(&mut room, "ran", Some(true));
    let mut room = function(by_url);
    room.center.functions.origin = Some("https://functions.example.com.evil.example".into());
    check(&mut room, "ran", Some(false));
}

#[test]
fn an_attribute_stays_with_the_contact_and_names_its_source() {
    let set = |value: &str| {
        flow(&[widget(
            "set",
            "set-variables",
            json!({ "variables": [{ "key": "contact.vip", "value": value }] }),
            &[("next", "")],
        )])
    };
    let mut room = Room::new(set("yes"));
    let (_, sid) = answers(&mut room);
    let stored = |room: &Room| {
        let strong = crate::ports::Consistency::Strong;
        crate::testing::now(crate::store::load_contact(&room.ports.table, &sid, strong)).unwrap().unwrap()
    };
    assert_eq!(stored(&room).attributes["vip"], "yes");
    let source = format!("flow:{}", crate::config::flow_sid("main"));
    assert_eq!(stored(&room).attribute_sources["vip"].source, source);
}

/// What becomes of a task with these properties.
fn check_task(properties: Value, expect: Result<Value, &str>) {
    let exits = &[("callComplete", ""), ("failedToEnqueue", "no"), ("callFailure", "no")];
    let mut room =
        Room::new(flow(&[widget("hand", "send-to-flex", properties.clone(), exits), say("no", "Sorry")]));
    let (timeline, _) = answers(&mut room);
    let created = room.routing().into_iter().find(|body| body["do"] == "create_task");
    match expect {
        Ok(expect) => {
            let task = created.unwrap();
            let shown = json!([
                task["task_channel"],
                task["priority"],
                task["timeout_s"],
                task["attributes"]["name"]
            ]);
            assert_eq!(shown, expect, "{properties}");
        }
        Err(problem) => {
            assert_eq!((created, timeline), (None, vec!["1< Sorry [sent]".to_owned()]));
            assert_eq!(room.problems(), [problem]);
        }
    }
}

#[test]
fn a_task_is_what_the_widget_says_or_is_not_made() {
    check_task(json!({}), Ok(json!(["chat", 0, 86_400, ANN])));
    check_task(
        json!({ "workflow": "anyone", "channel": "sms", "priority": "7", "timeout": "60", "attributes": "{\"name\": \"A\"}" }),
        Ok(json!(["sms", 7, 60, "A"])),
    );
    check_task(json!({ "workflow": "WW1" }), Err(r#"no task is created: there is no workflow "WW1""#));
    check_task(json!({ "channel": "fax" }), Err(r#"no task is created: there is no task channel "fax""#));
}

#[test]
fn a_flow_writes_to_its_own_customer_only() {
    let to = |to: &str| {
        flow(&[widget(
            "say",
            "send-message",
            json!({ "body": "Hi", "to": to }),
            &[("sent", ""), ("failed", "")],
        )])
    };
    assert_eq!(answers(&mut Room::new(to("{{contact.channel.address}}"))).0, ["1< Hi [sent]"]);
    assert_eq!(answers(&mut Room::new(to("+15005550009"))).0, ["1< Hi [failed]"]);
}

#[test]
fn media_goes_out_with_the_type_that_its_url_shows() {
    let properties = json!({ "body": "Look", "media_url": "https://cdn.example.com/a.PNG?x=1" });
    let mut room =
        Room::new(flow(&[widget("say", "send-message", properties, &[("sent", ""), ("failed", "")])]));
    let (_, contact) = answers(&mut room);
    let sent = room.messages(&contact).pop().unwrap();
    assert_eq!(sent.content.attachments()[0].content_type, "image/png");
}
