use serde_json::{Value, json};

use crate::widgets::testing::{
    call_params, definition, flow, hang_up, params, request, start, start_call, steps,
};
use crate::{Effect, EffectId, EndReason, Flow, FlowInput, FlowStep, Status};

fn to(event: &str, next: &str) -> Value {
    json!({"event": event, "next": next})
}

/// Asks for a key, looks it up, says what was found and records a message.
fn menu() -> Flow {
    let state = |name: &str, kind: &str, properties: Value, transitions: Vec<Value>| json!({"name": name, "type": kind, "properties": properties, "transitions": transitions});
    flow(&definition(
        "ask",
        vec![
            state(
                "ask",
                "gather-input-on-call",
                json!({"say": "Which?"}),
                vec![to("keypress", "find"), to("timeout", "ask")],
            ),
            state(
                "find",
                "make-http-request",
                json!({"url": "https://x/{{widgets.ask.Digits}}"}),
                vec![to("success", "tell"), to("failed", "record")],
            ),
            state(
                "tell",
                "say-play",
                json!({"say": "{{widgets.find.body}}"}),
                vec![to("audioComplete", "text")],
            ),
            state("text", "send-message", json!({"body": "Thank you"}), vec![to("sent", "record")]),
            state("record", "record-voicemail", json!({}), vec![to("hangup", "text_2")]),
            state("text_2", "send-message", json!({"body": "Got it"}), vec![to("sent", "ask")]),
        ],
        &[],
    ))
}

fn found() -> FlowInput {
    FlowInput::HttpResponse {
        effect_id: EffectId("3.find.0".to_owned()),
        status: 200,
        content_type: "text/plain".to_owned(),
        body: "Nine".to_owned(),
    }
}

/// The ids of the documents that a step gives the call.
fn documents(done: &FlowStep) -> Vec<&str> {
    let ids = done.effects.iter().filter_map(|effect| match effect {
        Effect::InstructCall(document) => Some(document.id.0.as_str()),
        _ => None,
    });
    ids.collect()
}

/// The documents of each step.
fn check(inputs: &[FlowInput], expect: &[&[&str]]) -> FlowStep {
    let done = steps(&menu(), inputs);
    assert_eq!(done.iter().map(documents).collect::<Vec<_>>(), expect);
    done.into_iter().next_back().unwrap()
}

#[test]
fn a_call_is_led_from_document_to_document() {
    let one = request("2.ask.0", json!({"Digits": "1"}));
    let end = check(
        &[start_call(), one, found(), request("4.tell.0", json!({})), request("6.record.0", json!({}))],
        &[&["2.ask.0"], &[], &["4.tell.0"], &["6.record.0"], &["6.record.hangup"]],
    );
    assert_eq!(end.status, Status::Ended { reason: EndReason::Finished });
    let says = json!(end.effects[0])["instructions"].clone();
    assert_eq!(says, json!([{"do": "hang_up"}]));
}

#[test]
fn a_request_that_comes_again_hears_the_same() {
    let one = || request("2.ask.0", json!({"Digits": "1"}));
    let again = || FlowInput::CallRequest { effect_id: None, params: call_params(json!({})) };
    // The start, a repeated start, any other request: one document.
    check(&[start_call(), start_call(), again()], &[&["2.ask.0"], &["2.ask.0"], &["2.ask.0"]]);
    // Nothing is decided while the flow waits for somebody else.
    check(&[start_call(), one(), one(), start_call()], &[&["2.ask.0"], &[], &[], &[]]);
    // The request that led to a document, and older ones, hear it; so does the end.
    check(
        &[start_call(), one(), found(), one(), start_call()],
        &[&["2.ask.0"], &[], &["4.tell.0"], &["4.tell.0"], &["4.tell.0"]],
    );
    let recorded = || request("6.record.0", json!({"RecordingUrl": "https://r"}));
    check(
        &[start_call(), one(), found(), request("4.tell.0", json!({})), recorded(), recorded(), again()],
        &[
            &["2.ask.0"],
            &[],
            &["4.tell.0"],
            &["6.record.0"],
            &["6.record.hangup"],
            &["6.record.hangup"],
            &["6.record.hangup"],
        ],
    );
}

