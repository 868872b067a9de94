//! A change of the configuration: what each worker can hold, and then every worker into the class that the new queues
//! and targets make.

use super::class::set_capacities;
use super::presence::change_worker;
use super::{OpError, serve};
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::config::Config;
use crate::ports::{Outgoing, QueueName};
use crate::store::list_workers;
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
        let (worker, _) = change_worker(center, sid, |config, worker, _| {
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
    }
    if let Some((last, _)) = workers.last().filter(|_| more) {
        let next = body(&RoutingBody::Reclassify { version, after: Some(last.clone()) });
        center.queue.send(QueueName::Routing, vec![Outgoing::after_s(next, 0)]).await?;
    }
    Ok(())
}
