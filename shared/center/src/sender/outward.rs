//! Customers who are called for an agent.

use super::SenderError;
use super::bridge::end_call;
use super::call::{Refused, answer_to};
use super::once::{Once, once, voice};
use crate::calls;
use crate::center::Center;
use crate::ports::QueueName;
use crate::store::load_leg;
use crate::webhook;
use patchbay_channels::DeliveryOutcome;
use patchbay_model::call::CallStatus;
use patchbay_model::event::{AgentLeg, CallNews, Profile, Told};
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ChannelKind, EventKind, InboundEvent};
use std::collections::BTreeMap;

/// Calls the customer of a call whose agent waits in the conference, once.
///
/// Safe to run twice: whoever finds the mark makes no call. Of one that was made, and of which nobody knows, the customer's
/// phone tells; an agent who hears nothing hangs up.
pub(super) async fn call_customer(
    center: &Center,
    agent: &AgentLeg,
    receive_count: u32,
) -> Result<(), SenderError> {
    let leg = load_leg(center.table.as_ref(), &agent.customer_call).await?;
    // An agent who has gone meanwhile needs nobody.
    let Some(leg) = leg.filter(|leg| leg.ended_at.is_none() && leg.bridge.is_some()) else { return Ok(()) };
    let Some(voice) = voice(center, &leg.account) else {
        return unreached(center, agent, &leg.account).await;
    };
    let mark = hex(&digest16(&["customer", &leg.call_sid]));
    match once(center, voice, &voice.call_customer(agent), &mark, receive_count).await? {
        Once::Done(fields) => {
            let call_sid = fields.get("CallSid").or(fields.get("Sid")).and_then(|sid| sid.as_str());
            note(center, &leg.call_sid, call_sid.unwrap_or_default()).await
        }
        Once::Unknown => Ok(()),
        Once::Refused(_) => unreached(center, agent, &leg.account).await,
    }
}

/// Notes which call it is, so that it can be ended; at once, where its agent has gone.
async fn note(center: &Center, leg: &str, call_sid: &str) -> Result<(), SenderError> {
    let changed = calls::change(center, leg, |leg| match &mut leg.outward {
        Some(outward) if outward.call_sid.is_none() => {
            outward.call_sid = Some(call_sid.to_owned());
            true
        }
        _ => false,
    });
    changed.await?;
    let leg = load_leg(center.table.as_ref(), leg).await?;
    match leg.filter(|leg| leg.bridge.is_none() || leg.ended_at.is_some()) {
        Some(leg) => end_call(center, &leg.account, call_sid).await,
        None => Ok(()),
    }
}

/// The provider does not call the customer: that is told as what becomes of a call is.
async fn unreached(center: &Center, agent: &AgentLeg, account: &str) -> Result<(), SenderError> {
    let leg = agent.customer_call.clone();
    let told = Told::Customer { leg: leg.clone(), status: CallStatus::Failed, duration_s: None };
    let event = InboundEvent {
        event_id: format!("{leg}:refused"),
        channel: ChannelKind::Voice,
        account: account.to_owned(),
        contact_address: agent.customer.clone(),
        our_address: agent.ours.clone(),
        provider_time: None,
        to_the_second: false,
        received_at: center.now(),
        profile: Profile::default(),
        kind: EventKind::Call(Box::new(CallNews { call_sid: leg, told, params: BTreeMap::new() })),
    };
    center.queue.send(QueueName::Inbound, vec![webhook::message(&event)?]).await?;
    Ok(())
}

/// Tells an agent that the customer is not to be reached. Telling it twice does no harm.
pub(super) async fn tell_unreached(
    center: &Center,
    account: &str,
    call_sid: &str,
    status: CallStatus,
) -> Result<(), SenderError> {
    let Some(voice) = voice(center, account) else { return Ok(()) };
    let request = voice.tell_unreached(call_sid, status);
    match answer_to(center, &request).await {
        Ok(response) => match voice.call_outcome(&request, &response) {
            DeliveryOutcome::Retry { why, .. } | DeliveryOutcome::Unknown { why } => {
                Err(SenderError::Retry(why))
            }
            _ => Ok(()),
        },
        Err(Refused(why)) => Err(SenderError::Retry(why)),
    }
}
