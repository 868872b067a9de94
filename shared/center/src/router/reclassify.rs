//! A change of the configuration: what each worker can hold, and then every worker into the class that the new queues
//! and targets make.

use super::class::set_capacities;
use super::presence::{change_worker, change_worker_of};
use super::{OpError, serve};
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::config::Config;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::list_workers;
use crate::{frames, notify};
use patchbay_model::workspace::WorkerDocument;
use patchbay_model::{Worker, WorkerSid};

/// Workers of one command; the rest is a command of its own.
const PAGE: usize = 100;

/// Brings what a worker can hold up to its document; tokens appear and go with the room that it makes, and what the
/// worker holds stays. Tasks for new room are looked for when workers are put into their classes. Returns the worker
/// and whether anything was different.
///
/// Safe to repeat: the same document again changes nothing.
pub(crate) async fn change_capacities(
    center: &Center,
    config: &Config,
    document: &WorkerDocument,
    sid: &WorkerSid,
) -> Result<(Worker, bool), OpError> {
    change_worker(center, sid, |_, worker, _| set_capacities(config, &document.channels, worker)).await
}

/// Puts a worker into its class, and looks for tasks for it.
///
/// Safe to repeat: a worker that is in its class stays there.
pub(crate) async fn put_into_class(
    center: &Center,
    sid: &WorkerSid,
    profile: Consistency,
) -> Result<Worker, OpError> {
    let (worker, _) = change_worker_of(center, sid, profile, |config, worker, _| {
        let activity = worker.activity_sid.clone();
        for channel in &config.task_channels {
            let new = || patchbay_model::worker::WorkerChannel {
                capacity: 1,
                available: true,
                ..Default::default()
            };
            worker.channels.entry(channel.unique_name.clone()).or_insert_with(new);
        }
        super::presence::go_to(config, worker, &activity, worker.activity_since);
        true
    })
    .await?;
    serve::settle(center, &worker).await?;
    serve::recheck(center, sid).await?;
    Ok(worker)
}

/// Gives a worker another capacity on one task channel, or takes the channel from it for a while; what it holds stays.
///
/// Safe to repeat: the same again changes nothing; the search for tasks is made anyway.
pub async fn set_channel(
    center: &Center,
    sid: &WorkerSid,
    task_channel: &str,
    (capacity, available): (Option<u32>, Option<bool>),
) -> Result<Worker, OpError> {
    let (worker, changed) = change_worker(center, sid, |_, worker, _| {
        let Some(held) = worker.channels.get_mut(task_channel) else { return false };
        let before = (held.capacity, held.available);
        held.capacity = capacity.unwrap_or(held.capacity);
        held.available = available.unwrap_or(held.available);
        before != (held.capacity, held.available)
    })
    .await?;
    if changed && let Some(held) = worker.channels.get(task_channel) {
        let frame = frames::worker_capacity(&*center.config().await?, &worker, task_channel, held);
        notify::to_worker(center, &worker, frame).await?;
    }
    serve::settle(center, &worker).await?;
    serve::recheck(center, sid).await?;
    Ok(worker)
}

/// Puts the workers after `after` into their classes.
///
/// Safe to run twice: a worker that is in its class stays there. A worker that is changed at the same time is in
/// the class of whoever was last, and both used the configuration in force.
pub(super) async fn reclassify(
    center: &Center,
    version: u64,
    after: Option<WorkerSid>,
) -> Result<(), OpError> {
    let config = center.config().await?;
    if config.version < version {
        // This handler's copy is older than the change: a little later it will not be.
        let again = body(&RoutingBody::Reclassify { version, after });
        let delay_s = (crate::config::CACHED_MS / 1000 + 1) as u32;
        return Ok(center.queue.send(QueueName::Routing, vec![Outgoing::after_s(again, delay_s)]).await?);
    }
    let (workers, more) = list_workers(center.table.as_ref(), after.as_ref(), PAGE).await?;
    for (sid, _) in &workers {
        match put_into_class(center, sid, Consistency::Eventual).await {
            // It was taken away while the list was read.
            Ok(_) | Err(OpError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if let Some((last, _)) = workers.last().filter(|_| more) {
        let next = body(&RoutingBody::Reclassify { version, after: Some(last.clone()) });
        center.queue.send(QueueName::Routing, vec![Outgoing::after_s(next, 0)]).await?;
    }
    Ok(())
}
