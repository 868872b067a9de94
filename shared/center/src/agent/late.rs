//! Workers who accepted a task before the flow's turn that made it had written its conversation.
//!
//! A turn sends its task first and writes its state last, so that a crash in between loses nothing. A client that
//! accepts at once may come in between, and so may everybody when the turn died and waits for its redelivery.

use super::membership::{Joined, join};
use super::request::Refusal;
use crate::budget::VISIBILITY_S;
use crate::center::Center;
use crate::command::RoutingBody;
use crate::ports::QueueError;
use crate::router::{OpError, send_at};
use patchbay_model::{ConversationSid, TaskSid, WorkerSid};

/// Seconds until the first look; doubled for each one after it.
const WAIT_S_MIN: i64 = 1;
/// The number of the last look: its turn was redelivered as often as it is by then.
const LOOKS_MAX: u32 = 12;

/// Has the worker put onto the conversation once it is written; `looks` were in vain.
pub(super) async fn join_later(
    center: &Center,
    worker_sid: &WorkerSid,
    task_sid: &TaskSid,
    conversation_sid: &ConversationSid,
    looks: u32,
) -> Result<(), QueueError> {
    let command = RoutingBody::Join {
        worker_sid: worker_sid.clone(),
        task_sid: task_sid.clone(),
        conversation_sid: conversation_sid.clone(),
        looks,
    };
    send_at(center, &command, center.now().plus_s(wait_s(looks))).await
}

fn wait_s(looks: u32) -> i64 {
    (WAIT_S_MIN << looks.min(LOOKS_MAX)).min(i64::from(VISIBILITY_S))
}

/// Looks again whether the conversation is written, and puts the worker onto it: the sockets hear of it.
///
/// Safe to repeat: joining is, and a look that comes twice makes two of the next.
pub async fn join_late(
    center: &Center,
    worker_sid: &WorkerSid,
    task_sid: &TaskSid,
    conversation_sid: &ConversationSid,
    looks: u32,
) -> Result<(), OpError> {
    match join(center, worker_sid, task_sid, conversation_sid).await.map_err(Refusal::undone)? {
        Joined::On(_) | Joined::Over => Ok(()),
        Joined::NotYet if looks < LOOKS_MAX => {
            Ok(join_later(center, worker_sid, task_sid, conversation_sid, looks + 1).await?)
        }
        // Its event is among the dead letters, with its reason. Brought back, it finds the task accepted.
        Joined::NotYet => Err(OpError::Refused(format!("{conversation_sid} was never written"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::RECEIVE_COUNT_MAX;

    #[test]
    fn the_last_look_is_behind_the_last_redelivery() {
        let waits = (0..=LOOKS_MAX).map(wait_s);
        assert!(waits.sum::<i64>() > i64::from(VISIBILITY_S * RECEIVE_COUNT_MAX));
    }
}
