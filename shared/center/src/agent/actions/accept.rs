//! `reservation.accept {reservation_sid}`: the worker takes the task, and is on its conversation from then on.

use crate::agent::Session;
use crate::agent::answer::{Answer, Lists};
use crate::agent::late;
use crate::agent::membership::{Joined, join};
use crate::agent::request::{Fields, Refusal};
use crate::agent::snapshot::{contact_of, recent_messages};
use crate::center::Center;
use crate::frames::{contact_payload, conversation_payload, message_payload};
use crate::router;
use crate::window;

use super::about_task;

/// Answers with the task and, where it has one, the conversation, the contact and the contact's last messages
/// on all channels. They are read after the worker is on the conversation: what comes later is pushed to it. Whoever
/// is faster than the flow that made the task hears of its conversation once it is written.
///
/// Safe to repeat: an accepted reservation is accepted, and a worker is on a conversation once.
pub(super) async fn accept(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let task = router::accept(center, &session.worker_sid, &fields.sid("reservation_sid")?).await?;
    let mut answer = about_task(center, &task).await?;
    let Some(sid) = &task.conversation_sid else { return Ok(answer) };
    let conversation = match join(center, &session.worker_sid, &task.sid, sid).await? {
        Joined::On(conversation) => conversation,
        Joined::Over => return Ok(answer),
        Joined::NotYet => {
            late::join_later(center, &session.worker_sid, &task.sid, sid, 0).await?;
            return Ok(answer);
        }
    };
    let contact = contact_of(center, &conversation).await?;
    let (messages, more) = recent_messages(center, &contact, None).await?;
    answer.lists = Lists::default()
        .with("messages", messages.iter().map(|message| message_payload(message, center.links())).collect());
    Ok(answer
        .with("conversation", conversation_payload(&conversation))
        .with("contact", contact_payload(&contact, center.links()))
        .with("addresses", window::addresses(center, &contact).await?)
        .with("more", more))
}
