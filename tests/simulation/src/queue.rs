//! Queues with SQS's bad manners: duplicates, any order where none is promised, messages that become visible
//! while their handler still runs.

use crate::faults::Fault;
use crate::world::{SimWorld, lock, yield_point};
use async_trait::async_trait;
use patchbay_center::command::Record;
use patchbay_center::ports::queue::BATCH_MAX;
use patchbay_center::ports::{Outgoing, Queue, QueueError, QueueName, World};
use patchbay_center::rules::queue::{DEDUP_S, check_outgoing};
use patchbay_model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// For how long a batch belongs to its handler.
const VISIBILITY_S: i64 = 30;
/// After how long a message that failed comes again, at first; doubled each time up to `VISIBILITY_S`.
const BACKOFF_S: i64 = 1;

struct Message {
    id: u64,
    body: String,
    group: Option<String>,
    visible_at: Timestamp,
    receive_count: u32,
}

#[derive(Default)]
struct State {
    next: u64,
    messages: BTreeMap<QueueName, Vec<Message>>,
    seen: BTreeMap<(QueueName, String), Timestamp>,
}

pub(crate) struct SimQueue {
    world: Arc<SimWorld>,
    state: Mutex<State>,
}

impl SimQueue {
    pub fn new(world: Arc<SimWorld>) -> SimQueue {
        SimQueue { world, state: Mutex::default() }
    }

    fn put(&self, queue: QueueName, messages: &[Outgoing]) -> Result<(), QueueError> {
        let now = self.world.now();
        let state = &mut *lock(&self.state);
        for message in messages {
            check_outgoing(queue, message)?;
            if let Some(dedup) = &message.dedup {
                let known = state.seen.get(&(queue, dedup.clone()));
                if known.is_some_and(|at| now.since_ms(*at) < DEDUP_S * 1000) {
                    continue;
                }
                state.seen.insert((queue, dedup.clone()), now);
            }
            let copies = 1 + u64::from(!queue.is_fifo() && self.world.chance(|faults| faults.duplicate));
            for _ in 0..copies {
                state.next += 1;
                state.messages.entry(queue).or_default().push(Message {
                    id: state.next,
                    body: message.body.clone(),
                    group: message.group.clone(),
                    visible_at: now.plus_s(i64::from(message.delay_s)),
                    receive_count: 0,
                });
            }
        }
        Ok(())
    }

    /// A batch that a handler may have now: on a FIFO queue of groups of which nothing is in flight, in order;
    /// on a standard queue anything.
    pub fn receive(&self, queue: QueueName) -> Vec<Record> {
        let now = self.world.now();
        let state = &mut *lock(&self.state);
        let messages = state.messages.entry(queue).or_default();
        let mut blocked: Vec<String> = Vec::new();
        let mut chosen: Vec<usize> = Vec::new();
        for (position, message) in messages.iter().enumerate() {
            let visible = message.visible_at <= now;
            match &message.group {
                Some(group) if blocked.contains(group) => {}
                Some(group) if !visible => blocked.push(group.clone()),
                _ if visible => chosen.push(position),
                _ => {}
            }
        }
        if !queue.is_fifo() {
            self.world.dice(|rng| rng.shuffle(&mut chosen));
        }
        chosen.truncate(self.world.dice(|rng| rng.usize(1..=BATCH_MAX)));
        chosen
            .into_iter()
            .map(|position| {
                let message = &mut messages[position];
                message.visible_at = now.plus_s(VISIBILITY_S);
                message.receive_count += 1;
                Record {
                    message_id: message.id.to_string(),
                    group: message.group.clone(),
                    body: message.body.clone(),
                    receive_count: message.receive_count,
                }
            })
            .collect()
    }

    /// A handler has finished with a batch: what it did not report is deleted.
    pub fn finish(&self, queue: QueueName, batch: &[String], failed: &[String]) {
        let now = self.world.now();
        let state = &mut *lock(&self.state);
        let messages = state.messages.entry(queue).or_default();
        messages.retain(|message| {
            let id = message.id.to_string();
            !batch.contains(&id) || failed.contains(&id)
        });
        for message in messages.iter_mut().filter(|message| failed.contains(&message.id.to_string())) {
            let backoff = BACKOFF_S << message.receive_count.min(5);
            message.visible_at = now.plus_s(backoff.min(VISIBILITY_S));
        }
    }

    /// A batch comes back although its handler still runs.
    pub fn reappear(&self, queue: QueueName, batch: &[String]) {
        let now = self.world.now();
        let state = &mut *lock(&self.state);
        for message in state.messages.entry(queue).or_default() {
            if batch.contains(&message.id.to_string()) {
                message.visible_at = now;
            }
        }
    }

    /// When the next message can be received: of a group, its first.
    pub fn next_due(&self) -> Option<Timestamp> {
        let state = lock(&self.state);
        let mut groups = BTreeSet::new();
        let messages = state.messages.values().flatten();
        let firsts =
            messages.filter(|message| message.group.as_ref().is_none_or(|group| groups.insert(group)));
        firsts.map(|message| message.visible_at).min()
    }

    /// The most often that a message which is still there was received.
    pub fn most_received(&self) -> u32 {
        let state = lock(&self.state);
        state.messages.values().flatten().map(|message| message.receive_count).max().unwrap_or(0)
    }
}

#[async_trait]
impl Queue for SimQueue {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        yield_point().await;
        let lost = || Err(QueueError::Unavailable("the simulation says so".into()));
        match self.world.fault() {
            Some(Fault::Before) => return lost(),
            Some(Fault::After) => {
                // Some of the batches may have gone out.
                let sent = self.world.dice(|rng| rng.usize(0..=messages.len()));
                self.put(queue, &messages[..sent])?;
                return lost();
            }
            None => self.put(queue, &messages)?,
        }
        yield_point().await;
        Ok(())
    }
}
