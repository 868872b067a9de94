//! Assignment: the agent who fits best gets the task, at a cost that does not depend on how many there are.
//!
//! The protocol and why it loses nothing: docs/ARCHITECTURE.md, "Assignment". In short:
//! - A waiting task has exactly one entry in a waiting list, a worker with room exactly one token per task
//!   channel in the pool of its class; both are written in the transaction that makes them true (`change`).
//! - A claim is one transaction over task, worker and token: conditional on both versions, so two claims of one
//!   task or of the same room cannot both succeed.
//! - Whoever writes an entry or a token reads the other side **afterwards**, strongly: at least one of two that
//!   meet sees the other.
//! - Timers are hints: what is due is read from the task when they fire.

mod change;
mod claim;
mod class;
mod close_check;
mod context;
mod directory;
mod error;
mod give_back;
mod hand_over;
mod handle;
mod invitation;
mod offer;
mod orphan;
mod outcome;
mod own;
mod presence;
mod recheck;
mod reclassify;
mod removal;
mod reservation;
mod serve;
mod stand;
mod sweep;
mod task;
mod timer;
mod transfer;
mod watch;

#[cfg(test)]
pub(crate) mod tests;

pub use change::roster_write;
pub(crate) use change::task_writes;
pub(crate) use class::facts;
pub use class::new_worker;
pub(crate) use context::{Context, context};
pub use directory::DirectoryCache;
pub use error::OpError;
pub use give_back::reject;
pub use hand_over::{hand_over, moved};
pub use handle::handle;
pub(crate) use invitation::{
    DECLINED, INVITATION_NOTE, INVITATION_OF, INVITED_BY, WITHDRAWN, asked_before, end_invitations,
    have_looked, inherited, invite, withdraw,
};
pub(crate) use orphan::complete_orphan;
pub(crate) use outcome::tell;
pub(crate) use own::begin_own;
pub use presence::{connect, disconnect, set_activity};
pub use recheck::redrive;
pub use reclassify::set_channel;
pub(crate) use reclassify::{change_capacities, put_into_class};
pub use removal::{remove_task, remove_worker};
pub(crate) use reservation::{Accepted, accept_unless};
pub use reservation::{Rest, accept, complete, wrap};
pub use task::{cancel, change_task, create_now, new_task};
pub(crate) use timer::send_at;
pub use transfer::{Handing, Note, TransferTarget, redirect, transfer};
pub(crate) use watch::{forget_watched, note_watched};

/// How often an operation that lost a race is tried again with what is stored now, before redelivery or the
/// client tries.
const TRIES_MAX: usize = 6;
/// Seconds for which a task is not offered to a worker who rejected it or let it time out, while others can
/// have it.
pub const REOFFER_AFTER_S: i64 = 10;
/// Seconds after which the offers of a worker without a socket are taken back.
pub const ABSENT_S_MAX: i64 = 15;
/// Seconds after which a handler that still runs is ended (template.yaml, `Timeout` of router and agent).
pub const HANDLER_S_MAX: i64 = 30;
/// TaskRouter, "Limits": assignment attempts of a task.
pub const ATTEMPTS_MAX: u32 = 1_000;
