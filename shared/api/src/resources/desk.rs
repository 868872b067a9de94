//! What an agent's desk needs to know of the configuration.

use crate::Shared;
use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use patchbay_model::ChannelKind;
use serde_json::{Value, json};

pub(crate) async fn fetch(State(center): State<Shared>) -> Result<Json<Value>, ApiError> {
    let config = center.config().await?;
    let queues: Vec<Value> = config
        .queues
        .values()
        .map(|queue| json!({ "sid": queue.sid, "friendly_name": queue.friendly_name }))
        .collect();
    let accounts = center.channels.keys().filter(|(kind, _)| *kind == ChannelKind::Voice);
    let voice_accounts: Vec<&String> = accounts.map(|(_, account)| account).collect();
    Ok(Json(json!({
        "voice_accounts": voice_accounts,
        "task_queues": queues,
        "canned_replies": config.desk.canned_replies,
        "templates": config.desk.templates,
        "dispositions": config.desk.dispositions,
        "answer_s_target": config.desk.answer_s_target,
    })))
}
