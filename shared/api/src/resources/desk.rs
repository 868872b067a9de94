//! What an agent's desk needs to know of the configuration.

use crate::Shared;
use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

pub(crate) async fn fetch(State(center): State<Shared>) -> Result<Json<Value>, ApiError> {
    let config = center.config().await?;
    let queues: Vec<Value> = config
        .queues
        .values()
        .map(|queue| json!({ "sid": queue.sid, "friendly_name": queue.friendly_name }))
        .collect();
    Ok(Json(json!({
        "task_queues": queues,
        "canned_replies": config.desk.canned_replies,
        "templates": config.desk.templates,
        "dispositions": config.desk.dispositions,
        "answer_s_target": config.desk.answer_s_target,
    })))
}
