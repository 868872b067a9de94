//! `task.transfer {task_sid, to, note?}`: the task, and with it the conversation, goes to somebody else.

use super::note::{OFFER_NOTE_CHARS_MAX, tell_note};
use super::{about_task, call};
use crate::agent::access::seeing;
use crate::agent::answer::Answer;
use crate::agent::call::rest_of;
use crate::agent::invitation::at_task;
use crate::agent::membership::{self, name};
use crate::agent::request::{NAME_CHARS_MAX, Refusal, Request};
use crate::agent::{Session, tell};
use crate::center::Center;
use crate::config::Config;
use crate::frames::{self, Fault};
use crate::ports::Consistency;
use crate::router::{self, Handing, Note, OpError, TransferTarget};
use crate::store::load_task;
use crate::token::Role;
use patchbay_channels::voice::is_address;
use patchbay_model::{MessageSid, Task, TaskSid, WorkerSid};

/// Answers with the new task, or with the same one where nobody has accepted it yet. A supervisor may move every task,
/// others their own. A `note` stands in the timeline, and on the offer of a new task.
///
/// Safe to repeat: the new task's id comes from the old one's, a task that waits where it should is left there, and a
/// conversation that has moved on is left alone.
pub(super) async fn transfer(
    center: &Center,
    session: &Session,
    request: &Request,
) -> Result<Answer, Refusal> {
    let fields = &request.fields;
    let task_sid = fields.sid("task_sid")?;
    let text = fields.text("note", OFFER_NOTE_CHARS_MAX)?.filter(|text| !text.trim().is_empty());
    if let Some(number) = fields.text("to", NAME_CHARS_MAX)?.filter(|to| is_address(to)) {
        let answer = call::hand_to_number(center, session, request, number).await?;
        note(center, session, request, &stored(center, &task_sid).await?, text).await?;
        return Ok(answer);
    }
    let to = target(&*center.config().await?, fields.required_text("to", NAME_CHARS_MAX)?)?;
    let me = &session.worker_sid;
    let asked = own_task(center, &task_sid).await?;
    if session.role < Role::Supervisor {
        let rest = rest_of(&asked);
        let note = note(center, session, request, &asked, text).await?;
        let new =
            Box::pin(router::transfer(center, (me, None), &task_sid, Handing { to, rest, note })).await?;
        membership::transfer(center, (me, None), &task_sid, &new).await?;
        return about_task(center, &new).await;
    }
    let task = stored(center, &task_sid).await?;
    if let Some(next) = &task.transferred_to {
        return about_task(center, &stored(center, next).await?).await;
    }
    let note = note(center, session, request, &task, text).await?;
    match holder(&task) {
        Some(holder) => {
            let by = Some(me).filter(|me| *me != holder);
            let handing = Handing { to, rest: rest_of(&task), note };
            let new = Box::pin(router::transfer(center, (holder, by), &task_sid, handing)).await?;
            membership::transfer(center, (holder, by), &task_sid, &new).await?;
            about_task(center, &new).await
        }
        None => {
            let moved = router::redirect(center, &task_sid, &to).await?;
            tell_moved(center, session, request, &moved).await?;
            about_task(center, &moved).await
        }
    }
}

/// What the next agent is to read, once it stands in the timeline. A second run may find its author off the conversation:
/// then it stands there.
async fn note(
    center: &Center,
    session: &Session,
    request: &Request,
    task: &Task,
    text: Option<&str>,
) -> Result<Option<Note>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let me = &session.worker_sid;
    let by = name(center, me).await?;
    let seen = match &task.conversation_sid {
        Some(sid) => match seeing(center, session, sid).await {
            Ok(conversation) => Some(conversation),
            Err(refusal) if refusal.fault == Fault::NotFound => None,
            Err(refusal) => return Err(refusal),
        },
        None => None,
    };
    if let Some(conversation) = seen {
        let id = request.id.as_deref().unwrap_or_default();
        let line = MessageSid::derive(&["transfer note", me.as_str(), task.sid.as_str(), id]);
        tell_note(center, &conversation, line, (me, by.clone()), text.to_owned()).await?;
    }
    Ok(Some(Note { by: me.clone(), name: by, text: text.to_owned() }))
}

/// The task, as a cheap read has it. An invitation's is its inviter's matter, until the conversation is handed over.
async fn own_task(center: &Center, sid: &TaskSid) -> Result<Task, Refusal> {
    let task = match load_task(center.table.as_ref(), sid, Consistency::Eventual).await? {
        Some(task) => task,
        None => stored(center, sid).await?,
    };
    if task.invitation.is_some() && task.transferred_to.is_none() {
        at_task(center, &task).await?;
    }
    Ok(task)
}

pub(super) async fn stored(center: &Center, sid: &TaskSid) -> Result<Task, Refusal> {
    let task = load_task(center.table.as_ref(), sid, Consistency::Strong).await?;
    Ok(task.ok_or(OpError::NotFound("task"))?)
}

/// Who has accepted the task.
pub(super) fn holder(task: &Task) -> Option<&WorkerSid> {
    task.served().map(|served| &served.worker_sid)
}

/// Says in the timeline that a supervisor sent a waiting task somewhere else.
async fn tell_moved(
    center: &Center,
    session: &Session,
    request: &Request,
    moved: &Task,
) -> Result<(), Refusal> {
    let Some(sid) = &moved.conversation_sid else { return Ok(()) };
    // Its flow may not have written the conversation yet, or it is over: then there is nowhere to say it.
    let Ok(conversation) = seeing(center, session, sid).await else { return Ok(()) };
    let text = format!("{} moved the conversation", name(center, &session.worker_sid).await?);
    let id = request.id.as_deref().unwrap_or_default();
    let about = ["moved", session.worker_sid.as_str(), moved.sid.as_str(), id];
    let line = tell::note(center, &conversation, &about, text).await?;
    let frame = frames::message("created", &line, center.links());
    tell::workers(center, &conversation.workers, &frame, None).await;
    Ok(())
}

/// A worker by SID, a task queue by SID or friendly name, or `workflow`: through the task's workflow again.
pub(super) fn target(config: &Config, to: &str) -> Result<TransferTarget, Refusal> {
    if to == "workflow" {
        return Ok(TransferTarget::Workflow);
    }
    if let Ok(worker) = WorkerSid::parse(to) {
        return Ok(TransferTarget::Worker(worker));
    }
    match config.queue(to) {
        Some(queue) => Ok(TransferTarget::Queue(queue.sid.clone())),
        None => Err(Refusal::new(Fault::NotFound, "there is no such worker or task queue")),
    }
}
