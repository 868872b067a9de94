//! The flow execution that is active on a contact's conversation.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_flow::{Effect, EffectId, FlowState, Status};
use patchbay_model::{Address, ContactSid, ConversationSid, ExecutionSid, MessageSid, TaskSid, Timestamp};
use serde::{Deserialize, Serialize};

/// Events that an execution remembers: more than a batch of the inbound queue holds, from several channels.
pub const REMEMBERED_EVENTS_MAX: usize = 24;

/// How long an execution that has ended is kept: it knows the last events, which a queue's dead letters may bring
/// back after eighteen days.
pub const ENDED_EXECUTION_KEPT_S: i64 = 30 * 86_400;

/// An execution at rest. Under 400 KB: `FlowState` is at most 350 KB of JSON (`flow::limits`), the rest is
/// small, and all of it is deflated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    pub sid: ExecutionSid,
    pub conversation_sid: ConversationSid,
    /// Name of its flow.
    pub flow: String,
    pub state: FlowState,
    /// The customer's address in the last message that it was given: where it answers.
    pub address: Address,
    /// Our address in that message.
    pub our_address: String,
    /// Since when messages are its own: a message stored before waited for an agent.
    pub since: Timestamp,
    /// The last events that it was given, oldest first.
    pub handled: Vec<String>,
    /// What it has asked for and nobody has begun, because a caller waits on the line: somebody with more time does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferred: Option<Effect>,
    #[serde(default)]
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Versioned for Execution {
    fn key(&self) -> Key {
        keys::execution(&self.conversation_sid.contact())
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }

    fn kept_until(&self) -> Option<Timestamp> {
        let over = matches!(self.state.status(), Status::Ended { .. });
        over.then(|| self.updated_at.plus_s(ENDED_EXECUTION_KEPT_S))
    }
}

impl Execution {
    pub fn has_handled(&self, event: &str) -> bool {
        self.handled.iter().any(|handled| handled == event)
    }

    pub fn remember(&mut self, event: String) {
        if self.handled.len() == REMEMBERED_EVENTS_MAX {
            self.handled.remove(0);
        }
        self.handled.push(event);
    }

    /// The id of the message that an effect sends: the same whenever the effect is performed.
    pub fn message_sid(&self, effect: &EffectId) -> MessageSid {
        MessageSid::derive(&["flow", self.sid.as_str(), &effect.0])
    }

    /// The id of the task that an effect creates.
    pub fn task_sid(&self, effect: &EffectId) -> TaskSid {
        TaskSid::derive(&["flow", self.sid.as_str(), &effect.0])
    }
}

/// The contact's newest execution, active or over.
pub async fn load_execution(
    table: &dyn Table,
    contact: &ContactSid,
    consistency: Consistency,
) -> Result<Option<Execution>, StoreError> {
    load(table, &keys::execution(contact), consistency).await
}