#[test]
fn another_call_is_another_business() {
    let mut other = call_params(json!({}));
    other.insert("CallSid".to_owned(), "CA2".into());
    let ended = FlowInput::CallEnded { effect_id: None, params: other.clone() };
    let asks = FlowInput::CallRequest { effect_id: Some(EffectId("2.ask.0".to_owned())), params: other };
    let done = check(&[start_call(), ended, asks], &[&["2.ask.0"], &[], &[]]);
    assert!(matches!(done.status, Status::Waiting(_)));
}

#[test]
fn a_caller_who_hangs_up_is_missed_where_the_call_is_needed() {
    let one = || request("2.ask.0", json!({"Digits": "1"}));
    let ended = |done: &FlowStep| done.status == Status::Ended { reason: EndReason::HungUp };
    // At a question: the end.
    assert!(ended(&check(&[start_call(), hang_up()], &[&["2.ask.0"], &[]])));
    // While the flow waits for somebody else: at the next widget of a call.
    assert!(!ended(&check(&[start_call(), one(), hang_up()], &[&["2.ask.0"], &[], &[]])));
    assert!(ended(&check(&[start_call(), one(), hang_up(), found()], &[&["2.ask.0"], &[], &[], &[]])));
    // By the event of hanging up, and then at the next widget of a call; what is no widget of a call is done.
    let done = check(
        &[start_call(), one(), found(), request("4.tell.0", json!({})), hang_up(), hang_up()],
        &[&["2.ask.0"], &[], &["4.tell.0"], &["6.record.0"], &[], &[]],
    );
    assert!(ended(&done));
    assert_eq!(done.problems.len(), 1, "the second news changes nothing");
}

#[test]
fn a_step_of_a_call_without_a_call_says_so() {
    let done = &steps(&menu(), &[start()])[0];
    assert_eq!(done.status, Status::Ended { reason: EndReason::HungUp });
    assert_eq!(done.problems[0].kind.to_string(), "a step of a call failed: this execution has no call");
}

#[test]
fn whom_we_call_is_led_like_a_caller() {
    let call = json!({"name": "call", "type": "make-outgoing-call-v2", "properties": {},
        "transitions": [to("answered", "hello"), to("busy", "call")]});
    let hello = json!({"name": "hello", "type": "say-play", "properties": {"say": "Hi"}, "transitions": []});
    let flow = flow(&definition("call", vec![call, hello], &[]));
    let over = |id: &str, sid: &str| FlowInput::CallEnded {
        effect_id: Some(EffectId(id.to_owned())),
        params: params(json!({"CallSid": sid, "CallStatus": "busy"})),
    };
    let done = steps(
        &flow,
        &[start(), over("2.call.0", "CA0"), over("2.call.0", "CA0"), request("3.call.0", json!({}))],
    );
    let asked: Vec<&str> =
        done.iter().filter_map(|done| Some(done.effects.first()?.id().0.as_str())).collect();
    assert_eq!(asked, ["2.call.0", "3.call.0", "4.hello.0"]);
    let done = steps(&flow, &[start(), request("2.call.0", json!({})), request("3.hello.0", json!({}))]);
    assert_eq!(documents(&done[2]), ["3.hello.hangup"]);
}

#[test]
fn a_flow_that_fails_leaves_the_last_word_to_others() {
    let split = json!({"name": "a", "type": "split-based-on", "properties": {"input": "x"},
        "transitions": [to("noMatch", "a")]});
    let done = &steps(&flow(&definition("a", vec![split], &[])), &[start_call()])[0];
    assert_eq!(done.status, Status::Ended { reason: EndReason::LimitReached });
    assert!(documents(done).is_empty() && done.state.call_document().is_none());
}
