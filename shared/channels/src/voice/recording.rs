//! Requests about recordings of a call that goes on (Twilio, "Recordings resource").

use super::Voice;
use super::rest::FORM;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use crate::twilio::{form, rest};
use serde::Deserialize;

/// What a recording is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    GoOn,
    /// Keep silence in the place of what is said.
    Pause,
    Stop,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    recordings: Vec<Recording>,
}

#[derive(Deserialize)]
struct Recording {
    sid: String,
    status: String,
}

impl Voice {
    /// Whether the calls of agents are recorded from their start.
    pub fn records(&self) -> bool {
        self.words.record
    }

    /// Whether the provider keeps no recording of which we have a copy.
    pub fn deletes_recordings(&self) -> bool {
        self.words.delete_recordings
    }

    /// The recording whose sound is at a URL of the account's.
    pub fn recording_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        let twilio = &self.sms.twilio;
        let file = url
            .strip_prefix(&format!("{}/Accounts/{}/Recordings/", twilio.api_url(), twilio.account_sid))?
            .split(['.', '?'])
            .next()?;
        let is_sid = file.starts_with("RE") && file.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_sid.then_some(file)
    }

    /// Begins a recording of a customer's call, each side by itself. Twilio knows no second one.
    pub fn start_recording(&self, call_sid: &str, (customer, ours): (&str, &str)) -> ProviderRequest {
        let told = self.url(&[("on", "recording"), ("customer", customer), ("ours", ours)]);
        let fields = [
            ("RecordingChannels", "dual"),
            ("RecordingStatusCallback", told.as_str()),
            ("RecordingStatusCallbackEvent", "completed"),
        ];
        let twilio = &self.sms.twilio;
        let url = self.recordings_of(call_sid);
        ProviderRequest::post(url, twilio.authorization(), FORM, form::encode(fields))
    }

    /// Asks which recordings there are of a call.
    pub fn find_recordings(&self, call_sid: &str) -> ProviderRequest {
        ProviderRequest::get(&self.recordings_of(call_sid), self.sms.twilio.authorization())
    }

    /// The recording that goes on, of those that were asked for.
    pub fn recording_found(
        &self,
        request: &ProviderRequest,
        response: &ProviderResponse,
    ) -> Result<Option<String>, DeliveryOutcome> {
        match (rest::outcome(request, response), response) {
            (DeliveryOutcome::Sent { .. }, ProviderResponse::Http { body, .. }) => {
                let found = serde_json::from_slice::<Found>(body)
                    .map_err(|error| DeliveryOutcome::Unknown { why: format!("not recordings: {error}") })?;
                let goes_on = |it: &Recording| matches!(it.status.as_str(), "in-progress" | "paused");
                Ok(found.recordings.into_iter().find(goes_on).map(|recording| recording.sid))
            }
            (outcome, _) => Err(outcome),
        }
    }

    /// Pauses a recording, lets it go on, or ends it.
    pub fn change_recording(&self, call_sid: &str, recording_sid: &str, what: Record) -> ProviderRequest {
        let fields: &[(&str, &str)] = match what {
            Record::GoOn => &[("Status", "in-progress")],
            Record::Pause => &[("Status", "paused"), ("PauseBehavior", "silence")],
            Record::Stop => &[("Status", "stopped")],
        };
        let twilio = &self.sms.twilio;
        let calls = self.recordings_of(call_sid);
        let url = format!("{}/{recording_sid}.json", calls.trim_end_matches(".json"));
        ProviderRequest {
            idempotent: true,
            ..ProviderRequest::post(url, twilio.authorization(), FORM, form::encode(fields.iter().copied()))
        }
    }

    /// Has the provider forget a recording. One that is not there is forgotten.
    pub fn delete_recording(&self, recording_sid: &str) -> ProviderRequest {
        let twilio = &self.sms.twilio;
        let url =
            format!("{}/Accounts/{}/Recordings/{recording_sid}.json", twilio.api_url(), twilio.account_sid);
        let get = ProviderRequest::get(&url, twilio.authorization());
        ProviderRequest { method: "DELETE".into(), idempotent: true, ..get }
    }

    fn recordings_of(&self, call_sid: &str) -> String {
        let twilio = &self.sms.twilio;
        format!("{}/Accounts/{}/Calls/{call_sid}/Recordings.json", twilio.api_url(), twilio.account_sid)
    }
}
