//! A message that its author edited or took back.

use super::place::message_sid;
use super::{InboundError, customer, late};
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::store::{
    MessageChange, Problem, StoreError, change_message, keep_problem, load_current_conversation,
    load_message, load_timeline,
};
use patchbay_model::{ContactSid, EventKind, InboundEvent, Message, MessageKey, ProblemSid, Seq};

/// How many of a contact's newest messages are searched for one that only its id names.
const SEARCHED_MAX: usize = 100;

/// Keeps the change beside the original and shows it to the agents. A change of a message that is not among
/// the newest is kept as a problem.
pub(super) async fn handle(center: &Center, event: &InboundEvent) -> Result<(), InboundError> {
    let (provider_id, change) = match &event.kind {
        EventKind::Edited { provider_id, content } => (provider_id, MessageChange::Edited(content.clone())),
        EventKind::Deleted { provider_id } => (provider_id, MessageChange::Deleted),
        _ => return Ok(()),
    };
    let sid = message_sid(event.channel, &event.account, provider_id);
    let timeline = customer::find_timeline(center, event).await?;
    let newest = newest_messages(center, &timeline).await?;
    let Some(message) = newest.into_iter().find(|message| message.sid == sid) else {
        let reason = "a change of a message that is not among the contact's newest".to_owned();
        return Ok(keep_event_problem(center, event, reason).await?);
    };
    change_message(center.table.as_ref(), &message.key(), &change).await?;
    show_update(center, &message.key()).await
}

/// A contact's newest messages, oldest first.
pub(super) async fn newest_messages(
    center: &Center,
    timeline: &[ContactSid],
) -> Result<Vec<Message>, StoreError> {
    let all = (Seq(0), Seq(u64::MAX >> 8));
    let table = center.table.as_ref();
    let (messages, _) = load_timeline(table, timeline, all, SEARCHED_MAX, Consistency::Strong).await?;
    Ok(messages)
}

/// Shows a message as it now is to the agents of its conversation.
pub(super) async fn show_update(center: &Center, key: &MessageKey) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let (_, conversation) = load_current_conversation(table, &key.contact, Consistency::Eventual).await?;
    let Some(conversation) = conversation.filter(late::is_shown) else { return Ok(()) };
    match load_message(table, key, Consistency::Strong).await? {
        Some(message) => {
            let frame = frames::message("updated", &message, center.links());
            late::show(center, &conversation, frame).await
        }
        None => Ok(()),
    }
}

/// Keeps what is wrong with an event, once.
pub(super) async fn keep_event_problem(
    center: &Center,
    event: &InboundEvent,
    reason: String,
) -> Result<(), StoreError> {
    let problem = Problem {
        sid: ProblemSid::derive(&["inbound", event.channel.as_str(), &event.account, &event.event_id]),
        at: event.received_at,
        source: format!("inbound:{}/{}", event.channel, event.account),
        reason,
        payload_hash: None,
    };
    keep_problem(center.table.as_ref(), &problem).await
}
