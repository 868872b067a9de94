//! What becomes of an offer that is accepted: then it is wrapping, handed on, completed.

use super::change::{release, task_writes};
use super::give_back::free_ended;
use super::{OpError, TRIES_MAX, outcome, serve};
use crate::center::Center;
use crate::history::record_write;
use crate::ports::{Consistency, TableError, Write};
use crate::store::{load_task, load_worker};
use crate::{frames, notify};
use patchbay_model::task::TaskReservation;
use patchbay_model::{ReservationSid, ReservationStatus, Task, TaskSid, Worker, WorkerSid};
use patchbay_routing::lifecycle::{ReservationError, resolve};

/// A reservation as it is stored: its task and its worker.
pub(super) struct Stored {
    pub task: Task,
    pub worker: Worker,
    pub reservation: TaskReservation,
}

/// A reservation that is held, or the task of one that was.
pub(super) enum Found {
    Held(Box<Stored>),
    Ended(Box<Task>),
}

/// Reads a worker's reservation. One that the worker neither holds nor held is nobody's, or another's.
async fn find(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    consistency: Consistency,
) -> Result<Found, OpError> {
    let table = center.table.as_ref();
    let worker = load_worker(table, worker, consistency).await?.ok_or(OpError::NotFound("worker"))?;
    let held = worker.reservations.get(sid).map(|held| &held.task_sid);
    let ended = || worker.ended.iter().find(|(ended, _)| ended == sid).map(|(_, task)| task);
    let task_sid = held.or_else(ended).ok_or(OpError::NotFound("reservation"))?;
    // A task that ended with the reservation may look as it was before.
    let consistency = if held.is_some() { consistency } else { Consistency::Strong };
    let task = load_task(table, task_sid, consistency).await?.ok_or(OpError::NotFound("task"))?;
    if held.is_none() {
        return Ok(Found::Ended(Box::new(task)));
    }
    let reservation = task.reservations.iter().find(|reservation| reservation.sid == *sid).cloned();
    let reservation = reservation.ok_or(OpError::NotFound("reservation"))?;
    Ok(Found::Held(Box::new(Stored { task, worker, reservation })))
}

/// Which read a try begins with: cheap at first, and what is really stored once that has failed.
fn consistency_of(attempt: usize) -> Consistency {
    if attempt == 0 { Consistency::Eventual } else { Consistency::Strong }
}

/// Reads a worker's reservation, again with a strong read when it was too new for the cheap one.
pub(super) async fn find_on(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    attempt: usize,
) -> Result<Found, OpError> {
    match find(center, worker, sid, consistency_of(attempt)).await {
        Err(OpError::NotFound(_)) if attempt == 0 => find(center, worker, sid, Consistency::Strong).await,
        found => found,
    }
}

pub(super) fn refused(error: ReservationError) -> OpError {
    OpError::Refused(error.to_string())
}

/// A refusal that cheap reads gave rise to is none yet (`None`): of two of them one may be behind, and a repetition
/// would be refused what its first run did.
fn believed<T>(resolved: Result<T, OpError>, attempt: usize) -> Result<Option<T>, OpError> {
    match resolved {
        Err(_) if consistency_of(attempt) == Consistency::Eventual => Ok(None),
        resolved => resolved.map(Some),
    }
}

pub(super) fn set_status(task: &mut Task, sid: &ReservationSid, status: ReservationStatus) {
    for reservation in task.reservations.iter_mut().filter(|reservation| reservation.sid == *sid) {
        reservation.status = status;
    }
}

pub(super) fn other_pending(task: &Task, sid: &ReservationSid) -> usize {
    let pending = |r: &&TaskReservation| r.sid != *sid && r.status == ReservationStatus::Pending;
    task.reservations.iter().filter(pending).count()
}

pub(super) fn is_lost_race(error: &TableError) -> bool {
    matches!(error, TableError::Condition { .. } | TableError::Conflict)
}

/// Accepts an offer: one write of the task. Offers of the same task to others are rescinded.
///
/// Safe to repeat: an accepted reservation is accepted.
pub async fn accept(center: &Center, worker: &WorkerSid, sid: &ReservationSid) -> Result<Task, OpError> {
    match accept_unless(center, worker, sid, |_| false).await? {
        Accepted::Now(task) | Accepted::Held(task) => Ok(task),
    }
}

