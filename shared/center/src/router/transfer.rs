//! A task goes from the agent who has it to another worker, queue, or back through its workflow.

use super::{OpError, TRIES_MAX, reservation, task};
use crate::center::Center;
use crate::command::NewTask;
use crate::ports::Consistency;
use crate::store::load_worker;
use patchbay_model::{Task, TaskQueueSid, TaskSid, TaskStatus, WorkerSid};

/// Where a task is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferTarget {
    Worker(WorkerSid),
    Queue(TaskQueueSid),
    /// Through its workflow again, from the start.
    Workflow,
}

/// Hands a task on: a task with the same attributes is made for the target, and this one is completed as
/// transferred. Returns the new task; its conversation goes on with it.
///
/// Safe to repeat: the new task's id comes from the old one, and a completed task is completed.
pub async fn transfer(
    center: &Center,
    worker: &WorkerSid,
    sid: &TaskSid,
    to: TransferTarget,
) -> Result<Task, OpError> {
    let table = center.table.as_ref();
    let holder = load_worker(table, worker, Consistency::Strong).await?.ok_or(OpError::NotFound("worker"))?;
    let held = holder.reservations.iter().find(|(_, held)| held.task_sid == *sid).map(|(sid, _)| sid);
    let ended = || holder.ended.iter().find(|(_, task)| task == sid).map(|(sid, _)| sid);
    let reservation = held.or_else(ended).ok_or(OpError::NotYours)?.clone();
    let old =
        crate::store::load_task(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("task"))?;
    if !matches!(old.status, TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed) {
        return Err(OpError::Refused("only a task that was accepted can be transferred".into()));
    }
    let target = match &to {
        TransferTarget::Worker(worker) => Some(worker.to_string()),
        TransferTarget::Queue(queue) => Some(queue.to_string()),
        TransferTarget::Workflow => None,
    };
    let new_sid = TaskSid::derive(&["transfer", sid.as_str(), reservation.as_str()]);
    let new = NewTask {
        task_sid: new_sid.clone(),
        workflow_sid: old.workflow_sid.clone(),
        task_channel: old.task_channel.clone(),
        attributes: old.attributes.clone(),
        priority: old.priority,
        timeout_s: old.timeout_s,
        conversation_sid: old.conversation_sid.clone(),
        routing_target: target,
        created_at: center.now(),
    };
    // Completed first: a transfer to oneself needs the room.
    reservation::complete(center, worker, &reservation, Some("transferred")).await?;
    task::create(center, new).await?;
    for _ in 0..TRIES_MAX {
        if let Some(task) = crate::store::load_task(table, &new_sid, Consistency::Strong).await? {
            return Ok(task);
        }
    }
    Err(OpError::Busy)
}
