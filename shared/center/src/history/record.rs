//! A task that is over, as it is counted.

use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Value, Write, table::TTL_ATTRIBUTE};
use patchbay_model::{ReservationStatus, Task, TaskQueueSid, TaskSid, TaskStatus, Timestamp, WorkerSid};
use serde::{Deserialize, Serialize};

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its agent completed it.
    Completed,
    /// Another task took it over.
    Transferred,
    /// It was canceled, or its time was up, and nobody had accepted it.
    Abandoned,
}

/// What is kept of a task that is over, longer than the task: so nothing of the customer, and no word of an agent's.
/// Times are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedTask {
    pub sid: TaskSid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_sid: Option<TaskQueueSid>,
    /// Who had it at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_sid: Option<WorkerSid>,
    /// What the customer wrote or called on (attribute `channelType`), else the task channel.
    pub channel: String,
    pub outcome: Outcome,
    pub ended_at: Timestamp,
    /// From its beginning until it was accepted, or until its end.
    pub wait_ms: i64,
    /// From acceptance to the end, writing it up included; none where nobody accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle_ms: Option<i64>,
    /// Times that it was offered.
    pub offers: u32,
    /// Whether it asked a colleague into a conversation that another task is counted for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invitation: bool,
}

impl FinishedTask {
    /// `None`: the task goes on.
    pub fn of(task: &Task, ended_at: Timestamp) -> Option<FinishedTask> {
        let outcome = match task.status {
            TaskStatus::Completed if task.transferred_to.is_some() => Outcome::Transferred,
            TaskStatus::Completed => Outcome::Completed,
            TaskStatus::Canceled => Outcome::Abandoned,
            _ => return None,
        };
        let done = |status| status == ReservationStatus::Completed;
        let served = task.reservations.iter().find(|reservation| done(reservation.status));
        let accepted_at = served.and_then(|served| served.accepted_at);
        let channel = task.attributes["channelType"].as_str().unwrap_or(&task.task_channel);
        Some(FinishedTask {
            sid: task.sid.clone(),
            queue_sid: task.queue_sid.clone(),
            worker_sid: served.map(|served| served.worker_sid.clone()),
            channel: channel.to_owned(),
            outcome,
            ended_at,
            wait_ms: accepted_at.unwrap_or(ended_at).since_ms(task.virtual_start_time).max(0),
            handle_ms: accepted_at.map(|accepted_at| ended_at.since_ms(accepted_at).max(0)),
            offers: task.attempts,
            invitation: task.invitation.is_some(),
        })
    }
}

/// The record of a task that ends now, as a write of the transaction that ends it; none where it goes on.
pub(crate) fn record_write(task: &Task, now: Timestamp, kept_days: u32) -> Option<Write> {
    let record = FinishedTask::of(task, now)?;
    let until = now.plus_s(i64::from(kept_days) * 86_400);
    let attributes = Attributes::from([
        ("d".to_owned(), codec::encode(&record)),
        (TTL_ATTRIBUTE.to_owned(), Value::N(until.seconds())),
    ]);
    let item = Item { key: keys::finished_task(record.queue_sid.as_ref(), now, &record.sid), attributes };
    Some(Write::Put { item, condition: Condition::Always })
}
