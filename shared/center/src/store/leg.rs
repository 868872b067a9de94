//! Calls: a small item for each, by which a request finds whose call it is and how far it has come.

use super::{Execution, StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_flow::EffectId;
use patchbay_model::{
    ConversationSid, Direction, ExecutionSid, ReservationSid, TaskSid, Timestamp, WorkerSid,
};
use serde::{Deserialize, Serialize};

/// How long a call's item is kept after its last change: a call lasts a day at the most, and news of it may come late.
const KEPT_S: i64 = 7 * 86_400;
/// How many are in a call, or called into it, besides the customer and the agent.
pub const PARTIES_MAX: usize = 8;

/// One side of a call, the customer's, and everything that is known of the call: who is in it, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The provider's id of the call.
    pub call_sid: String,
    pub conversation_sid: ConversationSid,
    /// What leads it.
    pub execution_sid: ExecutionSid,
    /// The account of the number that was called. No address: this item is no contact's, and an erasure leaves it.
    pub account: String,
    /// Who called whom.
    #[serde(default = "inbound", skip_serializing_if = "is_inbound")]
    pub direction: Direction,
    pub began_at: Timestamp,
    /// The agent who is called for it, or talks on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Bridge>,
    /// The name of the conference that the caller is in, or is led into: the SID of the task that took them in. It stays
    /// while others come and go, and the caller is not led back to a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference: Option<String>,
    /// The provider's id of that conference, once it was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference_sid: Option<String>,
    /// The customer hears music, and nobody hears them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Nobody hears the customer, who hears the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// Who else is in it, or is called into it; at most `PARTIES_MAX`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    /// Why the last thing that somebody asked for was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
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
    /// What the worker is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The provider's id of the agent's call, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// The document in which the caller waited for the agent who talks with them now; none while the agent's phone rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<EffectId>,
    /// When they began to talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talks_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// The agent has gone, and the customer talks on with the parties.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

/// A recording of the call that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The provider's id of it.
    pub sid: String,
    pub state: RecordingState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingState {
    On,
    /// What is said is not kept: the recording has silence in its place.
    Paused,
}

/// Somebody in a call besides the customer and the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// What they are called in the conference: unique in the call.
    pub label: String,
    pub role: PartyRole,
    /// What they are called among people; empty for a number, which says it itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The provider's id of their call, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// They have answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// Why somebody is in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PartyRole {
    /// Another agent, by a task of their own.
    Colleague {
        worker_sid: WorkerSid,
        task_sid: TaskSid,
        reservation_sid: ReservationSid,
    },
    /// Somebody outside: a number, or a `sip:` address.
    Number {
        number: String,
        /// The agent has handed the customer over: who does not answer leaves them to wait for another agent.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        transfer: bool,
    },
    Supervisor {
        worker_sid: WorkerSid,
        mode: MonitorMode,
    },
}

impl PartyRole {
    /// Who it is, of those who have a desk.
    pub fn worker(&self) -> Option<&WorkerSid> {
        match self {
            PartyRole::Colleague { worker_sid, .. } | PartyRole::Supervisor { worker_sid, .. } => {
                Some(worker_sid)
            }
            PartyRole::Number { .. } => None,
        }
    }
}

/// How a supervisor is in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum MonitorMode {
    /// Hears everybody, is heard by nobody.
    Listen,
    /// Is heard by the agent alone.
    Whisper,
    /// Is heard by everybody.
    Barge,
}

fn inbound() -> Direction {
    Direction::Inbound
}

fn is_inbound(direction: &Direction) -> bool {
    *direction == Direction::Inbound
}

impl Leg {
    /// The call of a customer that begins.
    pub fn new(
        call_sid: String,
        account: &str,
        at: Timestamp,
        leads: (ConversationSid, ExecutionSid),
    ) -> Leg {
        let (conversation_sid, execution_sid) = leads;
        Leg {
            call_sid,
            conversation_sid,
            execution_sid,
            account: account.to_owned(),
            direction: Direction::Inbound,
            began_at: at,
            bridge: None,
            conference: None,
            conference_sid: None,
            held: false,
            muted: false,
            recording: None,
            parties: Vec::new(),
            problem: None,
            ended_at: None,
            updated_at: at,
            version: 0,
        }
    }

    /// Whether the call is, or was, at this task: its agent's, a colleague's, or that for which nobody is called yet.
    pub fn is_at(&self, task: &TaskSid) -> bool {
        let colleague =
            |party: &Party| matches!(&party.role, PartyRole::Colleague { task_sid, .. } if task_sid == task);
        self.bridge.as_ref().is_none_or(|bridge| bridge.task_sid == *task)
            || self.parties.iter().any(colleague)
    }

    /// The call when it is over: nobody is in it any more.
    pub fn ended(self, at: Timestamp) -> Leg {
        Leg {
            bridge: None,
            conference: None,
            conference_sid: None,
            held: false,
            muted: false,
            recording: None,
            parties: Vec::new(),
            problem: None,
            ended_at: Some(at),
            ..self
        }
    }

    /// The agents and supervisors who are in it, or are called into it.
    pub fn workers(&self) -> impl Iterator<Item = &WorkerSid> {
        let agent = self.bridge.iter().map(|bridge| &bridge.worker_sid);
        agent.chain(self.parties.iter().filter_map(|party| party.role.worker()))
    }

    /// The party with this label.
    pub fn party(&self, label: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.label == label)
    }

    pub fn party_mut(&mut self, label: &str) -> Option<&mut Party> {
        self.parties.iter_mut().find(|party| party.label == label)
    }

    /// The name of the conference in which an agent of the call talks with the caller.
    pub fn conference_of<'a>(&'a self, bridge: &'a Bridge) -> &'a str {
        self.conference.as_deref().unwrap_or(bridge.task_sid.as_str())
    }

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
