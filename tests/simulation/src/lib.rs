//! The real handlers in a world of faults: one thread, one seed, one history (docs/SIMULATION.md).
//!
//! Every call of a port is a point at which the seed decides: go on, wait while others run, fail before the
//! effect, fail after it, or crash the handler. Then the faults stop, and what must hold is checked.

pub mod conversation;
pub mod routing;

mod executor;
mod faults;
mod invariants;
mod push;
mod queue;
mod stage;
mod table;
mod world;

#[cfg(test)]
mod tests;

pub use world::Tell;

/// How much of what happened in a history.
pub type Report = std::collections::BTreeMap<&'static str, usize>;
