//! The events that a bridge sends. Whatever else is in them is ignored, so that an older center understands a
//! newer bridge.

use patchbay_model::{Content, MessageStatus};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request is one event, or a batch of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Request {
    Batch {
        /// Kept apart, so that one that cannot be read does not take the others with it.
        events: Vec<Value>,
    },
    One(Value),
}

#[derive(Deserialize)]
pub(super) struct Event {
    /// Unique in the account. The request's own id stands for it where it is missing.
    pub(super) id: Option<String>,
    /// RFC 3339.
    pub(super) timestamp: Option<String>,
    #[serde(flatten)]
    pub(super) happened: Happened,
}

#[derive(Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// A tag of BCP 47.
    pub(super) language: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "data")]
pub(super) enum Happened {
    #[serde(rename = "message.created")]
    Created {
        customer: Customer,
        /// The message's own id.
        id: String,
        content: Content,
        /// Our address that was written to.
        to: Option<String>,
        /// The id of the message that this one answers.
        reply_to: Option<String>,
        /// Said by the business elsewhere.
        #[serde(default)]
        echo: bool,
        /// What the flow reads besides.
        #[serde(default)]
        context: BTreeMap<String, String>,
    },
    #[serde(rename = "message.edited")]
    Edited { customer: Customer, id: String, content: Content },
    #[serde(rename = "message.deleted")]
    Deleted { customer: Customer, id: String },
    #[serde(rename = "message.reaction")]
    Reaction { customer: Customer, id: String, emoji: Option<String> },
    #[serde(rename = "message.status")]
    Status {
        customer: Customer,
        /// What we sent the message under; or `id`, the bridge's own.
        key: Option<String>,
        id: Option<String>,
        status: MessageStatus,
        reason: Option<String>,
    },
    #[serde(rename = "typing")]
    Typing { customer: Customer, on: bool },
    #[serde(rename = "consent")]
    Consent { customer: Customer, opted_in: bool },
    #[serde(rename = "note")]
    Note {
        customer: Customer,
        name: String,
        #[serde(default)]
        text: String,
    },
}

impl Happened {
    pub(super) fn customer(&self) -> &Customer {
        match self {
            Happened::Created { customer, .. }
            | Happened::Edited { customer, .. }
            | Happened::Deleted { customer, .. }
            | Happened::Reaction { customer, .. }
            | Happened::Status { customer, .. }
            | Happened::Typing { customer, .. }
            | Happened::Consent { customer, .. }
            | Happened::Note { customer, .. } => customer,
        }
    }
}
