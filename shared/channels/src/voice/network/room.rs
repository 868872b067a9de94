//! Conferences: who is in one, and what follows from somebody's coming and going (Twilio, "`<Conference>`").

use super::call::{Heard, Seat};
use super::callback::Callback;
use super::joining::Joining;
use super::recording::{Scope, ToRecord};
use super::{Effect, Network};
use crate::voice::twiml::Verb;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use std::collections::{BTreeMap, VecDeque};

/// Conferences that are remembered; of those that are over, older ones are forgotten.
pub const ROOMS_MAX: usize = 1_000;
/// People in one conference (Twilio's limit).
const MEMBERS_MAX: u32 = 250;

/// Where a call is inside a conference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inside {
    pub(super) action: Option<String>,
    pub(super) hangup_on_star: bool,
    /// What comes behind the `<Dial>`.
    pub(super) rest: VecDeque<Verb>,
    pub(super) hears: Beyond,
}

/// What a member of a conference hears beyond the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Beyond {
    #[default]
    Nothing,
    /// What is played before the conference has begun.
    Waiting,
    Hold,
    Announcement,
}

/// Why somebody is not in a conference any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    HungUp,
    ByApi,
    ConferenceEnded,
    ModeratorEnded,
}

impl Left {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Left::HungUp => "participant_hung_up",
            Left::ByApi => "participant_updated_via_api",
            Left::ConferenceEnded => "conference_ended_via_api",
            Left::ModeratorEnded => "moderator_ended_conference",
        }
    }
}

/// A conference with its members.
#[derive(Clone, Debug)]
pub(super) struct Room {
    pub(super) sid: String,
    pub(super) name: String,
    pub(super) made_at: Timestamp,
    /// Since when its members hear one another.
    pub(super) started_at: Option<Timestamp>,
    /// When it was over, why, and with whose call.
    pub(super) ended: Option<(Timestamp, &'static str, Option<String>)>,
    /// By their call.
    pub(super) members: BTreeMap<String, Joining>,
    /// What the first one who asked for it is told.
    pub(super) told: Option<Callback>,
    pub(super) sequence: u32,
    pub(super) to_record: Option<ToRecord>,
}

impl Room {
    /// Whether its members come to hear one another.
    fn starts(&self) -> bool {
        self.members.len() > 1 && self.members.values().any(|member| member.starts)
    }
}

impl Network {
    /// The conference of this name that is not over, or of this id.
    pub(super) fn room_by(&self, name: &str) -> Option<&Room> {
        let by_sid = self.rooms.get(name);
        by_sid.or_else(|| self.rooms.values().find(|room| room.name == name && room.ended.is_none()))
    }

    /// The id of the conference of this name, which is made if there is none.
    pub(super) fn make_room(&mut self, name: &str, now: Timestamp) -> String {
        if let Some(room) = self.room_by(name).filter(|room| room.ended.is_none()) {
            return room.sid.clone();
        }
        if self.rooms.len() >= ROOMS_MAX {
            let over = self.rooms.values().filter(|room| room.ended.is_some());
            if let Some(oldest) = over.min_by_key(|room| (room.made_at, room.sid.clone())) {
                let oldest = oldest.sid.clone();
                self.rooms.remove(&oldest);
            }
        }
        let room = Room {
            sid: self.new_sid("CF"),
            name: name.to_owned(),
            made_at: now,
            started_at: None,
            ended: None,
            members: BTreeMap::new(),
            told: None,
            sequence: 0,
            to_record: None,
        };
        let sid = room.sid.clone();
        self.rooms.insert(sid.clone(), room);
        sid
    }

    /// Puts a call into a conference, which is made with its first member.
    pub(super) fn join(
        &mut self,
        sid: &str,
        joining: Joining,
        inside: Inside,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let conference = self.make_room(&joining.name, now);
        let Some(room) = self.rooms.get_mut(&conference) else { return };
        let Some(call) = self.calls.get_mut(sid) else { return };
        let full = room.members.len() >= joining.members_max.unwrap_or(MEMBERS_MAX) as usize;
        call.rest();
        call.seat =
            Seat::Room { name: room.name.clone(), conference: conference.clone(), inside: Box::new(inside) };
        if full {
            call.hear_trouble(0, "the conference is full");
            return self.put_out(sid, CallStatus::Failed, now, effects);
        }
        if room.told.is_none() {
            room.told = joining.told.clone();
        }
        if room.to_record.is_none() {
            room.to_record = joining.to_record.clone();
        }
        let beeps = joining.beeps.0;
        let others: Vec<String> = room.members.keys().cloned().collect();
        room.members.insert(sid.to_owned(), joining);
        let begins = room.started_at.is_none() && room.starts();
        if begins {
            room.started_at = Some(now);
        }
        let to_record = room.to_record.clone().filter(|_| begins);
        self.tell_of_member(&conference, sid, "participant-join", &[], now, effects);
        if begins {
            self.tell_of_member(&conference, sid, "conference-start", &[], now, effects);
        }
        if beeps {
            self.beep(&others);
        }
        if let Some(to_record) = to_record {
            self.begin_recording(&Scope::Room(conference.clone()), &to_record, now, effects);
        }
        for member in others.iter().map(String::as_str).chain([sid]) {
            self.settle(member, false, effects);
        }
    }

