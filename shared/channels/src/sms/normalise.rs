use super::Sms;
use crate::signature::Verified;
use crate::twilio::inbound::{Params, Said, said};
use crate::webhook::{Normalised, Problem};
use patchbay_model::event::Profile;
use patchbay_model::{EventKind, Timestamp};

/// Twilio's default opt-out words (Twilio, "Default handling of STOP, START and HELP keywords").
const STOP_WORDS: &[&str] = &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
/// The words that opt in again. `YES` is another, but is the answer to most questions too: it counts only
/// where Twilio says so with `OptOutType`.
const START_WORDS: &[&str] = &["START", "UNSTOP"];

impl Sms {
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.twilio.read_webhook(request.request(), received_at, message)
    }
}

fn message(message: Said, problems: &mut Vec<Problem>) -> (EventKind, Profile) {
    let Said { provider_id, params } = message;
    let content = said(&params, problems);
    let text = content.plain_text();
    let kind = match consent(&params, text) {
        Some(Consent::Help) => EventKind::Note { name: "opt_out_help".into(), text: text.to_owned() },
        Some(Consent::Given) => EventKind::Consent { opted_in: true, content: Some(content) },
        Some(Consent::Withdrawn) => EventKind::Consent { opted_in: false, content: Some(content) },
        None => EventKind::Message {
            provider_id,
            content,
            reply_to: None,
            reply_token: None,
            params,
            echo: false,
        },
    };
    (kind, Profile::default())
}

enum Consent {
    Given,
    Withdrawn,
    Help,
}

/// What a message says about consent: by Twilio's word where it has taken and answered it, else by the
/// keyword alone in the text. A bare `HELP` that Twilio has not taken is a customer who asks for help.
fn consent(params: &Params, text: &str) -> Option<Consent> {
    let word = text.trim().to_ascii_uppercase();
    match params.get("OptOutType").map(String::as_str) {
        Some("STOP") => Some(Consent::Withdrawn),
        Some("START") => Some(Consent::Given),
        Some("HELP") => Some(Consent::Help),
        _ if STOP_WORDS.contains(&word.as_str()) => Some(Consent::Withdrawn),
        _ if START_WORDS.contains(&word.as_str()) => Some(Consent::Given),
        _ => None,
    }
}
