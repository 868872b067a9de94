//! The task's side: it arrives, looks for a worker, waits, escalates, ends.

use super::change::{direct_worker, task_writes};
use super::context::{context, resolve_name, settle_directory};
use super::directory::SETTLED_MS;
use super::offer::{Offered, count_workers, offer};
use super::stand::stand;
use super::{ATTEMPTS_MAX, OpError, TRIES_MAX, outcome, recheck, timer};
use crate::center::Center;
use crate::command::{NewTask, RoutingBody, body};
use crate::history::record_write;
use crate::ports::{Consistency, Outgoing, QueueName, TableError, Write};
use crate::store::{load_task, load_worker, put_next};
use patchbay_model::task::Exclusion;
use patchbay_model::{Task, TaskSid, TaskStatus, WorkerSid};
use patchbay_routing::workflow::Leave;
use patchbay_routing::{Scope, matches};

/// A new task: offered at once, or put to wait.
///
/// Safe to run twice: the first write is refused when the task exists, and then what is stored is driven on.
pub(super) async fn create(center: &Center, new: NewTask) -> Result<(), OpError> {
    make(center, new_task(new)).await
}

/// A task as it begins.
pub fn new_task(new: NewTask) -> Task {
    let until = new.created_at.plus_s(i64::from(new.timeout_s));
    let without = new.invitation.iter().flat_map(|invitation| &invitation.without);
    let excluded = without.map(|sid| Exclusion { worker_sid: sid.clone(), until }).collect();
    Task {
        sid: new.task_sid,
        status: TaskStatus::Pending,
        workflow_sid: new.workflow_sid,
        queue_sid: None,
        step: None,
        way: String::new(),
        step_deadline: None,
        waiting: None,
        timer_due: None,
        routing_target: new.routing_target,
        task_channel: new.task_channel,
        priority: new.priority,
        attributes: new.attributes,
        conversation_sid: new.conversation_sid,
        reservations: Vec::new(),
        excluded,
        attempts: 0,
        timeout_s: new.timeout_s,
        reason: None,
        transferred_to: None,
        invitation: new.invitation,
        created_at: new.created_at,
        virtual_start_time: new.created_at,
        updated_at: new.created_at,
        version: 0,
    }
}

/// Makes a task at once, for a program that waits for it. Somebody is asked before to look at it later, as a queue's
/// redelivery would: between what is written and the second look at the workers this may end.
pub async fn create_now(center: &Center, task: Task) -> Result<Task, OpError> {
    have_rechecked(center, &task.sid).await?;
    let sid = task.sid.clone();
    make(center, task).await?;
    let made = load_task(center.table.as_ref(), &sid, Consistency::Strong).await?;
    made.ok_or(OpError::NotFound("task"))
}

async fn have_rechecked(center: &Center, sid: &TaskSid) -> Result<(), OpError> {
    let look = RoutingBody::RecheckTask { task_sid: sid.clone() };
    let message = Outgoing::after_s(body(&look), outcome::LOOK_AFTER_S);
    Ok(center.queue.send(QueueName::Routing, vec![message]).await?)
}

