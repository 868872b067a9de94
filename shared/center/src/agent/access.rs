//! What a session may do with a conversation: speak in it, serve its customer, see it.

use super::Session;
use super::request::Refusal;
use crate::center::Center;
use crate::frames::Fault;
use crate::ports::Consistency;
use crate::store::{StoreError, load_conversation, load_conversation_by_sid, load_task, load_worker};
use crate::token::Role;
use futures_util::future::try_join_all;
use patchbay_model::{Conversation, ConversationSid, ConversationState, WorkerSid};

/// The conversation, if the session's worker is on it and may speak. One half read unit; a strong read only before a
/// refusal, since the worker may just have joined.
pub(super) async fn participating(
    center: &Center,
    session: &Session,
    sid: &ConversationSid,
) -> Result<Conversation, Refusal> {
    let mut found = None;
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        found = load_conversation(center.table.as_ref(), &sid.contact(), consistency).await?;
        if let Some(conversation) = &found
            && conversation.sid == *sid
            && conversation.state != ConversationState::Closed
            && conversation.workers.contains(&session.worker_sid)
        {
            return Ok(conversation.clone());
        }
    }
    // Whoever is not on a conversation does not learn whether it exists.
    let was_on = found.is_some_and(|found| found.sid == *sid && found.workers.contains(&session.worker_sid));
    Err(match was_on {
        true => Refusal::new(Fault::Refused, "the conversation is closed"),
        false => not_on(),
    })
}

/// The conversation, if the session's worker is on it, or writes it up: it may be closed by then, or go on with somebody
/// else. What one half read unit does not tell is looked up at the worker and their tasks.
pub(super) async fn serving(
    center: &Center,
    session: &Session,
    sid: &ConversationSid,
) -> Result<Conversation, Refusal> {
    let found = load_conversation(center.table.as_ref(), &sid.contact(), Consistency::Eventual).await?;
    let is_on = |found: &Conversation| found.sid == *sid && found.workers.contains(&session.worker_sid);
    match found.filter(is_on) {
        Some(conversation) => Ok(conversation),
        None => of_served_task(center, &session.worker_sid, sid).await?.ok_or_else(not_on),
    }
}

/// The conversation, if the session may see it: a supervisor every one that is its contact's newest, others those that
/// they serve.
pub(super) async fn seeing(
    center: &Center,
    session: &Session,
    sid: &ConversationSid,
) -> Result<Conversation, Refusal> {
    if session.role >= Role::Supervisor {
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            let found = load_conversation(center.table.as_ref(), &sid.contact(), consistency).await?;
            if let Some(conversation) = found.filter(|found| found.sid == *sid) {
                return Ok(conversation);
            }
        }
    }
    serving(center, session, sid).await
}

/// The conversation of a task that a worker has accepted and not completed.
async fn of_served_task(
    center: &Center,
    worker_sid: &WorkerSid,
    sid: &ConversationSid,
) -> Result<Option<Conversation>, StoreError> {
    let table = center.table.as_ref();
    let Some(worker) = load_worker(table, worker_sid, Consistency::Strong).await? else { return Ok(None) };
    let tasks =
        worker.reservations.values().map(|held| load_task(table, &held.task_sid, Consistency::Strong));
    let tasks = try_join_all(tasks).await?;
    let is_served = tasks.iter().flatten().any(|task| {
        let by = task.served().map(|served| &served.worker_sid);
        task.conversation_sid.as_ref() == Some(sid) && by == Some(worker_sid)
    });
    match is_served {
        true => load_conversation_by_sid(table, sid).await,
        false => Ok(None),
    }
}

fn not_on() -> Refusal {
    Refusal::new(Fault::NotFound, "there is no such conversation that you are on")
}
