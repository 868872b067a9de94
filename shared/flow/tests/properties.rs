//! Laws that hold whatever the definition and the input: a step does not panic, stays within its bounds, gives the
//! same result for the same arguments, and takes a repeated input for what it is.

// An edge as far as the lints go: test code may unwrap.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use patchbay_flow::limits::{STATE_BYTES_MAX, STEPS_MAX};
use patchbay_flow::{
    Effect, EffectId, Flow, FlowInput, FlowState, FlowStep, InstructCall, StartContext, Status, TaskEvent,
    Trigger, Waiting, step,
};
use patchbay_model::Timestamp;
use patchbay_model::call::check;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

const NOW: Timestamp = Timestamp(1_795_359_904_000);

/// A flow with every widget, which asks, calls, branches, loops and runs itself; on a call it goes from one widget of
/// a call to the next.
fn every_widget() -> Value {
    let to = |event: &str, next: &str| json!({"event": event, "next": next});
    json!({"description": "d", "initial_state": "Trigger", "flags": {"allow_concurrent_calls": true}, "states": [
        {"name": "Trigger", "type": "trigger", "properties": {}, "transitions": [to("incomingMessage", "set"),
            to("incomingConversationMessage", "set"), to("incomingRequest", "place"), to("incomingParent", "hello"),
            to("incomingCall", "say")]},
        {"name": "place", "type": "make-outgoing-call-v2", "properties": {"to": "{{trigger.request.to}}", "timeout": 9},
            "transitions": [to("answered", "say"), to("busy", "place"), to("noAnswer", "hello"), to("failed", "hello")]},
        {"name": "say", "type": "say-play", "properties": {"say": "{{trigger.call.From}} {{widgets.gather.Digits}}"},
            "transitions": [to("audioComplete", "gather")]},
        {"name": "gather", "type": "gather-input-on-call", "properties": {"play": "https://a/{{widgets.gather.Digits}}",
            "stop_gather": true, "finish_on_key": "#"}, "transitions": [to("keypress", "connect"), to("speech", "pay"),
            to("timeout", "record")]},
        {"name": "connect", "type": "connect-call-to", "properties": {"noun": "number-multi", "to":
            "{{widgets.gather.Digits}},+1"}, "transitions": [to("callCompleted", "fork"), to("hangup", "hello")]},
        {"name": "fork", "type": "fork-stream", "properties": {"stream_url": "wss://a", "stream_name": "s"},
            "transitions": [to("next", "agent")]},
        {"name": "agent", "type": "connect-virtual-agent-v2", "properties": {"connector_name": "c", "timeout": 9},
            "transitions": [to("completed", "enqueue"), to("failed", "flex"), to("timeout", "redirect"), to("hangup", "")]},
        {"name": "enqueue", "type": "enqueue-call", "properties": {"queue_name": "{{widgets.gather.SpeechResult}}q"},
            "transitions": [to("callComplete", "flex"), to("failedToEnqueue", "redirect"), to("callFailure", "hello")]},
        {"name": "redirect", "type": "add-twiml-redirect", "properties": {"url": "https://b"},
            "transitions": [to("return", "say"), to("timeout", "record"), to("fail", "pay")]},
        {"name": "pay", "type": "capture-payments", "properties": {"payment_amount": "{{widgets.gather.Digits}}"},
            "transitions": [to("success", "http"), to("validationError", "tape"), to("hangup", "hello")]},
        {"name": "record", "type": "record-voicemail", "properties": {"max_length": "{{widgets.gather.Digits}}"},
            "transitions": [to("recordingComplete", "http"), to("noAudio", "gather"), to("hangup", "flex")]},
        {"name": "tape", "type": "record-call", "properties": {"record_call": true},
            "transitions": [to("success", "say"), to("failed", "ask")]},
        {"name": "set", "type": "set-variables", "transitions": [to("next", "ask")], "properties": {"variables": [
            {"key": "n", "value": "{{flow.variables.n | plus: 1}}", "index": "0"},
            {"key": "o", "value": "{\"a\": [1, 2, {{flow.variables.n}}]}", "type": "object", "index": "1"},
            {"key": "contact.seen", "value": "{% for i in (1..20) %}{{i}}{% endfor %}", "index": "2"}]}},
        {"name": "ask", "type": "send-and-wait-for-reply", "properties": {"body": "{{flow.variables.o.a[2]}}?",
            "timeout": "60"}, "transitions": [to("incomingMessage", "split"), to("timeout", "http"),
            to("deliveryFailure", "")]},
        {"name": "split", "type": "split-based-on", "properties": {"input": "{{widgets.ask.inbound.Body}}"},
            "transitions": [to("noMatch", "function"), {"event": "match", "next": "flex", "conditions":
                [{"friendly_name": "f", "type": "matches_any_of", "arguments": ["{{widgets.ask.inbound.Body}}"],
                    "value": "yes, {{flow.variables.n}}"}]}]},
        {"name": "http", "type": "make-http-request", "properties": {"method": "POST", "url": "https://x/{{flow.sid}}",
            "content_type": "application/json", "body": "{{trigger | to_json}}", "parameters": []},
            "transitions": [to("success", "set"), to("failed", "sub")]},
        {"name": "function", "type": "run-function", "properties": {"url": "https://f", "parameters":
            [{"key": "k", "value": "{{widgets.http.parsed.a}}"}]}, "transitions": [to("success", "sub"), to("fail", "set")]},
        {"name": "sub", "type": "run-subflow", "properties": {"flow_sid": "self", "parameters":
            [{"key": "k", "value": "{{flow.variables.n}}"}]}, "transitions": [to("completed", "hello"), to("failed", "set")]},
        {"name": "hello", "type": "send-message", "properties": {"body": "Hello {{contact.channel.address}}",
            "attributes": "{}"}, "transitions": [to("sent", "flex"), to("failed", "flex")]},
        {"name": "flex", "type": "send-to-flex", "properties": {"workflow": "WW", "channel": "TC",
            "attributes": "{\"a\": {{widgets.sub | to_json}}}", "timeout": "3600"},
            "transitions": [to("callComplete", "ask"), to("failedToEnqueue", ""), to("callFailure", "set")]}
    ]})
}

