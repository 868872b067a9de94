//! What comes in from a provider and what it hears back.

use crate::bounds::kept;
use patchbay_model::{BlobKey, InboundEvent};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Header fields in the order they came; a name may repeat and is compared without case (RFC 9110, 5.1).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    pub fn new() -> Headers {
        Headers::default()
    }

    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    pub fn get_all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Headers {
        Headers(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Values may be credentials or signatures: only names are printed.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// One request of a provider, exactly as it came: the path and the query still percent-encoded, the body as
/// bytes (decoded from base64 where API Gateway encoded it).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WebhookRequest {
    /// Upper case, as HTTP has it.
    pub method: String,
    /// Begins with `/`; what is added to the account's public URL.
    pub path: String,
    /// Without the `?`; empty where there is none.
    pub raw_query: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl WebhookRequest {
    /// The first value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.raw_query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// Bodies and queries are personal data: only their sizes are printed.
impl fmt::Debug for WebhookRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers)
            .field("query_bytes", &self.raw_query.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Why a webhook is not believed. The sender of a forgery learns the status only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// The HTTP status to answer.
    pub status: u16,
    pub reason: RejectionReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RejectionReason {
    #[error("the request has no signature")]
    Missing,
    #[error("the request has more than one signature")]
    Repeated,
    #[error("the signature is not of the provider's form")]
    Malformed,
    #[error("the signature is not of this account")]
    Wrong,
    #[error("the body is not the one that was signed")]
    BodyDigest,
    #[error("the session token has expired")]
    Expired,
    #[error("the request was signed too long ago, or in the future")]
    Stale,
    #[error("the origin is not among allowed_origins")]
    Origin,
    #[error("the body is larger than a webhook may be")]
    TooLarge,
}

/// What a webhook said.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalised {
    /// In the order of the webhook.
    pub events: Vec<InboundEvent>,
    pub problems: Vec<Problem>,
    pub reply: WebhookReply,
}

impl Normalised {
    /// What was read of a webhook, as far as it can be kept (`bounds`).
    pub(crate) fn of(
        events: Vec<InboundEvent>,
        mut problems: Vec<Problem>,
        reply: WebhookReply,
    ) -> Normalised {
        let events = events.into_iter().filter_map(|event| kept(event, &mut problems)).collect();
        Normalised { events, problems, reply }
    }
}

/// A file that came with a webhook itself, to be stored under its key before the events are queued.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    pub key: BlobKey,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("key", &self.key)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Something in a webhook that could not be taken as it was: kept for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub reason: String,
    /// Where in the body: a parameter's name or a path like `events[2].message`.
    pub path: String,
}

impl Problem {
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Problem {
        Problem { reason: reason.into(), path: path.into() }
    }
}

/// The answer that the provider expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookReply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

impl WebhookReply {
    pub fn json(status: u16, body: &serde_json::Value) -> WebhookReply {
        WebhookReply { status, content_type: "application/json", body: body.to_string() }
    }
}

/// Whether a time of RFC 3339 has no fraction of a second: its sender knows none, and a time that happens to be whole
/// loses nothing by it.
pub(crate) fn is_to_the_second(time: &str) -> bool {
    !time.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_have_no_case_and_may_repeat() {
        let headers = Headers::from_iter([("X-Line-Signature", "a"), ("x-line-signature", "b")]);
        assert_eq!(headers.get("X-LINE-SIGNATURE"), Some("a"));
        assert_eq!(headers.get_all("x-Line-Signature").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get("x-line"), None);
    }

    #[test]
    fn a_query_is_decoded() {
        let request = WebhookRequest { raw_query: "a=%2B1+2&a=3&b".into(), ..Default::default() };
        let check = |name: &str, expect: Option<&str>| assert_eq!(request.query(name).as_deref(), expect);
        check("a", Some("+1 2"));
        check("b", Some(""));
        check("c", None);
    }

    #[test]
    fn what_is_private_is_not_printed() {
        let request = WebhookRequest {
            raw_query: "token=canary".into(),
            headers: Headers::from_iter([("Authorization", "canary")]),
            body: b"canary".to_vec(),
            ..Default::default()
        };
        let printed = format!("{request:?}");
        assert!(printed.contains("Authorization") && !printed.contains("canary"), "{printed}");
    }
}
