//! Calls: a small item for each, by which a request finds whose call it is and how far it has come.

use super::{Execution, StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_flow::EffectId;
use patchbay_model::{ConversationSid, ExecutionSid, ReservationSid, TaskSid, Timestamp, WorkerSid};
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
    /// The agent who is called for it, or talks on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Bridge>,
    /// When it was over: it never goes on after that, whatever comes late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// The other side of a customer's call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    pub task_sid: TaskSid,
    pub reservation_sid: ReservationSid,
    pub worker_sid: WorkerSid,
    /// The provider's id of the agent's call, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// The document in which the caller waited for the agent who talks with them now; none while the agent's phone rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<EffectId>,
}

impl Leg {
    /// With whom the caller is connected, as long as their flow stands where it did when that began.
    pub fn connected(&self, execution: &Execution) -> Option<&Bridge> {
        let present = execution.state.call_document().map(|document| &document.id);
        self.bridge.as_ref().filter(|bridge| bridge.since.is_some() && bridge.since.as_ref() == present)
    }
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
