//! The state of one queue that matters only while the process runs: who is in flight, what is visible when,
//! which group is free. Rebuilt from the messages on disk at a start. It knows no clock and no disk.
//!
//! Every message of a standard queue is free to go; those of a FIFO group go in order, and while one of them
//! is hidden (in flight, or waiting for its retry) its group stands still.

use super::message::{Death, Receipt, Stored};
use patchbay_center::ports::QueueName;
use patchbay_model::Timestamp;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// Room for messages that an empty queue keeps.
const SPARE_ENTRIES_MAX: usize = 4_096;

#[derive(Default)]
pub(super) struct Lanes {
    messages: HashMap<u64, Entry>,
    groups: HashMap<Arc<str>, Group>,
    /// What may be received, oldest first: visible messages of a standard queue, heads of free groups.
    ready: BTreeSet<u64>,
    hidden: BTreeSet<(Timestamp, u64)>,
    oldest: BTreeSet<(Timestamp, u64)>,
    in_flight: usize,
    body_bytes: usize,
}

struct Entry {
    group: Option<Arc<str>>,
    /// `None`: read it back from disk.
    body: Option<Arc<str>>,
    sent_at: Timestamp,
    hidden_until: Option<Timestamp>,
    in_flight: bool,
    attempt: u32,
    receive_count: u32,
    /// What the handler said at the last failure.
    reason: Option<Box<str>>,
}

#[derive(Default)]
struct Group {
    /// In the order of sending.
    numbers: VecDeque<u64>,
    hidden: usize,
}

/// A message that was taken.
pub(super) struct Taken {
    pub receipt: Receipt,
    pub group: Option<Arc<str>>,
    pub body: Option<Arc<str>>,
    pub receive_count: u32,
    pub sent_at: Timestamp,
}

/// Why a message goes back.
pub enum Release {
    /// Its handling failed; the reason goes with it into the dead-letter queue.
    Failed(String),
    /// It was not handled: this receipt does not count.
    Untouched,
}

impl Lanes {
    /// Takes in a message that is on disk; `bodies_max` is how many bytes of bodies may stay in memory.
    pub(super) fn insert(&mut self, number: u64, stored: Stored, receive_count: u32, bodies_max: usize) {
        let body = (self.body_bytes + stored.body.len() <= bodies_max).then_some(stored.body);
        self.body_bytes += body.as_ref().map_or(0, |body| body.len());
        let delayed = stored.visible_at > stored.sent_at;
        self.oldest.insert((stored.sent_at, number));
        if let Some(group) = &stored.group {
            self.groups.entry(group.clone()).or_default().numbers.push_back(number);
        }
        let entry = Entry {
            group: stored.group,
            body,
            sent_at: stored.sent_at,
            hidden_until: None,
            in_flight: false,
            attempt: 0,
            receive_count,
            reason: None,
        };
        self.messages.insert(number, entry);
        if delayed {
            self.hide(number, stored.visible_at);
        } else {
            self.refresh(number);
        }
    }

    /// Takes up to `count_max` visible messages and hides them until `hidden_until`. Those that were received
    /// `receive_count_max` times already leave the queue instead, as the second list.
    pub(super) fn take(
        &mut self,
        queue: QueueName,
        count_max: usize,
        receive_count_max: u32,
        now: Timestamp,
        hidden_until: Timestamp,
    ) -> (Vec<Taken>, Vec<(u64, Death)>) {
        self.reveal_due(now);
        let (mut taken, mut dead) = (Vec::new(), Vec::new());
        while taken.len() < count_max {
            let Some(&first) = self.ready.first() else { break };
            for number in self.run_of(first, count_max - taken.len()) {
                let Some(entry) = self.messages.get_mut(&number) else { continue };
                if entry.receive_count >= receive_count_max {
                    let reason = entry.reason.take().unwrap_or_default().into();
                    dead.push((number, Death { at: now, receive_count: entry.receive_count, reason }));
                    self.remove(number);
                    continue;
                }
                entry.attempt += 1;
                entry.receive_count += 1;
                entry.in_flight = true;
                taken.push(Taken {
                    receipt: Receipt { queue, number, attempt: entry.attempt },
                    group: entry.group.clone(),
                    body: entry.body.clone(),
                    receive_count: entry.receive_count,
                    sent_at: entry.sent_at,
                });
                self.in_flight += 1;
                self.hide(number, hidden_until);
            }
        }
        (taken, dead)
    }

