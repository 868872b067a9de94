//! Questions about the past, within their limits.

use super::summary::{Grid, Summary};
use super::{By, FinishedTask, Row};
use crate::center::Center;
use crate::codec;
use crate::keys;
use crate::store::StoreError;
use patchbay_model::{TaskQueueSid, Timestamp};

/// Days of one question.
pub const DAYS_MAX: i64 = 31;
/// Seconds of an interval at the least.
pub const INTERVAL_S_MIN: i64 = 900;
/// Intervals of one question.
pub const INTERVALS_MAX: i64 = 800;
/// Records that one question reads; then its answer says that there are more.
pub const RECORDS_MAX: usize = 20_000;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Tasks that ended from this moment on …
    pub from: Timestamp,
    /// … and before this one.
    pub to: Timestamp,
    pub interval_s: i64,
    pub by: By,
    /// One queue only.
    pub queue: Option<TaskQueueSid>,
}

/// Why a question is not answered.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("to must be after from, by at most {DAYS_MAX} days")]
    Span,
    #[error(
        "an interval has at least {INTERVAL_S_MIN} seconds, and there are at most {INTERVALS_MAX} of them"
    )]
    Interval,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Question {
    fn check(&self) -> Result<(), QuestionError> {
        let span_ms = self.to.since_ms(self.from);
        if span_ms <= 0 || span_ms > DAYS_MAX * 86_400_000 {
            return Err(QuestionError::Span);
        }
        if self.interval_s < INTERVAL_S_MIN || span_ms > INTERVALS_MAX * self.interval_s.saturating_mul(1000)
        {
            return Err(QuestionError::Interval);
        }
        Ok(())
    }
}

/// The rows of a question, by interval and key, and whether there were more records than are read. Costs half a read
/// unit for each day and queue, and for each 4 KB of records (some ten of them).
pub async fn history(center: &Center, question: &Question) -> Result<(Vec<Row>, bool), QuestionError> {
    question.check()?;
    let config = center.config().await.map_err(QuestionError::Store)?;
    let grid = Grid {
        from: question.from,
        interval_ms: question.interval_s * 1000,
        by: question.by,
        target_ms: i64::from(config.desk.answer_s_target) * 1000,
    };
    let queues: Vec<Option<TaskQueueSid>> = match &question.queue {
        Some(queue) => vec![Some(queue.clone())],
        None => config.queues.keys().cloned().map(Some).chain([None]).collect(),
    };
    let (mut summary, mut left) = (Summary::default(), RECORDS_MAX);
    for day in keys::day(question.from)..=keys::day(question.to.plus_ms(-1)) {
        for queue in &queues {
            let found = read_day(center, question, day, queue.as_ref(), left + 1).await?;
            if found.len() > left {
                found.iter().take(left).for_each(|task| summary.add(grid, task));
                return Ok((summary.rows(), true));
            }
            found.iter().for_each(|task| summary.add(grid, task));
            left -= found.len();
        }
    }
    Ok((summary.rows(), false))
}

/// The records of a day and queue within the question's time, at most `limit` of them, oldest first.
async fn read_day(
    center: &Center,
    question: &Question,
    day: i64,
    queue: Option<&TaskQueueSid>,
    limit: usize,
) -> Result<Vec<FinishedTask>, StoreError> {
    let mut found = Vec::new();
    let mut query = keys::finished_tasks(queue, day, question.from, question.to);
    loop {
        let (page, _) = center.table.query(&query.limit(limit - found.len())).await?;
        for item in &page.items {
            found.push(codec::decode(item, "d")?);
        }
        match page.items.last().filter(|_| page.more && found.len() < limit) {
            Some(last) => {
                query = keys::finished_tasks(queue, day, question.from, question.to)
                    .after(Some(last.key.sort.clone()));
            }
            None => return Ok(found),
        }
    }
}
