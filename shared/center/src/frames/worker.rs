//! TaskRouter's worker, its channels and the activities, as the worker SDK reads them.

use super::{document, frame};
use crate::config::{Activity, Config};
use crate::store::WorkerProfile;
use bytes::Bytes;
use patchbay_model::worker::WorkerChannel;
use patchbay_model::{
    AccountSid, ActivitySid, TaskChannelSid, Worker, WorkerChannelSid, WorkerSid, WorkspaceSid,
};
use serde::Serialize;
use serde_json::Value;

/// `worker.<event>`: `activity.update`, `attributes.update`.
pub fn worker(event: &str, config: &Config, worker: &Worker, profile: &WorkerProfile) -> Bytes {
    frame(&format!("worker.{event}"), worker_payload(config, worker, profile))
}

/// `worker.capacity.update`: what a worker can hold on a task channel has changed.
pub fn worker_capacity(config: &Config, worker: &Worker, name: &str, held: &WorkerChannel) -> Bytes {
    frame("worker.capacity.update", worker_channel_payload(config, worker, name, held))
}

/// The worker, with `channels` (which TaskRouter has as a resource of their own). `attributes` is a JSON text, dates
/// are in seconds. The day on which a worker was made is not kept: `date_created` is 0. State and profile have
/// versions of their own, which only grow: `version` is their sum, so that it grows with either.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Worker"))]
pub(super) struct WorkerPayload<'a> {
    account_sid: &'a AccountSid,
    workspace_sid: &'a WorkspaceSid,
    sid: &'a WorkerSid,
    friendly_name: &'a str,
    attributes: String,
    activity_sid: &'a ActivitySid,
    activity_name: Option<&'a str>,
    available: bool,
    channels: Vec<WorkerChannelPayload<'a>>,
    date_created: i64,
    date_updated: i64,
    date_status_changed: i64,
    version: String,
}

pub fn worker_payload(config: &Config, worker: &Worker, profile: &WorkerProfile) -> Value {
    let channels = worker.channels.iter();
    document(&WorkerPayload {
        account_sid: &config.account_sid,
        workspace_sid: &config.workspace_sid,
        sid: &worker.sid,
        friendly_name: &profile.friendly_name,
        attributes: Value::Object(profile.attributes.clone()).to_string(),
        activity_sid: &worker.activity_sid,
        activity_name: config
            .activity(worker.activity_sid.as_str())
            .map(|activity| activity.friendly_name.as_str()),
        available: worker.activity_available,
        channels: channels.map(|(name, held)| WorkerChannelPayload::of(config, worker, name, held)).collect(),
        date_created: 0,
        date_updated: worker.activity_since.max(worker.idle_since()).seconds(),
        date_status_changed: worker.activity_since.seconds(),
        version: (worker.version + profile.version).to_string(),
    })
}

/// What a worker can hold and holds on one task channel. `available_capacity_percentage` is 0..=100, and
/// `last_reserved_time` in milliseconds.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "WorkerChannel"))]
pub(super) struct WorkerChannelPayload<'a> {
    account_sid: &'a AccountSid,
    workspace_sid: &'a WorkspaceSid,
    sid: WorkerChannelSid,
    worker_sid: &'a WorkerSid,
    task_channel_sid: Option<&'a TaskChannelSid>,
    task_channel_unique_name: &'a str,
    configured_capacity: u32,
    assigned_tasks: u32,
    available: bool,
    available_capacity_percentage: u64,
    last_reserved_time: i64,
    date_created: i64,
    date_updated: i64,
}

impl<'a> WorkerChannelPayload<'a> {
    fn of(config: &'a Config, worker: &'a Worker, name: &'a str, held: &WorkerChannel) -> Self {
        let free = held.capacity.saturating_sub(held.assigned);
        WorkerChannelPayload {
            account_sid: &config.account_sid,
            workspace_sid: &config.workspace_sid,
            sid: worker_channel_sid(&worker.sid, name),
            worker_sid: &worker.sid,
            task_channel_sid: config.task_channel(name).map(|channel| &channel.sid),
            task_channel_unique_name: name,
            configured_capacity: held.capacity,
            assigned_tasks: held.assigned,
            available: held.available,
            available_capacity_percentage: u64::from(free) * 100 / u64::from(held.capacity.max(1)),
            last_reserved_time: worker.idle_since().0,
            date_created: 0,
            date_updated: worker.idle_since().seconds(),
        }
    }
}

pub fn worker_channel_payload(config: &Config, worker: &Worker, name: &str, held: &WorkerChannel) -> Value {
    document(&WorkerChannelPayload::of(config, worker, name, held))
}

/// The id of a worker's record on one task channel.
pub fn worker_channel_sid(worker: &WorkerSid, task_channel: &str) -> WorkerChannelSid {
    WorkerChannelSid::derive(&["worker_channel", worker.as_str(), task_channel])
}

/// An activity that a worker can be in. When it was made is not kept.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Activity"))]
pub(super) struct ActivityPayload<'a> {
    account_sid: &'a AccountSid,
    workspace_sid: &'a WorkspaceSid,
    sid: &'a ActivitySid,
    friendly_name: &'a str,
    available: bool,
    date_created: i64,
    date_updated: i64,
}

pub fn activity_payload(config: &Config, activity: &Activity) -> Value {
    document(&ActivityPayload {
        account_sid: &config.account_sid,
        workspace_sid: &config.workspace_sid,
        sid: &activity.sid,
        friendly_name: &activity.friendly_name,
        available: activity.available,
        date_created: 0,
        date_updated: 0,
    })
}
