//! `DeadLetters` on SQS.
//!
//! Messages are sent again one batch at a time and not by SQS's own task (`StartMessageMoveTask`): that answers before it
//! has begun, so nobody could be told what was done, and it may take from a queue all that anybody has put there.

use crate::error::describe;
use crate::queue::{QueueUrls, SqsQueue};
use async_trait::async_trait;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use patchbay_center::ports::queue::BATCH_MAX;
use patchbay_center::ports::{DeadLetter, DeadLetters, Outgoing, Queue, QueueError, QueueName, Redriven};
use patchbay_model::Timestamp;

/// Messages that one call sends again: some three seconds of calls, a tenth of what an answer may take.
const REDRIVE_MESSAGES_MAX: usize = 500;
/// Seconds for which what is sent again, or listed, is hidden from others who do the same.
const HIDDEN_S: i32 = 60;
/// Seconds that an empty queue is asked: more than none asks all of its servers (SQS, "Short and long polling").
const WAIT_S: i32 = 1;

/// The dead-letter queues of our queues.
#[derive(Clone, Debug)]
pub struct SqsDeadLetters {
    queue: SqsQueue,
    urls: QueueUrls,
}

impl SqsDeadLetters {
    pub fn new(queue: SqsQueue, urls: QueueUrls) -> SqsDeadLetters {
        SqsDeadLetters { queue, urls }
    }

    async fn receive(&self, queue: QueueName, count_max: usize) -> Result<Vec<Message>, QueueError> {
        let call = self
            .queue
            .client()
            .receive_message()
            .queue_url(self.urls.of(queue))
            .max_number_of_messages(i32::try_from(count_max.min(BATCH_MAX)).unwrap_or(1))
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(WAIT_S)
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = call.send().await.map_err(|error| QueueError::Unavailable(describe(&error)))?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn delete(&self, queue: QueueName, messages: &[Message]) -> Result<(), QueueError> {
        let entry = |(index, message): (usize, &Message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .set_receipt_handle(message.receipt_handle.clone())
                .build()
                .map_err(|error| QueueError::Invalid(error.to_string()))
        };
        let entries: Result<Vec<_>, _> = messages.iter().enumerate().map(entry).collect();
        let call = self.queue.client().delete_message_batch().queue_url(self.urls.of(queue));
        let answer = call.set_entries(Some(entries?)).send().await;
        let answer = answer.map_err(|error| QueueError::Unavailable(describe(&error)))?;
        match answer.failed.first() {
            Some(fail) => Err(QueueError::Unavailable(fail.code.clone())),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn list(&self, queue: QueueName, count_max: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let mut found: Vec<Message> = Vec::new();
        while found.len() < count_max {
            let more = self.receive(queue, count_max - found.len()).await?;
            if more.is_empty() {
                break;
            }
            found.extend(more);
        }
        let seen: Vec<(String, u32)> =
            found.iter().filter_map(|message| Some((message.receipt_handle.clone()?, 0))).collect();
        self.queue.hide(self.urls.of(queue), &seen).await;
        let mut letters: Vec<DeadLetter> = found.into_iter().map(letter).collect();
        letters.sort_by_key(|letter| letter.sent_at);
        Ok(letters)
    }

    async fn redrive(&self, queue: QueueName) -> Result<Redriven, QueueError> {
        let mut redriven = 0;
        while redriven < REDRIVE_MESSAGES_MAX {
            let messages = self.receive(queue, REDRIVE_MESSAGES_MAX - redriven).await?;
            if messages.is_empty() {
                return Ok(Redriven { redriven, more: false });
            }
            self.queue.send(queue, messages.iter().cloned().map(letter).map(again).collect()).await?;
            self.delete(queue, &messages).await?;
            redriven += messages.len();
        }
        Ok(Redriven { redriven, more: true })
    }
}

fn letter(message: Message) -> DeadLetter {
    let attributes = message.attributes.unwrap_or_default();
    let attribute = |name| attributes.get(&name).cloned();
    let number = |name| attribute(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    DeadLetter {
        message_id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        group: attribute(MessageSystemAttributeName::MessageGroupId),
        sent_at: Timestamp(number(MessageSystemAttributeName::SentTimestamp)),
        receive_count: u32::try_from(number(MessageSystemAttributeName::ApproximateReceiveCount))
            .unwrap_or(u32::MAX),
        reason: None,
    }
}

/// The message once more. Its deduplication id is new, or a queue that remembers the old one would drop it; it is the
/// same when this is done twice.
fn again(letter: DeadLetter) -> Outgoing {
    match letter.group {
        Some(group) => Outgoing::fifo(letter.body, group, format!("redriven-{}", letter.message_id)),
        None => Outgoing::after_s(letter.body, 0),
    }
}

#[cfg(test)]
mod tests;