/// Changes what is asked of a task (attributes, priority, task channel, start): one that waits is placed anew where it
/// stands in its workflow, one that an agent has stays there. None: it is not the version `over` any more.
///
/// Safe to repeat where `change` is: it sees what is stored.
pub async fn change_task(
    center: &Center,
    sid: &TaskSid,
    over: Option<u64>,
    change: impl Fn(&mut Task) + Send + Sync,
) -> Result<Option<Task>, OpError> {
    let mut looks = false;
    for _ in 0..TRIES_MAX {
        let stored = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
        let stored = stored.ok_or(OpError::NotFound("task"))?;
        if over.is_some_and(|over| over != stored.version) {
            return Ok(None);
        }
        if matches!(stored.status, TaskStatus::Completed | TaskStatus::Canceled) {
            return Err(OpError::Refused("the task is over".into()));
        }
        let mut changed = stored.clone();
        change(&mut changed);
        if changed == stored {
            return Ok(Some(stored));
        }
        if stored.status != TaskStatus::Pending {
            match center.table.write(task_writes(Some(&stored), &mut changed, center.now())).await {
                Ok(_) => return Ok(Some(changed)),
                Err(TableError::Condition { .. } | TableError::Conflict) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        if !std::mem::replace(&mut looks, true) {
            have_rechecked(center, sid).await?;
        }
        if let Driven::Done = drive(center, Some(&stored), changed, None).await? {
            return Ok(load_task(center.table.as_ref(), sid, Consistency::Strong).await?);
        }
    }
    Err(OpError::Busy)
}

async fn make(center: &Center, task: Task) -> Result<(), OpError> {
    for _ in 0..TRIES_MAX {
        if let Driven::Done = drive(center, None, task.clone(), None).await? {
            return Ok(());
        }
        let Some(stored) = load_task(center.table.as_ref(), &task.sid, Consistency::Strong).await? else {
            continue;
        };
        if matches!(stored.status, TaskStatus::Pending | TaskStatus::Reserved) {
            return recheck::task(center, &task.sid).await.map(drop);
        }
        // It has ended before the flow that asks for it again has stored that it waits for it.
        outcome::have_looked(center, &stored).await?;
        return outcome::tell(center, &stored).await;
    }
    Err(OpError::Busy)
}

/// Whether a task was brought to rest.
pub(super) enum Driven {
    Done,
    /// It is not as it was read.
    Changed,
}

/// Brings a pending task to rest: reserved, waiting or gone. `stored` is the task as it is stored, `task` the
/// same with what has changed; both sides are then looked at strongly (RECHECK).
pub(super) async fn drive(
    center: &Center,
    stored: Option<&Task>,
    mut task: Task,
    mut leave: Option<Leave>,
) -> Result<Driven, OpError> {
    let now = center.now();
    let mut context = context(center).await?;
    // Every turn of the loop leaves a step, and a workflow has a bounded number of them.
    let (stand, young) = loop {
        let ended = task.created_at.plus_s(i64::from(task.timeout_s)) <= now;
        let placed = match stand(&context.config, &context.directory, &task, leave.take(), now) {
            _ if ended => Err("Task TTL Exceeded".to_owned()),
            _ if task.attempts >= ATTEMPTS_MAX => Err("too many assignment attempts".to_owned()),
            placed => placed,
        };
        let mut placed = match placed {
            Ok(placed) => placed,
            Err(reason) => return end(center, stored, task, reason).await,
        };
        resolve_name(center, &mut placed).await?;
        let young = settle_directory(center, &mut context, &placed).await?;
        placed.settle(&mut task);
        match offer(center, &context, stored, &task, &placed, Consistency::Eventual).await? {
            Offered::Yes => return Ok(Driven::Done),
            Offered::TaskChanged => return Ok(Driven::Changed),
            Offered::Nobody => {}
        }
        let skipped = match &placed.skip_if {
            Some(condition) => {
                let counts = count_workers(center, &context, &placed).await?;
                matches(condition, &Scope::skip_if(&counts))
            }
            None => false,
        };
        if !skipped {
            break (placed, young);
        }
        leave = Some(Leave::Skipped);
    };
    task.status = TaskStatus::Pending;
    task.waiting = stand.entry(&context.config, &task);
    timer::arm_task(center, &stand, &mut task).await?;
    if young {
        let due = now.plus_ms(SETTLED_MS);
        timer::send_at(center, &RoutingBody::RecheckTask { task_sid: task.sid.clone() }, due).await?;
    }
    let mut writes = task_writes(stored, &mut task, now);
    writes.extend(direct_count(center, stored, &task, None).await?);
    match center.table.write(writes).await {
        Ok(_) => {}
        Err(TableError::Condition { .. } | TableError::Conflict) => return Ok(Driven::Changed),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(task = %task.sid, why = %stand.why, "task waits");
    let context = self::context(center).await?;
    match offer(center, &context, Some(&task), &task, &stand, Consistency::Strong).await? {
        Offered::Yes => Ok(Driven::Done),
        // Its timer went out before the task was written, and may have found nothing to look at.
        Offered::Nobody if task.timer_due.is_some_and(|due| due <= center.now()) => Ok(Driven::Changed),
        Offered::Nobody => Ok(Driven::Done),
        Offered::TaskChanged => Ok(Driven::Changed),
    }
}

/// Keeps the count of tasks that wait for one worker only, so that a worker for whom none does reads no list; but for
/// the one who is written anyway, `counted`.
pub(super) async fn direct_count(
    center: &Center,
    stored: Option<&Task>,
    task: &Task,
    counted: Option<&WorkerSid>,
) -> Result<Vec<Write>, OpError> {
    let (before, after) = (stored.and_then(direct_worker), direct_worker(task));
    let mut writes = Vec::new();
    if before == after {
        return Ok(writes);
    }
    for (sid, by) in [(before, -1), (after, 1)] {
        let Some(sid) = sid.filter(|sid| Some(sid) != counted) else { continue };
        let Some(mut worker) = load_worker(center.table.as_ref(), &sid, Consistency::Strong).await? else {
            continue;
        };
        worker.direct_waiting = worker.direct_waiting.saturating_add_signed(by);
        writes.push(put_next(&mut worker));
    }
    Ok(writes)
}

/// Ends a task that has no place any more, and tells its conversation.
///
/// What is refused here was not so: the conversation hears of it once it is stored (`outcome`).
pub(super) async fn end(
    center: &Center,
    stored: Option<&Task>,
    task: Task,
    reason: String,
) -> Result<Driven, OpError> {
    Box::pin(end_with(center, stored, task, reason, Vec::new())).await
}

/// The same with what else belongs to the transaction.
pub(super) async fn end_with(
    center: &Center,
    stored: Option<&Task>,
    mut task: Task,
    reason: String,
    extra: Vec<Write>,
) -> Result<Driven, OpError> {
    tracing::info!(task = %task.sid, %reason, "task.canceled");
    let now = center.now();
    task.status = TaskStatus::Canceled;
    task.waiting = None;
    task.timer_due = None;
    task.reason = Some(reason);
    outcome::have_looked(center, &task).await?;
    let kept_days = center.config().await?.history_days;
    let mut writes = task_writes(stored, &mut task, now);
    writes.extend(direct_count(center, stored, &task, None).await?);
    writes.extend(record_write(&task, now, kept_days));
    writes.extend(extra);
    match center.table.write(writes).await {
        Ok(_) => {}
        Err(TableError::Condition { .. } | TableError::Conflict) => return Ok(Driven::Changed),
        Err(error) => return Err(error.into()),
    }
    outcome::tell(center, &task).await?;
    Ok(Driven::Done)
}

/// Cancels a task that is not assigned yet; one that is over, or is being served, stays as it is.
pub async fn cancel(center: &Center, sid: &TaskSid, reason: &str) -> Result<(), OpError> {
    for _ in 0..TRIES_MAX {
        let Some(task) = load_task(center.table.as_ref(), sid, Consistency::Strong).await? else {
            return Ok(());
        };
        let driven = match task.status {
            TaskStatus::Pending => end(center, Some(&task), task.clone(), reason.to_owned()).await?,
            TaskStatus::Reserved => super::give_back::withdraw(center, &task, reason).await?,
            _ => Driven::Done,
        };
        if let Driven::Done = driven {
            return Ok(());
        }
    }
    Err(OpError::Busy)
}
