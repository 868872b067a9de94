//! A call with what is around it, for people.

use super::call::{Call, OnAnswer, Seat, Step};
use super::joining::Joining;
use super::recording::{RecordingStatus, Scope};
use super::{Network, Room};
use patchbay_model::call::CallStatus;
use serde::Serialize;

/// A call, and where it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    #[serde(flatten)]
    pub call: Call,
    /// Who is at the phone.
    pub person: String,
    /// Its place in the queue, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// What it waits for from whoever is at the phone: `keys`, `words`, `keys_or_words`, `message`, or what has the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wants: Option<&'static str>,
    /// Whether the conference that it is in has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<bool>,
    /// Who is in that conference, or is being called into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// The calls that hear what is said on this one.
    pub heard_by: Vec<String>,
    /// How the recording of it stands, or of its conference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingStatus>,
}

/// Somebody in a conference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    pub call: String,
    pub person: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether their phone still rings.
    pub ringing: bool,
    pub muted: bool,
    pub on_hold: bool,
    pub coaching: bool,
    /// The call of whom alone they are heard by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coaches: Option<String>,
    /// The calls that hear them.
    pub heard_by: Vec<String>,
}

impl Network {
    /// A call as people see it.
    pub fn seen(&self, sid: &str) -> Option<Seen> {
        let call = self.calls.get(sid)?;
        let (mut place, mut room) = (None, None);
        match &call.seat {
            Seat::Queue { name, .. } => {
                place = self.queued(name).iter().position(|(_, of)| of == sid).map(|at| at + 1);
            }
            Seat::Room { conference, .. } => room = self.rooms.get(conference),
            _ => {}
        }
        let own = Scope::Call(sid.to_owned());
        let of_room = room.map(|room| Scope::Room(room.sid.clone()));
        let scopes = [Some(&own), of_room.as_ref()].into_iter().flatten();
        let recording = scopes.flat_map(|of| self.recordings_of(of)).map(|recording| recording.status).next();
        Some(Seen {
            call: call.clone(),
            person: call.person().to_owned(),
            place,
            wants: wants(call),
            started: room.map(|room| room.started_at.is_some()),
            members: room.map_or_else(Vec::new, |room| self.members(room)),
            heard_by: self.hearers(sid),
            recording,
        })
    }

    /// Who is in a conference, and who is being called into it.
    fn members(&self, room: &Room) -> Vec<Member> {
        let person = |sid: &str| self.calls.get(sid).map(|call| call.person().to_owned()).unwrap_or_default();
        let inside = room.members.iter().map(|(sid, joining)| (sid.clone(), joining, false));
        let called = self.calls.values().filter(|call| call.status == CallStatus::Ringing);
        let called = called.filter_map(|call| match &call.on_answer {
            OnAnswer::Join(joining) if joining.name == room.name => {
                Some((call.sid.clone(), &**joining, true))
            }
            _ => None,
        });
        let member = |(sid, joining, ringing): (String, &Joining, bool)| Member {
            person: person(&sid),
            label: joining.label.clone(),
            ringing,
            muted: joining.muted,
            on_hold: joining.held,
            coaching: joining.coaching,
            coaches: joining.coaches.clone(),
            heard_by: self.hearers_in(room, &sid),
            call: sid,
        };
        inside.chain(called).map(member).collect()
    }

    fn hearers_in(&self, room: &Room, sid: &str) -> Vec<String> {
        room.members.keys().filter(|other| room.hears(other, sid)).cloned().collect()
    }
}

fn wants(call: &Call) -> Option<&'static str> {
    match &call.step {
        Step::Gathering { gather, .. } => Some(match gather.input.as_deref().unwrap_or("dtmf") {
            "dtmf" => "keys",
            "speech" => "words",
            _ => "keys_or_words",
        }),
        Step::Recording { .. } => Some("message"),
        Step::Elsewhere { what, .. } => Some(what),
        Step::Rest | Step::Asking { .. } | Step::Pausing | Step::Looping => None,
    }
}
