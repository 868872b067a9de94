//! `task.hand_over {task_sid, worker_sid?}`: a colleague who came by invitation has the conversation from now on.

use super::about_task;
use super::transfer::{holder, stored};
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::call::{call_of, rest_of};
use crate::agent::invitation::{at_task, hand_over as move_conversation};
use crate::agent::request::{Fields, Refusal};
use crate::calls;
use crate::center::Center;
use crate::frames::Fault;
use crate::router::{self, OpError};
use crate::token::Role;
use patchbay_model::{Conversation, ReservationStatus, Task, TaskSid, TaskStatus, WorkerSid};

/// Answers with the colleague's task, at which the conversation then is; its owner's is over. A supervisor may hand
/// over everybody's, others their own.
///
/// Safe to repeat: the task that was handed over says to which, and a conversation that has moved on is left alone.
pub(super) async fn hand_over(
    center: &Center,
    session: &Session,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let old = stored(center, &fields.sid("task_sid")?).await?;
    let wanted: Option<WorkerSid> = match fields.get("worker_sid") {
        Some(_) => Some(fields.sid("worker_sid")?),
        None => None,
    };
    let me = &session.worker_sid;
    let owner = owner(&old).ok_or(OpError::NotYours)?;
    if session.role < Role::Supervisor && owner != me {
        return Err(OpError::NotYours.into());
    }
    let to = match &old.transferred_to {
        Some(next) => next.clone(),
        None => colleague(&at_task(center, &old).await?, wanted.as_ref())?,
    };
    let next = stored(center, &to).await?;
    let is_over = next.status != TaskStatus::Assigned && old.transferred_to.is_none();
    if next.invitation.is_none() || is_over {
        return Err(Refusal::new(Fault::Refused, "they have left, or the task was transferred"));
    }
    if let (Some(call_sid), None) = (call_of(&old), &old.transferred_to) {
        calls::may_hand_over(center, call_sid, (&old.sid, &to)).await?;
    }
    let by = Some(me).filter(|me| *me != owner);
    router::hand_over(center, (owner, by), &old, (&to, rest_of(&old))).await?;
    move_conversation(center, (owner, by), &old, &to).await?;
    about_task(center, &stored(center, &to).await?).await
}

/// Who has the task, or had it until it was handed over.
fn owner(task: &Task) -> Option<&WorkerSid> {
    let had = || task.reservations.iter().find(|held| held.status == ReservationStatus::Completed);
    holder(task).or_else(|| had().map(|held| &held.worker_sid))
}

/// The task of the colleague who is to have the conversation: the only one who came, or the one who is named.
fn colleague(conversation: &Conversation, wanted: Option<&WorkerSid>) -> Result<TaskSid, Refusal> {
    let came = || {
        conversation.invited.iter().filter_map(|asked| Some((asked.worker_sid.as_ref()?, &asked.task_sid)))
    };
    let found: Vec<_> = came().filter(|(worker, _)| wanted.is_none_or(|wanted| wanted == *worker)).collect();
    let is_one = |first: &WorkerSid| found.iter().all(|(worker, _)| *worker == first);
    match found.first() {
        Some((worker, task)) if is_one(worker) => Ok((*task).clone()),
        None => Err(Refusal::new(Fault::Refused, "nobody who was asked in is on the conversation")),
        _ => Err(Refusal::field("worker_sid", "missing: several colleagues are on the conversation")),
    }
}
