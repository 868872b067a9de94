//! Participants of conferences (Twilio, "Participant resource").

use super::super::call::{Call, OnAnswer};
use super::super::callback::Callback;
use super::super::joining::{Joining, USUAL_EVENTS};
use super::super::recording::ToRecord;
use super::super::room::Left;
use super::super::{Effect, Network};
use super::{Answered, Form, GONE, Refusal, answer, code, date, deleted};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use serde_json::{Value, json};

impl Network {
    pub(super) fn participants_api(
        &mut self,
        (method, conference, path): (&str, &str, &[&str]),
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        match (method, path) {
            ("POST", []) => self.add_participant(conference, form, now, effects),
            ("GET", []) => {
                let is = |name: &str, value: bool| {
                    form.query(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case("true") == value)
                };
                let all = self.participants(conference).ok_or(GONE)?;
                let wanted = |(_, joining): &(&Call, &Joining)| {
                    is("Muted", joining.muted) && is("Hold", joining.held) && is("Coaching", joining.coaching)
                };
                let shown = all.into_iter().filter(wanted).map(|(call, joining)| self.shown(call, joining));
                let shown = shown.collect();
                Ok(self.page("participants", &format!("Conferences/{conference}/Participants.json"), shown))
            }
            ("GET", [who]) => {
                let (call, joining) = self.participant(conference, who).ok_or(GONE)?;
                Ok(answer(200, &self.shown(call, joining)))
            }
            // Only their creation and their reading go by the conference's name.
            ("POST", [who]) if self.rooms.contains_key(conference) => {
                self.change_participant(conference, who, form, now, effects)
            }
            ("DELETE", [who]) if self.rooms.contains_key(conference) => {
                let (call, _) = self.participant(conference, who).ok_or(GONE)?;
                let (sid, status) = (call.sid.clone(), call.status);
                match status {
                    CallStatus::InProgress => self.kick(&sid, conference, Left::ByApi, now, effects),
                    _ => self.end(&sid, CallStatus::Canceled, now, effects),
                }
                Ok(deleted())
            }
            _ => Err(GONE),
        }
    }

    /// Those in a conference, and those whose phones ring for it; `None` where there is no such conference.
    fn participants(&self, conference: &str) -> Option<Vec<(&Call, &Joining)>> {
        let room = self.room_by(conference)?;
        let inside = room.members.iter().filter_map(|(sid, joining)| Some((self.calls.get(sid)?, joining)));
        let called = self.calls.values().filter(|call| !call.status.is_over());
        let called = called.filter_map(|call| {
            let joining = call.joining().filter(|joining| joining.name == room.name)?;
            Some((call, joining))
        });
        let called = called.filter(|_| room.ended.is_none());
        Some(inside.chain(called).collect())
    }

    /// One of them, by their call's id or their label.
    fn participant(&self, conference: &str, who: &str) -> Option<(&Call, &Joining)> {
        let mut all = self.participants(conference)?.into_iter();
        all.find(|(call, joining)| call.sid == who || joining.label.as_deref() == Some(who))
    }

    fn shown(&self, call: &Call, joining: &Joining) -> Value {
        let room = self.room_by(&joining.name);
        let sid = room.map(|room| room.sid.as_str()).unwrap_or_default();
        let status = match call.status {
            CallStatus::InProgress => "connected",
            CallStatus::Ringing => "ringing",
            CallStatus::Queued | CallStatus::Initiated => "queued",
            CallStatus::Completed => "complete",
            CallStatus::Busy | CallStatus::NoAnswer | CallStatus::Failed | CallStatus::Canceled => "failed",
        };
        let at = date(Some(call.answered_at.unwrap_or(call.began_at)));
        json!({
            "account_sid": self.number.account_sid, "call_sid": call.sid, "conference_sid": sid,
            "label": joining.label, "muted": joining.muted, "hold": joining.held, "status": status,
            "coaching": joining.coaching, "call_sid_to_coach": joining.coaches,
            "start_conference_on_enter": joining.starts, "end_conference_on_exit": joining.ends,
            "queue_time": null, "date_created": at, "date_updated": at,
            "uri": self.uri(&format!("Conferences/{sid}/Participants/{}.json", call.sid)),
        })
    }