/// Pieces of Liquid, right and wrong.
fn liquid() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "{{",
        "}}",
        "{%",
        "%}",
        "{%-",
        "-}}",
        " ",
        ".",
        "..",
        "[",
        "]",
        "(1..",
        ")",
        "'",
        "\"",
        "|",
        ":",
        ",",
        "if ",
        "endif",
        "for i in ",
        "endfor",
        "assign x = ",
        "x",
        "capture x",
        "endcapture",
        "case x",
        "when 1",
        "raw",
        "endraw",
        "comment",
        "elsif ",
        "else",
        "flow.variables",
        "widgets.ask",
        "trigger",
        ".n",
        " append: ",
        "split: ''",
        "replace: 'a', x",
        "date: '%Y'",
        "now",
        "plus: 1",
        "divided_by: 0",
        "times: 9223372036854775807",
        "slice: -1, 9",
        "999999999999999999999",
        "-1",
        "1.5",
        "nil",
        "true",
        " contains ",
        " and ",
        "==",
        "é",
        "\u{0}",
        "increment i",
        "{{ x }}",
        "{% if x %}",
        "{% endif %}",
        "{% for i in (1..99) %}",
        "{% endfor %}",
        "sort",
        "join: x",
        "to_json",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Eighths: JSON text keeps them exactly.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 8.0)),
        ".{0,12}".prop_map(Value::from),
        liquid().prop_map(Value::from),
        select(vec![
            "set",
            "ask",
            "http",
            "sub",
            "split",
            "flex",
            "hello",
            "gather",
            "redirect",
            "Trigger",
            "self",
            "match",
            "next",
            "regex",
            "is_before_date",
            "greater_than",
            "60",
            "true",
            "custom",
            "POST"
        ])
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"key": "k", "value": "v", "type": "object"}])),
    ]
}

/// Every place of a JSON value, by pointer.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| places(v, format!("{at}/{k}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(k, v)| places(v, format!("{at}/{k}"), found))
        }
        _ => {}
    }
    found.push(at);
}

/// The flow above with some places replaced.
fn mutated() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<Index>(), json_value()), 0..4).prop_map(|changes| {
        let mut definition = every_widget();
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&definition, String::new(), &mut all);
            if let Some(target) = definition.pointer_mut(place.get::<String>(&all)) {
                *target = value;
            }
        }
        definition
    })
}

