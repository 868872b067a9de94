//! The routing record of an agent.

use crate::{ActivitySid, ReservationSid, TaskSid, Timestamp, WorkerSid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one worker holds on one task channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerChannel {
    /// Tasks it may hold at once (TaskRouter `configured_capacity`).
    pub capacity: u32,
    /// Tasks it holds: reserved, accepted or wrapping.
    pub assigned: u32,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub available: bool,
    /// The sort key of its token in the pool; present exactly when the token exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

/// A reservation that a worker holds: enough to find its task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub task_sid: TaskSid,
    pub task_channel: String,
}

/// A live socket of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: String,
    pub since: Timestamp,
}

/// A call that a worker is in as a supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The provider's id of the customer's call.
    pub call_sid: String,
    /// What the worker is called in it: something else each time that they come.
    pub participant: String,
}

/// A worker's state: what assignment reads and writes. Kept under 1 KB; its attributes are an item of their
/// own. Every write is conditional on `version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    pub sid: WorkerSid,
    pub activity_sid: ActivitySid,
    /// The activity's own `available`, copied.
    pub activity_available: bool,
    /// The class of workers it is in: the pools where its tokens are.
    pub class: String,
    pub channels: BTreeMap<String, WorkerChannel>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reservations: BTreeMap<ReservationSid, Held>,
    /// The reservations that it held last, with their tasks: a client that repeats an action on one gets the
    /// same answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<(ReservationSid, TaskSid)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
    /// When the last socket went away; none while one is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_since: Option<Timestamp>,
    /// Tasks that wait for this worker and nobody else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub direct_waiting: u32,
    /// The call that it came into last as a supervisor: the call says whether it is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watches: Option<Watched>,
    /// When it was last given a task; none when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_assigned: Option<Timestamp>,
    pub activity_since: Timestamp,
    pub version: u64,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl Worker {
    /// Whether it can be offered work at all: an available activity, and somebody there.
    pub fn ready(&self) -> bool {
        self.activity_available && !self.connections.is_empty()
    }

    /// Since when it has waited for a task: since the last one, or since it came when there was none. Who has
    /// waited longest is first (TaskRouter docs, "Worker ordering").
    pub fn idle_since(&self) -> Timestamp {
        self.last_assigned.unwrap_or(self.activity_since)
    }

    /// Whether it can take one more task of this channel.
    pub fn has_room(&self, task_channel: &str) -> bool {
        self.channels
            .get(task_channel)
            .is_some_and(|channel| channel.available && channel.assigned < channel.capacity)
    }
}
