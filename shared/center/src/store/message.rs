//! Messages: one conditional put each; what becomes of one later changes single attributes.

use super::StoreError;
use crate::codec;
use crate::keys;
use crate::ports::{
    Attributes, Change, Condition, Consistency, Item, Page, Table, TableError, Value, Write,
    table::TTL_ATTRIBUTE,
};
use patchbay_model::{
    Address, ContactSid, Content, ConversationSid, Message, MessageKey, MessageSid, MessageStatus, Seq,
    Timestamp,
};
use serde::{Deserialize, Serialize};

/// How long a position is remembered: longer than any provider redelivers (LINE and Meta: days).
const POSITION_KEPT_S: i64 = 7 * 86_400;

/// Whether a put made the message or found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredMessage {
    New,
    AlreadyThere,
}

/// Stores a message once: a second put of the same key changes nothing.
pub async fn put_message(table: &dyn Table, message: &Message) -> Result<StoredMessage, StoreError> {
    let mut attributes =
        Attributes::from([("d".to_owned(), codec::encode(message)), ("st".to_owned(), rank(message.status))]);
    if let Some(provider_id) = &message.provider_id {
        attributes.insert("pi".into(), provider_id.as_str().into());
    }
    let item = Item { key: keys::message(&message.key()), attributes };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) => Ok(StoredMessage::New),
        Err(TableError::Condition { .. }) => Ok(StoredMessage::AlreadyThere),
        Err(error) => Err(error.into()),
    }
}

/// What news of a message's status changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusNews {
    Moved,
    /// As much or more is known: nothing changes.
    Late,
    NoMessage,
}

/// Moves a message's status up, with the reason and the provider's id where they are known. One write.
pub async fn update_status(
    table: &dyn Table,
    key: &MessageKey,
    status: MessageStatus,
    reason: Option<&str>,
    provider_id: Option<&str>,
) -> Result<StatusNews, StoreError> {
    let mut changes = vec![Change::Set("st".into(), rank(status))];
    if let Some(reason) = reason {
        changes.push(Change::Set("rs".into(), reason.into()));
    }
    if let Some(provider_id) = provider_id {
        changes.push(Change::Set("pi".into(), provider_id.into()));
    }
    let condition = Condition::Less("st".into(), status as i64);
    match table.write(vec![Write::Update { key: keys::message(key), changes, condition }]).await {
        Ok(_) => Ok(StatusNews::Moved),
        Err(TableError::Condition { current: Some(_), .. }) => Ok(StatusNews::Late),
        Err(TableError::Condition { current: None, .. }) => Ok(StatusNews::NoMessage),
        Err(error) => Err(error.into()),
    }
}

/// The position of a message whose sender names no time: the first call decides, later ones hear the same.
pub async fn fix_position(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
    now: Timestamp,
) -> Result<Seq, StoreError> {
    let first = fix(table, contact, sid, now, Attributes::new()).await?;
    Ok(first.as_ref().and_then(position).unwrap_or_else(|| Seq::of(now, sid)))
}

/// The position that was fixed for a message, if one was.
pub async fn load_position(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
) -> Result<Option<Seq>, StoreError> {
    let (item, _) = table.get(&keys::position(contact, sid), Consistency::Strong).await?;
    Ok(item.as_ref().and_then(position))
}

/// The item with a position as somebody has fixed it before; `None` when this call has.
async fn fix(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
    now: Timestamp,
    mut attributes: Attributes,
) -> Result<Option<Item>, StoreError> {
    let seq = i64::try_from(Seq::of(now, sid).0).unwrap_or(i64::MAX);
    attributes.insert("q".to_owned(), Value::N(seq));
    attributes.insert(TTL_ATTRIBUTE.to_owned(), Value::N(now.plus_s(POSITION_KEPT_S).seconds()));
    let item = Item { key: keys::position(contact, sid), attributes };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) => Ok(None),
        Err(TableError::Condition { current: Some(item), .. }) => Ok(Some(item)),
        Err(error) => Err(error.into()),
    }
}

fn position(item: &Item) -> Option<Seq> {
    item.number("q").and_then(|q| u64::try_from(q).ok()).map(Seq)
}

/// Where a message that somebody asked for stands and goes: decided once, so that a repetition is the same message
/// whatever has changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub conversation_sid: ConversationSid,
    pub to: Address,
    /// Empty: the account's own.
    pub our_address: String,
}

