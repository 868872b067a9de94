//! Messages on their way out: stored as queued, then handed to the sender.

use crate::center::Center;
use crate::command::{body, group};
use crate::ports::{Outgoing, QueueError, QueueName};
use crate::store::{StoreError, put_message};
use patchbay_model::{Address, Author, Message, OutboundMessage, ReplyToken};

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Stores a message and queues it for the sender, in the order of its address pair.
///
/// Safe to run twice: the message is put under its key once, and the queue's entry has its id. An entry that
/// passes the queue's five minutes of deduplication meets the sender's own.
pub async fn send(
    center: &Center,
    message: &Message,
    to: &Address,
    our_address: &str,
    reply_token: Option<ReplyToken>,
) -> Result<(), OutboundError> {
    put_message(center.table.as_ref(), message).await?;
    let outbound = outbound(message, to, our_address, reply_token);
    let entry = Outgoing::fifo(body(&outbound), group(to, our_address), message.sid.to_string());
    center.queue.send(QueueName::Outbound, vec![entry]).await?;
    Ok(())
}

/// The message as the sender gets it.
pub(crate) fn outbound(
    message: &Message,
    to: &Address,
    our_address: &str,
    reply_token: Option<ReplyToken>,
) -> OutboundMessage {
    OutboundMessage {
        key: message.key(),
        to: to.clone(),
        from: our_address.to_owned(),
        content: message.content.clone(),
        reply_token,
        reply_to: message.reply_to.clone(),
        author_name: match &message.author {
            Author::Agent { name, .. } => Some(name.clone()),
            Author::Contact | Author::Flow { .. } | Author::System | Author::Provider => None,
        },
    }
}
