//! `note.add {conversation_sid, text}`: a note among agents, in the timeline and never for the customer.

use crate::agent::access::seeing;
use crate::agent::answer::Answer;
use crate::agent::membership::name;
use crate::agent::request::{Refusal, Request, required};
use crate::agent::{Session, tell};
use crate::center::Center;
use crate::frames;
use patchbay_model::{Author, Content, Conversation, ConversationSid, Message, MessageSid, WorkerSid};

/// Characters of a note.
pub(crate) const NOTE_CHARS_MAX: usize = 4_096;
/// Characters of one that stands on the card of an offer, too.
pub(crate) const OFFER_NOTE_CHARS_MAX: usize = 1_000;

/// Stores the note, shows it to those on the conversation, its author among them, and answers with its sid and
/// position. It is never handed to the sender, no channel renders it, and a visitor's history leaves it out.
///
/// Safe to repeat: its sid comes from the worker and the client's id, its position is fixed by the first run, and what
/// is stored is not stored anew.
pub(super) async fn add(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let id = required("id", request.id.as_deref())?;
    let sid: ConversationSid = request.fields.sid("conversation_sid")?;
    let text = request.fields.required_text("text", NOTE_CHARS_MAX)?.to_owned();
    let conversation = seeing(center, session, &sid).await?;
    let note = MessageSid::derive(&["note", session.worker_sid.as_str(), id]);
    let by = (&session.worker_sid, name(center, &session.worker_sid).await?);
    let message = tell_note(center, &conversation, note, by, text).await?;
    Ok(Answer::default()
        .with("message_sid", message.sid.to_string())
        .with("conversation_sid", message.conversation_sid.to_string())
        .with("seq", message.seq.0))
}

/// The note stands in the timeline, and those on the conversation see it, and its author. Safe to repeat: its position is fixed by the
/// first run.
pub(super) async fn tell_note(
    center: &Center,
    conversation: &Conversation,
    sid: MessageSid,
    (worker_sid, name): (&WorkerSid, String),
    text: String,
) -> Result<Message, Refusal> {
    let author = Author::Agent { worker_sid: worker_sid.clone(), name };
    let note = tell::line(center, conversation, sid, author, Content::Note { text }).await?;
    let frame = frames::message("created", &note, center.links());
    let mut told = conversation.workers.clone();
    if !told.contains(worker_sid) {
        told.push(worker_sid.clone());
    }
    tell::workers(center, &told, &frame, None).await;
    Ok(note)
}
