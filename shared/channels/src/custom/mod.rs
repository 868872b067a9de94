//! Anybody's own channel over HTTP: signed events both ways, by the Standard Webhooks specification.

mod normalise;
mod outcome;
mod render;
mod simulate;
mod verify;
mod wire;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
use crate::standard;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::json;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("inbound_secret", "whsec_YW4taW52ZW50ZWQtaW5ib3VuZC1rZXktMQ"),
    ("outbound_secret", "whsec_aW52ZW50ZWQtb3V0Ym91bmQtc2VjcmV0MQ"),
    ("callback_url", "https://bridge.example/patchbay"),
];

/// The bridge behind is asked to carry what the model has; what it cannot is for it to refuse.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: TEXT_CHARS_MAX,
    text_unit: TextUnit::Chars,
    text_splits: false,
    attachments_max: ATTACHMENTS_MAX,
    media_types: &[],
    locations: true,
    stickers: true,
    contacts: true,
    choices_max: 100,
    reactions: true,
    replies: true,
    typing_in: true,
    typing_out: true,
    delivered_receipts: true,
    read_receipts: true,
    window_s: None,
    idempotent_send: true,
    signs_body: true,
};

/// One bridge to a channel. Settings: `inbound_secret`, what it signs with; `outbound_secret`, what we sign with,
/// each one or two while it is rotated; `callback_url`, where messages go.
pub struct Custom {
    account: Account,
    inbound_secret: Secrets,
    inbound_keys: Vec<Vec<u8>>,
    outbound_keys: Vec<Vec<u8>>,
    callback_url: String,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let inbound_secret = settings.secrets("inbound_secret");
    let outbound_secret = settings.secrets("outbound_secret");
    let mut keys = |name: &str, secrets: &Secrets| {
        let keys: Option<Vec<Vec<u8>>> = secrets.iter().map(standard::key).collect();
        if keys.is_none() {
            settings.complain(name, "is not whsec_ and 24 to 64 bytes in base64");
        }
        keys.unwrap_or_default()
    };
    let inbound_keys = keys("inbound_secret", &inbound_secret);
    let outbound_keys = keys("outbound_secret", &outbound_secret);
    // Or what we send could be sent back to us as the bridge's own.
    if inbound_keys.iter().any(|key| outbound_keys.contains(key)) {
        settings.complain("outbound_secret", "is the same as inbound_secret");
    }
    let callback_url = settings.url("callback_url");
    let account = settings.finish()?;
    Ok(Arc::new(Custom { account, inbound_secret, inbound_keys, outbound_keys, callback_url }))
}

impl Channel for Custom {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Custom
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_signature(request, now)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_message(message, now).map(|request| Rendered::Requests(vec![request]))
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(request, response)
    }

    fn typing(&self, to: &Address, on: bool, now: Timestamp) -> Option<Rendered> {
        Some(self.passing("typing", to, json!({ "on": on }), now))
    }

    fn mark_read(&self, to: &Address, provider_id: &str, now: Timestamp) -> Option<Rendered> {
        Some(self.passing("message.read", to, json!({ "id": provider_id }), now))
    }
}

#[cfg(test)]
mod tests;
