//! Web chat: our own widget, whose provider we are.
//!
//! A visitor's client sends JSON documents of `wire.rs`, each with its session token, from an allowed origin;
//! what we say goes as a frame to the visitor's sockets. The token proves who speaks; the body is not signed.

mod appearance;
mod hours;
mod identity;
mod normalise;
mod outcome;
mod render;
mod said;
mod simulate;
mod token;
mod verify;
mod wire;

pub use appearance::{Appearance, FieldName, OutsideHours, Position, PreChatField};
pub use hours::Hours;
pub use identity::{Identity, IdentityError};
pub use token::{Claims, SESSION_TOKEN_S};

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("allowed_origins", "https://shop.example"),
    ("signing_secret", "an-invented-signing-secret-of-the-widget"),
];

/// Bytes of a signing secret (RFC 7518, 3.2: at least as many as the hash has).
const SIGNING_SECRET_BYTES_MIN: usize = 32;

/// Answers of one message; more are a list to read, not to press.
const CHOICES_MAX: usize = 30;

/// A text is at most a frame's size even if JSON escapes each of its characters (`\u0000`).
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 16_384,
    text_unit: TextUnit::Chars,
    text_splits: false,
    attachments_max: ATTACHMENTS_MAX,
    media_types: &[],
    locations: true,
    stickers: false,
    contacts: true,
    choices_max: CHOICES_MAX,
    reactions: false,
    replies: true,
    typing_in: true,
    typing_out: true,
    delivered_receipts: false,
    read_receipts: true,
    window_s: None,
    idempotent_send: true,
    signs_body: false,
};

/// One widget. Settings: `allowed_origins`, with commas between, or `*` while developing; `signing_secret`,
/// one or two while it is rotated; `identity_keys`, `<kid>=<secret>` with commas between, with which the site's
/// server signs who a visitor is; and those of `appearance.rs`.
pub struct WebChat {
    account: Account,
    allowed_origins: Vec<String>,
    signing_secret: Secrets,
    appearance: Appearance,
    identity_keys: identity::IdentityKeys,
}

pub(crate) fn open(settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    Ok(Arc::new(WebChat::read(settings)?))
}

impl WebChat {
    /// Opens an account as itself, for what only web chat has: sessions.
    pub fn open(
        account: &str,
        settings: &BTreeMap<String, String>,
        public_url: &str,
    ) -> Result<WebChat, SettingsError> {
        WebChat::read(Reader::new(ChannelKind::Webchat, account, settings, public_url))
    }

    fn read(mut settings: Reader<'_>) -> Result<WebChat, SettingsError> {
        let allowed_origins: Vec<String> = settings
            .required("allowed_origins")
            .split(',')
            .map(|origin| origin.trim().to_owned())
            .filter(|origin| !origin.is_empty())
            .collect();
        if !allowed_origins.iter().all(|origin| verify::is_origin(origin)) {
            settings.complain("allowed_origins", "has something that is neither * nor scheme://host[:port]");
        }
        let signing_secret = settings.secrets("signing_secret");
        if signing_secret.iter().any(|secret| secret.len() < SIGNING_SECRET_BYTES_MIN) {
            settings.complain("signing_secret", "is shorter than 32 bytes");
        }
        let identity_keys = identity::IdentityKeys::read(&mut settings);
        let appearance = Appearance::read(&mut settings);
        Ok(WebChat {
            account: settings.finish()?,
            allowed_origins,
            signing_secret,
            identity_keys,
            appearance,
        })
    }

    /// How the widget looks and what it asks.
    pub fn appearance(&self) -> &Appearance {
        &self.appearance
    }
}

impl Channel for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webchat
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_session(request, now).map(|(verified, _)| verified)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_document(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_frame(message).map(Rendered::Session)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(request, response)
    }

    fn webchat(&self) -> Option<&WebChat> {
        Some(self)
    }

    fn typing(&self, to: &Address, on: bool, _now: Timestamp) -> Option<Rendered> {
        Some(Rendered::Session(render::typing(&to.id, on)))
    }

    fn mark_read(&self, to: &Address, provider_id: &str, _now: Timestamp) -> Option<Rendered> {
        Some(Rendered::Session(render::read(&to.id, provider_id)))
    }
}

#[cfg(test)]
mod tests;
