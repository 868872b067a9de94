//! What was said, written down by the provider: a message after it was left, a call while it goes on.

use super::Voice;
use super::twiml::{Method, Start, StartNoun, Transcription, Verb};
use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::event::Told;
use serde::Deserialize;
use std::collections::BTreeMap;

type Params = BTreeMap<String, String>;

/// What the provider has understood (`TranscriptionData`).
#[derive(Deserialize)]
struct Understood {
    #[serde(default)]
    transcript: String,
}

/// What a transcription tells, and its name within the call: the text of a recording (Twilio, "Recording transcriptions"),
/// or what was said on the line (Twilio, "Real-Time Transcription"), of which only what will not change counts.
pub(super) fn transcript(params: &Params, problems: &mut Vec<Problem>) -> Option<(String, Told)> {
    let value = |name: &str| params.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let sid = value("TranscriptionSid")?;
    if let Some(recording_sid) = value("RecordingSid") {
        if value("TranscriptionStatus") != Some("completed") {
            problems.push(Problem::new("TranscriptionStatus", "a recording could not be written down"));
            return None;
        }
        let text = value("TranscriptionText")?.trim().to_owned();
        let told = Told::Transcript { recording_sid: recording_sid.to_owned(), text };
        return Some((format!("{sid}:transcript"), told));
    }
    match value("TranscriptionEvent") {
        Some("transcription-content") => {}
        Some("transcription-error") => {
            let code = value("TranscriptionErrorCode").unwrap_or_default();
            problems.push(Problem::new("TranscriptionEvent", format!("a call is not written down: {code}")));
            return None;
        }
        _ => return None,
    }
    if value("Final") == Some("false") {
        return None;
    }
    let Ok(understood) = serde_json::from_str::<Understood>(value("TranscriptionData")?) else {
        problems.push(Problem::new("TranscriptionData", "it is no JSON object"));
        return None;
    };
    let text = cut(understood.transcript.trim().to_owned(), "TranscriptionData", problems);
    if text.is_empty() {
        return None;
    }
    // Numbers count from the session's beginning, over both sides.
    let id = format!("{sid}:{}", value("SequenceId")?);
    let by_customer = value("Track") != Some("outbound_track");
    Some((id.clone(), Told::Said { id, by_customer, text }))
}

impl Voice {
    /// Has what is said on a customer's call written down from here on, where the account asks for it.
    pub(super) fn transcription(&self, customer: &str, ours: &str) -> Option<Verb> {
        self.words.transcribes().then(|| {
            let told = self.url(&[("on", "said"), ("customer", customer), ("ours", ours)]);
            let transcription = Transcription {
                status_callback_url: Some(told),
                status_callback_method: Some(Method::Post),
                track: Some("both_tracks".to_owned()),
                partial_results: Some(false),
                language_code: self.words.language().map(str::to_owned),
                ..Transcription::default()
            };
            Start { content: vec![StartNoun::Transcription(transcription)], ..Start::default() }.into()
        })
    }
}
