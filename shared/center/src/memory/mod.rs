//! The ports in memory: the reference model of what each must do, for tests and the simulation.
//!
//! Deterministic: no clock, no randomness, no order that depends on a hash.

mod blob;
mod push;
mod queue;
mod table;
mod world;

pub use blob::{Fetched, MemoryBlob};
pub use push::MemoryPush;
pub use queue::MemoryQueue;
pub use table::MemoryTable;
pub use world::MemoryWorld;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a test that panicked while it held the lock leaves data that is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
