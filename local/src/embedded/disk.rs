//! The files: fjall's keyspaces, and what lies in each.
//!
//! | keyspace | key | value |
//! |---|---|---|
//! | `items` | partition and sort key | attributes |
//! | `expiry` | second of expiry, key of the item | – |
//! | `queues` | queue, kind of record, number of the message | message, receive count or dead letter |
//! | `dedup` | queue and digest of the deduplication id | when it was first sent |

use super::codec::{self, Damaged};
use super::message::Stored;
use fjall::compaction::filter::{
    CompactionFilter, CompactionFilterResult, Context, Factory, ItemAccessor, Verdict,
};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use patchbay_center::ports::{Item, Key, Query, QueueName};
use patchbay_center::rules::queue::DEDUP_S;
use patchbay_center::rules::table::bounds;
use patchbay_model::Timestamp;
use patchbay_model::id::digest16;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Bytes of blocks read from disk that stay in memory.
const CACHE_BYTES: u64 = 8 << 20;
/// Bytes of journal that a start reads again at the most: fjall allows no less.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;
/// Bytes of fresh writes that a keyspace holds in memory before it writes a sorted file.
const ITEMS_MEMORY_BYTES: u64 = 4 << 20;
const QUEUES_MEMORY_BYTES: u64 = 2 << 20;
const SMALL_MEMORY_BYTES: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    #[error("the store: {0}")]
    Io(#[from] fjall::Error),
    #[error("the store: {0}")]
    Damaged(#[from] Damaged),
}

/// Kinds of records in `queues`, in the order in which a start reads them.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Dead = b'd',
    Message = b'm',
    ReceiveCount = b'r',
}

#[derive(Clone)]
pub(super) struct Disk {
    db: Database,
    pub items: Keyspace,
    pub expiry: Keyspace,
    pub queues: Keyspace,
    pub dedup: Keyspace,
    /// The latest time the writer saw: compaction forgets deduplication ids by it.
    now_ms: Arc<AtomicI64>,
}

impl Disk {
    pub(super) fn open(path: &Path, now: Timestamp) -> Result<Disk, DiskError> {
        let now_ms = Arc::new(AtomicI64::new(now.0));
        let forget: Arc<dyn Factory> = Arc::new(ForgetExpired { now_ms: now_ms.clone() });
        let db = Database::builder(path)
            .cache_size(CACHE_BYTES)
            .max_journaling_size(JOURNAL_BYTES_MAX)
            .worker_threads(1)
            .manual_journal_persist(true)
            .with_compaction_filter_factories(Arc::new(move |name| (name == "dedup").then(|| forget.clone())))
            .open()?;
        let keyspace = |name, memory_bytes| {
            db.keyspace(name, || KeyspaceCreateOptions::default().max_memtable_size(memory_bytes))
        };
        Ok(Disk {
            items: keyspace("items", ITEMS_MEMORY_BYTES)?,
            expiry: keyspace("expiry", SMALL_MEMORY_BYTES)?,
            queues: keyspace("queues", QUEUES_MEMORY_BYTES)?,
            dedup: keyspace("dedup", SMALL_MEMORY_BYTES)?,
            now_ms,
            db,
        })
    }

    /// A set of changes that is written as one.
    pub(super) fn batch(&self) -> fjall::OwnedWriteBatch {
        self.db.batch()
    }

    /// Writes the changes: `durable` waits until they survive a power loss, otherwise they survive the end of
    /// the process.
    pub(super) fn commit(&self, batch: fjall::OwnedWriteBatch, durable: bool) -> Result<(), DiskError> {
        let mode = if durable { PersistMode::SyncData } else { PersistMode::Buffer };
        Ok(batch.durability(Some(mode)).commit()?)
    }

    pub(super) fn set_now(&self, now: Timestamp) {
        self.now_ms.store(now.0, Ordering::Relaxed);
    }

    pub(super) fn item(&self, key: &Key) -> Result<Option<Item>, DiskError> {
        match self.items.get(codec::key(&key.partition, &key.sort))? {
            Some(bytes) => Ok(Some(codec::item(key.clone(), &bytes)?)),
            None => Ok(None),
        }
    }

