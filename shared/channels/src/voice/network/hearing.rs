//! Who hears whom, and what else is heard in a conference.

use super::call::{Call, Heard, OnAnswer, Seat, Step};
use super::joining::Joining;
use super::room::{Beyond, Room};
use super::{Effect, HOLD_MUSIC, Network};
use patchbay_model::Timestamp;

impl Room {
    /// Whether what this one says reaches all of them: not of whoever is muted, on hold, or heard by one alone.
    fn is_mixed(&self, member: &Joining) -> bool {
        self.started_at.is_some() && !member.muted && !member.held && !member.coaching
    }

    /// Whether one member hears another.
    pub(super) fn hears(&self, listener: &str, speaker: &str) -> bool {
        let (Some(ears), Some(mouth)) = (self.members.get(listener), self.members.get(speaker)) else {
            return false;
        };
        if listener == speaker || self.started_at.is_none() || ears.held || mouth.held || mouth.muted {
            return false;
        }
        !mouth.coaching || mouth.coaches.as_deref() == Some(listener)
    }
}

impl Call {
    /// The conference that it joins once it is answered.
    pub(super) fn joining(&self) -> Option<&Joining> {
        match &self.on_answer {
            OnAnswer::Join(joining) => Some(joining),
            _ => None,
        }
    }

    /// Music that goes on until something else happens.
    pub(super) fn hear_music(&mut self, url: &str) {
        self.hear(Heard::Play { url: url.to_owned() });
    }
}

impl Network {
    /// Whether what somebody says in a conference is part of its sound.
    pub(super) fn is_mixed(&self, conference: &str, sid: &str) -> bool {
        let room = self.rooms.get(conference);
        room.is_some_and(|room| room.members.get(sid).is_some_and(|member| room.is_mixed(member)))
    }

    /// The calls that hear what is said on this one.
    pub(super) fn hearers(&self, sid: &str) -> Vec<String> {
        let Some(call) = self.calls.get(sid) else { return Vec::new() };
        match &call.seat {
            Seat::Room { conference, .. } => self.rooms.get(conference).map_or_else(Vec::new, |room| {
                room.members.keys().filter(|other| room.hears(other, sid)).cloned().collect()
            }),
            Seat::Dial { with, .. } => with.iter().cloned().collect(),
            Seat::Line | Seat::Queue { .. } | Seat::Bridged { .. } => {
                let talks = |seat: &Seat| matches!(seat, Seat::Dial { with: Some(with), .. } if with == sid);
                let caller = self.calls.values().find(|call| talks(&call.seat));
                caller.map(|call| call.sid.clone()).into_iter().collect()
            }
        }
    }

    /// Something is said to whoever else is on the line.
    pub(super) fn voice(&mut self, sid: &str, text: &str) -> Vec<String> {
        let hearers = self.hearers(sid);
        let from = self.calls.get(sid).map(|call| call.person().to_owned()).unwrap_or_default();
        for other in &hearers {
            if let Some(other) = self.calls.get_mut(other) {
                other.hear(Heard::Voice { from: from.clone(), text: text.to_owned() });
            }
        }
        self.record_voice(sid, text, &hearers);
        hearers
    }

    /// Has a member of a conference hear beyond the others what belongs to how they are in it. An announcement is heard
    /// to its end, unless it `must` be otherwise.
    pub(super) fn settle(&mut self, sid: &str, must: bool, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Room { conference, inside, .. } = &mut call.seat else { return };
        let Some(room) = self.rooms.get(conference) else { return };
        let Some(member) = room.members.get(sid) else { return };
        let (hears, url) = match (member.held, room.started_at) {
            (true, _) => (Beyond::Hold, member.hold_url.clone()),
            (false, None) => (Beyond::Waiting, member.wait_url.clone()),
            (false, Some(_)) => (Beyond::Nothing, None),
        };
        if !must && (inside.hears == hears || inside.hears == Beyond::Announcement) {
            return;
        }
        inside.hears = hears;
        call.rest();
        match url {
            _ if hears == Beyond::Nothing => {}
            Some(url) if url.is_empty() => {}
            Some(url) => self.ask_beyond(sid, &url, effects),
            None => call.hear_music(HOLD_MUSIC),
        }
    }

    /// Has a member of a conference hear an announcement, and then what they heard before.
    pub(super) fn announce(&mut self, sid: &str, url: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Room { inside, .. } = &mut call.seat else { return };
        inside.hears = Beyond::Announcement;
        call.rest();
        if url.starts_with(&self.number.public_url) {
            return self.ask_beyond(sid, url, effects);
        }
        call.hear_music(url);
        self.beyond_ends(sid, now, effects);
    }

    fn ask_beyond(&mut self, sid: &str, url: &str, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Room { name, conference, .. } = &call.seat else { return };
        let (name, conference) = (name.clone(), conference.clone());
        if !url.starts_with(&self.number.public_url) {
            // A sound of somebody else's: there is no document to fetch.
            return call.hear_music(url);
        }
        self.ask(sid, url, &[("ConferenceSid", &conference), ("FriendlyName", &name)], effects);
    }

    /// What a member of a conference heard beyond the others is over.
    pub(super) fn beyond_ends(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(Seat::Room { conference, inside, .. }) = self.calls.get(sid).map(|call| &call.seat) else {
            return;
        };
        let (conference, hears) = (conference.clone(), inside.hears);
        if hears == Beyond::Announcement {
            self.tell_of_member(&conference, sid, "announcement-end", &[], now, effects);
        }
        if hears != Beyond::Nothing {
            self.settle(sid, true, effects);
        }
    }

    /// A document that is heard for as long as somebody waits is over: it is asked for again, and not at once where it
    /// took no time.
    pub(super) fn loops(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let once = matches!(&call.seat, Seat::Room { inside, .. } if inside.hears == Beyond::Announcement);
        if !call.waited && !once {
            call.step = Step::Looping;
            return self.wake(sid, super::queue::SILENCE_MS, effects);
        }
        self.again(sid, now, effects);
    }

    pub(super) fn again(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        match self.calls.get(sid).map(|call| &call.seat) {
            Some(Seat::Queue { .. }) => self.ask_for_waiting(sid, now, effects),
            Some(Seat::Room { .. }) => self.beyond_ends(sid, now, effects),
            _ => {}
        }
    }
}
