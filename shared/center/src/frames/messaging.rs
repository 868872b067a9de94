//! Messages, conversations, contacts, typing: what TaskRouter does not have. Dates are in milliseconds.

use super::{document, frame};
use crate::media::{self, Links};
use bytes::Bytes;
use patchbay_model::{
    Attachment, Author, Contact, Content, Conversation, ConversationSid, Message, Seq, Timestamp, WorkerSid,
};
use serde::Serialize;
use serde_json::{Value, json};

/// `message.<event>`: `created`, `updated`.
pub fn message(event: &str, message: &Message, links: Links<'_>) -> Bytes {
    frame(&format!("message.{event}"), message_payload(message, links))
}

/// `message.created` of a customer's message, with the moment until which agents may answer freely on its channel,
/// where that is limited.
pub fn heard(message: &Message, links: Links<'_>, window_until: Option<Timestamp>) -> Bytes {
    let mut payload = message_payload(message, links);
    if let Some(until) = window_until {
        payload["window_until"] = json!(until);
    }
    frame("message.created", payload)
}

/// The message as it is stored, its attachments as they can be fetched now; of one that was taken back, only that it
/// was.
pub fn message_payload(message: &Message, links: Links<'_>) -> Value {
    if message.deleted {
        let media_failures = Vec::new();
        return document(&Message {
            content: Content::text(""),
            edited: None,
            media_failures,
            ..message.clone()
        });
    }
    let mut payload = document(message);
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("media_failures");
    }
    let failure = |index: usize| message.media_failures.iter().find(|failure| failure.index == index);
    let from_outside = media::is_fetched(message);
    for (index, attachment) in message.content.attachments().iter().enumerate() {
        let reason = failure(index).map(|failure| failure.reason.as_str());
        show_attachment(&mut payload["attachments"][index], attachment, links, from_outside, reason);
    }
    if let Content::Template { header: Some(header), .. } = &message.content
        && let Some(file) = header.file()
    {
        show_attachment(&mut payload["header"]["media"], file, links, from_outside, None);
    }
    for (index, attachment) in message.edited.iter().flat_map(|edited| edited.attachments()).enumerate() {
        show_attachment(&mut payload["edited"]["attachments"][index], attachment, links, from_outside, None);
    }
    payload
}

/// An attachment as clients are shown it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Attachment", optional_fields))]
pub(crate) struct AttachmentPayload<'a> {
    /// Where it can be fetched, for an hour at least where it is stored with us; empty while it cannot.
    url: String,
    content_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// The same object always has the same: a URL lapses, this does not.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    /// It is being fetched from the customer's provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<bool>,
    /// Why it is not to be had: `<code>: <words>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Puts an attachment as clients are shown it in the place of one as it is stored. What is not stored with us yet has
/// no URL: nobody's browser is led to where a customer says.
pub(crate) fn show_attachment(
    entry: &mut Value,
    attachment: &Attachment,
    links: Links<'_>,
    from_outside: bool,
    failure: Option<&str>,
) {
    let link = links.url(attachment);
    let waits = link.is_none() && from_outside;
    *entry = document(&AttachmentPayload {
        reference: link.is_some().then_some(&attachment.url),
        url: match link {
            Some(link) => link,
            None if from_outside => String::new(),
            None => attachment.url.clone(),
        },
        content_type: &attachment.content_type,
        file_name: attachment.file_name.as_deref(),
        bytes: attachment.bytes,
        pending: (waits && failure.is_none()).then_some(true),
        error: failure.filter(|_| waits),
    });
}

/// `conversation.updated`.
pub fn conversation(conversation: &Conversation) -> Bytes {
    frame("conversation.updated", conversation_payload(conversation))
}

/// The conversation as it is stored, under the names that all these frames share.
pub fn conversation_payload(conversation: &Conversation) -> Value {
    with_place(document(conversation), &conversation.sid, conversation.updated_at)
}

/// `contact.updated`, for those who see the contact in this conversation.
pub fn contact(conversation: &ConversationSid, at: Timestamp, contact: &Contact, links: Links<'_>) -> Bytes {
    frame("contact.updated", with_place(contact_payload(contact, links), conversation, at))
}

/// The contact as it is stored, with a URL of the picture.
pub fn contact_payload(contact: &Contact, links: Links<'_>) -> Value {
    let mut payload = document(contact);
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("indexed");
    }
    if contact.picture.is_some() {
        payload["picture"] = json!(links.picture(contact));
    }
    payload
}

/// `typing`: somebody in the conversation types, or no longer does.
pub fn typing(conversation: &ConversationSid, at: Timestamp, author: &Author, on: bool) -> Bytes {
    frame("typing", with_place(json!({ "author": author, "on": on }), conversation, at))
}

/// `conversation.read`: a worker has seen everything up to a position.
pub fn read(conversation: &ConversationSid, seq: Seq, worker: &WorkerSid) -> Bytes {
    frame("conversation.read", json!({ "conversation_sid": conversation, "seq": seq, "worker_sid": worker }))
}

/// Adds what every frame about a conversation carries. Something that is no message has the first position of
/// its moment.
pub(super) fn with_place(mut payload: Value, conversation: &ConversationSid, at: Timestamp) -> Value {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("conversation_sid".into(), json!(conversation));
        fields.insert("seq".into(), json!(Seq::at(at)));
    }
    payload
}