/// Parameters of the one call that there is.
fn call(more: &[(&str, Value)]) -> Map<String, Value> {
    let always = [("CallSid", json!("CA1")), ("From", json!("+1")), ("CallStatus", json!("in-progress"))];
    always.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let params = || json!({"Body": "Hi", "MessageSid": "SM0", "ChannelAttributes": "{\"a\": 1}"});
    let params = move || params().as_object().unwrap().clone();
    prop_oneof![
        Just(Trigger::IncomingMessage { params: params() }),
        Just(Trigger::IncomingConversationMessage { params: params() }),
        json_value().prop_map(|value| Trigger::IncomingCall { params: call(&[("X", value)]) }),
        json_value().prop_map(|parameters| Trigger::IncomingRequest {
            from: "+1".to_owned(),
            to: "+2".to_owned(),
            parameters
        }),
    ]
}

/// What comes next: chosen for what the execution waits for, or for something else.
#[derive(Clone, Debug)]
struct Event {
    fits: bool,
    good: bool,
    text: String,
    value: Value,
}

fn event() -> impl Strategy<Value = Event> {
    let text = prop_oneof![Just("yes".to_owned()), ".{0,20}", liquid(), Just("x".repeat(70_000))];
    (prop::bool::weighted(0.8), any::<bool>(), text, json_value())
        .prop_map(|(fits, good, text, value)| Event { fits, good, text, value })
}

impl Event {
    fn input(&self, status: &Status, turn: usize) -> FlowInput {
        let reason = self.text.clone();
        let message = || {
            let params = [
                ("Body", json!(self.text)),
                ("MessageSid", json!(format!("SM_{turn}"))),
                ("X", self.value.clone()),
            ];
            FlowInput::Message { params: params.into_iter().map(|(k, v)| (k.to_owned(), v)).collect() }
        };
        let fields = || self.value.as_object().cloned().unwrap_or_else(Map::new);
        match (status, self.fits, self.good) {
            (_, false, true) => FlowInput::Timer { id: EffectId(self.text.clone()) },
            (_, false, false) => FlowInput::SendFailed {
                effect_id: EffectId("3.ask.0".to_owned()),
                code: reason.clone(),
                reason,
            },
            (Status::Waiting(Waiting::Reply { .. }), _, true) => message(),
            (Status::Waiting(Waiting::Reply { timer, .. }), ..) => FlowInput::Timer { id: timer.clone() },
            (Status::Waiting(Waiting::Http { request }), _, true) => FlowInput::HttpResponse {
                effect_id: request.clone(),
                status: 200,
                content_type: "application/json".to_owned(),
                body: json!({"a": self.text, "v": self.value}).to_string(),
            },
            (Status::Waiting(Waiting::Http { request }), ..) => {
                FlowInput::HttpFailed { effect_id: request.clone(), reason }
            }
            (Status::Waiting(Waiting::Function { call }), _, true) => FlowInput::FunctionResult {
                effect_id: call.clone(),
                status: 200,
                content_type: "text/plain".to_owned(),
                body: self.text.clone(),
                headers: BTreeMap::new(),
            },
            (Status::Waiting(Waiting::Function { call }), ..) => {
                FlowInput::FunctionFailed { effect_id: call.clone(), reason }
            }
            (Status::Waiting(Waiting::Call { timer: Some(timer), .. }), _, false) => {
                FlowInput::Timer { id: timer.clone() }
            }
            (Status::Waiting(Waiting::Call { .. }), _, false) => FlowInput::CallEnded {
                effect_id: None,
                params: call(&[("CallStatus", json!("completed")), ("X", self.value.clone())]),
            },
            (
                Status::Waiting(Waiting::Call { document: id, .. } | Waiting::OutgoingCall { call: id, .. }),
                _,
                true,
            ) => {
                let said = if turn.is_multiple_of(3) { "SpeechResult" } else { "Digits" };
                FlowInput::CallRequest {
                    effect_id: Some(id.clone()),
                    params: call(&[(said, json!(self.text)), ("Result", self.value.clone())]),
                }
            }
            (Status::Waiting(Waiting::OutgoingCall { call, .. }), ..) => {
                FlowInput::CallFailed { effect_id: call.clone(), reason }
            }
            (Status::Waiting(Waiting::Recording { request }), _, true) => {
                FlowInput::RecordingChanged { effect_id: request.clone(), fields: fields() }
            }
            (Status::Waiting(Waiting::Recording { request }), ..) => {
                FlowInput::RecordingFailed { effect_id: request.clone(), reason }
            }
            (Status::Waiting(Waiting::Task { task }), _, good) => FlowInput::TaskEvent {
                effect_id: task.clone(),
                event: if good {
                    TaskEvent::Completed { fields: fields() }
                } else {
                    TaskEvent::Created { fields: fields() }
                },
            },
            (Status::NotStarted | Status::Ended { .. }, ..) => message(),
        }
    }
}

