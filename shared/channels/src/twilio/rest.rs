//! Calls of Twilio's REST API, version 2010-04-01, and what its answers mean.

use super::errors::{Class, lookup};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use crate::webhook::Headers;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

pub(crate) const API_BASE: &str = "https://api.twilio.com";
pub(crate) const API_VERSION: &str = "2010-04-01";

/// The value of `Authorization` for an account.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// The document of an error.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    code: Option<u32>,
    message: Option<String>,
}

/// The document of a resource.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    sid: Option<String>,
}

/// What became of a create: 2xx is sent; a known code decides, else the status does. A create has no
/// idempotency key, so a call without an answer stays unknown.
pub(crate) fn outcome(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    if (200..300).contains(&status) {
        let resource: Resource = serde_json::from_slice(body).unwrap_or_default();
        return DeliveryOutcome::sent(resource.sid);
    }
    let failure: Failure = serde_json::from_slice(body).unwrap_or_default();
    let known = failure.code.and_then(lookup);
    let why = failure
        .message
        .or_else(|| known.map(|(_, meaning)| meaning.to_owned()))
        .unwrap_or_else(|| format!("Twilio answered {status}"));
    let class = known.map_or_else(|| class_of(status), |(class, _)| class);
    match class {
        Class::Passing => DeliveryOutcome::retry(headers, why),
        Class::Final(cause) => {
            DeliveryOutcome::refused(failure.code.unwrap_or(u32::from(status)), why, cause)
        }
    }
}

fn class_of(status: u16) -> Class {
    match status {
        408 | 429 | 500.. => Class::Passing,
        400 | 413 | 422 => Class::Final(RefusalCause::Content),
        _ => Class::Final(RefusalCause::Account),
    }
}

/// The API's error answer of a status, for the played provider.
pub(crate) fn error_answer(status: u16, code: Option<&str>) -> ProviderResponse {
    let usual = match status {
        401 => 20003,
        404 => 20404,
        429 => 20429,
        503 => 20503,
        500.. => 20500,
        _ => 21211,
    };
    let code = code.and_then(|code| code.parse().ok()).unwrap_or(usual);
    let message = lookup(code).map(|(_, meaning)| meaning);
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({ "code": code, "message": message, "more_info": more_info, "status": status });
    answer(status, &body)
}

pub(crate) fn answer(status: u16, body: &serde_json::Value) -> ProviderResponse {
    ProviderResponse::Http {
        status,
        headers: Headers::from_iter([("Content-Type", "application/json")]),
        body: body.to_string().into_bytes(),
    }
}
