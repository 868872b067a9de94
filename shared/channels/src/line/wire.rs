//! LINE's webhook documents, as far as they are read. Every field that LINE may leave out is optional, and a
//! type that is not known keeps its name.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Webhook {
    #[serde(default)]
    pub(super) destination: String,
    /// Kept apart, so that one that cannot be read does not take the others with it.
    pub(super) events: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) mode: String,
    pub(super) timestamp: Option<i64>,
    pub(super) source: Option<Source>,
    pub(super) webhook_event_id: Option<String>,
    pub(super) reply_token: Option<String>,
    pub(super) message: Option<Message>,
    pub(super) unsend: Option<Unsend>,
    pub(super) postback: Option<Postback>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Source {
    pub(super) user_id: Option<String>,
    pub(super) group_id: Option<String>,
    pub(super) room_id: Option<String>,
}

impl Source {
    /// Where an answer goes: the group or room, else the person.
    pub(super) fn address(&self) -> Option<&str> {
        self.group_id
            .as_deref()
            .or(self.room_id.as_deref())
            .or(self.user_id.as_deref())
            .filter(|id| !id.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) quoted_message_id: Option<String>,
    pub(super) quote_token: Option<String>,
    pub(super) mark_as_read_token: Option<String>,
    pub(super) image_set: Option<ImageSet>,
    pub(super) content_provider: Option<ContentProvider>,
    pub(super) file_name: Option<String>,
    pub(super) file_size: Option<u64>,
    pub(super) title: Option<String>,
    pub(super) address: Option<String>,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) package_id: Option<String>,
    pub(super) sticker_id: Option<String>,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
}

/// Which of several pictures that were sent at once; each comes in an event of its own, in any order.
#[derive(Deserialize)]
pub(super) struct ImageSet {
    pub(super) id: String,
    pub(super) index: Option<u32>,
    pub(super) total: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContentProvider {
    pub(super) original_content_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unsend {
    pub(super) message_id: String,
}

#[derive(Deserialize)]
pub(super) struct Postback {
    pub(super) data: String,
    /// What was chosen: a date, a time, a rich menu.
    #[serde(default)]
    pub(super) params: Option<std::collections::BTreeMap<String, Value>>,
}
