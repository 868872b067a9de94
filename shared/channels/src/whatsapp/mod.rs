//! WhatsApp: Meta's Cloud API, and Twilio's way to it.

mod content;
mod normalise;
mod render;
mod simulate;
pub(crate) mod twilio;
mod wire;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::meta::app::App;
use crate::meta::graph;
use crate::settings::{Reader, SettingsError};
use crate::signature::Verified;
use crate::simulate::Simulated;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::{Address, ChannelKind, Content, OutboundMessage, Timestamp};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("app_secret", "0123456789abcdef0123456789abcdef"),
    ("verify_token", "an-invented-verify-token"),
    ("access_token", "an-invented-access-token"),
    ("phone_number_id", "106540352242922"),
];

const API_BASE: &str = "https://graph.facebook.com";
/// Where Meta keeps customers' media; it wants the token too.
const MEDIA_BASE: &str = "https://lookaside.fbsbx.com";
/// Seconds after the customer's last message within which anything but a template may be sent.
const WINDOW_S: u32 = 24 * 60 * 60;

/// Meta, "WhatsApp Business Platform", "Messages": a text has 4,096 characters. Counted in UTF-16 units: what
/// fits so fits however Meta counts.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: 4_096,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: 1,
    media_types: &[],
    locations: true,
    stickers: false,
    contacts: true,
    choices_max: render::ROWS_MAX,
    reactions: true,
    replies: true,
    typing_in: false,
    typing_out: false,
    delivered_receipts: true,
    read_receipts: true,
    window_s: Some(WINDOW_S),
    idempotent_send: false,
    signs_body: true,
};

/// One number of a WhatsApp Business account. Settings: `phone_number_id`, and those of `meta::app::App`.
pub struct WhatsApp {
    app: App,
}

/// An account of the provider that the setting `provider` names: `meta`, or `twilio`.
pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    match settings.optional("provider") {
        None | Some("meta") => {}
        Some("twilio") => return twilio::open(settings),
        Some(_) => settings.complain("provider", "is neither meta nor twilio"),
    }
    Ok(Arc::new(WhatsApp { app: App::open(settings, "phone_number_id", API_BASE)? }))
}

impl Channel for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }

    fn account(&self) -> &str {
        &self.app.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, _now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.app.verify(request)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, received_at)
    }

    fn render(&self, message: &OutboundMessage, _now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.write_requests(message).map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        graph::outcome(request, response)
    }

    fn passes_closed_window(&self, content: &Content) -> bool {
        matches!(content, Content::Template { .. })
    }

    fn mark_read(&self, _to: &Address, provider_id: &str, _now: Timestamp) -> Option<Rendered> {
        let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": provider_id });
        Some(Rendered::Requests(vec![self.app.call("messages", &body)]))
    }

    /// Meta, "Media": pictures, sound and film, and whatever goes out as a document.
    fn media_bytes_max(&self, content_type: &str) -> Option<u64> {
        let megabytes = match content_type.split('/').next() {
            Some("image") => 5,
            Some("audio" | "video") => 16,
            _ => 100,
        };
        Some(megabytes * 1024 * 1024)
    }

    /// Meta, "Business phone numbers".
    fn check_request(&self) -> Option<ProviderRequest> {
        Some(self.app.ask(self.app.id(), "display_phone_number,verified_name"))
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        self.app.check(answer, "phone_number_id", &["verified_name", "display_phone_number"])
    }

    /// A media id of the graph, whose answer says where the content is for five minutes, or that place itself.
    fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        let own = [self.app.api_base.as_str(), MEDIA_BASE]
            .iter()
            .any(|base| url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')));
        own.then(|| ProviderRequest::get(url, self.app.authorization()))
    }

    fn media_content_request(&self, answer: &ProviderResponse) -> Option<ProviderRequest> {
        let ProviderResponse::Http { status: 200, body, .. } = answer else { return None };
        let place: MediaPlace = serde_json::from_slice(body).ok()?;
        self.media_request(&place.url)
    }
}

/// The answer to a media id (Meta, "Media", "Retrieve media URL").
#[derive(Deserialize)]
struct MediaPlace {
    url: String,
}

#[cfg(test)]
mod tests;
