//! A task goes from the agent who has it to a colleague who came by invitation: theirs is the conversation's from then on.

use super::OpError;
use super::outcome::{self, LOOK_AFTER_S};
use super::reservation::{Rest, hand_on};
use crate::agent;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::load_task;
use patchbay_model::task::TaskReservation;
use patchbay_model::{ReservationStatus, Task, TaskSid, TaskStatus, WorkerSid};

/// Ends a task as taken over by the task of an invitation, but for what the worker has left of it. `by`: the supervisor
/// who does it in the owner's place. Its conversation is moved by the caller, who then calls `moved`.
///
/// Safe to repeat: a task that was handed over stays so. Between that and the conversation somebody may die: whoever was
/// asked before to look then finishes it (`finish`).
pub async fn hand_over(
    center: &Center,
    (worker, by): (&WorkerSid, Option<&WorkerSid>),
    old: &Task,
    (to, rest): (&TaskSid, Rest),
) -> Result<(), OpError> {
    let had = [ReservationStatus::Accepted, ReservationStatus::Wrapping, ReservationStatus::Completed];
    let is_theirs = |held: &&TaskReservation| held.worker_sid == *worker && had.contains(&held.status);
    let held = old.reservations.iter().find(is_theirs).ok_or(OpError::NotYours)?;
    let refused = || OpError::Refused("only a task that is being worked on can be handed over".into());
    match (old.status, &old.transferred_to) {
        (TaskStatus::Assigned, _) => {}
        (TaskStatus::Wrapping | TaskStatus::Completed, Some(next)) if next == to => {}
        _ => return Err(refused()),
    }
    let check = RoutingBody::HandOverCheck {
        worker_sid: worker.clone(),
        by: by.cloned(),
        task_sid: old.sid.clone(),
        to: to.clone(),
    };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&check), LOOK_AFTER_S)]).await?;
    let done = hand_on(center, worker, &held.sid, ("handed over", to, rest)).await?;
    match done.transferred_to.as_ref() == Some(to) {
        true => Ok(()),
        false => Err(refused()),
    }
}

/// The conversation is at the colleague's task. It may have ended while the conversation took it for an invitation.
pub async fn moved(center: &Center, to: &TaskSid) -> Result<(), OpError> {
    outcome::tell_anew(center, to).await
}

/// Finishes a hand-over whose agent ended the old task and came no further: the conversation.
///
/// Safe to repeat, and after an agent who came to the end of it: a conversation that has moved on is left alone.
pub(super) async fn finish(
    center: &Center,
    who: (&WorkerSid, Option<&WorkerSid>),
    sid: &TaskSid,
    to: &TaskSid,
) -> Result<(), OpError> {
    let old = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    match old {
        Some(old) if old.transferred_to.as_ref() == Some(to) => {
            agent::finish_hand_over(center, who, &old, to).await
        }
        _ => Ok(()),
    }
}
