//! The providers' APIs: what accounts' `api_base` leads to.

use super::deliveries::Shown;
use super::faults::{Fault, ToldLater};
use super::{BODY_BYTES_MAX, Simulator, bad_request, customer, phone};
use crate::serve::BreakOff;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_api::ApiError;
use patchbay_channels::simulate::{Answer, Delivery, Receipt};
use patchbay_channels::{DeliveryOutcome, Headers, ProviderRequest, ProviderResponse};
use patchbay_edge::{Account, SIMULATOR_HOST};
use patchbay_model::MessageStatus;
use patchbay_model::id::hex;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The answer to a call with a reply token that is unknown or used.
const BAD_TOKEN_STATUS: u16 = 400;
/// The answer to a call with an idempotency key that is known.
const REPEATED_STATUS: u16 = 409;

/// Where a call goes.
#[derive(Deserialize)]
pub(super) struct Target {
    channel: String,
    account: String,
    /// Behind the account; empty where the account's address is all there is.
    #[serde(default)]
    path: String,
}

/// Answers a call of our sender as the provider would, and keeps what the customer sees of it.
pub(super) async fn call(
    State(simulator): State<Simulator>,
    Path(target): Path<Target>,
    request: Request,
) -> Result<Response, ApiError> {
    let account = simulator.account(&target.channel, &target.account)?;
    let request = provider_request(&account, &target.path, request).await?;
    let fault = simulator.faults.take(account.kind);
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    let response = match &fault {
        Some(Fault { status: Some(status), code, retry_after_s, done, .. }) => {
            if *done {
                accept(&simulator, &account, &request, fault.as_ref());
            }
            let answer = Answer::Error { status: *status, code: code.clone() };
            later(account.channel.provider_answer(&request, &answer), *retry_after_s)
        }
        _ => accept(&simulator, &account, &request, fault.as_ref()),
    };
    if fault.is_some_and(|fault| fault.drop) {
        return Ok((StatusCode::OK, axum::Extension(BreakOff)).into_response());
    }
    Ok(into_response(response))
}

async fn provider_request(
    account: &Account,
    path: &str,
    request: Request,
) -> Result<ProviderRequest, ApiError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await;
    let body = body.map_err(|_| bad_request(format!("the body is over {BODY_BYTES_MAX} bytes")))?;
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let headers = parts.headers.iter();
    let headers: Headers = headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    Ok(ProviderRequest {
        method: parts.method.to_string(),
        url: format!("http://{SIMULATOR_HOST}/provider/{}/{}{path}{query}", account.kind, account.name),
        headers,
        body: body.into(),
        idempotent: false,
        on_refused: None,
    })
}

/// Takes a call: the customer is shown what it says, once.
fn accept(
    simulator: &Simulator,
    account: &Account,
    request: &ProviderRequest,
    fault: Option<&Fault>,
) -> ProviderResponse {
    let channel = account.channel.as_ref();
    if let Some(answer) = phone::answer_api(simulator, account, request) {
        return answer;
    }
    let file = |id: &str| simulator.files.get(id);
    let asked = channel.media_answer(request, &file).or_else(|| channel.lookup_answer(request));
    if let Some(answer) = asked {
        return answer;
    }
    let refuse = |status| channel.provider_answer(request, &Answer::error(status));
    let seed = hex(&simulator.played.world.id());
    let shown = match channel.reply_token(request) {
        Some(token) => match simulator.reply_tokens.take(&token) {
            Some(to) => channel.read_reply(request, &to),
            None => return refuse(BAD_TOKEN_STATUS),
        },
        None => channel.read_delivery(request),
    };
    if let Some(key) = channel.idempotency_key(request)
        && !simulator.calls.remember(&format!("{}/{}/{key}", account.kind, account.name), &seed)
    {
        return refuse(REPEATED_STATUS);
    }
    let response = channel.provider_answer(request, &Answer::Success { seed: seed.clone() });
    if let Some(delivery) = shown {
        show(simulator, account, request, &response, delivery, (seed, fault));
    } else if let Some((to, signal)) = channel.read_signal(request) {
        let at = simulator.played.world.now();
        let request = described(request);
        let shown = Shown { to, signal: Some(signal), request, at, ..Shown::default() };
        simulator.deliveries.keep(account.kind, [shown]);
    }
    response
}

/// The answer with what it asks for: that nobody calls again before.
fn later(response: ProviderResponse, retry_after_s: Option<u32>) -> ProviderResponse {
    match (response, retry_after_s) {
        (ProviderResponse::Http { status, mut headers, body }, Some(s)) => {
            headers.push("Retry-After", s.to_string());
            ProviderResponse::Http { status, headers, body }
        }
        (response, _) => response,
    }
}

fn show(
    simulator: &Simulator,
    account: &Account,
    request: &ProviderRequest,
    response: &ProviderResponse,
    delivery: Delivery,
    (seed, fault): (String, Option<&Fault>),
) {
    let provider_id = match account.channel.outcome(request, response) {
        DeliveryOutcome::Sent { provider_id } => provider_id,
        _ => None,
    };
    let id = provider_id.unwrap_or(seed);
    let at = simulator.played.world.now();
    let (call, told) = (Some(Arc::new(request.clone())), described(request));
    let common = Shown { id: id.clone(), request: told, at, call, ..Shown::default() };
    simulator.deliveries.keep(account.kind, Shown::of(delivery, &common));
    let statuses: &[MessageStatus] = match fault.and_then(|fault| fault.receipt) {
        None => &[MessageStatus::Sent, MessageStatus::Delivered],
        Some(ToldLater::Failed) => &[MessageStatus::Failed],
        Some(ToldLater::None) => &[],
    };
    let code = fault.and_then(|fault| fault.code.clone());
    let receipts: Vec<_> = statuses
        .iter()
        .filter_map(|status| {
            let receipt = Receipt { provider_id: id.clone(), status: *status, code: code.clone(), at };
            account.channel.status_webhook(request, &receipt)
        })
        .collect();
    if receipts.is_empty() {
        return;
    }
    let simulator = simulator.clone();
    tokio::spawn(async move {
        for receipt in receipts {
            // What goes wrong is logged where it does; a provider does not care.
            let _ = customer::post(&simulator, &receipt).await;
        }
    });
}

/// A call for people: its body taken apart, its credentials left out.
fn described(request: &ProviderRequest) -> Value {
    let text = String::from_utf8_lossy(&request.body);
    let is_form = request.headers.get("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
    let body = if is_form {
        let pairs = url::form_urlencoded::parse(&request.body);
        Value::Object(
            pairs.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned()))).collect(),
        )
    } else {
        serde_json::from_slice(&request.body).unwrap_or_else(|_| Value::String(text.into_owned()))
    };
    let headers = request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    let headers: Map<String, Value> =
        headers.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
    json!({ "method": request.method, "url": request.url, "headers": headers, "body": body })
}

fn into_response(response: ProviderResponse) -> Response {
    let ProviderResponse::Http { status, headers, body } = response else {
        return (StatusCode::OK, axum::Extension(BreakOff)).into_response();
    };
    let mut answer = Response::builder().status(status);
    for (name, value) in headers.iter() {
        answer = answer.header(name, value);
    }
    answer.body(Body::from(body)).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
