//! The records of erasures: which contact, when, by whom, how much; nothing about the person.

use super::{StoreError, load};
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Table, Write};
use patchbay_model::{ContactSid, Timestamp};
use serde::{Deserialize, Serialize};

/// That a contact was erased, or is being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    pub contact_sid: ContactSid,
    pub asked_at: Timestamp,
    /// `api`.
    pub by: String,
    /// Items that are gone.
    pub items: u64,
    /// When nothing was left; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// The write that keeps how far an erasure has come.
pub fn keep_erasure(erasure: &Erasure) -> Write {
    let attributes = Attributes::from([("d".to_owned(), codec::encode(erasure))]);
    let item = Item { key: keys::erasure(&erasure.contact_sid), attributes };
    Write::Put { item, condition: Condition::Always }
}

pub async fn load_erasure(table: &dyn Table, contact: &ContactSid) -> Result<Option<Erasure>, StoreError> {
    load(table, &keys::erasure(contact), Consistency::Strong).await
}
