//! The store's dead letters, for the API.

use crate::embedded::{REDRIVE_MESSAGES_MAX, Store};
use async_trait::async_trait;
use patchbay_center::ports::{DeadLetter, DeadLetters, QueueError, QueueName, Redriven};

/// A type of its own: the store says the same in its own words.
pub(super) struct StoreDeadLetters(pub Store);

#[async_trait]
impl DeadLetters for StoreDeadLetters {
    async fn list(&self, queue: QueueName, count_max: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let letters = self.0.dead_letters(queue, count_max).await?.into_iter();
        Ok(letters
            .map(|letter| DeadLetter {
                message_id: letter.message_id,
                body: letter.body.to_string(),
                group: letter.group.map(|group| group.to_string()),
                sent_at: letter.sent_at,
                receive_count: letter.receive_count,
                reason: Some(letter.reason),
            })
            .collect())
    }

    async fn redrive(&self, queue: QueueName) -> Result<Redriven, QueueError> {
        let redriven = self.0.redrive(queue).await?;
        Ok(Redriven { redriven, more: redriven == REDRIVE_MESSAGES_MAX })
    }
}
