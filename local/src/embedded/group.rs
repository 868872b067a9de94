//! One commit: the jobs of many handlers, each judged on its own, written together.

use super::codec;
use super::disk::{Disk, DiskError, Kind, dedup_key, expiry_key, record_key};
use super::message::{Death, Stored};
use patchbay_center::ports::table::TTL_ATTRIBUTE;
use patchbay_center::ports::{Item, Key, Outgoing, QueueName, TableError, Units, Write};
use patchbay_center::rules::queue::DEDUP_S;
use patchbay_center::rules::table::plan;
use patchbay_model::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Items that one sweep removes at the most.
pub const SWEEP_ITEMS_MAX: usize = 1_000;
/// Dead letters that one redrive sends again at the most.
pub const REDRIVE_MESSAGES_MAX: usize = 1_000;

/// The changes of one commit. A job sees what the jobs before it changed; one that fails leaves nothing.
pub(super) struct Group<'a> {
    disk: &'a Disk,
    /// Items that were read or changed, with whether they changed.
    items: HashMap<Key, (Option<Item>, bool)>,
    expiry: BTreeMap<Vec<u8>, bool>,
    records: BTreeMap<[u8; 10], Option<Vec<u8>>>,
    dedup: BTreeMap<[u8; 16], Timestamp>,
    deleted: HashSet<(QueueName, u64)>,
    /// Messages that can be received once this is committed.
    pub sent: Vec<(QueueName, u64, Stored)>,
    /// How many dead letters each queue gained or lost in a redrive.
    pub redriven: Vec<(QueueName, usize)>,
}

