use super::auth::ServiceAccount;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use crate::webhook::Headers;
use serde::Deserialize;
use serde_json::Value;

/// The reason of a 401 for a token of the account's own (Google, "google.api.ErrorReason").
const OWN_TOKEN_REFUSED: &str = "ACCESS_TOKEN_TYPE_UNSUPPORTED";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// The resource that a call made: `phones/…/agentMessages/<id>`, `conversations/…/messages/<id>`.
    name: Option<String>,
    error: Option<Failure>,
}

/// Google's document of an error (`google.rpc.Status`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    message: Option<String>,
    status: Option<String>,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    reason: Option<String>,
}

/// What became of a call, or of the exchange of a token before it.
pub(super) fn read(
    service: &ServiceAccount,
    request: &ProviderRequest,
    response: &ProviderResponse,
) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    if service.is_exchange(request) {
        return match service.exchanged(request, body).filter(|_| status == 200) {
            Some(then) => DeliveryOutcome::Instead(Box::new(then)),
            None => unexchanged(status, headers),
        };
    }
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    if (200..300).contains(&status) && answer.error.is_none() {
        let id = answer.name.as_deref().and_then(|name| name.rsplit('/').next()).map(str::to_owned);
        return DeliveryOutcome::sent(id);
    }
    let failure = answer.error.unwrap_or_default();
    let why = failure.message.unwrap_or_else(|| format!("Google answered {status}"));
    if status == 401
        && failure.details.iter().any(|detail| detail.reason.as_deref() == Some(OWN_TOKEN_REFUSED))
        && let Some(exchange) = &request.on_refused
    {
        return DeliveryOutcome::Instead(exchange.clone());
    }
    let code = failure.status.unwrap_or_else(|| status.to_string());
    let refused = |cause, why: &str| DeliveryOutcome::refused(&code, why, cause);
    match status {
        // It was sent before, under this id.
        409 => DeliveryOutcome::sent(own_id(request)),
        408 | 429 | 500.. => DeliveryOutcome::retry(headers, why),
        404 => refused(RefusalCause::Address, &format!("not reachable here, another channel may be: {why}")),
        400 | 413 => refused(RefusalCause::Content, &why),
        _ => refused(RefusalCause::Account, &why),
    }
}

/// Our id of a message or event in a call: a part of the query, or of the body.
pub(super) fn own_id(request: &ProviderRequest) -> Option<String> {
    let query = request.url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| matches!(name.as_ref(), "messageId" | "eventId"))
        .map(|(_, id)| id.into_owned());
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    named.or_else(|| body["messageId"].as_str().map(str::to_owned))
}

fn unexchanged(status: u16, headers: &Headers) -> DeliveryOutcome {
    let why = format!("Google gave no token: {status}");
    match status {
        408 | 429 | 500.. => DeliveryOutcome::retry(headers, why),
        _ => DeliveryOutcome::refused(status, why, RefusalCause::Account),
    }
}