/// What became of an acceptance.
pub enum Accepted {
    Now(Task),
    /// The offer stands, and is as it was.
    Held(Task),
}

/// Accepts an offer as `accept` does, unless it is to be held: then it could be accepted, and is not.
pub(crate) async fn accept_unless(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    is_held: impl Fn(&Task) -> bool,
) -> Result<Accepted, OpError> {
    for attempt in 0..TRIES_MAX {
        let found = match find_on(center, worker, sid, attempt).await? {
            Found::Held(stored) => *stored,
            Found::Ended(_) => return Err(OpError::Refused("the reservation is over".into())),
        };
        let Stored { task, worker, reservation } = found;
        if reservation.status == ReservationStatus::Accepted {
            rescind_others(center, &task, sid).await?;
            return Ok(Accepted::Now(task));
        }
        let now = center.now();
        let others = other_pending(&task, sid);
        let effects = if reservation.status == ReservationStatus::Pending && now >= reservation.expires_at {
            Err(OpError::Refused("the offer has lapsed".into()))
        } else {
            resolve(task.status, reservation.status, ReservationStatus::Accepted, others).map_err(refused)
        };
        let Some(effects) = believed(effects, attempt)? else { continue };
        if is_held(&task) {
            return Ok(Accepted::Held(task));
        }
        let mut accepted = task.clone();
        accepted.status = effects.task;
        set_status(&mut accepted, sid, ReservationStatus::Accepted);
        for reservation in accepted.reservations.iter_mut().filter(|reservation| reservation.sid == *sid) {
            reservation.accepted_at = Some(now);
        }
        if let Some(status) = effects.other_pending {
            for other in accepted.reservations.iter_mut().filter(|other| other.sid != *sid) {
                if other.status == ReservationStatus::Pending {
                    other.status = status;
                }
            }
        }
        match center.table.write(task_writes(Some(&task), &mut accepted, now)).await {
            Ok(_) => {}
            Err(error) if is_lost_race(&error) => continue,
            Err(error) => return Err(error.into()),
        }
        rescind_others(center, &accepted, sid).await?;
        announce(center, &worker, "accepted", &accepted, sid).await?;
        return Ok(Accepted::Now(accepted));
    }
    Err(OpError::Busy)
}

/// Takes the rescinded offers of an accepted task from their workers, one transaction each. A crash in between
/// leaves the rest to the repeated acceptance, or to their timers.
async fn rescind_others(center: &Center, accepted: &Task, sid: &ReservationSid) -> Result<(), OpError> {
    let rescinded = |r: &&TaskReservation| r.sid != *sid && r.status == ReservationStatus::Rescinded;
    let others: Vec<TaskReservation> = accepted.reservations.iter().filter(rescinded).cloned().collect();
    for other in others {
        free_ended(center, &accepted.sid, &other.sid).await?;
    }
    Ok(())
}

/// Tells a worker's sockets what became of a reservation.
pub(super) async fn announce(
    center: &Center,
    worker: &Worker,
    event: &str,
    task: &Task,
    sid: &ReservationSid,
) -> Result<(), OpError> {
    let config = center.config().await?;
    tracing::info!(task = %task.sid, reservation = %sid, worker = %worker.sid, "reservation.{event}");
    if let Some(reservation) = task.reservations.iter().find(|reservation| reservation.sid == *sid) {
        notify::to_worker(center, worker, frames::reservation(event, &config, task, reservation)).await?;
    }
    Ok(())
}

/// The agent has done the talking and writes it up: the task is wrapping and still takes room. Its conversation is
/// told by the caller, who waits for nothing else, and by the look that was asked for (`outcome`).
///
/// Safe to repeat: a wrapping reservation is wrapping.
pub async fn wrap(center: &Center, worker: &WorkerSid, sid: &ReservationSid) -> Result<Task, OpError> {
    write_up(center, worker, sid, None).await
}

