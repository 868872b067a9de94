//! The end of a conversation's task.

use super::InboundError;
use super::turn::{Cause, Turn};
use crate::agent::end_invitation;
use crate::center::Center;
use crate::command::TaskOutcome;
use crate::ports::Consistency;
use crate::store::{load_conversation, load_execution, load_leg, load_task};
use patchbay_flow::{FlowInput, Status, TaskEvent, Waiting};
use patchbay_model::{ChannelKind, ConversationSid, TaskSid};
use serde_json::json;

/// What came of a task. A caller whom their agent has left with somebody outside talks on: their flow hears of it when
/// that is over.
pub(super) async fn handle(
    center: &Center,
    conversation_sid: &ConversationSid,
    task_sid: &TaskSid,
    outcome: &TaskOutcome,
) -> Result<(), InboundError> {
    match talks_on(center, conversation_sid, task_sid).await? {
        true => Ok(()),
        false => end(center, conversation_sid, task_sid, outcome).await,
    }
}

/// Only a call's execution is asked for its task: of messages this costs nothing.
async fn talks_on(
    center: &Center,
    conversation_sid: &ConversationSid,
    task_sid: &TaskSid,
) -> Result<bool, InboundError> {
    let table = center.table.as_ref();
    let execution = load_execution(table, &conversation_sid.contact(), Consistency::Eventual).await?;
    if execution.is_none_or(|execution| execution.address.channel != ChannelKind::Voice) {
        return Ok(false);
    }
    let task = load_task(table, task_sid, Consistency::Strong).await?;
    let Some(call_sid) = task.as_ref().and_then(|task| task.attributes["call_sid"].as_str()) else {
        return Ok(false);
    };
    let leg = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none());
    let bridge = leg.and_then(|leg| leg.bridge);
    Ok(bridge.is_some_and(|bridge| bridge.left && bridge.task_sid == *task_sid))
}

/// The flow goes on behind the widget that made the task; without one, or when it ends, the conversation is
/// closed. The task of an invitation ends nothing but the invitation.
pub(super) async fn end(
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
    if conversation.sid == *conversation_sid && conversation.invitation(task_sid).is_some() {
        return Ok(end_invitation(center, conversation_sid, task_sid, outcome).await?);
    }
    if conversation.sid != *conversation_sid || conversation.task_sid.as_ref() != Some(task_sid) {
        return Ok(());
    }
    let cause = Cause { event: format!("task:{task_sid}"), after: None, heard: None, reply_context: None };
    let execution = load_execution(table, &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.conversation_sid == conversation.sid);
    // It waits for this task or for one that has led to it: a task that another takes over is not over for the flow.
    let waits = execution.and_then(|execution| match execution.state.status() {
        Status::Waiting(Waiting::Task { task }) => Some((execution, task)),
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
