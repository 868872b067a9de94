//! The REST API of calls, as Twilio answers it.

mod calls;
mod conferences;
mod participants;
mod recordings;

use super::{Effect, Network};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::twilio::play::values;
use crate::twilio::rest::{API_VERSION, answer, error_answer};
use crate::webhook::Headers;
use patchbay_model::Timestamp;
use serde_json::{Value, json};

/// Entries of one page of a list (Twilio's default).
const PAGE_SIZE: usize = 50;

/// Twilio's codes of what is wrong with a request.
pub(super) mod code {
    pub(in super::super) const INVALID: &str = "20001";
    pub(in super::super) const NO_SUCH: &str = "20404";
    pub(in super::super) const NO_TO: &str = "21201";
    pub(in super::super) const NO_URL: &str = "21205";
    pub(in super::super) const FROM_NOT_VERIFIED: &str = "21210";
    pub(in super::super) const BAD_TO: &str = "21211";
    pub(in super::super) const NO_FROM: &str = "21213";
    pub(in super::super) const NOT_IN_PROGRESS: &str = "21220";
}

/// Why a request is refused: its status, and Twilio's code.
type Refusal = (u16, &'static str);
type Answered = Result<ProviderResponse, Refusal>;

const GONE: Refusal = (404, code::NO_SUCH);
const OVER: Refusal = (400, code::NOT_IN_PROGRESS);

/// What a request says.
struct Form<'r>(&'r ProviderRequest);

impl Form<'_> {
    fn value(&self, name: &str) -> Option<String> {
        values(self.0, name).next().filter(|value| !value.is_empty())
    }

    /// A parameter that may be empty, and mean something by it.
    fn given(&self, name: &str) -> Option<String> {
        values(self.0, name).next()
    }

    fn all(&self, name: &str) -> Vec<String> {
        values(self.0, name).collect()
    }

    fn is(&self, name: &str) -> Option<bool> {
        self.value(name).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A parameter of the URL.
    fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.0.url.split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Network {
    /// Twilio's answer to a call of its API, and what follows; `None` for one that is about no call. Whether the request
    /// is the account's was asked before.
    pub(super) fn request(
        &mut self,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Option<(ProviderResponse, Vec<Effect>)> {
        let mut effects = Vec::new();
        let (_, path) = request.url.split_once(&format!("/Accounts/{}/", self.number.account_sid))?;
        let path = path.split('?').next()?.to_owned();
        // A friendly name may have any characters.
        let parts: Vec<String> = path
            .trim_end_matches(".json")
            .split('/')
            .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let form = Form(request);
        let answered = match (request.method.as_str(), parts.as_slice()) {
            (method, ["Calls", sid, "Recordings", rest @ ..]) => {
                self.call_recordings(method, sid, rest, &form, now, &mut effects)
            }
            ("POST", ["Calls", sid, "Transcriptions", rest @ ..]) => {
                self.call_transcriptions(sid, rest, &form, now, &mut effects)
            }
            ("POST", ["Calls"]) => self.place_call(&form, now, &mut effects),
            ("POST", ["Calls", sid]) => self.change_call(sid, &form, now, &mut effects),
            ("GET", ["Calls"]) => Ok(self.list_calls(&form)),
            ("GET", ["Calls", sid]) => self.shown_call(sid, 200),
            (method, ["Recordings", rest @ ..]) => {
                self.recordings_api(method, rest, path.ends_with(".json"), now, &mut effects)
            }
            (method, ["Conferences", rest @ ..]) => {
                self.conferences_api(method, rest, &form, now, &mut effects)
            }
            _ => return None,
        };
        let response = answered.unwrap_or_else(|(status, code)| error_answer(status, Some(code)));
        Some((response, effects))
    }

    /// Where something of the account is.
    fn uri(&self, path: &str) -> String {
        format!("/{API_VERSION}/Accounts/{}/{path}", self.number.account_sid)
    }

    /// A page with all that there is.
    fn page(&self, key: &str, path: &str, entries: Vec<Value>) -> ProviderResponse {
        let end = entries.len().saturating_sub(1);
        answer(
            200,
            &json!({
                key: entries, "page": 0, "page_size": PAGE_SIZE, "start": 0, "end": end, "next_page_uri": null,
                "previous_page_uri": null, "uri": self.uri(path), "first_page_uri": self.uri(path),
            }),
        )
    }
}

/// The answer to something that was deleted.
fn deleted() -> ProviderResponse {
    ProviderResponse::Http { status: 204, headers: Headers::new(), body: Vec::new() }
}

fn date(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(at.rfc2822()))
}
