//! Where a message stands: at a position that a redelivery finds again.

use super::InboundError;
use super::second::Second;
use crate::center::Center;
use crate::media;
use crate::ports::Consistency;
use crate::store::{StoreError, StoredMessage, fix_position, load_message, load_position, put_message};
use patchbay_model::{
    Author, ChannelKind, ContactSid, Content, ConversationSid, Direction, EventKind, InboundEvent, Message,
    MessageKey, MessageSid, MessageStatus, Seq, Timestamp, Tokens,
};

/// Milliseconds by which a provider's time may differ from ours for a message to stand at it. One that is
/// further off (a late delivery, a wrong clock) stands where it came in: history that an agent has read does
/// not change behind them.
pub(super) const PROVIDER_TIME_MS_MAX: i64 = 5 * 60 * 1000;

/// The id of a provider's message.
pub fn message_sid(channel: ChannelKind, account: &str, provider_id: &str) -> MessageSid {
    MessageSid::derive(&["provider", channel.as_str(), account, provider_id])
}

/// What an event has to say, and under which id.
pub(super) struct Said<'a> {
    pub(super) sid: MessageSid,
    pub(super) author: Author,
    pub(super) content: &'a Content,
    pub(super) reply_to: Option<&'a str>,
    pub(super) provider_id: Option<&'a str>,
}

/// Puts what an event says into the timeline of a conversation, once, and has its media fetched. One write where the
/// provider states a credible time; else one more that fixes the position. A read more for a late one, and where the
/// provider states whole seconds.
pub(super) async fn put(
    center: &Center,
    event: &InboundEvent,
    said: Said<'_>,
    conversation: &ConversationSid,
) -> Result<(Message, StoredMessage), InboundError> {
    let contact_sid = conversation.contact();
    let seq = position(center, &contact_sid, &said.sid, event).await?;
    let (direction, status) = match said.author {
        Author::Contact | Author::System => (Direction::Inbound, MessageStatus::Received),
        Author::Agent { .. } | Author::Flow { .. } | Author::Provider => {
            (Direction::Outbound, MessageStatus::Sent)
        }
    };
    let message = Message {
        sid: said.sid,
        seq,
        conversation_sid: conversation.clone(),
        contact_sid,
        channel: event.channel,
        account: event.account.clone(),
        direction,
        author: said.author,
        content: said.content.clone(),
        reply_to: said.reply_to.map(str::to_owned),
        provider_id: said.provider_id.map(str::to_owned),
        status,
        reason: None,
        deleted: false,
        edited: None,
        media_failures: Vec::new(),
        tokens: match &event.kind {
            EventKind::Message { tokens, .. } => tokens.clone(),
            _ => Tokens::default(),
        },
        created_at: seq.time(),
    };
    let stored = put_message(center.table.as_ref(), &message).await?;
    media::fetch_later(center, &message).await?;
    Ok((message, stored))
}

/// The position that every run for this event finds.
///
/// A time in milliseconds says it, and so does the note that the first run has left where there is no credible time.
/// Within a second that is all that the provider states it follows from the time of arrival and from what stands there
/// by the same account. That is safe without a note: all that one address writes to one of ours waits in one FIFO
/// group, so while an event is handled nothing behind it is. Another run of the same record reads the same and comes to
/// the same place; a repeated delivery, which has another time of arrival, comes when the first is stored, and finds
/// it. An event that is handled so late that a repeated delivery may have been handled before it (it was brought back
/// from the dead letters) looks for the note of that one: one read more.
async fn position(
    center: &Center,
    contact: &ContactSid,
    sid: &MessageSid,
    event: &InboundEvent,
) -> Result<Seq, StoreError> {
    let table = center.table.as_ref();
    // Nothing was ever believed that lies further ahead.
    let ahead_ms = |stated: &Timestamp| stated.since_ms(event.received_at);
    let stated = event.provider_time.filter(|stated| ahead_ms(stated) <= PROVIDER_TIME_MS_MAX);
    let may_have_come_again =
        |stated: &Timestamp| is_credible(*stated, event.received_at) && !is_credible(*stated, center.now());
    if stated.is_some_and(|stated| may_have_come_again(&stated))
        && let Some(seq) = load_position(table, contact, sid).await?
    {
        return Ok(seq);
    }
    if let Some(stated) = stated.filter(|_| event.to_the_second) {
        let second = Second::load(center, contact, stated).await?;
        if let Some(seq) = second.position_of(sid) {
            return Ok(seq);
        }
        if is_credible(stated, event.received_at) {
            return Ok(second.next(event, sid));
        }
    } else if let Some(stated) = stated {
        let seq = Seq::of(stated, sid);
        if is_credible(stated, event.received_at) {
            return Ok(seq);
        }
        // It may have come in time before: then it stands there.
        let key = MessageKey { contact: contact.clone(), seq, sid: sid.clone() };
        if load_message(table, &key, Consistency::Strong).await?.is_some() {
            return Ok(seq);
        }
    }
    fix_position(table, contact, sid, event.received_at).await
}

fn is_credible(stated: Timestamp, received_at: Timestamp) -> bool {
    received_at.since_ms(stated).abs() <= PROVIDER_TIME_MS_MAX
}
