//! Which agents are on a conversation.

use super::request::Refusal;
use super::tell;
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::router::{self, OpError};
use crate::store::{StoreError, load_conversation, load_profile, load_task, put_next};
use crate::webchat;
use patchbay_model::{
    Conversation, ConversationSid, ConversationState, ReservationStatus, Task, TaskSid, WorkerSid,
};

/// How often a change is made again on what somebody else has just written.
pub(super) const TRIES_MAX: usize = 6;

/// What became of a worker who accepted a task.
#[derive(Debug, PartialEq)]
pub(super) enum Joined {
    On(Box<Conversation>),
    /// The conversation is over, or the task is not this worker's any more.
    Over,
    /// The turn of the flow that made the task has not written its conversation: it sends the task before it ends.
    NotYet,
}

/// Puts a worker who has accepted a task onto its conversation. The agents of an earlier task of the
/// conversation leave with it, and its invitations end. Whoever was asked in joins the others. A task that its
/// conversation never had is completed.
///
/// Safe to repeat: who is on it stays on it, and the line in the timeline has the reservation's id. The
/// conversation is read before the task, and written on condition that it is what was read: so a late repetition
/// cannot undo a transfer, which changes the task first and the conversation after it.
pub(super) async fn join(
    center: &Center,
    worker: &WorkerSid,
    task_sid: &TaskSid,
    conversation_sid: &ConversationSid,
) -> Result<Joined, Refusal> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let found = load_conversation(table, &conversation_sid.contact(), Consistency::Strong).await?;
        let stands = stands(found, conversation_sid, task_sid);
        match &stands {
            Stands::Open(conversation) if is_on(conversation, worker, task_sid) => {
                return Ok(Joined::On(conversation.clone()));
            }
            Stands::Open(_) | Stands::BeforeTurn | Stands::Over => {}
        }
        let task = load_task(table, task_sid, Consistency::Strong).await?;
        let accepted = task.as_ref().and_then(|task| {
            let mine = |status| status == ReservationStatus::Accepted;
            task.reservations.iter().find(|held| held.worker_sid == *worker && mine(held.status))
        });
        let Some(reservation) = accepted else { return Ok(Joined::Over) };
        let is_invitation = task.as_ref().is_some_and(|task| task.invitation.is_some());
        let before = match stands {
            Stands::Open(before) => before,
            // A conversation is written before anybody is asked into it.
            Stands::BeforeTurn if !is_invitation => return Ok(Joined::NotYet),
            Stands::BeforeTurn | Stands::Over => {
                if let Some(task) = task.as_ref().filter(|_| !is_invitation) {
                    router::complete_orphan(center, task).await?;
                }
                return Ok(Joined::Over);
            }
        };
        let is_at_task = before.task_sid.as_ref() == Some(task_sid);
        let is_asked = before.invitation(task_sid).is_some();
        if is_invitation && !is_at_task && !is_asked {
            return Ok(Joined::Over);
        }
        let mut conversation = before.clone();
        let text = format!("{} joined", name(center, worker).await?);
        let line = tell::note(center, &conversation, &["joined", reservation.sid.as_str()], text).await?;
        if is_asked {
            conversation.came(task_sid, worker);
        } else {
            if !is_at_task {
                conversation.workers.clear();
                conversation.invited.clear();
                router::end_invitations(center, &before, &conversation).await?;
            }
            conversation.begin_task(task_sid.clone());
        }
        if !conversation.workers.contains(worker) {
            conversation.workers.push(worker.clone());
        }
        conversation.state = ConversationState::WithAgent;
        conversation.updated_at = center.now();
        if write(center, &mut conversation).await? {
            let on_it = conversation.workers.clone();
            tell::workers(center, &on_it, &frames::message("created", &line, center.links()), None).await;
            tell::workers(center, &on_it, &frames::conversation(&conversation), None).await;
            webchat::tell_visitor(center, &conversation).await;
            return Ok(Joined::On(conversation));
        }
    }
    Err(OpError::Busy.into())
}

/// Where a conversation stands, seen by a task of it that was accepted.
enum Stands {
    Open(Box<Conversation>),
    Over,
    /// As it was before the turn that made the task: whoever wrote it now would make the turn's own write fail, and
    /// its flow forget that it waits for the task.
    BeforeTurn,
}

fn stands(found: Option<Conversation>, sid: &ConversationSid, task: &TaskSid) -> Stands {
    let Some(found) = found else { return Stands::BeforeTurn };
    let is_with_flow = found.state == ConversationState::Flow && found.task_sid.as_ref() != Some(task);
    if found.sid.number() < sid.number() || found.sid == *sid && is_with_flow {
        Stands::BeforeTurn
    } else if is_open(&found, sid) {
        Stands::Open(Box::new(found))
    } else {
        Stands::Over
    }
}

