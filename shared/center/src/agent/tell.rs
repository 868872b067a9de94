//! Telling a conversation's agents something. A push is a hint: who misses one asks with `sync`, so none of
//! these fails an action.

use crate::center::Center;
use crate::notify;
use crate::ports::Consistency;
use crate::store::{StoreError, fix_position, load_worker, put_message};
use bytes::Bytes;
use patchbay_model::{
    Author, Content, Conversation, Direction, Message, MessageSid, MessageStatus, WorkerSid,
};

/// Sends a frame to the sockets of these workers, all but `except`.
pub(crate) async fn workers(center: &Center, workers: &[WorkerSid], frame: &Bytes, except: Option<&str>) {
    for sid in workers {
        let told = match load_worker(center.table.as_ref(), sid, Consistency::Eventual).await {
            Ok(Some(mut worker)) => {
                worker.connections.retain(|connection| Some(connection.id.as_str()) != except);
                notify::to_worker(center, &worker, frame.clone()).await.map_err(|error| error.to_string())
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = told {
            tracing::warn!(worker = %sid, error, "a worker was not told");
        }
    }
}

/// Writes a line of the center's own into the timeline. Its id comes from what it tells, so that telling it
/// again changes nothing.
pub(crate) async fn note(
    center: &Center,
    conversation: &Conversation,
    about: &[&str],
    text: String,
) -> Result<Message, StoreError> {
    line(center, conversation, MessageSid::derive(about), Author::System, Content::System { text }).await
}

/// Writes what belongs into the timeline and is not for the customer. Its position is fixed by the first call.
pub(super) async fn line(
    center: &Center,
    conversation: &Conversation,
    sid: MessageSid,
    author: Author,
    content: Content,
) -> Result<Message, StoreError> {
    let table = center.table.as_ref();
    let seq = fix_position(table, &conversation.contact_sid, &sid, center.now()).await?;
    let message = Message {
        sid,
        seq,
        conversation_sid: conversation.sid.clone(),
        contact_sid: conversation.contact_sid.clone(),
        channel: conversation.address.channel,
        account: conversation.address.account.clone(),
        direction: Direction::Inbound,
        author,
        content,
        reply_to: None,
        provider_id: None,
        status: MessageStatus::Received,
        reason: None,
        deleted: false,
        edited: None,
        media_failures: Vec::new(),
        tokens: Default::default(),
        created_at: seq.time(),
    };
    put_message(table, &message).await?;
    Ok(message)
}
