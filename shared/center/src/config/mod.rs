//! The configuration in force: `workspace.json` and the flows, compiled, versioned, kept in the table.
//!
//! Flows, workflows, queues and workers are data with versions. A document that does not compile is refused as
//! a whole with every fault; the version before keeps running.

mod apply;
mod cache;
mod classes;
mod compile;
mod edit;
mod fault;
mod history;
mod hours;
mod ids;
mod matching;
mod revision;
mod worker;
mod worker_edit;

#[cfg(test)]
mod tests;

pub use apply::{Applied, ApplyError, Applying, apply, apply_over};
pub use cache::{CACHED_MS, ConfigCache, stored_documents};
pub use classes::CLASS_VALUES_MAX;
pub use compile::{ACTIVITIES, ConfigDocuments, TASK_CHANNELS};
pub use edit::{Editing, edit};
pub use fault::ConfigFault;
pub use history::{AppliedVersion, VERSIONS_LISTED_MAX, documents_of, versions};
pub use hours::{HoursPreview, preview_hours};
pub use ids::{Named, replace_references};
pub use matching::{
    MATCHED_WORKERS_MAX, MatchError, MatchQuestion, MatchStop, Matching, Verdict, WorkerVerdict,
    match_workers,
};
pub use revision::{FlowRevision, REVISION_VERSIONS_MAX, flow_revisions, flows_in_force};
pub use worker_edit::{WorkerChange, WorkerError, change_worker, create_worker};

use patchbay_flow::{Flow, FlowLibrary};
use patchbay_hours::Schedule;
use patchbay_model::desk::DeskDocument;
use patchbay_model::{
    AccountSid, ActivitySid, FlowSid, TaskChannelSid, TaskOrder, TaskQueueSid, Timestamp, WorkflowSid,
    WorkspaceSid,
};
use patchbay_routing::{Expression, Path, Workflow};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// TaskRouter's activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub sid: ActivitySid,
    pub friendly_name: String,
    pub available: bool,
}

/// TaskRouter's task channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskChannel {
    pub sid: TaskChannelSid,
    pub unique_name: String,
    pub friendly_name: String,
}

/// TaskRouter's task queue, its expression parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskQueue {
    pub sid: TaskQueueSid,
    pub friendly_name: String,
    pub target_workers: Expression,
    pub order: TaskOrder,
    pub max_reserved_workers: u32,
}

/// TaskRouter's workflow, its document parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowEntry {
    pub sid: WorkflowSid,
    pub friendly_name: String,
    pub task_reservation_timeout_s: u32,
    pub workflow: Workflow,
}

/// Everything that handlers read of the configuration.
#[derive(Debug)]
pub struct Config {
    pub version: u64,
    pub account_sid: AccountSid,
    pub workspace_sid: WorkspaceSid,
    pub friendly_name: String,
    pub activities: Vec<Activity>,
    pub default_activity: ActivitySid,
    pub timeout_activity: ActivitySid,
    pub task_channels: Vec<TaskChannel>,
    pub queues: BTreeMap<TaskQueueSid, TaskQueue>,
    pub workflows: BTreeMap<WorkflowSid, WorkflowEntry>,
    /// By name.
    pub flows: BTreeMap<String, Flow>,
    /// Opening hours by name.
    pub hours: BTreeMap<String, Schedule>,
    /// The worker attributes by whose values workers are put into classes.
    pub class_paths: BTreeSet<Path>,
    /// What agents' desks are told.
    pub desk: DeskDocument,
    /// Days for which it is kept what became of tasks.
    pub history_days: u32,
}

/// The id of the flow with this name.
pub fn flow_sid(name: &str) -> FlowSid {
    FlowSid::derive(&["flow", name])
}

impl Config {
    pub fn activity(&self, sid_or_name: &str) -> Option<&Activity> {
        self.activities.iter().find(|activity| {
            activity.sid.as_str() == sid_or_name || activity.friendly_name.eq_ignore_ascii_case(sid_or_name)
        })
    }

    pub fn queue(&self, sid_or_name: &str) -> Option<&TaskQueue> {
        self.queues
            .values()
            .find(|queue| queue.sid.as_str() == sid_or_name || queue.friendly_name == sid_or_name)
    }

    /// `None` names the only workflow there is.
    pub fn workflow(&self, sid_or_name: Option<&str>) -> Option<&WorkflowEntry> {
        match sid_or_name {
            Some(name) => self
                .workflows
                .values()
                .find(|workflow| workflow.sid.as_str() == name || workflow.friendly_name == name),
            None if self.workflows.len() == 1 => self.workflows.values().next(),
            None => None,
        }
    }

    pub fn task_channel(&self, sid_or_name: &str) -> Option<&TaskChannel> {
        self.task_channels
            .iter()
            .find(|channel| channel.sid.as_str() == sid_or_name || channel.unique_name == sid_or_name)
    }

    /// A flow by SID or name.
    pub fn find_flow(&self, sid_or_name: &str) -> Option<&Flow> {
        self.flows.get(sid_or_name).or_else(|| {
            self.flows.iter().find(|(name, _)| flow_sid(name).as_str() == sid_or_name).map(|(_, flow)| flow)
        })
    }
}

/// One revision of each flow is in force: the one that was applied last.
impl FlowLibrary for Config {
    fn flow(&self, sid: &str, _revision: &str) -> Option<&Flow> {
        self.find_flow(sid)
    }

    fn hours(&self, name: &str, now: Timestamp) -> Option<Value> {
        self.hours.get(name).map(|schedule| serde_json::json!(schedule.moment(now)))
    }
}
