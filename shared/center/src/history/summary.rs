//! What records come to: numbers per interval and queue, worker or channel. Pure.

use super::{FinishedTask, Outcome};
use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    #[default]
    Queue,
    Worker,
    Channel,
}

/// What a part of an interval's tasks comes to. Sums are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// When the interval begins.
    pub start: Timestamp,
    /// The queue's or worker's sid, or the channel; empty for tasks that have none.
    pub key: String,
    pub tasks: u64,
    pub completed: u64,
    pub transferred: u64,
    pub abandoned: u64,
    /// Those that somebody accepted, and of them those within the target.
    pub accepted: u64,
    pub in_time: u64,
    pub wait_ms: i64,
    pub wait_ms_max: i64,
    /// Of those that were accepted.
    pub handle_ms: i64,
    /// Invitations of colleagues, and of them those who came: in none of the numbers above, because their conversation's
    /// own task is.
    pub invited: u64,
    pub joined: u64,
    /// How long those who came were on it, writing it up included.
    pub joined_ms: i64,
}

/// Rows by interval and key.
#[derive(Debug, Default)]
pub(super) struct Summary(BTreeMap<(Timestamp, String), Row>);

/// How tasks are put into rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// Where intervals are counted from.
    pub from: Timestamp,
    pub interval_ms: i64,
    pub by: By,
    pub target_ms: i64,
}

impl Summary {
    pub fn add(&mut self, grid: Grid, task: &FinishedTask) {
        let since = task.ended_at.since_ms(grid.from).div_euclid(grid.interval_ms) * grid.interval_ms;
        let start = grid.from.plus_ms(since);
        let key = match grid.by {
            By::Queue => task.queue_sid.as_ref().map(ToString::to_string),
            By::Worker => task.worker_sid.as_ref().map(ToString::to_string),
            By::Channel => Some(task.channel.clone()),
        }
        .unwrap_or_default();
        let row = self.0.entry((start, key.clone())).or_insert(Row { start, key, ..Row::default() });
        if task.invitation {
            row.invited += 1;
            row.joined += u64::from(task.handle_ms.is_some());
            row.joined_ms += task.handle_ms.unwrap_or_default();
            return;
        }
        row.tasks += 1;
        match task.outcome {
            Outcome::Completed => row.completed += 1,
            Outcome::Transferred => row.transferred += 1,
            Outcome::Abandoned => row.abandoned += 1,
        }
        if let Some(handle_ms) = task.handle_ms {
            row.accepted += 1;
            row.in_time += u64::from(task.wait_ms <= grid.target_ms);
            row.handle_ms += handle_ms;
        }
        row.wait_ms += task.wait_ms;
        row.wait_ms_max = row.wait_ms_max.max(task.wait_ms);
    }

    pub fn rows(self) -> Vec<Row> {
        self.0.into_values().collect()
    }
}

/// The rows as comma-separated values (RFC 4180), times in seconds; `name` says what a key is called.
pub fn csv(rows: &[Row], name: impl Fn(&str) -> String) -> String {
    let mut text =
        "start,key,name,tasks,completed,transferred,abandoned,accepted,in_time,wait_s_avg,wait_s_max,\
                    handle_s_avg,invited,joined,joined_s_avg\r\n"
            .to_owned();
    for row in rows {
        let average = |sum: i64, of: u64| {
            let of = i64::try_from(of).unwrap_or(i64::MAX).max(1);
            format!("{:.1}", sum as f64 / of as f64 / 1000.0)
        };
        let fields = [
            row.start.iso(),
            field(&row.key),
            field(&name(&row.key)),
            row.tasks.to_string(),
            row.completed.to_string(),
            row.transferred.to_string(),
            row.abandoned.to_string(),
            row.accepted.to_string(),
            row.in_time.to_string(),
            average(row.wait_ms, row.tasks),
            average(row.wait_ms_max, 1),
            average(row.handle_ms, row.accepted),
            row.invited.to_string(),
            row.joined.to_string(),
            average(row.joined_ms, row.joined),
        ];
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Quoted where it must be; what a spreadsheet would take for a formula is told to be text (OWASP, "CSV Injection").
fn field(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
