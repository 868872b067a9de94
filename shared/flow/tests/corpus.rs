//! Flows exported from Studio parse, or are refused only for widget types that are not supported; and those that
//! parse run to an end whatever the world answers.

// An edge as far as the lints go: it reads the environment and files, and prints what it counted.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchbay_flow::{
    Effect, Flow, FlowErrors, FlowInput, FlowState, NoFlows, StartContext, Status, TaskEvent, Trigger,
    Waiting, step,
};
use patchbay_model::Timestamp;
use serde_json::{Value, json};

const SUPPORTED: [&str; 22] = [
    "trigger",
    "split-based-on",
    "send-message",
    "send-and-wait-for-reply",
    "set-variables",
    "make-http-request",
    "run-function",
    "run-subflow",
    "send-to-flex",
    "say-play",
    "gather-input-on-call",
    "connect-call-to",
    "enqueue-call",
    "record-voicemail",
    "record-call",
    "make-outgoing-call-v1",
    "make-outgoing-call-v2",
    "add-twiml-redirect",
    "capture-payments",
    "fork-stream",
    "connect-virtual-agent",
    "connect-virtual-agent-v2",
];

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("PATCHBAY_CORPUS");
    if root.is_none() {
        println!("skipped: PATCHBAY_CORPUS is not set");
    }
    root.map(|root| PathBuf::from(root).join("studio"))
}

