//! Tasks.

use super::Sid;
use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use crate::read::JsonBody;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_center::command::{RoutingBody, body};
use patchbay_center::config::Config;
use patchbay_center::frames::task_payload;
use patchbay_center::ports::{Consistency, Outgoing, QueueName};
use patchbay_center::store::load_task;
use patchbay_model::{Task, TaskSid, TaskStatus};
use serde::Deserialize;
use serde_json::{Value, json};

/// Characters of a reason.
const REASON_CHARS_MAX: usize = 256;

async fn stored(center: &Shared, sid: &TaskSid) -> Result<Task, ApiError> {
    let task = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    task.ok_or_else(|| ApiError::not_found("task"))
}

/// A task and what became of its offers.
pub(super) fn document(config: &Config, task: &Task) -> Value {
    let mut document = task_payload(config, task);
    document["reservations"] = json!(task.reservations);
    document["way"] = json!(task.way);
    document
}

pub(crate) async fn fetch(
    State(center): State<Shared>,
    Sid(sid): Sid<TaskSid>,
) -> Result<Json<Value>, ApiError> {
    let task = stored(&center, &sid).await?;
    Ok(Json(document(&*center.config().await?, &task)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskCancel {
    #[serde(default)]
    reason: String,
}

/// The router cancels: the answer is the task as it was before, with 202. A task that is over is refused.
pub(crate) async fn cancel(
    State(center): State<Shared>,
    Sid(sid): Sid<TaskSid>,
    JsonBody(wanted): JsonBody<TaskCancel>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    if wanted.reason.chars().count() > REASON_CHARS_MAX {
        return Err(ApiError::bad_request(format!("reason has at most {REASON_CHARS_MAX} characters")));
    }
    let task = stored(&center, &sid).await?;
    if matches!(task.status, TaskStatus::Completed | TaskStatus::Canceled) {
        return Err(ApiError::new(ErrorCode::Conflict, "the task is over"));
    }
    let command = RoutingBody::CancelTask { task_sid: sid, reason: wanted.reason };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&command), 0)]).await?;
    Ok((StatusCode::ACCEPTED, Json(document(&*center.config().await?, &task))))
}
