//! The documents that a visitor's client sends.

use patchbay_model::Attachment;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One document. The tag `kind` says what it is; whatever else is in it is ignored, so that an older server
/// understands a newer client.
#[derive(Deserialize)]
pub(super) struct Document {
    /// The client's own id of it, unique in the session: sending the document again changes nothing.
    pub(super) client_msg_id: String,
    /// The message that this one answers.
    pub(super) reply_to: Option<String>,
    #[serde(flatten)]
    pub(super) said: Said,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Said {
    Text {
        text: String,
    },
    Media {
        attachments: Vec<Attachment>,
        text: Option<String>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
    Choice {
        data: String,
        text: Option<String>,
    },
    /// The text of an earlier document of this session is now this.
    Edit {
        edits: String,
        text: String,
    },
    /// An earlier document of this session is taken back.
    Delete {
        deletes: String,
    },
    Typing {
        on: bool,
    },
    /// The visitor has seen everything up to the message whose frame carried this receipt.
    Read {
        receipt: String,
    },
    /// How the visitor found the conversation that has ended.
    Rating {
        score: u8,
        text: Option<String>,
    },
    /// What the visitor filled in before the conversation, and where they were.
    Form {
        answers: BTreeMap<String, String>,
    },
}
