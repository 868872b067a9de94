//! How the forwarder hands an event of the Gateway to the webhook: the payload as Discord sent it, with the session's
//! id, signed by Standard Webhooks.

use crate::standard;
use crate::webhook::Headers;
use patchbay_model::Timestamp;
use serde_json::{Map, Value};

/// The events that are worth forwarding.
pub const EVENTS: &[&str] = &[
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "TYPING_START",
];

/// What an account shares with its forwarder.
pub struct Forwarding {
    keys: Vec<Vec<u8>>,
}

impl Forwarding {
    /// Reads the account's `gateway_secret`, or the first of two; `None` for what is none.
    pub fn read(secret: &str) -> Option<Forwarding> {
        let first = secret.split(',').next().unwrap_or_default().trim();
        Some(Forwarding { keys: vec![standard::key(first)?] })
    }

    /// The webhook of a payload: headers and body. The same event of the same session is the same webhook, whenever
    /// it is sent.
    pub fn webhook(
        &self,
        mut payload: Map<String, Value>,
        session_id: &str,
        now: Timestamp,
    ) -> (Headers, Vec<u8>) {
        let id = format!("{session_id}:{}", payload.get("s").map(Value::to_string).unwrap_or_default());
        payload.insert("session_id".into(), session_id.into());
        let body = Value::Object(payload).to_string().into_bytes();
        let mut headers = standard::headers(&self.keys, &id, now, &body);
        headers.push("Content-Type", "application/json");
        (headers, body)
    }
}
