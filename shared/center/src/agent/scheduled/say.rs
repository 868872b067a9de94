//! A scheduled message that is due.

use super::{newest, show};
use crate::agent::tell;
use crate::center::Center;
use crate::frames;
use crate::metric;
use crate::outbound::{self, OutboundError};
use crate::ports::{Consistency, Write};
use crate::router::OpError;
use crate::store::{
    Fate, Scheduled, StoreError, end_scheduled, forget_scheduled, load_current_contact, load_message,
    load_scheduled, load_timeline_after, put_message, put_next,
};
use crate::window;
use patchbay_model::{
    Author, Contact, ContactSid, Conversation, Direction, Message, MessageSid, MessageStatus, Seq,
};

/// How often it is decided anew on what somebody else has just written.
const TRIES_MAX: usize = 6;

/// The reasons of messages that are not sent, besides those of every message.
pub(super) const ANSWERED: &str = "answered: the customer has written before it was due";
const NO_ADDRESS: &str = "address: the contact does not have this address any more";

/// Says a message if it is due, or refuses it.
///
/// Safe to run twice, late, early and beside itself: the item says when it is due and whether it has been decided, the
/// decision is one conditional write, and what follows it has the ids that were decided.
pub(crate) async fn say_scheduled(
    center: &Center,
    contact: &ContactSid,
    sid: &MessageSid,
) -> Result<(), OpError> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let Some(mut scheduled) = load_scheduled(table, contact, sid).await? else { return Ok(()) };
        if scheduled.fate.is_over() || center.now() < scheduled.send_at {
            return Ok(());
        }
        let is_new = scheduled.fate == Fate::Scheduled;
        if is_new {
            let Some(contact) = load_current_contact(table, contact, Consistency::Strong).await? else {
                table.write(forget_scheduled(&scheduled)).await?;
                return Ok(());
            };
            let open = newest(center, &scheduled).await?;
            if is_answered(center, &contact, &scheduled).await? {
                if cancel(center, &mut scheduled, open.as_ref()).await? {
                    return Ok(());
                }
                continue;
            }
            let refused = barred(center, &contact, &scheduled).await?;
            let conversation_sid = open.map_or_else(|| scheduled.conversation_sid.clone(), |open| open.sid);
            let seq = Seq::of(center.now(), &scheduled.sid);
            scheduled.fate = Fate::Sending { conversation_sid, seq, refused };
            if !write(center, vec![put_next(&mut scheduled)]).await? {
                continue;
            }
        }
        return carry_out(center, &mut scheduled, is_new).await;
    }
    Err(OpError::Busy)
}

/// Whether the customer has written since the message was asked for, where that matters.
async fn is_answered(center: &Center, contact: &Contact, scheduled: &Scheduled) -> Result<bool, StoreError> {
    if !scheduled.unless_answered {
        return Ok(false);
    }
    let theirs =
        |message: &Message| message.direction == Direction::Inbound && message.author == Author::Contact;
    let since = Seq::at(scheduled.asked_at);
    let found = load_timeline_after(center.table.as_ref(), &contact.timeline(), since, 1, theirs).await?;
    Ok(!found.is_empty())
}

/// Why a message is not sent now, if it is not.
async fn barred(
    center: &Center,
    contact: &Contact,
    scheduled: &Scheduled,
) -> Result<Option<String>, StoreError> {
    let to = &scheduled.to;
    if !contact.identities.contains(to) {
        return Ok(Some(NO_ADDRESS.into()));
    }
    let account = match window::account_towards(center, contact, to, &scheduled.content).await? {
        Ok(account) => account,
        Err(barred) => return Ok(Some(barred.reason().into())),
    };
    let now = center.now();
    let message = message(scheduled, &scheduled.conversation_sid, Seq::at(now));
    let quoted = scheduled.quoted.as_deref();
    let rendered = outbound::outbound(&message, to, &scheduled.our_address, None, quoted);
    Ok(account.channel.render(&rendered, now).err().map(|why| format!("undeliverable: {why}")))
}

