//! Calls: no channel of the center carries any, so a flow hears at once that there is none.

use patchbay_flow::{EffectId, FlowInput};

const REASON: &str = "no channel carries calls";

/// The answer to a call that a flow wants to make.
pub(in crate::inbound) fn no_call(effect_id: EffectId) -> FlowInput {
    FlowInput::CallFailed { effect_id, reason: REASON.to_owned() }
}

/// The answer to a recording that a flow wants to begin or to end.
pub(in crate::inbound) fn no_recording(effect_id: EffectId) -> FlowInput {
    FlowInput::RecordingFailed { effect_id, reason: REASON.to_owned() }
}

/// The answer to instructions that no call is there to follow.
pub(in crate::inbound) fn no_line() -> FlowInput {
    FlowInput::CallEnded { effect_id: None, params: Default::default() }
}
