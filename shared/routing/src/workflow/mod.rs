//! Workflows: which queue a task waits in, with which priority, for how long.
//!
//! Source: TaskRouter docs, "Workflow configuration" and "Lifecycle of a task: workflows and assignment".

mod document;
mod known_worker;
mod order_by;
mod place;
mod way;

use std::collections::BTreeSet;

pub use document::{WorkflowError, WorkflowFault};
pub use known_worker::{KnownWorker, KnownWorkerReference};
pub use order_by::{OrderBy, OrderByError, Rank, Sort};
pub use place::{
    CancelReason, DefaultPlacement, Leave, Placement, Position, StepPlacement, TaskView, next, place,
};
pub use way::{Stop, WAY_STOPS_MAX, way};

use crate::expression::Expression;

/// Bytes of a configuration document (TaskRouter docs, "Limits").
pub const WORKFLOW_BYTES_MAX: usize = 1_038_576;

/// Largest `priority` and `timeout`: TaskRouter keeps both as signed 32-bit numbers.
pub const WORKFLOW_NUMBER_MAX: u32 = 2_147_483_647;

/// A configuration document that was read without fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workflow {
    pub filters: Vec<Filter>,
    /// The queue of the default filter: its SID or friendly name, as written.
    pub default_queue: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Empty when it has none.
    pub name: String,
    /// Over the task's attributes; a filter without one matches every task.
    pub condition: Option<Condition>,
    /// At least one.
    pub targets: Vec<Target>,
}

/// A routing step.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// SID or friendly name, as written here or in the target before.
    pub queue: String,
    /// Over task and worker.
    pub condition: Option<Condition>,
    /// What the task's priority becomes; otherwise it stays.
    pub priority: Option<u32>,
    pub timeout_s: Option<u32>,
    pub order_by: OrderBy,
    pub skip_if: Option<Condition>,
    pub known_worker: Option<KnownWorkerReference>,
}

/// An expression and the text it was written as.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub text: String,
    pub expression: Expression,
}

impl Workflow {
    /// Every queue the workflow names, as written: the caller resolves SIDs and friendly names.
    #[must_use]
    pub fn queue_references(&self) -> BTreeSet<&str> {
        let targets = self.filters.iter().flat_map(|filter| &filter.targets);
        targets.map(|target| target.queue.as_str()).chain(self.default_queue.as_deref()).collect()
    }
}
