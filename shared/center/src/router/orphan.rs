//! Tasks that their conversation never had. A flow asks for its task before its turn is written (`outcome.rs`), and a turn
//! that meets somebody who closes the conversation at that moment is not: what the customer said goes on in the next
//! conversation (`close_check.rs`), with a task of its own.

use super::{OpError, reservation, task, timer};
use crate::center::Center;
use crate::command::RoutingBody;
use crate::ports::Consistency;
use crate::store::{StoreError, load_conversation_by_sid, load_task};
use patchbay_model::{ConversationState, Task, TaskSid, TaskStatus, Timestamp};

const REASON: &str = "its conversation ended before it began";

/// One strong read of its conversation, two of one that is not the contact's newest.
async fn is_orphan(center: &Center, task: &Task) -> Result<bool, StoreError> {
    let Some(sid) = &task.conversation_sid else { return Ok(false) };
    let conversation = load_conversation_by_sid(center.table.as_ref(), sid).await?;
    Ok(conversation.is_some_and(|conversation| {
        conversation.state == ConversationState::Closed && !conversation.tasks.contains(&task.sid)
    }))
}

/// The timer of a waiting task on its way to the time when it is due, which takes several messages: whoever waits no more
/// needs none, and an orphan is canceled.
///
/// Safe to repeat: two of a timer do what one does. A task that comes to wait again has a timer of its own.
pub(super) async fn send_timer_on(center: &Center, sid: TaskSid, due: Timestamp) -> Result<(), OpError> {
    let Some(found) = load_task(center.table.as_ref(), &sid, Consistency::Strong).await? else {
        return Ok(());
    };
    let waits = matches!(found.status, TaskStatus::Pending | TaskStatus::Reserved);
    if !waits || found.timer_due != Some(due) {
        return Ok(());
    }
    match is_orphan(center, &found).await? {
        true => task::cancel(center, &sid, REASON).await,
        false => Ok(timer::send_at(center, &RoutingBody::TaskTimer { task_sid: sid, due }, due).await?),
    }
}

/// Completes an orphan that somebody has accepted: there is nobody to talk to, and nothing to write up.
///
/// Safe to repeat: a task is completed once.
pub(crate) async fn complete_orphan(center: &Center, task: &Task) -> Result<(), OpError> {
    match task.served() {
        Some(served) if is_orphan(center, task).await? => {
            reservation::complete(center, &served.worker_sid, &served.sid, Some(REASON)).await.map(drop)
        }
        _ => Ok(()),
    }
}
