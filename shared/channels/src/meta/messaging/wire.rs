//! Messenger's and Instagram's webhook documents, as far as they are read. Every field that Meta may leave out
//! is optional.

use crate::meta::wire::{Id, Moment};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    pub(super) sender: Party,
    pub(super) recipient: Party,
    pub(super) timestamp: Moment,
    pub(super) message: Option<Message>,
    pub(super) message_edit: Option<MessageEdit>,
    pub(super) postback: Option<Postback>,
    pub(super) reaction: Option<Reaction>,
    pub(super) delivery: Option<Delivery>,
    pub(super) read: Option<Read>,
}

/// A person; one who came by a plugin and has not written yet has a reference only.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Party {
    pub(super) id: Id,
    pub(super) user_ref: Id,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) mid: String,
    pub(super) text: Option<String>,
    pub(super) attachments: Vec<Part>,
    pub(super) quick_reply: Option<QuickReply>,
    pub(super) reply_to: Option<ReplyTo>,
    pub(super) referral: Option<Referral>,
    pub(super) is_echo: bool,
    pub(super) app_id: Id,
    pub(super) metadata: Option<String>,
    pub(super) is_deleted: bool,
    pub(super) is_unsupported: bool,
}

/// An attachment. What is no media has its title and URL beside the payload, which then is anything.
#[derive(Deserialize)]
pub(super) struct Part {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) payload: serde_json::Value,
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct QuickReply {
    pub(super) payload: String,
}

#[derive(Deserialize)]
pub(super) struct ReplyTo {
    pub(super) mid: Option<String>,
    pub(super) story: Option<Story>,
}

#[derive(Deserialize)]
pub(super) struct Story {
    pub(super) id: Id,
    pub(super) url: Option<String>,
}

/// The ad or link that the customer came by.
#[derive(Deserialize)]
pub(super) struct Referral {
    #[serde(rename = "ref")]
    pub(super) reference: Option<String>,
    pub(super) source: Option<String>,
    pub(super) ad_id: Option<Id>,
    pub(super) ads_context_data: Option<Ad>,
}

#[derive(Deserialize)]
pub(super) struct Ad {
    pub(super) ad_title: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct MessageEdit {
    pub(super) mid: String,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) num_edit: Id,
}

/// The click on a button; before version 11 of the API it had no id.
#[derive(Deserialize)]
pub(super) struct Postback {
    pub(super) mid: Option<String>,
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) payload: String,
    pub(super) referral: Option<Referral>,
}

#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) mid: String,
    pub(super) action: String,
    pub(super) emoji: Option<String>,
    /// A name, where there is no emoji.
    pub(super) reaction: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    /// Kept apart, so that one that cannot be read does not take the others with it.
    #[serde(default)]
    pub(super) mids: Vec<serde_json::Value>,
    #[serde(default)]
    pub(super) watermark: Moment,
}

/// Instagram names a message, Messenger the moment up to which everything was read.
#[derive(Deserialize)]
pub(super) struct Read {
    pub(super) mid: Option<String>,
    #[serde(default)]
    pub(super) watermark: Moment,
}
