//! Contacts and the addresses that lead to them.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Table, Value, Write};
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
