//! Messages on their way out: handed to the sender, then stored as queued.

use crate::center::Center;
use crate::command::{OutboundBody, Said, body, group};
use crate::ports::{Consistency, Outgoing, QueueError, QueueName};
use crate::store::{StoreError, StoredMessage, load_messages, put_message};
use patchbay_model::{
    Address, Author, ContactSid, Direction, Message, MessageStatus, OutboundMessage, ReplyContext, Seq,
    Thread,
};

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Messages of a contact that are looked through for the thread to go on with.
const THREAD_LOOKBACK: usize = 100;

/// Mails of flows to one contact within so many seconds.
pub(crate) const FLOW_MAILS_MAX: usize = 10;
const FLOW_MAILS_S: i64 = 60 * 60;

/// What a message to `to` needs to know of those before it, where the channel has threads: one query there, nothing
/// elsewhere.
pub(crate) async fn reply_context(
    center: &Center,
    contact: &ContactSid,
    to: &Address,
) -> Result<Option<ReplyContext>, StoreError> {
    let account = center.channel(to.channel, &to.account);
    if account.is_none_or(|account| account.channel.email().is_none()) {
        return Ok(None);
    }
    let range = (Seq(0), Seq::at(center.now().plus_s(60)));
    let (table, consistency) = (center.table.as_ref(), Consistency::Eventual);
    let (newest, _) = load_messages(table, contact, range, None, THREAD_LOOKBACK, consistency).await?;
    let there = |message: &&Message| message.channel == to.channel && message.account == to.account;
    Ok(newest.iter().rev().filter(there).find_map(Thread::after).map(ReplyContext::Thread))
}

/// Whether flows have written to somebody by mail so often that a program is likely to answer them, and does not say
/// that it is one (RFC 3834, 2: a responder limits how often it answers). One query by mail, nothing elsewhere.
pub(crate) async fn is_a_loop(
    center: &Center,
    contact: &ContactSid,
    to: &Address,
) -> Result<bool, StoreError> {
    let account = center.channel(to.channel, &to.account);
    if account.is_none_or(|account| account.channel.email().is_none()) {
        return Ok(false);
    }
    let now = center.now();
    let range = (Seq::at(now.plus_s(-FLOW_MAILS_S)), Seq::at(now.plus_s(60)));
    let (table, consistency) = (center.table.as_ref(), Consistency::Eventual);
    let (recent, _) = load_messages(table, contact, range, None, THREAD_LOOKBACK, consistency).await?;
    let by_flow =
        |message: &&Message| message.channel == to.channel && matches!(message.author, Author::Flow { .. });
    Ok(recent.iter().filter(by_flow).count() >= FLOW_MAILS_MAX)
}

/// Queues a message for the sender, in the order of its address pair, and stores it.
///
/// In this order, because nobody repeats what an agent asked who has gone: a message that was stored and not queued
/// would stay so, while one that was queued and not stored is stored by the sender (`store`), from the queue's entry.
/// Nobody pays for it but who needs it.
///
/// Safe to run twice: the queue's entry has the message's id, and the message is put under its key once. An entry
/// that passes the queue's five minutes of deduplication meets the sender's own.
pub async fn send(
    center: &Center,
    message: &Message,
    to: &Address,
    our_address: &str,
    reply_context: Option<ReplyContext>,
    quoted: Option<&str>,
) -> Result<(), OutboundError> {
    let said = Said {
        conversation_sid: message.conversation_sid.clone(),
        author: message.author.clone(),
        reply_to: message.reply_to.clone(),
    };
    let outbound =
        OutboundBody { message: outbound(message, to, our_address, reply_context, quoted), said: Some(said) };
    let entry = Outgoing::fifo(body(&outbound), group(to, our_address), message.sid.to_string());
    center.queue.send(QueueName::Outbound, vec![entry]).await?;
    put_message(center.table.as_ref(), message).await?;
    Ok(())
}

/// Stores a message, as queued, whose entry came before it: whoever sent the entry came no further, or has not yet.
/// `None`: its entry is older than this program and does not say enough.
pub(crate) async fn store(
    center: &Center,
    entry: &OutboundBody,
) -> Result<Option<StoredMessage>, StoreError> {
    let OutboundBody { message, said: Some(said) } = entry else { return Ok(None) };
    let message = Message {
        sid: message.key.sid.clone(),
        seq: message.key.seq,
        conversation_sid: said.conversation_sid.clone(),
        contact_sid: message.key.contact.clone(),
        channel: message.to.channel,
        account: message.to.account.clone(),
        direction: Direction::Outbound,
        author: said.author.clone(),
        content: message.content.clone(),
        reply_to: said.reply_to.clone(),
        provider_id: None,
        status: MessageStatus::Queued,
        reason: None,
        deleted: false,
        edited: None,
        media_failures: Vec::new(),
        tokens: Default::default(),
        created_at: message.key.seq.time(),
    };
    put_message(center.table.as_ref(), &message).await.map(Some)
}

/// The message as channels render it. `quoted`: what the provider knows the message by that it answers.
pub(crate) fn outbound(
    message: &Message,
    to: &Address,
    our_address: &str,
    reply_context: Option<ReplyContext>,
    quoted: Option<&str>,
) -> OutboundMessage {
    OutboundMessage {
        key: message.key(),
        to: to.clone(),
        from: our_address.to_owned(),
        content: message.content.clone(),
        reply_context,
        reply_to: quoted.map(str::to_owned),
        author_name: match &message.author {
            Author::Agent { name, .. } => Some(name.clone()),
            Author::Contact | Author::Flow { .. } | Author::System | Author::Provider => None,
        },
    }
}
