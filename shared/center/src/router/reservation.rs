//! What becomes of an offer: accepted, rejected, timed out, withdrawn; then wrapping and completed.

use super::change::{count_direct, release, task_writes, worker_writes};
use super::context::{context, resolve_name};
use super::stand::stand;
use super::task::{Driven, direct_count, end};
use super::{OpError, REOFFER_AFTER_S, TRIES_MAX, invitation, outcome, recheck, serve, timer};
use crate::center::Center;
use crate::history::record_write;
use crate::ports::{Consistency, TableError, Write};
use crate::store::{load_profile, load_task, load_worker};
use crate::{frames, notify};
use patchbay_model::task::{Exclusion, TaskReservation};
use patchbay_model::{
    ActivitySid, ReservationSid, ReservationStatus, Task, TaskSid, TaskStatus, Timestamp, Worker, WorkerSid,
};
use patchbay_routing::lifecycle::{ReservationError, resolve};

/// A reservation as it is stored: its task and its worker.
pub(super) struct Stored {
    pub task: Task,
    pub worker: Worker,
    pub reservation: TaskReservation,
}

/// A reservation that is held, or the task of one that was.
enum Found {
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
async fn find_on(
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

fn refused(error: ReservationError) -> OpError {
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

fn set_status(task: &mut Task, sid: &ReservationSid, status: ReservationStatus) {
    for reservation in task.reservations.iter_mut().filter(|reservation| reservation.sid == *sid) {
        reservation.status = status;
    }
}

fn other_pending(task: &Task, sid: &ReservationSid) -> usize {
    let pending = |r: &&TaskReservation| r.sid != *sid && r.status == ReservationStatus::Pending;
    task.reservations.iter().filter(pending).count()
}

fn is_lost_race(error: &TableError) -> bool {
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

/// Rejects an offer: the task goes to the next worker, and not to this one for a while. `activity` names where
/// the worker goes, by SID or friendly name.
///
/// Safe to repeat: a reservation that is not held any more was given back before.
pub async fn reject(
    center: &Center,
    worker: &WorkerSid,
    sid: &ReservationSid,
    activity: Option<&str>,
) -> Result<Task, OpError> {
    let task_sid = match find_on(center, worker, sid, 0).await? {
        Found::Held(stored) => stored.task.sid.clone(),
        Found::Ended(task) => task.sid.clone(),
    };
    let activity = match activity {
        Some(name) => {
            let config = center.config().await?;
            Some(config.activity(name).ok_or(OpError::NotFound("activity"))?.sid.clone())
        }
        None => None,
    };
    give_back(center, &task_sid, sid, ReservationStatus::Rejected, activity.as_ref(), Some(worker)).await?;
    let task = load_task(center.table.as_ref(), &task_sid, Consistency::Strong).await?;
    task.ok_or(OpError::NotFound("task"))
}

/// Ends a pending reservation without acceptance: the worker has room again, the task waits again at its old
/// place, and both are looked at strongly (RECHECK), because either may have missed the other.
///
/// Safe to repeat: a reservation that is not pending any more is left alone, and the rechecks are made anyway,
/// since the first run may have died before them.
pub(super) async fn give_back(
    center: &Center,
    task_sid: &TaskSid,
    sid: &ReservationSid,
    status: ReservationStatus,
    activity: Option<&ActivitySid>,
    holder: Option<&WorkerSid>,
) -> Result<(), OpError> {
    for _ in 0..TRIES_MAX {
        let Some(task) = load_task(center.table.as_ref(), task_sid, Consistency::Strong).await? else {
            return Ok(());
        };
        let Some(reservation) = task.reservations.iter().find(|reservation| reservation.sid == *sid) else {
            recheck::task(center, task_sid).await?;
            if let Some(worker) = holder {
                serve::recheck(center, worker).await?;
            }
            return Ok(());
        };
        if reservation.status != ReservationStatus::Pending {
            return free_ended(center, task_sid, sid).await;
        }
        let effects = resolve(task.status, reservation.status, status, other_pending(&task, sid));
        let effects = effects.map_err(refused)?;
        let table = center.table.as_ref();
        let Some(worker) = load_worker(table, &reservation.worker_sid, Consistency::Strong).await? else {
            return Ok(());
        };
        let now = center.now();
        let mut ended = task.clone();
        ended.status = effects.task;
        set_status(&mut ended, sid, status);
        let reservations = ended.reservations.clone();
        ended.reservations.retain(|reservation| reservation.sid != *sid);
        let until = now.plus_s(REOFFER_AFTER_S);
        ended.excluded.retain(|exclusion| exclusion.worker_sid != worker.sid);
        ended.excluded.push(Exclusion { worker_sid: worker.sid.clone(), until });
        let mut freed = worker.clone();
        release(&mut freed, sid);
        if let Some(activity) = activity {
            super::presence::go_to(&*center.config().await?, &mut freed, activity, now);
        }
        let event = match status {
            ReservationStatus::Rejected => "rejected",
            ReservationStatus::Timeout => "timeout",
            _ => "canceled",
        };
        let given_up =
            invitation::given_up(&task, &worker.sid, status).filter(|_| effects.task == TaskStatus::Pending);
        let has_place = given_up.is_none()
            && (effects.task != TaskStatus::Pending || place_again(center, &mut ended, now).await?);
        if !has_place {
            let reason = given_up.unwrap_or("no place in its workflow any more").to_owned();
            ended.reservations.clear();
            let told = Task { reservations, ..ended.clone() };
            if let Driven::Changed = drop_task(center, &task, ended, (&worker, &mut freed), reason).await? {
                continue;
            }
            return announce_end(center, &freed, (event, activity), &told, sid).await;
        }
        count_direct(&mut freed, Some(&task), &ended);
        let channel = task.task_channel.clone();
        let mut writes = task_writes(Some(&task), &mut ended, now);
        writes.extend(worker_writes(&worker, &mut freed, Some(&channel)));
        writes.extend(direct_count(center, Some(&task), &ended, Some(&freed.sid)).await?);
        match center.table.write(writes).await {
            Ok(_) => {}
            Err(error) if is_lost_race(&error) => continue,
            Err(error) => return Err(error.into()),
        }
        let told = Task { reservations, ..ended };
        announce_end(center, &freed, (event, activity), &told, sid).await?;
        recheck::task(center, task_sid).await?;
        return serve::recheck(center, &freed.sid).await;
    }
    Err(OpError::Busy)
}

/// Tells a worker's sockets that an offer is over, and in which activity they are when that has changed.
async fn announce_end(
    center: &Center,
    worker: &Worker,
    (event, activity): (&str, Option<&ActivitySid>),
    task: &Task,
    sid: &ReservationSid,
) -> Result<(), OpError> {
    announce(center, worker, event, task, sid).await?;
    let Some(_) = activity else { return Ok(()) };
    let config = center.config().await?;
    if let Some(profile) = load_profile(center.table.as_ref(), &worker.sid).await? {
        let frame = frames::worker("activity.update", &config, worker, &profile);
        notify::to_worker(center, worker, frame).await?;
    }
    Ok(())
}

/// Gives a task that nobody holds any more its waiting entry and its timer. False when its workflow has no
/// place for it.
pub(super) async fn place_again(center: &Center, task: &mut Task, now: Timestamp) -> Result<bool, OpError> {
    let context = context(center).await?;
    let Ok(mut stand) = stand(&context.config, &context.directory, task, None, now) else { return Ok(false) };
    resolve_name(center, &mut stand).await?;
    stand.settle(task);
    task.waiting = stand.entry(&context.config, task);
    timer::arm_task(center, &stand, task).await?;
    Ok(true)
}

/// Ends a task together with the last offer of it.
async fn drop_task(
    center: &Center,
    stored: &Task,
    ended: Task,
    (worker, freed): (&Worker, &mut Worker),
    reason: String,
) -> Result<Driven, OpError> {
    match center.table.write(worker_writes(worker, freed, Some(&stored.task_channel))).await {
        Ok(_) => {}
        Err(error) if is_lost_race(&error) => return Ok(Driven::Changed),
        Err(error) => return Err(error.into()),
    }
    let driven = end(center, Some(stored), ended, reason).await?;
    serve::recheck(center, &freed.sid).await?;
    Ok(driven)
}

/// Takes a reservation that is over (rescinded, canceled) from its worker and off its task.
pub(super) async fn free_ended(
    center: &Center,
    task_sid: &TaskSid,
    sid: &ReservationSid,
) -> Result<(), OpError> {
    for _ in 0..TRIES_MAX {
        let table = center.table.as_ref();
        let Some(task) = load_task(table, task_sid, Consistency::Strong).await? else { return Ok(()) };
        let Some(reservation) = task.reservations.iter().find(|reservation| reservation.sid == *sid) else {
            return Ok(());
        };
        let event = match reservation.status {
            ReservationStatus::Rescinded => "rescinded",
            ReservationStatus::Canceled => "canceled",
            _ => return Ok(()),
        };
        let Some(worker) = load_worker(table, &reservation.worker_sid, Consistency::Strong).await? else {
            return Ok(());
        };
        let mut rest = task.clone();
        rest.reservations.retain(|reservation| reservation.sid != *sid);
        let mut freed = worker.clone();
        release(&mut freed, sid);
        let mut writes = task_writes(Some(&task), &mut rest, center.now());
        writes.extend(worker_writes(&worker, &mut freed, Some(&task.task_channel)));
        match center.table.write(writes).await {
            Ok(_) => {}
            Err(error) if is_lost_race(&error) => continue,
            Err(error) => return Err(error.into()),
        }
        let told = Task { reservations: task.reservations, ..rest };
        announce(center, &freed, event, &told, sid).await?;
        return serve::recheck(center, &freed.sid).await;
    }
    Err(OpError::Busy)
}

/// Cancels a task that is offered: its offers end with it.
pub(super) async fn withdraw(center: &Center, task: &Task, reason: &str) -> Result<Driven, OpError> {
    let mut canceled = task.clone();
    for reservation in &mut canceled.reservations {
        reservation.status = ReservationStatus::Canceled;
    }
    let offers: Vec<ReservationSid> = task.reservations.iter().map(|r| r.sid.clone()).collect();
    if let Driven::Changed = end(center, Some(task), canceled, reason.to_owned()).await? {
        return Ok(Driven::Changed);
    }
    for sid in offers {
        free_ended(center, &task.sid, &sid).await?;
    }
    Ok(Driven::Done)
}

/// The agent has done the talking and writes it up: the task is wrapping and still takes room. Its conversation is
/// told by the caller, who waits for nothing else, and by the look that was asked for (`outcome`).
///
/// Safe to repeat: a wrapping reservation is wrapping.
pub async fn wrap(center: &Center, worker: &WorkerSid, sid: &ReservationSid) -> Result<Task, OpError> {
    for attempt in 0..TRIES_MAX {
        let found = match find_on(center, worker, sid, attempt).await? {
            Found::Held(stored) => *stored,
            Found::Ended(task) => return Ok(*task),
        };
        let Stored { task, worker, reservation } = found;
        if reservation.status == ReservationStatus::Wrapping {
            return Ok(task);
        }
        let effects = resolve(task.status, reservation.status, ReservationStatus::Wrapping, 0);
        let Some(effects) = believed(effects.map_err(refused), attempt)? else { continue };
        let mut wrapping = task.clone();
        wrapping.status = effects.task;
        set_status(&mut wrapping, sid, ReservationStatus::Wrapping);
        outcome::have_looked(center, &task).await?;
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

/// Completes a task, with the reason and the task that takes it over, if one does.
pub(super) async fn finish(
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
        done.reason = reason.map(str::to_owned);
        done.transferred_to = transferred_to.cloned();
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