/// Takes a message back that the customer was faster than, and says so; false when somebody else was faster.
async fn cancel(
    center: &Center,
    scheduled: &mut Scheduled,
    conversation: Option<&Conversation>,
) -> Result<bool, OpError> {
    if let Some(conversation) = conversation {
        let name = match &scheduled.author {
            Author::Agent { name, .. } => name.as_str(),
            _ => "",
        };
        let text =
            format!("A message that {name} had scheduled was not sent: the customer has written before");
        let line = tell::note(center, conversation, &["answered", scheduled.sid.as_str()], text).await?;
        let frame = frames::message("created", &line, center.links());
        tell::workers(center, &conversation.workers, &frame, None).await;
    }
    let writes = end_scheduled(scheduled, Fate::Canceled { reason: ANSWERED.into() });
    if !write(center, writes).await? {
        return Ok(false);
    }
    show(center, scheduled, conversation, true, None).await;
    Ok(true)
}

/// Does what was decided: hands the message over, or stores it as failed with the reason; then notes that it is over.
async fn carry_out(center: &Center, scheduled: &mut Scheduled, is_new: bool) -> Result<(), OpError> {
    let Fate::Sending { conversation_sid, seq, refused } = scheduled.fate.clone() else { return Ok(()) };
    let table = center.table.as_ref();
    let mut message = message(scheduled, &conversation_sid, seq);
    let fate = match refused {
        Some(reason) => {
            message.status = MessageStatus::Failed;
            message.reason = Some(reason.clone());
            put_message(table, &message).await?;
            let code = reason.split(':').next().unwrap_or_default();
            metric::count(metric::MESSAGE_FAILED, message.channel, code);
            Fate::Refused { reason, conversation_sid, seq }
        }
        None => {
            // Somebody who was here before may have handed it over, and more may have come of it.
            let known = match is_new {
                true => None,
                false => load_message(table, &message.key(), Consistency::Strong).await?,
            };
            if known.is_none_or(|known| known.status == MessageStatus::Queued) {
                let context = outbound::reply_context(center, &message.contact_sid, &scheduled.to).await?;
                let quoted = scheduled.quoted.as_deref();
                outbound::send(center, &message, &scheduled.to, &scheduled.our_address, context, quoted)
                    .await
                    .map_err(|error| match error {
                        OutboundError::Store(error) => OpError::Store(error),
                        OutboundError::Queue(error) => OpError::Queue(error),
                    })?;
            }
            Fate::Sent { conversation_sid, seq }
        }
    };
    let is_refused = matches!(fate, Fate::Refused { .. });
    let writes = end_scheduled(scheduled, fate);
    // Whoever was faster has said all of it.
    if write(center, writes).await? {
        let open = newest(center, scheduled).await?;
        let workers = open.as_ref().map(|open| open.workers.clone()).unwrap_or_default();
        let frame = frames::message("created", &message, center.links());
        tell::workers(center, &workers, &frame, None).await;
        show(center, scheduled, open.as_ref(), is_refused, None).await;
    }
    Ok(())
}

/// The message of a conversation that it becomes.
fn message(scheduled: &Scheduled, conversation: &patchbay_model::ConversationSid, seq: Seq) -> Message {
    Message {
        sid: scheduled.sid.clone(),
        seq,
        conversation_sid: conversation.clone(),
        contact_sid: conversation.contact(),
        channel: scheduled.to.channel,
        account: scheduled.to.account.clone(),
        direction: Direction::Outbound,
        author: scheduled.author.clone(),
        content: scheduled.content.clone(),
        reply_to: scheduled.reply_to.clone(),
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

/// False when somebody else was faster.
pub(super) async fn write(center: &Center, writes: Vec<Write>) -> Result<bool, StoreError> {
    match center.table.write(writes).await.map_err(StoreError::from) {
        Ok(_) => Ok(true),
        Err(error) if error.is_lost_race() => Ok(false),
        Err(error) => Err(error),
    }
}
