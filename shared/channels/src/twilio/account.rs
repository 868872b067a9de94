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

/// Characters of a sender that is a name.
const NAME_CHARS_MAX: usize = 11;

/// Who a message is from where it does not say itself.
pub(super) enum Sender {
    Number(String),
    MessagingService(String),
}

/// Settings: `account_sid`; `auth_token`, one or two while it is rotated; `from`, or `messaging_service_sid`;
/// `api_base`.
pub(crate) struct Twilio {
    pub(crate) account: Account,
    pub(crate) kind: ChannelKind,
    /// What Twilio writes before an address of this channel: `whatsapp:`, and nothing before a number.
    pub(super) prefix: &'static str,
    pub(crate) account_sid: String,
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
            (Some(from), None) => {
                let from = from.trim_start_matches(prefix).to_owned();
                if !is_number(&from)
                    && !(kind == ChannelKind::Sms && (is_short_code(&from) || is_name(&from)))
                {
                    settings.complain(
                        "from",
                        "is no number (+15005550006), and on SMS no short code or name either",
                    );
                }
                Sender::Number(from)
            }
            (None, None) => {
                settings.complain("from", "is missing, and so is messaging_service_sid");
                Sender::Number(String::new())
            }
        };
        let api_base = settings.base_url("api_base", rest::API_BASE);
        let account = settings.finish()?;
        Ok(Twilio { account, kind, prefix, account_sid, auth_token, sender, api_base })
    }

    pub(crate) fn authorization(&self) -> String {
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
        let url = format!("{}/Accounts/{}/Messages.json", self.api_url(), self.account_sid);
        let form = "application/x-www-form-urlencoded";
        ProviderRequest::post(url, self.authorization(), form, form::encode(pairs))
    }

    /// Where the API is, with its version.
    pub(crate) fn api_url(&self) -> String {
        format!("{}/{}", self.api_base, rest::API_VERSION)
    }

    pub(super) fn prefixed(&self, address: &str) -> String {
        format!("{}{address}", self.prefix)
    }

    /// Twilio, "Accounts resource": the account as it sees itself.
    pub(crate) fn check_request(&self) -> ProviderRequest {
        let url = format!("{}/Accounts/{}.json", self.api_url(), self.account_sid);
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

/// A number in the form of E.164.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| (5..=15).contains(&digits.len()) && is_digits(digits))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Twilio, "Short codes": of 3 to 8 digits, by country.
fn is_short_code(text: &str) -> bool {
    (3..=8).contains(&text.len()) && is_digits(text)
}

/// Twilio, "Alphanumeric Sender ID": up to 11 characters, at least one of them a letter. Nobody can answer it.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" +-_&".contains(&byte);
    (1..=NAME_CHARS_MAX).contains(&text.len())
        && text.bytes().all(allowed)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_number_a_short_code_or_a_name() {
        let check = |from: &str, expect: [bool; 3]| {
            assert_eq!([is_number(from), is_short_code(from), is_name(from)], expect, "{from}");
        };
        check("+15005550006", [true, false, false]);
        check("15005550006", [false, false, false]);
        check("+1500555000612345", [false, false, false]);
        check("12", [false, false, false]);
        check("123", [false, true, false]);
        check("12345678", [false, true, false]);
        check("123456789", [false, false, false]);
        check("My Shop-1 &", [false, false, true]);
        check("My Shop-1 &2", [false, false, false]);
        check("Shöp", [false, false, false]);
        check("", [false, false, false]);
    }
}
