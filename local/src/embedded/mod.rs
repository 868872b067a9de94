//! The ports `Table` and `Queue` on one durable store on disk (docs/STORAGE.md).
//!
//! Architecture invariant: what was acknowledged is on disk. Everything in memory (who is in flight, what is
//! visible when) is rebuilt from it at a start.

mod codec;
mod disk;
mod group;
mod lanes;
mod message;
mod poller;
mod queues;
mod store;
mod writer;

pub use disk::DiskError;
pub use group::{REDRIVE_MESSAGES_MAX, SWEEP_ITEMS_MAX};
pub use lanes::Release;
pub use message::{DeadLetter, Depth, Receipt, Received};
pub use poller::{BATCH_MESSAGES_MAX, Poller, PollerOptions, Record};
pub use queues::{BODIES_BYTES_MAX, QueueOptions, REASON_BYTES_MAX};
pub use store::{Store, StoreOptions};
