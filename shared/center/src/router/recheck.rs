//! Looking again at what is stored: after a crash, a lost race, a repeated action.

use super::task::{Driven, drive};
use super::{OpError, TRIES_MAX, timer};
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::load_task;
use crate::{frames, notify};
use patchbay_model::{ReservationStatus, TaskSid, TaskStatus, Worker};

/// Brings a task to rest from what is stored now: a pending one looks for a worker (RECHECK-T), the offers of a
/// reserved one are pushed and timed again. Returns whether a waiting task found a worker.
pub(super) async fn task(center: &Center, sid: &TaskSid) -> Result<bool, OpError> {
    for _ in 0..TRIES_MAX {
        let table = center.table.as_ref();
        let Some(task) = load_task(table, sid, Consistency::Strong).await? else { return Ok(false) };
        match task.status {
            TaskStatus::Pending => {
                if let Driven::Changed = drive(center, Some(&task), task.clone(), None).await? {
                    continue;
                }
                let now = load_task(table, sid, Consistency::Strong).await?;
                return Ok(now.is_some_and(|task| task.status == TaskStatus::Reserved));
            }
            TaskStatus::Reserved => {
                let config = center.config().await?;
                for reservation in &task.reservations {
                    timer::arm_reservation(center, &task.sid, reservation).await?;
                    let worker =
                        crate::store::load_worker(table, &reservation.worker_sid, Consistency::Eventual)
                            .await?;
                    if let Some(worker) = worker {
                        let frame = frames::reservation("created", &config, &task, reservation);
                        notify::to_worker(center, &worker, frame).await?;
                    }
                }
                return Ok(false);
            }
            _ => return Ok(false),
        }
    }
    Err(OpError::Busy)
}

/// Pushes the offers that a worker holds once more: it may not have seen them.
pub async fn redrive(center: &Center, worker: &Worker) -> Result<(), OpError> {
    let config = center.config().await?;
    for (sid, held) in &worker.reservations {
        let task = load_task(center.table.as_ref(), &held.task_sid, Consistency::Eventual).await?;
        let Some(task) = task else { continue };
        for reservation in task.reservations.iter().filter(|reservation| reservation.sid == *sid) {
            if reservation.status == ReservationStatus::Pending {
                let frame = frames::reservation("created", &config, &task, reservation);
                notify::to_worker(center, worker, frame).await?;
            }
        }
    }
    Ok(())
}
