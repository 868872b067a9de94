//! What became of tasks: one small record of each that is over, and what they come to over time.
//!
//! The record is written in the transaction that ends the task, so that every task is counted once. Records lie under
//! the day on which their task ended and its queue: a question is about some days and reads those only.

mod read;
mod record;
mod summary;

#[cfg(test)]
mod tests;

pub use read::{DAYS_MAX, INTERVAL_S_MIN, INTERVALS_MAX, Question, QuestionError, RECORDS_MAX, history};
pub(crate) use record::record_write;
pub use record::{FinishedTask, Outcome};
pub use summary::{By, Row, csv};
