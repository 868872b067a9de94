//! What goes out to a provider and what came of it.

use crate::bounds::ID_CHARS_MAX;
use crate::email::smtp::SmtpDelivery;
use crate::settings::Account;
use crate::webhook::Headers;
use patchbay_model::{ChannelKind, OutboundMessage};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The code of a refusal that the provider gives none of.
const UNSTATED_CODE: &str = "unstated";
/// Characters of a provider's own words that are kept in an outcome.
const WHY_CHARS_MAX: usize = 300;
/// The longest wait that a provider's `Retry-After` can ask for, in seconds.
pub const RETRY_AFTER_S_MAX: u32 = 900;
/// The wait before a repetition where the provider states none, in seconds.
pub const RETRY_AFTER_S_DEFAULT: u32 = 5;

/// One call of the provider's API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRequest {
    pub method: String,
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    /// The provider recognises a repetition: a call without an answer may be made again.
    pub idempotent: bool,
    /// What to call instead when the provider refuses this one for a reason that the other does not share, or what this
    /// one is to make possible.
    pub on_refused: Option<Box<ProviderRequest>>,
}

/// Headers carry credentials, and so may the path (Telegram's token); bodies carry personal data: none of them
/// is printed.
impl fmt::Debug for ProviderRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderRequest")
            .field("method", &self.method)
            .field("url", &origin(&self.url))
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("idempotent", &self.idempotent)
            .field("on_refused", &self.on_refused)
            .finish()
    }
}

/// Scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end])
}

/// A message in the provider's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// To be called in this order, each after the one before has been sent.
    Requests(Vec<ProviderRequest>),
    /// To be handed to a mail server.
    Smtp(SmtpDelivery),
    /// We are the provider: to be pushed to the visitor's sockets.
    Session(SessionFrame),
}

/// One frame for all the sockets of a web-chat visitor.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionFrame {
    /// The visitor's address (`Address::id`).
    pub visitor: String,
    /// A JSON text frame.
    pub frame: String,
}

impl fmt::Debug for SessionFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFrame").field("frame_bytes", &self.frame.len()).finish_non_exhaustive()
    }
}

/// Why a message cannot go out on this channel, whoever is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undeliverable {
    #[error("the message says nothing")]
    Empty,
    #[error("the channel cannot carry a message of kind {0}")]
    Kind(&'static str),
    #[error("the text is longer than the {max} that the channel carries")]
    TooLong { max: usize },
    #[error("the message has more than {max} attachments")]
    TooManyAttachments { max: usize },
    #[error("the address is of another channel or account")]
    WrongChannel,
    #[error("the address is empty")]
    NoAddress,
    #[error("the {0} is not of the channel's form")]
    Malformed(&'static str),
}

/// The customer's address of a message that is for this account.
pub(crate) fn recipient<'m>(
    message: &'m OutboundMessage,
    channel: ChannelKind,
    account: &Account,
) -> Result<&'m str, Undeliverable> {
    let to = &message.to;
    if to.channel != channel || to.account != account.name {
        return Err(Undeliverable::WrongChannel);
    }
    if to.id.is_empty() {
        return Err(Undeliverable::NoAddress);
    }
    Ok(&to.id)
}

/// What came back from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderResponse {
    Http {
        status: u16,
        headers: Headers,
        body: Vec<u8>,
    },
    /// The connection broke before the provider can have read the request.
    NotSent,
    /// The request went out and no answer came: the provider may have done it.
    TimedOut,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The provider has it.
    Sent {
        /// Its id of the message, where it says one.
        provider_id: Option<String>,
    },
    /// The same call is worth another try.
    Retry { after_s: u32, why: String },
    /// This call is refused, or has only opened the way: the other is worth a try at once. A chain of these is as long as the rendered
    /// request, so it ends.
    Instead(Box<ProviderRequest>),
    /// It will never be done.
    Refused {
        /// The provider's code, or the HTTP status where it has none.
        code: String,
        why: String,
        cause: RefusalCause,
    },
    /// Nobody can say whether it was done, and a repetition would not be recognised.
    Unknown { why: String },
}

/// Whose business a refusal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCause {
    /// The customer does not want to hear from us: consent is withdrawn.
    OptedOut,
    /// The address does not exist or cannot be reached on this channel.
    Address,
    /// The message itself.
    Content,
    /// Credentials, plan, sender registration: the operator's; no message of the account will pass.
    Account,
    /// The provider's window for free messages is closed.
    Window,
}

impl ProviderRequest {
    /// A GET with credentials.
    pub(crate) fn get(url: &str, authorization: String) -> ProviderRequest {
        ProviderRequest {
            method: "GET".into(),
            url: url.to_owned(),
            headers: Headers::from_iter([("Authorization", authorization)]),
            body: Vec::new(),
            idempotent: true,
            on_refused: None,
        }
    }

