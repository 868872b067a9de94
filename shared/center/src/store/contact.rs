//! Contacts and the addresses that lead to them.

use super::{StoreError, Versioned, load, put_next};
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Table, Value, Write};
use crate::search::{Word, words_of};
use patchbay_model::limits::MERGED_MAX;
use patchbay_model::{Contact, ContactSid, IdentityKey};

impl Versioned for Contact {
    fn key(&self) -> Key {
        keys::contact(&self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }
}

/// The writes of a changed contact: the document, as `put_next`, and what its words are in the index less than or besides
/// those that it has there. Without a change of those it is one write.
pub fn put_contact(contact: &mut Contact) -> Vec<Write> {
    let words: Vec<String> = words_of(contact).iter().map(Word::to_string).collect();
    let before = std::mem::replace(&mut contact.indexed, words);
    let added = contact.indexed.iter().filter(|word| !before.contains(word));
    let gone = before.iter().filter(|word| !contact.indexed.contains(word));
    let key = |word: &String| Some(keys::word(&Word::parse(word)?, &contact.sid));
    let put =
        |key| Write::Put { item: Item { key, attributes: Attributes::new() }, condition: Condition::Always };
    let delete = |key| Write::Delete { key, condition: Condition::Always };
    let changes: Vec<Write> =
        added.filter_map(key).map(put).chain(gone.filter_map(key).map(delete)).collect();
    std::iter::once(put_next(contact)).chain(changes).collect()
}

/// The writes that erase a contact as it was read, and its words from the index.
pub fn delete_contact(contact: &Contact) -> Vec<Write> {
    let version = super::number(contact.version);
    let document =
        Write::Delete { key: keys::contact(&contact.sid), condition: Condition::Equals("v".into(), version) };
    let words = contact.indexed.iter().filter_map(|word| Word::parse(word));
    let words = words.map(|word| keys::word(&word, &contact.sid));
    let words = words.map(|key| Write::Delete { key, condition: Condition::Always });
    std::iter::once(document).chain(words).collect()
}

/// Whose address it is, if anybody's. Eventually consistent unless asked otherwise: an identity is written
/// once, and again when its contact was found to be another, so a stale read misses a new one, of which the
/// conditional write finds out, or names a contact that leads on.
pub async fn find_contact(
    table: &dyn Table,
    identity: &IdentityKey,
    consistency: Consistency,
) -> Result<Option<ContactSid>, StoreError> {
    Ok(find_timeline(table, identity, consistency).await?.into_iter().next())
}

/// The same, followed by the contacts that were found to be this one. Empty: nobody's.
pub async fn find_timeline(
    table: &dyn Table,
    identity: &IdentityKey,
    consistency: Consistency,
) -> Result<Vec<ContactSid>, StoreError> {
    let (item, _) = table.get(&keys::identity(identity), consistency).await?;
    let texts = item.iter().flat_map(|item| {
        item.text("c").into_iter().chain(item.text("m").unwrap_or_default().split_terminator(','))
    });
    Ok(texts.filter_map(|text| ContactSid::parse(text).ok()).collect())
}

/// The write that makes an address lead to a contact, refused when it leads to one already.
pub fn claim_identity(identity: &IdentityKey, contact: &ContactSid) -> Write {
    put_identity(identity, std::slice::from_ref(contact), Condition::NotExists)
}

/// The same for a contact with those who were found to be the same.
pub fn claim_for_all(identity: &IdentityKey, timeline: &[ContactSid]) -> Write {
    put_identity(identity, timeline, Condition::NotExists)
}

/// The write that makes an address lead to another contact, refused when it leads not to `from` any more.
pub fn assign_identity(identity: &IdentityKey, from: &ContactSid, timeline: &[ContactSid]) -> Write {
    put_identity(identity, timeline, Condition::Equals("c".into(), from.as_str().into()))
}

fn put_identity(identity: &IdentityKey, timeline: &[ContactSid], condition: Condition) -> Write {
    let mut sids = timeline.iter().map(ContactSid::to_string);
    let contact = sids.next().unwrap_or_default();
    let merged: Vec<String> = sids.collect();
    let mut attributes = Attributes::from([("c".to_owned(), Value::S(contact))]);
    if !merged.is_empty() {
        attributes.insert("m".to_owned(), Value::S(merged.join(",")));
    }
    Write::Put { item: Item { key: keys::identity(identity), attributes }, condition }
}

pub async fn load_contact(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<Option<Contact>, StoreError> {
    load(table, &keys::contact(contact), consistency).await
}

/// The contact, or the one that it was found to be.
pub async fn load_current_contact(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<Option<Contact>, StoreError> {
    let mut found = load_contact(table, contact, consistency).await?;
    for _ in 0..MERGED_MAX {
        let Some(into) = found.as_ref().and_then(|contact| contact.merged_into.clone()) else { break };
        found = load_contact(table, &into.contact_sid, Consistency::Strong).await?;
    }
    Ok(found)
}
