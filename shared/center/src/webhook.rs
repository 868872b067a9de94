//! Webhooks: a provider's request becomes events on `inbound`, and only then its 2xx.

use crate::center::{Center, ChannelAccount};
use crate::command::{InboundBody, body, group};
use crate::inbound;
use crate::mail::{self, FetchError};
use crate::metric;
use crate::ports::{BlobError, Outgoing, QueueError, QueueName};
use crate::rules::queue::check_outgoing;
use crate::store::{Problem, StoreError, keep_problem};
use patchbay_channels::{Normalised, Rejection, WebhookReply, WebhookRequest, webhook};
use patchbay_model::id::{digest16, hex};
use patchbay_model::limits::QUEUE_BODY_BYTES_MAX;
use patchbay_model::{Address, BlobKey, ChannelKind, EventKind, InboundEvent, ProblemSid, Timestamp};
use sha2::{Digest, Sha256};

/// Characters of a message's text that a flow reads where the whole event would not fit the queue.
const FLOW_TEXT_CHARS_MAX: usize = 4_096;

/// Why a webhook was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("there is no such channel or account")]
    UnknownAccount,
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("the events could not be queued")]
    Queue(#[from] QueueError),
    #[error("a problem could not be kept")]
    Store(#[from] StoreError),
    #[error("what the webhook refers to could not be fetched")]
    Fetch(#[from] FetchError),
    #[error("what the webhook refers to could not be read, or its files not stored")]
    Blob(#[from] BlobError),
}

impl WebhookError {
    /// The HTTP status that says so: 404, the rejection's own, or 503, upon which providers try again.
    pub fn status(&self) -> u16 {
        match self {
            WebhookError::UnknownAccount => 404,
            WebhookError::Rejected(rejection) => rejection.status,
            WebhookError::Queue(_)
            | WebhookError::Store(_)
            | WebhookError::Fetch(_)
            | WebhookError::Blob(_) => 503,
        }
    }
}

/// Answers a provider's webhook. The sender of what is not believed learns the status only, and nothing of it
/// is stored.
///
/// Safe to run twice: the events of a repeated webhook have the same deduplication ids, and whatever passes
/// the queue's five minutes finds its message stored. The answer is 2xx only when the queue has every event and the
/// table every problem; else it is 503 and the provider's repetition is the retry.
pub async fn handle(
    center: &Center,
    kind: ChannelKind,
    account: &str,
    request: WebhookRequest,
) -> WebhookReply {
    match take_in(center, kind, account, &request).await {
        Ok(normalised) => normalised.reply,
        Err(error) => refusal(&error),
    }
}

/// The answer to a request that was not taken in.
pub(crate) fn refusal(error: &WebhookError) -> WebhookReply {
    WebhookReply { status: error.status(), content_type: "text/plain", body: String::new() }
}

/// Verifies, translates and queues one request of a provider.
pub(crate) async fn take_in(
    center: &Center,
    kind: ChannelKind,
    account: &str,
    request: &WebhookRequest,
) -> Result<Normalised, WebhookError> {
    let taken = verify_and_queue(center, kind, account, request).await;
    match &taken {
        Err(WebhookError::Rejected(rejection)) => {
            metric::count(metric::WEBHOOK_REJECTED, kind, &rejection.to_string());
        }
        Err(WebhookError::UnknownAccount) | Ok(_) => {}
        Err(error) => {
            tracing::error!(channel = %kind, account, error = %with_cause(error), "a webhook was not taken in");
        }
    }
    taken
}

async fn verify_and_queue(
    center: &Center,
    kind: ChannelKind,
    account: &str,
    request: &WebhookRequest,
) -> Result<Normalised, WebhookError> {
    let ChannelAccount { channel, .. } = center.channel(kind, account).ok_or(WebhookError::UnknownAccount)?;
    let now = center.now();
    let mut normalised = match channel.email() {
        Some(email) => {
            let verified = mail::verify(center, email, request).await?;
            mail::normalise(center, email, &verified, now).await?
        }
        None => {
            let verified = channel.verify(request, now)?;
            if let Some(voice) = channel.voice()
                && let Some(call) = voice.call_request(&verified)
            {
                // A flow's turn is large, and most webhooks have none.
                let reply = Box::pin(inbound::answer_call(center, voice, account, &call)).await;
                return Ok(Normalised { events: Vec::new(), problems: Vec::new(), reply });
            }
            channel.normalise(&verified, now)
        }
    };
    let mut outgoing = Vec::new();
    let mut queued = Vec::new();
    for mut event in std::mem::take(&mut normalised.events) {
        if kind != ChannelKind::Webchat && channel.email().is_none() {
            let forgotten = forget_references(&mut event);
            normalised.problems.extend(forgotten);
        }
        match message(&event) {
            Ok(message) => {
                outgoing.push(message);
                queued.push(event);
            }
            // One event that the queue would never take must not keep back the others.
            Err(error) => normalised.problems.push(webhook::Problem::new(&event.event_id, error.to_string())),
        }
    }
    for _ in &queued {
        metric::count(metric::WEBHOOK_EVENT, kind, "");
    }
    if !outgoing.is_empty() {
        center.queue.send(QueueName::Inbound, outgoing).await?;
    }
    match keep_problems(center, (kind, account), &request.body, &normalised.problems, now).await {
        // Whoever waits on the line is answered without it.
        Err(error) if channel.voice().is_some() => {
            tracing::error!(account, error = %with_cause(&error), "a call's problem could not be kept");
        }
        kept => kept?,
    }
    Ok(Normalised { events: queued, ..normalised })
}

/// Takes out references to stored objects: nobody outside has any to give, and one who guesses a key must not be
/// shown what is behind it. (A visitor's own uploads are checked by their channel, which knows the visitor; a mail's files
/// were stored here a moment ago, and it says no URLs.)
fn forget_references(event: &mut InboundEvent) -> Option<webhook::Problem> {
    let (EventKind::Message { content, .. } | EventKind::Edited { content, .. }) = &mut event.kind else {
        return None;
    };
    let mut found = false;
    for attachment in content.attachments_mut() {
        if BlobKey::of_reference(&attachment.url).is_some() {
            attachment.url.clear();
            found = true;
        }
    }
    let reason = "an attachment named an object of ours instead of a URL";
    found.then(|| webhook::Problem::new(&event.event_id, reason.to_owned()))
}

/// The queue's message for an event.
pub(crate) fn message(event: &InboundEvent) -> Result<Outgoing, QueueError> {
    let address = Address::new(event.channel, event.account.as_str(), event.contact_address.as_str());
    let group = group(&address, &event.our_address);
    let whole = Outgoing::fifo(body(&InboundBody::Event(Box::new(event.clone()))), group, event_key(event));
    let message = if whole.body.len() > QUEUE_BODY_BYTES_MAX {
        Outgoing { body: body(&InboundBody::Event(Box::new(with_short_params(event)))), ..whole }
    } else {
        whole
    };
    check_outgoing(QueueName::Inbound, &message)?;
    Ok(message)
}

/// What deduplication goes by: the event's id within its channel and account, in 32 characters.
pub(crate) fn event_key(event: &InboundEvent) -> String {
    hex(&digest16(&[event.channel.as_str(), &event.account, &event.event_id]))
}

/// A long text is in the event twice: as the content, which stays whole, and as the parameter that flows read.
fn with_short_params(event: &InboundEvent) -> InboundEvent {
    let mut short = event.clone();
    if let EventKind::Message { params, .. } = &mut short.kind
        && let Some(text) = params.get_mut("Body")
    {
        *text = text.chars().take(FLOW_TEXT_CHARS_MAX).collect();
    }
    short
}

async fn keep_problems(
    center: &Center,
    (kind, account): (ChannelKind, &str),
    payload: &[u8],
    problems: &[webhook::Problem],
    at: Timestamp,
) -> Result<(), StoreError> {
    let payload_hash = hex(&Sha256::digest(payload));
    for problem in problems {
        metric::count(metric::WEBHOOK_PROBLEM, kind, "");
        let place = [kind.as_str(), account, &payload_hash, &problem.path, &problem.reason];
        let kept = Problem {
            sid: ProblemSid::derive(&place),
            at,
            source: format!("webhook:{kind}/{account}"),
            reason: match problem.path.as_str() {
                "" => problem.reason.clone(),
                path => format!("{path}: {}", problem.reason),
            },
            payload_hash: Some(payload_hash.clone()),
        };
        keep_problem(center.table.as_ref(), &kept).await?;
    }
    Ok(())
}

/// An error and what it came from, on one line.
pub(crate) fn with_cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
