//! Whose event it is.

use crate::center::Center;
use crate::contacts;
use crate::ports::Consistency;
use crate::store::{self, StoreError, find_contact};
use patchbay_model::{Address, ContactSid, InboundEvent};

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

/// The contact of an address, made when nobody has written from it yet.
pub(super) async fn find_or_create(center: &Center, event: &InboundEvent) -> Result<ContactSid, StoreError> {
    contacts::find_or_create(center, &address(event), &event.profile, event.received_at).await
}
