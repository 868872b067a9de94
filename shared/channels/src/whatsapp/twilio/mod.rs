//! WhatsApp through Twilio Programmable Messaging: Twilio's form, proof, calls and codes, WhatsApp's people and
//! window.

mod normalise;
mod render;
mod simulate;

use super::WINDOW_S;
use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Reader, SettingsError};
use crate::signature::Verified;
use crate::simulate::Simulated;
use crate::twilio::account::Twilio;
use crate::twilio::rest;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::{ChannelKind, Content, OutboundMessage, Timestamp};
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("provider", "twilio"),
    ("account_sid", "AC0123456789abcdef0123456789abcdef"),
    ("auth_token", "an-invented-auth-token"),
    ("from", "+15005550006"),
];

/// What stands before every address (Twilio, "WhatsApp API", "Addresses").
const PREFIX: &str = "whatsapp:";

/// Twilio, "Messages resource", `Body`: 1,600 characters, not the 4,096 of WhatsApp; "WhatsApp media messages": one
/// file in a message, of these types. Buttons and lists exist as Content templates only.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 1_600,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: 1,
    media_types: &[
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "video/3gp",
        "video/mp4",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-",
        "application/vnd.openxmlformats-officedocument",
        "text/vcard",
    ],
    locations: true,
    stickers: false,
    contacts: false,
    choices_max: 0,
    reactions: false,
    replies: false,
    typing_in: false,
    typing_out: false,
    delivered_receipts: true,
    read_receipts: true,
    window_s: Some(WINDOW_S),
    idempotent_send: false,
    signs_body: true,
};

/// One WhatsApp sender of a Twilio account; its settings are those of `twilio::account::Twilio`.
struct WhatsAppByTwilio {
    twilio: Twilio,
}

pub(super) fn open(settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let twilio = Twilio::open(settings, ChannelKind::Whatsapp, PREFIX)?;
    Ok(Arc::new(WhatsAppByTwilio { twilio }))
}

impl Channel for WhatsAppByTwilio {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
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
        self.twilio.read_webhook(request.request(), received_at, normalise::message)
    }

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        rest::outcome(request, response)
    }

    /// Twilio, "WhatsApp: supported file types".
    fn media_bytes_max(&self, _content_type: &str) -> Option<u64> {
        Some(16 * 1024 * 1024)
    }

    fn check_request(&self) -> Option<ProviderRequest> {
        Some(self.twilio.check_request())
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        self.twilio.check(answer)
    }

    fn passes_closed_window(&self, content: &Content) -> bool {
        matches!(content, Content::Template { .. })
    }

    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        self.twilio.media_request(url)
    }
}

#[cfg(test)]
mod tests;
