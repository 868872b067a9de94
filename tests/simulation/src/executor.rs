//! One thread that polls one chosen handler at a time, and may drop it where it stands.

use patchbay_center::ports::QueueName;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// What a handler was started for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// A batch of a queue, by message ids.
    Batch { queue: QueueName, ids: Vec<String> },
    /// What this agent's client wants done.
    Agent(usize),
}

/// How it ended.
pub(crate) enum Done {
    /// Ids of the messages to be delivered again.
    Batch(Vec<String>),
    /// Whether the client has its answer, or must ask again.
    Agent { answered: bool },
}

type Handler = Pin<Box<dyn Future<Output = Done> + Send>>;

/// Handlers that have begun and not ended.
#[derive(Default)]
pub(crate) struct Executor {
    running: Vec<(Job, Handler)>,
}

impl Executor {
    pub fn start(&mut self, job: Job, handler: impl Future<Output = Done> + Send + 'static) {
        self.running.push((job, Box::pin(handler)));
    }

    pub fn len(&self) -> usize {
        self.running.len()
    }

    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.running.iter().map(|(job, _)| job)
    }

    /// Lets one handler go on to its next call; what it was for and how it ended, if it did.
    pub fn poll(&mut self, which: usize) -> Option<(Job, Done)> {
        let (_, handler) = &mut self.running[which];
        match handler.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => None,
            Poll::Ready(done) => Some((self.running.swap_remove(which).0, done)),
        }
    }

    /// Kills one handler where it stands.
    pub fn crash(&mut self, which: usize) -> Job {
        self.running.swap_remove(which).0
    }
}
