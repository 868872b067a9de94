//! The one thread that writes: it takes every job that waits, commits them together, then answers all.
//!
//! No timer: while a commit waits for the disk the next jobs gather, so that the size of a commit follows the
//! load by itself.

use super::disk::{Disk, DiskError};
use super::group::Group;
use super::message::Death;
use super::queues::Queues;
use patchbay_center::ports::{Outgoing, QueueError, QueueName, TableError, Units, Write};
use patchbay_model::Timestamp;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// Jobs of one commit at the most.
const COMMIT_JOBS_MAX: usize = 4_096;

pub(super) type Answer<T, E> = oneshot::Sender<Result<T, E>>;

pub(super) enum Job {
    Write {
        writes: Vec<Write>,
        answer: Answer<Units, TableError>,
    },
    Send {
        queue: QueueName,
        messages: Vec<Outgoing>,
        now: Timestamp,
        answer: Answer<(), QueueError>,
    },
    Sweep {
        now: Timestamp,
        answer: Answer<usize, TableError>,
    },
    Redrive {
        queue: QueueName,
        now: Timestamp,
        answer: Answer<usize, QueueError>,
    },
    /// Answered when everything before it is durable.
    Flush {
        answer: Answer<(), QueueError>,
    },
    /// What consumers did with messages. Nobody waits for it: what is lost of it in a power loss comes back as a
    /// redelivery.
    Settle(Vec<Settled>),
}

pub(super) enum Settled {
    Received { queue: QueueName, number: u64, receive_count: u32 },
    Deleted { queue: QueueName, number: u64 },
    Died { queue: QueueName, number: u64, death: Death },
}

/// Runs until every sender of jobs is gone.
pub(super) fn run(jobs: &Receiver<Job>, disk: &Disk, queues: &Arc<Queues>, mut next_number: u64) {
    while let Ok(first) = jobs.recv() {
        let mut group = Group::new(disk);
        let mut answers = Vec::new();
        let mut durable = false;
        for job in std::iter::once(first).chain(jobs.try_iter().take(COMMIT_JOBS_MAX - 1)) {
            durable |= !matches!(job, Job::Settle(_));
            answers.extend(apply(&mut group, job, disk, &mut next_number));
        }
        let committed = group.commit(durable).inspect_err(|error| tracing::error!(%error, "no commit"));
        if committed.is_ok() {
            queues.take_in(group.sent, &group.redriven);
        }
        for answer in answers {
            answer(&committed);
        }
    }
}

/// Tells the caller how its job went, given how the commit went.
type Tell = Box<dyn FnOnce(&Result<(), DiskError>)>;

fn apply(group: &mut Group<'_>, job: Job, disk: &Disk, next_number: &mut u64) -> Option<Tell> {
    match job {
        Job::Write { writes, answer } => Some(tell(answer, group.write(writes), TableError::Unavailable)),
        Job::Send { queue, messages, now, answer } => {
            disk.set_now(now);
            let sent = group.send(queue, messages, now, next_number);
            Some(tell(answer, sent.map_err(queue_error), QueueError::Unavailable))
        }
        Job::Sweep { now, answer } => {
            let swept = group.sweep(now).map_err(|error| TableError::Unavailable(error.to_string()));
            Some(tell(answer, swept, TableError::Unavailable))
        }
        Job::Redrive { queue, now, answer } => {
            let redriven = group.redrive(queue, now, next_number);
            Some(tell(answer, redriven.map_err(queue_error), QueueError::Unavailable))
        }
        Job::Flush { answer } => Some(tell(answer, Ok(()), QueueError::Unavailable)),
        Job::Settle(settled) => {
            settled.into_iter().for_each(|settled| settle(group, settled));
            None
        }
    }
}

fn settle(group: &mut Group<'_>, settled: Settled) {
    match settled {
        Settled::Received { queue, number, receive_count } => {
            group.count_receipt(queue, number, receive_count);
        }
        Settled::Deleted { queue, number } => group.delete_message(queue, number),
        Settled::Died { queue, number, death } => {
            if let Err(error) = group.bury(queue, number, death) {
                // It is still among the messages: the next start finds it there.
                tracing::error!(%error, queue = queue.as_str(), "a dead letter was not moved");
            }
        }
    }
}

fn tell<T: 'static, E: 'static>(
    answer: Answer<T, E>,
    result: Result<T, E>,
    unavailable: fn(String) -> E,
) -> Tell {
    Box::new(move |committed| {
        let result = match committed {
            Ok(()) => result,
            Err(error) => Err(unavailable(error.to_string())),
        };
        // A caller that went away wants no answer.
        let _ = answer.send(result);
    })
}

fn queue_error(error: DiskError) -> QueueError {
    QueueError::Unavailable(error.to_string())
}
