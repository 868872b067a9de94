//! Queues with SQS's rules.

use async_trait::async_trait;

/// Our queues. `inbound` and `outbound` are FIFO, `routing` is standard (delays, no order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    Inbound,
    Routing,
    Outbound,
}

impl QueueName {
    pub const ALL: [QueueName; 3] = [QueueName::Inbound, QueueName::Routing, QueueName::Outbound];

    pub fn as_str(self) -> &'static str {
        match self {
            QueueName::Inbound => "inbound",
            QueueName::Routing => "routing",
            QueueName::Outbound => "outbound",
        }
    }

    pub fn is_fifo(self) -> bool {
        !matches!(self, QueueName::Routing)
    }
}

/// Seconds that a message of a standard queue may be delayed.
pub const DELAY_S_MAX: u32 = 900;
/// Entries of one `SendMessageBatch` call.
pub const BATCH_MAX: usize = 10;
/// Characters of a group id and of a deduplication id.
pub const GROUP_CHARS_MAX: usize = 128;

/// One message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub body: String,
    /// FIFO: messages of one group are handled in order, one batch at a time.
    pub group: Option<String>,
    /// FIFO: a second message with this id within 5 minutes is accepted and dropped.
    pub dedup: Option<String>,
    /// Standard queues only; at most `DELAY_S_MAX`.
    pub delay_s: u32,
}

impl Outgoing {
    pub fn fifo(body: String, group: String, dedup: String) -> Outgoing {
        Outgoing { body, group: Some(group), dedup: Some(dedup), delay_s: 0 }
    }

    pub fn after_s(body: String, delay_s: u32) -> Outgoing {
        Outgoing { body, group: None, dedup: None, delay_s }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// It breaks one of SQS's rules: the caller's mistake.
    #[error("refused: {0}")]
    Invalid(String),
    /// It may or may not have been sent.
    #[error("the queue did not answer: {0}")]
    Unavailable(String),
}

#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends all messages, in batches of `BATCH_MAX`. On an error some may have been sent: send all again.
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError>;
}
