//! The sender: what waits on `outbound` is rendered and handed to its provider, and the outcome noted.

mod bridge;
mod call;
mod calls;
mod control;
mod note;
mod once;
mod outward;
mod placed;
mod session;
mod signal;
mod smtp;

#[cfg(test)]
mod tests;

pub(crate) use call::{Refused, answer_to, http_request};
pub(crate) use signal::{mark_read, typing};

use crate::budget::RECEIVE_COUNT_MAX;
use crate::center::Center;
use crate::command::{FifoFailures, OutboundBody, OutboundEntry, OutboundJob, Record};
use crate::contacts::{ProfileError, look_up, set_consent};
use crate::mail;
use crate::media;
use crate::metric;
use crate::ports::{BlobError, QueueError};
use crate::store::StoreError;
use crate::webchat::VisitorPushError;
use crate::webhook::with_cause;
use patchbay_channels::{RefusalCause, Rendered};
use patchbay_model::{Consent, MessageStatus, OutboundMessage};

/// How often a message may be received before a passing failure is taken for a final one.
pub const SEND_ATTEMPTS_MAX: u32 = 4;
// Else a message would leave the queue without a status.
const _: () = assert!(SEND_ATTEMPTS_MAX < RECEIVE_COUNT_MAX);

/// Why a record is to come again.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// Of a newer program perhaps, so that another try may meet one that reads it.
    #[error("the body is not a message")]
    Body(#[from] serde_json::Error),
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the queue failed")]
    Queue(#[from] QueueError),
    #[error("what the message encloses could not be read")]
    Blob(#[from] BlobError),
    #[error("an attachment was not fetched")]
    Media(#[from] media::FetchError),
    #[error("a profile was not looked up")]
    Profile(#[from] ProfileError),
    #[error("a visitor's socket failed")]
    Push(#[from] VisitorPushError),
    #[error("the provider asks to try again: {0}")]
    Retry(String),
}

/// What came of a message.
enum Outcome {
    Sent {
        provider_id: Option<String>,
    },
    /// A visitor's socket took it.
    Delivered,
    Refused {
        code: String,
        why: String,
        cause: Option<RefusalCause>,
    },
    Unknown {
        why: String,
    },
    Retry {
        why: String,
    },
    /// It was decided before: there is nothing to do.
    Decided,
}

/// Handles a batch of `outbound`, in order; answers with the ids of the records that are to come again.
///
/// Safe to run twice: where the provider recognises a repetition, the same call is made again. Where it does
/// not, a mark is written on the message before each call (one write unit more than elsewhere); a second run that
/// finds the mark cannot know whether the call was made, and says so: the message is `unknown` and never sent
/// again. Parts that were sent before are not sent again. A status that the first run wrote ends the second.
///
/// An entry may come before its message is stored, and its sender may never store it: whatever is to be noted on
/// such a message stores it first (`outbound::store`).
pub async fn handle(center: &Center, records: Vec<Record>) -> Vec<String> {
    let mut failures = FifoFailures::new(center.now());
    for record in &records {
        if failures.holds_back(record, center.now()) {
            continue;
        }
        if let Err(error) = handle_one(center, record).await {
            let (message_id, receive_count) = (&record.message_id, record.receive_count);
            let error = with_cause(&error);
            tracing::error!(message_id, receive_count, error, "an outbound record failed");
            failures.push(record);
        }
    }
    failures.into_ids()
}

async fn handle_one(center: &Center, record: &Record) -> Result<(), SenderError> {
    match serde_json::from_str(&record.body)? {
        OutboundEntry::Job(OutboundJob::FetchMedia(job)) => {
            Ok(media::fetch(center, &job, record.receive_count).await?)
        }
        OutboundEntry::Job(OutboundJob::LookUpProfile(job)) => {
            Ok(look_up(center, &job, record.receive_count).await?)
        }
        OutboundEntry::Job(OutboundJob::MoveCall { call_sid, document }) => {
            calls::move_call(center, &call_sid, document.as_deref(), record.receive_count).await
        }
        OutboundEntry::Job(OutboundJob::CallAgent { contact_uri, leg }) => {
            bridge::call_agent(center, &contact_uri, &leg).await
        }
        OutboundEntry::Job(OutboundJob::EndCall { account, call_sid }) => {
            bridge::end_call(center, &account, &call_sid).await
        }
        OutboundEntry::Job(OutboundJob::ControlCall(job)) => {
            control::control(center, &job, record.receive_count).await
        }
        OutboundEntry::Job(OutboundJob::DeleteRecording { account, recording_sid }) => {
            control::delete_recording(center, &account, &recording_sid, record.receive_count).await
        }
        OutboundEntry::Job(OutboundJob::CallCustomer(leg)) => {
            outward::call_customer(center, &leg, record.receive_count).await
        }
        OutboundEntry::Job(OutboundJob::TellUnreached { account, call_sid, status }) => {
            outward::tell_unreached(center, &account, &call_sid, status).await
        }
        OutboundEntry::Job(OutboundJob::PlaceCall(job)) => {
            placed::place_call(center, &job, record.receive_count).await
        }
        OutboundEntry::Job(OutboundJob::RecordCall(job)) => {
            placed::record_call(center, &job, record.receive_count).await
        }
        OutboundEntry::Message(entry) => send_one(center, &entry, record.receive_count).await,
    }
}

async fn send_one(center: &Center, entry: &OutboundBody, receive_count: u32) -> Result<(), SenderError> {
    let message = &entry.message;
    let last_try = receive_count >= SEND_ATTEMPTS_MAX;
    match send(center, entry, receive_count > 1).await? {
        Outcome::Sent { provider_id } => {
            note::sent(center, entry, MessageStatus::Sent, provider_id.as_deref()).await
        }
        Outcome::Delivered => note::sent(center, entry, MessageStatus::Delivered, None).await,
        Outcome::Refused { code, why, cause } => {
            if cause == Some(RefusalCause::OptedOut) {
                set_consent(center, &message.key.contact, message.to.channel, Consent::OptedOut).await?;
            }
            metric::count(metric::MESSAGE_FAILED, message.to.channel, &code);
            note::failed(center, entry, MessageStatus::Failed, &format!("{code}: {why}")).await
        }
        Outcome::Unknown { why } => {
            metric::count(metric::MESSAGE_UNKNOWN, message.to.channel, "");
            note::failed(center, entry, MessageStatus::Unknown, &why).await
        }
        Outcome::Retry { why } if last_try => {
            metric::count(metric::MESSAGE_FAILED, message.to.channel, "attempts");
            let why = format!("attempts: given up after {SEND_ATTEMPTS_MAX}: {why}");
            note::failed(center, entry, MessageStatus::Failed, &why).await
        }
        Outcome::Retry { why } => Err(SenderError::Retry(why)),
        Outcome::Decided => Ok(()),
    }
}

async fn send(center: &Center, entry: &OutboundBody, again: bool) -> Result<Outcome, SenderError> {
    let message = &entry.message;
    let Some(account) = center.channel(message.to.channel, &message.to.account) else {
        let why = format!("there is no account {:?}", message.to);
        return Ok(Outcome::Refused { code: "account".into(), why, cause: Some(RefusalCause::Account) });
    };
    let rendered = match account.channel.email() {
        Some(email) => mail::render(center, email, message).await?,
        None => {
            // Providers fetch what is stored with us by URLs that lapse.
            let content = center.links().content(&message.content).into_owned();
            account.channel.render(&OutboundMessage { content, ..message.clone() }, center.now())
        }
    };
    match rendered {
        Ok(Rendered::Requests(requests)) => {
            call::in_order(center, account.channel.as_ref(), entry, requests, again).await
        }
        Ok(Rendered::Smtp(delivery)) => smtp::deliver(center, entry, &delivery, again).await,
        Ok(Rendered::Session(frame)) => session::push(center, message, frame).await,
        Err(why) => Ok(Outcome::Refused { code: "undeliverable".into(), why: why.to_string(), cause: None }),
    }
}
