//! Calls: a small item for each, by which a request finds whose call it is and how far it has come.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_model::{ConversationSid, ExecutionSid, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a call's item is kept after its last change: a call lasts a day at the most, and news of it may come late.
const KEPT_S: i64 = 7 * 86_400;

/// One side of a call: the customer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The provider's id of the call.
    pub call_sid: String,
    pub conversation_sid: ConversationSid,
    /// What leads it.
    pub execution_sid: ExecutionSid,
    /// The account of the number that was called. No address: this item is no contact's, and an erasure leaves it.
    pub account: String,
    pub began_at: Timestamp,
    /// When it was over: it never goes on after that, whatever comes late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Versioned for Leg {
    fn key(&self) -> Key {
        keys::leg(&self.call_sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }

    fn kept_until(&self) -> Option<Timestamp> {
        Some(self.updated_at.plus_s(KEPT_S))
    }
}

/// The item of a call. Strong: two requests of a call may be a second apart.
pub async fn load_leg(table: &dyn Table, call_sid: &str) -> Result<Option<Leg>, StoreError> {
    load(table, &keys::leg(call_sid), Consistency::Strong).await
}
