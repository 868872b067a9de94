//! A task goes from the agent who has it, or from where it waits, to another worker, queue, or back through its
//! workflow.

use super::change::task_writes;
use super::give_back::{give_back, place_again};
use super::invitation::inherited;
use super::outcome::LOOK_AFTER_S;
use super::reservation::{Rest, hand_on};
use super::{OpError, TRIES_MAX, recheck, task};
use crate::agent;
use crate::center::Center;
use crate::command::{NewTask, RoutingBody, body};
use crate::ports::{Consistency, Outgoing, QueueName, TableError};
use crate::store::{load_task, load_worker};
use patchbay_model::task::TaskReservation;
use patchbay_model::{ReservationStatus, Task, TaskQueueSid, TaskSid, TaskStatus, WorkerSid};
use serde_json::{Value, json};

/// Where a task is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferTarget {
    Worker(WorkerSid),
    Queue(TaskQueueSid),
    /// Through its workflow again, from the start.
    Workflow,
}

impl TransferTarget {
    /// As a task has it.
    fn routing_target(&self) -> Option<String> {
        match self {
            TransferTarget::Worker(worker) => Some(worker.to_string()),
            TransferTarget::Queue(queue) => Some(queue.to_string()),
            TransferTarget::Workflow => None,
        }
    }
}

/// Attributes that the next agent's offer has besides those of the task: who sends it with a note, and the note.
pub(super) const TRANSFERRED_BY: &str = "transferred_by";
pub(super) const TRANSFER_NOTE: &str = "transfer_note";

/// How a task is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handing {
    pub to: TransferTarget,
    pub rest: Rest,
    /// What whoever is offered it reads on the offer.
    pub note: Option<Note>,
}

/// What a worker says to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub by: WorkerSid,
    pub name: String,
    pub text: String,
}

fn with_note(mut attributes: Value, note: Option<Note>) -> Value {
    if let (Some(object), Some(Note { by, name, text })) = (attributes.as_object_mut(), note) {
        object.insert(TRANSFERRED_BY.into(), json!({ "worker_sid": by, "name": name }));
        object.insert(TRANSFER_NOTE.into(), text.into());
    }
    attributes
}

/// Hands a task on: a task with the same attributes is made for the target, and this one is over as transferred, but
/// for what the worker has left of it. Returns the new task; its conversation goes on with it. `by`: the supervisor who
/// does it in the worker's place.
///
/// Safe to repeat: the new task's id comes from the old one, and a task that was handed on stays so. Between ending the
/// one and making the other somebody may die: whoever was asked before to look then finishes it (`finish`).
pub async fn transfer(
    center: &Center,
    (worker, by): (&WorkerSid, Option<&WorkerSid>),
    sid: &TaskSid,
    handing: Handing,
) -> Result<Task, OpError> {
    let Handing { to, rest, note } = handing;
    let table = center.table.as_ref();
    let holder = load_worker(table, worker, Consistency::Strong).await?.ok_or(OpError::NotFound("worker"))?;
    let held = holder.reservations.iter().find(|(_, held)| held.task_sid == *sid).map(|(sid, _)| sid);
    let ended = || holder.ended.iter().find(|(_, task)| task == sid).map(|(sid, _)| sid);
    let reservation = held.or_else(ended).ok_or(OpError::NotYours)?.clone();
    let old = load_task(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("task"))?;
    if !matches!(old.status, TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed) {
        return Err(OpError::Refused("only a task that was accepted can be transferred".into()));
    }
    let new_sid = TaskSid::derive(&["transfer", sid.as_str(), reservation.as_str()]);
    let is_over = old.status == TaskStatus::Completed || old.transferred_to.is_some();
    if is_over && old.transferred_to.as_ref() != Some(&new_sid) {
        return Err(OpError::Refused("the task is completed".into()));
    }
    let new = NewTask {
        task_sid: new_sid.clone(),
        workflow_sid: old.workflow_sid.clone(),
        task_channel: old.task_channel.clone(),
        attributes: with_note(inherited(&old.attributes), note),
        priority: old.priority,
        timeout_s: old.invitation.as_ref().map_or(old.timeout_s, |invitation| invitation.timeout_s),
        conversation_sid: old.conversation_sid.clone(),
        routing_target: to.routing_target(),
        invitation: None,
        created_at: center.now(),
    };
    let check = RoutingBody::TransferCheck {
        worker_sid: worker.clone(),
        by: by.cloned(),
        task_sid: sid.clone(),
        new: Box::new(new.clone()),
    };
    let message = Outgoing::after_s(body(&check), LOOK_AFTER_S);
    center.queue.send(QueueName::Routing, vec![message]).await?;
    // Ended first: a transfer to oneself needs the room.
    let done = hand_on(center, worker, &reservation, ("transferred", &new_sid, rest)).await?;
    if done.transferred_to.as_ref() != Some(&new_sid) {
        return Err(OpError::Refused("the task is completed".into()));
    }
    task::create(center, new).await?;
    for _ in 0..TRIES_MAX {
        if let Some(task) = load_task(table, &new_sid, Consistency::Strong).await? {
            return Ok(task);
        }
    }
    Err(OpError::Busy)
}

