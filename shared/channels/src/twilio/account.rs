//! One account of Twilio's for messages: its credentials, its sender, the calls that it makes.

use super::{form, rest, signature};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::lookup;
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Check, Secrets, Verified};
use crate::webhook::{Rejection, WebhookRequest};
use patchbay_model::{ChannelKind, OutboundMessage};

/// Twilio takes no notice of a refusal's status; 403 is what its own validators' examples answer.
const REFUSAL_STATUS: u16 = 403;

/// Who a message is from where it does not say itself.
pub(super) enum Sender {
    Number(String),
    MessagingService(String),
}

/// Settings: `account_sid`; `auth_token`, one or two while it is rotated; `from`, or `messaging_service_sid`;
/// `api_base`.
pub(crate) struct Twilio {
    pub(crate) account: Account,
    pub(super) kind: ChannelKind,
    /// What Twilio writes before an address of this channel: `whatsapp:`, and nothing before a number.
    pub(super) prefix: &'static str,
    pub(super) account_sid: String,
    pub(super) auth_token: Secrets,
    pub(super) sender: Sender,
    pub(super) api_base: String,
}

impl Twilio {
    pub(crate) fn open(
        mut settings: Reader<'_>,
        kind: ChannelKind,
        prefix: &'static str,
    ) -> Result<Twilio, SettingsError> {
        let account_sid = settings.required("account_sid").to_owned();
        if !account_sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            settings.complain("account_sid", "has characters other than letters and digits");
        }
        let auth_token = settings.secrets("auth_token");
        let sender = match (settings.optional("from"), settings.optional("messaging_service_sid")) {
            (_, Some(service)) => Sender::MessagingService(service.to_owned()),
            (Some(number), None) => Sender::Number(number.trim_start_matches(prefix).to_owned()),
            (None, None) => {
                settings.complain("from", "is missing, and so is messaging_service_sid");
                Sender::Number(String::new())
            }
        };
        let api_base = settings.base_url("api_base", rest::API_BASE);
        let account = settings.finish()?;
        Ok(Twilio { account, kind, prefix, account_sid, auth_token, sender, api_base })
    }

    pub(super) fn authorization(&self) -> String {
        rest::basic(&self.account_sid, self.auth_token.current())
    }

    pub(crate) fn verify<'a>(&self, request: &'a WebhookRequest) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.auth_token };
        signature::verify(&check, &self.account.public_url, request)
    }

    /// A call that creates a message which says `said`. Our key in the callback's own query is how a receipt
    /// finds its message, even before Twilio has answered.
    pub(crate) fn create(&self, message: &OutboundMessage, said: &[(&str, &str)]) -> ProviderRequest {
        let path = self.account.webhook_path(self.kind);
        let callback = format!("{}{path}?key={}", self.account.public_url, message.key);
        let to = self.prefixed(&message.to.id);
        let (name, sender) = match &self.sender {
            Sender::MessagingService(sid) => ("MessagingServiceSid", sid.clone()),
            Sender::Number(number) if message.from.is_empty() => ("From", self.prefixed(number)),
            Sender::Number(_) => ("From", self.prefixed(&message.from)),
        };
        let pairs = [("To", to.as_str()), (name, &sender)];
        let pairs = pairs.into_iter().chain(said.iter().copied()).chain([("StatusCallback", &*callback)]);
        let base = &self.api_base;
        let url = format!("{base}/{}/Accounts/{}/Messages.json", rest::API_VERSION, self.account_sid);
        let form = "application/x-www-form-urlencoded";
        ProviderRequest::post(url, self.authorization(), form, form::encode(pairs))
    }

    pub(super) fn prefixed(&self, address: &str) -> String {
        format!("{}{address}", self.prefix)
    }

    /// Twilio, "Accounts resource": the account as it sees itself.
    pub(crate) fn check_request(&self) -> ProviderRequest {
        let base = &self.api_base;
        let url = format!("{base}/{}/Accounts/{}.json", rest::API_VERSION, self.account_sid);
        ProviderRequest::get(&url, self.authorization())
    }

    pub(crate) fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        let account = lookup::document(answer, "auth_token", "account_sid")?;
        let name = lookup::text(&account, "friendly_name").unwrap_or_else(|| self.account_sid.clone());
        match account["status"].as_str() {
            Some("active") => Ok(name),
            status => {
                Err(format!("the account {name:?} is {}: see Twilio's console", status.unwrap_or("unknown")))
            }
        }
    }

    /// Twilio's media URLs redirect to another host, which must not see the credentials.
    pub(crate) fn media_request(&self, url: &str) -> Option<ProviderRequest> {
        let own = [self.api_base.as_str(), rest::API_BASE]
            .iter()
            .any(|base| url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')));
        own.then(|| ProviderRequest::get(url, self.authorization()))
    }
}
