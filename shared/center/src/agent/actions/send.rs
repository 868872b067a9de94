//! `message.send {conversation_sid, text | media | template | choices | reaction, subject?, reply_to?, channel?, account?,
//! address?, send_at?, unless_answered?}`: the agent says something, now or later.

use super::content;
use super::later::{about_scheduled, moment};
use super::recipient::{Recipient, choose};
use crate::agent::access::participating;
use crate::agent::answer::Answer;
use crate::agent::membership::name;
use crate::agent::request::{NAME_CHARS_MAX, Refusal, Request, required};
use crate::agent::snapshot::contact_of;
use crate::agent::{Session, scheduled, tell};
use crate::center::Center;
use crate::frames::{self, Fault};
use crate::outbound;
use crate::ports::Consistency;
use crate::store::{Course, Fate, Scheduled, find_course, fix_course, load_message, load_scheduled};
use patchbay_model::{
    Author, Contact, Content, Conversation, ConversationSid, Direction, Message, MessageKey, MessageSid,
    MessageStatus, Seq, Timestamp,
};

/// Hands the message to the sender and stores it as queued, shows it to the others on the conversation, and answers
/// with its sid and position.
///
/// Safe to repeat: its sid comes from the worker and the client's id, its position and where it goes are fixed by the
/// first run, and both the queue and the sender recognise it. Once they are fixed the message is said, though the
/// first run died there and its repetition would be refused by now.
pub(super) async fn send(
    center: &Center,
    session: &Session,
    connection: &str,
    request: &Request,
) -> Result<Answer, Refusal> {
    let id = required("id", request.id.as_deref())?;
    let conversation_sid: ConversationSid = request.fields.sid("conversation_sid")?;
    let content = content::read(&request.fields, &session.worker_sid)?;
    let sid = MessageSid::derive(&["agent", session.worker_sid.as_str(), id]);
    let worker_sid = session.worker_sid.clone();
    let author = Author::Agent { name: name(center, &worker_sid).await?, worker_sid };
    let draft = Draft { sid, content, author, reply_to: None, quoted: None };
    if let Some(send_at) = moment(&request.fields, "send_at")? {
        return later(center, session, connection, request, (&conversation_sid, draft, send_at)).await;
    }
    let message = match allow(center, session, &conversation_sid, request, &draft).await {
        Ok(Allowed { conversation, course, reply_to, quoted }) => {
            let draft = Draft { reply_to, quoted, ..draft };
            let now = center.now();
            let contact = &conversation.contact_sid;
            let fixed = fix_course(center.table.as_ref(), contact, &draft.sid, now, course).await?;
            let message = say(center, draft, fixed, Some(now)).await?;
            let frame = frames::message("created", &message, center.links());
            tell::workers(center, &conversation.workers, &frame, Some(connection)).await;
            message
        }
        Err(refusal) => {
            let contact = conversation_sid.contact();
            match find_course(center.table.as_ref(), &contact, &draft.sid).await? {
                Some(fixed) => say(center, draft, fixed, None).await?,
                None => return Err(refusal),
            }
        }
    };
    Ok(Answer::default()
        .with("message_sid", message.sid.to_string())
        .with("conversation_sid", message.conversation_sid.to_string())
        .with("seq", message.seq.0))
}

/// Keeps a message to be said later. It is checked now as if it were said now, and again when it is due.
///
/// Safe to repeat: what is stored under its sid is the answer, whatever became of it.
async fn later(
    center: &Center,
    session: &Session,
    connection: &str,
    request: &Request,
    (conversation_sid, draft, send_at): (&ConversationSid, Draft, Timestamp),
) -> Result<Answer, Refusal> {
    let contact = conversation_sid.contact();
    if let Some(known) = load_scheduled(center.table.as_ref(), &contact, &draft.sid).await? {
        return Ok(about_scheduled(center, &known));
    }
    if matches!(draft.content, Content::Reaction { .. }) {
        return Err(Refusal::field("send_at", "a reaction is sent at once"));
    }
    let now = center.now();
    scheduled::check_time(now, send_at)?;
    let unless_answered = request.fields.truth("unless_answered")?.unwrap_or(false);
    let Allowed { conversation, course, reply_to, quoted } =
        allow(center, session, conversation_sid, request, &draft).await?;
    let timeline = contact_of(center, &conversation).await?.timeline();
    let wanted = Scheduled {
        sid: draft.sid,
        contact_sid: conversation.contact_sid,
        conversation_sid: conversation.sid,
        author: draft.author,
        content: draft.content,
        reply_to,
        quoted,
        to: course.to,
        our_address: course.our_address,
        send_at,
        unless_answered,
        asked_at: now,
        fate: Fate::Scheduled,
        version: 0,
    };
    let kept = scheduled::schedule(center, wanted, &timeline, connection).await?;
    Ok(about_scheduled(center, &kept))
}

