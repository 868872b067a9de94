//! The Messenger Platform, by which Messenger and Instagram speak: one is the other with other limits.

mod content;
mod normalise;
mod render;
mod simulate;
mod wire;

use crate::channel::{Capabilities, Channel};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::lookup;
use crate::meta::app::App;
use crate::meta::graph;
use crate::settings::{Reader, SettingsError};
use crate::signature::Verified;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use patchbay_model::event::Profile;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};

/// Seconds after the customer's last message within which anything may be sent.
pub(crate) const WINDOW_S: u32 = 24 * 60 * 60;
/// Seconds within which a person may still answer, with the tag for that (Meta, "Human agent").
const HUMAN_AGENT_WINDOW_S: u32 = 7 * 24 * 60 * 60;
/// Answers that one message can offer (Meta, "Quick replies").
pub(crate) const QUICK_REPLIES_MAX: usize = 13;

/// What tells the two apart.
pub(crate) struct Medium {
    pub(crate) kind: ChannelKind,
    /// What a webhook says that it is about.
    pub(crate) object: &'static str,
    /// The setting with Meta's id of the account.
    pub(crate) id_key: &'static str,
    pub(crate) api_base: &'static str,
    pub(crate) capabilities: Capabilities,
    /// The types of attachments, each with the beginnings of the media types that go out as it.
    pub(crate) shown: &'static [(&'static str, &'static [&'static str])],
    /// The only emoji that we may react with, and Meta's name of it; `None`: any.
    pub(crate) reaction: Option<(&'static str, &'static str)>,
    /// The sticker that we may send, by its type.
    pub(crate) sticker: Option<&'static str>,
    /// What of a customer, and of the account, can be asked for.
    pub(crate) profile_fields: &'static str,
    pub(crate) account_fields: &'static str,
    /// A message carries a text of ours through, which comes back with its echo.
    pub(crate) metadata: bool,
}

/// One page or professional account. Settings: those of `meta::app::App`; `app_id`, by which our own words
/// are known among the echoes; `human_agent = "true"`, where Meta has granted that persons answer for seven
/// days.
pub(crate) struct Messaging {
    app: App,
    app_id: Option<String>,
    human_agent: bool,
    medium: &'static Medium,
}

impl Messaging {
    pub(crate) fn open(
        mut settings: Reader<'_>,
        medium: &'static Medium,
    ) -> Result<Messaging, SettingsError> {
        let app_id = settings.optional("app_id").map(str::to_owned);
        let human_agent = match settings.optional("human_agent") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                settings.complain("human_agent", "is neither true nor false");
                false
            }
        };
        Ok(Messaging {
            app: App::open(settings, medium.id_key, medium.api_base)?,
            app_id,
            human_agent,
            medium,
        })
    }
}

impl Channel for Messaging {
    fn kind(&self) -> ChannelKind {
        self.medium.kind
    }

    fn account(&self) -> &str {
        &self.app.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.medium.capabilities
    }

    fn agent_window_s(&self) -> Option<u32> {
        Some(if self.human_agent { HUMAN_AGENT_WINDOW_S } else { WINDOW_S })
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

    /// A call that came too late for the usual window is worth a try as a person's answer.
    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        match (graph::outcome(request, response), &request.on_refused) {
            (DeliveryOutcome::Refused { cause: crate::RefusalCause::Window, .. }, Some(other)) => {
                DeliveryOutcome::Instead(other.clone())
            }
            (outcome, _) => outcome,
        }
    }

    /// Meta, "User Profile": Messenger has first and last names, Instagram a name and the handle.
    fn profile_request(&self, address: &str) -> Option<ProviderRequest> {
        let is_id = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| self.app.ask(address, self.medium.profile_fields))
    }

    fn profile(&self, answer: &ProviderResponse) -> Profile {
        lookup::profile(answer, &[&["first_name", "last_name"], &["name"], &["username"]], "locale")
    }

    fn picture(&self, answer: &ProviderResponse) -> Option<String> {
        lookup::picture(answer, "profile_pic")
    }

    fn check_request(&self) -> Option<ProviderRequest> {
        Some(self.app.ask(self.app.id(), self.medium.account_fields))
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        self.app.check(answer, self.medium.id_key, &["name", "username"])
    }

    fn typing(&self, to: &Address, on: bool, _now: Timestamp) -> Option<Rendered> {
        Some(self.action(&to.id, if on { "typing_on" } else { "typing_off" }))
    }

    fn mark_read(&self, to: &Address, _provider_id: &str, _now: Timestamp) -> Option<Rendered> {
        Some(self.action(&to.id, "mark_seen"))
    }

    /// Meta, "Send API": 25 MB; on Instagram a picture has 8.
    fn media_bytes_max(&self, content_type: &str) -> Option<u64> {
        let small = self.medium.kind == ChannelKind::Instagram && content_type.starts_with("image/");
        Some(if small { 8 } else { 25 } * 1024 * 1024)
    }
}
