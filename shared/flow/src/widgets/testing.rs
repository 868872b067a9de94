//! Plays one widget between a trigger and its exits: each event leads to a widget named after it.

use patchbay_model::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Effect, EffectId, Flow, FlowInput, FlowState, FlowStep, NoFlows, StartContext, Trigger, step};

/// What came of a play.
pub(crate) struct Outcome {
    /// The exit's event, or `under_test` while it waits.
    pub(crate) at: String,
    /// All effects but the end and the hanging up that belongs to it, as JSON.
    pub(crate) effects: Value,
    /// `widgets.under_test`.
    pub(crate) outputs: Value,
    pub(crate) problems: Vec<String>,
}

pub(crate) const NOW: Timestamp = Timestamp(1_795_359_904_000);

pub(crate) fn params(json: Value) -> Map<String, Value> {
    json.as_object().cloned().unwrap_or_default()
}

/// The start by a message `Hi`.
pub(crate) fn start() -> FlowInput {
    let message = json!({"From": "+15550001", "To": "+15550002", "Body": "Hi", "MessageSid": "SM1"});
    FlowInput::Start {
        trigger: Trigger::IncomingMessage { params: params(message) },
        context: StartContext {
            execution_sid: "FN1".to_owned(),
            flow_sid: "FW1".to_owned(),
            flow_address: "+15550002".to_owned(),
            contact_address: "+15550001".to_owned(),
            contact_attributes: params(json!({"language": "de"})),
        },
    }
}

/// The parameters of a request of the call, with `more`.
pub(crate) fn call_params(more: Value) -> Map<String, Value> {
    let mut call = params(
        json!({"CallSid": "CA1", "From": "+15550001", "To": "+15550002", "CallStatus": "in-progress"}),
    );
    call.extend(params(more));
    call
}

/// The start by a call.
pub(crate) fn start_call() -> FlowInput {
    match start() {
        FlowInput::Start { context, .. } => {
            FlowInput::Start { trigger: Trigger::IncomingCall { params: call_params(json!({})) }, context }
        }
        other => other,
    }
}

/// The request of a call that has followed the document `id`.
pub(crate) fn request(id: &str, more: Value) -> FlowInput {
    FlowInput::CallRequest { effect_id: Some(EffectId(id.to_owned())), params: call_params(more) }
}

/// The news that the caller has hung up.
pub(crate) fn hang_up() -> FlowInput {
    FlowInput::CallEnded { effect_id: None, params: call_params(json!({"CallStatus": "completed"})) }
}

/// A definition of a trigger, `states`, and one exit per name in `exits`.
pub(crate) fn definition(first: &str, mut states: Vec<Value>, exits: &[&str]) -> Value {
    let events = [
        "incomingMessage",
        "incomingConversationMessage",
        "incomingCall",
        "incomingRequest",
        "incomingParent",
    ];
    let transitions: Vec<Value> = events.iter().map(|event| json!({"event": event, "next": first})).collect();
    states.push(json!({"name": "Trigger", "type": "trigger", "transitions": transitions, "properties": {}}));
    for exit in exits {
        states.push(json!({"name": exit, "type": "set-variables", "transitions": [{"event": "next"}]}));
    }
    json!({"description": "test", "initial_state": "Trigger", "flags": {}, "states": states})
}

pub(crate) fn flow(definition: &Value) -> Flow {
    Flow::from_value("test", definition).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Steps through `inputs` from the beginning.
pub(crate) fn steps(flow: &Flow, inputs: &[FlowInput]) -> Vec<FlowStep> {
    let mut state = FlowState::default();
    inputs
        .iter()
        .map(|input| {
            let done = step(flow, &NoFlows, state.clone(), input, NOW);
            state = done.state.clone();
            done
        })
        .collect()
}

/// Plays a widget of type `kind` with `properties`; the start comes first, then `inputs`.
pub(crate) fn play(kind: &str, properties: Value, inputs: &[FlowInput]) -> Outcome {
    play_all(start(), kind, properties, inputs)
}

/// The same on a call.
pub(crate) fn play_on_call(kind: &str, properties: Value, inputs: &[FlowInput]) -> Outcome {
    play_all(start_call(), kind, properties, inputs)
}

fn play_all(first: FlowInput, kind: &str, properties: Value, inputs: &[FlowInput]) -> Outcome {
    let events = super::TYPES.iter().find(|known| known.name == kind).map_or(&[][..], |known| known.events);
    let transitions: Vec<Value> = events.iter().map(|event| json!({"event": event, "next": event})).collect();
    play_from(first, kind, properties, transitions, events, inputs)
}

/// The same as [`play`] with transitions of one's own.
pub(crate) fn play_with(
    kind: &str,
    properties: Value,
    transitions: Vec<Value>,
    exits: &[&str],
    inputs: &[FlowInput],
) -> Outcome {
    play_from(start(), kind, properties, transitions, exits, inputs)
}

fn play_from(
    first: FlowInput,
    kind: &str,
    properties: Value,
    transitions: Vec<Value>,
    exits: &[&str],
    inputs: &[FlowInput],
) -> Outcome {
    let state =
        json!({"name": "under_test", "type": kind, "transitions": transitions, "properties": properties});
    let flow = flow(&definition("under_test", vec![state], exits));
    let inputs: Vec<FlowInput> = std::iter::once(first).chain(inputs.iter().cloned()).collect();
    let done = steps(&flow, &inputs);
    let last = done.last().map(|done| &done.state);
    Outcome {
        at: last.and_then(FlowState::widget).unwrap_or_default().to_owned(),
        effects: json!(
            done.iter()
                .flat_map(|done| &done.effects)
                .filter(
                    |effect| !matches!(effect, Effect::Ended { .. }) && !effect.id().0.ends_with(".hangup")
                )
                .collect::<Vec<_>>()
        ),
        outputs: last
            .and_then(|state| state.context()?.widgets.get("under_test").cloned())
            .unwrap_or_default(),
        problems: done
            .iter()
            .flat_map(|done| &done.problems)
            .map(|problem| problem.kind.to_string())
            .collect(),
    }
}
