//! Messages that are to be said later, as agents see them. Dates are in milliseconds.

use super::messaging::{show_attachment, with_place};
use super::{document, frame};
use crate::media::Links;
use crate::store::{Fate, Scheduled};
use bytes::Bytes;
use patchbay_model::{Address, Author, ContactSid, Content, ConversationSid, MessageSid, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// What has come of it.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum ScheduledState {
    Scheduled,
    /// Decided: it cannot be stopped any more.
    Sending,
    Sent,
    Refused,
    Canceled,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Scheduled", optional_fields))]
pub(crate) struct ScheduledPayload<'a> {
    sid: &'a MessageSid,
    /// Where it was asked for.
    conversation_sid: &'a ConversationSid,
    contact_sid: &'a ContactSid,
    author: &'a Author,
    /// An empty text once it is over.
    #[serde(flatten)]
    content: &'a Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    to: &'a Address,
    send_at: Timestamp,
    /// It is not sent when the customer has written before.
    unless_answered: bool,
    state: ScheduledState,
    /// Why it was refused or canceled.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    version: u64,
}

/// `message.scheduled`: a message that is to be said later is new, has changed, or is over.
pub fn scheduled(scheduled: &Scheduled, links: Links<'_>) -> Bytes {
    let payload = scheduled_payload(scheduled, links);
    frame("message.scheduled", with_place(payload, &scheduled.conversation_sid, scheduled.asked_at))
}

/// The message as it is stored, its attachments as they can be fetched now.
pub fn scheduled_payload(scheduled: &Scheduled, links: Links<'_>) -> Value {
    let (state, reason) = match &scheduled.fate {
        Fate::Scheduled => (ScheduledState::Scheduled, None),
        Fate::Sending { refused, .. } => (ScheduledState::Sending, refused.as_deref()),
        Fate::Sent { .. } => (ScheduledState::Sent, None),
        Fate::Refused { reason, .. } => (ScheduledState::Refused, Some(reason.as_str())),
        Fate::Canceled { reason } => (ScheduledState::Canceled, Some(reason.as_str())),
    };
    let mut payload = document(&ScheduledPayload {
        sid: &scheduled.sid,
        conversation_sid: &scheduled.conversation_sid,
        contact_sid: &scheduled.contact_sid,
        author: &scheduled.author,
        content: &scheduled.content,
        reply_to: scheduled.reply_to.as_deref(),
        to: &scheduled.to,
        send_at: scheduled.send_at,
        unless_answered: scheduled.unless_answered,
        state,
        reason,
        version: scheduled.version,
    });
    for (index, attachment) in scheduled.content.attachments().iter().enumerate() {
        show_attachment(&mut payload["attachments"][index], attachment, links, false, None);
    }
    payload
}