/// `on`: why another task takes this one over, and which. Then its conversation is not told: it goes on with the other.
async fn write_up(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    on: Option<(&str, &TaskSid)>,
) -> Result<Task, OpError> {
    for attempt in 0..TRIES_MAX {
        let found = match find_on(center, worker, sid, attempt).await? {
            Found::Held(stored) => *stored,
            Found::Ended(task) => return Ok(*task),
        };
        let Stored { task, worker, reservation } = found;
        let is_wrapping = reservation.status == ReservationStatus::Wrapping;
        if is_wrapping && (on.is_none() || task.transferred_to.is_some()) {
            return Ok(task);
        }
        let mut wrapping = task.clone();
        if !is_wrapping {
            let effects = resolve(task.status, reservation.status, ReservationStatus::Wrapping, 0);
            let Some(effects) = believed(effects.map_err(refused), attempt)? else { continue };
            wrapping.status = effects.task;
            set_status(&mut wrapping, sid, ReservationStatus::Wrapping);
        }
        match on {
            Some((reason, to)) => {
                wrapping.reason = Some(reason.to_owned());
                wrapping.transferred_to = Some(to.clone());
            }
            None => outcome::have_looked(center, &task).await?,
        }
        match center.table.write(task_writes(Some(&task), &mut wrapping, center.now())).await {
            Ok(_) => {}
            Err(error) if is_lost_race(&error) => continue,
            Err(error) => return Err(error.into()),
        }
        announce(center, &worker, "wrapup", &wrapping, sid).await?;
        return Ok(wrapping);
    }
    Err(OpError::Busy)
}

/// The task is done: the worker has room again and gets the next task in the same transaction, where one waits. Its
/// conversation is told as when it is wrapped.
///
/// Safe to repeat: a reservation that is not held any more was completed before; the recheck is made again,
/// since the first run may have died before it.
pub async fn complete(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    reason: Option<&str>,
) -> Result<Task, OpError> {
    finish(center, worker, sid, (reason, None)).await
}

/// What an agent has left of a task that goes on with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: it is completed, and they have room.
    Nothing,
    /// They still talk, or write it up: it is wrapping, and takes room until they complete it.
    WrapUp,
}

/// Has another task take this one over.
///
/// Safe to repeat: what was handed on stays as it is, and the caller sees by `transferred_to` to which.
pub(super) async fn hand_on(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    (reason, to, rest): (&str, &TaskSid, Rest),
) -> Result<Task, OpError> {
    match rest {
        Rest::Nothing => finish(center, worker, sid, (Some(reason), Some(to))).await,
        Rest::WrapUp => write_up(center, worker, sid, Some((reason, to))).await,
    }
}

/// Completes a task, with the reason and the task that takes it over, if one does. One that was handed on while it was
/// wrapping stays so.
async fn finish(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    (reason, transferred_to): (Option<&str>, Option<&TaskSid>),
) -> Result<Task, OpError> {
    for attempt in 0..TRIES_MAX {
        let found = match find_on(center, worker, sid, attempt).await? {
            Found::Held(stored) => *stored,
            Found::Ended(task) => {
                serve::recheck(center, worker).await?;
                return Ok(*task);
            }
        };
        let Stored { task, worker, reservation } = found;
        let effects = resolve(task.status, reservation.status, ReservationStatus::Completed, 0);
        let Some(effects) = believed(effects.map_err(refused), attempt)? else { continue };
        let mut done = task.clone();
        done.status = effects.task;
        done.reason = reason.map(str::to_owned).or(done.reason);
        done.transferred_to = done.transferred_to.or(transferred_to.cloned());
        set_status(&mut done, sid, ReservationStatus::Completed);
        // Wrapping it had a look asked for already.
        if transferred_to.is_none() && reservation.status != ReservationStatus::Wrapping {
            outcome::have_looked(center, &task).await?;
        }
        let mut freed = worker.clone();
        release(&mut freed, sid);
        let now = center.now();
        let mut of_task: Vec<Write> = task_writes(Some(&task), &mut done, now);
        of_task.extend(record_write(&done, now, center.config().await?.history_days));
        let next = serve::NextTask { center, from: &worker, worker: freed, task_channel: &task.task_channel };
        match next.take(of_task).await? {
            serve::Freed::Changed => continue,
            serve::Freed::Busy(worker) | serve::Freed::Free(worker) => {
                announce(center, &worker, "completed", &done, sid).await?;
                return Ok(done);
            }
        }
    }
    Err(OpError::Busy)
}
