//! A message that was stored by a handler which had read its conversation as open, just after it had closed.

use super::InboundError;
use super::message::{Incoming, by_state, is_open, open_conversation};
use super::turn::Addresses;
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{
    StoreError, StoredMessage, load_contact, load_conversation, load_current_conversation, load_message,
    move_message, put_message,
};
use patchbay_channels::params;
use patchbay_model::{Address, Author, Conversation, Message, MessageKey};

/// Takes the message where it belongs: into the conversation that is open by now, or a new one. What is only noted in
/// the timeline (an echo, an automatic message, a consent, a line of the center's) has no provider's id of a customer's message, and
/// stays where it is.
pub(super) async fn handle(center: &Center, key: &MessageKey) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let message = load_message(table, key, Consistency::Strong).await?;
    let Some(message) =
        message.filter(|message| message.author == Author::Contact && !message.content.is_automatic())
    else {
        return Ok(());
    };
    let Some(provider_id) = message.provider_id.clone() else { return Ok(()) };
    let Some(of_message) = load_conversation(table, &key.contact, Consistency::Strong).await? else {
        return Ok(());
    };
    let Some(customer) = address_of(center, &of_message, &message).await? else { return Ok(()) };
    let ours = of_message.our_address;
    let (contact, conversation) = load_current_conversation(table, &key.contact, Consistency::Strong).await?;
    let params = params::of_message(&customer.id, &ours, &provider_id, &message.content);
    let incoming = |message: Message| Incoming {
        at: message.seq.time(),
        stored: StoredMessage::New,
        event: format!("stray:{}", message.sid),
        addresses: Addresses { customer: customer.clone(), ours: ours.clone() },
        params: &params,
        reply_context: None,
        message,
    };
    let number = conversation.as_ref().map_or(0, |found| found.sid.number() + u32::from(!is_open(found)));
    let to = contact.conversation(number.max(1));
    let belongs_already = message.conversation_sid == to;
    let moved = Message { conversation_sid: to, contact_sid: contact, ..message };
    if moved.contact_sid != key.contact {
        // Its sender was found to be another: there it is stored once more.
        put_message(table, &moved).await?;
    }
    let moving = move_message(&moved.key(), &moved.conversation_sid);
    match conversation {
        Some(conversation) if is_open(&conversation) => {
            if !belongs_already {
                table.write(vec![moving]).await.map_err(StoreError::from)?;
            }
            by_state(center, conversation, incoming(moved)).await
        }
        closed => open_conversation(center, closed, incoming(moved), vec![moving]).await,
    }
}

/// Where the customer wrote from: the conversation's address when it is of the same channel account, else the
/// contact's own.
async fn address_of(
    center: &Center,
    conversation: &Conversation,
    message: &Message,
) -> Result<Option<Address>, StoreError> {
    let of_message =
        |address: &&Address| (address.channel, &address.account) == (message.channel, &message.account);
    if let Some(address) = Some(&conversation.address).filter(of_message) {
        return Ok(Some(address.clone()));
    }
    let contact = load_contact(center.table.as_ref(), &message.contact_sid, Consistency::Strong).await?;
    Ok(contact.and_then(|contact| contact.identities.iter().find(of_message).cloned()))
}