/// What a step gives the call.
fn documents(done: &FlowStep) -> impl Iterator<Item = &InstructCall> {
    done.effects.iter().filter_map(|effect| match effect {
        Effect::InstructCall(document) => Some(document),
        _ => None,
    })
}

/// One step, run twice and then repeated, with everything checked that must hold for any step.
fn checked(flow: &Flow, library: &BTreeMap<String, Flow>, state: &FlowState, input: &FlowInput) -> FlowStep {
    let done = step(flow, library, state.clone(), input, NOW);
    assert_eq!(done, step(flow, library, state.clone(), input, NOW));
    let stored = serde_json::to_vec(&done.state).unwrap();
    assert!(stored.len() <= STATE_BYTES_MAX);
    assert_eq!(serde_json::from_slice::<FlowState>(&stored).unwrap(), done.state);
    assert!(done.state.steps() <= STEPS_MAX);
    assert_eq!(done.status, done.state.status());
    let mut ids: Vec<&EffectId> = done.effects.iter().map(Effect::id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), done.effects.len());
    let ended = matches!(done.status, Status::Ended { .. });
    let was_ended = matches!(state.status(), Status::Ended { .. });
    let says_so = done.effects.iter().filter(|effect| matches!(effect, Effect::Ended { .. })).count();
    assert_eq!(says_so, usize::from(ended && !was_ended));
    // One document for one request, within its bounds; the same one when the request comes again.
    let documents: Vec<&InstructCall> = documents(&done).collect();
    assert!(documents.len() <= 1);
    assert!(documents.iter().all(|document| check(&document.instructions).is_ok()));
    assert!(documents.is_empty() || done.state.call_document() == documents.first().copied());
    let again = step(flow, library, done.state.clone(), input, NOW);
    assert_eq!(again.state, done.state);
    assert!(again.effects.iter().all(|effect| matches!(effect, Effect::InstructCall(_))));
    let asks = matches!(input, FlowInput::CallRequest { .. } | FlowInput::Start { .. });
    assert!(again.effects.is_empty() || asks);
    if asks && !documents.is_empty() {
        assert_eq!(self::documents(&again).collect::<Vec<_>>(), documents);
    }
    done
}

fn play(flow: &Flow, trigger: Trigger, events: &[Event], library: &BTreeMap<String, Flow>) {
    let context = StartContext {
        execution_sid: "FN".to_owned(),
        contact_address: "+1".to_owned(),
        ..Default::default()
    };
    let start = FlowInput::Start { trigger, context };
    let mut done = checked(flow, library, &FlowState::default(), &start);
    for (turn, event) in events.iter().enumerate() {
        let input = event.input(&done.status, turn);
        done = checked(flow, library, &done.state, &input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_valid_flow_plays_with_any_answers(trigger in trigger(), events in prop::collection::vec(event(), 0..20)) {
        let read = || Flow::from_value("self", &every_widget()).unwrap();
        play(&read(), trigger, &events, &BTreeMap::from([("self".to_owned(), read())]));
    }

    #[test]
    fn a_mutated_flow_is_refused_or_plays(
        definition in mutated(), trigger in trigger(), events in prop::collection::vec(event(), 0..8),
    ) {
        if let (Ok(flow), Ok(same)) = (Flow::from_value("self", &definition), Flow::from_value("self", &definition)) {
            play(&flow, trigger, &events, &BTreeMap::from([("self".to_owned(), same)]));
        }
    }

    #[test]
    fn any_template_is_refused_or_renders(source in liquid(), trigger in trigger()) {
        let mut definition = every_widget();
        for (name, property) in [("set", "/variables/0/value"), ("ask", "/body"), ("hello", "/body"), ("say", "/say")] {
            let state = definition["states"].as_array_mut().unwrap().iter_mut().find(|state| state["name"] == name);
            *state.unwrap()["properties"].pointer_mut(property).unwrap() = json!(source);
        }
        if let Ok(flow) = Flow::from_value("self", &definition) {
            play(&flow, trigger, &[], &BTreeMap::new());
        }
    }

    #[test]
    fn any_text_is_refused(text in ".{0,200}") {
        prop_assert!(Flow::parse("any", &text).is_err());
    }
}
