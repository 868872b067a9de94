//! What a visitor has missed. The socket is a hint, this is the truth.

use super::{WebChatError, client_id, open};
use crate::center::Center;
use crate::frames::show_attachment;
use crate::media::Links;
use crate::outbound::outbound;
use crate::ports::Consistency;
use crate::store::{StoreError, find_timeline, load_timeline, load_timeline_after};
use patchbay_channels::webchat::{Claims, WebChat};
use patchbay_channels::{Channel, Rendered};
use patchbay_model::{Address, Author, ChannelKind, ContactSid, Content, Direction, Message, Seq};
use serde::Serialize;
use serde_json::{Value, json};

/// Messages of one answer.
pub const HISTORY_MAX: usize = 100;

/// A page of a visitor's messages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History {
    /// In the shape of the socket's `message.created` payloads, oldest first.
    pub messages: Vec<Value>,
    /// The position to ask on with; that of the question when there is nothing new.
    pub last_seq: Seq,
}

/// The visitor's messages behind the position `after`, at most `limit` (and `HISTORY_MAX`) of them.
pub async fn history(
    center: &Center,
    claims: &Claims,
    after: Seq,
    limit: usize,
) -> Result<History, WebChatError> {
    let webchat = open(center, &claims.aud)?;
    let (address, timeline) = visitor(center, claims).await?;
    let limit = limit.clamp(1, HISTORY_MAX);
    let table = center.table.as_ref();
    let found =
        load_timeline_after(table, &timeline, after, limit, |found| is_visible(found, claims)).await?;
    Ok(page(webchat, &address, &found, after, center.links()))
}

/// The visitor's newest messages, at most `limit` (and `HISTORY_MAX`), fewer where others lie between them: what a
/// client begins with. `last_seq` goes on in `history`.
pub async fn newest(center: &Center, claims: &Claims, limit: usize) -> Result<History, WebChatError> {
    let webchat = open(center, &claims.aud)?;
    let (address, timeline) = visitor(center, claims).await?;
    let limit = limit.clamp(1, HISTORY_MAX);
    let all = (Seq(0), Seq(u64::MAX >> 8));
    let table = center.table.as_ref();
    let (mut found, _) = load_timeline(table, &timeline, all, limit, Consistency::Eventual).await?;
    found.retain(|found| is_visible(found, claims));
    Ok(page(webchat, &address, &found, Seq(0), center.links()))
}

/// The visitor's address, and the contact that it leads to with those who were found to be the same.
async fn visitor(center: &Center, claims: &Claims) -> Result<(Address, Vec<ContactSid>), StoreError> {
    let address = Address::new(ChannelKind::Webchat, claims.aud.as_str(), claims.sub.as_str());
    let timeline = find_timeline(center.table.as_ref(), &address.identity(), Consistency::Eventual).await?;
    Ok((address, timeline))
}

/// What was said on this web chat, and neither a line of the center's own nor a note among agents.
fn is_visible(message: &Message, claims: &Claims) -> bool {
    (message.channel, message.account.as_str()) == (ChannelKind::Webchat, claims.aud.as_str())
        && message.author != Author::System
        && !matches!(message.content, Content::Note { .. })
}

fn page(webchat: &WebChat, address: &Address, found: &[Message], after: Seq, links: Links<'_>) -> History {
    History {
        last_seq: found.last().map_or(after, |message| message.seq),
        messages: found.iter().map(|message| payload(webchat, message, address, links)).collect(),
    }
}

fn payload(webchat: &WebChat, message: &Message, visitor: &Address, links: Links<'_>) -> Value {
    let mut payload = match message.direction {
        Direction::Inbound => inbound_payload(message, links),
        Direction::Outbound => outbound_payload(webchat, message, visitor, links),
    };
    payload["status"] = json!(message.status);
    if message.deleted {
        payload["deleted"] = Value::Bool(true);
    }
    payload
}

fn inbound_payload(message: &Message, links: Links<'_>) -> Value {
    let mut payload = document(if message.deleted { None } else { Some(message) }, links);
    payload["sid"] = json!(message.sid);
    payload["seq"] = json!(message.seq);
    payload["direction"] = json!(message.direction);
    if let Some(provider_id) = &message.provider_id {
        payload["client_msg_id"] = json!(client_id(provider_id));
    }
    payload
}

/// What a message says, as it stands after its edits, its attachments as they can be fetched now.
fn document(message: Option<&Message>, links: Links<'_>) -> Value {
    let content = message.map(|message| message.edited.as_deref().unwrap_or(&message.content));
    let mut document =
        content.and_then(|content| serde_json::to_value(content).ok()).unwrap_or_else(|| json!({}));
    for (index, attachment) in content.into_iter().flat_map(Content::attachments).enumerate() {
        // Why there is no copy is for agents.
        show_attachment(&mut document["attachments"][index], attachment, links, true, None);
    }
    document
}

/// As the socket has it; a message that the channel cannot carry has been refused and shows only that it was.
fn outbound_payload(webchat: &WebChat, message: &Message, visitor: &Address, links: Links<'_>) -> Value {
    let mut outbound = outbound(message, visitor, &visitor.account, None, message.reply_to.as_deref());
    outbound.content = links.content(&message.content).into_owned();
    let frame = match webchat.render(&outbound, message.created_at) {
        Ok(Rendered::Session(frame)) => serde_json::from_str::<Value>(&frame.frame).ok(),
        Ok(Rendered::Requests(_) | Rendered::Smtp(_)) | Err(_) => None,
    };
    frame
        .map(|mut frame| frame["payload"].take())
        .unwrap_or_else(|| json!({ "sid": message.sid, "seq": message.seq, "direction": message.direction }))
}
