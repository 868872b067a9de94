//! What runs beside a call: live transcriptions, streams, recordings (Twilio, "`<Start>`", "`<Stop>`").

use super::call::Heard;
use super::keys::CONFIDENCE;
use super::recording::{Scope, ToRecord};
use super::{Asked, Effect, Network};
use crate::voice::twiml::{ConnectNoun, Start, StartNoun, Stop, StopNoun, Transcription};
use patchbay_model::Timestamp;
use serde::Serialize;
use serde_json::json;

/// Things that run beside one call.
const BESIDE_MAX: usize = 16;

/// What kind of thing runs beside a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Transcription,
    Stream,
    Siprec,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Transcription => "transcription",
            Kind::Stream => "stream",
            Kind::Siprec => "siprec",
        }
    }
}

/// Something that runs beside a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beside {
    pub kind: Kind,
    pub sid: String,
    pub name: String,
    /// Where it is told.
    #[serde(skip)]
    told: Option<String>,
    #[serde(skip)]
    track: String,
    #[serde(skip)]
    language: String,
    #[serde(skip)]
    sequence: u32,
}

impl Beside {
    pub(super) fn of_transcription(transcription: &Transcription) -> Beside {
        Beside {
            kind: Kind::Transcription,
            sid: String::new(),
            name: transcription.name.clone().unwrap_or_default(),
            told: transcription.status_callback_url.clone().filter(|url| !url.is_empty()),
            track: transcription.track.clone().unwrap_or_else(|| "both_tracks".to_owned()),
            language: transcription.language_code.clone().unwrap_or_else(|| "en-US".to_owned()),
            sequence: 0,
        }
    }

    fn of_sound(kind: Kind, name: Option<&String>, told: Option<&String>, track: Option<&String>) -> Beside {
        Beside {
            kind,
            sid: String::new(),
            name: name.cloned().unwrap_or_default(),
            told: told.filter(|url| !url.is_empty()).cloned(),
            track: track.cloned().unwrap_or_else(|| "inbound_track".to_owned()),
            language: String::new(),
            sequence: 0,
        }
    }

    fn hears(&self, track: &str) -> bool {
        self.kind == Kind::Transcription && (self.track == "both_tracks" || self.track == track)
    }
}

/// What a call is connected to that is no person.
pub(super) fn connected(noun: &ConnectNoun) -> &'static str {
    match noun {
        ConnectNoun::VirtualAgent(_) => "virtual_agent",
        ConnectNoun::Stream(_) => "stream",
        ConnectNoun::ConversationRelay(_) | ConnectNoun::ConversationRelaySession(_) => "conversation_relay",
        ConnectNoun::Room(_) => "video_room",
        _ => "program",
    }
}

impl Network {
    /// Follows a `<Start>`.
    pub(super) fn start_beside(
        &mut self,
        sid: &str,
        start: &Start,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        for noun in &start.content {
            let beside = match noun {
                StartNoun::Transcription(transcription) => Beside::of_transcription(transcription),
                StartNoun::Stream(of) => Beside::of_sound(
                    Kind::Stream,
                    of.name.as_ref(),
                    of.status_callback.as_ref(),
                    of.track.as_ref(),
                ),
                StartNoun::Siprec(of) => Beside::of_sound(
                    Kind::Siprec,
                    of.name.as_ref(),
                    of.status_callback.as_ref(),
                    of.track.as_ref(),
                ),
                StartNoun::Recording(recording) => {
                    let what = ToRecord::of_start(recording);
                    self.begin_recording(&Scope::Call(sid.to_owned()), &what, now, effects);
                    continue;
                }
            };
            self.begin_beside(sid, beside, now, effects);
        }
    }

