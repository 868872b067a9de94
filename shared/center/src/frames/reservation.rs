//! TaskRouter's reservation as the worker SDK reads it.

use super::task::TaskPayload;
use super::{document, frame};
use crate::config::Config;
use bytes::Bytes;
use patchbay_model::task::TaskReservation;
use patchbay_model::{AccountSid, ReservationSid, ReservationStatus, Task, WorkerSid, WorkspaceSid};
use serde::Serialize;
use serde_json::Value;

/// `reservation.<event>`: `created`, `accepted`, `rejected`, `timeout`, `canceled`, `rescinded`, `wrapup`,
/// `completed`.
pub fn reservation(event: &str, config: &Config, task: &Task, reservation: &TaskReservation) -> Bytes {
    frame(&format!("reservation.{event}"), reservation_payload(config, task, reservation))
}

/// The reservation with its task inside. `reservation_timeout` and dates are in seconds.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Reservation"))]
pub(super) struct ReservationPayload<'a> {
    account_sid: &'a AccountSid,
    workspace_sid: &'a WorkspaceSid,
    sid: &'a ReservationSid,
    worker_sid: &'a WorkerSid,
    reservation_status: ReservationStatus,
    reservation_timeout: i64,
    date_created: i64,
    date_updated: i64,
    version: String,
    task: TaskPayload<'a>,
}

pub fn reservation_payload(config: &Config, task: &Task, reservation: &TaskReservation) -> Value {
    document(&ReservationPayload {
        account_sid: &config.account_sid,
        workspace_sid: &config.workspace_sid,
        sid: &reservation.sid,
        worker_sid: &reservation.worker_sid,
        reservation_status: reservation.status,
        reservation_timeout: reservation.expires_at.since_ms(reservation.created_at).max(0) / 1000,
        date_created: reservation.created_at.seconds(),
        date_updated: task.updated_at.seconds(),
        version: task.version.to_string(),
        task: TaskPayload::of(config, task),
    })
}