    fn beep(&mut self, calls: &[String]) {
        for call in calls {
            if let Some(call) = self.calls.get_mut(call) {
                call.hear(Heard::Beep);
            }
        }
    }

    /// Takes a call out; a conference that ends with it puts out the others too. Where the call goes is not said here.
    pub(super) fn leave(
        &mut self,
        sid: &str,
        conference: &str,
        why: Left,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(room) = self.rooms.get_mut(conference) else { return };
        if !room.members.contains_key(sid) {
            return;
        }
        self.tell_of_left(conference, sid, why, now, effects);
        let Some(room) = self.rooms.get_mut(conference) else { return };
        let Some(member) = room.members.remove(sid) else { return };
        if member.ends {
            return self.end_room(
                conference,
                "participant-with-end-conference-on-exit-left",
                Some(sid),
                now,
                effects,
            );
        }
        if room.members.is_empty() && !self.is_expected(conference) {
            let reason = if why == Left::ByApi { "last-participant-kicked" } else { "last-participant-left" };
            return self.end_room(conference, reason, Some(sid), now, effects);
        }
        if member.beeps.1 {
            let others: Vec<String> = self
                .rooms
                .get(conference)
                .map(|room| room.members.keys().cloned().collect())
                .unwrap_or_default();
            self.beep(&others);
        }
    }

    /// Whether somebody's phone rings who is to join.
    fn is_expected(&self, conference: &str) -> bool {
        let Some(room) = self.rooms.get(conference) else { return false };
        self.calls.values().any(|call| {
            !call.status.is_over() && call.joining().is_some_and(|joining| joining.name == room.name)
        })
    }

    /// A phone that rang for a conference does not any more: one with nobody in it is over.
    pub(super) fn expected_no_more(&mut self, name: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(room) = self.room_by(name).filter(|room| room.ended.is_none()) else { return };
        let conference = room.sid.clone();
        if room.members.is_empty() && !self.is_expected(&conference) {
            self.end_room(&conference, "last-participant-left", None, now, effects);
        }
    }

    /// Ends a conference, and puts out whoever is still in it.
    pub(super) fn end_room(
        &mut self,
        conference: &str,
        reason: &'static str,
        with: Option<&str>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(room) = self.rooms.get_mut(conference).filter(|room| room.ended.is_none()) else { return };
        let others: Vec<String> = room.members.keys().cloned().collect();
        let why = if with.is_some() { Left::ModeratorEnded } else { Left::ConferenceEnded };
        for other in &others {
            self.tell_of_left(conference, other, why, now, effects);
        }
        let Some(room) = self.rooms.get_mut(conference) else { return };
        room.members.clear();
        room.ended = Some((now, reason, with.map(str::to_owned)));
        self.end_recordings(&Scope::Room(conference.to_owned()), now, effects);
        self.tell_of_end(conference, now, effects);
        for other in others {
            self.put_out(&other, CallStatus::Completed, now, effects);
        }
    }

    /// Takes somebody out who goes on with what follows the conference.
    pub(super) fn kick(
        &mut self,
        sid: &str,
        conference: &str,
        why: Left,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        self.leave(sid, conference, why, now, effects);
        self.put_out(sid, CallStatus::Completed, now, effects);
    }

    /// Whoever is put out of a conference goes on with what follows it.
    fn put_out(&mut self, sid: &str, status: CallStatus, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid).filter(|call| !call.status.is_over()) else { return };
        let Seat::Room { inside, .. } = std::mem::take(&mut call.seat) else { return };
        let Inside { action, rest, .. } = *inside;
        call.rest();
        call.program = rest;
        let said = if status == CallStatus::Failed { "failed" } else { "answered" };
        match action {
            Some(action) => self.ask(sid, &action, &[("DialCallStatus", said)], effects),
            None if call.program.is_empty() => self.end(sid, CallStatus::Completed, now, effects),
            None => self.run(sid, now, effects),
        }
    }
}
