//! What answers a client: the first frame, acknowledgements, errors, and the parts of what a client missed.

use super::{activity_payload, frame, worker_payload};
use crate::config::Config;
use crate::store::WorkerProfile;
use bytes::Bytes;
use patchbay_model::Worker;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What the first frame tells besides the snapshot.
pub struct Init<'a> {
    pub config: &'a Config,
    pub worker: &'a Worker,
    pub profile: &'a WorkerProfile,
    /// Milliseconds for which the token is still good.
    pub token_lifetime_ms: i64,
}

/// `init`: who the client is and what there is, and the first part of a snapshot (`sync`).
pub fn init(about: &Init<'_>, snapshot: Map<String, Value>) -> Bytes {
    let Init { config, worker, profile, token_lifetime_ms } = about;
    let activities: Vec<Value> =
        config.activities.iter().map(|activity| activity_payload(config, activity)).collect();
    let mut payload = snapshot;
    payload.insert("channel_id".into(), json!(worker.sid));
    payload.insert("account_sid".into(), json!(config.account_sid));
    payload.insert("workspace_sid".into(), json!(config.workspace_sid));
    payload.insert("token_lifetime".into(), json!(token_lifetime_ms));
    payload.insert("activities".into(), activities.into());
    payload.insert("worker".into(), worker_payload(config, worker, profile));
    frame("init", payload.into())
}

/// `sync`: a part of a snapshot that did not fit into the frame that answers.
pub fn sync(snapshot: Map<String, Value>) -> Bytes {
    frame("sync", snapshot.into())
}

/// `ack`: the action with this id is done; `fields` are its answer.
pub fn ack(id: Option<&str>, fields: Map<String, Value>) -> Bytes {
    let mut payload = fields;
    payload.insert("id".into(), json!(id));
    frame("ack", payload.into())
}

/// Why an action was not done. The text form is the `code` of an `error` frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Fault {
    /// The frame is longer than `limits::FRAME_BYTES_MAX`.
    TooLarge,
    /// The frame is not a JSON object.
    BadJson,
    UnknownAction,
    /// A field is missing, of another type, or over a limit.
    BadField,
    /// There is no such thing, or none that this worker may know of.
    NotFound,
    /// Somebody else's.
    NotYours,
    /// The token has expired.
    Expired,
    /// Its state, the channel or the customer does not allow it.
    Refused,
    /// It may or may not have been done: try again with the same id.
    Unavailable,
}

/// `error`: the action with this id was not done. `fields` may say what would be possible.
pub fn error(id: Option<&str>, fault: Fault, message: &str, fields: Map<String, Value>) -> Bytes {
    let mut payload = fields;
    payload.insert("id".into(), json!(id));
    payload.insert("code".into(), json!(fault));
    payload.insert("message".into(), json!(message));
    frame("error", payload.into())
}
