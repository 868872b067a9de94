//! A message that was stored by a handler which had read its conversation as open, just after it had closed.

use super::InboundError;
use super::message::{Incoming, by_state, open_conversation};
use super::turn::Addresses;
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StoreError, StoredMessage, load_contact, load_conversation, load_message, move_message};
use patchbay_channels::params;
use patchbay_model::{Address, Author, Conversation, ConversationState, Message, MessageKey};

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
    let Some(conversation) = load_conversation(table, &key.contact, Consistency::Strong).await? else {
        return Ok(());
    };
    let Some(customer) = address_of(center, &conversation, &message).await? else { return Ok(()) };
    let ours = conversation.our_address.clone();
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
    if conversation.state == ConversationState::Closed {
        let number = conversation.sid.number() + 1;
        let moved = Message { conversation_sid: key.contact.conversation(number), ..message };
        let also = vec![move_message(key, &moved.conversation_sid)];
        return open_conversation(center, Some(conversation), incoming(moved), also).await;
    }
    if message.conversation_sid != conversation.sid {
        table.write(vec![move_message(key, &conversation.sid)]).await.map_err(StoreError::from)?;
    }
    let moved = Message { conversation_sid: conversation.sid.clone(), ..message };
    by_state(center, conversation, incoming(moved)).await
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
