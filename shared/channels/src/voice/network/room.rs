//! Conferences: who is in one, and what follows from somebody's coming and going.

use super::call::{Heard, Seat, Step};
use super::{Effect, Network};
use crate::voice::twiml::Conference;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use std::collections::BTreeMap;

/// How somebody joins a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joining {
    pub(super) name: String,
    pub(super) label: Option<String>,
    /// Whether it begins with them.
    pub(super) starts: bool,
    /// Whether it ends with them.
    pub(super) ends: bool,
}

impl Joining {
    pub(super) fn of(conference: &Conference) -> Joining {
        Joining {
            name: conference.content.clone(),
            label: conference.participant_label.clone(),
            starts: conference.start_conference_on_enter.unwrap_or(true),
            ends: conference.end_conference_on_exit.unwrap_or(false),
        }
    }
}

/// A conference with its members.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// By their call.
    pub(super) members: BTreeMap<String, Joining>,
}

impl Room {
    /// Whether its members hear one another.
    fn is_on(&self) -> bool {
        self.members.len() > 1 && self.members.values().any(|member| member.starts)
    }
}

impl Network {
    /// Puts a call into a conference, which is made with its first member.
    pub(super) fn join(&mut self, sid: &str, joining: Joining, action: Option<String>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.step = Step::Rest;
        call.turn += 1;
        call.seat = Seat::Room { name: joining.name.clone(), action };
        let room = self.rooms.entry(joining.name.clone()).or_default();
        room.members.insert(sid.to_owned(), joining);
    }

    /// Takes a call out; a conference that ends with it puts out the others too.
    pub(super) fn leave(&mut self, sid: &str, name: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        let ends = room.members.remove(sid).is_some_and(|member| member.ends);
        let others: Vec<String> = match ends {
            true => std::mem::take(&mut room.members).into_keys().collect(),
            false => Vec::new(),
        };
        if room.members.is_empty() {
            self.rooms.remove(name);
        }
        for other in others {
            self.put_out(&other, now, effects);
        }
    }

    /// Whoever is put out of a conference goes on with what follows it.
    fn put_out(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Room { action, .. } = std::mem::take(&mut call.seat) else { return };
        match action {
            Some(action) => self.ask(sid, &action, &[("DialCallStatus", "answered")], effects),
            None if call.program.is_empty() => self.end(sid, CallStatus::Completed, now, effects),
            None => self.run(sid, now, effects),
        }
    }

    /// Those who hear what somebody says.
    pub(super) fn speak_to_others(&mut self, sid: &str, text: &str) {
        let Some(call) = self.calls.get(sid) else { return };
        let from = call.from.clone();
        let hear: Vec<String> = match &call.seat {
            Seat::Room { name, .. } => match self.rooms.get(name) {
                Some(room) if room.is_on() => {
                    room.members.keys().filter(|member| *member != sid).cloned().collect()
                }
                _ => Vec::new(),
            },
            Seat::Dial { with, .. } => with.iter().cloned().collect(),
            Seat::Line | Seat::Queue { .. } => self.caller_of(sid).into_iter().collect(),
        };
        for other in hear {
            if let Some(other) = self.calls.get_mut(&other) {
                other.hear(Heard::Voice { from: from.clone(), text: text.to_owned() });
            }
        }
    }

    /// The call that is connected with this one because it called it.
    fn caller_of(&self, child: &str) -> Option<String> {
        let talks = |seat: &Seat| matches!(seat, Seat::Dial { with: Some(with), .. } if with == child);
        self.calls.values().find(|call| talks(&call.seat)).map(|call| call.sid.clone())
    }
}
