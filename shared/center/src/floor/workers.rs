//! Workers: what each does, since when, and how much it holds.

use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StoreError, list_workers, load_worker};
use futures_util::future::try_join_all;
use patchbay_model::{ActivitySid, TaskSid, Timestamp, Worker, WorkerSid};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a worker can hold and holds on one task channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    pub capacity: u32,
    pub assigned: u32,
}

/// A worker as it is now. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FloorWorker {
    pub sid: WorkerSid,
    pub friendly_name: String,
    pub activity_sid: ActivitySid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_name: Option<String>,
    pub activity_since: Timestamp,
    /// Whether the activity is an available one.
    pub available: bool,
    /// Whether a desk of theirs is connected.
    pub connected: bool,
    /// When they were last given a task, or since when they are in their activity: who waits longest comes first.
    pub idle_since: Timestamp,
    /// By task channel.
    pub channels: BTreeMap<String, Load>,
    /// The tasks that they are offered, have or wrap up.
    pub tasks: Vec<TaskSid>,
    /// Tasks that wait for them and nobody else.
    pub direct_waiting: u32,
}

/// Workers after `after` in the order of their ids, at most `limit` of them, and whether there are more. Half a read
/// unit for each, and one for their names.
pub async fn workers(
    center: &Center,
    after: Option<&WorkerSid>,
    limit: usize,
) -> Result<(Vec<FloorWorker>, bool), StoreError> {
    let config = center.config().await?;
    let table = center.table.as_ref();
    let (names, more) = list_workers(table, after, limit).await?;
    let states = names.iter().map(|(sid, _)| load_worker(table, sid, Consistency::Eventual));
    let states = try_join_all(states).await?;
    let activity = |worker: &Worker| {
        config.activity(worker.activity_sid.as_str()).map(|activity| activity.friendly_name.clone())
    };
    let found = names.into_iter().zip(states).filter_map(|((_, name), state)| {
        let worker = state?;
        Some(FloorWorker { activity_name: activity(&worker), ..of(worker, name) })
    });
    Ok((found.collect(), more))
}

fn of(worker: Worker, friendly_name: String) -> FloorWorker {
    let load = |channel: &patchbay_model::worker::WorkerChannel| Load {
        capacity: if channel.available { channel.capacity } else { 0 },
        assigned: channel.assigned,
    };
    FloorWorker {
        friendly_name,
        activity_name: None,
        activity_since: worker.activity_since,
        available: worker.activity_available,
        connected: !worker.connections.is_empty(),
        idle_since: worker.idle_since(),
        channels: worker.channels.iter().map(|(name, channel)| (name.clone(), load(channel))).collect(),
        tasks: worker.reservations.into_values().map(|held| held.task_sid).collect(),
        direct_waiting: worker.direct_waiting,
        activity_sid: worker.activity_sid,
        sid: worker.sid,
    }
}