/// Finishes a transfer whose agent ended the old task and came no further: the new task, and the conversation
/// that waits for it.
///
/// Safe to repeat, and after an agent who came to the end of it: a task that exists is left as it is, and so is a
/// conversation that has moved on.
pub(super) async fn finish(
    center: &Center,
    who: (&WorkerSid, Option<&WorkerSid>),
    sid: &TaskSid,
    new: NewTask,
) -> Result<(), OpError> {
    let table = center.table.as_ref();
    let old = load_task(table, sid, Consistency::Strong).await?;
    if old.and_then(|old| old.transferred_to).as_ref() != Some(&new.task_sid) {
        return Ok(());
    }
    let new_sid = new.task_sid.clone();
    task::create(center, new).await?;
    match load_task(table, &new_sid, Consistency::Strong).await? {
        Some(new) => agent::finish_transfer(center, who, sid, &new).await,
        None => Err(OpError::Busy),
    }
}

/// Sends a task that nobody has accepted somewhere else: it waits there at the place that its age gives it, and offers
/// of it are withdrawn. Returns it as it then is, which may be offered already.
///
/// Safe to repeat: a task that waits for the target is looked at again, since the first run may have died before it was.
pub async fn redirect(center: &Center, sid: &TaskSid, to: &TransferTarget) -> Result<Task, OpError> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let stored = load_task(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("task"))?;
        let mut moved = Task {
            routing_target: to.routing_target(),
            step: None,
            step_deadline: None,
            excluded: Vec::new(),
            ..stored.clone()
        };
        match stored.status {
            TaskStatus::Pending => {
                if !place_again(center, &mut moved, center.now()).await? {
                    return Err(OpError::Refused("there is no place for the task".into()));
                }
            }
            // Its offers are withdrawn below, and each that is gives it its new place.
            TaskStatus::Reserved => {}
            _ => return Err(OpError::Refused("the task is over, or somebody has accepted it".into())),
        }
        let mut writes = task_writes(Some(&stored), &mut moved, center.now());
        writes.extend(task::direct_count(center, Some(&stored), &moved, None).await?);
        match table.write(writes).await {
            Ok(_) => {}
            Err(TableError::Condition { .. } | TableError::Conflict) => continue,
            Err(error) => return Err(error.into()),
        }
        for offer in &moved.reservations {
            let status = ReservationStatus::Canceled;
            give_back(center, sid, &offer.sid, status, None, None).await?;
        }
        recheck::task(center, sid).await?;
        let task = load_task(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("task"))?;
        let was_faster = |offer: &TaskReservation| {
            task.reservations
                .iter()
                .any(|held| held.sid == offer.sid && held.status != ReservationStatus::Pending)
        };
        if moved.reservations.iter().any(was_faster) {
            return Err(OpError::Refused("somebody has just accepted the task".into()));
        }
        return Ok(task);
    }
    Err(OpError::Busy)
}
