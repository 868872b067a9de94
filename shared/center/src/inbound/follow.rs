//! A customer who goes on at another of their addresses.

use super::turn::Addresses;
use super::{InboundError, push};
use crate::center::Center;
use crate::contacts::change_contact;
use crate::frames;
use crate::ports::Consistency;
use crate::store::{StoreError, load_conversation, put_next};
use patchbay_model::limits::IDENTITIES_MAX;
use patchbay_model::{Address, Contact, Conversation, ConversationState, Timestamp};

/// The conversation of a customer who wrote at `at` from `addresses`, so that agents answer where the customer is.
/// Nothing is read or written while they stay where they are.
///
/// Safe to run twice and late: what was written before the conversation last changed moves nothing any more, and a
/// conversation that has changed meanwhile is read and judged again.
pub(super) async fn follow(
    center: &Center,
    conversation: Conversation,
    addresses: &Addresses,
    at: Timestamp,
) -> Result<Conversation, InboundError> {
    if is_there(&conversation, addresses) {
        return Ok(conversation);
    }
    let table = center.table.as_ref();
    let contact = &conversation.contact_sid;
    // What was read may be a moment old.
    let now = load_conversation(table, contact, Consistency::Strong).await?;
    let Some(mut now) = now.filter(|now| now.sid == conversation.sid) else { return Ok(conversation) };
    let with_people = matches!(now.state, ConversationState::WithAgent | ConversationState::Waiting);
    if is_there(&now, addresses) || !with_people || at < now.updated_at {
        return Ok(now);
    }
    change_contact(center, contact, |contact| learn(contact, &addresses.customer)).await?;
    now.address = addresses.customer.clone();
    now.our_address.clone_from(&addresses.ours);
    now.updated_at = center.now().max(at);
    table.write(vec![put_next(&mut now)]).await.map_err(StoreError::from)?;
    if now.state == ConversationState::WithAgent {
        push(center, &now, frames::conversation(&now)).await?;
    }
    Ok(now)
}

fn is_there(conversation: &Conversation, addresses: &Addresses) -> bool {
    (&conversation.address, &conversation.our_address) == (&addresses.customer, &addresses.ours)
}

/// Adds an address that the contact has, too; whether it was new.
pub(super) fn learn(contact: &mut Contact, address: &Address) -> bool {
    let is_new = !contact.identities.contains(address) && contact.identities.len() < IDENTITIES_MAX;
    if is_new {
        contact.identities.push(address.clone());
    }
    is_new
}
