//! `Queue` on SQS, and of the consumer's side what the event source does not do.

use crate::error::describe;
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{BuildError, SdkError};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, SendMessageBatchRequestEntry,
};
use patchbay_center::ports::queue::BATCH_MAX;
use patchbay_center::ports::{Outgoing, Queue, QueueError, QueueName};
use patchbay_center::rules::queue::check_outgoing;

/// Bytes of all bodies of one `SendMessageBatch` call (1 MiB since 2025; the smaller former limit would only cost
/// more calls).
const BATCH_BYTES_MAX: usize = 1024 * 1024;

/// Where our queues are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    pub inbound: String,
    pub routing: String,
    pub outbound: String,
}

impl QueueUrls {
    pub(crate) fn of(&self, queue: QueueName) -> &str {
        match queue {
            QueueName::Inbound => &self.inbound,
            QueueName::Routing => &self.routing,
            QueueName::Outbound => &self.outbound,
        }
    }
}

/// Our queues on SQS.
///
/// Batches go out one after another, so that the order within a group is kept. When SQS takes only some of a
/// batch, the others are sent once more: on a FIFO queue they then stand behind later ones of their group.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: Client,
    urls: QueueUrls,
}

impl SqsQueue {
    pub fn new(client: Client, urls: QueueUrls) -> SqsQueue {
        SqsQueue { client, urls }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn url(&self, queue: QueueName) -> &str {
        self.urls.of(queue)
    }

    /// Hides messages that were received from a queue (receipt, seconds) for so long from now instead of the queue's own
    /// time. One that cannot be told so comes back later than it could, and no worse: the refusal is only logged.
    pub(crate) async fn hide(&self, queue_url: &str, messages: &[(String, u32)]) {
        for batch in messages.chunks(BATCH_MAX) {
            let entry = |(index, (receipt, s)): (usize, &(String, u32))| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(receipt)
                    .visibility_timeout(i32::try_from(*s).unwrap_or(i32::MAX))
                    .build()
                    .map_err(|error: BuildError| error.to_string())
            };
            let entries: Result<Vec<_>, _> = batch.iter().enumerate().map(entry).collect();
            let refused = match entries {
                Ok(entries) => {
                    let call = self.client.change_message_visibility_batch().queue_url(queue_url);
                    match call.set_entries(Some(entries)).send().await {
                        Ok(answer) => answer.failed.first().map(|fail| fail.code.clone()),
                        Err(error) => Some(describe(&error)),
                    }
                }
                Err(error) => Some(error),
            };
            if let Some(error) = refused {
                tracing::warn!(error, "received messages come again later than they could");
            }
        }
    }

    /// Sends one batch; the entries that were not taken come back.
    async fn send_batch(
        &self,
        queue: QueueName,
        entries: Vec<SendMessageBatchRequestEntry>,
    ) -> Result<Vec<BatchResultErrorEntry>, QueueError> {
        let call = self.client.send_message_batch().queue_url(self.urls.of(queue));
        let sent = call.set_entries(Some(entries)).send().await.map_err(|error| refusal(&error))?;
        Ok(sent.failed)
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        messages.iter().try_for_each(|message| check_outgoing(queue, message))?;
        for batch in batches(messages) {
            let entries = entries(batch)?;
            let failed = self.send_batch(queue, entries.clone()).await?;
            if failed.is_empty() {
                continue;
            }
            let again = entries.into_iter().filter(|entry| failed.iter().any(|fail| fail.id == entry.id));
            let failed = self.send_batch(queue, again.collect()).await?;
            if let Some(fail) = failed.first() {
                return Err(entry_refusal(fail));
            }
        }
        Ok(())
    }
}

/// Splits at ten messages and before the batch would be too large; the order is kept.
fn batches(messages: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut batches: Vec<Vec<Outgoing>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        bytes += message.body.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_MAX && bytes <= BATCH_BYTES_MAX => batch.push(message),
            _ => {
                bytes = message.body.len();
                batches.push(vec![message]);
            }
        }
    }
    batches
}

fn entries(batch: Vec<Outgoing>) -> Result<Vec<SendMessageBatchRequestEntry>, QueueError> {
    let entry = |(index, message): (usize, Outgoing)| {
        SendMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .message_body(message.body)
            .set_message_group_id(message.group)
            .set_message_deduplication_id(message.dedup)
            .set_delay_seconds(i32::try_from(message.delay_s).ok().filter(|delay_s| *delay_s > 0))
            .build()
            .map_err(|error: BuildError| QueueError::Invalid(error.to_string()))
    };
    batch.into_iter().enumerate().map(entry).collect()
}

fn entry_refusal(fail: &BatchResultErrorEntry) -> QueueError {
    let text = format!("{}: {}", fail.code, fail.message.as_deref().unwrap_or_default());
    if fail.sender_fault { QueueError::Invalid(text) } else { QueueError::Unavailable(text) }
}

fn refusal(error: &SdkError<SendMessageBatchError>) -> QueueError {
    use SendMessageBatchError as E;
    match error.as_service_error() {
        Some(
            E::BatchEntryIdsNotDistinct(_)
            | E::BatchRequestTooLong(_)
            | E::EmptyBatchRequest(_)
            | E::InvalidBatchEntryId(_)
            | E::TooManyEntriesInBatchRequest(_)
            | E::UnsupportedOperation(_),
        ) => QueueError::Invalid(describe(error)),
        _ => QueueError::Unavailable(describe(error)),
    }
}

#[cfg(test)]
mod tests;
