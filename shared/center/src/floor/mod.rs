//! What a supervisor sees of the floor: queues, workers, tasks, read from what assignment keeps anyway. Nothing is
//! written for it, so a floor that nobody looks at costs nothing; and reads are eventual, since a screen that is read
//! again after some seconds may be a little late.
//!
//! Every answer is a page, and counts of what may be long end at a named limit and say so.

mod open;
mod queues;
mod search;
mod tasks;
mod workers;

#[cfg(test)]
mod tests;

pub use open::{OPEN_TASKS_MAX, OPEN_WORKERS_MAX, open_tasks};
pub use queues::{FloorQueue, QUEUE_READS_MAX, WAITING_COUNTED_MAX, WORKERS_COUNTED_MAX, Waiting, queues};
pub use search::{SEARCHED_WORKERS_MAX, WorkerSearch, search_workers};
pub use tasks::{Of, tasks};
pub use workers::{FloorWorker, workers};
