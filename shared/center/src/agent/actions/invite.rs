//! `task.invite {task_sid, to, note?, hold?}`: a colleague, or whoever is free in a task queue, is asked into the conversation.

use super::about_task;
use super::note::{OFFER_NOTE_CHARS_MAX, tell_note};
use super::transfer::{holder, stored, target};
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::call::call_of;
use crate::agent::invitation::{ask, at_task, may_ask};
use crate::agent::membership::name;
use crate::agent::request::{NAME_CHARS_MAX, Refusal, Request, required};
use crate::calls;
use crate::center::Center;
use crate::command::NewTask;
use crate::config::Config;
use crate::frames::Fault;
use crate::router::{self, INVITATION_NOTE, INVITATION_OF, INVITED_BY, OpError, TransferTarget};
use crate::token::Role;
use patchbay_model::{Conversation, Invitation, Invited, MessageSid, Task, TaskSid, WorkerSid};
use serde_json::{Value, json};

/// Seconds after which nobody has come.
const INVITATION_S: u32 = 300;

/// Answers with the invitation's task: one of its own, for the same conversation. With `hold` the customer of a call hears
/// music from now on, until they are taken back or the call is handed over. Whoever has the conversation's task may
/// ask, and every supervisor.
///
/// Safe to repeat: the task's id comes from the conversation's task, the client's id and who is asked. The conversation
/// knows of the invitation before its task is made, and somebody was asked to look before that.
pub(super) async fn invite(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let (fields, id) = (&request.fields, required("id", request.id.as_deref())?);
    let of: TaskSid = fields.sid("task_sid")?;
    let config = center.config().await?;
    let (to, asked) = asked(center, &config, fields.required_text("to", NAME_CHARS_MAX)?).await?;
    let note = fields.text("note", OFFER_NOTE_CHARS_MAX)?;
    let hold = match fields.get("hold") {
        None => false,
        Some(hold) => hold.as_bool().ok_or_else(|| Refusal::field("hold", "neither true nor false"))?,
    };
    let of = stored(center, &of).await?;
    let me = &session.worker_sid;
    if session.role < Role::Supervisor && holder(&of) != Some(me) {
        return Err(OpError::NotYours.into());
    }
    if to == me.as_str() {
        return Err(Refusal::field("to", "you yourself"));
    }
    let sid = TaskSid::derive(&["invitation", of.sid.as_str(), id, &to]);
    if let Some(task) = router::asked_before(center, &sid).await? {
        return about_task(center, &task).await;
    }
    let conversation = at_task(center, &of).await?;
    if conversation.invitation(&sid).is_none() {
        may_ask(&conversation, &to)?;
    }
    let by = name(center, me).await?;
    let new = new_task(center, (&of, &conversation), sid.clone(), (me, &by), (&to, note));
    router::have_looked(center, &new).await?;
    if let Some(note) = note {
        let line = MessageSid::derive(&["invitation", sid.as_str()]);
        tell_note(center, &conversation, line, (me, by), note.to_owned()).await?;
    }
    if let (true, Some(call_sid)) = (hold, call_of(&of)) {
        // Before anybody comes who is to speak with the agent alone.
        calls::hold_customer(center, call_sid, true, &["invitation", sid.as_str()]).await?;
    }
    let invited = Invited { task_sid: sid, by: me.clone(), to, name: asked, worker_sid: None };
    ask(center, &of, &invited).await?;
    about_task(center, &router::invite(center, new).await?).await
}

/// Who is asked, a worker or a task queue, and what they are called.
async fn asked(center: &Center, config: &Config, to: &str) -> Result<(String, String), Refusal> {
    match target(config, to)? {
        TransferTarget::Worker(worker) => {
            let name = name(center, &worker).await?;
            Ok((worker.to_string(), name))
        }
        TransferTarget::Queue(queue) => {
            let name = config.queues.get(&queue).map(|queue| queue.friendly_name.clone());
            Ok((queue.to_string(), name.unwrap_or_default()))
        }
        TransferTarget::Workflow => {
            Err(Refusal::new(Fault::NotFound, "there is no such worker or task queue"))
        }
    }
}

fn new_task(
    center: &Center,
    (of, conversation): (&Task, &Conversation),
    task_sid: TaskSid,
    (by, by_name): (&WorkerSid, &str),
    (to, note): (&str, Option<&str>),
) -> NewTask {
    let mut attributes = router::inherited(&of.attributes);
    if let Some(object) = attributes.as_object_mut() {
        object.insert(INVITED_BY.into(), json!({ "worker_sid": by, "name": by_name }));
        object.insert(INVITATION_OF.into(), json!(of.sid));
        object.extend(note.map(|note| (INVITATION_NOTE.to_owned(), Value::from(note))));
    }
    let timeout_s = of.invitation.as_ref().map_or(of.timeout_s, |invitation| invitation.timeout_s);
    NewTask {
        task_sid,
        workflow_sid: of.workflow_sid.clone(),
        task_channel: of.task_channel.clone(),
        attributes,
        priority: of.priority,
        timeout_s: INVITATION_S,
        conversation_sid: of.conversation_sid.clone(),
        routing_target: Some(to.to_owned()),
        invitation: Some(Invitation {
            of: of.sid.clone(),
            by: by.clone(),
            timeout_s,
            without: conversation
                .workers
                .iter()
                .filter(|worker| *worker != by)
                .chain([by])
                .cloned()
                .collect(),
        }),
        created_at: center.now(),
    }
}
