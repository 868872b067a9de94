//! What is done to calls that go on.

use super::SenderError;
use super::call::{Refused, answer_to};
use crate::calls;
use crate::center::Center;
use crate::metric;
use crate::ports::Consistency;
use crate::store::{Bridge, Execution, Leg, Problem, keep_problem, load_execution, load_leg};
use patchbay_channels::{DeliveryOutcome, RefusalCause};
use patchbay_model::{ChannelKind, ProblemSid};

/// Receipts after which a document that is not there is taken for one that another has followed.
const LOOKS_MAX: u32 = 3;

/// Has a call ask for the document that it is to follow now, unless it is over or follows a later one.
///
/// Safe to run twice: what it asks then is answered as it would have been.
pub(super) async fn move_call(
    center: &Center,
    call_sid: &str,
    document: Option<&str>,
    receive_count: u32,
) -> Result<(), SenderError> {
    let table = center.table.as_ref();
    let Some(leg) = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none()) else {
        return Ok(());
    };
    if leg.outward.is_some() {
        // It follows no documents: the customer is in the conference, or is called into it.
        return Ok(());
    }
    let contact = leg.conversation_sid.contact();
    let execution = load_execution(table, &contact, Consistency::Strong).await?;
    let Some(execution) = execution.filter(|execution| execution.sid == leg.execution_sid) else {
        return Ok(());
    };
    if let Some(document) = document
        && execution.state.call_document().is_none_or(|present| present.id.0 != document)
    {
        // This entry is sent before the turn that gives the document is written.
        return match receive_count < LOOKS_MAX {
            true => Err(SenderError::Retry("the document is not there yet".into())),
            false => Ok(()),
        };
    }
    if document.is_none() && is_there(&leg, &execution) {
        return Ok(());
    }
    let account = center.channel(ChannelKind::Voice, &leg.account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    let request = voice.move_call(call_sid);
    let outcome = match answer_to(center, &request).await {
        Ok(response) => voice.call_outcome(&request, &response),
        Err(Refused(why)) => {
            DeliveryOutcome::Refused { code: "forbidden".into(), why, cause: RefusalCause::Account }
        }
    };
    match outcome {
        DeliveryOutcome::Sent { .. } => leave_agent(center, &leg, &execution).await,
        DeliveryOutcome::Retry { why, .. } | DeliveryOutcome::Unknown { why } => Err(SenderError::Retry(why)),
        DeliveryOutcome::Refused { code, why, .. } => {
            metric::count(metric::MESSAGE_FAILED, ChannelKind::Voice, &code);
            let problem = Problem {
                sid: ProblemSid::derive(&["call", call_sid, document.unwrap_or_default()]),
                at: center.now(),
                source: format!("call:{call_sid}"),
                reason: format!("the call could not be moved: {code}: {why}"),
                payload_hash: None,
            };
            Ok(keep_problem(table, &problem).await?)
        }
        DeliveryOutcome::Instead(_) => Ok(()),
    }
}

/// Whether the caller is where they would be led: with their agent, or where none of the agents has been. To lead somebody
/// out of a conference ends it for the others.
fn is_there(leg: &Leg, execution: &Execution) -> bool {
    leg.connected(execution).map(Bridge::room) == leg.conference.as_deref()
}

/// A caller who was led away from their agent leaves calls behind on which nobody talks.
async fn leave_agent(center: &Center, leg: &Leg, execution: &Execution) -> Result<(), SenderError> {
    if leg.connected(execution).is_some() {
        return Ok(());
    }
    let Some(bridge) = leg.bridge.as_ref().filter(|bridge| bridge.since.is_some()) else { return Ok(()) };
    if let Some(agents) = &bridge.call_sid {
        calls::end_call(center, &leg.account, agents).await?;
    }
    calls::end_parties(center, leg, &leg.parties).await?;
    calls::stop_recording(center, leg, bridge.reservation_sid.as_str()).await?;
    let after = Leg { bridge: None, parties: Vec::new(), ..leg.clone() };
    match calls::write(center, leg, after).await {
        Ok(_) => Ok(()),
        // Its end, or the next agent, was noted meanwhile.
        Err(error) if error.is_lost_race() => Ok(()),
        Err(error) => Err(error.into()),
    }
}
