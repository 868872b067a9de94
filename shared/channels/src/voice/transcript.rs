//! What was said, written down by the provider: a message after it was left, a call while it goes on.

use super::Voice;
use super::rest::FORM;
use super::twiml::{Method, Start, StartNoun, Transcription, Verb};
use crate::delivery::ProviderRequest;
use crate::text::cut;
use crate::twilio::form;
use crate::webhook::Problem;
use patchbay_model::event::Told;
use serde::Deserialize;
use std::collections::BTreeMap;

type Params = BTreeMap<String, String>;

/// Whose words are written down.
const TRACK: &str = "both_tracks";

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
    /// Whether what is said with agents is written down.
    pub fn transcribes(&self) -> bool {
        self.words.transcription
    }

    /// Has what is said on a customer's call written down from here on, where the account asks for it.
    pub(super) fn transcription(&self, customer: &str, ours: &str) -> Option<Verb> {
        self.transcribes().then(|| {
            let transcription = Transcription {
                status_callback_url: Some(self.said((customer, ours))),
                status_callback_method: Some(Method::Post),
                track: Some(TRACK.to_owned()),
                partial_results: Some(false),
                language_code: self.words.language().map(str::to_owned),
                ..Transcription::default()
            };
            Start { content: vec![StartNoun::Transcription(transcription)], ..Start::default() }.into()
        })
    }

    /// The same of a call that follows no document of ours (Twilio, "Real-Time Transcription resource"). Twilio does not
    /// recognise a repetition.
    pub fn start_transcription(&self, call_sid: &str, parties: (&str, &str)) -> ProviderRequest {
        let told = self.said(parties);
        let language = self.words.language().map(|language| ("LanguageCode", language));
        let fields = [
            ("StatusCallbackUrl", told.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("Track", TRACK),
            ("PartialResults", "false"),
        ];
        let twilio = &self.sms.twilio;
        let url = format!(
            "{}/Accounts/{}/Calls/{call_sid}/Transcriptions.json",
            twilio.api_url(),
            twilio.account_sid
        );
        ProviderRequest::post(
            url,
            twilio.authorization(),
            FORM,
            form::encode(fields.into_iter().chain(language)),
        )
    }

    /// Where it is told what was said.
    fn said(&self, (customer, ours): (&str, &str)) -> String {
        self.url(&[("on", "said"), ("customer", customer), ("ours", ours)])
    }
}
