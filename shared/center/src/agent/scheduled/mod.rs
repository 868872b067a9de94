//! Messages that an agent wants said later (docs/PROTOCOL.md, "Scheduled messages").
//!
//! What is true is the item under the contact. A delayed command says when to look at it, and only when the item says
//! that it is due does anything happen: it is handed to `inbound`, where it stands in the order of what the customer
//! says, and where there are accounts to send by. The sweep finds by the list of what is due what a lost command left. Then
//! it is decided once, by a conditional write, whether it is sent or refused: from then on nobody can change it, and
//! whoever comes after a crash does what was decided, under the same message id. So it is never lost and never said
//! twice.

mod change;
mod due;
mod say;

pub(super) use change::{Change, cancel, check_time, reschedule, schedule};
pub(crate) use due::{hand_over_scheduled, sweep_scheduled};
pub(crate) use say::say_scheduled;

use super::tell;
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::router::OpError;
use crate::store::{Scheduled, load_current_conversation};
use patchbay_model::{Author, Conversation, WorkerSid};

/// Seconds from now on, at least and at most, after which a message may be said.
pub(super) const AHEAD_S_MIN: i64 = 5;
pub(super) const AHEAD_S_MAX: i64 = 30 * 86_400;
/// Messages of one contact that wait to be said.
pub(super) const SCHEDULED_MAX: usize = 20;

/// Shows a scheduled message as it now is to those on the contact's conversation and, where it is of importance to them,
/// to its author. Whoever does not hear it has it by `sync`.
async fn show(
    center: &Center,
    scheduled: &Scheduled,
    conversation: Option<&Conversation>,
    to_author: bool,
    except: Option<&str>,
) {
    let mut workers: Vec<WorkerSid> =
        conversation.map(|conversation| conversation.workers.clone()).unwrap_or_default();
    if let Author::Agent { worker_sid, .. } = &scheduled.author
        && to_author
        && !workers.contains(worker_sid)
    {
        workers.push(worker_sid.clone());
    }
    let frame = frames::scheduled(scheduled, center.links());
    tell::workers(center, &workers, &frame, except).await;
}

/// The newest conversation of whoever the contact of a scheduled message is by now.
async fn newest(center: &Center, scheduled: &Scheduled) -> Result<Option<Conversation>, OpError> {
    let table = center.table.as_ref();
    Ok(load_current_conversation(table, &scheduled.contact_sid, Consistency::Strong).await?.1)
}
