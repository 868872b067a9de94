//! Whose event it is.

use crate::center::Center;
use crate::contacts::fill;
use crate::ports::Consistency;
use crate::store::{self, StoreError, claim_identity, find_contact, put_contact};
use patchbay_model::{Address, Contact, ContactSid, InboundEvent};
use serde_json::Map;
use std::collections::BTreeMap;

/// The customer's address.
pub(super) fn address(event: &InboundEvent) -> Address {
    Address::new(event.channel, event.account.as_str(), event.contact_address.as_str())
}

/// The contact of an address. Half a read unit; none while nobody has written from it.
pub(super) async fn find(center: &Center, event: &InboundEvent) -> Result<Option<ContactSid>, StoreError> {
    find_contact(center.table.as_ref(), &address(event).identity(), Consistency::Eventual).await
}

/// The contact of an address, followed by those who were found to be the same. Empty while nobody has written from it.
pub(super) async fn find_timeline(
    center: &Center,
    event: &InboundEvent,
) -> Result<Vec<ContactSid>, StoreError> {
    store::find_timeline(center.table.as_ref(), &address(event).identity(), Consistency::Eventual).await
}

/// The contact of an address, made when nobody has written from it yet. Of two who make it at once one wins
/// the identity, and the other reads whose it is.
pub(super) async fn find_or_create(center: &Center, event: &InboundEvent) -> Result<ContactSid, StoreError> {
    if let Some(found) = find(center, event).await? {
        return Ok(found);
    }
    let identity = address(event).identity();
    let mut contact = new_contact(event, ContactSid::random(center.world.id()));
    let mut writes = vec![claim_identity(&identity, &contact.sid)];
    writes.extend(put_contact(&mut contact));
    match center.table.write(writes).await.map_err(StoreError::from) {
        Ok(_) => Ok(contact.sid),
        Err(error) if error.is_lost_race() => {
            find_contact(center.table.as_ref(), &identity, Consistency::Strong).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

fn new_contact(event: &InboundEvent, sid: ContactSid) -> Contact {
    let mut contact = Contact {
        sid,
        name: None,
        picture: None,
        identities: vec![address(event)],
        attributes: Map::new(),
        attribute_sources: BTreeMap::new(),
        consent: BTreeMap::new(),
        tags: Vec::new(),
        notes: String::new(),
        merged: Vec::new(),
        merged_into: None,
        indexed: Vec::new(),
        created_at: event.received_at,
        version: 0,
    };
    fill(&mut contact, &address(event), &event.profile, event.received_at);
    contact
}
