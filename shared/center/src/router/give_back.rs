//! An offer that is over without acceptance: rejected, timed out, withdrawn. Its worker has room again, and its task
//! goes on to the next, or ends.

use super::change::{count_direct, release, task_writes, worker_writes};
use super::context::{context, resolve_name};
use super::reservation::{Found, announce, find_on, is_lost_race, other_pending, refused, set_status};
use super::stand::stand;
use super::task::{Driven, direct_count, end, end_with};
use super::{OpError, REOFFER_AFTER_S, TRIES_MAX, invitation, recheck, serve, timer};
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{load_profile, load_task, load_worker};
use crate::{frames, notify};
use patchbay_model::task::Exclusion;
use patchbay_model::{
    ActivitySid, ReservationSid, ReservationStatus, Task, TaskSid, TaskStatus, Timestamp, Worker, WorkerSid,
};
use patchbay_routing::lifecycle::resolve;

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
        if is_not_taken_by_target(&task, &worker.sid, status) {
            ended.routing_target = None;
        }
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

/// Whether the task was sent to this very worker, who does not take it: then nobody waits for them, and it goes through
/// its workflow to the next. An invitation is over (`invitation::given_up`).
fn is_not_taken_by_target(task: &Task, worker: &WorkerSid, answer: ReservationStatus) -> bool {
    task.invitation.is_none()
        && task.routing_target.as_deref() == Some(worker.as_str())
        && matches!(answer, ReservationStatus::Rejected | ReservationStatus::Timeout)
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

/// Ends a task together with the last offer of it, in one transaction: whoever accepts it at this moment has it, or it is
/// over, and never has the worker room for a task that they hold.
async fn drop_task(
    center: &Center,
    stored: &Task,
    ended: Task,
    (worker, freed): (&Worker, &mut Worker),
    reason: String,
) -> Result<Driven, OpError> {
    let of_worker = worker_writes(worker, freed, Some(&stored.task_channel));
    let driven = Box::pin(end_with(center, Some(stored), ended, reason, of_worker)).await?;
    if let Driven::Done = driven {
        serve::recheck(center, &freed.sid).await?;
    }
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