    /// The items of a query's range in its direction, until `take` has enough.
    pub(super) fn range(&self, query: &Query, mut take: impl FnMut(Item) -> bool) -> Result<(), DiskError> {
        let (from, to) = bounds(query);
        let in_partition = |sort: &str| codec::key(&query.partition, sort);
        let mut range = self.items.range::<Vec<u8>, (Bound<Vec<u8>>, Bound<Vec<u8>>)>((
            from.map(in_partition),
            to.map(in_partition),
        ));
        while let Some(entry) = if query.backwards { range.next_back() } else { range.next() } {
            let (key, value) = entry.into_inner()?;
            let sort = codec::sort_key(&query.partition, &key)?;
            if !take(codec::item(Key::new(&query.partition, sort), &value)?) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn message(
        &self,
        queue: QueueName,
        kind: Kind,
        number: u64,
    ) -> Result<Option<Stored>, DiskError> {
        match self.queues.get(record_key(queue, kind, number))? {
            Some(bytes) => Ok(Some(Stored::read(&bytes)?)),
            None => Ok(None),
        }
    }

    /// The records of one kind of a queue, oldest first, until `take` has enough.
    pub(super) fn records(
        &self,
        queue: QueueName,
        kind: Kind,
        mut take: impl FnMut(u64, &[u8]) -> Result<bool, Damaged>,
    ) -> Result<(), DiskError> {
        for entry in self.queues.prefix([queue_byte(queue), kind as u8]) {
            let (key, value) = entry.into_inner()?;
            let number = key.get(2..).and_then(|bytes| bytes.try_into().ok()).ok_or(Damaged)?;
            if !take(u64::from_be_bytes(number), &value)? {
                break;
            }
        }
        Ok(())
    }

    /// When a message with this deduplication id was first sent, as far as it is known.
    pub(super) fn first_sent(&self, dedup_key: &[u8]) -> Result<Option<Timestamp>, DiskError> {
        match self.dedup.get(dedup_key)? {
            Some(bytes) => Ok(Some(sent_at(&bytes).ok_or(Damaged)?)),
            None => Ok(None),
        }
    }
}

pub(super) fn record_key(queue: QueueName, kind: Kind, number: u64) -> [u8; 10] {
    let mut key = [queue_byte(queue), kind as u8, 0, 0, 0, 0, 0, 0, 0, 0];
    key[2..].copy_from_slice(&number.to_be_bytes());
    key
}

pub(super) fn dedup_key(queue: QueueName, id: &str) -> [u8; 16] {
    digest16(&[queue.as_str(), id])
}

/// Seconds first and big-endian, so that a sweep reads what expired from the front.
pub(super) fn expiry_key(at_s: i64, item_key: &[u8]) -> Vec<u8> {
    let mut key = (at_s.max(0) as u64).to_be_bytes().to_vec();
    key.extend_from_slice(item_key);
    key
}

fn queue_byte(queue: QueueName) -> u8 {
    match queue {
        QueueName::Inbound => b'i',
        QueueName::Routing => b'r',
        QueueName::Outbound => b'o',
    }
}

fn sent_at(value: &[u8]) -> Option<Timestamp> {
    value.try_into().ok().map(|bytes| Timestamp(i64::from_be_bytes(bytes)))
}

/// Drops deduplication ids whose five minutes are over whenever their files are merged.
struct ForgetExpired {
    now_ms: Arc<AtomicI64>,
}

impl Factory for ForgetExpired {
    fn name(&self) -> &str {
        "forget expired deduplication ids"
    }

    fn make_filter(&self, _: &Context) -> Box<dyn CompactionFilter> {
        let expired_before = Timestamp(self.now_ms.load(Ordering::Relaxed)).plus_s(-DEDUP_S);
        Box::new(Forget { expired_before })
    }
}

struct Forget {
    expired_before: Timestamp,
}

impl CompactionFilter for Forget {
    fn filter_item(&mut self, item: ItemAccessor<'_>, _: &Context) -> CompactionFilterResult {
        // An older version of the id that comes to light when this one goes is still older: expired as well.
        Ok(match sent_at(&item.value()?) {
            Some(at) if at < self.expired_before => Verdict::Destroy,
            _ => Verdict::Keep,
        })
    }
}
