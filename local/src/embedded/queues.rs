//! The queues in memory beside the messages on disk: what consumers take from.

use super::disk::{Disk, DiskError, Kind};
use super::lanes::{Lanes, Release};
use super::message::{Death, Depth, Receipt, Received, Stored, message_id};
use super::writer::Settled;
use patchbay_center::budget::{RECEIVE_COUNT_MAX, VISIBILITY_S};
use patchbay_center::ports::QueueName;
use patchbay_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Bytes of one queue's message bodies that stay in memory; a longer backlog is read back from disk.
pub const BODIES_BYTES_MAX: usize = 8 << 20;
/// Bytes of a failure's reason that go with a dead letter.
pub const REASON_BYTES_MAX: usize = 1_024;

/// How a queue treats messages that are not deleted.
#[derive(Clone, Copy, Debug)]
pub struct QueueOptions {
    /// Seconds that a received message stays hidden unless it is deleted or released.
    pub visibility_s: u32,
    /// Receipts after which a message becomes a dead letter (SQS `maxReceiveCount`).
    pub receive_count_max: u32,
}

impl Default for QueueOptions {
    fn default() -> QueueOptions {
        QueueOptions { visibility_s: VISIBILITY_S, receive_count_max: RECEIVE_COUNT_MAX }
    }
}

pub(super) struct Queues {
    options: QueueOptions,
    bodies_bytes_max: usize,
    queues: [Live; QueueName::ALL.len()],
}

#[derive(Default)]
struct Live {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    lanes: Lanes,
    dead: usize,
}

impl Queues {
    /// Reads what is on disk. Also answers the highest number of a message.
    pub(super) fn load(
        disk: &Disk,
        options: QueueOptions,
        bodies_bytes_max: usize,
    ) -> Result<(Queues, u64), DiskError> {
        let queues = Queues { options, bodies_bytes_max, queues: Default::default() };
        let mut last = 0;
        for queue in QueueName::ALL {
            let mut state = queues.state(queue);
            disk.records(queue, Kind::Dead, |number, _| {
                last = last.max(number);
                state.dead += 1;
                Ok(true)
            })?;
            let mut counts = BTreeMap::new();
            disk.records(queue, Kind::ReceiveCount, |number, bytes| {
                counts.insert(number, u32::from(bytes.first().copied().unwrap_or(0)));
                Ok(true)
            })?;
            disk.records(queue, Kind::Message, |number, bytes| {
                last = last.max(number);
                let receive_count = counts.get(&number).copied().unwrap_or(0);
                state.lanes.insert(number, Stored::read(bytes)?, receive_count, bodies_bytes_max);
                Ok(true)
            })?;
        }
        Ok((queues, last))
    }

    /// What a commit brought: new messages, and dead letters sent again.
    pub(super) fn take_in(&self, sent: Vec<(QueueName, u64, Stored)>, redriven: &[(QueueName, usize)]) {
        for (queue, count) in redriven {
            let mut state = self.state(*queue);
            state.dead = state.dead.saturating_sub(*count);
        }
        let mut by_queue: BTreeMap<QueueName, Vec<(u64, Stored)>> = BTreeMap::new();
        for (queue, number, stored) in sent {
            by_queue.entry(queue).or_default().push((number, stored));
        }
        for (queue, messages) in by_queue {
            let mut state = self.state(queue);
            for (number, stored) in messages {
                state.lanes.insert(number, stored, 0, self.bodies_bytes_max);
            }
            drop(state);
            self.wake(queue);
        }
    }

    /// Takes visible messages. The second list is for the writer.
    pub(super) fn receive(
        &self,
        disk: &Disk,
        queue: QueueName,
        count_max: usize,
        now: Timestamp,
    ) -> Result<(Vec<Received>, Vec<Settled>), DiskError> {
        let hidden_until = now.plus_s(i64::from(self.options.visibility_s));
        let mut state = self.state(queue);
        let (taken, dead) =
            state.lanes.take(queue, count_max, self.options.receive_count_max, now, hidden_until);
        state.dead += dead.len();
        drop(state);

        let mut received = Vec::with_capacity(taken.len());
        let mut settled: Vec<Settled> =
            dead.into_iter().map(|(number, death)| died(queue, number, death)).collect();
        for taken in taken {
            let number = taken.receipt.number;
            let body = match taken.body {
                Some(body) => body,
                None => match disk.message(queue, Kind::Message, number)? {
                    Some(stored) => stored.body,
                    // Another consumer deleted it after its time was over.
                    None => continue,
                },
            };
            settled.push(Settled::Received { queue, number, receive_count: taken.receive_count });
            received.push(Received {
                receipt: taken.receipt,
                message_id: message_id(queue, number),
                body,
                group: taken.group,
                receive_count: taken.receive_count,
                sent_at: taken.sent_at,
            });
        }
        Ok((received, settled))
    }

    pub(super) fn delete(&self, receipts: &[Receipt]) -> Vec<Settled> {
        let mut settled = Vec::with_capacity(receipts.len());
        for receipt in receipts {
            if self.state(receipt.queue).lanes.delete(*receipt) {
                settled.push(Settled::Deleted { queue: receipt.queue, number: receipt.number });
                self.wake(receipt.queue);
            }
        }
        settled
    }

    pub(super) fn release(
        &self,
        receipt: Receipt,
        visible_at: Timestamp,
        release: Release,
        now: Timestamp,
    ) -> Option<Settled> {
        let Receipt { queue, number, .. } = receipt;
        let release = match release {
            Release::Failed(mut reason) => {
                reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
                Release::Failed(reason)
            }
            Release::Untouched => Release::Untouched,
        };
        let receive_count = self.state(queue).lanes.release(receipt, visible_at, release, now)?;
        self.wake(queue);
        Some(Settled::Received { queue, number, receive_count })
    }

    pub(super) fn depth(&self, queue: QueueName, now: Timestamp) -> Depth {
        let state = self.state(queue);
        Depth {
            messages: state.lanes.len(),
            in_flight: state.lanes.in_flight(),
            dead: state.dead,
            oldest_age_ms: state.lanes.oldest_sent_at().map_or(0, |at| now.since_ms(at).max(0)),
        }
    }

    pub(super) fn next_due(&self, queue: QueueName) -> Option<Timestamp> {
        self.state(queue).lanes.next_due()
    }

    /// Resolves when something of the queue changed since the last call resolved: one waiter only.
    pub(super) async fn changed(&self, queue: QueueName) {
        self.live(queue).changed.notified().await;
    }

    pub(super) fn wake(&self, queue: QueueName) {
        self.live(queue).changed.notify_one();
    }

    fn live(&self, queue: QueueName) -> &Live {
        &self.queues[queue as usize]
    }

    fn state(&self, queue: QueueName) -> MutexGuard<'_, State> {
        // Nothing in here panics between two changes that belong together.
        self.live(queue).state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn died(queue: QueueName, number: u64, death: Death) -> Settled {
    Settled::Died { queue, number, death }
}
