//! From documents to what handlers read, with every fault at once. Pure.

mod desk;
mod hours;

use super::{Activity, Config, ConfigFault, Named, TaskChannel, TaskQueue, WorkflowEntry};
use patchbay_flow::Flow;
use patchbay_model::workspace::{HISTORY_DAYS, HISTORY_DAYS_MAX, Workspace};
use patchbay_model::{
    AccountSid, ActivitySid, TaskChannelSid, TaskQueueSid, WorkflowSid, WorkspaceSid, limits,
};
use patchbay_routing::{Expression, Path, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// TaskRouter, "Limits": activities of a workspace.
const ACTIVITIES_MAX: usize = 100;
/// TaskRouter, "Limits": friendly names.
const NAME_CHARS_MAX: usize = 64;
/// TaskRouter, "TaskQueues": reservations of one task at once.
const RESERVED_WORKERS_MAX: u32 = 50;
/// TaskRouter, "Limits": how long an offer may stand.
const RESERVATION_TIMEOUT_S_MAX: u32 = 86_400;
/// The activities that every workspace has (TaskRouter), and whether they are available.
pub const ACTIVITIES: [(&str, bool); 3] = [("Offline", false), ("Available", true), ("Unavailable", false)];
/// The task channels that every workspace has (Flex).
pub const TASK_CHANNELS: [&str; 5] = ["default", "voice", "chat", "sms", "video"];

/// The documents of a configuration, as they are applied and stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfigDocuments {
    pub workspace: Workspace,
    /// Studio definitions by name.
    pub flows: BTreeMap<String, Value>,
    /// Found when the documents were applied, from the workers that there were.
    #[serde(default)]
    pub class_paths: Vec<String>,
}