fn is_on(conversation: &Conversation, worker: &WorkerSid, task: &TaskSid) -> bool {
    let came = conversation.invitation(task).and_then(|invited| invited.worker_sid.as_ref());
    conversation.state == ConversationState::WithAgent
        && (conversation.task_sid.as_ref() == Some(task) || came == Some(worker))
        && conversation.workers.contains(worker)
}

/// Takes the agents of a task that was transferred off its conversation, which waits for the next; its invitations end.
/// The timeline says who did it: `worker`, who had the task, or a supervisor.
///
/// Safe to repeat: a conversation that is not at the old task any more has moved on.
pub(super) async fn transfer(
    center: &Center,
    (worker, by): (&WorkerSid, Option<&WorkerSid>),
    old: &TaskSid,
    new: &Task,
) -> Result<(), Refusal> {
    let Some(conversation_sid) = &new.conversation_sid else { return Ok(()) };
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let found = load_conversation(table, &conversation_sid.contact(), Consistency::Strong).await?;
        let Some(before) = found.filter(|found| is_open(found, conversation_sid)) else {
            return Ok(());
        };
        if before.task_sid.as_ref() != Some(old) {
            return Ok(());
        }
        let mut conversation = before.clone();
        let text = match by {
            Some(by) => {
                format!(
                    "{} moved the conversation from {}",
                    name(center, by).await?,
                    name(center, worker).await?
                )
            }
            None => format!("{} transferred the conversation", name(center, worker).await?),
        };
        let line = tell::note(center, &conversation, &["transferred", new.sid.as_str()], text).await?;
        let left = std::mem::take(&mut conversation.workers);
        conversation.invited.clear();
        router::end_invitations(center, &before, &conversation).await?;
        conversation.state = ConversationState::Waiting;
        conversation.begin_task(new.sid.clone());
        conversation.updated_at = center.now();
        if write(center, &mut conversation).await? {
            tell::workers(center, &left, &frames::message("created", &line, center.links()), None).await;
            tell::workers(center, &left, &frames::conversation(&conversation), None).await;
            webchat::tell_visitor(center, &conversation).await;
            return Ok(());
        }
    }
    Err(OpError::Busy.into())
}

/// Has a conversation wait for another task, because whoever its caller was handed to did not answer.
///
/// Safe to repeat: a conversation that is not at the old task any more has moved on.
pub(crate) async fn wait_again(
    center: &Center,
    conversation_sid: &ConversationSid,
    old: &TaskSid,
    new: &TaskSid,
) -> Result<(), OpError> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let found = load_conversation(table, &conversation_sid.contact(), Consistency::Strong).await?;
        let Some(before) = found.filter(|found| is_open(found, conversation_sid)) else {
            return Ok(());
        };
        if before.task_sid.as_ref() != Some(old) {
            return Ok(());
        }
        let mut conversation = before.clone();
        let text = "Nobody answered at the number: the caller waits again".to_owned();
        let line = tell::note(center, &conversation, &["again", new.as_str()], text).await?;
        let left = std::mem::take(&mut conversation.workers);
        conversation.invited.clear();
        router::end_invitations(center, &before, &conversation).await?;
        conversation.state = ConversationState::Waiting;
        conversation.begin_task(new.clone());
        conversation.updated_at = center.now();
        if write(center, &mut conversation).await? {
            tell::workers(center, &left, &frames::message("created", &line, center.links()), None).await;
            tell::workers(center, &left, &frames::conversation(&conversation), None).await;
            return Ok(());
        }
    }
    Err(OpError::Busy)
}

/// What a worker is called.
pub(super) async fn name(center: &Center, worker: &WorkerSid) -> Result<String, Refusal> {
    let profile = load_profile(center.table.as_ref(), worker).await?;
    Ok(profile.ok_or(OpError::NotFound("worker"))?.friendly_name)
}

/// The same for whoever finishes a transfer in the agent's place.
pub(crate) async fn finish_transfer(
    center: &Center,
    who: (&WorkerSid, Option<&WorkerSid>),
    old: &TaskSid,
    new: &Task,
) -> Result<(), OpError> {
    transfer(center, who, old, new).await.map_err(|refusal| OpError::Refused(refusal.message))
}

pub(super) fn is_open(conversation: &Conversation, sid: &ConversationSid) -> bool {
    conversation.sid == *sid && conversation.state != ConversationState::Closed
}

/// False when somebody else was faster.
pub(super) async fn write(center: &Center, conversation: &mut Conversation) -> Result<bool, StoreError> {
    match center.table.write(vec![put_next(conversation)]).await.map_err(StoreError::from) {
        Ok(_) => Ok(true),
        Err(error) if error.is_lost_race() => Ok(false),
        Err(error) => Err(error),
    }
}
