//! Colleagues who are asked into a conversation: a task of its own for each, which ends with the conversation's.
//!
//! The conversation knows of an invitation before its task is made, and forgets it when the task is over. So whoever
//! ends a conversation ends the invitations that it knows of; and a task that was made behind the end of its
//! conversation is found by the look that was asked for before (`check`).

use super::outcome::LOOK_AFTER_S;
use super::transfer::{TRANSFER_NOTE, TRANSFERRED_BY};
use super::{OpError, recheck, reservation, task};
use crate::center::Center;
use crate::command::{NewTask, RoutingBody, body};
use crate::ports::{Consistency, Outgoing, QueueError, QueueName};
use crate::store::{load_conversation, load_task};
use patchbay_model::{Conversation, ReservationStatus, Task, TaskSid, TaskStatus, WorkerSid};
use serde_json::Value;

/// Attributes that the task of an invitation has besides those of the task that it is an invitation of.
pub(crate) const INVITED_BY: &str = "invited_by";
pub(crate) const INVITATION_OF: &str = "invitation_of";
pub(crate) const INVITATION_NOTE: &str = "invitation_note";

/// Why an invitation's task was canceled.
pub(crate) const DECLINED: &str = "declined";
pub(crate) const LAPSED: &str = "lapsed";
pub(crate) const WITHDRAWN: &str = "withdrawn";
const CONVERSATION_OVER: &str = "the conversation goes on without it";

/// The attributes that another task of the same conversation has, too: those that say how this one came about are its own.
pub(crate) fn inherited(attributes: &Value) -> Value {
    let own = [INVITED_BY, INVITATION_OF, INVITATION_NOTE, TRANSFERRED_BY, TRANSFER_NOTE];
    let mut attributes = attributes.clone();
    if let Some(object) = attributes.as_object_mut() {
        object.retain(|name, _| !own.contains(&name.as_str()));
    }
    attributes
}

/// Why an invitation is over with this answer to an offer of it: nobody asks one colleague twice.
pub(super) fn given_up(task: &Task, worker: &WorkerSid, answer: ReservationStatus) -> Option<&'static str> {
    let is_for_them = task.routing_target.as_deref() == Some(worker.as_str());
    match answer {
        _ if task.invitation.is_none() || !is_for_them => None,
        ReservationStatus::Rejected => Some(DECLINED),
        ReservationStatus::Timeout => Some(LAPSED),
        _ => None,
    }
}

/// Has somebody look whether an invitation that is about to be made is whole.
pub(crate) async fn have_looked(center: &Center, new: &NewTask) -> Result<(), QueueError> {
    let check = RoutingBody::InvitationCheck { new: Box::new(new.clone()) };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&check), LOOK_AFTER_S)]).await
}

/// Makes the task of an invitation that its conversation knows of, and returns it.
///
/// Safe to repeat: a task that is there is looked at again.
pub(crate) async fn invite(center: &Center, new: NewTask) -> Result<Task, OpError> {
    let sid = new.task_sid.clone();
    if let Some(task) = asked_before(center, &sid).await? {
        return Ok(task);
    }
    task::create(center, new).await?;
    load_task(center.table.as_ref(), &sid, Consistency::Strong).await?.ok_or(OpError::Busy)
}

/// The task of an invitation, if it is made already. One that waits looks for a worker again: whoever made it may have
/// died before it did.
pub(crate) async fn asked_before(center: &Center, sid: &TaskSid) -> Result<Option<Task>, OpError> {
    let table = center.table.as_ref();
    let task = load_task(table, sid, Consistency::Strong).await?;
    if task.as_ref().is_none_or(|task| task.status != TaskStatus::Pending) {
        return Ok(task);
    }
    recheck::task(center, sid).await?;
    Ok(load_task(table, sid, Consistency::Strong).await?)
}

/// Looks at an invitation: its task is made if the conversation knows of it and its maker came no further, and ends if
/// the conversation went on without it.
///
/// Safe to repeat, as making and ending it is. Everybody who had to do with it has ended: a cheap read shows it.
pub(super) async fn check(center: &Center, new: NewTask) -> Result<(), OpError> {
    let (table, sid) = (center.table.as_ref(), new.task_sid.clone());
    let Some(conversation_sid) = &new.conversation_sid else { return Ok(()) };
    let newest = load_conversation(table, &conversation_sid.contact(), Consistency::Eventual).await?;
    let newest = newest.filter(|newest| newest.sid == *conversation_sid);
    if newest.as_ref().is_some_and(|newest| newest.task_sid.as_ref() == Some(&sid)) {
        return Ok(());
    }
    match newest.is_some_and(|newest| newest.invitation(&sid).is_some()) {
        true => invite(center, new).await.map(drop),
        false => end(center, &sid, CONVERSATION_OVER).await,
    }
}

/// Has the invitations end that a conversation does not have any more. To be called before that is written.
pub(crate) async fn end_invitations(
    center: &Center,
    before: &Conversation,
    after: &Conversation,
) -> Result<(), QueueError> {
    let gone = before.invited.iter().map(|invited| &invited.task_sid);
    let gone = gone.filter(|sid| after.task_sid.as_ref() != Some(sid) && after.invitation(sid).is_none());
    let end = |sid: &TaskSid| RoutingBody::EndInvitation {
        task_sid: sid.clone(),
        reason: CONVERSATION_OVER.into(),
    };
    let orders: Vec<Outgoing> = gone.map(|sid| Outgoing::after_s(body(&end(sid)), 0)).collect();
    match orders.is_empty() {
        true => Ok(()),
        false => center.queue.send(QueueName::Routing, orders).await,
    }
}

/// Ends an invitation: the offer is withdrawn, and whoever came writes it up.
///
/// Safe to repeat: a task that is over stays as it is.
pub(super) async fn end(center: &Center, sid: &TaskSid, reason: &str) -> Result<(), OpError> {
    task::cancel(center, sid, reason).await?;
    let task = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    let Some(task) = task.filter(|task| task.status == TaskStatus::Assigned) else { return Ok(()) };
    let has = |status| status == ReservationStatus::Accepted;
    let Some(held) = task.reservations.iter().find(|held| has(held.status)) else { return Ok(()) };
    match reservation::wrap(center, &held.worker_sid, &held.sid).await {
        Ok(_) => Ok(()),
        // They have completed it since.
        Err(error) if error.is_final() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes an invitation back that nobody has accepted, and returns its task.
///
/// Safe to repeat: a task that was canceled stays so.
pub(crate) async fn withdraw(center: &Center, sid: &TaskSid) -> Result<Task, OpError> {
    task::cancel(center, sid, WITHDRAWN).await?;
    let task = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    let task = task.ok_or(OpError::NotFound("task"))?;
    match task.status {
        TaskStatus::Canceled => Ok(task),
        _ => Err(OpError::Refused("somebody has accepted the invitation".into())),
    }
}
