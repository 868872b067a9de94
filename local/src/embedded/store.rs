//! The store as its users hold it: `Table`, `Queue`, and the consumer's side of the queues.

use super::disk::{Disk, DiskError, Kind};
use super::lanes::Release;
use super::message::{DeadLetter, Depth, Receipt, Received, Stored, message_id};
use super::queues::{BODIES_BYTES_MAX, QueueOptions, Queues};
use super::writer::{self, Answer, Job, Settled};
use async_trait::async_trait;
use patchbay_center::capacity;
use patchbay_center::ports::{
    Consistency, Item, Key, Outgoing, Page, Query, Queue, QueueError, QueueName, Table, TableError, Units,
    World, Write,
};
use patchbay_center::rules::queue::check_outgoing;
use patchbay_center::rules::table::{PageBuilder, check_key, check_query, check_writes};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What a store may be told.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    pub queues: QueueOptions,
    /// Bytes of each queue's message bodies that stay in memory.
    pub bodies_bytes_max: usize,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        StoreOptions { queues: QueueOptions::default(), bodies_bytes_max: BODIES_BYTES_MAX }
    }
}

/// One open store; clones share it. The last one that goes away waits until everything is written.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    disk: Disk,
    queues: Arc<Queues>,
    world: Arc<dyn World>,
    /// `None` only while it is dropped.
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so.
            let _ = writer.join();
        }
    }
}

impl Store {
    /// Opens the store in the folder, making it when it is not there. A second process is refused.
    pub fn open(path: &Path, options: StoreOptions, world: Arc<dyn World>) -> Result<Store, DiskError> {
        let now = world.now();
        let disk = Disk::open(path, now)?;
        let (queues, last) = Queues::load(&disk, options.queues, options.bodies_bytes_max)?;
        let queues = Arc::new(queues);
        // Numbers name messages to handlers: they must not start over when the queues were empty.
        let next_number = (last + 1).max((now.0.max(0) as u64) << 20);
        let (jobs, waiting) = channel();
        let thread = {
            let (disk, queues) = (disk.clone(), queues.clone());
            std::thread::Builder::new()
                .name("store".into())
                .spawn(move || writer::run(&waiting, &disk, &queues, next_number))
        };
        let writer = thread.map_err(fjall::Error::from)?;
        Ok(Store(Arc::new(Inner { disk, queues, world, jobs: Some(jobs), writer: Some(writer) })))
    }

    /// Takes up to `count_max` messages and hides them for the visibility time. Messages that were received
    /// too often become dead letters on the way.
    pub fn receive(&self, queue: QueueName, count_max: usize) -> Result<Vec<Received>, QueueError> {
        let now = self.0.world.now();
        let (received, settled) =
            self.0.queues.receive(&self.0.disk, queue, count_max, now).map_err(queue_error)?;
        self.settle(settled);
        Ok(received)
    }

    /// Deletes received messages. A receipt that is out of date is passed over.
    pub fn delete(&self, receipts: &[Receipt]) {
        self.settle(self.0.queues.delete(receipts));
    }

    /// Hands a received message back, visible again after `delay_s` (SQS `ChangeMessageVisibility`).
    pub fn release(&self, receipt: Receipt, delay_s: u32, release: Release) {
        let now = self.0.world.now();
        let visible_at = now.plus_s(i64::from(delay_s));
        self.settle(self.0.queues.release(receipt, visible_at, release, now).into_iter().collect());
    }

    /// The oldest dead letters, up to `count_max`.
    pub async fn dead_letters(
        &self,
        queue: QueueName,
        count_max: usize,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        // Deaths are written without anybody waiting: wait for those so far.
        self.flush().await?;
        let mut letters = Vec::new();
        let read = self.0.disk.records(queue, Kind::Dead, |number, bytes| {
            if letters.len() < count_max {
                letters.extend(dead_letter(queue, number, Stored::read(bytes)?));
            }
            Ok(letters.len() < count_max)
        });
        read.map_err(queue_error)?;
        Ok(letters)
    }

    /// Sends the oldest dead letters again, up to `REDRIVE_MESSAGES_MAX`; answers how many.
    pub async fn redrive(&self, queue: QueueName) -> Result<usize, QueueError> {
        self.flush().await?;
        let now = self.0.world.now();
        self.ask(|answer| Job::Redrive { queue, now, answer }, QueueError::Unavailable).await
    }

    pub fn depth(&self, queue: QueueName) -> Depth {
        self.0.queues.depth(queue, self.0.world.now())
    }

    /// Removes items whose time to live is over, up to `SWEEP_ITEMS_MAX` at a call; answers how many.
    pub async fn sweep_expired(&self) -> Result<usize, TableError> {
        let now = self.0.world.now();
        self.ask(|answer| Job::Sweep { now, answer }, TableError::Unavailable).await
    }

    /// Resolves when everything that was done before is durable, what consumers did included.
    pub async fn flush(&self) -> Result<(), QueueError> {
        self.ask(|answer| Job::Flush { answer }, QueueError::Unavailable).await
    }

    pub(super) fn queues(&self) -> &Queues {
        &self.0.queues
    }

    pub(super) fn world(&self) -> &dyn World {
        &*self.0.world
    }

    fn settle(&self, settled: Vec<Settled>) {
        if !settled.is_empty()
            && let Some(jobs) = &self.0.jobs
        {
            // Without a writer nothing is durable any more, and every write says so.
            let _ = jobs.send(Job::Settle(settled));
        }
    }

    async fn ask<T, E>(
        &self,
        job: impl FnOnce(Answer<T, E>) -> Job,
        unavailable: fn(String) -> E,
    ) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        let sent = self.0.jobs.as_ref().map(|jobs| jobs.send(job(answer)));
        match sent {
            Some(Ok(())) => answered.await.unwrap_or_else(|_| Err(unavailable("the writer ended".into()))),
            _ => Err(unavailable("the writer ended".into())),
        }
    }
}

#[async_trait]
impl Table for Store {
    /// Reads are made in place: mostly from memory, at worst a block from disk.
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        check_key(key)?;
        let item = self.0.disk.item(key).map_err(table_error)?;
        let bytes = item.as_ref().map_or(0, |item| capacity::item_bytes(&item.key, &item.attributes));
        Ok((item, capacity::read(bytes, consistency)))
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        check_query(query)?;
        let mut page = PageBuilder::new(query);
        self.0.disk.range(query, |item| page.push(item)).map_err(table_error)?;
        Ok(page.finish())
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        check_writes(&writes)?;
        self.ask(|answer| Job::Write { writes, answer }, TableError::Unavailable).await
    }
}

#[async_trait]
impl Queue for Store {
    /// All of them or, when one breaks a rule, none.
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        messages.iter().try_for_each(|message| check_outgoing(queue, message))?;
        let now = self.0.world.now();
        self.ask(|answer| Job::Send { queue, messages, now, answer }, QueueError::Unavailable).await
    }
}

fn dead_letter(queue: QueueName, number: u64, stored: Stored) -> Option<DeadLetter> {
    let death = stored.death?;
    Some(DeadLetter {
        message_id: message_id(queue, number),
        body: stored.body,
        group: stored.group,
        sent_at: stored.sent_at,
        died_at: death.at,
        receive_count: death.receive_count,
        reason: death.reason,
    })
}

fn table_error(error: DiskError) -> TableError {
    TableError::Unavailable(error.to_string())
}

fn queue_error(error: DiskError) -> QueueError {
    QueueError::Unavailable(error.to_string())
}
