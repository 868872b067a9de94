//! What a conversation knows of colleagues who are asked into it: that they are, that they came, that they have it now.

use super::call::call_of;
use super::membership::{TRIES_MAX, is_open, name, write};
use super::request::Refusal;
use super::tell;
use crate::calls;
use crate::center::Center;
use crate::command::TaskOutcome;
use crate::frames::{self, Fault};
use crate::ports::Consistency;
use crate::router::{self, DECLINED, OpError, WITHDRAWN};
use crate::store::{load_conversation, load_task};
use crate::webchat;
use patchbay_model::task::TaskReservation;
use patchbay_model::{
    Conversation, ConversationSid, ConversationState, Invited, Message, ReservationStatus, Task, TaskSid,
    WorkerSid,
};

async fn stored(center: &Center, sid: &ConversationSid) -> Result<Option<Conversation>, Refusal> {
    let found = load_conversation(center.table.as_ref(), &sid.contact(), Consistency::Strong).await?;
    Ok(found.filter(|found| is_open(found, sid)))
}

/// The conversation, if agents have it and this is its own task: whose holder may ask others in, and hand it over.
pub(super) async fn at_task(center: &Center, task: &Task) -> Result<Conversation, Refusal> {
    let refused = |why: &str| Refusal::new(Fault::Refused, why);
    let sid = task.conversation_sid.as_ref().ok_or_else(|| refused("the task has no conversation"))?;
    let found = stored(center, sid).await?;
    let found = found.filter(|found| found.state == ConversationState::WithAgent);
    let conversation = found.ok_or_else(|| refused("nobody is on the conversation, or it is over"))?;
    match conversation.task_sid.as_ref() == Some(&task.sid) {
        true => Ok(conversation),
        false => {
            Err(refused("the conversation is at another task: only its own can be shared or handed over"))
        }
    }
}

/// Why this colleague cannot be asked in, if they cannot.
pub(super) fn may_ask(conversation: &Conversation, to: &str) -> Result<(), Refusal> {
    let refused = |why: &str| Err(Refusal::new(Fault::Refused, why));
    if conversation.workers.iter().any(|worker| worker.as_str() == to) {
        return refused("they are on the conversation");
    }
    let is_asked = |invited: &Invited| invited.worker_sid.is_none() && invited.to == to;
    match conversation.invited.iter().any(is_asked) {
        true => refused("they are asked already"),
        false => Ok(()),
    }
}

/// Keeps with the conversation of `of` that somebody is asked in, and shows it to those on it.
///
/// Safe to repeat: who is asked already is not asked again.
pub(super) async fn ask(center: &Center, of: &Task, invited: &Invited) -> Result<(), Refusal> {
    for _ in 0..TRIES_MAX {
        let mut conversation = at_task(center, of).await?;
        if conversation.invitation(&invited.task_sid).is_some() {
            return Ok(());
        }
        may_ask(&conversation, &invited.to)?;
        if !conversation.invite(invited.clone()) {
            return Err(Refusal::new(Fault::Refused, "as many colleagues are asked in as can be at a time"));
        }
        conversation.updated_at = center.now();
        if write(center, &mut conversation).await? {
            tell::workers(center, &conversation.workers, &frames::conversation(&conversation), None).await;
            return Ok(());
        }
    }
    Err(OpError::Busy.into())
}

/// The task of an invitation is over: whoever came has left the others, or nobody came, and those on the conversation
/// are told which.
///
/// Safe to repeat: a conversation that does not know the invitation is left alone.
pub(crate) async fn end_invitation(
    center: &Center,
    sid: &ConversationSid,
    task_sid: &TaskSid,
    outcome: &TaskOutcome,
) -> Result<(), OpError> {
    let done = async {
        for _ in 0..TRIES_MAX {
            let Some(before) = stored(center, sid).await? else { return Ok(()) };
            let Some(invited) = before.invitation(task_sid) else {
                // A run before may have come no further than the conversation.
                return Ok(hang_up(center, task_sid).await?);
            };
            let owner = match &invited.worker_sid {
                Some(_) => owner(center, &before).await?,
                None => None,
            };
            let mut conversation = before.clone();
            conversation.uninvite(task_sid, owner.as_ref());
            conversation.updated_at = center.now();
            let stays = invited.worker_sid.as_ref().is_some_and(|came| conversation.workers.contains(came));
            let text = match stays {
                true => None,
                false => what_came(center, invited, outcome).await?,
            };
            let mut lines = Vec::new();
            if let Some(text) = text {
                lines.push(tell::note(center, &before, &["uninvited", task_sid.as_str()], text).await?);
            }
            if write(center, &mut conversation).await? {
                hang_up(center, task_sid).await?;
                show(center, &before.workers, &conversation, &lines).await;
                return Ok(());
            }
        }
        Err(Refusal::from(OpError::Busy))
    };
    done.await.map_err(Refusal::undone)
}

