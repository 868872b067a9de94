//! Conferences (Twilio, "Conference resource").

use super::super::room::Room;
use super::super::{Effect, Network};
use super::{Answered, Form, GONE, answer, code, date};
use crate::twilio::rest::API_VERSION;
use patchbay_model::Timestamp;
use serde_json::{Value, json};

impl Room {
    pub(super) fn status(&self) -> &'static str {
        match (&self.ended, self.started_at) {
            (Some(_), _) => "completed",
            (None, Some(_)) => "in-progress",
            (None, None) => "init",
        }
    }
}

impl Network {
    pub(super) fn conferences_api(
        &mut self,
        method: &str,
        path: &[&str],
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        match (method, path) {
            ("GET", []) => {
                let is = |name: &str, value: &str| form.query(name).is_none_or(|wanted| wanted == value);
                let wanted = |room: &&Room| is("FriendlyName", &room.name) && is("Status", room.status());
                let mut rooms: Vec<&Room> = self.rooms.values().filter(wanted).collect();
                rooms.sort_by(|a, b| (b.made_at, &b.sid).cmp(&(a.made_at, &a.sid)));
                let rooms = rooms.into_iter().map(|room| self.room_document(room)).collect();
                Ok(self.page("conferences", "Conferences.json", rooms))
            }
            ("GET", [which]) => {
                let room = self.room_by(which).ok_or(GONE)?;
                Ok(answer(200, &self.room_document(room)))
            }
            ("POST", [sid]) => {
                let room = self.rooms.get(*sid).ok_or(GONE)?;
                let members: Vec<String> = room.members.keys().cloned().collect();
                if let Some(url) = form.value("AnnounceUrl") {
                    for member in members {
                        self.announce(&member, &url, now, effects);
                    }
                }
                match form.value("Status").as_deref() {
                    Some("completed") => self.end_room(sid, "conference-ended-via-api", None, now, effects),
                    Some(_) => return Err((400, code::INVALID)),
                    None => {}
                }
                let room = self.rooms.get(*sid).ok_or(GONE)?;
                Ok(answer(200, &self.room_document(room)))
            }
            (_, [which, "Participants", rest @ ..]) => {
                self.participants_api((method, which, rest), form, now, effects)
            }
            (_, [sid, "Recordings", rest @ ..]) => {
                self.room_recordings(method, sid, rest, form, now, effects)
            }
            _ => Err(GONE),
        }
    }

    fn room_document(&self, room: &Room) -> Value {
        let path = format!("Conferences/{}", room.sid);
        let ended = room.ended.as_ref();
        let changed = ended.map(|(at, ..)| *at).or(room.started_at).unwrap_or(room.made_at);
        json!({
            "sid": room.sid, "account_sid": self.number.account_sid, "api_version": API_VERSION,
            "friendly_name": room.name, "status": room.status(), "region": "us1",
            "date_created": date(Some(room.made_at)), "date_updated": date(Some(changed)),
            "reason_conference_ended": ended.map(|(_, reason, _)| *reason),
            "call_sid_ending_conference": ended.and_then(|(_, _, call)| call.clone()),
            "uri": self.uri(&format!("{path}.json")),
            "subresource_uris": {
                "participants": self.uri(&format!("{path}/Participants.json")),
                "recordings": self.uri(&format!("{path}/Recordings.json")),
            },
        })
    }
}
