//! Recordings: what is said on a call or in a conference while they go on (Twilio, "Recording resource").

use super::call::Seat;
use super::callback::Callback;
use super::orders::Misbehaviour;
use super::{Asked, Effect, Network};
use crate::voice::twiml::{Conference, Dial, Record, Recording as StartRecording};
use patchbay_model::Timestamp;
use serde::Serialize;

/// Recordings that are remembered; older ones are forgotten.
pub const RECORDINGS_MAX: usize = 1_000;
/// The event that is told of a recording that does not say (Twilio's default).
const USUAL_EVENTS: &str = "completed";

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Whoever is at this phone, and what they hear.
    Call(String),
    /// A conference, by its id.
    Room(String),
}

/// A recording that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ToRecord {
    /// Twilio's `source`.
    pub(super) source: &'static str,
    pub(super) channels: u8,
    pub(super) told: Option<Callback>,
}

impl ToRecord {
    pub(super) fn of_dial(dial: &Dial) -> Option<ToRecord> {
        let record =
            dial.record.as_deref().filter(|record| !matches!(*record, "" | "do-not-record" | "false"))?;
        let (url, events) = (dial.recording_status_callback.clone(), &dial.recording_status_callback_event);
        Some(ToRecord {
            source: "DialVerb",
            channels: if record.ends_with("-dual") { 2 } else { 1 },
            told: Callback::of(url, events, USUAL_EVENTS),
        })
    }

    pub(super) fn of_conference(conference: &Conference) -> Option<ToRecord> {
        conference.record.as_deref().filter(|record| matches!(*record, "record-from-start" | "true"))?;
        let url = conference.recording_status_callback.clone();
        let told = Callback::of(url, &conference.recording_status_callback_event, USUAL_EVENTS);
        Some(ToRecord { source: "Conference", channels: 1, told })
    }

    pub(super) fn of_start(start: &StartRecording) -> ToRecord {
        let url = start.recording_status_callback.clone();
        ToRecord {
            source: "StartCallRecordingTwiML",
            channels: if start.channels.as_deref() == Some("mono") { 1 } else { 2 },
            told: Callback::of(url, &start.recording_status_callback_event, USUAL_EVENTS),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingStatus {
    InProgress,
    Paused,
    Completed,
    /// There was nothing to record.
    Absent,
}

impl RecordingStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            RecordingStatus::InProgress => "in-progress",
            RecordingStatus::Paused => "paused",
            RecordingStatus::Completed => "completed",
            RecordingStatus::Absent => "absent",
        }
    }

    pub fn is_on(self) -> bool {
        matches!(self, RecordingStatus::InProgress | RecordingStatus::Paused)
    }
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Recording {
    pub sid: String,
    /// What was said while it was on, a line each.
    pub text: String,
    pub status: RecordingStatus,
    pub(super) of: Scope,
    pub(super) what: ToRecord,
    pub(super) began_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) duration_s: i64,
    /// While it is paused: since when, where that time is left out.
    pub(super) skips_since: Option<Timestamp>,
    pub(super) skipped_ms: i64,
    /// Times that its sound is not there yet.
    pub(super) missing: u32,
}

impl Network {
    /// What was recorded, oldest first.
    pub fn recordings(&self) -> impl Iterator<Item = &Recording> {
        self.recordings.values()
    }