    /// A POST that the provider does not recognise when it is repeated.
    pub(crate) fn post(
        url: String,
        authorization: String,
        content_type: &str,
        body: Vec<u8>,
    ) -> ProviderRequest {
        let content_type = content_type.to_owned();
        ProviderRequest {
            method: "POST".into(),
            url,
            headers: Headers::from_iter([("Authorization", authorization), ("Content-Type", content_type)]),
            body,
            idempotent: false,
            on_refused: None,
        }
    }

    /// What a call without an answer means, on every channel.
    pub(crate) fn without_answer(&self, sent: bool) -> DeliveryOutcome {
        let after_s = RETRY_AFTER_S_DEFAULT;
        match (sent, self.idempotent) {
            (false, _) => DeliveryOutcome::Retry { after_s, why: "the provider could not be reached".into() },
            (true, true) => DeliveryOutcome::Retry {
                after_s,
                why: "the provider did not answer; it recognises a repetition".into(),
            },
            (true, false) => DeliveryOutcome::Unknown {
                why: "the provider did not answer, and would not recognise a repetition".into(),
            },
        }
    }
}

impl DeliveryOutcome {
    /// A repetition after what `Retry-After` asks for (RFC 9110, 10.2.3: seconds; the form as a date is not
    /// read), at most `RETRY_AFTER_S_MAX`.
    pub(crate) fn retry(headers: &Headers, why: impl AsRef<str>) -> DeliveryOutcome {
        let after_s = headers.get("retry-after").and_then(|value| value.trim().parse::<u64>().ok());
        DeliveryOutcome::retry_after(after_s, why)
    }

    /// A repetition after what the provider asks for in seconds, at most `RETRY_AFTER_S_MAX`.
    pub(crate) fn retry_after(after_s: Option<u64>, why: impl AsRef<str>) -> DeliveryOutcome {
        DeliveryOutcome::Retry {
            after_s: after_s.map_or(RETRY_AFTER_S_DEFAULT, |s| {
                u32::try_from(s).unwrap_or(RETRY_AFTER_S_MAX).min(RETRY_AFTER_S_MAX)
            }),
            why: reason(why.as_ref()),
        }
    }

    pub(crate) fn refused(code: impl ToString, why: impl AsRef<str>, cause: RefusalCause) -> DeliveryOutcome {
        let code = Some(shortened(&code.to_string())).filter(|code| !code.is_empty());
        let code = code.unwrap_or_else(|| UNSTATED_CODE.to_owned());
        DeliveryOutcome::Refused { code, why: reason(why.as_ref()), cause }
    }

    /// The provider has it, and calls it so; an id that is empty is none.
    pub(crate) fn sent(provider_id: Option<String>) -> DeliveryOutcome {
        let is_id = |id: &String| !id.is_empty() && id.chars().nth(ID_CHARS_MAX).is_none();
        DeliveryOutcome::Sent { provider_id: provider_id.filter(is_id) }
    }
}

fn reason(why: &str) -> String {
    let why = if why.trim().is_empty() { "the provider does not say why" } else { why };
    shortened(why)
}

fn shortened(why: &str) -> String {
    why.chars().take(WHY_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_an_answer_is_repeated_if_that_is_recognised() {
        let check = |sent: bool, idempotent: bool, repeated: bool| {
            let request =
                ProviderRequest { idempotent, ..ProviderRequest::get("https://a.example", "x".into()) };
            let outcome = request.without_answer(sent);
            assert_eq!(matches!(outcome, DeliveryOutcome::Retry { .. }), repeated, "{outcome:?}");
            assert_eq!(matches!(outcome, DeliveryOutcome::Unknown { .. }), !repeated, "{outcome:?}");
        };
        check(false, false, true);
        check(false, true, true);
        check(true, true, true);
        check(true, false, false);
    }

    #[test]
    fn what_is_private_is_not_printed() {
        let url = "https://a.example/botcanary/send";
        let call = ProviderRequest::post(url.into(), "canary".into(), "x", b"canary".to_vec());
        assert!(format!("{call:?}").contains("https://a.example"));
        let frame = SessionFrame { visitor: "canary".into(), frame: "canary".into() };
        for printed in [format!("{call:?}"), format!("{frame:?}")] {
            assert!(!printed.contains("canary"), "{printed}");
        }
    }

    #[test]
    fn a_providers_words_are_bounded() {
        let why = |length: usize| match DeliveryOutcome::retry(&Headers::new(), "é".repeat(length)) {
            DeliveryOutcome::Retry { why, .. } => why.chars().count(),
            other => panic!("{other:?}"),
        };
        assert_eq!((why(WHY_CHARS_MAX), why(WHY_CHARS_MAX + 1)), (WHY_CHARS_MAX, WHY_CHARS_MAX));
    }
}
