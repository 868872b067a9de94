//! SMS and MMS over Twilio Programmable Messaging.

mod normalise;
mod outcome;
mod render;
mod simulate;
mod verify;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
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

/// Who a message is from where it does not say itself.
enum Sender {
    Number(String),
    MessagingService(String),
}

/// One Twilio account for messages. Settings: `account_sid`; `auth_token`, one or two while it is rotated;
/// `from`, or `messaging_service_sid`; `api_base`.
pub struct Sms {
    account: Account,
    account_sid: String,
    auth_token: Secrets,
    sender: Sender,
    api_base: String,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let account_sid = settings.required("account_sid").to_owned();
    if !account_sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        settings.complain("account_sid", "has characters other than letters and digits");
    }
    let auth_token = settings.secrets("auth_token");
    let sender = match (settings.optional("from"), settings.optional("messaging_service_sid")) {
        (_, Some(service)) => Sender::MessagingService(service.to_owned()),
        (Some(number), None) => Sender::Number(number.to_owned()),
        (None, None) => {
            settings.complain("from", "is missing, and so is messaging_service_sid");
            Sender::Number(String::new())
        }
    };
    let api_base = settings.base_url("api_base", rest::API_BASE);
    Ok(Arc::new(Sms { account: settings.finish()?, account_sid, auth_token, sender, api_base }))
}

impl Channel for Sms {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
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

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(request, response)
    }

    /// Twilio's media URLs redirect to another host, which must not see the credentials.
    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        let own = [self.api_base.as_str(), rest::API_BASE]
            .iter()
            .any(|base| url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')));
        own.then(|| ProviderRequest::get(url, self.authorization()))
    }
}

impl Sms {
    fn authorization(&self) -> String {
        rest::basic(&self.account_sid, self.auth_token.current())
    }
}

#[cfg(test)]
mod tests;
