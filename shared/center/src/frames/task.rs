//! TaskRouter's task as the worker SDK reads it.

use super::document;
use crate::config::Config;
use patchbay_model::{
    AccountSid, ConversationSid, Task, TaskChannelSid, TaskQueueSid, TaskSid, TaskStatus, WorkflowSid,
    WorkspaceSid,
};
use serde::Serialize;
use serde_json::Value;

/// `age` is in seconds and counts to the task's last change, `attributes` and `addons` are JSON texts, dates in
/// seconds. `conversation_sid` is ours: the conversation that the task is for.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Task"))]
pub(super) struct TaskPayload<'a> {
    account_sid: &'a AccountSid,
    workspace_sid: &'a WorkspaceSid,
    sid: &'a TaskSid,
    assignment_status: TaskStatus,
    attributes: String,
    addons: &'static str,
    age: i64,
    priority: u32,
    reason: Option<&'a str>,
    timeout: u32,
    routing_target: Option<&'a str>,
    queue_sid: Option<&'a TaskQueueSid>,
    queue_name: Option<&'a str>,
    workflow_sid: &'a WorkflowSid,
    workflow_name: Option<&'a str>,
    task_channel_sid: Option<&'a TaskChannelSid>,
    task_channel_unique_name: &'a str,
    conversation_sid: Option<&'a ConversationSid>,
    date_created: i64,
    date_updated: i64,
    virtual_start_time: i64,
    version: String,
}

impl<'a> TaskPayload<'a> {
    pub(super) fn of(config: &'a Config, task: &'a Task) -> TaskPayload<'a> {
        let queue = task.queue_sid.as_ref();
        TaskPayload {
            account_sid: &config.account_sid,
            workspace_sid: &config.workspace_sid,
            sid: &task.sid,
            assignment_status: task.status,
            attributes: task.attributes.to_string(),
            addons: "{}",
            age: task.updated_at.since_ms(task.created_at).max(0) / 1000,
            priority: task.priority,
            reason: task.reason.as_deref(),
            timeout: task.timeout_s,
            routing_target: task.routing_target.as_deref(),
            queue_sid: queue,
            queue_name: queue
                .and_then(|sid| config.queues.get(sid))
                .map(|queue| queue.friendly_name.as_str()),
            workflow_sid: &task.workflow_sid,
            workflow_name: config
                .workflows
                .get(&task.workflow_sid)
                .map(|workflow| workflow.friendly_name.as_str()),
            task_channel_sid: config.task_channel(&task.task_channel).map(|channel| &channel.sid),
            task_channel_unique_name: &task.task_channel,
            conversation_sid: task.conversation_sid.as_ref(),
            date_created: task.created_at.seconds(),
            date_updated: task.updated_at.seconds(),
            virtual_start_time: task.virtual_start_time.seconds(),
            version: task.version.to_string(),
        }
    }
}

pub fn task_payload(config: &Config, task: &Task) -> Value {
    document(&TaskPayload::of(config, task))
}
