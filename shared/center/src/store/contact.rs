//! Contacts and the addresses that lead to them.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Table, Value, Write};
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
/// once, so a stale read only misses a new one, and the conditional write finds out.
pub async fn find_contact(
    table: &dyn Table,
    identity: &IdentityKey,
    consistency: Consistency,
) -> Result<Option<ContactSid>, StoreError> {
    let (item, _) = table.get(&keys::identity(identity), consistency).await?;
    Ok(item.and_then(|item| ContactSid::parse(item.text("c")?).ok()))
}

/// The write that makes an address lead to a contact, refused when it leads to one already.
pub fn claim_identity(identity: &IdentityKey, contact: &ContactSid) -> Write {
    Write::Put {
        item: Item {
            key: keys::identity(identity),
            attributes: Attributes::from([("c".to_owned(), Value::S(contact.to_string()))]),
        },
        condition: Condition::NotExists,
    }
}

pub async fn load_contact(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<Option<Contact>, StoreError> {
    load(table, &keys::contact(contact), consistency).await
}
