//! The end of a conversation's task.

use super::InboundError;
use super::close::check_after_closing;
use super::turn::{Cause, Turn};
use crate::center::Center;
use crate::command::TaskOutcome;
use crate::ports::Consistency;
use crate::store::{load_conversation, load_execution};
use patchbay_flow::{FlowInput, Status, TaskEvent, Waiting};
use patchbay_model::{ConversationSid, ConversationState, TaskSid};
use serde_json::json;

/// The flow goes on behind the widget that made the task; without one, or when it ends, the conversation is
/// closed.
pub(super) async fn handle(
    center: &Center,
    conversation_sid: &ConversationSid,
    task_sid: &TaskSid,
    outcome: &TaskOutcome,
) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let contact = conversation_sid.contact();
    let Some(conversation) = load_conversation(table, &contact, Consistency::Strong).await? else {
        return Ok(());
    };
    if conversation.sid != *conversation_sid || conversation.task_sid.as_ref() != Some(task_sid) {
        let closed = conversation.sid == *conversation_sid && conversation.state == ConversationState::Closed;
        // A run before may have closed it and not have come to the check.
        return if closed { check_after_closing(center, &conversation).await } else { Ok(()) };
    }
    let cause = Cause { event: format!("task:{task_sid}"), after: None, heard: None, reply_context: None };
    let execution = load_execution(table, &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.conversation_sid == conversation.sid);
    let waits = execution.and_then(|execution| match execution.state.status() {
        Status::Waiting(Waiting::Task { task }) if execution.task_sid(&task) == *task_sid => {
            Some((execution, task))
        }
        _ => None,
    });
    match waits {
        Some((execution, effect_id)) => {
            let input = FlowInput::TaskEvent { effect_id, event: event(task_sid, outcome) };
            Turn::resume(center, cause, conversation, execution).await?.run(input).await.map(drop)
        }
        // The task was made by somebody else than a flow.
        None => super::turn::close_conversation(center, conversation).await,
    }
}

fn event(task_sid: &TaskSid, outcome: &TaskOutcome) -> TaskEvent {
    match outcome {
        TaskOutcome::Completed => {
            let fields = json!({ "sid": task_sid, "assignment_status": "completed" });
            TaskEvent::Completed { fields: fields.as_object().cloned().unwrap_or_default() }
        }
        TaskOutcome::Canceled { reason } => TaskEvent::Failed { reason: reason.clone() },
    }
}
