//! Messages that failed too often: put aside, until an operator looks at them.

use super::{QueueError, QueueName};
use async_trait::async_trait;
use patchbay_model::Timestamp;
use serde::Serialize;

/// One message that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    pub message_id: String,
    /// What the handler was given: it may hold a customer's words.
    pub body: String,
    pub group: Option<String>,
    pub sent_at: Timestamp,
    /// How often it was received: on SQS with every look since, which are receipts as well.
    pub receive_count: u32,
    /// What the handler said at last; SQS keeps none.
    pub reason: Option<String>,
}

/// What one call has sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Redriven {
    pub redriven: usize,
    /// As many as one call may: there can be others.
    pub more: bool,
}

/// The dead letters of our queues.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Up to `count_max` of a queue's, oldest first; on SQS of a group no more than one receipt gives.
    async fn list(&self, queue: QueueName, count_max: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// Sends the oldest again. Safe to repeat: every handler stands a message twice, late and out of order.
    async fn redrive(&self, queue: QueueName) -> Result<Redriven, QueueError>;
}
