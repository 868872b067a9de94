use super::Sms;
use crate::consent;
use crate::signature::Verified;
use crate::twilio::inbound::{Opt, Params, Said, said};
use crate::webhook::{Normalised, Problem};
use patchbay_model::event::Profile;
use patchbay_model::{EventKind, Timestamp};

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
            tokens: Default::default(),
        },
    };
    (kind, Profile::default())
}

/// What a message says about consent: by Twilio's word where it has taken and answered it, else by the
/// keyword alone in the text. A bare `HELP` that Twilio has not taken is a customer who asks for help.
fn opt(params: &Params, text: &str) -> Option<Opt> {
    Opt::of(params).or_else(|| consent::word(text).map(|opted_in| if opted_in { Opt::In } else { Opt::Out }))
}
