//! What is done to calls that go on.

use super::SenderError;
use super::call::{Refused, answer_to};
use crate::center::Center;
use crate::metric;
use crate::ports::Consistency;
use crate::store::{Problem, keep_problem, load_execution, load_leg};
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
    document: &str,
    receive_count: u32,
) -> Result<(), SenderError> {
    let table = center.table.as_ref();
    let Some(leg) = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none()) else {
        return Ok(());
    };
    let contact = leg.conversation_sid.contact();
    let execution = load_execution(table, &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.sid == leg.execution_sid);
    match execution.as_ref().and_then(|execution| execution.state.call_document()) {
        Some(present) if present.id.0 == document => {}
        // This entry is sent before the turn that gives the document is written.
        _ if receive_count < LOOKS_MAX => {
            return Err(SenderError::Retry("the document is not there yet".into()));
        }
        _ => return Ok(()),
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
        DeliveryOutcome::Sent { .. } => Ok(()),
        DeliveryOutcome::Retry { why, .. } | DeliveryOutcome::Unknown { why } => Err(SenderError::Retry(why)),
        DeliveryOutcome::Refused { code, why, .. } => {
            metric::count(metric::MESSAGE_FAILED, ChannelKind::Voice, &code);
            let problem = Problem {
                sid: ProblemSid::derive(&["call", call_sid, document]),
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
