//! A customer's message.

use super::follow::{follow, learn};
use super::place::{Said, message_sid, put};
use super::turn::{Addresses, Cause, Turn, following, texts};
use super::{InboundError, customer, push};
use crate::center::Center;
use crate::contacts::{change_contact, look_up_later};
use crate::frames;
use crate::ports::{Consistency, Write};
use crate::store::{
    Execution, StoredMessage, load_conversation, load_current_conversation, load_execution, load_message,
};
use crate::webhook::event_key;
use crate::window;
use bytes::Bytes;
use patchbay_flow::{FlowInput, Status};
use patchbay_model::{
    Author, Contact, Conversation, ConversationState, EventKind, InboundEvent, Message, ReplyContext,
    Timestamp,
};
use std::collections::BTreeMap;

/// Milliseconds for which an event may have waited in the queue to be placed by a cheap read. If that is behind, and
/// the conversation has closed, the check after the closing finds the message; it looks back ten minutes, of which
/// the provider's time may take five (`place`). One that waited longer stands further back, and is placed by a
/// strong read.
const RECENT_MS_MAX: i64 = 4 * 60 * 1000;

/// A message and all that the flow is told with it.
pub(super) struct Incoming<'a> {
    pub(super) message: Message,
    pub(super) stored: StoredMessage,
    pub(super) event: String,
    pub(super) addresses: Addresses,
    pub(super) params: &'a BTreeMap<String, String>,
    pub(super) reply_context: Option<ReplyContext>,
    /// When it came in, or the moment at which it stands, whichever is later: what answers it stands behind.
    pub(super) at: Timestamp,
}

impl Incoming<'_> {
    fn cause(&self) -> Cause {
        Cause {
            event: self.event.clone(),
            after: Some(self.at),
            heard: Some(self.at),
            reply_context: self.reply_context.clone(),
        }
    }
}

/// Stores the message and takes it where the conversation's state says.
///
/// With an agent on the conversation this reads the identity, the conversation and each worker's sockets, all
/// eventually unless the event is old, and writes the message: nothing else may be billed on this path but when the
/// customer goes on at another address.
pub(super) async fn handle(center: &Center, event: &InboundEvent) -> Result<(), InboundError> {
    let EventKind::Message { provider_id, content, reply_to, reply_context, params, .. } = &event.kind else {
        return Ok(());
    };
    let table = center.table.as_ref();
    let contact = customer::find_or_create(center, event).await?;
    let put_into = async |conversation| {
        let said = Said {
            sid: message_sid(event.channel, &event.account, provider_id),
            author: Author::Contact,
            content,
            reply_to: reply_to.as_deref(),
            provider_id: Some(provider_id),
        };
        put(center, event, said, conversation).await
    };
    let recent = center.now().since_ms(event.received_at) <= RECENT_MS_MAX;
    let consistency = if recent { Consistency::Eventual } else { Consistency::Strong };
    let cached = load_conversation(table, &contact, consistency).await?;
    let addresses = Addresses { customer: customer::address(event), ours: event.our_address.clone() };
    if let Some(conversation) = cached.filter(|found| found.state == ConversationState::WithAgent) {
        let (message, _) = put_into(&conversation.sid).await?;
        let conversation = follow(center, conversation, &addresses, message.seq.time()).await?;
        return push(center, &conversation, shown(center, &message)).await;
    }
    let (contact, conversation) = load_current_conversation(table, &contact, Consistency::Strong).await?;
    let open = conversation.as_ref().is_some_and(is_open);
    let number = conversation.as_ref().map_or(0, |found| found.sid.number()) + u32::from(!open);
    let (message, stored) = put_into(&contact.conversation(number)).await?;
    let incoming = Incoming {
        at: event.received_at.max(message.seq.time()),
        message,
        stored,
        event: event_key(event),
        addresses,
        params,
        reply_context: reply_context.clone(),
    };
    match conversation {
        Some(conversation) if open => by_state(center, conversation, incoming).await,
        conversation => open_conversation(center, conversation, incoming, Vec::new()).await,
    }
}

fn shown(center: &Center, message: &Message) -> Bytes {
    frames::heard(message, center.links(), window::opened_by(center, message))
}

