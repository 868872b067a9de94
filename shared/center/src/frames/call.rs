//! A phone call as the agents see it: who is in it, who is called into it, and how. What TaskRouter does not have.

use super::messaging::with_place;
use super::{document, frame};
use crate::store::{AGENT, CUSTOMER, Leg, MonitorMode, Party, PartyRole, RecordingState};
use bytes::Bytes;
use patchbay_model::{Direction, TaskSid, Timestamp, WorkerSid};
use serde::Serialize;
use serde_json::Value;

/// How far a call has come, for its agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) enum CallState {
    /// The customer is on the line, and nobody is with them or called for them.
    Waiting,
    /// The agent's phone rings.
    Ringing,
    Connected,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) enum CallRecording {
    Off,
    On,
    Paused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) enum ParticipantKind {
    Customer,
    /// Who has the task of the call.
    Agent,
    /// Another agent, by invitation.
    Colleague,
    /// A number or a `sip:` address outside.
    Number,
    Supervisor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) enum ParticipantState {
    /// Their phone rings.
    Ringing,
    Joined,
}

/// Somebody in a call, or called into it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CallParticipant", optional_fields))]
pub(super) struct ParticipantPayload<'a> {
    /// What actions name them by: unique in the call, `customer` and `agent` for those two.
    participant: &'a str,
    kind: ParticipantKind,
    /// A worker's name, or the number; of the customer the contact says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_sid: Option<&'a WorkerSid>,
    state: ParticipantState,
    muted: bool,
    on_hold: bool,
    /// A supervisor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<MonitorMode>,
}

/// A call at one of its tasks. Frames may come out of order: one with a higher `version` is later.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Call", optional_fields))]
pub(super) struct CallPayload<'a> {
    /// The task of the agent who has the call.
    task_sid: &'a TaskSid,
    call_sid: &'a str,
    direction: Direction,
    state: CallState,
    /// Since when it is in this state.
    since: Timestamp,
    recording: CallRecording,
    participants: Vec<ParticipantPayload<'a>>,
    /// Why the last thing that somebody asked for was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    version: u64,
}

impl<'a> CallPayload<'a> {
    fn of(leg: &'a Leg, task_sid: &'a TaskSid) -> CallPayload<'a> {
        let (state, since) = match (&leg.ended_at, &leg.bridge) {
            (Some(ended), _) => (CallState::Ended, *ended),
            (None, None) => (CallState::Waiting, leg.began_at),
            (None, Some(bridge)) => match (&bridge.since, bridge.talks_at) {
                (None, _) => (CallState::Ringing, leg.updated_at),
                (Some(_), _) if leg.is_reaching() => (CallState::Ringing, leg.updated_at),
                (Some(_), since) => (CallState::Connected, since.unwrap_or(leg.updated_at)),
            },
        };
        CallPayload {
            task_sid: leg.bridge.as_ref().map_or(task_sid, |bridge| &bridge.task_sid),
            call_sid: &leg.call_sid,
            direction: leg.direction,
            state,
            since,
            recording: match leg.recording.as_ref().map(|recording| recording.state) {
                None => CallRecording::Off,
                Some(RecordingState::On) => CallRecording::On,
                Some(RecordingState::Paused) => CallRecording::Paused,
            },
            participants: if leg.ended_at.is_some() { Vec::new() } else { participants(leg) },
            problem: leg.problem.as_deref(),
            version: leg.version,
        }
    }
}

fn participants(leg: &Leg) -> Vec<ParticipantPayload<'_>> {
    let customer = ParticipantPayload {
        participant: CUSTOMER,
        kind: ParticipantKind::Customer,
        name: None,
        worker_sid: None,
        state: joined(!leg.is_reaching()),
        muted: leg.muted,
        on_hold: leg.held,
        mode: None,
    };
    let agent = leg.bridge.iter().filter(|bridge| !bridge.left).map(|bridge| ParticipantPayload {
        participant: AGENT,
        kind: ParticipantKind::Agent,
        name: Some(bridge.name.as_str()).filter(|name| !name.is_empty()),
        worker_sid: Some(&bridge.worker_sid),
        state: joined(bridge.since.is_some()),
        muted: bridge.muted,
        on_hold: bridge.held,
        mode: None,
    });
    std::iter::once(customer).chain(agent).chain(leg.parties.iter().map(party)).collect()
}

fn party(party: &Party) -> ParticipantPayload<'_> {
    let name = Some(party.name.as_str()).filter(|name| !name.is_empty());
    let (kind, name, worker_sid, mode) = match &party.role {
        PartyRole::Colleague { worker_sid, .. } => (ParticipantKind::Colleague, name, Some(worker_sid), None),
        PartyRole::Number { number, .. } => (ParticipantKind::Number, Some(number.as_str()), None, None),
        PartyRole::Supervisor { worker_sid, mode } => {
            (ParticipantKind::Supervisor, name, Some(worker_sid), Some(*mode))
        }
    };
    ParticipantPayload {
        participant: &party.label,
        kind,
        name,
        worker_sid,
        state: joined(party.joined),
        muted: party.muted,
        on_hold: party.held,
        mode,
    }
}

fn joined(joined: bool) -> ParticipantState {
    if joined { ParticipantState::Joined } else { ParticipantState::Ringing }
}

/// The call as it is, at this task or at that of the agent who has it.
pub fn call_payload(leg: &Leg, task_sid: &TaskSid) -> Value {
    with_place(document(&CallPayload::of(leg, task_sid)), &leg.conversation_sid, leg.updated_at)
}

/// `call.updated`.
pub fn call(leg: &Leg, task_sid: &TaskSid) -> Bytes {
    frame("call.updated", call_payload(leg, task_sid))
}
