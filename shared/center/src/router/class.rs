//! Classes of workers: those who are in the same task queues and equal in what targets ask about. One pool per
//! class, so a task reads as many pools as there are classes that can serve it, however many workers they have.

use crate::config::{Config, TaskQueue};
use crate::store::WorkerProfile;
use patchbay_model::id::{digest16, hex};
use patchbay_model::workspace::{ChannelCapacity, WorkerDocument};
use patchbay_model::{TaskQueueSid, Timestamp, Worker};
use patchbay_routing::worker::{WorkerFields, worker_facts};
use patchbay_routing::{Expression, Scope, WorkerClass, matches};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// TaskRouter states no default capacity; its samples have 1.
const CAPACITY_DEFAULT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Class {
    /// The task queues whose expression its workers fulfil.
    pub queues: Vec<TaskQueueSid>,
    #[serde(flatten)]
    pub values: WorkerClass,
}

impl Class {
    /// The class of a worker whose attributes and fields are `facts` (`facts()`).
    pub fn of(config: &Config, facts: &Value) -> Class {
        let is_in = |queue: &&TaskQueue| matches(&queue.target_workers, &Scope::worker(facts));
        Class {
            queues: config.queues.values().filter(is_in).map(|queue| queue.sid.clone()).collect(),
            values: WorkerClass::of(&config.class_paths, facts),
        }
    }

    /// The same for the same queues and values.
    pub fn id(&self) -> String {
        let values = self.values.id();
        let mut parts: Vec<&str> = vec![&values];
        parts.extend(self.queues.iter().map(TaskQueueSid::as_str));
        hex(&digest16(&parts)[..8])
    }

    /// Whether its workers are in the queue and fulfil a condition on what classes know.
    pub fn serves(&self, queue: &TaskQueueSid, condition: Option<&Expression>) -> bool {
        self.queues.contains(queue)
            && condition
                .is_none_or(|condition| matches(condition, &Scope::target(&Value::Null, &self.values)))
    }
}

/// What expressions see of a worker: its attributes and TaskRouter's fields.
pub(crate) fn facts(config: &Config, profile: &WorkerProfile, worker: &Worker) -> Value {
    let activity = config.activities.iter().find(|activity| activity.sid == worker.activity_sid);
    let fields = WorkerFields {
        sid: &profile.sid,
        friendly_name: &profile.friendly_name,
        activity_sid: &worker.activity_sid,
        activity_name: activity.map(|activity| activity.friendly_name.as_str()).unwrap_or_default(),
        channels: &worker.channels,
    };
    worker_facts(&profile.attributes, &fields)
}

/// The state of a worker that nobody has connected as yet.
pub fn new_worker(
    config: &Config,
    profile: &WorkerProfile,
    document: &WorkerDocument,
    now: Timestamp,
) -> Worker {
    let named = document.activity.as_deref().and_then(|name| config.activity(name));
    let activity = named.or_else(|| config.activity(config.default_activity.as_str()));
    let mut worker = Worker {
        sid: profile.sid.clone(),
        activity_sid: activity
            .map_or_else(|| config.default_activity.clone(), |activity| activity.sid.clone()),
        activity_available: activity.is_some_and(|activity| activity.available),
        class: String::new(),
        channels: BTreeMap::new(),
        reservations: BTreeMap::new(),
        ended: Vec::new(),
        connections: Vec::new(),
        absent_since: Some(now),
        direct_waiting: 0,
        watches: None,
        last_assigned: None,
        activity_since: now,
        version: 0,
    };
    set_capacities(config, &document.channels, &mut worker);
    worker.class = Class::of(config, &facts(config, profile, &worker)).id();
    worker
}

/// Gives a worker the capacities that it is to have on each of the workspace's task channels; what it holds there
/// stays. Returns whether anything is different.
pub(super) fn set_capacities(
    config: &Config,
    wanted: &BTreeMap<String, ChannelCapacity>,
    worker: &mut Worker,
) -> bool {
    let before = worker.channels.clone();
    for channel in &config.task_channels {
        let document = wanted.get(&channel.unique_name);
        let held = worker.channels.entry(channel.unique_name.clone()).or_default();
        held.capacity = document.map_or(CAPACITY_DEFAULT, |document| document.capacity);
        held.available = document.is_none_or(|document| document.available);
    }
    worker.channels != before
}
