//! The event-source mapping: hands a queue's messages to a handler as Lambda does, batch by batch.
//!
//! Batches run beside each other; those of one FIFO group never do. A handler names the messages that failed
//! (`batchItemFailures`), the others are deleted; a handler that errs or panics has failed them all. What
//! failed is tried again after `backoff_s`, until it was received too often and becomes a dead letter.

use super::lanes::Release;
use super::message::Received;
use super::store::Store;
use patchbay_center::budget::backoff_s;
use patchbay_center::ports::QueueName;
use patchbay_model::Timestamp;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

/// Messages of one batch at the most (SQS `ReceiveMessage`).
pub const BATCH_MESSAGES_MAX: usize = 10;
/// Milliseconds after which a sleeping poller looks again, so that a clock that was set is noticed.
const LOOK_AGAIN_MS_MAX: i64 = 5_000;

/// How many messages go at a time.
#[derive(Clone, Copy, Debug)]
pub struct PollerOptions {
    /// Messages of a batch, at most `BATCH_MESSAGES_MAX`.
    pub batch_max: usize,
    /// Batches in flight at a time.
    pub concurrency_max: usize,
}

impl Default for PollerOptions {
    fn default() -> PollerOptions {
        PollerOptions { batch_max: BATCH_MESSAGES_MAX, concurrency_max: 64 }
    }
}

/// One message of a batch, as a handler sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub message_id: String,
    pub body: Arc<str>,
    pub group: Option<Arc<str>>,
    /// How often it was received, this time included.
    pub receive_count: u32,
    pub sent_at: Timestamp,
}

/// A running poller. Dropped without `stop`, it ends after the batch it waits for; batches in flight go on.
pub struct Poller {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Poller {
    /// Starts on the current tokio runtime. One poller per queue.
    pub fn start<H, F>(store: Store, queue: QueueName, options: PollerOptions, handler: H) -> Poller
    where
        H: Fn(Vec<Record>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Vec<String>, anyhow::Error>> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(poll(store, queue, options, Arc::new(handler), stopped));
        Poller { stop, running }
    }

    /// Takes no more messages and waits for the batches in flight.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.running.await {
            tracing::error!(%error, "a poller broke off");
        }
    }
}

async fn poll<H, F>(
    store: Store,
    queue: QueueName,
    options: PollerOptions,
    handler: Arc<H>,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Vec<Record>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<String>, anyhow::Error>> + Send + 'static,
{
    let permits = u32::try_from(options.concurrency_max.max(1)).unwrap_or(u32::MAX);
    let slots = Arc::new(Semaphore::new(permits as usize));
    let batch_max = options.batch_max.clamp(1, BATCH_MESSAGES_MAX);
    while !*stopped.borrow() {
        let Ok(slot) = slots.clone().acquire_owned().await else { break };
        // It may have been told while it waited.
        if *stopped.borrow() {
            break;
        }
        match store.receive(queue, batch_max) {
            Ok(batch) if !batch.is_empty() => {
                tokio::spawn(run_batch(store.clone(), queue, handler.clone(), batch, slot));
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, queue = queue.as_str(), "no messages received"),
        }
        drop(slot);
        tokio::select! {
            () = store.queues().changed(queue) => {}
            () = tokio::time::sleep(until_due(&store, queue)) => {}
            _ = stopped.changed() => break,
        }
    }
    // Every slot free: every batch is done.
    let _ = slots.acquire_many(permits).await;
}

fn until_due(store: &Store, queue: QueueName) -> Duration {
    let due = store.queues().next_due(queue);
    let wait_ms = due.map_or(LOOK_AGAIN_MS_MAX, |at| at.since_ms(store.world().now()));
    Duration::from_millis(wait_ms.clamp(1, LOOK_AGAIN_MS_MAX) as u64)
}

async fn run_batch<H, F>(
    store: Store,
    queue: QueueName,
    handler: Arc<H>,
    batch: Vec<Received>,
    _slot: OwnedSemaphorePermit,
) where
    H: Fn(Vec<Record>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<String>, anyhow::Error>> + Send + 'static,
{
    let records: Vec<Record> = batch.iter().map(record).collect();
    // In a task of its own, so that a panic ends the batch and not the poller.
    let failed = match tokio::spawn(async move { handler(records).await }).await {
        Ok(Ok(failed)) => named(&batch, failed),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(error) => Err(format!("the handler broke off: {error}")),
    };
    if let Err(reason) = &failed {
        tracing::error!(reason, queue = queue.as_str(), messages = batch.len(), "a batch failed");
    }
    settle(&store, batch, failed);
}

/// The failed ids; an id that is not of the batch fails the whole, as in Lambda.
fn named(batch: &[Received], failed: Vec<String>) -> Result<BTreeSet<String>, String> {
    match failed.iter().find(|id| batch.iter().all(|received| received.message_id != **id)) {
        Some(id) => Err(format!("the handler named {id:?}, which is not in the batch")),
        None => Ok(failed.into_iter().collect()),
    }
}

fn settle(store: &Store, batch: Vec<Received>, failed: Result<BTreeSet<String>, String>) {
    let mut done = Vec::with_capacity(batch.len());
    let mut blocked: BTreeSet<Arc<str>> = BTreeSet::new();
    for received in batch {
        let reason = match &failed {
            Err(reason) => Some(reason.clone()),
            Ok(ids) => ids.contains(&received.message_id).then(|| "named as failed".to_owned()),
        };
        let is_behind_failed = received.group.as_ref().is_some_and(|group| blocked.contains(group));
        match reason {
            Some(reason) => {
                store.release(received.receipt, backoff_s(received.receive_count), Release::Failed(reason));
                blocked.extend(received.group);
            }
            // Its order would be lost if it counted as handled; its turn comes after the failed one's.
            None if is_behind_failed => store.release(received.receipt, 0, Release::Untouched),
            None => done.push(received.receipt),
        }
    }
    store.delete(&done);
}

fn record(received: &Received) -> Record {
    Record {
        message_id: received.message_id.clone(),
        body: received.body.clone(),
        group: received.group.clone(),
        receive_count: received.receive_count,
        sent_at: received.sent_at,
    }
}
