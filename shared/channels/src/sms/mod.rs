//! SMS and MMS over Twilio Programmable Messaging.

mod normalise;
mod render;
mod simulate;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Reader, SettingsError};
use crate::signature::Verified;
use crate::simulate::Simulated;
use crate::twilio::account::Twilio;
use crate::twilio::rest;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::{ChannelKind, OutboundMessage, Timestamp};
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("account_sid", "AC0123456789abcdef0123456789abcdef"),
    ("auth_token", "an-invented-auth-token"),
    ("from", "+15005550006"),
];

/// Twilio, "Messages resource", `Body`: 1,600 characters. Counted in UTF-16 units, as its segments are: what
/// fits so fits however Twilio counts.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 1_600,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: ATTACHMENTS_MAX,
    media_types: &["image/", "audio/", "video/", "text/vcard", "text/x-vcard", "application/pdf"],
    locations: false,
    stickers: false,
    contacts: false,
    choices_max: 0,
    reactions: false,
    replies: false,
    typing_in: false,
    typing_out: false,
    delivered_receipts: true,
    read_receipts: false,
    window_s: None,
    idempotent_send: false,
    signs_body: true,
};

/// One Twilio account for messages; its settings are those of `twilio::account::Twilio`.
pub struct Sms {
    pub(crate) twilio: Twilio,
}

pub(crate) fn open(settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    Ok(Arc::new(Sms::open(settings, ChannelKind::Sms)?))
}

impl Sms {
    /// Messages to and from a number of the channel `kind`: a number that is called can be written to as well.
    pub(crate) fn open(settings: Reader<'_>, kind: ChannelKind) -> Result<Sms, SettingsError> {
        Ok(Sms { twilio: Twilio::open(settings, kind, "")? })
    }
}

impl Channel for Sms {
    fn kind(&self) -> ChannelKind {
        self.twilio.kind
    }

    fn account(&self) -> &str {
        &self.twilio.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, _now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.twilio.verify(request)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        rest::outcome(request, response)
    }

    /// All media of one MMS (Twilio, "Accepted content types for media").
    fn media_bytes_max(&self, _content_type: &str) -> Option<u64> {
        Some(5 * 1024 * 1024)
    }

    fn check_request(&self) -> Option<ProviderRequest> {
        Some(self.twilio.check_request())
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        self.twilio.check(answer)
    }

    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        self.twilio.media_request(url)
    }
}

#[cfg(test)]
mod tests;
