//! A customer writes: `POST /simulator/api/{channel}/messages`.

use super::{Simulator, bad_request, visitor};
use axum::Json;
use axum::extract::{Path, State};
use patchbay_api::{ApiError, ErrorCode};
use patchbay_center::ports::{HttpRequest, HttpResponse};
use patchbay_channels::simulate::CustomerMessage;
use patchbay_channels::{Channel, WebhookRequest};
use patchbay_model::id::hex;
use patchbay_model::{ChannelKind, Content, EventKind, ReplyContext, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Milliseconds for our own webhook to answer.
const WEBHOOK_MS_MAX: u32 = 10_000;
/// Bytes of its answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

#[derive(Deserialize)]
pub(super) struct Written {
    from: String,
    account: Option<String>,
    /// What the provider's ids are made of: the same seed again is the same message, delivered again.
    seed: Option<String>,
    /// A URL, `{"url", "content_type"}`, or a list of these.
    media: Option<Value>,
    /// Of a message (docs/PROTOCOL.md, "Content"); `text` or `media` when it is not stated.
    kind: Option<String>,
    /// The content's own fields: `text`, `latitude`, `data`, ….
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// Builds the provider's webhook for a message, signs it, posts it to the center, and tells what it answered.
pub(super) async fn write(
    State(simulator): State<Simulator>,
    Path(channel): Path<String>,
    Json(written): Json<Written>,
) -> Result<Json<Value>, ApiError> {
    let account = simulator.account(&channel, written.account.as_deref().unwrap_or("default"))?;
    if written.from.trim().is_empty() {
        return Err(bad_request("from is empty"));
    }
    let at = simulator.played.world.now();
    let seed = written.seed.clone().unwrap_or_else(|| hex(&simulator.played.world.id()));
    let from = written.from.clone();
    let content = content(written)?;
    let channel = account.channel.as_ref();
    let request =
        channel.customer_message(&CustomerMessage { from: from.clone(), content, reply_to: None, seed, at });
    let request = request.ok_or_else(|| bad_request("customers of this channel cannot send that"))?;
    let event_id = read_events(&simulator, channel, &request, &from, at)?;
    if account.kind == ChannelKind::Webchat {
        visitor::listen(&simulator, &account, &from, at).await?;
    }
    let answer = post(&simulator, &request).await?;
    Ok(Json(json!({ "status": answer.status, "event_id": event_id })))
}

fn content(written: Written) -> Result<Content, ApiError> {
    let Written { media, kind, mut fields, .. } = written;
    let kind = kind.unwrap_or_else(|| if media.is_some() { "media".into() } else { "text".into() });
    if let Some(media) = media {
        let list = match media {
            Value::Array(list) => list,
            one => vec![one],
        };
        let attachments = list.into_iter().map(|one| match one {
            Value::String(url) => json!({ "url": url, "content_type": "application/octet-stream" }),
            other => other,
        });
        fields.insert("attachments".into(), attachments.collect());
    }
    fields.insert("kind".into(), Value::String(kind));
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| bad_request(format!("the message is not understood: {error}")))
}

/// The webhook's first event as the center will read it; its reply token is noted as this customer's.
fn read_events(
    simulator: &Simulator,
    channel: &dyn Channel,
    request: &WebhookRequest,
    from: &str,
    at: Timestamp,
) -> Result<Option<String>, ApiError> {
    let refused = |why: String| ApiError::new(ErrorCode::Conflict, why);
    let verified = channel.verify(request, at).map_err(|rejection| refused(rejection.to_string()))?;
    let events = channel.normalise(&verified, at).events;
    for event in &events {
        if let EventKind::Message { reply_context: Some(ReplyContext::Token(token)), .. } = &event.kind {
            simulator.reply_tokens.remember(&token.token, from);
        }
    }
    Ok(events.first().map(|event| event.event_id.clone()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: Value, expect: Option<Value>) {
        let mut written = message.clone();
        written["from"] = json!("ann");
        let content = serde_json::from_value(written).ok().and_then(|written| content(written).ok());
        assert_eq!(content.map(|content| json!(content)), expect, "{message}");
    }

    #[test]
    fn messages_are_texts_media_or_what_they_say() {
        check(json!({ "text": "hi" }), Some(json!({ "kind": "text", "text": "hi" })));
        let attachment = json!({ "url": "https://a.example/b", "content_type": "application/octet-stream" });
        let media = json!({ "kind": "media", "attachments": [attachment], "text": "see" });
        check(json!({ "media": "https://a.example/b", "text": "see" }), Some(media.clone()));
        check(json!({ "media": [attachment], "text": "see" }), Some(media));
        let place = json!({ "kind": "location", "latitude": 1.0, "longitude": 2.0 });
        check(place.clone(), Some(place));
        check(json!({ "kind": "dance" }), None);
        check(json!({}), None);
    }
}
