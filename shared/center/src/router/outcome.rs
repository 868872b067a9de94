//! What came of a task reaches its conversation: it is told as soon as the task is stored so, and somebody was asked
//! before to look whether it has heard.
//!
//! Telling before the task is stored would end a conversation whose task goes on when the write is refused; telling
//! after it may never happen. So the look is asked for first (a delayed command), then the task is written, then the
//! conversation is told. Whoever dies in between leaves a look that does the rest. It also covers a conversation that
//! is not stored yet: a flow asks for its task before it commits, and the task may end sooner than that.

use super::OpError;
use crate::budget::HANDLER_S_MAX;
use crate::center::Center;
use crate::command::{InboundBody, RoutingBody, TaskOutcome, body, group};
use crate::ports::{Consistency, Outgoing, QueueError, QueueName};
use crate::store::{load_conversation, load_task};
use patchbay_model::{Conversation, ConversationSid, Task, TaskSid, TaskStatus, Timestamp};

/// Seconds after which it is looked: whoever asked for the look has ended, and so has the flow's turn that asked for
/// the task, and cheap reads show what they wrote.
pub(super) const LOOK_AFTER_S: u32 = HANDLER_S_MAX + 10;

/// What came of a task; `None` while it goes on, and of one that another task has taken over.
fn outcome(task: &Task) -> Option<TaskOutcome> {
    match task.status {
        TaskStatus::Wrapping | TaskStatus::Completed if task.transferred_to.is_none() => {
            Some(TaskOutcome::Completed)
        }
        TaskStatus::Canceled => {
            Some(TaskOutcome::Canceled { reason: task.reason.clone().unwrap_or_default() })
        }
        _ => None,
    }
}

/// Has somebody look whether the conversation of a task that is about to end has heard of it. To be called before
/// the end is written; one standard queue message.
pub(super) async fn have_looked(center: &Center, task: &Task) -> Result<(), QueueError> {
    let Some(conversation_sid) = task.conversation_sid.clone() else { return Ok(()) };
    let look =
        RoutingBody::OutcomeCheck { task_sid: task.sid.clone(), conversation_sid, asked_at: center.now() };
    let message = Outgoing::after_s(body(&look), LOOK_AFTER_S);
    center.queue.send(QueueName::Routing, vec![message]).await
}

/// Tells a task's conversation what came of the task, if anything has.
///
/// Safe to repeat: the queue drops a second one, and a conversation that is not at this task any more is left alone.
pub(crate) async fn tell(center: &Center, task: &Task) -> Result<(), OpError> {
    let Some(conversation_sid) = &task.conversation_sid else { return Ok(()) };
    let mut newest = None;
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        // A cheap read may show the conversation before.
        if newest.is_none() {
            newest =
                load_conversation(center.table.as_ref(), &conversation_sid.contact(), consistency).await?;
            newest = newest.filter(|newest| newest.sid == *conversation_sid);
        }
    }
    match newest {
        Some(newest) => send(center, task, &newest, None).await,
        None => Ok(()),
    }
}

/// Tells a conversation that has just come to be at a task what came of the task, though it may have been told before:
/// it was not at it then.
pub(super) async fn tell_anew(center: &Center, sid: &TaskSid) -> Result<(), OpError> {
    let task = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    let Some(task) = task.filter(|task| outcome(task).is_some()) else { return Ok(()) };
    let Some(conversation_sid) = &task.conversation_sid else { return Ok(()) };
    let contact = conversation_sid.contact();
    let newest = load_conversation(center.table.as_ref(), &contact, Consistency::Strong).await?;
    match newest.filter(|newest| newest.sid == *conversation_sid) {
        Some(newest) => send(center, &task, &newest, Some(center.now())).await,
        None => Ok(()),
    }
}

/// Looks whether a conversation is still at a task that is over, and tells it then. Half a read unit when it has
/// heard, which is nearly always.
///
/// Safe to repeat, as `tell` is.
pub(super) async fn check(
    center: &Center,
    task_sid: &TaskSid,
    conversation_sid: &ConversationSid,
    asked_at: Timestamp,
) -> Result<(), OpError> {
    let table = center.table.as_ref();
    let newest = load_conversation(table, &conversation_sid.contact(), Consistency::Eventual).await?;
    let at_task = |newest: &Conversation| {
        newest.sid == *conversation_sid
            && (newest.task_sid.as_ref() == Some(task_sid) || newest.invitation(task_sid).is_some())
    };
    let Some(conversation) = newest.filter(at_task) else { return Ok(()) };
    match load_task(table, task_sid, Consistency::Strong).await? {
        Some(task) => send(center, &task, &conversation, Some(asked_at)).await,
        None => Ok(()),
    }
}

/// `look`: of which look it comes. The queue must not take it for what was sent before, which may have come to a
/// conversation that was not at the task yet.
async fn send(
    center: &Center,
    task: &Task,
    conversation: &Conversation,
    look: Option<Timestamp>,
) -> Result<(), OpError> {
    let Some(outcome) = outcome(task) else { return Ok(()) };
    let kind = if outcome == TaskOutcome::Completed { "completed" } else { "canceled" };
    let dedup = match look {
        Some(asked_at) => format!("{}.{kind}.{}", task.sid, asked_at.0),
        None => format!("{}.{kind}", task.sid),
    };
    let (conversation_sid, task_sid) = (conversation.sid.clone(), task.sid.clone());
    let news = InboundBody::Task { conversation_sid, task_sid, outcome };
    let message = Outgoing::fifo(body(&news), group(&conversation.address, &conversation.our_address), dedup);
    Ok(center.queue.send(QueueName::Inbound, vec![message]).await?)
}
