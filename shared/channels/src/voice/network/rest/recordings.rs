//! Recordings (Twilio, "Recording resource", and those of calls and conferences).

use super::super::callback::Callback;
use super::super::recording::{Recording, Scope, ToRecord};
use super::super::{Effect, Network};
use super::{Answered, Form, GONE, OVER, answer, code, date, deleted};
use crate::delivery::ProviderResponse;
use crate::twilio::rest::API_VERSION;
use crate::webhook::Headers;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use serde_json::{Value, json};

/// The beginnings of an MP3 and of a WAV with nothing but their headers: what is recorded is told, not played.
const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\0";
const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";
/// The name of the recording that goes on.
const CURRENT: &str = "Twilio.CURRENT";

impl Network {
    /// Where a recording is, without its extension.
    pub(in super::super) fn recording_url(&self, sid: &str) -> String {
        format!("{}/Accounts/{}/Recordings/{sid}", self.number.api_url, self.number.account_sid)
    }

    /// All of the account's: a document, the sound, the end of it.
    pub(super) fn recordings_api(
        &mut self,
        method: &str,
        path: &[&str],
        as_json: bool,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        match (method, path) {
            ("GET", []) => Ok(self.page(
                "recordings",
                "Recordings.json",
                self.recordings.values().map(|recording| self.recording_document(recording)).collect(),
            )),
            ("GET", [sid]) if as_json => {
                let recording = self.recordings.get(*sid).ok_or(GONE)?;
                Ok(answer(200, &self.recording_document(recording)))
            }
            ("GET", [file]) => self.media_of(file),
            ("DELETE", [sid]) => {
                self.end_recording(sid, now, effects);
                self.recordings.remove(*sid).map(|_| deleted()).ok_or(GONE)
            }
            _ => Err(GONE),
        }
    }

    fn media_of(&mut self, file: &str) -> Answered {
        let (sid, extension) = file.split_once('.').unwrap_or((file, "wav"));
        let (content_type, header) = match extension {
            "mp3" => ("audio/mpeg", MP3),
            "wav" => ("audio/x-wav", WAV),
            _ => return Err(GONE),
        };
        if !self.has_media(sid) {
            return Err(GONE);
        }
        let recording = self.recordings.get(sid).ok_or(GONE)?;
        Ok(ProviderResponse::Http {
            status: 200,
            headers: Headers::from_iter([("Content-Type", content_type)]),
            body: [header, recording.text.as_bytes()].concat(),
        })
    }

    pub(super) fn call_recordings(
        &mut self,
        method: &str,
        sid: &str,
        path: &[&str],
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let call = self.calls.get(sid).ok_or(GONE)?;
        let of = Scope::Call(sid.to_owned());
        if (method, path) != ("POST", &[]) {
            return self.recordings_under(method, (&of, path), form, now, effects);
        }
        if call.status != CallStatus::InProgress {
            return Err(OVER);
        }
        let told = Callback::of(
            form.value("RecordingStatusCallback"),
            form.all("RecordingStatusCallbackEvent"),
            super::calls::USUAL_EVENTS,
        );
        let dual = form.value("RecordingChannels").as_deref() == Some("dual");
        let what = ToRecord { source: "StartCallRecordingAPI", channels: if dual { 2 } else { 1 }, told };
        let begun = self.begin_recording(&of, &what, now, effects);
        let recording = self.recordings.get(&begun).ok_or(GONE)?;
        Ok(answer(201, &self.recording_document(recording)))
    }

    pub(super) fn room_recordings(
        &mut self,
        method: &str,
        sid: &str,
        path: &[&str],
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        if !self.rooms.contains_key(sid) {
            return Err(GONE);
        }
        self.recordings_under(method, (&Scope::Room(sid.to_owned()), path), form, now, effects)
    }

    /// Those of one call or conference.
    fn recordings_under(
        &mut self,
        method: &str,
        (of, path): (&Scope, &[&str]),
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let which = match (method, path) {
            ("GET", []) => {
                let all = self.recordings.values().filter(|recording| recording.of == *of);
                let all = all.map(|recording| self.recording_document(recording)).collect();
                return Ok(self.page("recordings", "Recordings.json", all));
            }
            (_, [CURRENT]) => self.recordings_of(of).next().map(|recording| recording.sid.clone()),
            (_, [sid]) => self
                .recordings
                .get(*sid)
                .filter(|recording| recording.of == *of)
                .map(|found| found.sid.clone()),
            _ => None,
        };
        let sid = which.ok_or(GONE)?;
        match method {
            "GET" => {}
            "DELETE" => {
                self.end_recording(&sid, now, effects);
                self.recordings.remove(&sid);
                return Ok(deleted());
            }
            "POST" => self.change_recording(&sid, form, now, effects)?,
            _ => return Err(GONE),
        }
        let recording = self.recordings.get(&sid).ok_or(GONE)?;
        Ok(answer(200, &self.recording_document(recording)))
    }

    fn change_recording(
        &mut self,
        sid: &str,
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<(), super::Refusal> {
        if self.recordings.get(sid).is_some_and(|recording| !recording.status.is_on()) {
            return Err(OVER);
        }
        match form.value("Status").as_deref() {
            Some("paused") => {
                let skip = match form.value("PauseBehavior").as_deref() {
                    Some("skip") => true,
                    None | Some("silence") => false,
                    Some(_) => return Err((400, code::INVALID)),
                };
                self.pause_recording(sid, skip, now);
            }
            Some("in-progress") => self.resume_recording(sid, now),
            Some("stopped") => self.end_recording(sid, now, effects),
            _ => return Err((400, code::INVALID)),
        }
        Ok(())
    }

    fn recording_document(&self, recording: &Recording) -> Value {
        let (call, conference) = match &recording.of {
            Scope::Call(sid) => (Some(sid), None),
            Scope::Room(sid) => (None, Some(sid)),
        };
        let duration = recording.ended_at.map(|_| recording.duration_s.to_string());
        json!({
            "sid": recording.sid, "account_sid": self.number.account_sid, "api_version": API_VERSION,
            "call_sid": call, "conference_sid": conference, "channels": recording.what.channels,
            "source": recording.what.source, "status": recording.status, "duration": duration, "track": "both",
            "start_time": date(Some(recording.began_at)), "date_created": date(Some(recording.began_at)),
            "date_updated": date(recording.ended_at.or(Some(recording.began_at))), "error_code": null,
            "price": null, "price_unit": null, "media_url": self.recording_url(&recording.sid),
            "uri": self.uri(&format!("Recordings/{}.json", recording.sid)),
        })
    }
}