    /// Calls somebody who joins a conference when they answer (Twilio, "Create a Participant").
    fn add_participant(
        &mut self,
        conference: &str,
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let known = self.room_by(conference);
        // An id is no name of a conference that is to be made.
        let looks_like_id = conference.len() == 34 && conference.starts_with("CF");
        if known.is_none_or(|room| room.ended.is_some()) && (looks_like_id || known.is_some()) {
            return Err(GONE);
        }
        let name = known.map_or_else(|| conference.to_owned(), |room| room.name.clone());
        let label = form.value("Label");
        if let Some(label) = &label
            && known.is_some()
            && self.participant(conference, label).is_some()
        {
            return Err((400, code::INVALID));
        }
        let coaches = match form.value("CallSidToCoach") {
            Some(who) => Some(self.coached(conference, &who)?),
            None => None,
        };
        let told = form.value("ConferenceStatusCallback");
        let recorded =
            form.value("ConferenceRecord").is_some_and(|how| how == "true" || how == "record-from-start");
        let told_of_recording = Callback::of(
            form.value("ConferenceRecordingStatusCallback"),
            form.all("ConferenceRecordingStatusCallbackEvent"),
            super::calls::USUAL_EVENTS,
        );
        let joining = Joining {
            name: name.clone(),
            label,
            starts: form.is("StartConferenceOnEnter").unwrap_or(true),
            ends: form.is("EndConferenceOnExit").unwrap_or(false),
            muted: form.is("Muted").unwrap_or(false),
            coaching: form.is("Coaching").unwrap_or(coaches.is_some()),
            coaches,
            wait_url: form.given("WaitUrl"),
            beeps: Joining::beeps_of(form.value("Beep").as_deref()),
            members_max: form.value("MaxParticipants").and_then(|max| max.parse().ok()),
            to_record: recorded.then_some(ToRecord {
                source: "Conference",
                channels: 1,
                told: told_of_recording,
            }),
            told: Callback::of(told, form.all("ConferenceStatusCallbackEvent"), USUAL_EVENTS),
            ..Joining::default()
        };
        let (mut call, ring_s) = self.wanted_call(form, now)?;
        self.make_room(&name, now);
        call.on_answer = OnAnswer::Join(Box::new(joining));
        let sid = call.sid.clone();
        self.add(call);
        let (call, joining) = self.participant(&name, &sid).ok_or(GONE)?;
        let made = answer(201, &self.shown(call, joining));
        self.ring(&sid, Some(ring_s), now, effects);
        Ok(made)
    }

    /// The call of somebody in a conference who is to be coached.
    fn coached(&self, conference: &str, who: &str) -> Result<String, Refusal> {
        let (call, _) = self.participant(conference, who).ok_or((400, code::INVALID))?;
        Ok(call.sid.clone())
    }

    /// Mutes somebody, has them wait, tells them something (Twilio, "Update a Participant").
    fn change_participant(
        &mut self,
        conference: &str,
        who: &str,
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let (call, joining) = self.participant(conference, who).ok_or(GONE)?;
        let (sid, before) = (call.sid.clone(), joining.clone());
        let mut after = before.clone();
        after.muted = form.is("Muted").unwrap_or(before.muted);
        after.held = form.is("Hold").unwrap_or(before.held);
        if let Some(url) = form.given("HoldUrl") {
            after.hold_url = Some(url);
        }
        if let Some(url) = form.given("WaitUrl") {
            after.wait_url = Some(url);
        }
        after.ends = form.is("EndConferenceOnExit").unwrap_or(before.ends);
        after.beeps.1 = form.is("BeepOnExit").unwrap_or(before.beeps.1);
        if let Some(coached) = form.value("CallSidToCoach") {
            after.coaches = Some(self.coached(conference, &coached)?);
        }
        after.coaching = form.is("Coaching").unwrap_or(before.coaching);
        if after.coaching && after.coaches.is_none() {
            return Err((400, code::INVALID));
        }
        let rings = !self.rooms.get(conference).is_some_and(|room| room.members.contains_key(&sid));
        let changed = (before.clone(), after.clone());
        match self.rooms.get_mut(conference).and_then(|room| room.members.get_mut(&sid)) {
            Some(member) => *member = after,
            None => {
                if let Some(call) = self.calls.get_mut(&sid) {
                    call.on_answer = OnAnswer::Join(Box::new(after));
                }
            }
        }
        if !rings {
            self.tell_of_change(conference, &sid, &changed, now, effects);
            let held_anew = form.given("HoldUrl").is_some() && changed.1.held;
            if changed.0.held != changed.1.held || held_anew {
                self.settle(&sid, true, effects);
            }
            if let Some(url) = form.value("AnnounceUrl") {
                self.announce(&sid, &url, now, effects);
            }
        }
        // Whoever has just been put out of it by an announcement is shown as they were.
        match self.participant(conference, &sid) {
            Some((call, joining)) => Ok(answer(200, &self.shown(call, joining))),
            None => Err(GONE),
        }
    }

    fn tell_of_change(
        &mut self,
        conference: &str,
        sid: &str,
        (before, after): &(Joining, Joining),
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let mut events = Vec::new();
        if before.muted != after.muted {
            events.push(if after.muted { "participant-mute" } else { "participant-unmute" });
        }
        if before.held != after.held {
            events.push(if after.held { "participant-hold" } else { "participant-unhold" });
        }
        if (before.coaching, &before.coaches, before.ends) != (after.coaching, &after.coaches, after.ends) {
            events.push("participant-modify");
        }
        for event in events {
            self.tell_of_member(conference, sid, event, &[], now, effects);
        }
    }
}
