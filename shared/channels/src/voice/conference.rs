//! Requests about the conference of a call, and about who is in it (Twilio, "Conference resource", "Conference Participant
//! resource").

use super::Voice;
use super::rest::{FORM, OVER};
use super::twiml::{Method, Pause, Play, Redirect, Response};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use crate::twilio::{form, rest};
use crate::webhook::WebhookReply;
use serde::Deserialize;

/// Keys that are pressed at once.
pub const DIGITS_MAX: usize = 32;
/// Seconds of silence until an account without hold music is asked again.
const SILENCE_S: u32 = 60;

/// What is changed about somebody in a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// They hear music and are not heard, or no longer.
    Hold(bool),
    /// The others do not hear them, or do again.
    Mute(bool),
    /// Keys are pressed for them to hear. Doing so twice presses them twice.
    Digits(&'a str),
    /// Who hears them: nobody (`muted`), the call that is named alone, everybody.
    Heard { muted: bool, by: Option<&'a str> },
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Done,
    /// Whoever or whatever it was about is not there any more.
    Gone,
    /// Another try may do better, and why.
    Passing(String),
    /// `<code>: <why>`.
    Failed(String),
}

/// Whether these are keys of a phone that can be pressed: digits, `*`, `#`, and `w` for half a second's wait.
pub fn is_digits(keys: &str) -> bool {
    let is_key = |key: u8| key.is_ascii_digit() || matches!(key, b'*' | b'#' | b'w');
    (1..=DIGITS_MAX).contains(&keys.len()) && keys.bytes().all(is_key)
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    conferences: Vec<Conference>,
}

#[derive(Deserialize)]
struct Conference {
    sid: String,
}

impl Voice {
    /// Asks which conference has a name now: participants are found by its id alone.
    pub fn find_conference(&self, name: &str) -> ProviderRequest {
        let asked = [("FriendlyName", name), ("Status", "in-progress"), ("PageSize", "1")];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
        let twilio = &self.sms.twilio;
        let url = format!("{}/Accounts/{}/Conferences.json?{query}", twilio.api_url(), twilio.account_sid);
        ProviderRequest::get(&url, twilio.authorization())
    }

    /// The id that was asked for; `None` where there is no such conference.
    pub fn conference_found(
        &self,
        request: &ProviderRequest,
        response: &ProviderResponse,
    ) -> Result<Option<String>, DeliveryOutcome> {
        match (rest::outcome(request, response), response) {
            (DeliveryOutcome::Sent { .. }, ProviderResponse::Http { body, .. }) => {
                match serde_json::from_slice::<Found>(body) {
                    Ok(found) => Ok(found.conferences.into_iter().next().map(|conference| conference.sid)),
                    Err(error) => Err(DeliveryOutcome::Unknown { why: format!("not conferences: {error}") }),
                }
            }
            (outcome, _) => Err(outcome),
        }
    }

    /// Changes somebody in a conference, whom the id of their call or their label names.
    pub fn change_participant(&self, conference: &str, who: &str, change: Change<'_>) -> ProviderRequest {
        let hold_url = self.url(&[("on", "hold")]);
        let word = |on: bool| if on { "true" } else { "false" };
        let announced;
        let fields = match change {
            Change::Hold(true) => {
                vec![("Hold", "true"), ("HoldUrl", hold_url.as_str()), ("HoldMethod", "POST")]
            }
            Change::Hold(false) => vec![("Hold", "false")],
            Change::Mute(on) => vec![("Muted", word(on))],
            Change::Digits(keys) => {
                announced = self.url(&[("on", "digits"), ("digits", keys)]);
                vec![("AnnounceUrl", announced.as_str()), ("AnnounceMethod", "POST")]
            }
            Change::Heard { muted, by: None } => vec![("Muted", word(muted)), ("Coaching", "false")],
            Change::Heard { muted, by: Some(call) } => {
                vec![("Muted", word(muted)), ("Coaching", "true"), ("CallSidToCoach", call)]
            }
        };
        let twilio = &self.sms.twilio;
        let url = format!(
            "{}/Accounts/{}/Conferences/{conference}/Participants/{who}.json",
            twilio.api_url(),
            twilio.account_sid
        );
        ProviderRequest {
            idempotent: !matches!(change, Change::Digits(_)),
            ..ProviderRequest::post(url, twilio.authorization(), FORM, form::encode(fields))
        }
    }

    /// What became of a change of a participant or a recording, or of their removal.
    pub fn change_outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> Done {
        match rest::outcome(request, response) {
            DeliveryOutcome::Sent { .. } => Done::Done,
            DeliveryOutcome::Refused { code, .. } if OVER.contains(&code.as_str()) || code == "404" => {
                Done::Gone
            }
            DeliveryOutcome::Refused { code, why, .. } => Done::Failed(format!("{code}: {why}")),
            DeliveryOutcome::Retry { why, .. } => Done::Passing(why),
            DeliveryOutcome::Unknown { why } => Done::Failed(format!("unknown: {why}")),
            DeliveryOutcome::Instead(_) => Done::Failed("unknown: there is no other way".into()),
        }
    }

    /// What somebody hears who is on hold, until they are taken back.
    pub(super) fn on_hold(&self) -> WebhookReply {
        let content = match self.words.hold_music() {
            Some(music) => {
                vec![Play { times: Some(0), content: music.to_owned(), ..Play::default() }.into()]
            }
            None => {
                let again = Redirect { method: Some(Method::Post), content: self.url(&[("on", "hold")]) };
                vec![Pause { length: Some(SILENCE_S), content: () }.into(), again.into()]
            }
        };
        self.written(&Response { content })
    }

    /// Presses keys.
    pub(super) fn pressed(&self, keys: &str) -> WebhookReply {
        let keys = Some(keys.to_owned()).filter(|keys| is_digits(keys));
        let play = keys.map(|keys| Play { digits: Some(keys), ..Play::default() }.into());
        self.written(&Response { content: play.into_iter().collect() })
    }
}
