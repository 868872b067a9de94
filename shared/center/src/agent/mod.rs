//! Agents' sockets: who may connect, what a client may ask (docs/PROTOCOL.md, "Agent socket"), and the snapshot
//! with which it begins.
//!
//! The socket is a hint, the table is the truth: whatever a push did not reach, `sync` answers. Every action can
//! be repeated with its id: its effects have ids derived from it or are states that are reached once; each
//! action says which.

mod access;
mod actions;
mod answer;
mod behalf;
mod call;
mod frame;
mod invitation;
mod late;
mod membership;
mod offer;
mod request;
mod scheduled;
mod session;
mod snapshot;
mod tell;
mod welcome;

#[cfg(test)]
pub(crate) mod tests;

pub use behalf::act_for;
pub use frame::{answer, frame};
pub(crate) use invitation::{end_invitation, finish_hand_over};
pub use late::join_late;
pub(crate) use membership::{finish_transfer, wait_again};
pub use offer::Offer;
pub(crate) use scheduled::{hand_over_scheduled, say_scheduled, sweep_scheduled};
pub use session::{ConnectError, Session, attach, authenticate, connect, disconnect};
pub(crate) use tell::{note, workers as tell_workers};
pub use welcome::welcome;
