//! Phone calls over Twilio Programmable Voice: its documents, its requests, its calls. What is written to or from the
//! number goes as a text message does.

mod agent;
mod conference;
pub mod network;
mod news;
mod outward;
mod party;
mod place;
mod recording;
mod render;
mod request;
mod rest;
mod simulate;
mod softphone;
mod standing;
mod transcript;
pub mod twiml;

pub use conference::{Change, DIGITS_MAX, Done, is_digits};
pub use party::{ADDRESS_CHARS_MAX, is_address};
pub use place::{CLIENT_CHARS_MAX, can_be_called};
pub use recording::Record;
pub use render::{Links, RenderError, render};
pub use request::{CallRequest, Place};
pub use softphone::{ACCESS_TOKEN_S, AccessToken, BadIdentity};
pub use standing::Left;

use crate::channel::{Capabilities, Channel};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Reader, SettingsError};
use crate::signature::Verified;
use crate::simulate::Simulated;
use crate::sms::Sms;
use crate::webhook::{Normalised, Rejection, WebhookReply, WebhookRequest};
use patchbay_model::call::CallInstruction;
use patchbay_model::{ChannelKind, OutboundMessage, Timestamp};
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("account_sid", "AC0123456789abcdef0123456789abcdef"),
    ("auth_token", "an-invented-auth-token"),
    ("from", "+15005550006"),
];

/// One number of Twilio's that is called. Settings: those of `sms`, and `hold_music`, the URL of what a waiting caller
/// hears; `apology`, what one hears for whom nothing can be done; `language` of both, and of what is said of waiting;
/// `record`, `on` where agents' calls are recorded from their start; `delete_recordings`, `true` where the provider is to
/// forget a recording once we have it; `api_key_sid`, `api_key_secret` and `twiml_app_sid`, where agents talk in the
/// browser; `callback_key`, by which a waiting caller asks to be called back; `voicemail_workflow` and
/// `voicemail_channel`, where a message goes that nobody else has a task for; `transcription`, `true` where what is said
/// with agents is written down.
pub struct Voice {
    /// What is written goes this way, and the account is its.
    sms: Sms,
    words: standing::Words,
    /// What signs the tokens of agents' softphones, where there are any.
    api_key: Option<softphone::ApiKey>,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let words = standing::Words::read(&mut settings);
    let api_key = softphone::ApiKey::read(&mut settings);
    Ok(Arc::new(Voice { sms: Sms::open(settings, ChannelKind::Voice)?, words, api_key }))
}

impl Voice {
    /// A URL of ours with these parameters.
    fn url(&self, parameters: &[(&str, &str)]) -> String {
        let account = &self.sms.twilio.account;
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{query}", account.public_url, account.webhook_path(ChannelKind::Voice))
    }

    /// Where a call between these two comes back to when it has followed the document `next`, and where it is told of.
    /// `queue` names the queue in which it may wait.
    fn links(&self, next: &str, (customer, ours): (&str, &str)) -> Links {
        let told = |on| self.url(&[("on", on), ("customer", customer), ("ours", ours)]);
        Links {
            next: self.url(&[("next", next)]),
            status: None,
            recording: Some(told("recording")),
            transcript: Some(told("transcript")),
            wait: self.url(&[("on", "wait")]),
            queue: format!("waiting-{}", self.sms.twilio.account.name),
        }
    }
}

impl Voice {
    /// The answer that has a call follow `instructions`, by the links of `links`.
    pub fn document(
        &self,
        instructions: &[CallInstruction],
        next: &str,
        parties: (&str, &str),
    ) -> Result<WebhookReply, RenderError> {
        render(instructions, &self.links(next, parties)).map(document)
    }
}

/// An answer that is a document.
fn document(xml: String) -> WebhookReply {
    WebhookReply { status: 200, content_type: "text/xml", body: xml }
}

impl Channel for Voice {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Voice
    }

    fn account(&self) -> &str {
        self.sms.account()
    }

    fn capabilities(&self) -> &Capabilities {
        self.sms.capabilities()
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.sms.verify(request, now)
    }

    /// A request that waits for a document of a flow's is none of this: `call_request` reads it.
    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        match request::is_of_call(request.request()) {
            true => self.read_news(request.request(), received_at),
            false => self.sms.normalise(request, received_at),
        }
    }

    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.sms.render(message, now)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        self.sms.outcome(request, response)
    }

    fn voice(&self) -> Option<&Voice> {
        Some(self)
    }

    fn media_bytes_max(&self, content_type: &str) -> Option<u64> {
        self.sms.media_bytes_max(content_type)
    }

    fn check_request(&self) -> Option<ProviderRequest> {
        self.sms.check_request()
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        self.sms.check(answer)
    }

    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        self.sms.media_request(url)
    }
}

#[cfg(test)]
mod control_tests;
#[cfg(test)]
mod tests;
