//! A mail, as a message has it.

use crate::Attachment;
use serde::{Deserialize, Serialize};

/// A mail. What a flow or an agent says on the channel without a subject of its own needs none of this: it goes out
/// as an answer in the customer's thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Email {
    pub subject: String,
    /// What its author wrote, as it is shown: without what they quote.
    pub text: String,
    /// All of the text, where `text` is less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_text: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub attachments: Vec<Attachment>,
    /// The ids of the mails that it follows in its thread, oldest first, without angle brackets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub references: Vec<String>,
    /// A program sent it (RFC 3834), so no program may answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub automatic: bool,
    /// Nothing proves that it comes from whom it names (DMARC).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub unverified: bool,
}
