//! TaskRouter's decisions: which task queue a task waits in, which workers may have it, and in what order.
//!
//! Architecture invariant: nothing here reads a clock, a table or a socket; time and facts are arguments.

pub mod demand;
pub mod expression;
pub mod lifecycle;
pub mod order;
pub mod worker;
pub mod workflow;

pub use demand::{Demand, WorkerClass};
pub use expression::{Expression, Facts, Path, Scope, matches};
pub use workflow::{Placement, Workflow, next, place, way};
