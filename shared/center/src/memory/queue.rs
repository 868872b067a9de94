//! `Queue` that records what was sent; whoever tests a handler hands the messages on.

use super::lock;
use crate::ports::{Outgoing, Queue, QueueError, QueueName};
use crate::rules::queue::check_outgoing;
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemoryQueue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    sent: BTreeMap<QueueName, Vec<Outgoing>>,
    seen: BTreeSet<(QueueName, String)>,
}

impl MemoryQueue {
    pub fn new() -> MemoryQueue {
        MemoryQueue::default()
    }

    /// What was sent and not yet taken, in the order of sending.
    pub fn sent(&self, queue: QueueName) -> Vec<Outgoing> {
        lock(&self.0).sent.get(&queue).cloned().unwrap_or_default()
    }

    /// Takes what was sent. Deduplication ids stay known.
    pub fn take(&self, queue: QueueName) -> Vec<Outgoing> {
        lock(&self.0).sent.remove(&queue).unwrap_or_default()
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    /// Without a clock the five minutes of deduplication never pass. As in SQS, the messages before a refused
    /// one of the same call have been sent.
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let mut state = lock(&self.0);
        for message in messages {
            check_outgoing(queue, &message)?;
            let is_new = message.dedup.clone().is_none_or(|id| state.seen.insert((queue, id)));
            if is_new {
                state.sent.entry(queue).or_default().push(message);
            }
        }
        Ok(())
    }
}
