//! `message.send {conversation_sid, text | media, channel?, account?, address?}`: the agent says something.

use super::content;
use super::recipient::{Recipient, choose};
use crate::agent::answer::Answer;
use crate::agent::membership::participating;
use crate::agent::request::{Refusal, Request, required};
use crate::agent::{Session, tell};
use crate::center::Center;
use crate::frames::{self, Fault};
use crate::outbound;
use crate::ports::Consistency;
use crate::router::OpError;
use crate::store::{
    find_position, fix_position, load_contact, load_conversation, load_message, load_profile,
};
use patchbay_model::{
    Author, ContactSid, Content, Conversation, ConversationSid, Direction, Message, MessageKey, MessageSid,
    MessageStatus, Seq,
};

/// Stores the message as queued, hands it to the sender, shows it to the others on the conversation, and answers
/// with its sid and position.
///
/// Safe to repeat: its sid comes from the worker and the client's id, its position is fixed by the first run, and
/// both the queue and the sender recognise it. A repetition that would be refused by now is answered as the first
/// run was, and hands over what that may have died before handing over.
pub(super) async fn send(
    center: &Center,
    session: &Session,
    connection: &str,
    request: &Request,
) -> Result<Answer, Refusal> {
    let id = required("id", request.id.as_deref())?;
    let conversation_sid: ConversationSid = request.fields.sid("conversation_sid")?;
    let content = content::read(&request.fields)?;
    let sid = MessageSid::derive(&["agent", session.worker_sid.as_str(), id]);
    let allowed = match participating(center, session, &conversation_sid).await {
        Ok(conversation) => recipient(center, &conversation, request).await.map(|to| (conversation, to)),
        Err(refusal) => Err(refusal),
    };
    match allowed {
        Ok((conversation, to)) => {
            let message = say(center, session, &conversation, &to, sid, content).await?;
            let frame = frames::message("created", &message);
            tell::workers(center, &conversation.workers, &frame, Some(connection)).await;
            Ok(answer(&message))
        }
        Err(refusal) => match said(center, &conversation_sid.contact(), &sid).await? {
            Some(message) => {
                hand_over(center, &message).await?;
                Ok(answer(&message))
            }
            None => Err(refusal),
        },
    }
}

fn answer(message: &Message) -> Answer {
    Answer::default()
        .with("message_sid", message.sid.to_string())
        .with("conversation_sid", message.conversation_sid.to_string())
        .with("seq", message.seq.0)
}

async fn recipient<'c>(
    center: &'c Center,
    conversation: &Conversation,
    request: &Request,
) -> Result<Recipient<'c>, Refusal> {
    let contact =
        load_contact(center.table.as_ref(), &conversation.contact_sid, Consistency::Eventual).await?;
    let contact = contact.ok_or(OpError::NotFound("contact"))?;
    choose(center, conversation, &contact, &request.fields).await
}

async fn say(
    center: &Center,
    session: &Session,
    conversation: &Conversation,
    to: &Recipient<'_>,
    sid: MessageSid,
    content: Content,
) -> Result<Message, Refusal> {
    let table = center.table.as_ref();
    let profile = load_profile(table, &session.worker_sid).await?.ok_or(OpError::NotFound("worker"))?;
    let now = center.now();
    let draft = Message {
        seq: Seq::of(now, &sid),
        sid,
        conversation_sid: conversation.sid.clone(),
        contact_sid: conversation.contact_sid.clone(),
        channel: to.to.channel,
        account: to.to.account.clone(),
        direction: Direction::Outbound,
        author: Author::Agent { worker_sid: session.worker_sid.clone(), name: profile.friendly_name },
        content,
        reply_to: None,
        provider_id: None,
        status: MessageStatus::Queued,
        reason: None,
        deleted: false,
        edited: None,
        created_at: now,
    };
    let rendered = outbound::outbound(&draft, &to.to, &to.our_address, None);
    if let Err(undeliverable) = to.account.channel.render(&rendered, now) {
        return Err(Refusal::new(Fault::Refused, undeliverable.to_string()));
    }
    let seq = fix_position(table, &conversation.contact_sid, &draft.sid, now).await?;
    let mut message = Message { seq, created_at: seq.time(), ..draft };
    if seq.time() != now
        && let Some(stored) = load_message(table, &message.key(), Consistency::Strong).await?
    {
        // Said before, perhaps in other words or on another channel: the first run's count.
        let same_way = stored.channel == to.to.channel && stored.account == to.to.account;
        if stored.status != MessageStatus::Queued || !same_way {
            return Ok(stored);
        }
        message = stored;
    }
    outbound::send(center, &message, &to.to, &to.our_address, None).await?;
    Ok(message)
}

/// The message that an earlier run with this id has stored.
async fn said(center: &Center, contact: &ContactSid, sid: &MessageSid) -> Result<Option<Message>, Refusal> {
    let table = center.table.as_ref();
    let Some(seq) = find_position(table, contact, sid).await? else { return Ok(None) };
    let key = MessageKey { contact: contact.clone(), seq, sid: sid.clone() };
    Ok(load_message(table, &key, Consistency::Strong).await?)
}

/// Hands a stored message to the sender where nothing has come of it yet.
async fn hand_over(center: &Center, message: &Message) -> Result<(), Refusal> {
    if message.status != MessageStatus::Queued {
        return Ok(());
    }
    let (table, strong) = (center.table.as_ref(), Consistency::Strong);
    let contact = load_contact(table, &message.contact_sid, strong).await?;
    let conversation = load_conversation(table, &message.contact_sid, strong).await?;
    let of_conversation = conversation.iter().map(|newest| (&newest.address, newest.our_address.as_str()));
    let of_contact = contact.iter().flat_map(|contact| &contact.identities).map(|address| (address, ""));
    let mut known = of_conversation.chain(of_contact);
    let same_way = known.find(|(to, _)| to.channel == message.channel && to.account == message.account);
    let (to, our_address) = same_way.ok_or(OpError::NotFound("address"))?;
    Ok(outbound::send(center, message, to, our_address, None).await?)
}
