//! The fate of messages that an execution sent: kept in `outbound.Status` of the widget that sent them.

use serde_json::{Map, Value, json};

use crate::effect::EffectId;
use crate::input::FlowInput;
use crate::run::Run;

/// Notes what `input` says about a sent message. Whether it changed anything: a repeated report does not.
pub(crate) fn note(run: &mut Run, input: &FlowInput) -> bool {
    let (id, facts) = match input {
        FlowInput::Sent { effect_id, sid } => {
            (effect_id, vec![("Status", json!("sent")), ("ProviderSid", json!(sid))])
        }
        FlowInput::SendFailed { effect_id, code, reason } => (
            effect_id,
            vec![("Status", json!("failed")), ("ErrorCode", json!(code)), ("ErrorMessage", json!(reason))],
        ),
        FlowInput::DeliveryFailure { effect_id, code, reason } => (
            effect_id,
            vec![
                ("Status", json!("undelivered")),
                ("ErrorCode", json!(code)),
                ("ErrorMessage", json!(reason)),
            ],
        ),
        _ => return false,
    };
    let Some(outbound) = outbound_mut(run, id) else {
        return false;
    };
    // A message that failed does not become sent by a late or repeated report.
    let rank = |status: Option<&Value>| match status.and_then(Value::as_str) {
        Some("queued") => 0,
        Some("sent") => 1,
        _ => 2,
    };
    let new = facts.iter().find(|(key, _)| *key == "Status").map(|(_, status)| status);
    if rank(new) <= rank(outbound.get("Status")) {
        return false;
    }
    outbound.extend(facts.into_iter().map(|(key, value)| (key.to_owned(), value)));
    true
}

fn outbound_mut<'a>(run: &'a mut Run, id: &EffectId) -> Option<&'a mut Map<String, Value>> {
    run.state
        .frames
        .iter_mut()
        .flat_map(|frame| frame.context.widgets.values_mut())
        .filter_map(|outputs| outputs.get_mut("outbound")?.as_object_mut())
        .find(|outbound| outbound.get("Sid").and_then(Value::as_str) == Some(&id.0))
}