/// Fixes the position and the course of a message: the first call decides, later ones hear the same. One write.
pub async fn fix_course(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
    now: Timestamp,
    course: Course,
) -> Result<(Seq, Course), StoreError> {
    let attributes = Attributes::from([("d".to_owned(), codec::encode(&course))]);
    match fix(table, contact, sid, now, attributes).await? {
        Some(first) => {
            let seq = position(&first).unwrap_or_else(|| Seq::of(now, sid));
            Ok((seq, codec::decode(&first, "d")?))
        }
        None => Ok((Seq::of(now, sid), course)),
    }
}

/// What `fix_course` has decided, if it has.
pub async fn find_course(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
) -> Result<Option<(Seq, Course)>, StoreError> {
    let (item, _) = table.get(&keys::position(contact, sid), Consistency::Strong).await?;
    let found = item.and_then(|item| Some((position(&item)?, item)));
    found.map(|(seq, item)| Ok((seq, codec::decode(&item, "d")?))).transpose()
}

pub async fn load_message(
    table: &dyn Table,
    key: &MessageKey,
    consistency: Consistency,
) -> Result<Option<Message>, StoreError> {
    let (item, _) = table.get(&keys::message(key), consistency).await?;
    item.as_ref().map(read).transpose()
}

/// A message without what became of it: its attachments are where their sender put them.
pub async fn load_message_as_said(
    table: &dyn Table,
    key: &MessageKey,
    consistency: Consistency,
) -> Result<Option<Message>, StoreError> {
    let (item, _) = table.get(&keys::message(key), consistency).await?;
    item.map(|item| Ok(codec::decode(&item, "d")?)).transpose()
}

/// The `limit` newest messages with positions `from..=to`, oldest first; of one conversation when one is named.
/// The flag tells whether older ones lie in the range.
pub async fn load_messages(
    table: &dyn Table,
    contact: &ContactSid,
    (from, to): (Seq, Seq),
    conversation: Option<&ConversationSid>,
    limit: usize,
    consistency: Consistency,
) -> Result<(Vec<Message>, bool), StoreError> {
    let mut found = Vec::new();
    let mut query = keys::messages(contact, from, to).backwards().limit(limit);
    query.consistency = consistency;
    loop {
        let (Page { items, more }, _) = table.query(&query).await?;
        for item in &items {
            let message = read(item)?;
            if conversation.is_none_or(|sid| *sid == message.conversation_sid) {
                found.push(message);
            }
        }
        let Some(last) = items.last().filter(|_| more && found.len() < limit) else {
            found.truncate(limit);
            found.reverse();
            return Ok((found, more));
        };
        query.after = Some(last.key.sort.clone());
    }
}

/// The first messages after a position that `wanted` lets through, oldest first, `limit` of them; a few more
/// when the last shares its position with others, so that a reader who goes on behind it misses none.
pub async fn load_messages_after(
    table: &dyn Table,
    contact: &ContactSid,
    after: Seq,
    limit: usize,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Vec<Message>, StoreError> {
    let mut found: Vec<Message> = Vec::new();
    let mut query =
        keys::messages(contact, Seq(after.0.saturating_add(1)), Seq(u64::MAX >> 8)).limit(limit + 1);
    loop {
        let (Page { items, more }, _) = table.query(&query).await?;
        for item in &items {
            let message = read(item)?;
            if found.len() >= limit && found.last().is_none_or(|last| last.seq != message.seq) {
                return Ok(found);
            }
            if wanted(&message) {
                found.push(message);
            }
        }
        match items.last().filter(|_| more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(found),
        }
    }
}

fn rank(status: MessageStatus) -> Value {
    Value::N(status as i64)
}

pub(super) fn read(item: &Item) -> Result<Message, StoreError> {
    let mut message: Message = codec::decode(item, "d")?;
    if let Some(status) = item.number("st").and_then(status_of) {
        message.status = status;
    }
    if let Some(reason) = item.text("rs") {
        message.reason = Some(reason.into());
    }
    if let Some(provider_id) = item.text("pi") {
        message.provider_id = Some(provider_id.into());
    }
    if item.attributes.contains_key("ed") {
        message.edited = Some(Box::new(codec::decode::<Content>(item, "ed")?));
    }
    super::media::overlay(&mut message, item)?;
    message.deleted |= item.number("dl").is_some();
    if let Some(conversation) = item.text("cv").and_then(|text| ConversationSid::parse(text).ok()) {
        message.conversation_sid = conversation;
    }
    Ok(message)
}

pub(super) fn status_of(rank: i64) -> Option<MessageStatus> {
    use MessageStatus::*;
    [Received, Queued, Unknown, Sent, Failed, Delivered, Read]
        .into_iter()
        .find(|status| *status as i64 == rank)
}
