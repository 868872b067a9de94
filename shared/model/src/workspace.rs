//! The documents that describe a workspace (`config/workspace.json`): TaskRouter's objects in snake_case.

use crate::desk::DeskDocument;
use crate::hours::ScheduleDocument;
use crate::{
    AccountSid, ActivitySid, TaskChannelSid, TaskOrder, TaskQueueSid, WorkerSid, WorkflowSid, WorkspaceSid,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Everything that `workspace.json` may say. Unknown keys are refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// Its id; one that comes from its name unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<WorkspaceSid>,
    /// The id of whom it belongs to; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_sid: Option<AccountSid>,
    /// Where a worker goes when a reservation times out; `Offline` unless named (by SID or friendly name).
    #[serde(default)]
    pub timeout_activity: Option<String>,
    /// Where a worker starts; `Offline` unless named.
    #[serde(default)]
    pub default_activity: Option<String>,
    #[serde(default)]
    pub activities: Vec<ActivityDocument>,
    #[serde(default)]
    pub task_channels: Vec<TaskChannelDocument>,
    #[serde(default)]
    pub workers: Vec<WorkerDocument>,
    #[serde(default)]
    pub task_queues: Vec<TaskQueueDocument>,
    #[serde(default)]
    pub workflows: Vec<WorkflowDocument>,
    /// Opening hours, by the names that flows and channels call them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<ScheduleDocument>,
    /// What agents' desks are told.
    #[serde(default)]
    pub desk: DeskDocument,
    /// Days for which it is kept what became of tasks; `HISTORY_DAYS` unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_days: Option<u32>,
}

/// Days for which it is kept what became of tasks: a year, and what it takes to compare it with the one before.
pub const HISTORY_DAYS: u32 = 400;
/// As many as may be asked for: ten years.
pub const HISTORY_DAYS_MAX: u32 = 3_650;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityDocument {
    #[serde(default)]
    pub sid: Option<ActivitySid>,
    pub friendly_name: String,
    #[serde(default)]
    pub available: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskChannelDocument {
    #[serde(default)]
    pub sid: Option<TaskChannelSid>,
    pub unique_name: String,
    #[serde(default)]
    pub friendly_name: Option<String>,
}

/// What a worker may hold on one task channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelCapacity {
    pub capacity: u32,
    #[serde(default = "yes")]
    pub available: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerDocument {
    #[serde(default)]
    pub sid: Option<WorkerSid>,
    pub friendly_name: String,
    #[serde(default)]
    pub attributes: Map<String, Value>,
    /// The activity it starts in, by SID or friendly name.
    #[serde(default)]
    pub activity: Option<String>,
    /// By task channel; a channel that is not named has TaskRouter's capacity of 1.
    #[serde(default)]
    pub channels: BTreeMap<String, ChannelCapacity>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskQueueDocument {
    #[serde(default)]
    pub sid: Option<TaskQueueSid>,
    pub friendly_name: String,
    /// The expression that its workers fulfil; `1==1` when absent, nobody when empty.
    #[serde(default = "everybody")]
    pub target_workers: String,
    #[serde(default)]
    pub task_order: TaskOrder,
    #[serde(default = "one")]
    pub max_reserved_workers: u32,
}

fn everybody() -> String {
    "1==1".into()
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowDocument {
    #[serde(default)]
    pub sid: Option<WorkflowSid>,
    pub friendly_name: String,
    /// Seconds an offer stands; TaskRouter's default is 120.
    #[serde(default = "two_minutes")]
    pub task_reservation_timeout: u32,
    /// TaskRouter's configuration document, as an object or as its JSON text.
    pub configuration: Value,
}

fn two_minutes() -> u32 {
    120
}
