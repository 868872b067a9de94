use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use crate::twilio::{errors, rest};
use patchbay_model::MessageStatus;

/// What became of a send.
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    rest::outcome(request, response)
}

/// A `MessageStatus` of Twilio in the project's words. What Twilio has taken is sent to us, whether or not it
/// has handed it on. `None` for one that says nothing about a message of ours.
pub(super) fn status(text: &str) -> Option<MessageStatus> {
    Some(match text {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "undelivered" | "failed" | "canceled" => MessageStatus::Failed,
        _ => return None,
    })
}

/// An `ErrorCode` for people.
pub(super) fn reason(code: &str) -> String {
    match code.parse().ok().and_then(errors::lookup) {
        Some((_, meaning)) => format!("{code}: {meaning}"),
        None => code.to_owned(),
    }
}
