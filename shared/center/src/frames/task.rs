//! TaskRouter's task as the worker SDK reads it.

use crate::config::Config;
use patchbay_model::Task;
use serde_json::{Value, json};

/// `age` is in seconds and counts to the task's last change. `conversation_sid` is ours: the conversation that
/// the task is for.
pub fn task_payload(config: &Config, task: &Task) -> Value {
    let queue = task.queue_sid.as_ref();
    let channel = config.task_channel(&task.task_channel);
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": task.sid,
        "assignment_status": task.status,
        "attributes": task.attributes.to_string(),
        "addons": "{}",
        "age": task.updated_at.since_ms(task.created_at).max(0) / 1000,
        "priority": task.priority,
        "reason": task.reason,
        "timeout": task.timeout_s,
        "routing_target": task.routing_target,
        "queue_sid": queue,
        "queue_name": queue.and_then(|sid| config.queues.get(sid)).map(|queue| &queue.friendly_name),
        "workflow_sid": task.workflow_sid,
        "workflow_name": config.workflows.get(&task.workflow_sid).map(|workflow| &workflow.friendly_name),
        "task_channel_sid": channel.map(|channel| &channel.sid),
        "task_channel_unique_name": task.task_channel,
        "conversation_sid": task.conversation_sid,
        "date_created": task.created_at.seconds(),
        "date_updated": task.updated_at.seconds(),
        "virtual_start_time": task.virtual_start_time.seconds(),
        "version": task.version.to_string(),
    })
}
