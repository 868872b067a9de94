//! Calls: a small item for each, by which a request finds whose call it is and how far it has come.

use super::{Execution, StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_flow::EffectId;
use patchbay_model::event::{AgentLeg, PartyLeg};
use patchbay_model::{
    ConversationSid, Direction, ExecutionSid, ReservationSid, TaskSid, Timestamp, WorkerSid,
};
use serde::{Deserialize, Serialize};

/// How long a call's item is kept after its last change: a call lasts a day at the most, and news of it may come late.
const KEPT_S: i64 = 7 * 86_400;
/// How many are in a call, or called into it, besides the customer and the agent.
pub const PARTIES_MAX: usize = 8;

/// What the customer is called among those in a call.
pub const CUSTOMER: &str = "customer";
/// What the agent who has the call is called among them.
pub const AGENT: &str = "agent";

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
    /// The name of the conference that the caller is in: the SID of the task that took them in. It stays while others come
    /// and go, until the caller is led elsewhere.
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
    /// The keys that were pressed last: of which request, not which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed: Option<String>,
    /// Why the last thing that somebody asked for was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// A call of ours to the customer, made once their agent has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outward: Option<Outward>,
    /// The caller keeps their place and is called back, by the call of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_back: Option<String>,
    /// When it was over: it never goes on after that, whatever comes late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// A call of ours to a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outward {
    /// Its agent wanted it, and has the task; else the customer has asked for it, and the task is offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
    /// The provider's id of the customer's call, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// When the customer answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
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
    /// The name of the conference that they join, where it is not the task's SID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference: Option<String>,
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
    /// Another agent, by a task of their own: who comes as well where they are invited, and else has the call next.
    Colleague {
        worker_sid: WorkerSid,
        task_sid: TaskSid,
        reservation_sid: ReservationSid,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        invited: bool,
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

impl MonitorMode {
    /// As somebody joins with this leg.
    pub fn of(leg: &PartyLeg) -> MonitorMode {
        match (leg.muted, &leg.coach) {
            (true, _) => MonitorMode::Listen,
            (false, Some(_)) => MonitorMode::Whisper,
            (false, None) => MonitorMode::Barge,
        }
    }
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

    /// The reservation of a colleague.
    pub fn reservation(&self) -> Option<&ReservationSid> {
        match self {
            PartyRole::Colleague { reservation_sid, .. } => Some(reservation_sid),
            PartyRole::Number { .. } | PartyRole::Supervisor { .. } => None,
        }
    }
}

impl Party {
    /// Somebody who is about to be called.
    pub fn called(label: &str, role: PartyRole, name: String) -> Party {
        let label = label.to_owned();
        Party { label, role, name, call_sid: None, joined: false, muted: false, held: false }
    }

    /// An agent whose phone rings while another talks with the caller.
    pub fn ringing(agent: &AgentLeg, name: String) -> Party {
        let role = PartyRole::Colleague {
            worker_sid: agent.worker_sid.clone(),
            task_sid: agent.task_sid.clone(),
            reservation_sid: agent.reservation_sid.clone(),
            invited: agent.invited,
        };
        Party::called(agent.reservation_sid.as_str(), role, name)
    }

    pub fn is_supervisor(&self) -> bool {
        matches!(self.role, PartyRole::Supervisor { .. })
    }

    pub fn is_number(&self) -> bool {
        matches!(self.role, PartyRole::Number { .. })
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
            pressed: None,
            problem: None,
            outward: None,
            called_back: None,
            ended_at: None,
            updated_at: at,
            version: 0,
        }
    }

    /// A call of ours to a customer, made once their agent has answered.
    pub fn of_ours(self, outward: Outward) -> Leg {
        Leg { direction: Direction::Outbound, outward: Some(outward), ..self }
    }

    /// The provider's id of the customer's call; none while it has not been made.
    pub fn customers_call(&self) -> Option<&str> {
        match &self.outward {
            Some(outward) => outward.call_sid.as_deref(),
            None => Some(&self.call_sid),
        }
    }

    /// Whether the customer is called and has not answered.
    pub fn is_reaching(&self) -> bool {
        self.outward.as_ref().is_some_and(|outward| outward.answered_at.is_none())
    }

    /// Whether the call is, or was, at this task: its agent's, a colleague's, or that for which nobody is called yet.
    pub fn is_at(&self, task: &TaskSid) -> bool {
        let colleague =
            |party: &Party| matches!(&party.role, PartyRole::Colleague { task_sid, .. } if task_sid == task);
        self.bridge.as_ref().is_none_or(|bridge| bridge.task_sid == *task)
            || self.parties.iter().any(colleague)
    }

    /// The call when the caller comes into a conference, or leaves it: whatever was said of them there is not so elsewhere.
    pub fn led_to(self, room: Option<&str>) -> Leg {
        let conference = room.map(str::to_owned);
        Leg { conference, conference_sid: None, held: false, muted: false, ..self }
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

    /// The same, to be changed.
    pub fn party_mut(&mut self, label: &str) -> Option<&mut Party> {
        self.parties.iter_mut().find(|party| party.label == label)
    }

    /// The name of the conference in which the caller is, or in which an agent waits for them.
    pub fn room(&self) -> Option<&str> {
        self.conference.as_deref().or(self.bridge.as_ref().map(Bridge::room))
    }

    /// Whether the agent of this reservation has the call, is in it, or is called for it.
    pub fn expects(&self, reservation: &ReservationSid) -> bool {
        self.bridge.as_ref().is_some_and(|bridge| bridge.reservation_sid == *reservation)
            || self.colleague(reservation).is_some()
    }

    /// The party that is the agent of this reservation.
    pub fn colleague(&self, reservation: &ReservationSid) -> Option<&Party> {
        self.parties.iter().find(|party| party.role.reservation() == Some(reservation))
    }

    /// The call without the agent of this reservation.
    pub fn without(mut self, reservation: &ReservationSid) -> Leg {
        self.bridge.take_if(|bridge| bridge.reservation_sid == *reservation);
        self.parties.retain(|party| party.role.reservation() != Some(reservation));
        self
    }

    /// The call when its agent has gone, and the caller talks on with the others. Nobody watches over it any more.
    pub fn left_by_agent(mut self) -> Leg {
        if let Some(bridge) = &mut self.bridge {
            bridge.left = true;
        }
        self.parties.retain(|party| !party.is_supervisor());
        self
    }

    /// The call when whose phone rings has it next, while the one before is gone.
    pub fn passed_on(mut self) -> Leg {
        let next = self.parties.drain(..).find_map(|party| match party.role {
            PartyRole::Colleague { worker_sid, task_sid, reservation_sid, invited: false }
                if !party.joined =>
            {
                Some((worker_sid, task_sid, reservation_sid, party.name, party.call_sid))
            }
            _ => None,
        });
        let conference = self.room().map(str::to_owned);
        self.bridge = next.map(|(worker_sid, task_sid, reservation_sid, name, call_sid)| Bridge {
            task_sid,
            reservation_sid,
            worker_sid,
            name,
            conference,
            call_sid,
            since: None,
            talks_at: None,
            muted: false,
            held: false,
            left: false,
        });
        self
    }

    /// Whether somebody from outside has joined, with whom the customer could talk on without the agent.
    pub fn has_company(&self) -> bool {
        self.parties.iter().any(|party| party.joined && party.is_number())
    }

    /// Whether anybody from outside is in it or called into it.
    pub fn has_numbers(&self) -> bool {
        self.parties.iter().any(Party::is_number)
    }

    /// The call behind a participant's name; of a customer and an agent, of a party that is not called yet none.
    pub fn call_of(&self, participant: &str) -> Option<&str> {
        match participant {
            CUSTOMER => self.customers_call(),
            AGENT => self.bridge.as_ref().and_then(|bridge| bridge.call_sid.as_deref()),
            label => self.party(label).and_then(|party| party.call_sid.as_deref()),
        }
    }

    /// With whom the caller is connected, as long as their flow stands where it did when that began.
    pub fn connected(&self, execution: &Execution) -> Option<&Bridge> {
        let present = execution.state.call_document().map(|document| &document.id);
        self.bridge.as_ref().filter(|bridge| bridge.since.is_some() && bridge.since.as_ref() == present)
    }
}

impl Bridge {
    /// An agent whose phone rings.
    pub fn ringing(agent: &AgentLeg, name: String) -> Bridge {
        Bridge {
            task_sid: agent.task_sid.clone(),
            reservation_sid: agent.reservation_sid.clone(),
            worker_sid: agent.worker_sid.clone(),
            name,
            conference: agent.conference.clone(),
            call_sid: None,
            since: None,
            talks_at: None,
            muted: false,
            held: false,
            left: false,
        }
    }

    /// The name of the conference in which the agent waits for the caller, or talks with them.
    pub fn room(&self) -> &str {
        self.conference.as_deref().unwrap_or(self.task_sid.as_str())
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
