use serde_json::json;

use super::*;
use crate::input::TaskEvent;
use crate::limits::{RESPONSE_BYTES_MAX, STATE_BYTES_MAX};
use crate::widgets::testing::{NOW, definition, flow, params, start, steps};

fn split(name: &str, next: &str) -> Value {
    json!({"name": name, "type": "split-based-on", "properties": {"input": "x"},
        "transitions": [{"event": "noMatch", "next": next}]})
}

fn ask(name: &str, next: &str) -> Value {
    json!({"name": name, "type": "send-and-wait-for-reply", "properties": {"body": "?", "timeout": 60},
        "transitions": [{"event": "incomingMessage", "next": next}, {"event": "timeout", "next": next}]})
}

fn http(name: &str, next: &str) -> Value {
    json!({"name": name, "type": "make-http-request", "properties": {"url": "https://x"},
        "transitions": [{"event": "success", "next": next}]})
}

fn message(sid: &str) -> FlowInput {
    FlowInput::Message { params: params(json!({"Body": "yes", "MessageSid": sid})) }
}

/// The limit that ended an execution, if one did.
fn limit(done: &FlowStep) -> Option<&str> {
    assert_eq!(
        done.status == Status::Ended { reason: EndReason::LimitReached },
        matches!(done.effects.last(), Some(Effect::Ended { reason: EndReason::LimitReached, .. }))
    );
    done.problems.iter().find_map(|problem| match &problem.kind {
        ProblemKind::LimitReached { limit, .. } => Some(limit.as_str()),
        _ => None,
    })
}

/// `count` splits in a row after the trigger.
fn chain(count: usize) -> Flow {
    let name = |at: usize| if at == count { String::new() } else { format!("s{at}") };
    flow(&definition("s0", (0..count).map(|at| split(&name(at), &name(at + 1))).collect(), &[]))
}

#[test]
fn steps_without_waiting_are_bounded() {
    let max = STEPS_PER_CALL_MAX as usize;
    let done = &steps(&chain(max - 1), &[start()])[0];
    assert_eq!((limit(done), done.state.steps()), (None, STEPS_PER_CALL_MAX));
    let done = &steps(&chain(max), &[start()])[0];
    assert_eq!((limit(done), done.state.steps()), (Some("steps without waiting"), STEPS_PER_CALL_MAX));
    assert_eq!(done.problems[0].widget, format!("s{}", max - 1));
}

#[test]
fn a_loop_without_waiting_is_bounded() {
    let done = &steps(&flow(&definition("a", vec![split("a", "b"), split("b", "a")], &[])), &[start()])[0];
    assert_eq!(limit(done), Some("entries of one widget without waiting"));
    assert_eq!(done.state.steps(), 1 + 2 * ENTRIES_PER_CALL_MAX);
    assert_eq!(done.problems[0].widget, "a");
}

#[test]
fn a_loop_that_waits_ends_after_so_many_steps() {
    let flow = flow(&definition("a", vec![ask("a", "a")], &[]));
    let inputs: Vec<FlowInput> =
        std::iter::once(start()).chain((0..STEPS_MAX).map(|n| message(&format!("SM_{n}")))).collect();
    let done = steps(&flow, &inputs);
    let at_limit = &done[STEPS_MAX as usize - 2];
    assert_eq!((limit(at_limit), at_limit.state.steps()), (None, STEPS_MAX));
    assert_eq!(limit(&done[STEPS_MAX as usize - 1]), Some("steps of an execution"));
}

#[test]
fn an_execution_lives_thirty_days() {
    let flow = flow(&definition("a", vec![ask("a", "a")], &[]));
    let state = step(&flow, &NoFlows, FlowState::default(), &start(), NOW).state;
    let at = |age_ms| step(&flow, &NoFlows, state.clone(), &message("SM2"), NOW.plus_ms(age_ms));
    assert_eq!(limit(&at(EXECUTION_MS_MAX)), None);
    assert_eq!(limit(&at(EXECUTION_MS_MAX + 1)), Some("age of the execution in ms"));
}

#[test]
fn subflows_are_bounded() {
    let sub = |flow_sid: String| {
        let sub = json!({"name": "sub", "type": "run-subflow", "properties": {"flow_sid": flow_sid}});
        flow(&definition("sub", vec![sub], &[]))
    };
    // Flow 1 runs flow 2, and so on; `FW9` is not in the library of the first case.
    let library = |count: usize| -> BTreeMap<String, Flow> {
        (2..=count).map(|n| (format!("FW{n}"), sub(format!("FW{}", n + 1)))).collect()
    };
    let run = |count| step(&sub("FW2".to_owned()), &library(count), FlowState::default(), &start(), NOW);
    assert_eq!(limit(&run(SUBFLOW_DEPTH_MAX - 1)), None);
    assert_eq!(limit(&run(SUBFLOW_DEPTH_MAX)), Some("flows inside one another"));
    let this = BTreeMap::from([("FW2".to_owned(), sub("FW2".to_owned()))]);
    let done = step(&sub("FW2".to_owned()), &this, FlowState::default(), &start(), NOW);
    assert_eq!(limit(&done), Some("flows inside one another"));
}

