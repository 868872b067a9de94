//! SQS batches (AWS Lambda, "Using Lambda with Amazon SQS", "Implementing partial batch responses").

use crate::queue::SqsQueue;
use futures_util::future::join_all;
use patchbay_center::budget::{RECEIVE_COUNT_MAX, backoff_s};
use patchbay_center::command::Record;
use patchbay_center::ports::QueueName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::Future;

/// Messages of one queue, in its order.
#[derive(Debug, Deserialize)]
pub struct BatchEvent {
    #[serde(rename = "Records")]
    pub records: Vec<BatchRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRecord {
    pub message_id: String,
    /// Of this receipt: what the message is hidden by.
    pub receipt_handle: String,
    pub body: String,
    pub attributes: RecordAttributes,
}

/// All attributes are texts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecordAttributes {
    pub approximate_receive_count: String,
    /// FIFO queues only.
    #[serde(default)]
    pub message_group_id: Option<String>,
}

/// What failed, and so comes again; an empty list is a success.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    pub batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    pub item_identifier: String,
}

impl From<BatchRecord> for Record {
    fn from(record: BatchRecord) -> Record {
        Record {
            message_id: record.message_id,
            group: record.attributes.message_group_id,
            body: record.body,
            // A count that does not read is of no known attempt: the first.
            receive_count: record.attributes.approximate_receive_count.parse().unwrap_or(1),
        }
    }
}

/// Hands a batch to a queue's handler. What failed comes again after `backoff_s`: the event source would leave it hidden
/// for the queue's whole visibility time.
pub async fn serve<F: Future<Output = Vec<String>>>(
    source: (&SqsQueue, QueueName),
    event: BatchEvent,
    handle: impl Fn(Vec<Record>) -> F,
) -> BatchResponse {
    let mut receipts = BTreeMap::new();
    let mut records = Vec::with_capacity(event.records.len());
    for received in event.records {
        let receipt = received.receipt_handle.clone();
        let record = Record::from(received);
        receipts.insert(record.message_id.clone(), (receipt, hidden_s(record.receive_count)));
        records.push(record);
    }
    let response = in_groups(records, handle).await;
    let failed = response.batch_item_failures.iter().map(|failure| &failure.item_identifier);
    let hidden = failed.filter_map(|id| receipts.get(id).cloned());
    let (queue, name) = source;
    queue.hide(queue.url(name), &hidden.collect::<Vec<_>>()).await;
    response
}

/// After the last try there is nothing to wait for: at its next receipt it becomes a dead letter.
pub(super) fn hidden_s(receive_count: u32) -> u32 {
    if receive_count < RECEIVE_COUNT_MAX { backoff_s(receive_count) } else { 0 }
}

/// Groups beside each other, each in its order, what has no group as one. So one customer's slow event holds up nobody
/// else's.
async fn in_groups<F: Future<Output = Vec<String>>>(
    records: Vec<Record>,
    handle: impl Fn(Vec<Record>) -> F,
) -> BatchResponse {
    let mut groups: BTreeMap<Option<String>, Vec<Record>> = BTreeMap::new();
    for record in records {
        groups.entry(record.group.clone()).or_default().push(record);
    }
    let failed = join_all(groups.into_values().map(handle)).await;
    let failures = failed.into_iter().flatten().map(|item_identifier| ItemFailure { item_identifier });
    BatchResponse { batch_item_failures: failures.collect() }
}
