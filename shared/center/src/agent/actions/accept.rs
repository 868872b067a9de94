//! `reservation.accept {reservation_sid}`: the worker takes the task, and is on its conversation from then on.

use crate::agent::Session;
use crate::agent::answer::{Answer, Lists};
use crate::agent::call::{self, call_of, ring};
use crate::agent::late;
use crate::agent::membership::{Joined, join};
use crate::agent::request::{Fields, Refusal};
use crate::agent::snapshot::{contact_of, recent_messages, scheduled_of};
use crate::center::Center;
use crate::frames::{contact_payload, conversation_payload, message_payload};
use crate::ports::Consistency;
use crate::router::{self, Accepted};
use crate::store::load_task;
use crate::window;
use patchbay_model::Task;

use super::about_task;

/// Answers with the task and, where it has one, the conversation, the contact and the contact's last messages
/// on all channels. They are read after the worker is on the conversation: what comes later is pushed to it. Whoever
/// is faster than the flow that made the task hears of its conversation once it is written; a task that its conversation
/// never had is completed at once.
///
/// A caller's task is accepted when the agent's phone is answered: here it only begins to ring (`ringing`).
///
/// Safe to repeat: an accepted reservation is accepted, a worker is on a conversation once, and a phone rings once for a
/// reservation.
pub(super) async fn accept(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let reservation = fields.sid("reservation_sid")?;
    let is_call = |task: &Task| call_of(task).is_some();
    let task = match router::accept_unless(center, &session.worker_sid, &reservation, is_call).await? {
        Accepted::Now(task) => task,
        Accepted::Held(task) => match ring(center, session, &reservation, &task).await? {
            Some(answer) => return Ok(answer),
            None => router::accept(center, &session.worker_sid, &reservation).await?,
        },
    };
    let mut answer = about_task(center, &task).await?;
    let Some(sid) = &task.conversation_sid else { return Ok(answer) };
    let conversation = match join(center, &session.worker_sid, &task.sid, sid).await? {
        Joined::On(conversation) => conversation,
        Joined::Over => {
            let now = load_task(center.table.as_ref(), &task.sid, Consistency::Strong).await?;
            return about_task(center, now.as_ref().unwrap_or(&task)).await;
        }
        Joined::NotYet => {
            late::join_later(center, &session.worker_sid, &task.sid, sid, 0).await?;
            return Ok(answer);
        }
    };
    let contact = contact_of(center, &conversation).await?;
    let (messages, more) = recent_messages(center, &contact, None).await?;
    answer.lists = Lists::default()
        .with("calls", call::shown(center, &task).await?.into_iter().collect())
        .with("messages", messages.iter().map(|message| message_payload(message, center.links())).collect());
    Ok(answer
        .with("conversation", conversation_payload(&conversation))
        .with("contact", contact_payload(&contact, center.links()))
        .with("addresses", window::addresses(center, &contact).await?)
        .with("scheduled", scheduled_of(center, &contact).await?)
        .with("more", more))
}
