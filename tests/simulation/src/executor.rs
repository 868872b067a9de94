//! One thread that polls one chosen handler at a time, and may drop it where it stands.

use patchbay_center::ports::QueueName;
use patchbay_model::Timestamp;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// What a handler was started for: a batch of a queue, by message ids, or an errand of somebody outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job<E> {
    Batch { queue: QueueName, ids: Vec<String> },
    Errand(E),
}

/// How it ended.
pub(crate) enum Done<A> {
    /// Ids of the messages to be delivered again.
    Batch(Vec<String>),
    Errand(A),
}

struct Running<E, A> {
    job: Job<E>,
    since: Timestamp,
    /// Until when it stands still.
    still_until: Timestamp,
    handler: Pin<Box<dyn Future<Output = Done<A>> + Send>>,
}

/// Handlers that have begun and not ended.
pub(crate) struct Executor<E, A> {
    running: Vec<Running<E, A>>,
}

impl<E, A> Executor<E, A> {
    pub fn new() -> Executor<E, A> {
        Executor { running: Vec::new() }
    }

    pub fn start(
        &mut self,
        job: Job<E>,
        since: Timestamp,
        handler: impl Future<Output = Done<A>> + Send + 'static,
    ) {
        self.running.push(Running { job, since, still_until: since, handler: Box::pin(handler) });
    }

    pub fn len(&self) -> usize {
        self.running.len()
    }

    pub fn jobs(&self) -> impl Iterator<Item = &Job<E>> {
        self.running.iter().map(|running| &running.job)
    }

    /// Since when a handler runs.
    pub fn since(&self, which: usize) -> Timestamp {
        self.running[which].since
    }

    /// The handlers that can go on.
    pub fn awake(&self, now: Timestamp) -> Vec<usize> {
        (0..self.running.len()).filter(|which| self.running[*which].still_until <= now).collect()
    }

    /// Has one handler stand still until then.
    pub fn stall(&mut self, which: usize, until: Timestamp) {
        self.running[which].still_until = until;
    }

    /// Lets one handler go on to its next call; what it was for and how it ended, if it did.
    pub fn poll(&mut self, which: usize) -> Option<(Job<E>, Done<A>)> {
        match self.running[which].handler.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => None,
            Poll::Ready(done) => Some((self.running.swap_remove(which).job, done)),
        }
    }

    /// Kills one handler where it stands.
    pub fn crash(&mut self, which: usize) -> Job<E> {
        self.running.swap_remove(which).job
    }
}

/// Runs a future to its end without letting anybody else run; `None` if it does not come to one.
pub(crate) fn now<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
    }
    None
}
