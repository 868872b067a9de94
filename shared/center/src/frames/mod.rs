//! Every frame that goes to an agent's socket: JSON text `{"event_type", "payload"}` (docs/PROTOCOL.md,
//! "Agent socket"). Pure.
//!
//! Reservations, tasks and workers have the event names and payload shapes of TaskRouter's worker SDK: dates in
//! seconds since the epoch, attributes as JSON text, versions as text. What TaskRouter does not have (messages,
//! conversations, contacts) is the project's own: dates in milliseconds, and in every frame `conversation_sid`
//! and `seq`, after which a client resumes.

mod call;
mod cut;
mod messaging;
mod reply;
mod reservation;
mod scheduled;
mod task;
mod worker;

pub use call::{call, call_payload};
pub(crate) use messaging::show_attachment;
pub use messaging::{
    contact, contact_payload, conversation, conversation_payload, heard, message, message_payload, read,
    typing,
};
pub use reply::{Fault, Init, ack, error, init, sync};
pub use reservation::{reservation, reservation_payload};
pub use scheduled::{scheduled, scheduled_payload};
pub use task::task_payload;
pub use worker::{
    activity_payload, worker, worker_capacity, worker_channel_payload, worker_channel_sid, worker_payload,
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

/// A frame of at most `limits::PUSH_BYTES_MAX` bytes: of a longer one the longest texts are cut, and the payload
/// says `"truncated": true`.
pub(crate) fn frame(event_type: &str, payload: Value) -> Bytes {
    cut::fitting(json!({ "event_type": event_type, "payload": payload }))
}

fn document<T: Serialize>(document: &T) -> Value {
    // Our own types serialise: maps have text keys, numbers are finite.
    serde_json::to_value(document).unwrap_or_default()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod typescript;