/// Whoever was called, or has come, by an invitation to a call need not be in it any more.
async fn hang_up(center: &Center, invitation: &TaskSid) -> Result<(), OpError> {
    let task = load_task(center.table.as_ref(), invitation, Consistency::Eventual).await?;
    match task.as_ref().and_then(call_of) {
        Some(call_sid) => calls::colleague_gone(center, call_sid, invitation).await,
        None => Ok(()),
    }
}

/// Who has the conversation's own task.
async fn owner(center: &Center, conversation: &Conversation) -> Result<Option<WorkerSid>, Refusal> {
    let Some(task) = &conversation.task_sid else { return Ok(None) };
    let task = load_task(center.table.as_ref(), task, Consistency::Strong).await?;
    let has = |held: &&TaskReservation| held.status == ReservationStatus::Accepted;
    Ok(task.and_then(|task| task.reservations.iter().find(has).map(|held| held.worker_sid.clone())))
}

/// What those on the conversation are told of an invitation that is over.
async fn what_came(
    center: &Center,
    invited: &Invited,
    outcome: &TaskOutcome,
) -> Result<Option<String>, Refusal> {
    let Invited { name: asked, worker_sid, to, .. } = invited;
    Ok(match (outcome, worker_sid) {
        (_, Some(worker)) => Some(format!("{} left", name(center, worker).await?)),
        // They accepted, and completed before they were seen on it.
        (TaskOutcome::Completed, None) => None,
        (TaskOutcome::Canceled { reason }, None) if reason == DECLINED => Some(format!("{asked} declined")),
        (TaskOutcome::Canceled { reason }, None) if reason == WITHDRAWN => {
            Some(format!("{asked} is not asked any more"))
        }
        (TaskOutcome::Canceled { .. }, None) => Some(match WorkerSid::parse(to) {
            Ok(_) => format!("{asked} did not come"),
            Err(_) => format!("nobody came from {asked}"),
        }),
    })
}

async fn show(center: &Center, to: &[WorkerSid], conversation: &Conversation, lines: &[Message]) {
    for line in lines {
        tell::workers(center, to, &frames::message("created", line, center.links()), None).await;
    }
    tell::workers(center, to, &frames::conversation(conversation), None).await;
    webchat::tell_visitor(center, conversation).await;
}

/// Moves the conversation of a task that was handed over to the task of the colleague who has it now, and its owner off
/// it; a call goes with it. The timeline says who did it: `owner`, or a supervisor.
///
/// Safe to repeat: a conversation that is not at the old task any more has moved on.
pub(super) async fn hand_over(
    center: &Center,
    (owner, by): (&WorkerSid, Option<&WorkerSid>),
    old: &Task,
    to: &TaskSid,
) -> Result<(), Refusal> {
    let Some(sid) = &old.conversation_sid else { return Ok(()) };
    for _ in 0..TRIES_MAX {
        let Some(before) = stored(center, sid).await? else { return Ok(()) };
        if before.task_sid.as_ref() != Some(&old.sid) {
            // The first run came this far, and perhaps no further.
            return Ok(moved(center, old, to).await?);
        }
        let names =
            (name(center, owner).await?, before.invitation(to).map(|invited| invited.worker_sid.clone()));
        let next = match names.1.flatten() {
            Some(next) => name(center, &next).await?,
            None => "the colleague who left".to_owned(),
        };
        let text = match by {
            Some(by) => {
                format!("{} handed the conversation over from {} to {next}", name(center, by).await?, names.0)
            }
            None => format!("{} handed the conversation over to {next}", names.0),
        };
        let line = tell::note(center, &before, &["handed over", to.as_str()], text).await?;
        let mut conversation = before.clone();
        conversation.hand_over(owner, to);
        conversation.updated_at = center.now();
        if write(center, &mut conversation).await? {
            show(center, &before.workers, &conversation, &[line]).await;
            return Ok(moved(center, old, to).await?);
        }
    }
    Err(OpError::Busy.into())
}

/// The conversation is at the colleague's task: so is its call, and they may have left meanwhile.
async fn moved(center: &Center, old: &Task, to: &TaskSid) -> Result<(), OpError> {
    if let Some(call_sid) = call_of(old) {
        calls::hand_over(center, call_sid, (&old.sid, to)).await?;
    }
    router::moved(center, to).await
}

/// The same for whoever finishes it in the agent's place.
pub(crate) async fn finish_hand_over(
    center: &Center,
    who: (&WorkerSid, Option<&WorkerSid>),
    old: &Task,
    to: &TaskSid,
) -> Result<(), OpError> {
    hand_over(center, who, old, to).await.map_err(Refusal::undone)
}
