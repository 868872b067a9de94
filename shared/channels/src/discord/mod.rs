//! Discord: an application with a bot. Commands, buttons and forms come as interactions, what happens to the
//! application as webhook events, and what people simply write by a forwarder of the Gateway.

mod address;
mod dispatch;
mod events;
pub mod gateway;
mod interaction;
mod message;
mod normalise;
mod outcome;
mod render;
mod simulate;
mod verify;
mod wire;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified, unhex};
use crate::simulate::Simulated;
use crate::standard;
use crate::webhook::{Headers, Normalised, Rejection, WebhookRequest};
use ed25519_dalek::VerifyingKey;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// The public key is that of the played provider (`simulate::signing_key`).
pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("application_id", "1093927421318266911"),
    ("public_key", "75e9069bf1f8626c703a33a24faf944b0196661e9493f893f6316408796b7bf1"),
    ("bot_token", "an-invented-bot-token"),
];

pub(crate) const EXAMPLE_WITH_FORWARDER: &[(&str, &str)] =
    &[EXAMPLE[0], EXAMPLE[1], EXAMPLE[2], ("gateway_secret", "whsec_YW4taW52ZW50ZWQtZ2F0ZXdheS1zZWNyZXQ")];

const API_BASE: &str = "https://discord.com/api/v10";
/// Characters on a button and above a form's field (Discord, "Component reference").
const LABEL_CHARS_MAX: usize = 45;

/// Discord, "Message resource": 2,000 characters. Counted in UTF-16 units: what fits so fits however Discord
/// counts.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 2_000,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: render::EMBEDS_MAX,
    media_types: &["image/jpeg", "image/png", "image/gif", "image/webp"],
    locations: false,
    stickers: false,
    contacts: false,
    choices_max: render::BUTTONS_MAX,
    reactions: true,
    replies: true,
    typing_in: false,
    typing_out: true,
    delivered_receipts: false,
    read_receipts: false,
    window_s: None,
    idempotent_send: true,
    signs_body: true,
};

/// One application. Settings: `application_id`, `public_key`, `bot_token`, all three as the developer portal shows
/// them; `gateway_secret`, shared with the forwarder, one or two while it is exchanged; `reply_label`, what the
/// button says by which a customer answers; `api_base`.
pub struct Discord {
    account: Account,
    application_id: String,
    public_key: VerifyingKey,
    bot_token: String,
    gateway_secret: Secrets,
    gateway_keys: Vec<Vec<u8>>,
    reply_label: Option<String>,
    api_base: String,
    capabilities: Capabilities,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let application_id = settings.required("application_id").to_owned();
    if !application_id.bytes().all(|byte| byte.is_ascii_digit()) {
        settings.complain("application_id", "has characters other than digits");
    }
    let public_key = settings.required("public_key");
    let key = unhex(public_key)
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .filter(|key| !key.is_weak());
    if key.is_none() && !public_key.is_empty() {
        settings.complain("public_key", "is not 64 hex digits that are an Ed25519 key");
    }
    let bot_token = settings.required("bot_token").to_owned();
    let gateway_secret =
        settings.optional("gateway_secret").and_then(Secrets::parse).unwrap_or_else(Secrets::none);
    let gateway_keys: Option<Vec<Vec<u8>>> = gateway_secret.iter().map(standard::key).collect();
    if gateway_keys.is_none() {
        settings.complain("gateway_secret", "is not whsec_ and 24 to 64 bytes in base64");
    }
    let reply_label = settings.optional("reply_label").map(str::to_owned);
    if reply_label.as_ref().is_some_and(|label| label.chars().count() > LABEL_CHARS_MAX) {
        settings.complain("reply_label", "is longer than 45 characters");
    }
    let api_base = settings.base_url("api_base", API_BASE);
    // Only a forwarder hears that somebody types.
    let typing_in = gateway_secret.iter().next().is_some();
    let capabilities = Capabilities { typing_in, ..CAPABILITIES };
    Ok(Arc::new(Discord {
        account: settings.finish()?,
        application_id,
        public_key: key.unwrap_or_default(),
        bot_token,
        capabilities,
        gateway_secret,
        gateway_keys: gateway_keys.unwrap_or_default(),
        reply_label,
        api_base,
    }))
}

impl Channel for Discord {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Discord
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_request(request, now)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message, now).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(request, response)
    }

    /// Discord shows it for ten seconds or until the next message; it cannot be taken back.
    fn typing(&self, to: &Address, on: bool, _now: Timestamp) -> Option<Rendered> {
        let shown = self.in_channel(&to.id, "POST", "/typing", None).ok().filter(|_| on);
        shown.map(|request| Rendered::Requests(vec![request]))
    }

    fn check_request(&self) -> Option<ProviderRequest> {
        Some(ProviderRequest { idempotent: true, ..self.call("GET", "users/@me", None) })
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        outcome::whoami(answer)
    }
}

impl Discord {
    /// A call as the bot. Discord wants to know what calls it ("API reference", "User agent").
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> ProviderRequest {
        let agent = format!("DiscordBot ({}, {})", self.account.public_url, env!("CARGO_PKG_VERSION"));
        let mut headers =
            Headers::from_iter([("Authorization", format!("Bot {}", self.bot_token)), ("User-Agent", agent)]);
        if body.is_some() {
            headers.push("Content-Type", "application/json");
        }
        ProviderRequest {
            method: method.to_owned(),
            url: format!("{}/{path}", self.api_base),
            headers,
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
            idempotent: true,
            on_refused: None,
        }
    }
}

#[cfg(test)]
mod tests;
