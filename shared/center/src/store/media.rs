//! What became of a message's attachments: beside the message, `a<index>` where the copy is, `e<index>` why there is
//! none. The message itself stays as it was said.

use super::StoreError;
use crate::codec;
use crate::keys;
use crate::ports::{Change, Condition, Consistency, Item, Table, TableError, Write};
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::message::MediaFailure;
use patchbay_model::{Attachment, BlobKey, Message, MessageKey};

/// What a note changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    Changed,
    /// More is known: there is a copy.
    Late,
    NoMessage,
}

/// Names of the attributes, by the attachment's index.
const COPIES: [&str; ATTACHMENTS_MAX] = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"];
const FAILURES: [&str; ATTACHMENTS_MAX] = ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"];

async fn update(
    table: &dyn Table,
    key: &MessageKey,
    changes: Vec<Change>,
    condition: Condition,
) -> Result<Noted, StoreError> {
    match table.write(vec![Write::Update { key: keys::message(key), changes, condition }]).await {
        Ok(_) => Ok(Noted::Changed),
        Err(TableError::Condition { current: Some(_), .. }) => Ok(Noted::Late),
        Err(TableError::Condition { current: None, .. }) => Ok(Noted::NoMessage),
        Err(error) => Err(error.into()),
    }
}

/// Notes where the copy of an attachment is. One write.
pub async fn note_media(
    table: &dyn Table,
    key: &MessageKey,
    index: usize,
    attachment: &Attachment,
) -> Result<Noted, StoreError> {
    let (Some(copy), Some(failure)) = (COPIES.get(index), FAILURES.get(index)) else {
        return Ok(Noted::NoMessage);
    };
    let copied = Change::Set((*copy).into(), codec::encode(attachment));
    let changes = vec![copied, Change::Remove((*failure).into())];
    update(table, key, changes, Condition::Exists).await
}

/// Notes why there is no copy, unless there is one. One write.
pub async fn note_media_failure(
    table: &dyn Table,
    key: &MessageKey,
    index: usize,
    reason: &str,
) -> Result<Noted, StoreError> {
    let (Some(copy), Some(failure)) = (COPIES.get(index), FAILURES.get(index)) else {
        return Ok(Noted::NoMessage);
    };
    let changes = vec![Change::Set((*failure).into(), reason.into())];
    let condition = Condition::All(vec![Condition::Exists, Condition::Absent((*copy).into())]);
    update(table, key, changes, condition).await
}

/// Whether there is a copy. Strong.
pub async fn has_media(table: &dyn Table, key: &MessageKey, index: usize) -> Result<bool, StoreError> {
    let Some(copy) = COPIES.get(index) else { return Ok(false) };
    let (item, _) = table.get(&keys::message(key), Consistency::Strong).await?;
    Ok(item.is_some_and(|item| item.attributes.contains_key(*copy)))
}

/// The objects that a stored message's copies are, where it is one. What came within a mail is not among them: the same
/// file of another mail is the same object.
pub fn copies_of(item: &Item) -> Vec<BlobKey> {
    let is_message = item.key.sort.starts_with("M#");
    let copies = COPIES.iter().filter(|name| is_message && item.attributes.contains_key(**name));
    copies
        .filter_map(|name| codec::decode::<Attachment>(item, name).ok())
        .filter_map(|attachment| BlobKey::of_reference(&attachment.url))
        .filter(|key| !key.is_of_mail())
        .collect()
}

/// Puts what is noted into the message.
pub(super) fn overlay(message: &mut Message, item: &Item) -> Result<(), StoreError> {
    let names = COPIES.into_iter().zip(FAILURES);
    for ((index, attachment), (copy, failure)) in
        message.content.attachments_mut().iter_mut().enumerate().zip(names)
    {
        if item.attributes.contains_key(copy) {
            *attachment = codec::decode(item, copy)?;
        } else if let Some(reason) = item.text(failure) {
            message.media_failures.push(MediaFailure { index, reason: reason.into() });
        }
    }
    Ok(())
}
