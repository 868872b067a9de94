//! What every channel can do.

use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::email::Email;
use crate::signature::Verified;
use crate::voice::Voice;
use crate::webchat::WebChat;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::event::Profile;
use patchbay_model::{Address, ChannelKind, Content, OutboundMessage, Timestamp};
use serde::Serialize;

/// One account on one channel, both directions. Every method is a pure function of its arguments and the
/// account's settings.
pub trait Channel: Send + Sync {
    fn kind(&self) -> ChannelKind;

    /// The account's name in `channels.toml`.
    fn account(&self) -> &str;

    fn capabilities(&self) -> &Capabilities;

    /// Checks that the provider sent these bytes, before anything is parsed.
    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection>;

    /// Translates a webhook. It never fails whole: what cannot be read is a problem, the rest is events, and
    /// the reply is what the provider expects to hear.
    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised;

    /// Translates a message for the provider. The same message gives the same requests in the same order, so
    /// that a redelivery can go on where the first run stopped; only whether a reply token is still worth a
    /// try depends on `now`.
    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable>;

    /// What became of `request`. A connection that broke is an answer too.
    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome;

    /// Shows the customer that an agent types (or no longer does), where the channel can.
    fn typing(&self, _to: &Address, _on: bool, _now: Timestamp) -> Option<Rendered> {
        None
    }

    /// Tells the customer that the message `provider_id`, and what came before it, has been read, where the
    /// channel can.
    fn mark_read(&self, _to: &Address, _provider_id: &str, _now: Timestamp) -> Option<Rendered> {
        None
    }

    /// Seconds after the customer's last message within which an agent may write freely, where a person has longer
    /// for it than a program, whose time is `Capabilities::window_s`.
    fn agent_window_s(&self) -> Option<u32> {
        self.capabilities().window_s
    }

    /// Whether the provider takes this content when the window for free messages is closed.
    fn passes_closed_window(&self, _content: &Content) -> bool {
        false
    }

    /// The request that asks the provider who writes from this address; `None` where it does not say, or says it
    /// with every event.
    fn profile_request(&self, _address: &str) -> Option<ProviderRequest> {
        None
    }

    /// What the answer to `profile_request` says; nothing where the provider would not say.
    fn profile(&self, _answer: &ProviderResponse) -> Profile {
        Profile::default()
    }

    /// Where the customer's picture is, as the answer to `profile_request` says.
    fn picture(&self, _answer: &ProviderResponse) -> Option<String> {
        None
    }

    /// A cheap question that only the account's own credentials can ask; `None` where there is nobody to ask.
    fn check_request(&self) -> Option<ProviderRequest> {
        None
    }

    /// What the answer to `check_request` says of the account: who it is, or what the operator is to do.
    fn check(&self, _answer: &ProviderResponse) -> Result<String, String> {
        Ok("there is nobody to ask".into())
    }

    /// Itself, where it is e-mail: what only that has is threads, and mails that lie elsewhere.
    fn email(&self) -> Option<&Email> {
        None
    }

    /// Itself, where it is the web chat: what only that has is sessions.
    fn webchat(&self) -> Option<&WebChat> {
        None
    }

    /// Itself, where it is the phone: what only that has is calls that wait for an answer.
    fn voice(&self) -> Option<&Voice> {
        None
    }

    /// The request that fetches a media URL of an inbound message with the account's credentials; `None` where
    /// the URL is not the provider's own, and so must be fetched without them.
    fn media_request(&self, _url: &str) -> Option<ProviderRequest> {
        None
    }

    /// The request that fetches the content itself, where the answer to `media_request` only says where it is;
    /// `None` where that answer is the content, or says nothing.
    fn media_content_request(&self, _answer: &ProviderResponse) -> Option<ProviderRequest> {
        None
    }

    /// Bytes of a file of this type that the provider takes; `None` where it states no limit of its own.
    fn media_bytes_max(&self, _content_type: &str) -> Option<u64> {
        None
    }
}

/// How a provider counts a text's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// Unicode scalar values.
    Chars,
    /// UTF-16 code units: what lies outside the basic plane (most emoji) counts twice.
    Utf16,
    /// Bytes of UTF-8.
    Utf8,
}

/// What a channel can carry: read by agents' desktops and by the contract suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// The longest text of one provider message, in `text_unit`.
    pub text_max: usize,
    pub text_unit: TextUnit,
    /// A longer text goes out as several provider messages; otherwise it is refused.
    pub text_splits: bool,
    /// Attachments of one provider message.
    pub attachments_max: usize,
    /// Beginnings of the media types that go out as media; any other goes out as a link. Empty: all do.
    pub media_types: &'static [&'static str],
    pub locations: bool,
    pub stickers: bool,
    /// People's cards; elsewhere they go out as text.
    pub contacts: bool,
    /// Answers that one message can offer as buttons or a list; more than that go out as numbered text.
    pub choices_max: usize,
    /// A message can react to another one.
    pub reactions: bool,
    /// A message can quote the one that it answers.
    pub replies: bool,
    /// The customer's typing reaches us.
    pub typing_in: bool,
    /// The agent's typing reaches the customer.
    pub typing_out: bool,
    /// The provider tells when a message of ours is on the customer's device.
    pub delivered_receipts: bool,
    /// The provider tells when the customer has seen it.
    pub read_receipts: bool,
    /// Seconds after the customer's last message within which we may write freely; `None`: always.
    pub window_s: Option<u32>,
    /// The provider recognises a repeated send, so that one without an answer may be repeated.
    pub idempotent_send: bool,
    /// The proof covers the body of a webhook, not only its sender.
    pub signs_body: bool,
}
