//! Calls: one that is there is led from where it is to where its flow stands now. None are made.

use crate::command::{OutboundJob, body};
use crate::inbound::InboundError;
use crate::inbound::turn::Turn;
use crate::ports::{Outgoing, QueueName};
use patchbay_flow::{EffectId, FlowInput};
use patchbay_model::id::{digest16, hex};

const REASON: &str = "calls are not made by flows here";

impl Turn<'_> {
    /// The call is elsewhere while its flow goes on: it is to ask what to do now. Asking twice does no harm.
    pub(in crate::inbound) async fn move_call(&self, document: &EffectId) -> Result<(), InboundError> {
        let Some(call_sid) = self.execution.state.call_sid().map(str::to_owned) else { return Ok(()) };
        let dedup = hex(&digest16(&["move", &call_sid, &document.0]));
        let group = hex(&digest16(&["call", &call_sid]));
        let job = OutboundJob::MoveCall { call_sid, document: Some(document.0.clone()) };
        self.center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
        Ok(())
    }
}

/// The answer to a call that a flow wants to make.
pub(in crate::inbound) fn no_call(effect_id: EffectId) -> FlowInput {
    FlowInput::CallFailed { effect_id, reason: REASON.to_owned() }
}

/// The answer to a recording that a flow wants to begin or to end.
pub(in crate::inbound) fn no_recording(effect_id: EffectId) -> FlowInput {
    FlowInput::RecordingFailed { effect_id, reason: REASON.to_owned() }
}
