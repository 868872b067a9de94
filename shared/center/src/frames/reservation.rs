//! TaskRouter's reservation as the worker SDK reads it.

use super::{frame, task_payload};
use crate::config::Config;
use bytes::Bytes;
use patchbay_model::Task;
use patchbay_model::task::TaskReservation;
use serde_json::{Value, json};

/// `reservation.<event>`: `created`, `accepted`, `rejected`, `timeout`, `canceled`, `rescinded`, `wrapup`,
/// `completed`.
pub fn reservation(event: &str, config: &Config, task: &Task, reservation: &TaskReservation) -> Bytes {
    frame(&format!("reservation.{event}"), reservation_payload(config, task, reservation))
}

/// The reservation with its task inside. `reservation_timeout` is in seconds.
pub fn reservation_payload(config: &Config, task: &Task, reservation: &TaskReservation) -> Value {
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": reservation.sid,
        "worker_sid": reservation.worker_sid,
        "reservation_status": reservation.status,
        "reservation_timeout": reservation.expires_at.since_ms(reservation.created_at).max(0) / 1000,
        "date_created": reservation.created_at.seconds(),
        "date_updated": task.updated_at.seconds(),
        "version": task.version.to_string(),
        "task": task_payload(config, task),
    })
}
