//! Another try, when somebody asks for it.

use super::fetch::job;
use super::is_fetched;
use crate::center::Center;
use crate::ports::{Consistency, QueueError, QueueName};
use crate::store::{StoreError, load_message_as_said};
use patchbay_model::MessageKey;
use patchbay_model::id::hex;

/// Why nothing is fetched again.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("there is no such attachment from outside")]
    NotFound,
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the queue failed")]
    Queue(#[from] QueueError),
}

/// Has one attachment fetched once more, from where its sender put it.
pub async fn retry(center: &Center, key: &MessageKey, index: usize) -> Result<(), RetryError> {
    let message = load_message_as_said(center.table.as_ref(), key, Consistency::Strong).await?;
    let message = message.filter(is_fetched).ok_or(RetryError::NotFound)?;
    let attachment = message.content.attachments().get(index).ok_or(RetryError::NotFound)?;
    // Of its own: the queue may still remember the first.
    let again = format!("-{}", hex(&center.world.id()));
    center.queue.send(QueueName::Outbound, vec![job(&message, index, attachment, &again)]).await?;
    Ok(())
}
