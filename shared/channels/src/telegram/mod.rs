//! Telegram: a bot of the Bot API.

mod address;
mod media;
mod normalise;
mod outcome;
mod read;
mod render;
mod simulate;
mod wire;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::lookup;
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Check, Secrets, Verified};
use crate::simulate::Simulated;
use crate::webhook::{Headers, Normalised, Rejection, WebhookRequest};
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("bot_token", "110201543:an-invented-token-of-a-bot_0123456789"),
    ("secret_token", "an-invented-secret-token"),
];

/// Where calls go, and where files are.
const API_BASE: &str = "https://api.telegram.org";
/// Telegram signs nothing: it sends the secret that `setWebhook` was given (Bot API, "setWebhook").
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Characters of that secret.
const SECRET_CHARS_MAX: usize = 256;
const REFUSAL_STATUS: u16 = 401;

/// Bot API, "sendMessage": 4,096 characters. Counted in UTF-16 units, as its entities are: what fits so fits
/// however Telegram counts.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 4_096,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: 1,
    media_types: media::TYPES,
    locations: true,
    stickers: true,
    contacts: true,
    choices_max: render::BUTTONS_MAX,
    reactions: true,
    replies: true,
    typing_in: false,
    typing_out: true,
    delivered_receipts: false,
    read_receipts: false,
    window_s: None,
    idempotent_send: false,
    signs_body: false,
};

/// One bot. Settings: `bot_token`, as BotFather gives it; `secret_token`, one or two while it is rotated;
/// `api_base`.
pub struct Telegram {
    account: Account,
    bot_token: String,
    secret_token: Secrets,
    api_base: String,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let bot_token = settings.required("bot_token").to_owned();
    if !bot_token.is_empty() && !is_bot_token(&bot_token) {
        settings.complain("bot_token", "is not of the form <digits>:<letters, digits, - and _>");
    }
    let secret_token = settings.secrets("secret_token");
    if !secret_token.iter().all(|secret| secret.len() <= SECRET_CHARS_MAX && is_word(secret)) {
        settings.complain("secret_token", "is not 1 to 256 letters, digits, - and _");
    }
    let api_base = settings.base_url("api_base", API_BASE);
    Ok(Arc::new(Telegram { account: settings.finish()?, bot_token, secret_token, api_base }))
}

fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, key)| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && is_word(key)
    })
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Channel for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, _now: Timestamp) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.secret_token };
        check.shared(request, check.header(request, SECRET_HEADER)?)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(request, response)
    }

    /// Telegram shows it for five seconds or until the next message; it cannot be taken back.
    fn typing(&self, to: &Address, on: bool, _now: Timestamp) -> Option<Rendered> {
        on.then(|| {
            let mut body = address::target(&to.id);
            body.insert("action".into(), json!("typing"));
            Rendered::Requests(vec![self.call("sendChatAction", &Value::Object(body))])
        })
    }

    /// What Telegram fetches by a URL (Bot API, "Sending files"): less for a photo.
    fn media_bytes_max(&self, content_type: &str) -> Option<u64> {
        Some(if content_type.starts_with("image/") { 5 } else { 20 } * 1024 * 1024)
    }

    /// Bot API, "getMe".
    fn check_request(&self) -> Option<ProviderRequest> {
        Some(ProviderRequest { idempotent: true, ..self.call("getMe", &json!({})) })
    }

    /// A token that is wrong is answered 404 or 401: it is part of the path.
    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        let answer = lookup::document(answer, "bot_token", "bot_token")?;
        let name = lookup::text(&answer["result"], "username").map(|name| format!("@{name}"));
        name.ok_or_else(|| "the answer names no bot: api_base leads somewhere else".into())
    }

    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        self.file_request(url)
    }

    fn media_content_request(&self, answer: &ProviderResponse) -> Option<ProviderRequest> {
        self.file_content_request(answer)
    }
}

impl Telegram {
    /// The bot's own user id: what stands before the colon of its token, and is no secret.
    fn bot_id(&self) -> &str {
        self.bot_token.split_once(':').map_or("", |(id, _)| id)
    }

    /// A call of a method; none of them is recognised when it is repeated.
    fn call(&self, method: &str, body: &Value) -> ProviderRequest {
        ProviderRequest {
            method: "POST".into(),
            url: format!("{}/bot{}/{method}", self.api_base, self.bot_token),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
            idempotent: false,
            on_refused: None,
        }
    }
}

#[cfg(test)]
mod tests;
