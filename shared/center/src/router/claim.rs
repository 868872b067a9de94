//! One claim: a task and a worker with room become a reservation, in one transaction.

use super::change::{count_direct, hold, task_writes, worker_writes};
use super::{OpError, timer};
use crate::center::Center;
use crate::config::Config;
use crate::ports::{TableError, Write};
use crate::{frames, notify};
use patchbay_model::task::{Chosen, How, TaskReservation};
use patchbay_model::{ReservationSid, ReservationStatus, Task, TaskStatus, Timestamp, Worker};

/// How a claim ended.
pub(super) enum Claim {
    Reserved(Box<(Task, Worker)>),
    /// The task is not as it was read.
    TaskChanged,
    /// The worker is not as it was read.
    WorkerChanged,
}

/// The reservation that a claim makes. Its id comes from the attempt and the worker: claiming twice for one
/// cause names one reservation.
pub(super) fn offer(
    config: &Config,
    task: &Task,
    worker: &Worker,
    why: Why,
    now: Timestamp,
) -> TaskReservation {
    let timeout_s =
        config.workflows.get(&task.workflow_sid).map_or(120, |entry| entry.task_reservation_timeout_s);
    TaskReservation {
        sid: ReservationSid::derive(&[task.sid.as_str(), &task.attempts.to_string(), worker.sid.as_str()]),
        worker_sid: worker.sid.clone(),
        status: ReservationStatus::Pending,
        created_at: now,
        expires_at: now.plus_s(i64::from(timeout_s)),
        accepted_at: None,
        chosen: Some(chosen(task, worker, why, now)),
    }
}

/// What the choice of a worker goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Why {
    pub how: How,
    /// Workers with room that were looked at.
    pub free: usize,
}

fn chosen(task: &Task, worker: &Worker, why: Why, now: Timestamp) -> Chosen {
    let held = worker.channels.get(&task.task_channel);
    Chosen {
        how: why.how,
        idle_ms: now.since_ms(worker.idle_since()).max(0),
        assigned: held.map_or(0, |held| held.assigned),
        capacity: held.map_or(0, |held| held.capacity),
        free: u32::try_from(why.free).unwrap_or(u32::MAX),
    }
}

/// The task with one more offer.
pub(super) fn reserve(task: &Task, reservation: TaskReservation) -> Task {
    let mut reserved = task.clone();
    reserved.status = TaskStatus::Reserved;
    reserved.waiting = None;
    reserved.timer_due = None;
    reserved.reservations.push(reservation);
    reserved
}

/// Claims `worker` for `task` as both were read. `extra` are writes of the same transaction (a task that the
/// worker gives up), `from` is the worker as it is stored when that is not `worker` itself.
///
/// The timer goes out before the transaction: it is a hint and harmless when the claim fails, and a crash in
/// between leaves no reservation without one. The push comes after: when it is lost, the client learns of the
/// reservation as it comes back, or the offer lapses and the next worker gets it.
pub(super) async fn claim(
    center: &Center,
    config: &Config,
    (stored, task): (Option<&Task>, &Task),
    (from, worker): (&Worker, &Worker),
    why: Why,
    extra: Vec<Write>,
) -> Result<Claim, OpError> {
    let now = center.now();
    let reservation = offer(config, task, worker, why, now);
    timer::arm_reservation(center, &task.sid, &reservation).await?;
    let mut reserved = reserve(task, reservation.clone());
    let mut busy = worker.clone();
    hold(&mut busy, &reserved, &reservation);
    count_direct(&mut busy, stored, &reserved);
    let mut writes = task_writes(stored, &mut reserved, now);
    let of_task = writes.len();
    writes.extend(worker_writes(from, &mut busy, Some(&task.task_channel)));
    writes.extend(extra);
    match center.table.write(writes).await {
        Ok(_) => {}
        Err(TableError::Condition { index, .. }) if index < of_task => return Ok(Claim::TaskChanged),
        Err(TableError::Condition { .. } | TableError::Conflict) => return Ok(Claim::WorkerChanged),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(task = %reserved.sid, reservation = %reservation.sid, worker = %busy.sid, "reservation.created");
    notify::to_worker(center, &busy, frames::reservation("created", config, &reserved, &reservation)).await?;
    Ok(Claim::Reserved(Box::new((reserved, busy))))
}
