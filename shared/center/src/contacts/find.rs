//! Whose address it is.

use super::fill;
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StoreError, claim_identity, find_contact, put_contact};
use patchbay_model::event::Profile;
use patchbay_model::{Address, Contact, ContactSid, Timestamp};
use serde_json::Map;
use std::collections::BTreeMap;

/// The contact of an address, made when nobody is known there yet. Of two who make it at once one wins the identity, and
/// the other reads whose it is.
pub(crate) async fn find_or_create(
    center: &Center,
    address: &Address,
    profile: &Profile,
    at: Timestamp,
) -> Result<ContactSid, StoreError> {
    let (table, identity) = (center.table.as_ref(), address.identity());
    if let Some(found) = find_contact(table, &identity, Consistency::Eventual).await? {
        return Ok(found);
    }
    let mut contact = new_contact(ContactSid::random(center.world.id()), address, at);
    fill(&mut contact, address, profile, at);
    let mut writes = vec![claim_identity(&identity, &contact.sid)];
    writes.extend(put_contact(&mut contact));
    match table.write(writes).await.map_err(StoreError::from) {
        Ok(_) => Ok(contact.sid),
        Err(error) if error.is_lost_race() => {
            find_contact(table, &identity, Consistency::Strong).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

fn new_contact(sid: ContactSid, address: &Address, at: Timestamp) -> Contact {
    Contact {
        sid,
        name: None,
        picture: None,
        identities: vec![address.clone()],
        attributes: Map::new(),
        attribute_sources: BTreeMap::new(),
        consent: BTreeMap::new(),
        tags: Vec::new(),
        notes: String::new(),
        merged: Vec::new(),
        merged_into: None,
        indexed: Vec::new(),
        created_at: at,
        version: 0,
    }
}