#[test]
fn a_subflow_waits_and_comes_back() {
    let parent = json!({"name": "sub", "type": "run-subflow", "properties": {"flow_sid": "FW2"},
        "transitions": [{"event": "completed", "next": "done"}]});
    let parent = flow(&definition("sub", vec![parent], &["done"]));
    let set = json!({"name": "set", "type": "set-variables", "properties": {"variables":
        [{"key": "answer", "value": "{{widgets.ask.inbound.Body}}"}]}});
    let library =
        BTreeMap::from([("FW2".to_owned(), flow(&definition("ask", vec![ask("ask", "set"), set], &[])))]);
    let first = step(&parent, &library, FlowState::default(), &start(), NOW);
    assert_eq!(first.state.widget(), Some("ask"));
    let done = step(&parent, &library, first.state.clone(), &message("SM2"), NOW);
    assert_eq!(
        (done.state.widget(), &done.status),
        (Some("done"), &Status::Ended { reason: EndReason::Finished })
    );
    assert_eq!(done.state.context().map(|c| &c.widgets["sub"]), Some(&json!({"answer": "yes"})));
    // A subflow that is gone meanwhile ends the execution and says so.
    let lost = step(&parent, &NoFlows, first.state, &message("SM2"), NOW);
    assert_eq!(lost.problems[0].kind, ProblemKind::NoSuchWidget);
    assert_eq!(lost.status, Status::Ended { reason: EndReason::Broken });
}

#[test]
fn a_widget_that_is_gone_ends_the_execution() {
    let state = steps(&flow(&definition("a", vec![ask("a", "a")], &[])), &[start()])[0].state.clone();
    let changed = flow(&definition("b", vec![ask("b", "b")], &[]));
    let done = step(&changed, &NoFlows, state, &message("SM2"), NOW);
    assert_eq!(done.status, Status::Ended { reason: EndReason::Broken });
}

#[test]
fn inputs_that_do_not_fit_change_nothing() {
    let flow = flow(&definition("a", vec![ask("a", "b"), http("b", "a")], &[]));
    let done = steps(&flow, &[start(), message("SM2")]);
    let id = EffectId::new(2, "a", 1);
    let ignored = |state: &FlowState, input: &FlowInput| {
        let done = step(&flow, &NoFlows, state.clone(), input, NOW);
        assert!(matches!(done.problems[0].kind, ProblemKind::Ignored { .. }), "{input:?}");
        assert_eq!((&done.state, done.effects.len()), (state, 0), "{input:?}");
    };
    let (waiting, waiting_http) = (&done[0].state, &done[1].state);
    ignored(&FlowState::default(), &message("SM2"));
    ignored(waiting, &start());
    ignored(waiting, &message("SM1"));
    ignored(waiting_http, &message("SM2"));
    ignored(waiting_http, &message("SM3"));
    ignored(waiting_http, &FlowInput::Timer { id: id.clone() });
    let effect_id = id.clone();
    ignored(waiting_http, &FlowInput::HttpFailed { effect_id, reason: String::new() });
    ignored(
        waiting,
        &FlowInput::TaskEvent { effect_id: id.clone(), event: TaskEvent::Failed { reason: String::new() } },
    );
    ignored(waiting, &FlowInput::Sent { effect_id: id, sid: "x".to_owned() });
}

#[test]
fn large_outputs_make_room() {
    // Each answer keeps its body and, parsed, its content once more.
    let widgets = (0..4).map(|n| http(&format!("h{n}"), &format!("h{}", n + 1))).chain([ask("h4", "")]);
    let flow = flow(&definition("h0", widgets.collect(), &[]));
    let mut done = step(&flow, &NoFlows, FlowState::default(), &start(), NOW);
    let mut cut = 0;
    while let Status::Waiting(crate::Waiting::Http { request }) = done.status.clone() {
        let answer = FlowInput::HttpResponse {
            effect_id: request,
            status: 200,
            content_type: "application/json".to_owned(),
            body: format!("{{\"a\":\"{}\"}}", "x".repeat(RESPONSE_BYTES_MAX - 8)),
        };
        done = step(&flow, &NoFlows, done.state, &answer, NOW);
        cut += done.problems.len();
        assert!(serde_json::to_vec(&done.state).unwrap().len() <= STATE_BYTES_MAX);
    }
    assert_eq!((done.state.widget(), cut), (Some("h4"), 2));
}

#[test]
fn variables_that_do_not_fit_end_the_execution() {
    let set = |n: usize| {
        let variables: Vec<Value> =
            (0..30).map(|k| json!({"key": format!("{n}_{k}"), "value": "x".repeat(16_000)})).collect();
        json!({"name": format!("s{n}"), "type": "set-variables", "properties": {"variables": variables}})
    };
    let done = &steps(&flow(&definition("s0", vec![set(0)], &[])), &[start()])[0];
    assert_eq!(limit(done), Some("bytes of the execution's state"));
    assert!(serde_json::to_vec(&done.state).unwrap().len() <= STATE_BYTES_MAX);
    assert_eq!(done.effects.len(), 1);
}