/// What is said, before it is known where it stands and goes.
#[derive(Clone)]
struct Draft {
    sid: MessageSid,
    content: Content,
    author: Author,
    /// The provider's id of the message that it answers.
    reply_to: Option<String>,
    /// What the provider wants that message named by.
    quoted: Option<String>,
}

/// What may be said, and where it goes.
struct Allowed {
    conversation: Conversation,
    course: Course,
    reply_to: Option<String>,
    quoted: Option<String>,
}

impl Draft {
    fn message(self, seq: Seq, course: &Course) -> Message {
        Message {
            sid: self.sid,
            seq,
            conversation_sid: course.conversation_sid.clone(),
            contact_sid: course.conversation_sid.contact(),
            channel: course.to.channel,
            account: course.to.account.clone(),
            direction: Direction::Outbound,
            author: self.author,
            content: self.content,
            reply_to: self.reply_to,
            provider_id: None,
            status: MessageStatus::Queued,
            reason: None,
            deleted: false,
            edited: None,
            media_failures: Vec::new(),
            tokens: Default::default(),
            created_at: seq.time(),
        }
    }
}

/// The conversation, and where the message goes if it may and can.
async fn allow(
    center: &Center,
    session: &Session,
    conversation_sid: &ConversationSid,
    request: &Request,
    draft: &Draft,
) -> Result<Allowed, Refusal> {
    let conversation = participating(center, session, conversation_sid).await?;
    let contact = contact_of(center, &conversation).await?;
    let answered = answered(center, &contact, request).await?;
    let quoted = answered.as_ref().and_then(Message::quoted_as).map(str::to_owned);
    let reply_to = match &answered {
        Some(message) => Some(message.provider_id.clone().ok_or_else(|| {
            Refusal::new(Fault::Refused, "the channel has no name of the message yet that this is to answer")
        })?),
        None if matches!(draft.content, Content::Reaction { .. }) => {
            return Err(Refusal::field("reply_to", "missing: what the reaction is to"));
        }
        None => None,
    };
    let (content, fields) = (&draft.content, &request.fields);
    let Recipient { to, our_address, account } =
        choose(center, &conversation, &contact, content, answered.as_ref(), fields).await?;
    let course = Course { conversation_sid: conversation.sid.clone(), to, our_address };
    let now = center.now();
    let message = draft.clone().message(Seq::at(now), &course);
    let rendered = outbound::outbound(&message, &course.to, &course.our_address, None, quoted.as_deref());
    match account.channel.render(&rendered, now) {
        Ok(_) => Ok(Allowed { conversation, course, reply_to, quoted }),
        Err(undeliverable) => Err(Refusal::new(Fault::Refused, undeliverable.to_string())),
    }
}

/// The message of the contact's that `reply_to` names, `<contact>.<seq>.<sid>`.
async fn answered(center: &Center, contact: &Contact, request: &Request) -> Result<Option<Message>, Refusal> {
    let Some(named) = request.fields.text("reply_to", NAME_CHARS_MAX)? else { return Ok(None) };
    let key = MessageKey::parse(named)
        .ok_or_else(|| Refusal::field("reply_to", "not a message: <contact>.<seq>.<sid>"))?;
    let message = match contact.timeline().contains(&key.contact) {
        true => load_message(center.table.as_ref(), &key, Consistency::Eventual).await?,
        false => None,
    };
    message.map(Some).ok_or_else(|| Refusal::new(Fault::NotFound, "there is no such message to answer"))
}

/// Hands the message over where nothing has come of it yet. `now`: when this run fixed its position, if it has.
async fn say(
    center: &Center,
    draft: Draft,
    (seq, course): (Seq, Course),
    now: Option<Timestamp>,
) -> Result<Message, Refusal> {
    let quoted = draft.quoted.clone();
    let mut message = draft.message(seq, &course);
    if now != Some(seq.time())
        && let Some(stored) = load_message(center.table.as_ref(), &message.key(), Consistency::Strong).await?
    {
        // Said before, perhaps in other words: the first run's count.
        if stored.status != MessageStatus::Queued {
            return Ok(stored);
        }
        message = stored;
    }
    let context = outbound::reply_context(center, &message.contact_sid, &course.to).await?;
    let (to, ours) = (&course.to, &course.our_address);
    outbound::send(center, &message, to, ours, context, quoted.as_deref()).await?;
    Ok(message)
}
