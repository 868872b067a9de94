//! Snapshots of what is stored and sent: a change of these shapes is a change of a protocol.

use serde_json::json;

use patchbay_model::call::{self, CallInstruction, CallMethod};

use crate::effect::{
    ContentTemplate, CreateTask, Effect, EffectId, EndReason, HttpMethod, HttpRequest, InstructCall,
    RecordCall, RunFunction, SendMessage,
};
use crate::input::{FlowInput, TaskEvent};
use crate::problem::{Problem, ProblemKind};
use crate::step::{NoFlows, step};
use crate::widgets::testing::{NOW, definition, flow, params, start};
use crate::{FlowState, Waiting};

fn id(index: usize) -> EffectId {
    EffectId::new(7, "ask name", index)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn effects() {
    let template =
        ContentTemplate { content_sid: "HX1".to_owned(), variables: [("1".into(), "Ada".into())].into() };
    let full = SendMessage {
        id: id(1),
        body: String::new(),
        media_url: text("https://example.com/a.png"),
        from: text("+15550002"),
        to: text("+15550001"),
        service: text("IS1"),
        channel: text("CH1"),
        messaging_service_sid: text("MG1"),
        attributes: Some(json!({"a": 1})),
        template: Some(template),
        shorten_urls: true,
    };
    let least: SendMessage = serde_json::from_value(json!({"id": id(0), "body": "Hi"})).unwrap();
    let effects = [
        Effect::SendMessage(least),
        Effect::SendMessage(full),
        Effect::HttpRequest(HttpRequest {
            id: id(2),
            method: HttpMethod::Post,
            url: "https://example.com".to_owned(),
            content_type: text("application/json;charset=utf-8"),
            body: text("{}"),
            add_twilio_auth: true,
        }),
        Effect::RunFunction(RunFunction {
            id: id(3),
            url: text("https://example.com/f"),
            service_sid: text("ZS1"),
            environment_sid: text("ZE1"),
            function_sid: text("ZH1"),
            parameters: vec![("a".to_owned(), "b".to_owned())],
        }),
        Effect::CreateTask(CreateTask {
            id: id(4),
            workflow: text("WW1"),
            task_channel: text("chat"),
            attributes: json!({"name": "Ada"}),
            priority: 5,
            timeout_s: Some(3600),
        }),
        Effect::SetTimer { id: id(5), after_s: 60 },
        Effect::InstructCall(InstructCall {
            id: id(8),
            instructions: vec![CallInstruction::Redirect {
                url: "https://a".to_owned(),
                method: CallMethod::Post,
            }],
        }),
        Effect::RecordCall(RecordCall {
            id: id(9),
            recording: call::RecordCall { on: true, dual: true, trim_silence: false, status_callback: None },
        }),
        Effect::SetContactAttribute { id: id(6), key: "language".to_owned(), value: json!("de") },
        Effect::Ended { id: EffectId::new(7, "ask name", "end"), reason: EndReason::LimitReached },
    ];
    insta::assert_json_snapshot!(effects);
}

#[test]
fn state() {
    let ask = json!({"name": "ask", "type": "send-and-wait-for-reply",
        "properties": {"body": "Name?", "timeout": 60}, "transitions": []});
    let set = json!({"name": "set", "type": "set-variables", "transitions": [{"event": "next", "next": "ask"}],
        "properties": {"variables": [{"key": "n", "value": "1"}]}});
    let flow = flow(&definition("set", vec![set, ask], &[]));
    let waiting = step(&flow, &NoFlows, FlowState::default(), &start(), NOW).state;
    insta::assert_json_snapshot!("state_not_started", FlowState::default());
    insta::assert_json_snapshot!("state_waiting", waiting);
    let reply = FlowInput::Message { params: params(json!({"Body": "Ada", "MessageSid": "SM2"})) };
    insta::assert_json_snapshot!("state_ended", step(&flow, &NoFlows, waiting, &reply, NOW).state);
}

#[test]
fn waits_inputs_and_problems() {
    let waits = [
        Waiting::Reply { sent: id(0), timer: id(1) },
        Waiting::Http { request: id(0) },
        Waiting::Function { call: id(0) },
        Waiting::Task { task: id(0) },
        Waiting::Call { document: id(0), timer: Some(id(1)) },
        Waiting::Call { document: id(0), timer: None },
        Waiting::OutgoingCall { call: id(0), timer: Some(id(1)) },
        Waiting::Recording { request: id(0) },
    ];
    insta::assert_json_snapshot!("waits", waits);
    let reason = "why".to_owned();
    let inputs = [
        start(),
        FlowInput::Message { params: params(json!({"Body": "Hi"})) },
        FlowInput::HttpResponse {
            effect_id: id(0),
            status: 200,
            content_type: "text/plain".into(),
            body: "ok".into(),
        },
        FlowInput::HttpFailed { effect_id: id(0), reason: reason.clone() },
        FlowInput::FunctionFailed { effect_id: id(0), reason: reason.clone() },
        FlowInput::Sent { effect_id: id(0), sid: "SM1".to_owned() },
        FlowInput::SendFailed { effect_id: id(0), code: "21610".to_owned(), reason: reason.clone() },
        FlowInput::TaskEvent { effect_id: id(0), event: TaskEvent::Failed { reason: reason.clone() } },
        FlowInput::Timer { id: id(1) },
        FlowInput::CallRequest { effect_id: Some(id(0)), params: params(json!({"Digits": "1"})) },
        FlowInput::CallEnded { effect_id: None, params: params(json!({"CallStatus": "busy"})) },
        FlowInput::CallFailed { effect_id: id(0), reason: "21211".to_owned() },
        FlowInput::RecordingChanged { effect_id: id(0), fields: params(json!({"Sid": "RE1"})) },
    ];
    insta::assert_json_snapshot!("inputs", inputs);
    let problem = |kind| Problem { flow: "FW1".to_owned(), widget: "ask".to_owned(), kind };
    let problems = [
        problem(ProblemKind::LimitReached { limit: "steps".to_owned(), max: 1000 }),
        problem(ProblemKind::Cut { what: "response body".to_owned(), bytes: 70_000, max: 65_536 }),
        problem(ProblemKind::Ignored { reason }),
    ];
    insta::assert_json_snapshot!("problems", problems);
}
