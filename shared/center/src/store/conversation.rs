//! Conversations: the newest of a contact under one fixed key, older ones beside it.

use super::{StoreError, Versioned, load};
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Table, Write};
use patchbay_model::limits::MERGED_MAX;
use patchbay_model::{ContactSid, Conversation, ConversationSid};

impl Versioned for Conversation {
    fn key(&self) -> Key {
        keys::conversation(&self.contact_sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }
}

/// The contact's newest conversation, open or closed.
pub async fn load_conversation(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<Option<Conversation>, StoreError> {
    load(table, &keys::conversation(contact), consistency).await
}

/// A conversation, newest or past, as it is now.
pub async fn load_conversation_by_sid(
    table: &dyn Table,
    sid: &ConversationSid,
) -> Result<Option<Conversation>, StoreError> {
    let newest = load_conversation(table, &sid.contact(), Consistency::Strong).await?;
    match newest.filter(|newest| newest.sid == *sid) {
        Some(newest) => Ok(Some(newest)),
        None => load(table, &keys::past_conversation(sid), Consistency::Strong).await,
    }
}

/// The contact's newest, of whoever the contact was found to be, with that contact: its messages are that one's.
pub async fn load_current_conversation(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<(ContactSid, Option<Conversation>), StoreError> {
    let (mut contact, mut found) = (contact.clone(), load_conversation(table, contact, consistency).await?);
    for _ in 0..MERGED_MAX {
        let Some(into) = found.as_ref().and_then(|found| found.merged_into.clone()) else { break };
        found = load_conversation(table, &into, Consistency::Strong).await?;
        contact = into;
    }
    Ok((contact, found))
}

/// The write that keeps a conversation which a newer one replaces.
pub fn archive(conversation: &Conversation) -> Write {
    let attributes = Attributes::from([("d".to_owned(), codec::encode(conversation))]);
    let item = Item { key: keys::past_conversation(&conversation.sid), attributes };
    Write::Put { item, condition: Condition::Always }
}

/// The conversations before the newest, newest first, at most `limit`.
pub async fn load_past_conversations(
    table: &dyn Table,
    contact: &ContactSid,
    limit: usize,
) -> Result<Vec<Conversation>, StoreError> {
    let (page, _) = table.query(&keys::past_conversations(contact).limit(limit)).await?;
    page.items.iter().map(|item| Ok(codec::decode(item, "d")?)).collect()
}