    /// Deletes what the receipt stands for; false when it was deleted or received again since.
    pub(super) fn delete(&mut self, receipt: Receipt) -> bool {
        let is_current = self.current(receipt).is_some();
        if is_current {
            self.remove(receipt.number);
        }
        is_current
    }

    /// Hands a message back, visible from `visible_at`. Answers its receive count; `None` when the receipt is
    /// out of date.
    pub(super) fn release(
        &mut self,
        receipt: Receipt,
        visible_at: Timestamp,
        release: Release,
        now: Timestamp,
    ) -> Option<u32> {
        let entry = self.current(receipt)?;
        match release {
            Release::Failed(reason) => entry.reason = Some(reason.into()),
            Release::Untouched => entry.receive_count -= 1,
        }
        let receive_count = entry.receive_count;
        self.reveal(receipt.number);
        if visible_at > now {
            self.hide(receipt.number, visible_at);
        }
        Some(receive_count)
    }

    /// When the next hidden message comes back.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.hidden.first().map(|(at, _)| *at)
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(super) fn oldest_sent_at(&self) -> Option<Timestamp> {
        self.oldest.first().map(|(at, _)| *at)
    }

    /// The messages that go together: several of a group in order, or one of a standard queue.
    fn run_of(&self, first: u64, count_max: usize) -> Vec<u64> {
        match self.messages.get(&first).and_then(|entry| entry.group.as_ref()) {
            Some(group) => {
                let numbers = self.groups.get(group).map(|group| group.numbers.iter());
                numbers.into_iter().flatten().take(count_max).copied().collect()
            }
            None => vec![first],
        }
    }

    fn current(&mut self, receipt: Receipt) -> Option<&mut Entry> {
        self.messages.get_mut(&receipt.number).filter(|entry| entry.attempt == receipt.attempt)
    }

    fn reveal_due(&mut self, now: Timestamp) {
        while let Some(&(at, number)) = self.hidden.first()
            && at <= now
        {
            self.reveal(number);
        }
    }

    fn hide(&mut self, number: u64, until: Timestamp) {
        let Some(entry) = self.messages.get_mut(&number) else { return };
        entry.hidden_until = Some(until);
        self.hidden.insert((until, number));
        if let Some(group) = entry.group.as_ref().and_then(|group| self.groups.get_mut(group)) {
            group.hidden += 1;
        }
        self.refresh(number);
    }

    fn reveal(&mut self, number: u64) {
        let Some(entry) = self.messages.get_mut(&number) else { return };
        self.in_flight -= usize::from(std::mem::take(&mut entry.in_flight));
        let Some(until) = entry.hidden_until.take() else { return };
        self.hidden.remove(&(until, number));
        if let Some(group) = entry.group.as_ref().and_then(|group| self.groups.get_mut(group)) {
            group.hidden -= 1;
        }
        self.refresh(number);
    }

    fn remove(&mut self, number: u64) {
        self.reveal(number);
        let Some(entry) = self.messages.remove(&number) else { return };
        self.ready.remove(&number);
        self.oldest.remove(&(entry.sent_at, number));
        self.body_bytes -= entry.body.map_or(0, |body| body.len());
        if self.messages.is_empty() && self.messages.capacity() > SPARE_ENTRIES_MAX {
            // Give back what a backlog took.
            self.messages = HashMap::new();
            self.groups = HashMap::new();
            return;
        }
        let Some(name) = entry.group else { return };
        let Some(group) = self.groups.get_mut(&name) else { return };
        if let Ok(at) = group.numbers.binary_search(&number) {
            group.numbers.remove(at);
        }
        match group.numbers.front() {
            Some(&head) => self.refresh(head),
            None => {
                self.groups.remove(&name);
            }
        }
    }

    /// Brings `ready` up to date after something of this message, or of its group, changed.
    fn refresh(&mut self, number: u64) {
        let Some(entry) = self.messages.get(&number) else { return };
        let (head, free) = match entry.group.as_ref().and_then(|name| self.groups.get(name)) {
            Some(group) => (group.numbers.front().copied().unwrap_or(number), group.hidden == 0),
            None => (number, entry.hidden_until.is_none()),
        };
        if free {
            self.ready.insert(head);
        } else {
            self.ready.remove(&head);
        }
    }
}
