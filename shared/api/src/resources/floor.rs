//! The floor as it is now, for supervisors.

use super::{entries, tasks};
use crate::Shared;
use crate::error::ApiError;
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use patchbay_center::floor;
use patchbay_model::{TaskQueueSid, WorkerSid};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueuePage {
    after: Option<TaskQueueSid>,
    limit: Option<usize>,
}

pub(crate) async fn queues(
    State(center): State<Shared>,
    Params(page): Params<QueuePage>,
) -> Result<Json<Value>, ApiError> {
    let limit = entries(page.limit)?;
    let (queues, more) = floor::queues(&center, page.after.as_ref(), limit).await?;
    let target_s = center.config().await?.desk.answer_s_target;
    Ok(Json(json!({ "at": center.now(), "queues": queues, "more": more, "answer_s_target": target_s })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerPage {
    after: Option<WorkerSid>,
    limit: Option<usize>,
}

pub(crate) async fn workers(
    State(center): State<Shared>,
    Params(page): Params<WorkerPage>,
) -> Result<Json<Value>, ApiError> {
    let (workers, more) = floor::workers(&center, page.after.as_ref(), entries(page.limit)?).await?;
    Ok(Json(json!({ "at": center.now(), "workers": workers, "more": more })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TasksOf {
    queue: Option<TaskQueueSid>,
    worker: Option<WorkerSid>,
    limit: Option<usize>,
}

pub(crate) async fn list_tasks(
    State(center): State<Shared>,
    Params(wanted): Params<TasksOf>,
) -> Result<Json<Value>, ApiError> {
    let limit = entries(wanted.limit)?;
    let of = match (wanted.queue, wanted.worker) {
        (Some(queue), None) => floor::Of::Queue(queue),
        (None, Some(worker)) => floor::Of::Worker(worker),
        _ => return Err(ApiError::bad_request("either queue or worker is needed")),
    };
    let (found, more) = floor::tasks(&center, &of, limit).await?;
    let config = center.config().await?;
    let found: Vec<Value> = found.iter().map(|task| tasks::document(&config, task)).collect();
    Ok(Json(json!({ "at": center.now(), "tasks": found, "more": more })))
}
