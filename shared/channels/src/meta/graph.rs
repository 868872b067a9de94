//! Calls of the Graph API and what their answers mean.

use super::app::App;
use super::errors::{Class, lookup};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RETRY_AFTER_S_MAX, RefusalCause};
use crate::lookup;
use crate::webhook::Headers;
use serde::Deserialize;
use serde_json::{Value, json};

/// How near an account is to its limits; names the minutes to wait once it is over one (Meta, "Graph API",
/// "Rate limits").
const USAGE_HEADER: &str = "x-business-use-case-usage";

/// The document of an error, in an answer and in a status of WhatsApp's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Failure {
    pub(crate) code: u32,
    error_subcode: Option<u32>,
    title: Option<String>,
    message: Option<String>,
    is_transient: Option<bool>,
    error_data: Option<FailureData>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct FailureData {
    details: Option<String>,
}

impl Failure {
    /// For people: what the code means, else what Meta says of it.
    pub(crate) fn why(&self) -> String {
        let details = self.error_data.as_ref().and_then(|data| data.details.as_deref());
        let said = details.or(self.message.as_deref()).or(self.title.as_deref());
        let meaning = lookup(self.code, self.error_subcode).map(|(_, meaning)| meaning);
        meaning.or(said).unwrap_or("Meta gives no reason").to_owned()
    }

    fn class(&self) -> Option<Class> {
        lookup(self.code, self.error_subcode)
            .map(|(class, _)| class)
            .or_else(|| self.is_transient.unwrap_or_default().then_some(None))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    error: Option<Failure>,
    /// WhatsApp's.
    messages: Vec<Sent>,
    /// Messenger's and Instagram's.
    message_id: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    id: String,
}

impl App {
    /// A POST of a document to an edge of the account's own node. It has no idempotency key.
    pub(crate) fn call(&self, edge: &str, body: &Value) -> ProviderRequest {
        let url = self.url(&format!("{}/{edge}", self.id()));
        ProviderRequest::post(url, self.authorization(), "application/json", body.to_string().into_bytes())
    }
}

impl App {
    /// Asks for fields of a node.
    pub(crate) fn ask(&self, node: &str, fields: &str) -> ProviderRequest {
        ProviderRequest::get(&self.url(&format!("{node}?fields={fields}")), self.authorization())
    }

    /// Who the account is, by the first of `names` that the answer has. Meta answers 400 for a token that it does not
    /// believe, too.
    pub(crate) fn check(
        &self,
        answer: &ProviderResponse,
        id_key: &str,
        names: &[&str],
    ) -> Result<String, String> {
        let node = lookup::document(answer, "access_token", id_key)?;
        let name = names.iter().find_map(|name| lookup::text(&node, name));
        Ok(name.unwrap_or_else(|| self.id().to_owned()))
    }

    /// The played graph's answer to a question: of the account's own node, of a customer's.
    pub(crate) fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        Some(match lookup::asked(request, &self.authorization())? {
            Err(()) => error_answer(401, None),
            Ok(path) => {
                let node = path.rsplit('/').next().unwrap_or_default();
                let name = if node == self.id() { "Played account" } else { "Customer" };
                let (first, last) = (name, self.account.name.as_str());
                let number = "+1 500 555 0006";
                answer(
                    200,
                    &json!({
                        "id": node, "name": format!("{first} {last}"), "username": "played", "first_name": first,
                        "last_name": last, "verified_name": name, "display_phone_number": number,
                    }),
                )
            }
        })
    }
}

/// What became of a call.
pub(crate) fn outcome(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    if (200..300).contains(&status) && answer.error.is_none() {
        let first = answer.messages.into_iter().next().map(|sent| sent.id);
        return DeliveryOutcome::sent(first.or(answer.message_id));
    }
    let known = answer.error.as_ref().and_then(Failure::class);
    let why = answer.error.as_ref().map_or_else(|| format!("Meta answered {status}"), Failure::why);
    match known.unwrap_or_else(|| class_of(status)) {
        None => match regained_after_s(headers) {
            Some(after_s) => DeliveryOutcome::Retry { after_s, why },
            None => DeliveryOutcome::retry(headers, why),
        },
        Some(cause) => {
            let code = answer.error.map_or(u32::from(status), |failure| failure.code);
            DeliveryOutcome::refused(code, why, cause)
        }
    }
}

