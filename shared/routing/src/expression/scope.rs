//! What the names of an expression mean.

use std::collections::BTreeMap;

use serde_json::Value;

use super::path::{Path, Segment, text_of, value_at};

/// How many workers of a queue are in which activity: what a target's `skip_if` asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerCounts {
    /// In an available activity.
    pub available: u32,
    pub unavailable: u32,
    /// By activity SID; an activity that is not named here has no worker.
    pub by_activity: BTreeMap<String, u32>,
}

/// What is known of a worker: everything, or its values at some paths (`WorkerClass`).
#[derive(Clone, Copy, Debug)]
pub enum Facts<'a> {
    /// An object of attributes and fields.
    Whole(&'a Value),
    /// By the text of a path. A path below a known one is known too; any other is as if absent.
    At(&'a BTreeMap<String, Value>),
}

impl<'a> From<&'a Value> for Facts<'a> {
    fn from(value: &'a Value) -> Self {
        Facts::Whole(value)
    }
}

impl<'a> Facts<'a> {
    pub(crate) fn get(self, segments: &[Segment]) -> Option<&'a Value> {
        match self {
            Facts::Whole(value) => value_at(segments, value),
            Facts::At(known) => (1..=segments.len()).rev().find_map(|length| {
                let value = known.get(&text_of(&segments[..length]))?;
                Some(value_at(&segments[length..], value))
            })?,
        }
    }
}

/// The meaning of names, one constructor per place where an expression stands.
#[derive(Clone, Debug)]
pub struct Scope<'a>(Names<'a>);

#[derive(Clone, Debug)]
enum Names<'a> {
    Bare(Facts<'a>),
    Target { task: &'a Value, worker: Facts<'a> },
    SkipIf(&'a WorkerCounts),
}

/// What a path leads to.
pub(super) enum Found<'a> {
    Value(&'a Value),
    Count(u32),
}

impl<'a> Scope<'a> {
    /// A task queue's target workers: bare names are the worker's attributes and fields.
    pub fn worker(worker: impl Into<Facts<'a>>) -> Scope<'a> {
        Scope(Names::Bare(worker.into()))
    }

    /// A workflow filter: bare names are the task's attributes.
    #[must_use]
    pub fn task(attributes: &'a Value) -> Scope<'a> {
        Scope(Names::Bare(Facts::Whole(attributes)))
    }

    /// A target's expression: every name begins with `task.` or `worker.`; others are as if absent.
    pub fn target(task: &'a Value, worker: impl Into<Facts<'a>>) -> Scope<'a> {
        Scope(Names::Target { task, worker: worker.into() })
    }

    /// A target's `skip_if`: `workers.available`, `workers.unavailable`, `workers.<activity SID>`.
    #[must_use]
    pub fn skip_if(counts: &'a WorkerCounts) -> Scope<'a> {
        Scope(Names::SkipIf(counts))
    }

    pub(super) fn find(&self, path: &Path) -> Option<Found<'a>> {
        match (&self.0, path.segments()) {
            (Names::Bare(facts), segments) => facts.get(segments).map(Found::Value),
            (Names::Target { task, worker }, [Segment::Key(root), below @ ..])
                if matches!(below, [Segment::Key(_), ..]) =>
            {
                match root.as_str() {
                    TASK => value_at(below, task).map(Found::Value),
                    WORKER => worker.get(below).map(Found::Value),
                    _ => None,
                }
            }
            (Names::SkipIf(counts), [Segment::Key(root), Segment::Key(name)]) if root == "workers" => {
                match name.as_str() {
                    "available" => Some(Found::Count(counts.available)),
                    "unavailable" => Some(Found::Count(counts.unavailable)),
                    sid if sid.starts_with("WA") => {
                        Some(Found::Count(counts.by_activity.get(sid).copied().unwrap_or(0)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The prefixes of a target's expression.
pub(super) const TASK: &str = "task";
pub(super) const WORKER: &str = "worker";
