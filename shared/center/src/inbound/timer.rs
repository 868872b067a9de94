//! A flow's timer rang.

use super::InboundError;
use super::turn::{Cause, Turn};
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{load_conversation, load_execution};
use patchbay_flow::{EffectId, FlowInput};
use patchbay_model::{ContactSid, ConversationState, ExecutionSid};

/// Tells the flow, if it is still the one that set the timer and nobody else has the conversation.
pub(super) async fn handle(
    center: &Center,
    contact: &ContactSid,
    execution_sid: &ExecutionSid,
    timer: &str,
) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let Some(execution) = load_execution(table, contact, Consistency::Strong).await? else { return Ok(()) };
    let event = format!("timer:{execution_sid}:{timer}");
    if execution.sid != *execution_sid || execution.has_handled(&event) {
        return Ok(());
    }
    let conversation = load_conversation(table, contact, Consistency::Strong).await?;
    match conversation {
        Some(conversation)
            if conversation.state == ConversationState::Flow
                && conversation.sid == execution.conversation_sid =>
        {
            let cause = Cause { event, after: None, heard: None, reply_context: None };
            let input = FlowInput::Timer { id: EffectId(timer.to_owned()) };
            Turn::resume(center, cause, conversation, execution).await?.run(input).await.map(drop)
        }
        _ => Ok(()),
    }
}
