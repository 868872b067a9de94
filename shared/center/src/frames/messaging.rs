//! Messages, conversations, contacts, typing: what TaskRouter does not have. Dates are in milliseconds.

use super::{document, frame};
use bytes::Bytes;
use patchbay_model::{
    Author, Contact, Content, Conversation, ConversationSid, Message, Seq, Timestamp, WorkerSid,
};
use serde_json::{Value, json};

/// `message.<event>`: `created`, `updated`.
pub fn message(event: &str, message: &Message) -> Bytes {
    frame(&format!("message.{event}"), message_payload(message))
}

/// The message as it is stored; of one that was taken back, only that it was.
pub fn message_payload(message: &Message) -> Value {
    if message.deleted {
        return document(&Message { content: Content::text(""), edited: None, ..message.clone() });
    }
    document(message)
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
pub fn contact(conversation: &ConversationSid, at: Timestamp, contact: &Contact) -> Bytes {
    frame("contact.updated", with_place(contact_payload(contact), conversation, at))
}

/// The contact as it is stored.
pub fn contact_payload(contact: &Contact) -> Value {
    document(contact)
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
fn with_place(mut payload: Value, conversation: &ConversationSid, at: Timestamp) -> Value {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("conversation_sid".into(), json!(conversation));
        fields.insert("seq".into(), json!(Seq::at(at)));
    }
    payload
}
