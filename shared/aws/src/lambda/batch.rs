//! SQS batches (AWS Lambda, "Using Lambda with Amazon SQS", "Implementing partial batch responses").

use futures_util::future::join_all;
use patchbay_center::command::Record;
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

/// Hands a batch to a queue's handler: groups beside each other, each in its order, what has no group as one. So one
/// customer's slow event holds up nobody else's.
pub async fn serve<F: Future<Output = Vec<String>>>(
    event: BatchEvent,
    handle: impl Fn(Vec<Record>) -> F,
) -> BatchResponse {
    let mut groups: BTreeMap<Option<String>, Vec<Record>> = BTreeMap::new();
    for record in event.records.into_iter().map(Record::from) {
        groups.entry(record.group.clone()).or_default().push(record);
    }
    let failed = join_all(groups.into_values().map(handle)).await;
    let failures = failed.into_iter().flatten().map(|item_identifier| ItemFailure { item_identifier });
    BatchResponse { batch_item_failures: failures.collect() }
}
