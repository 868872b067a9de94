use super::Sms;
use crate::signature::Verified;
use crate::twilio::inbound::{Opt, Params, Said, said};
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
    let kind = match opt(&params, content.plain_text()) {
        Some(opt) => opt.event(content),
        None => EventKind::Message {
            provider_id,
            content,
            reply_to: None,
            reply_context: None,
            params,
            echo: false,
        },
    };
    (kind, Profile::default())
}

/// What a message says about consent: by Twilio's word where it has taken and answered it, else by the
/// keyword alone in the text. A bare `HELP` that Twilio has not taken is a customer who asks for help.
fn opt(params: &Params, text: &str) -> Option<Opt> {
    let word = text.trim().to_ascii_uppercase();
    Opt::of(params).or_else(|| match word.as_str() {
        word if STOP_WORDS.contains(&word) => Some(Opt::Out),
        word if START_WORDS.contains(&word) => Some(Opt::In),
        _ => None,
    })
}
