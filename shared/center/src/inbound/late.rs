//! What comes of a call when it is over: its last lines, and its recording. Whoever writes it up still sees it.
//!
//! Not where the customer has a newer conversation by then, because they have written within the minute: what comes of a
//! call is put into the newest one, and shown to its agents. Who writes the call up finds it in the timeline, which is the
//! contact's, when they read it again. To show it to them as well would take a read of the older conversation for each
//! thing that comes, and the name of the call on all that the provider tells of calls of ours.

use super::{InboundError, push};
use crate::center::Center;
use crate::notify;
use crate::ports::Consistency;
use crate::store::{load_task, load_worker};
use bytes::Bytes;
use patchbay_model::limits::INVITED_MAX;
use patchbay_model::{ChannelKind, Conversation, ConversationState, ReservationStatus};

/// The last tasks of a conversation that are looked at: those that its agents may have been in it by together.
const TASKS_MAX: usize = INVITED_MAX + 1;

/// Whether anybody may be there to be shown something: an agent, or who writes a call up.
pub(super) fn is_shown(conversation: &Conversation) -> bool {
    match conversation.state {
        ConversationState::WithAgent => true,
        ConversationState::Waiting => false,
        ConversationState::Flow | ConversationState::Closed => {
            conversation.address.channel == ChannelKind::Voice
        }
    }
}

/// Shows a message to the agents on its conversation; when they have left that of a call, to those who write it up: half
/// a read unit for each of its last tasks, and none where there are agents or nobody has called.
pub(super) async fn show(
    center: &Center,
    conversation: &Conversation,
    frame: Bytes,
) -> Result<(), InboundError> {
    match conversation.state {
        ConversationState::WithAgent => push(center, conversation, frame).await,
        _ if is_shown(conversation) => to_writers(center, conversation, frame).await,
        _ => Ok(()),
    }
}

async fn to_writers(center: &Center, conversation: &Conversation, frame: Bytes) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    for sid in conversation.tasks.iter().rev().take(TASKS_MAX) {
        let Some(task) = load_task(table, sid, Consistency::Eventual).await? else { continue };
        let writers = task.reservations.iter().filter(|held| held.status == ReservationStatus::Wrapping);
        for held in writers {
            if let Some(worker) = load_worker(table, &held.worker_sid, Consistency::Eventual).await? {
                notify::to_worker(center, &worker, frame.clone()).await?;
            }
        }
    }
    Ok(())
}