fn class_of(status: u16) -> Class {
    match status {
        408 | 429 | 500.. => None,
        400 | 413 | 422 => Some(RefusalCause::Content),
        _ => Some(RefusalCause::Account),
    }
}

/// Seconds until the account may call again, where Meta says so, at most `RETRY_AFTER_S_MAX`.
fn regained_after_s(headers: &Headers) -> Option<u32> {
    let usage: Value = serde_json::from_str(headers.get(USAGE_HEADER)?).ok()?;
    let uses = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes = uses.filter_map(|usage| usage["estimated_time_to_regain_access"].as_u64()).max()?;
    let seconds = u32::try_from(minutes.saturating_mul(60)).unwrap_or(RETRY_AFTER_S_MAX);
    Some(seconds.min(RETRY_AFTER_S_MAX)).filter(|seconds| *seconds > 0)
}

/// The API's error answer of a status, for the played provider.
pub(crate) fn error_answer(status: u16, code: Option<&str>) -> ProviderResponse {
    let usual = match status {
        401 => 190,
        403 => 10,
        429 => 613,
        500.. => 2,
        _ => 100,
    };
    let code = code.and_then(|code| code.parse().ok()).unwrap_or(usual);
    let message = lookup(code, None).map(|(_, meaning)| meaning);
    let error = json!({ "message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A0" });
    answer(status, &json!({ "error": error }))
}

pub(crate) fn answer(status: u16, body: &Value) -> ProviderResponse {
    ProviderResponse::Http {
        status,
        headers: Headers::from_iter([("Content-Type", "application/json; charset=UTF-8")]),
        body: body.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::http;

    fn of(status: u16, headers: &[(&str, &str)], body: &Value) -> DeliveryOutcome {
        let request = ProviderRequest::post("https://graph.example".into(), "x".into(), "x", Vec::new());
        outcome(&request, &http(status, headers, body))
    }

    #[test]
    fn codes_decide_before_the_status() {
        let check = |status: u16, error: Value, expect: &str| {
            let found = match of(status, &[], &json!({ "error": error })) {
                DeliveryOutcome::Retry { .. } => "retry".to_owned(),
                DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
                other => format!("{other:?}"),
            };
            assert_eq!(found, expect, "{status} {error}");
        };
        check(400, json!({ "code": 131056 }), "retry");
        check(400, json!({ "code": 130429 }), "retry");
        check(400, json!({ "code": 131047 }), "Window");
        check(400, json!({ "code": 131050 }), "OptedOut");
        check(400, json!({ "code": 131026 }), "Address");
        check(500, json!({ "code": 100 }), "Content");
        check(403, json!({ "code": 10, "error_subcode": 2018278 }), "Window");
        check(403, json!({ "code": 10 }), "Account");
        check(400, json!({ "code": 230 }), "Account");
        check(400, json!({ "code": 99999, "is_transient": true }), "retry");
        check(400, json!({ "code": 99999 }), "Content");
        check(200, json!({ "code": 190 }), "Account");
    }

    #[test]
    fn the_wait_is_metas_and_bounded() {
        let check = |headers: &[(&str, &str)], expect: u32| match of(429, headers, &json!({})) {
            DeliveryOutcome::Retry { after_s, .. } => assert_eq!(after_s, expect),
            other => panic!("{other:?}"),
        };
        let usage = |minutes: u64| format!(r#"{{"1":[{{"estimated_time_to_regain_access":{minutes}}}]}}"#);
        check(&[(USAGE_HEADER, &usage(3))], 180);
        check(&[(USAGE_HEADER, &usage(15))], 900);
        check(&[(USAGE_HEADER, &usage(16))], 900);
        check(&[(USAGE_HEADER, &usage(u64::MAX))], 900);
        check(&[(USAGE_HEADER, &usage(0)), ("Retry-After", "7")], 7);
        check(&[(USAGE_HEADER, "?")], 5);
    }
}
