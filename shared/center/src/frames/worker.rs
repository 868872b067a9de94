//! TaskRouter's worker, its channels and the activities, as the worker SDK reads them.

use super::frame;
use crate::config::{Activity, Config};
use crate::store::WorkerProfile;
use bytes::Bytes;
use patchbay_model::worker::WorkerChannel;
use patchbay_model::{Worker, WorkerChannelSid, WorkerSid};
use serde_json::{Value, json};

/// `worker.<event>`: `activity.update`, `attributes.update`.
pub fn worker(event: &str, config: &Config, worker: &Worker, profile: &WorkerProfile) -> Bytes {
    frame(&format!("worker.{event}"), worker_payload(config, worker, profile))
}

/// `worker.capacity.update`: what a worker can hold on a task channel has changed.
pub fn worker_capacity(config: &Config, worker: &Worker, name: &str, held: &WorkerChannel) -> Bytes {
    frame("worker.capacity.update", worker_channel_payload(config, worker, name, held))
}

/// The worker, with `channels` (which TaskRouter has as a resource of their own). The day on which a worker was
/// made is not kept: `date_created` is 0. State and profile have versions of their own, which only grow: `version` is
/// their sum, so that it grows with either.
pub fn worker_payload(config: &Config, worker: &Worker, profile: &WorkerProfile) -> Value {
    let activity = config.activity(worker.activity_sid.as_str());
    let channels: Vec<Value> = worker
        .channels
        .iter()
        .map(|(name, held)| worker_channel_payload(config, worker, name, held))
        .collect();
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": worker.sid,
        "friendly_name": profile.friendly_name,
        "attributes": Value::Object(profile.attributes.clone()).to_string(),
        "activity_sid": worker.activity_sid,
        "activity_name": activity.map(|activity| &activity.friendly_name),
        "available": worker.activity_available,
        "channels": channels,
        "date_created": 0,
        "date_updated": worker.activity_since.max(worker.idle_since()).seconds(),
        "date_status_changed": worker.activity_since.seconds(),
        "version": (worker.version + profile.version).to_string(),
    })
}

/// What a worker can hold and holds on one task channel. `available_capacity_percentage` is 0..=100, and
/// `last_reserved_time` in milliseconds.
pub fn worker_channel_payload(config: &Config, worker: &Worker, name: &str, held: &WorkerChannel) -> Value {
    let free = held.capacity.saturating_sub(held.assigned);
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": worker_channel_sid(&worker.sid, name),
        "worker_sid": worker.sid,
        "task_channel_sid": config.task_channel(name).map(|channel| &channel.sid),
        "task_channel_unique_name": name,
        "configured_capacity": held.capacity,
        "assigned_tasks": held.assigned,
        "available": held.available,
        "available_capacity_percentage": u64::from(free) * 100 / u64::from(held.capacity.max(1)),
        "last_reserved_time": worker.idle_since().0,
        "date_created": 0,
        "date_updated": worker.idle_since().seconds(),
    })
}

/// The id of a worker's record on one task channel.
pub fn worker_channel_sid(worker: &WorkerSid, task_channel: &str) -> WorkerChannelSid {
    WorkerChannelSid::derive(&["worker_channel", worker.as_str(), task_channel])
}

/// An activity that a worker can be in. When it was made is not kept.
pub fn activity_payload(config: &Config, activity: &Activity) -> Value {
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": activity.sid,
        "friendly_name": activity.friendly_name,
        "available": activity.available,
        "date_created": 0,
        "date_updated": 0,
    })
}
