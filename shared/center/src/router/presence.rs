//! Whether a worker is there (a live socket) and ready (an available activity): what gives and takes tokens.

use super::change::worker_writes;
use super::class::{Class, facts};
use super::{ABSENT_S_MAX, OpError, TRIES_MAX, serve, timer};
use crate::center::Center;
use crate::command::RoutingBody;
use crate::config::Config;
use crate::ports::{Consistency, TableError};
use crate::store::{WorkerProfile, load, load_profile, load_worker};
use crate::{frames, keys, notify};
use patchbay_model::worker::Connection;
use patchbay_model::{ActivitySid, ReservationStatus, Timestamp, Worker, WorkerSid, limits};

/// Puts a worker into an activity.
pub(super) fn go_to(config: &Config, worker: &mut Worker, activity: &ActivitySid, now: Timestamp) {
    let Some(activity) = config.activities.iter().find(|known| known.sid == *activity) else { return };
    if worker.activity_sid != activity.sid {
        worker.activity_since = now;
        worker.activity_sid = activity.sid.clone();
    }
    worker.activity_available = activity.available;
}

/// Changes a worker as it is stored, until nobody else is faster: its class and so its pools are found anew
/// (expressions may ask for the activity). `change` returns false when there is nothing to do.
pub(super) async fn change_worker(
    center: &Center,
    sid: &WorkerSid,
    change: impl Fn(&Config, &mut Worker, Timestamp) -> bool + Send + Sync,
) -> Result<(Worker, bool), OpError> {
    change_worker_of(center, sid, Consistency::Eventual, change).await
}

/// The same of a worker whose attributes may just have changed: then they are read strongly.
pub(super) async fn change_worker_of(
    center: &Center,
    sid: &WorkerSid,
    profile: Consistency,
    change: impl Fn(&Config, &mut Worker, Timestamp) -> bool + Send + Sync,
) -> Result<(Worker, bool), OpError> {
    for _ in 0..TRIES_MAX {
        let table = center.table.as_ref();
        let before =
            load_worker(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("worker"))?;
        let profile = load(table, &keys::worker_profile(sid), profile).await?;
        let profile: WorkerProfile = profile.ok_or(OpError::NotFound("worker"))?;
        let config = center.config().await?;
        let now = center.now();
        let mut after = before.clone();
        if !change(&config, &mut after, now) {
            return Ok((before, false));
        }
        let class = Class::of(&config, &facts(&config, &profile, &after));
        after.class = class.id();
        if after.ready() {
            center.directory.with_class(table, &class, now).await?;
        }
        match table.write(worker_writes(&before, &mut after, None)).await {
            Ok(_) => return Ok((after, true)),
            Err(TableError::Condition { .. } | TableError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(OpError::Busy)
}

/// A socket of the worker is there. The oldest is closed when there are too many.
///
/// Safe to repeat: a connection that is known is left as it is; the search for tasks is made anyway, since the
/// first run may have died before it.
pub async fn connect(center: &Center, sid: &WorkerSid, connection: &str) -> Result<Worker, OpError> {
    let (worker, _) = change_worker(center, sid, |_, worker, now| {
        if worker.connections.iter().any(|known| known.id == connection) {
            return false;
        }
        worker.connections.push(Connection { id: connection.to_owned(), since: now });
        if worker.connections.len() > limits::CONNECTIONS_PER_WORKER_MAX {
            worker.connections.remove(0);
        }
        worker.absent_since = None;
        true
    })
    .await?;
    serve::settle(center, &worker).await?;
    serve::recheck(center, sid).await?;
    Ok(worker)
}

/// A socket of the worker is gone. With the last one the worker's tokens go, and a timer looks whether it stays
/// away.
///
/// Safe to repeat, late or never called: a push to a socket that is gone comes here as well.
pub async fn disconnect(center: &Center, sid: &WorkerSid, connection: &str) -> Result<(), OpError> {
    let (worker, changed) = change_worker(center, sid, |_, worker, now| {
        let before = worker.connections.len();
        worker.connections.retain(|known| known.id != connection);
        if worker.connections.len() == before {
            return false;
        }
        if worker.connections.is_empty() {
            worker.absent_since = Some(now);
        }
        true
    })
    .await?;
    if let Some(since) = worker.absent_since.filter(|_| changed || !worker.reservations.is_empty()) {
        let command = RoutingBody::PresenceTimer { worker_sid: sid.clone(), absent_since: since };
        timer::send_at(center, &command, since.plus_s(ABSENT_S_MAX)).await?;
    }
    Ok(())
}

/// The worker has been without a socket for a while: offers that it cannot see go to others. What it accepted
/// stays with it.
pub(super) async fn absent(center: &Center, sid: &WorkerSid, since: Timestamp) -> Result<(), OpError> {
    let table = center.table.as_ref();
    let Some(worker) = load_worker(table, sid, Consistency::Strong).await? else { return Ok(()) };
    if worker.absent_since != Some(since) {
        return Ok(());
    }
    for (reservation, held) in &worker.reservations {
        let task = crate::store::load_task(table, &held.task_sid, Consistency::Strong).await?;
        let pending = task.is_some_and(|task| {
            task.reservations.iter().any(|r| r.sid == *reservation && r.status == ReservationStatus::Pending)
        });
        if pending {
            let status = ReservationStatus::Timeout;
            super::give_back::give_back(center, &held.task_sid, reservation, status, None, None).await?;
        }
    }
    Ok(())
}

/// The worker goes to an activity, named by SID or friendly name.
///
/// Safe to repeat: the same activity again changes nothing; the search for tasks is made anyway.
pub async fn set_activity(center: &Center, sid: &WorkerSid, activity: &str) -> Result<Worker, OpError> {
    let config = center.config().await?;
    let activity = config.activity(activity).ok_or(OpError::NotFound("activity"))?.sid.clone();
    let (worker, changed) = change_worker(center, sid, |config, worker, now| {
        if worker.activity_sid == activity {
            return false;
        }
        go_to(config, worker, &activity, now);
        true
    })
    .await?;
    if changed && let Some(profile) = load_profile(center.table.as_ref(), sid).await? {
        tracing::info!(worker = %sid, %activity, "worker.activity.update");
        let frame = frames::worker("activity.update", &config, &worker, &profile);
        notify::to_worker(center, &worker, frame).await?;
    }
    serve::settle(center, &worker).await?;
    serve::recheck(center, sid).await?;
    Ok(worker)
}
