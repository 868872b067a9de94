//! A customer writes, or does something else: `POST /simulator/api/{channel}/messages`.

use super::written::{Play, Written};
use super::{Simulator, bad_request, visitor};
use axum::Json;
use axum::extract::{Path, State};
use patchbay_api::{ApiError, ErrorCode};
use patchbay_center::ports::{HttpRequest, HttpResponse};
use patchbay_channels::simulate::{CustomerEvent, CustomerMessage, Receipt, Simulated};
use patchbay_channels::{Channel, WebhookRequest};
use patchbay_model::event::ReplyContext;
use patchbay_model::id::hex;
use patchbay_model::{ChannelKind, EventKind, InboundEvent, MessageStatus, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

/// Milliseconds for our own webhook to answer (Twilio: 15 s; nobody waits longer).
const WEBHOOK_MS_MAX: u32 = 15_000;
/// Bytes of its answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Builds the provider's webhook, signs it, posts it to the center, and tells what it answered.
pub(super) async fn write(
    State(simulator): State<Simulator>,
    Path(channel): Path<String>,
    Json(written): Json<Written>,
) -> Result<Json<Value>, ApiError> {
    let account = simulator.account(&channel, written.account.as_deref().unwrap_or("default"))?;
    if written.from.trim().is_empty() {
        return Err(bad_request("from is empty"));
    }
    let (times, delay_ms) = written.disorder()?;
    let at = simulator.played.world.now();
    let request = webhook(&simulator, account.channel.as_ref(), &written, at)?;
    let events = read_events(&simulator, account.channel.as_ref(), &request, &written.from, at)?;
    if account.kind == ChannelKind::Webchat {
        visitor::listen(&simulator, &account, &written.from, at).await?;
    }
    let status = if delay_ms > 0 {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            repeat(&simulator, &request, times).await
        });
        None
    } else {
        Some(repeat(&simulator, &request, times).await?.status)
    };
    let first = events.first();
    let event_id = first.map(|event| &event.event_id);
    Ok(Json(json!({ "status": status, "event_id": event_id, "message": first.and_then(provider_id) })))
}

fn webhook(
    simulator: &Simulator,
    channel: &dyn Simulated,
    written: &Written,
    at: Timestamp,
) -> Result<WebhookRequest, ApiError> {
    let seed = written.seed.clone().unwrap_or_else(|| hex(&simulator.played.world.id()));
    let from = written.from.clone();
    let request = match written.play(&|file| simulator.files.keep(file))? {
        Play::Message(content) => {
            let reply_to = written.reply_to.clone();
            channel.customer_message(&CustomerMessage { from, content, reply_to, seed, at })
        }
        Play::Act(act) => channel.customer_event(&CustomerEvent { from, act, seed, at }),
        Play::Receipt { id, status, code } => {
            let delivery = simulator.deliveries.find(channel.kind(), &id);
            let delivery = delivery.ok_or_else(|| bad_request("there is no such delivery"))?;
            match (delivery.call.as_ref(), delivery.frame.as_ref()) {
                (Some(call), _) => {
                    channel.status_webhook(call, &Receipt { provider_id: id, status, code, at })
                }
                (None, Some(frame)) if status == MessageStatus::Read => channel.frame_seen(frame, at),
                _ => None,
            }
        }
    };
    request.ok_or_else(|| bad_request("customers of this channel cannot do that"))
}

/// The webhook's events as the center will read them; their reply tokens are noted as this customer's.
fn read_events(
    simulator: &Simulator,
    channel: &dyn Channel,
    request: &WebhookRequest,
    from: &str,
    at: Timestamp,
) -> Result<Vec<InboundEvent>, ApiError> {
    let refused = |why: String| ApiError::new(ErrorCode::Conflict, why);
    let verified = channel.verify(request, at).map_err(|rejection| refused(rejection.to_string()))?;
    let events = channel.normalise(&verified, at).events;
    for event in &events {
        if let EventKind::Message { reply_context: Some(ReplyContext::Token(token)), .. } = &event.kind {
            simulator.reply_tokens.remember(&token.token, from);
        }
    }
    Ok(events)
}

/// The provider's id of the message that was written.
fn provider_id(event: &InboundEvent) -> Option<&str> {
    match &event.kind {
        EventKind::Message { provider_id, .. } => Some(provider_id),
        _ => None,
    }
}

/// Posts a webhook as often as it is to come; the last answer.
async fn repeat(
    simulator: &Simulator,
    request: &WebhookRequest,
    times: u32,
) -> Result<HttpResponse, ApiError> {
    for _ in 1..times {
        post(simulator, request).await?;
    }
    post(simulator, request).await
}

/// Posts a provider's webhook to the center.
pub(super) async fn post(simulator: &Simulator, request: &WebhookRequest) -> Result<HttpResponse, ApiError> {
    let query = if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
    let headers = request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let call = HttpRequest {
        method: request.method.clone(),
        url: format!("{}{}{query}", simulator.played.url, request.path),
        headers,
        body: request.body.clone(),
        timeout_ms: WEBHOOK_MS_MAX,
        response_bytes_max: ANSWER_BYTES_MAX,
        redirects_max: 0,
        trusted: true,
    };
    simulator.played.http.call(call).await.map_err(|error| {
        tracing::error!(%error, "the simulator could not post a webhook");
        ApiError::new(ErrorCode::Unavailable, "the webhook did not answer")
    })
}