impl<'a> Group<'a> {
    pub(super) fn new(disk: &'a Disk) -> Group<'a> {
        Group {
            disk,
            items: HashMap::new(),
            expiry: BTreeMap::new(),
            records: BTreeMap::new(),
            dedup: BTreeMap::new(),
            deleted: HashSet::new(),
            sent: Vec::new(),
            redriven: Vec::new(),
        }
    }

    /// Writes that passed `check_writes`.
    pub(super) fn write(&mut self, writes: Vec<Write>) -> Result<Units, TableError> {
        let before = writes.iter().map(|write| self.item(write.key())).collect::<Result<Vec<_>, _>>();
        let plan = plan(writes, before.map_err(|error| TableError::Unavailable(error.to_string()))?)?;
        for (key, attributes) in plan.changes {
            let item = attributes.map(|attributes| Item { key: key.clone(), attributes });
            self.set_item(key, item);
        }
        Ok(plan.units)
    }

    /// Messages that passed `check_outgoing`. `next_number` counts on.
    pub(super) fn send(
        &mut self,
        queue: QueueName,
        messages: Vec<Outgoing>,
        now: Timestamp,
        next_number: &mut u64,
    ) -> Result<(), DiskError> {
        // Look before anything is noted, so that a failed look leaves nothing behind.
        let keys: Vec<_> =
            messages.iter().map(|message| message.dedup.as_deref().map(|id| dedup_key(queue, id))).collect();
        let mut known = HashMap::new();
        for key in keys.iter().flatten() {
            let first_sent = match self.dedup.get(key) {
                Some(at) => Some(*at),
                None => self.disk.first_sent(key)?,
            };
            known.insert(*key, first_sent.is_some_and(|at| now.since_ms(at) < DEDUP_S * 1000));
        }
        for (message, key) in messages.into_iter().zip(keys) {
            if let Some(key) = key {
                if known.insert(key, true) == Some(true) {
                    continue;
                }
                self.dedup.insert(key, now);
            }
            let stored = Stored {
                sent_at: now,
                visible_at: now.plus_s(i64::from(message.delay_s)),
                group: message.group.map(Into::into),
                body: message.body.into(),
                death: None,
            };
            self.add_message(queue, stored, next_number);
        }
        Ok(())
    }

    pub(super) fn delete_message(&mut self, queue: QueueName, number: u64) {
        self.deleted.insert((queue, number));
        self.records.insert(record_key(queue, Kind::Message, number), None);
        self.records.insert(record_key(queue, Kind::ReceiveCount, number), None);
    }

    /// Notes how often a message was received, for a start after a crash.
    pub(super) fn count_receipt(&mut self, queue: QueueName, number: u64, receive_count: u32) {
        if !self.deleted.contains(&(queue, number)) {
            let count = u8::try_from(receive_count).unwrap_or(u8::MAX);
            self.records.insert(record_key(queue, Kind::ReceiveCount, number), Some(vec![count]));
        }
    }

    /// Moves a message to the dead letters, in one with its deletion.
    pub(super) fn bury(&mut self, queue: QueueName, number: u64, death: Death) -> Result<(), DiskError> {
        if let Some(stored) = self.disk.message(queue, Kind::Message, number)? {
            self.delete_message(queue, number);
            let dead = Stored { death: Some(death), ..stored };
            self.records.insert(record_key(queue, Kind::Dead, number), Some(dead.bytes()));
        }
        Ok(())
    }

    /// Sends the oldest dead letters again, under their groups and in their order.
    pub(super) fn redrive(
        &mut self,
        queue: QueueName,
        now: Timestamp,
        next_number: &mut u64,
    ) -> Result<usize, DiskError> {
        let mut dead = Vec::new();
        self.disk.records(queue, Kind::Dead, |number, bytes| {
            dead.push((number, Stored::read(bytes)?));
            Ok(dead.len() < REDRIVE_MESSAGES_MAX)
        })?;
        // One that an earlier job of this commit sent again is on disk still.
        dead.retain(|(number, _)| {
            !matches!(self.records.get(&record_key(queue, Kind::Dead, *number)), Some(None))
        });
        let count = dead.len();
        for (number, stored) in dead {
            self.records.insert(record_key(queue, Kind::Dead, number), None);
            let again = Stored { visible_at: now, sent_at: now, death: None, ..stored };
            self.add_message(queue, again, next_number);
        }
        self.redriven.push((queue, count));
        Ok(count)
    }

    /// Removes items whose time to live is over, up to `SWEEP_ITEMS_MAX`; answers how many.
    pub(super) fn sweep(&mut self, now: Timestamp) -> Result<usize, DiskError> {
        let mut due = Vec::new();
        let end = expiry_key(now.seconds().saturating_add(1), &[]);
        for entry in self.disk.expiry.range(..end).take(SWEEP_ITEMS_MAX) {
            due.push(entry.key()?);
        }
        let mut swept = 0;
        for index_key in due {
            let key = codec::read_key(index_key.get(8..).unwrap_or_default())?;
            match self.item(&key)? {
                Some(item) if item.number(TTL_ATTRIBUTE).is_some_and(|at_s| at_s <= now.seconds()) => {
                    self.set_item(key, None);
                    swept += 1;
                }
                _ => {}
            }
            self.expiry.insert(index_key.to_vec(), false);
        }
        Ok(swept)
    }

    /// Writes everything. Nothing to write is fine.
    pub(super) fn commit(&mut self, durable: bool) -> Result<(), DiskError> {
        let mut batch = self.disk.batch();
        for (key, (item, changed)) in &self.items {
            let at = codec::key(&key.partition, &key.sort);
            match item {
                Some(item) if *changed => {
                    batch.insert(&self.disk.items, at, codec::attributes(&item.attributes))
                }
                None if *changed => batch.remove(&self.disk.items, at),
                _ => {}
            }
        }
        for (key, present) in &self.expiry {
            match present {
                true => batch.insert(&self.disk.expiry, key.as_slice(), []),
                false => batch.remove(&self.disk.expiry, key.as_slice()),
            }
        }
        for (key, value) in &self.records {
            match value {
                Some(value) => batch.insert(&self.disk.queues, key.as_slice(), value.as_slice()),
                None => batch.remove(&self.disk.queues, key.as_slice()),
            }
        }
        for (key, at) in &self.dedup {
            batch.insert(&self.disk.dedup, key.as_slice(), at.0.to_be_bytes());
        }
        self.disk.commit(batch, durable)
    }

    fn add_message(&mut self, queue: QueueName, stored: Stored, next_number: &mut u64) {
        let number = *next_number;
        *next_number += 1;
        self.records.insert(record_key(queue, Kind::Message, number), Some(stored.bytes()));
        self.sent.push((queue, number, stored));
    }

    fn item(&mut self, key: &Key) -> Result<Option<Item>, DiskError> {
        if let Some((item, _)) = self.items.get(key) {
            return Ok(item.clone());
        }
        let item = self.disk.item(key)?;
        self.items.insert(key.clone(), (item.clone(), false));
        Ok(item)
    }

    /// The item was read before: `write` and `sweep` look at what they change.
    fn set_item(&mut self, key: Key, item: Option<Item>) {
        let ttl = |item: &Option<Item>| item.as_ref().and_then(|item| item.number(TTL_ATTRIBUTE));
        let before = self.items.get(&key).and_then(|(item, _)| ttl(item));
        let after = ttl(&item);
        if before != after {
            let at = codec::key(&key.partition, &key.sort);
            if let Some(at_s) = before {
                self.expiry.insert(expiry_key(at_s, &at), false);
            }
            if let Some(at_s) = after {
                self.expiry.insert(expiry_key(at_s, &at), true);
            }
        }
        self.items.insert(key, (item, true));
    }
}
