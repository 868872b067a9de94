//! What became of a message of ours: from its provider, or from our own sender.

use super::change::{keep_event_problem, newest_messages, show_update};
use super::turn::{Cause, Turn};
use super::{InboundError, customer};
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StatusNews, load_conversation, load_execution, load_message, update_status};
use crate::webhook::event_key;
use patchbay_flow::{FlowInput, Status, Waiting};
use patchbay_model::event::Reference;
use patchbay_model::{ConversationState, Direction, InboundEvent, Message, MessageKey, MessageStatus};

/// Milliseconds for which news of an unknown message may be of one that is just being sent: a provider may tell what
/// came of a call before its answer has been noted.
const OVERTAKING_MS_MAX: i64 = 10_000;

/// Moves the status up (one write), shows it to the agents, and tells the flow of a failure that it waits on.
///
/// News that are older than what is known change nothing; the same news again are shown again, so that a
/// redelivery completes what it had begun. News that overtake the answer to the call are looked at again a little later.
pub(super) async fn handle(
    center: &Center,
    event: &InboundEvent,
    reference: &Reference,
    status: MessageStatus,
    reason: Option<&str>,
) -> Result<(), InboundError> {
    let Some(key) = key_of(center, event, reference).await? else {
        if matches!(reference, Reference::Until(_)) {
            // All of it is known already, or came by another way.
            return Ok(());
        }
        let reason = "a receipt of a message that is not among the contact's newest".to_owned();
        return Ok(keep_event_problem(center, event, reason).await?);
    };
    let table = center.table.as_ref();
    if update_status(table, &key, status, reason, None).await? != StatusNews::Moved {
        match load_message(table, &key, Consistency::Strong).await?.map(|message| message.status) {
            None => {
                let reason = "a receipt of a message that does not exist".to_owned();
                return Ok(keep_event_problem(center, event, reason).await?);
            }
            Some(known) if known == status => {}
            Some(known) if status == MessageStatus::Failed => {
                let why = reason.unwrap_or("no reason is given");
                let reason = format!("failed after it was {}: {why}", known.as_str());
                return Ok(keep_event_problem(center, event, reason).await?);
            }
            Some(_) => return Ok(()),
        }
    }
    show_update(center, &key).await?;
    if status == MessageStatus::Failed { tell_flow(center, event, &key, reason).await } else { Ok(()) }
}

async fn key_of(
    center: &Center,
    event: &InboundEvent,
    reference: &Reference,
) -> Result<Option<MessageKey>, InboundError> {
    if let Reference::Ours(key) = reference {
        return Ok(Some(key.clone()));
    }
    let is_it = |message: &Message| match reference {
        Reference::Ours(key) => message.sid == key.sid,
        Reference::Provider(provider_id) => message.provider_id.as_ref() == Some(provider_id),
        // The newest one that went out says it of all before it.
        Reference::Until(at) => {
            let went_out = matches!(message.status, MessageStatus::Sent | MessageStatus::Delivered);
            message.direction == Direction::Outbound && went_out && message.created_at <= *at
        }
    };
    let timeline = customer::find_timeline(center, event).await?;
    let newest = newest_messages(center, &timeline).await?;
    let of_channel = newest
        .into_iter()
        .rev()
        .filter(|message| (message.channel, &message.account) == (event.channel, &event.account));
    let mut is_sending = false;
    for message in of_channel {
        if is_it(&message) {
            return Ok(Some(message.key()));
        }
        is_sending |= message.direction == Direction::Outbound && message.status == MessageStatus::Queued;
    }
    if is_sending && center.now().since_ms(event.received_at) <= OVERTAKING_MS_MAX {
        return Err(InboundError::Overtaking);
    }
    Ok(None)
}

async fn tell_flow(
    center: &Center,
    event: &InboundEvent,
    key: &MessageKey,
    reason: Option<&str>,
) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let conversation = load_conversation(table, &key.contact, Consistency::Strong).await?;
    let Some(conversation) = conversation.filter(|found| found.state == ConversationState::Flow) else {
        return Ok(());
    };
    let Some(execution) = load_execution(table, &key.contact, Consistency::Strong).await? else {
        return Ok(());
    };
    let event_key = event_key(event);
    let Status::Waiting(Waiting::Reply { sent, .. }) = execution.state.status() else { return Ok(()) };
    let waits = execution.conversation_sid == conversation.sid && execution.message_sid(&sent) == key.sid;
    if !waits || execution.has_handled(&event_key) {
        return Ok(());
    }
    let reason = reason.unwrap_or_default();
    let (code, reason) = reason.split_once(": ").unwrap_or(("", reason));
    let input = FlowInput::DeliveryFailure { effect_id: sent, code: code.into(), reason: reason.into() };
    let cause = Cause { event: event_key, after: Some(event.received_at), heard: None, reply_context: None };
    Turn::resume(center, cause, conversation, execution).await?.run(input).await.map(drop)
}
