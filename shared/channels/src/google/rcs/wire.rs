//! Events of RCS for Business, as far as they are read.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub(super) sender_phone_number: Option<String>,
    /// In the server's events.
    pub(super) phone_number: Option<String>,
    pub(super) agent_id: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) event_id: Option<String>,
    pub(super) event_type: Option<String>,
    /// RFC 3339.
    pub(super) send_time: Option<String>,
    pub(super) text: Option<String>,
    pub(super) user_file: Option<UserFile>,
    pub(super) location: Option<Location>,
    pub(super) suggestion_response: Option<SuggestionResponse>,
    /// Whatever else there is: a kind that is not known yet.
    #[serde(flatten)]
    pub(super) rest: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct UserFile {
    pub(super) payload: File,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    pub(super) file_uri: String,
    pub(super) mime_type: Option<String>,
    pub(super) file_name: Option<String>,
    #[serde(default, deserialize_with = "whole")]
    pub(super) file_size_bytes: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SuggestionResponse {
    pub(super) postback_data: Option<String>,
    pub(super) text: Option<String>,
}

/// A number that is written as one or, since it has 64 bits, as a text.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}
