//! Calls and recordings that flows ask for.

use super::SenderError;
use super::once::{Once, once, voice};
use crate::center::Center;
use crate::command::{Asked, InboundBody, PlaceCall, RecordCall, body, group};
use crate::ports::{Outgoing, QueueName};
use patchbay_flow::{EffectId, FlowInput};
use patchbay_model::event::FlowCall;
use patchbay_model::id::{digest16, hex};

/// Calls somebody, once.
///
/// Safe to run twice: whoever finds the mark makes no call. What became of it is told by the call itself, and where nobody
/// ever tells, the flow's timer rings.
pub(super) async fn place_call(
    center: &Center,
    job: &PlaceCall,
    receive_count: u32,
) -> Result<(), SenderError> {
    let failed = |reason: String| FlowInput::CallFailed { effect_id: effect(&job.flow), reason };
    let Some(voice) = voice(center, &job.account) else {
        let reason = "the account is not there any more".to_owned();
        return tell(center, &job.flow, &job.asked, failed(reason)).await;
    };
    let request = voice.call_for_flow(&job.call, &job.flow);
    match once(center, voice, &request, &mark(&job.flow), receive_count).await? {
        Once::Done(_) | Once::Unknown => Ok(()),
        Once::Refused(reason) => tell(center, &job.flow, &job.asked, failed(reason)).await,
    }
}

/// Begins to record a call or ends its recording, once, and tells the flow.
///
/// Safe to run twice: whoever finds the mark begins no second recording, and cannot know of the first.
pub(super) async fn record_call(
    center: &Center,
    job: &RecordCall,
    receive_count: u32,
) -> Result<(), SenderError> {
    let failed = |reason: String| FlowInput::RecordingFailed { effect_id: effect(&job.flow), reason };
    let Some(voice) = voice(center, &job.account) else {
        let reason = "the account is not there any more".to_owned();
        return tell(center, &job.flow, &job.asked, failed(reason)).await;
    };
    let parties = (job.asked.address.id.as_str(), job.asked.our_address.as_str());
    let request = voice.record_call(&job.call_sid, &job.recording, parties);
    let input = match once(center, voice, &request, &mark(&job.flow), receive_count).await? {
        Once::Done(fields) => FlowInput::RecordingChanged { effect_id: effect(&job.flow), fields },
        Once::Unknown => failed("nobody knows what became of it".into()),
        Once::Refused(reason) => failed(reason),
    };
    tell(center, &job.flow, &job.asked, input).await
}

fn mark(flow: &FlowCall) -> String {
    hex(&digest16(&["begun", flow.execution_sid.as_str(), &flow.effect]))
}

fn effect(flow: &FlowCall) -> EffectId {
    EffectId(flow.effect.clone())
}

async fn tell(center: &Center, flow: &FlowCall, asked: &Asked, input: FlowInput) -> Result<(), SenderError> {
    let outcome = InboundBody::Outcome {
        contact_sid: flow.contact_sid.clone(),
        execution_sid: flow.execution_sid.clone(),
        input: Box::new(input),
    };
    let dedup = hex(&digest16(&["outcome", flow.execution_sid.as_str(), &flow.effect]));
    let message = Outgoing::fifo(body(&outcome), group(&asked.address, &asked.our_address), dedup);
    center.queue.send(QueueName::Inbound, vec![message]).await?;
    Ok(())
}