/// The definitions of a folder, by file name; none when the folder is not part of this corpus.
fn definitions(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Everything that is no corpus of invalid flows.
fn real_flows(root: &Path) -> BTreeMap<String, String> {
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    folders
        .filter(|path| path.is_dir() && !path.ends_with("invalid"))
        .flat_map(|path| definitions(&path))
        .collect()
}

/// What is wrong with a definition, found without the parser: unsupported types, and transitions to nowhere.
fn faults(json: &str) -> (Vec<String>, usize) {
    let json: Value = serde_json::from_str(json).unwrap();
    let states = json["states"].as_array().unwrap();
    let names: Vec<&Value> = states.iter().map(|state| &state["name"]).collect();
    let types = states.iter().map(|state| state["type"].as_str().unwrap().to_owned());
    let transitions = states.iter().flat_map(|state| state["transitions"].as_array().unwrap());
    let nowhere = transitions
        .filter_map(|transition| transition.get("next"))
        .filter(|next| next.as_str().is_some_and(|next| !next.is_empty()) && !names.contains(next));
    (types.filter(|kind| !SUPPORTED.contains(&kind.as_str())).collect(), nowhere.count())
}

#[test]
fn exported_flows_parse() {
    let Some(root) = corpus() else { return };
    let (mut parsed, mut dangling, mut unsupported) = (0, 0, BTreeMap::<String, usize>::new());
    for (name, json) in real_flows(&root) {
        let (missing, nowhere) = faults(&json);
        let errors =
            Flow::parse(&name, &json).err().map_or_else(Vec::new, |FlowErrors { errors, .. }| errors);
        let about = |text: &str| errors.iter().filter(|error| error.message.contains(text)).count();
        assert_eq!(about("is not supported"), missing.len(), "{name}: {errors:#?}");
        assert_eq!(about("the transition leads to"), nowhere, "{name}: {errors:#?}");
        assert_eq!(errors.len(), missing.len() + nowhere, "{name}: {errors:#?}");
        parsed += usize::from(errors.is_empty());
        dangling += usize::from(nowhere > 0);
        for kind in missing {
            *unsupported.entry(kind).or_default() += 1;
        }
    }
    println!("{parsed} flows parse, {dangling} lead nowhere, unsupported widgets: {unsupported:?}");
    assert!(parsed > 0);
}

#[test]
fn invalid_flows_are_refused() {
    let Some(root) = corpus() else { return };
    for (name, json) in definitions(&root.join("invalid")) {
        assert!(Flow::parse(&name, &json).is_err(), "{name}");
    }
}

/// What the world answers in one run.
#[derive(Clone, Copy, Debug)]
enum Script {
    /// Everything works; the contact says yes.
    Good,
    /// Everything fails; the contact says nothing.
    Bad,
}

fn answer(script: Script, waiting: &Waiting, turn: usize) -> FlowInput {
    match (script, waiting.clone()) {
        (Script::Good, Waiting::Reply { .. }) => {
            let params = json!({"Body": "yes", "From": "+15550001", "MessageSid": format!("SM{turn}")});
            FlowInput::Message { params: params.as_object().unwrap().clone() }
        }
        (Script::Bad, Waiting::Reply { timer, .. }) => FlowInput::Timer { id: timer },
        (Script::Good, Waiting::Http { request: effect_id }) => FlowInput::HttpResponse {
            effect_id,
            status: 200,
            content_type: "application/json".to_owned(),
            body: "{}".to_owned(),
        },
        (Script::Bad, Waiting::Http { request: effect_id }) => {
            FlowInput::HttpFailed { effect_id, reason: "refused".to_owned() }
        }
        (Script::Good, Waiting::Function { call: effect_id }) => FlowInput::FunctionResult {
            effect_id,
            status: 200,
            content_type: "application/json".to_owned(),
            body: "{}".to_owned(),
            headers: BTreeMap::new(),
        },
        (Script::Bad, Waiting::Function { call: effect_id }) => {
            FlowInput::FunctionFailed { effect_id, reason: "refused".to_owned() }
        }
        (Script::Good, Waiting::Task { task: effect_id }) => {
            FlowInput::TaskEvent { effect_id, event: TaskEvent::Completed { fields: Default::default() } }
        }
        (Script::Good, Waiting::Call { document, .. } | Waiting::OutgoingCall { call: document, .. }) => {
            FlowInput::CallRequest { effect_id: Some(document), params: call(script) }
        }
        (Script::Bad, Waiting::Call { .. }) => FlowInput::CallEnded { effect_id: None, params: call(script) },
        (Script::Bad, Waiting::OutgoingCall { call: effect_id, .. }) => {
            FlowInput::CallFailed { effect_id, reason: "no route".to_owned() }
        }
        (Script::Good, Waiting::Recording { request: effect_id }) => {
            FlowInput::RecordingChanged { effect_id, fields: Default::default() }
        }
        (Script::Bad, Waiting::Recording { request: effect_id }) => {
            FlowInput::RecordingFailed { effect_id, reason: "the call is over".to_owned() }
        }
        (Script::Bad, Waiting::Task { task: effect_id }) => {
            FlowInput::TaskEvent { effect_id, event: TaskEvent::Failed { reason: "canceled".to_owned() } }
        }
    }
}

/// A request of the call: keys are pressed when all is well, and the caller is gone when it is not.
fn call(script: Script) -> serde_json::Map<String, Value> {
    let (status, digits) = match script {
        Script::Good => ("in-progress", "1"),
        Script::Bad => ("completed", ""),
    };
    let params = json!({"CallSid": "CA1", "From": "+15550001", "To": "+15550002", "CallStatus": status, "Digits": digits,
        "RecordingUrl": "https://recordings.example/RE1", "Result": "success", "FlowEvent": "return"});
    params.as_object().unwrap().clone()
}

/// Runs `flow` to its end and returns how many effects it asked for.
fn run(name: &str, flow: &Flow, trigger: Trigger, script: Script) -> usize {
    let mut now = Timestamp(1_795_359_904_000);
    let context = StartContext {
        execution_sid: "FN1".to_owned(),
        flow_sid: "FW1".to_owned(),
        flow_address: "+15550002".to_owned(),
        contact_address: "+15550001".to_owned(),
        contact_attributes: Default::default(),
    };
    let mut input = FlowInput::Start { trigger, context };
    let mut state = FlowState::default();
    let mut effects = 0;
    for turn in 0..=1000 {
        let done = step(flow, &NoFlows, state, &input, now);
        effects += done.effects.len();
        now = now.plus_s(60);
        match &done.status {
            Status::Ended { .. } => {
                assert!(matches!(done.effects.last(), Some(Effect::Ended { .. })), "{name}");
                return effects;
            }
            Status::Waiting(waiting) => input = answer(script, waiting, turn),
            Status::NotStarted => panic!("{name} did not start"),
        }
        let stored = serde_json::to_string(&done.state).unwrap();
        state = serde_json::from_str(&stored).unwrap();
        assert_eq!(state, done.state, "{name}: the state does not survive being stored");
    }
    panic!("{name} does not end");
}

#[test]
fn exported_flows_run_to_an_end() {
    let Some(root) = corpus() else { return };
    let mut runs = 0;
    for (name, json) in real_flows(&root) {
        let Ok(flow) = Flow::parse(&name, &json) else { continue };
        let message = json!({"From": "+15550001", "To": "+15550002", "Body": "Hello", "MessageSid": "SM"});
        let params = message.as_object().unwrap().clone();
        for script in [Script::Good, Script::Bad] {
            let (from, to) = ("+15550001".to_owned(), "+15550002".to_owned());
            for trigger in [
                Trigger::IncomingMessage { params: params.clone() },
                Trigger::IncomingConversationMessage { params: params.clone() },
                Trigger::IncomingCall { params: call(Script::Good) },
                Trigger::IncomingRequest { from, to, parameters: json!({"patient_id": "1"}) },
            ] {
                let does_something = flow.starts_on(trigger.event());
                // A call is told to hang up in any case.
                let least = if matches!(trigger, Trigger::IncomingCall { .. }) { 2 } else { 1 };
                let effects = run(&name, &flow, trigger, script);
                assert!(effects > 0 && (does_something || effects == least), "{name}");
                runs += 1;
            }
        }
    }
    println!("{runs} runs");
}