/// A stored message of an open conversation.
pub(super) async fn by_state(
    center: &Center,
    conversation: Conversation,
    incoming: Incoming<'_>,
) -> Result<(), InboundError> {
    let at = incoming.message.seq.time();
    match conversation.state {
        ConversationState::WithAgent => {
            let conversation = follow(center, conversation, &incoming.addresses, at).await?;
            push(center, &conversation, shown(center, &incoming.message)).await
        }
        ConversationState::Flow => to_flow(center, conversation, incoming).await,
        ConversationState::Waiting => {
            let conversation = follow(center, conversation, &incoming.addresses, at).await?;
            // An agent who accepts from now on reads the message; one who has just accepted may not have.
            let contact = &conversation.contact_sid;
            let now = load_conversation(center.table.as_ref(), contact, Consistency::Strong).await?;
            match now.filter(|now| now.sid == conversation.sid) {
                Some(now) if now.state == ConversationState::WithAgent => {
                    push(center, &now, shown(center, &incoming.message)).await
                }
                Some(now) if now.state == ConversationState::Flow => to_flow(center, now, incoming).await,
                // Still waiting; or closed, and the check after the closing finds the message.
                _ => Ok(()),
            }
        }
        ConversationState::Closed => Ok(()),
    }
}

async fn to_flow(
    center: &Center,
    conversation: Conversation,
    incoming: Incoming<'_>,
) -> Result<(), InboundError> {
    let contact = &conversation.contact_sid;
    let execution = load_execution(center.table.as_ref(), contact, Consistency::Strong).await?;
    if let Some(execution) = &execution {
        let waited_for_an_agent =
            incoming.stored == StoredMessage::AlreadyThere && incoming.message.seq.time() < execution.since;
        if execution.has_handled(&incoming.event) || waited_for_an_agent {
            return Ok(());
        }
    }
    match execution {
        Some(execution) if is_active(&execution, &conversation) => {
            if conversation.address != incoming.addresses.customer {
                let customer = &incoming.addresses.customer;
                change_contact(center, contact, |contact| learn(contact, customer)).await?;
            }
            let input = FlowInput::Message { params: texts(incoming.params) };
            let mut turn = Turn::resume(center, incoming.cause(), conversation, execution).await?;
            turn.answer_at(&incoming.addresses);
            turn.run(input).await.map(drop)
        }
        before => {
            let stored = Some(conversation.clone());
            start_flow(center, incoming, (stored, conversation), before, Vec::new(), None).await
        }
    }
}

fn is_active(execution: &Execution, conversation: &Conversation) -> bool {
    execution.conversation_sid == conversation.sid && matches!(execution.state.status(), Status::Waiting(_))
}

/// Opens the conversation that the message is stored in, the one after `closed`, and starts its flow.
pub(super) async fn open_conversation(
    center: &Center,
    closed: Option<Conversation>,
    incoming: Incoming<'_>,
    also: Vec<Write>,
) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let contact = incoming.message.contact_sid.clone();
    let before = load_execution(table, &contact, Consistency::Strong).await?;
    if let Some(closed) = &closed {
        if before.as_ref().is_some_and(|before| before.has_handled(&incoming.event)) {
            // Its own turn closed the conversation.
            return Ok(());
        }
        if incoming.stored == StoredMessage::AlreadyThere && also.is_empty() {
            let message = load_message(table, &incoming.message.key(), Consistency::Strong).await?;
            if message.is_some_and(|message| message.conversation_sid.number() <= closed.sid.number()) {
                // It was stored while that conversation was open.
                return Ok(());
            }
        }
    }
    let customer = incoming.addresses.customer.clone();
    let known = change_contact(center, &contact, |contact| learn(contact, &customer)).await?;
    if known.as_ref().is_some_and(|contact| contact.name.is_none()) {
        look_up_later(center, &customer).await?;
    }
    let number = closed.as_ref().map_or(0, |closed| closed.sid.number()) + 1;
    let sid = contact.conversation(number);
    let first = incoming.message.seq;
    let conversation = following(closed.as_ref(), sid, &incoming.addresses, first, incoming.at);
    start_flow(center, incoming, (closed, conversation), before, also, known).await
}

/// Whether a conversation goes on.
pub(super) fn is_open(conversation: &Conversation) -> bool {
    conversation.state != ConversationState::Closed
}

async fn start_flow(
    center: &Center,
    incoming: Incoming<'_>,
    conversations: (Option<Conversation>, Conversation),
    before: Option<Execution>,
    also: Vec<Write>,
    contact: Option<Contact>,
) -> Result<(), InboundError> {
    let turn =
        Turn::start(center, incoming.cause(), &incoming.addresses, conversations, before, also).await?;
    match turn {
        Some(mut turn) => {
            turn.set_contact(contact);
            let input = turn.start_input(incoming.params).await?;
            turn.run(input).await.map(drop)
        }
        None => Ok(()),
    }
}
