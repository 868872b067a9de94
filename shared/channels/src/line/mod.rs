//! LINE: the Messaging API of an official account.

mod choices;
mod normalise;
mod outcome;
mod render;
mod simulate;
mod verify;
mod wire;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::lookup;
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::event::Profile;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::json;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("channel_secret", "0123456789abcdef0123456789abcdef"),
    ("channel_access_token", "an-invented-channel-access-token"),
];

/// Where calls go.
const API_BASE: &str = "https://api.line.me";
/// Where media is: a host of its own.
const API_DATA_BASE: &str = "https://api-data.line.me";
const INFO_PATH: &str = "/v2/bot/info";
const MARK_READ_PATH: &str = "/v2/bot/chat/markAsRead";
const PROFILE_PATH: &str = "/v2/bot/profile/";
/// Seconds that the customer sees the loading animation if no message ends it (5 to 60, in steps of 5).
const LOADING_S: u32 = 20;

/// LINE, "Messaging API reference", text message: 5,000 characters, counted in UTF-16 units.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 5_000,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: render::MESSAGES_MAX,
    media_types: &["image/jpeg", "image/png", "video/mp4", "audio/"],
    locations: true,
    stickers: true,
    contacts: false,
    choices_max: choices::BUTTONS_MAX,
    reactions: false,
    replies: true,
    typing_in: false,
    typing_out: true,
    delivered_receipts: false,
    read_receipts: false,
    window_s: None,
    idempotent_send: true,
    signs_body: true,
};

/// One official account. Settings: `channel_secret`, one or two while it is rotated; `channel_access_token`;
/// `api_base`; `api_data_base`, by default the same as an `api_base` that is given.
pub struct Line {
    account: Account,
    channel_secret: Secrets,
    channel_access_token: String,
    api_base: String,
    api_data_base: String,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let channel_secret = settings.secrets("channel_secret");
    let channel_access_token = settings.required("channel_access_token").to_owned();
    let api_base = settings.base_url("api_base", API_BASE);
    let data_default = if api_base == API_BASE { API_DATA_BASE } else { &api_base };
    let api_data_base = settings.base_url("api_data_base", data_default);
    let account = settings.finish()?;
    Ok(Arc::new(Line { account, channel_secret, channel_access_token, api_base, api_data_base }))
}

impl Channel for Line {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Line
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, _now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_signature(request)
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

    /// LINE has an animation that ends with the next message, in chats with one person only.
    fn typing(&self, to: &Address, on: bool, _now: Timestamp) -> Option<Rendered> {
        (on && to.id.starts_with('U')).then(|| {
            let body = json!({ "chatId": to.id, "loadingSeconds": LOADING_S });
            Rendered::Requests(vec![self.call("/v2/bot/chat/loading/start", &body)])
        })
    }

    /// LINE, "Mark messages as read": by the token that came with the message, which marks what is before it too. It
    /// works where "Chat" is on in the account's settings.
    fn mark_read(&self, _to: &Address, provider_id: &str, _now: Timestamp) -> Option<Rendered> {
        render::is_token(provider_id).then(|| {
            let body = json!({ "markAsReadToken": provider_id });
            Rendered::Requests(vec![self.call(MARK_READ_PATH, &body)])
        })
    }

    /// LINE, "Message types": a picture, and sound or film.
    fn media_bytes_max(&self, content_type: &str) -> Option<u64> {
        Some(if content_type.starts_with("image/") { 10 } else { 200 } * 1024 * 1024)
    }

    /// LINE, "Get profile": of people who have the account as a friend, or have written to it.
    fn profile_request(&self, address: &str) -> Option<ProviderRequest> {
        let is_id = address.starts_with('U') && address.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_id.then(|| self.get(&format!("{PROFILE_PATH}{address}")))
    }

    fn profile(&self, answer: &ProviderResponse) -> Profile {
        lookup::profile(answer, &[&["displayName"]], "language")
    }

    fn picture(&self, answer: &ProviderResponse) -> Option<String> {
        lookup::picture(answer, "pictureUrl")
    }

    /// LINE, "Get bot info".
    fn check_request(&self) -> Option<ProviderRequest> {
        Some(self.get(INFO_PATH))
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        let bot = lookup::document(answer, "channel_access_token", "channel_access_token")?;
        Ok(lookup::text(&bot, "displayName").unwrap_or_else(|| "the account has no name".into()))
    }

    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        let own = url.strip_prefix(&self.api_data_base).is_some_and(|rest| rest.starts_with('/'));
        own.then(|| ProviderRequest::get(url, self.authorization()))
    }
}

impl Line {
    fn authorization(&self) -> String {
        format!("Bearer {}", self.channel_access_token)
    }

    fn get(&self, path: &str) -> ProviderRequest {
        ProviderRequest::get(&format!("{}{path}", self.api_base), self.authorization())
    }

    /// A call that is not recognised when it is repeated.
    fn call(&self, path: &str, body: &serde_json::Value) -> ProviderRequest {
        let url = format!("{}{path}", self.api_base);
        ProviderRequest::post(url, self.authorization(), "application/json", body.to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests;