    /// Begins a recording, and tells of it.
    pub(super) fn begin_recording(
        &mut self,
        of: &Scope,
        what: &ToRecord,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> String {
        let sid = self.new_sid("RE");
        let recording = Recording {
            sid: sid.clone(),
            text: String::new(),
            status: RecordingStatus::InProgress,
            of: of.clone(),
            what: what.clone(),
            began_at: now,
            ended_at: None,
            duration_s: 0,
            skips_since: None,
            skipped_ms: 0,
            missing: 1,
        };
        if self.recordings.len() >= RECORDINGS_MAX {
            let over = self.recordings.values().filter(|recording| !recording.status.is_on());
            let oldest = over.min_by_key(|recording| (recording.began_at, recording.sid.clone()));
            if let Some(oldest) = oldest.map(|recording| recording.sid.clone()) {
                self.recordings.remove(&oldest);
            }
        }
        self.recordings.insert(sid.clone(), recording);
        self.tell_recording(&sid, effects);
        sid
    }

    /// Pauses a recording; `skip`: the time is left out of it, rather than being silence.
    pub(super) fn pause_recording(&mut self, sid: &str, skip: bool, now: Timestamp) {
        let Some(recording) = self.recordings.get_mut(sid) else { return };
        if recording.status == RecordingStatus::InProgress {
            recording.status = RecordingStatus::Paused;
            recording.skips_since = skip.then_some(now);
        }
    }

    pub(super) fn resume_recording(&mut self, sid: &str, now: Timestamp) {
        let Some(recording) = self.recordings.get_mut(sid) else { return };
        if recording.status == RecordingStatus::Paused {
            recording.status = RecordingStatus::InProgress;
            recording.skipped_ms += recording.skips_since.take().map_or(0, |since| now.since_ms(since));
        }
    }

    /// Ends a recording, and tells of it.
    pub(super) fn end_recording(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        self.resume_recording(sid, now);
        let Some(recording) = self.recordings.get_mut(sid).filter(|recording| recording.status.is_on())
        else {
            return;
        };
        recording.ended_at = Some(now);
        recording.duration_s = (now.since_ms(recording.began_at) - recording.skipped_ms).max(0) / 1000;
        let nothing = recording.duration_s == 0 && recording.text.is_empty();
        recording.status = if nothing { RecordingStatus::Absent } else { RecordingStatus::Completed };
        self.tell_recording(sid, effects);
    }

    /// Ends whatever is recorded of this.
    pub(super) fn end_recordings(&mut self, of: &Scope, now: Timestamp, effects: &mut Vec<Effect>) {
        let on: Vec<String> = self.recordings_of(of).map(|recording| recording.sid.clone()).collect();
        for sid in on {
            self.end_recording(&sid, now, effects);
        }
    }

    /// What is recorded of this now.
    pub(super) fn recordings_of<'n>(&'n self, of: &'n Scope) -> impl Iterator<Item = &'n Recording> {
        self.recordings.values().filter(move |recording| recording.of == *of && recording.status.is_on())
    }

    /// Somebody says something, and these hear it.
    pub(super) fn record_voice(&mut self, sid: &str, text: &str, hearers: &[String]) {
        let Some(call) = self.calls.get(sid) else { return };
        let line = format!("{}: {text}", call.person());
        let conference = match &call.seat {
            Seat::Room { conference, .. } if self.is_mixed(conference, sid) => Some(conference.clone()),
            _ => None,
        };
        for recording in self.recordings.values_mut() {
            let heard = match &recording.of {
                Scope::Call(of) => of == sid || hearers.contains(of),
                Scope::Room(of) => conference.as_ref() == Some(of),
            };
            if heard && recording.status == RecordingStatus::InProgress {
                if !recording.text.is_empty() {
                    recording.text.push('\n');
                }
                recording.text.push_str(&line);
            }
        }
    }

    /// Keeps a message that was left, tells of it, and says how it is called.
    pub(super) fn keep_message(
        &mut self,
        sid: &str,
        record: &Record,
        said: &str,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Vec<(&'static str, String)> {
        let url = record.recording_status_callback.clone();
        let told = Callback::of(url, &record.recording_status_callback_event, USUAL_EVENTS);
        let what = ToRecord { source: "RecordVerb", channels: 1, told };
        let sid = self.begin_recording(&Scope::Call(sid.to_owned()), &what, now, effects);
        // A word a second.
        let duration_s = i64::try_from(said.split_whitespace().count().max(1)).unwrap_or(1);
        if let Some(recording) = self.recordings.get_mut(&sid) {
            recording.text = said.to_owned();
            recording.began_at = now.plus_s(-duration_s);
        }
        self.end_recording(&sid, now, effects);
        let url = self.recording_url(&sid);
        vec![("RecordingSid", sid), ("RecordingUrl", url), ("RecordingDuration", duration_s.to_string())]
    }

    /// Tells how a recording stands. Its news name nobody who calls.
    fn tell_recording(&self, sid: &str, effects: &mut Vec<Effect>) {
        let Some(recording) = self.recordings.get(sid) else { return };
        let Some(told) = &recording.what.told else { return };
        if !told.wants(recording.status.as_str()) {
            return;
        }
        let of = match &recording.of {
            Scope::Call(of) => ("CallSid", of.clone()),
            Scope::Room(of) => ("ConferenceSid", of.clone()),
        };
        let params = [
            ("RecordingSource", recording.what.source.to_owned()),
            ("RecordingTrack", "both".to_owned()),
            ("RecordingSid", sid.to_owned()),
            ("RecordingUrl", self.recording_url(sid)),
            ("RecordingStatus", recording.status.as_str().to_owned()),
            ("RecordingChannels", recording.what.channels.to_string()),
            ("ErrorCode", "0".to_owned()),
            of,
            ("RecordingStartTime", recording.began_at.rfc2822()),
            ("AccountSid", self.number.account_sid.clone()),
            ("RecordingDuration", recording.duration_s.to_string()),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let request = Asked { url: told.url.clone(), params };
        effects.push(Effect::Tell { request, after_ms: 0 });
    }

    /// Whether a recording's sound is there; each is missing once.
    pub(super) fn has_media(&mut self, sid: &str) -> bool {
        let ordered = self.spoils(Misbehaviour::MediaMissing);
        let Some(recording) = self.recordings.get_mut(sid) else { return false };
        let missing = recording.missing > 0;
        recording.missing = recording.missing.saturating_sub(1);
        !ordered && !missing && recording.status == RecordingStatus::Completed
    }
}
