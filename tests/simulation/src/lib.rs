//! The real handlers in a world of faults: one thread, one seed, one history (docs/SIMULATION.md).
//!
//! Every call of a port is a point at which the seed decides: go on, wait while others run, fail before the
//! effect, fail after it, or crash the handler. Then the faults stop, and what must hold is checked.

mod agents;
mod executor;
mod faults;
mod invariants;
mod push;
mod queue;
mod scenario;
mod table;
mod world;

#[cfg(test)]
mod tests;

pub use scenario::{Report, run};