    /// Begins something beside a call; its id, or none where there is too much already.
    pub(super) fn begin_beside(
        &mut self,
        sid: &str,
        mut beside: Beside,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Option<String> {
        let prefix = match beside.kind {
            Kind::Transcription => "GT",
            Kind::Stream => "MZ",
            Kind::Siprec => "SR",
        };
        beside.sid = self.new_sid(prefix);
        let call = self.calls.get_mut(sid)?;
        if call.beside.len() == BESIDE_MAX {
            call.hear_trouble(0, "too much runs beside this call");
            return None;
        }
        let (id, kind) = (beside.sid.clone(), beside.kind);
        call.beside.push(beside);
        call.hear(Heard::Beside { what: kind.as_str(), on: true });
        self.tell_beside(sid, &id, "started", &[], now, effects);
        Some(id)
    }

    /// Follows a `<Stop>`.
    pub(super) fn stop_named(&mut self, sid: &str, stop: &Stop, now: Timestamp, effects: &mut Vec<Effect>) {
        for noun in &stop.content {
            let (kind, name) = match noun {
                StopNoun::Transcription(of) => (Kind::Transcription, of.name.clone()),
                StopNoun::Stream(of) => (Kind::Stream, of.name.clone()),
                StopNoun::Siprec(of) => (Kind::Siprec, of.name.clone()),
            };
            self.stop_beside(sid, Some((kind, &name.unwrap_or_default())), now, effects);
        }
    }

    /// Ends what runs beside a call: what has this name or id, or all of it. Whether there was any.
    pub(super) fn stop_beside(
        &mut self,
        sid: &str,
        which: Option<(Kind, &str)>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let Some(call) = self.calls.get(sid) else { return false };
        let is = |beside: &&Beside| {
            which
                .is_none_or(|(kind, name)| beside.kind == kind && (beside.name == name || beside.sid == name))
        };
        let ids: Vec<String> = call.beside.iter().filter(is).map(|beside| beside.sid.clone()).collect();
        for id in &ids {
            self.tell_beside(sid, id, "stopped", &[], now, effects);
            if let Some(call) = self.calls.get_mut(sid)
                && let Some(at) = call.beside.iter().position(|beside| beside.sid == *id)
            {
                let gone = call.beside.remove(at);
                call.hear(Heard::Beside { what: gone.kind.as_str(), on: false });
            }
        }
        !ids.is_empty()
    }

    /// What somebody says, as text, where it is transcribed: on their own call, and on those that hear it.
    pub(super) fn transcribe(
        &mut self,
        sid: &str,
        text: &str,
        hearers: &[String],
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let own = [(sid.to_owned(), "inbound_track")];
        let others = hearers.iter().map(|other| (other.clone(), "outbound_track"));
        for (call, track) in own.into_iter().chain(others) {
            let ids: Vec<String> = self.calls.get(&call).map_or_else(Vec::new, |call| {
                call.beside
                    .iter()
                    .filter(|beside| beside.hears(track))
                    .map(|beside| beside.sid.clone())
                    .collect()
            });
            let confidence: f32 = CONFIDENCE.parse().unwrap_or(1.0);
            let data = json!({ "transcript": text, "confidence": confidence }).to_string();
            for id in ids {
                let more = [("TranscriptionData", data.as_str()), ("Track", track), ("Final", "true")];
                self.tell_beside(&call, &id, "content", &more, now, effects);
            }
        }
    }

    /// Tells of what runs beside a call, in the words of its kind.
    fn tell_beside(
        &mut self,
        sid: &str,
        id: &str,
        event: &str,
        more: &[(&str, &str)],
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Some(beside) = call.beside.iter_mut().find(|beside| beside.sid == id) else { return };
        let Some(url) = beside.told.clone() else { return };
        beside.sequence += 1;
        let word = match beside.kind {
            Kind::Transcription => "Transcription",
            Kind::Stream => "Stream",
            Kind::Siprec => "Siprec",
        };
        let mut params = vec![
            ("CallSid".to_owned(), sid.to_owned()),
            ("AccountSid".to_owned(), self.number.account_sid.clone()),
            (format!("{word}Sid"), id.to_owned()),
            (format!("{word}Event"), format!("{}-{event}", beside.kind.as_str())),
            (format!("{word}Name"), beside.name.clone()),
            ("SequenceId".to_owned(), beside.sequence.to_string()),
            ("Timestamp".to_owned(), now.iso()),
        ];
        if beside.kind == Kind::Transcription {
            params.push(("LanguageCode".to_owned(), beside.language.clone()));
        }
        params.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        effects.push(Effect::Tell { request: Asked { url, params }, after_ms: 0 });
    }
}
