//! The REST API of calls, as Twilio answers it.

use super::call::Call;
use super::room::Joining;
use super::{Effect, Network};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::twilio::play::values;
use crate::twilio::rest::{answer, error_answer};
use crate::webhook::Headers;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use serde_json::json;

/// Seconds that a phone rings (Twilio's default).
const RING_S: u32 = 60;
/// The beginning of an MP3 with nothing but its header: what is recorded is told, not played.
const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\0";

impl Network {
    /// Twilio's answer to a call of its API, and what follows; `None` for one that is about no call. Whether the request
    /// is the account's was asked before.
    pub(super) fn request(
        &mut self,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Option<(ProviderResponse, Vec<Effect>)> {
        let mut effects = Vec::new();
        let (_, path) = request.url.split_once(&format!("/Accounts/{}/", self.number.account_sid))?;
        let parts: Vec<&str> = path.split('?').next()?.trim_end_matches(".json").split('/').collect();
        let response = match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["Recordings", file]) => self.recording(file),
            ("POST", ["Calls", sid]) => self.change_call(sid, request, now, &mut effects),
            ("POST", ["Calls"]) => self.place_call(request, now, &mut effects),
            ("GET", ["Calls", sid]) => self.shown(sid),
            ("POST", ["Conferences", name, "Participants"]) => {
                self.add_participant(name, request, now, &mut effects)
            }
            ("GET", ["Conferences", name, "Participants", who]) => match self.participant(name, who) {
                Some(sid) => self.shown(&sid),
                None => error_answer(404, None),
            },
            _ => return None,
        };
        Some((response, effects))
    }

    /// Where a recording is, without its extension.
    pub(super) fn recording_url(&self, sid: &str) -> String {
        format!("{}/Accounts/{}/Recordings/{sid}", self.number.api_url, self.number.account_sid)
    }

    fn recording(&self, file: &str) -> ProviderResponse {
        let sid = file.split('.').next().unwrap_or_default();
        match self.recordings.get(sid) {
            Some(said) => ProviderResponse::Http {
                status: 200,
                headers: Headers::from_iter([("Content-Type", "audio/mpeg")]),
                body: [MP3, said.as_bytes()].concat(),
            },
            None => error_answer(404, None),
        }
    }

    fn shown(&self, sid: &str) -> ProviderResponse {
        let Some(call) = self.calls.get(sid) else { return error_answer(404, None) };
        answer(
            200,
            &json!({
                "sid": call.sid, "account_sid": self.number.account_sid, "from": call.from, "to": call.to,
                "status": call.status, "direction": call.direction,
            }),
        )
    }

    /// Calls somebody (Twilio, "Create a Call resource").
    fn place_call(
        &mut self,
        request: &ProviderRequest,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> ProviderResponse {
        let url = values(request, "Url").next();
        let Some(sid) = self.ring(request, now, |call| call.answer_url = url, effects) else {
            return error_answer(400, Some("21201"));
        };
        self.made_one(&sid)
    }

    /// Calls somebody who joins a conference when they answer (Twilio, "Create a Participant").
    fn add_participant(
        &mut self,
        name: &str,
        request: &ProviderRequest,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> ProviderResponse {
        let is = |parameter, default: bool| {
            values(request, parameter).next().map_or(default, |value| value.eq_ignore_ascii_case("true"))
        };
        let joining = Joining {
            name: name.to_owned(),
            label: values(request, "Label").next(),
            starts: is("StartConferenceOnEnter", true),
            ends: is("EndConferenceOnExit", false),
        };
        let Some(sid) = self.ring(request, now, |call| call.answer_room = Some(joining), effects) else {
            return error_answer(400, Some("21201"));
        };
        self.made_one(&sid)
    }

    /// A phone rings; `None` where nobody is named.
    fn ring(
        &mut self,
        request: &ProviderRequest,
        now: Timestamp,
        prepare: impl FnOnce(&mut Call),
        effects: &mut Vec<Effect>,
    ) -> Option<String> {
        let value = |name| values(request, name).next();
        let (from, to) = (value("From")?, value("To")?);
        let mut call = Call::new(self.new_sid("CA"), &from, &to, "outbound-api", now);
        // Twilio takes the events as several parameters, and as one with spaces between.
        let wanted: Vec<String> = values(request, "StatusCallbackEvent")
            .flat_map(|events| events.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let wanted = if wanted.is_empty() { vec!["completed".to_owned()] } else { wanted };
        call.told = value("StatusCallback").map(|url| (url, wanted));
        prepare(&mut call);
        let sid = call.sid.clone();
        self.add(call);
        self.tell_status(&sid, "initiated", now, effects);
        self.tell_status(&sid, "ringing", now, effects);
        let ring_s = value("Timeout").and_then(|s| s.parse().ok()).unwrap_or(RING_S);
        self.wake(&sid, u64::from(ring_s) * 1000, effects);
        Some(sid)
    }

    fn made_one(&self, sid: &str) -> ProviderResponse {
        answer(201, &json!({ "sid": sid, "call_sid": sid, "status": "queued" }))
    }

    /// The call of a conference's member, by the call's id or the member's label. One who still rings is there too.
    fn participant(&self, name: &str, who: &str) -> Option<String> {
        let is = |joining: &Joining| joining.name == name && joining.label.as_deref() == Some(who);
        let members = self.rooms.get(name).map(|room| &room.members);
        let inside = members.and_then(|members| {
            members.iter().find(|(sid, joining)| *sid == who || is(joining)).map(|(sid, _)| sid.clone())
        });
        let rings = |call: &&Call| {
            call.answer_room.as_ref().is_some_and(|joining| is(joining) || call.sid == who)
                && !call.status.is_over()
        };
        inside.or_else(|| self.calls.values().find(rings).map(|call| call.sid.clone()))
    }

    /// Sends a call elsewhere, or ends it (Twilio, "Update a Call resource").
    fn change_call(
        &mut self,
        sid: &str,
        request: &ProviderRequest,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> ProviderResponse {
        let Some(call) = self.calls.get(sid) else { return error_answer(404, None) };
        if call.status.is_over() {
            return error_answer(400, Some("21220"));
        }
        let value = |name| values(request, name).next();
        if let Some(url) = value("Url") {
            self.redirect(sid, &url, now, effects);
        } else if let Some(status) = value("Status") {
            let ringing = call.status == CallStatus::Ringing;
            match status.as_str() {
                "canceled" if ringing => self.end(sid, CallStatus::Canceled, now, effects),
                "canceled" => {}
                "completed" => self.end(sid, CallStatus::Completed, now, effects),
                _ => return error_answer(400, None),
            }
        }
        self.shown(sid)
    }
}