impl ConfigDocuments {
    /// Compiles all documents, or says everything that is wrong with them.
    pub fn compile(&self, version: u64) -> Result<Config, Vec<ConfigFault>> {
        let mut faults = Vec::new();
        let activities = activities(&self.workspace, &mut faults);
        let named_activity = |name: &Option<String>, key: &str, faults: &mut Vec<ConfigFault>| {
            let wanted = name.as_deref().unwrap_or("Offline");
            let found = activities.iter().find(|activity| {
                activity.sid.as_str() == wanted || activity.friendly_name.eq_ignore_ascii_case(wanted)
            });
            if found.is_none() {
                faults.push(fault(format!("/{key}"), format!("there is no activity {wanted:?}")));
            }
            found.map_or_else(|| sid_of_activity(wanted), |activity| activity.sid.clone())
        };
        let default_activity =
            named_activity(&self.workspace.default_activity, "default_activity", &mut faults);
        let timeout_activity =
            named_activity(&self.workspace.timeout_activity, "timeout_activity", &mut faults);
        let queues = queues(&self.workspace, &mut faults);
        let workflows = workflows(&self.workspace, &queues, &mut faults);
        check_workers(&self.workspace, &activities, &mut faults);
        desk::check(&self.workspace.desk, &mut faults);
        let hours = hours::schedules(&self.workspace.hours, &mut faults);
        let mut flows = BTreeMap::new();
        for (name, definition) in &self.flows {
            match Flow::from_value(name, definition) {
                Ok(flow) => {
                    hours::check_flow(name, definition, &self.workspace.hours, &mut faults);
                    flows.insert(name.clone(), flow);
                }
                Err(refused) => faults.extend(refused.errors.into_iter().map(|issue| {
                    ConfigFault::new(format!("flow/{name}"), issue.property_path, issue.message)
                })),
            }
        }
        let history_days = self.workspace.history_days.unwrap_or(HISTORY_DAYS);
        if !(1..=HISTORY_DAYS_MAX).contains(&history_days) {
            faults.push(fault("/history_days".into(), format!("not in 1..={HISTORY_DAYS_MAX}")));
        }
        let workspace_name = self.workspace.friendly_name.as_deref().unwrap_or("Patchbay");
        let account_sid = self.workspace.account_sid.clone();
        let workspace_sid = self.workspace.sid.clone();
        let config = Config {
            version,
            account_sid: account_sid.unwrap_or_else(|| AccountSid::derive(&["account", workspace_name])),
            workspace_sid: workspace_sid
                .unwrap_or_else(|| WorkspaceSid::derive(&["workspace", workspace_name])),
            friendly_name: workspace_name.to_owned(),
            activities,
            default_activity,
            timeout_activity,
            task_channels: task_channels(&self.workspace),
            queues,
            workflows,
            flows,
            hours,
            class_paths: self.class_paths.iter().filter_map(|path| Path::parse(path)).collect(),
            desk: self.workspace.desk.clone(),
            history_days,
        };
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// The documents as they are stored: without the workers, which are items of their own, and with the
    /// attributes by which workers are put into classes.
    pub(super) fn stored(&self, class_paths: &BTreeSet<Path>) -> ConfigDocuments {
        ConfigDocuments {
            workspace: Workspace { workers: Vec::new(), ..self.workspace.clone() },
            flows: self.flows.clone(),
            class_paths: class_paths.iter().map(Path::to_string).collect(),
        }
    }
}

fn fault(position: String, reason: impl ToString) -> ConfigFault {
    ConfigFault::new("workspace", position, reason)
}

/// The id of an activity that is named but given none: the same at every apply.
pub(super) fn sid_of_activity(name: &str) -> ActivitySid {
    ActivitySid::derive(&["activity", name])
}

fn check_name(name: &str, position: String, faults: &mut Vec<ConfigFault>) {
    if name.trim().is_empty() {
        faults.push(fault(position, "the name is empty"));
    } else if name.chars().count() > NAME_CHARS_MAX {
        faults.push(fault(position, format!("the name has more than {NAME_CHARS_MAX} characters")));
    }
}

/// TaskRouter makes Offline, Available and Unavailable with every workspace; a document may name others.
fn activities(workspace: &Workspace, faults: &mut Vec<ConfigFault>) -> Vec<Activity> {
    let mut found: Vec<Activity> = Vec::new();
    for (at, document) in workspace.activities.iter().enumerate() {
        check_name(&document.friendly_name, format!("/activities/{at}/friendly_name"), faults);
        if found.iter().any(|other| other.friendly_name.eq_ignore_ascii_case(&document.friendly_name)) {
            faults.push(fault(format!("/activities/{at}"), "another activity has this name"));
        }
        found.push(Activity {
            sid: document.id(),
            friendly_name: document.friendly_name.clone(),
            available: document.available,
        });
    }
    for (name, available) in ACTIVITIES {
        if !found.iter().any(|activity| activity.friendly_name.eq_ignore_ascii_case(name)) {
            found.push(Activity { sid: sid_of_activity(name), friendly_name: name.into(), available });
        }
    }
    if found.len() > ACTIVITIES_MAX {
        faults.push(fault("/activities".into(), format!("more than {ACTIVITIES_MAX} activities")));
    }
    found
}

fn task_channels(workspace: &Workspace) -> Vec<TaskChannel> {
    let named = workspace.task_channels.iter().map(|document| TaskChannel {
        sid: document.id(),
        unique_name: document.unique_name.clone(),
        friendly_name: document.friendly_name.clone().unwrap_or_else(|| document.unique_name.clone()),
    });
    let mut channels: Vec<TaskChannel> = named.collect();
    for name in TASK_CHANNELS {
        if !channels.iter().any(|channel| channel.unique_name == name) {
            channels.push(TaskChannel {
                sid: sid_of_task_channel(name),
                unique_name: name.into(),
                friendly_name: name.into(),
            });
        }
    }
    channels
}

fn sid_of_task_channel(name: &str) -> TaskChannelSid {
    TaskChannelSid::derive(&["task_channel", name])
}

fn queues(workspace: &Workspace, faults: &mut Vec<ConfigFault>) -> BTreeMap<TaskQueueSid, TaskQueue> {
    let mut found = BTreeMap::new();
    for (at, document) in workspace.task_queues.iter().enumerate() {
        check_name(&document.friendly_name, format!("/task_queues/{at}/friendly_name"), faults);
        let position = || format!("/task_queues/{at}");
        let target_workers = match Expression::parse_target_workers(&document.target_workers) {
            Ok(expression) => expression,
            Err(error) => {
                faults.push(fault(format!("/task_queues/{at}/target_workers"), error));
                continue;
            }
        };
        if !(1..=RESERVED_WORKERS_MAX).contains(&document.max_reserved_workers) {
            faults.push(fault(
                format!("/task_queues/{at}/max_reserved_workers"),
                format!("not in 1..={RESERVED_WORKERS_MAX}"),
            ));
        }
        let sid = document.id();
        let queue = TaskQueue {
            sid: sid.clone(),
            friendly_name: document.friendly_name.clone(),
            target_workers,
            order: document.task_order,
            max_reserved_workers: document.max_reserved_workers,
        };
        if found.insert(sid, queue).is_some() {
            faults.push(fault(position(), "another task queue has this name or SID"));
        }
    }
    found
}

fn workflows(
    workspace: &Workspace,
    queues: &BTreeMap<TaskQueueSid, TaskQueue>,
    faults: &mut Vec<ConfigFault>,
) -> BTreeMap<WorkflowSid, WorkflowEntry> {
    let mut found = BTreeMap::new();
    for (at, document) in workspace.workflows.iter().enumerate() {
        check_name(&document.friendly_name, format!("/workflows/{at}/friendly_name"), faults);
        let parsed = match &document.configuration {
            Value::String(text) => Workflow::parse(text),
            object => Workflow::from_value(object),
        };
        let workflow = match parsed {
            Ok(workflow) => workflow,
            Err(refused) => {
                faults.extend(refused.faults.into_iter().map(|inner| {
                    fault(format!("/workflows/{at}/configuration{}", inner.pointer), inner.reason)
                }));
                continue;
            }
        };
        for name in workflow.queue_references() {
            let known =
                queues.values().any(|queue| queue.sid.as_str() == name || queue.friendly_name == name);
            if !known {
                faults.push(fault(
                    format!("/workflows/{at}/configuration"),
                    format!("there is no task queue {name:?}"),
                ));
            }
        }
        if !(1..=RESERVATION_TIMEOUT_S_MAX).contains(&document.task_reservation_timeout) {
            faults.push(fault(
                format!("/workflows/{at}/task_reservation_timeout"),
                format!("not in 1..={RESERVATION_TIMEOUT_S_MAX}"),
            ));
        }
        let sid = document.id();
        let entry = WorkflowEntry {
            sid: sid.clone(),
            friendly_name: document.friendly_name.clone(),
            task_reservation_timeout_s: document.task_reservation_timeout,
            workflow,
        };
        if found.insert(sid, entry).is_some() {
            faults.push(fault(format!("/workflows/{at}"), "another workflow has this name or SID"));
        }
    }
    found
}

fn check_workers(workspace: &Workspace, activities: &[Activity], faults: &mut Vec<ConfigFault>) {
    let mut names = BTreeSet::new();
    for (at, worker) in workspace.workers.iter().enumerate() {
        check_name(&worker.friendly_name, format!("/workers/{at}/friendly_name"), faults);
        if !names.insert(worker.friendly_name.to_lowercase()) {
            faults.push(fault(format!("/workers/{at}"), "another worker has this name"));
        }
        let attributes = Value::Object(worker.attributes.clone()).to_string();
        if attributes.chars().count() > limits::ATTRIBUTES_CHARS_MAX {
            faults.push(fault(
                format!("/workers/{at}/attributes"),
                format!("more than {} characters", limits::ATTRIBUTES_CHARS_MAX),
            ));
        }
        if let Some(name) = &worker.activity {
            let known = activities.iter().any(|activity| {
                activity.sid.as_str() == name || activity.friendly_name.eq_ignore_ascii_case(name)
            });
            if !known {
                faults
                    .push(fault(format!("/workers/{at}/activity"), format!("there is no activity {name:?}")));
            }
        }
    }
}

#[cfg(test)]
mod tests;
