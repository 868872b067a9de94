//! The records of merges: appended, never changed.

use super::StoreError;
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Table, Write};
use patchbay_model::{Contact, ContactSid, MergeSid, Timestamp};
use serde::{Deserialize, Serialize};

/// That two contacts were found to be one person, or were not after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeRecord {
    pub sid: MergeSid,
    pub at: Timestamp,
    /// `agent:<worker sid>`, `api` or `webchat:<account>`.
    pub by: String,
    /// The one that stayed.
    pub contact_sid: ContactSid,
    /// The one that leads to it, or did.
    pub other_sid: ContactSid,
    /// The merge that was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<MergeSid>,
    /// What they were before and became, of a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Box<Contacts>>,
}

/// Two contacts before they were made one, and the one that came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contacts {
    pub before: Contact,
    pub other: Contact,
    pub after: Contact,
}

/// The write that keeps a record.
pub fn keep_merge(record: &MergeRecord) -> Write {
    let key = keys::merge(&record.contact_sid, record.at.0, &record.sid);
    let attributes = Attributes::from([("d".to_owned(), codec::encode(record))]);
    Write::Put { item: Item { key, attributes }, condition: Condition::NotExists }
}

/// The records of a contact that stayed, oldest first. Strong.
pub async fn load_merges(table: &dyn Table, contact: &ContactSid) -> Result<Vec<MergeRecord>, StoreError> {
    let mut found = Vec::new();
    let mut query = keys::merges(contact).strong();
    loop {
        let (page, _) = table.query(&query).await?;
        for item in &page.items {
            found.push(codec::decode(item, "d")?);
        }
        match page.items.last().filter(|_| page.more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(found),
        }
    }
}
