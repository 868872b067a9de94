//! Dead letters: what the queues have given up.

use super::entries;
use crate::Shared;
use crate::error::ApiError;
use crate::read::{JsonBody, Params};
use axum::Json;
use axum::extract::State;
use patchbay_center::Center;
use patchbay_center::ports::{DeadLetters, QueueName};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    queue: String,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfQueue {
    queue: String,
}

pub(crate) async fn list(
    State(center): State<Shared>,
    Params(page): Params<Page>,
) -> Result<Json<Value>, ApiError> {
    let (queue, limit) = (named(&page.queue)?, entries(page.limit)?);
    let letters = kept(&center)?.list(queue, limit).await?;
    Ok(Json(json!({ "dead_letters": letters })))
}

pub(crate) async fn redrive(
    State(center): State<Shared>,
    JsonBody(wanted): JsonBody<OfQueue>,
) -> Result<Json<Value>, ApiError> {
    let redriven = kept(&center)?.redrive(named(&wanted.queue)?).await?;
    Ok(Json(json!(redriven)))
}

fn named(name: &str) -> Result<QueueName, ApiError> {
    let found = QueueName::ALL.into_iter().find(|queue| queue.as_str() == name);
    found.ok_or_else(|| ApiError::bad_request("queue is none of inbound, routing, outbound"))
}

fn kept(center: &Center) -> Result<&dyn DeadLetters, ApiError> {
    center.dead_letters.as_deref().ok_or_else(|| ApiError::not_found("dead-letter queue"))
}
