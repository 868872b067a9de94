//! A customer.

use crate::{Address, BlobKey, ChannelKind, ContactSid, MergeSid, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a customer allows us on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Consent {
    OptedIn,
    OptedOut,
}

/// Who set an attribute last, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AttributeSource {
    /// `flow:<sid>`, `agent:<worker sid>` or `api`.
    pub source: String,
    pub at: Timestamp,
}

/// The contact that stays of two, and the merge that made it so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MergedInto {
    pub contact_sid: ContactSid,
    pub merge_sid: MergeSid,
}

/// A contact: identities, attributes that flows and agents set and that persist, consent per channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Contact {
    pub sid: ContactSid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The copy of their picture, from where a provider showed it; clients are given a URL that lapses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    pub picture: Option<BlobKey>,
    /// Addresses proven to be theirs, in the order in which they were learnt.
    pub identities: Vec<Address>,
    /// `language`, `vip`, …: flows see them as `contact.attributes.*`.
    #[serde(default)]
    pub attributes: Map<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub attribute_sources: BTreeMap<String, AttributeSource>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub consent: BTreeMap<ChannelKind, Consent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub notes: String,
    /// The contacts that were found to be this one, whose messages are its own, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub merged: Vec<ContactSid>,
    /// Where everything of this contact is looked for since it was found to be another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<MergedInto>,
    /// The words by which a search finds them, as they stand in the index: what an erasure takes along. Not for clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub indexed: Vec<String>,
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on the one before.
    pub version: u64,
}

impl Contact {
    /// Everybody whose messages are this contact's.
    pub fn timeline(&self) -> Vec<ContactSid> {
        std::iter::once(&self.sid).chain(&self.merged).cloned().collect()
    }
}
