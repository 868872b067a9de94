//! What belongs into the timeline and moves nothing: the business's own words in the provider's app, what a
//! customer's program says in their stead, reactions, notes, and typing, which is shown and not kept.

use super::place::{Said, message_sid, put};
use super::{InboundError, customer, late, push};
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::store::load_current_conversation;
use patchbay_model::{Author, ContactSid, Content, ConversationState, EventKind, InboundEvent, Message};

/// An echo, an automatic message, a reaction or a note: stored, and shown to the agents there are. It opens nothing.
pub(super) async fn handle(center: &Center, event: &InboundEvent) -> Result<(), InboundError> {
    let contact = customer::find_or_create(center, event).await?;
    match &event.kind {
        EventKind::Message { provider_id, content, reply_to, echo, .. } => {
            let said = Said {
                sid: message_sid(event.channel, &event.account, provider_id),
                author: if *echo { Author::Provider } else { Author::Contact },
                content,
                reply_to: reply_to.as_deref(),
                provider_id: Some(provider_id),
            };
            add(center, event, &contact, said).await.map(drop)
        }
        EventKind::Reaction { provider_id, emoji } => {
            let content = Content::Reaction { emoji: emoji.clone() };
            let said = Said {
                sid: message_sid(event.channel, &event.account, &event.event_id),
                author: Author::Contact,
                content: &content,
                reply_to: Some(provider_id),
                provider_id: None,
            };
            add(center, event, &contact, said).await.map(drop)
        }
        EventKind::Note { name, text } => {
            let text = if text.is_empty() { name.clone() } else { format!("{name}: {text}") };
            add_note(center, event, &contact, text).await
        }
        _ => Ok(()),
    }
}

/// A line that the center itself writes.
pub(super) async fn add_note(
    center: &Center,
    event: &InboundEvent,
    contact: &ContactSid,
    text: String,
) -> Result<(), InboundError> {
    let content = Content::System { text };
    let said = Said {
        sid: message_sid(event.channel, &event.account, &event.event_id),
        author: Author::System,
        content: &content,
        reply_to: None,
        provider_id: None,
    };
    add(center, event, contact, said).await.map(drop)
}

/// Stores what was said in the contact's newest conversation, in their first if they have none yet.
pub(super) async fn add(
    center: &Center,
    event: &InboundEvent,
    contact: &ContactSid,
    said: Said<'_>,
) -> Result<Message, InboundError> {
    let (contact, conversation) =
        load_current_conversation(center.table.as_ref(), contact, Consistency::Eventual).await?;
    let sid = conversation.as_ref().map_or_else(|| contact.conversation(1), |found| found.sid.clone());
    let (message, _) = put(center, event, said, &sid).await?;
    if let Some(conversation) = conversation {
        let frame = frames::message("created", &message, center.links());
        late::show(center, &conversation, frame).await?;
    }
    Ok(message)
}

/// Typing is shown to the agents there are.
pub(super) async fn typing(center: &Center, event: &InboundEvent, on: bool) -> Result<(), InboundError> {
    let Some(contact) = customer::find(center, event).await? else { return Ok(()) };
    let (_, conversation) =
        load_current_conversation(center.table.as_ref(), &contact, Consistency::Eventual).await?;
    match conversation.filter(|found| found.state == ConversationState::WithAgent) {
        Some(conversation) => {
            let frame = frames::typing(&conversation.sid, event.received_at, &Author::Contact, on);
            push(center, &conversation, frame).await
        }
        None => Ok(()),
    }
}
