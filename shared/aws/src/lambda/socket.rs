//! Events of a WebSocket API (API Gateway, "Set up a Lambda function as an integration for WebSocket APIs").

use patchbay_center::{Center, socket};
use patchbay_channels::{Headers, WebhookRequest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event of a socket: it opens, says something, or has closed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    pub request_context: SocketContext,
    /// Of the handshake.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Of the handshake, decoded.
    #[serde(default)]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// A frame's.
    #[serde(default)]
    pub body: Option<String>,
    /// A binary frame.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketContext {
    pub connection_id: String,
    pub event_type: EventType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EventType {
    Connect,
    Message,
    Disconnect,
}

/// What API Gateway hears: of a handshake whether it is let in, of everything else that it was heard.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketResponse {
    pub status_code: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<&'static str, String>,
}

impl SocketResponse {
    fn of_status(status_code: u16) -> SocketResponse {
        SocketResponse { status_code, headers: BTreeMap::new() }
    }
}

/// Serves one event. What cannot be done about an open socket is logged and no more: an answer to API Gateway would be
/// sent to the client as a frame that it does not know; it asks again with the same id.
pub async fn serve(center: &Center, event: SocketEvent) -> SocketResponse {
    let connection = event.request_context.connection_id.clone();
    match event.request_context.event_type {
        EventType::Connect => match socket::connect(center, &handshake(event), &connection).await {
            Ok(protocol) => {
                let name = protocol.map(|protocol| ("Sec-WebSocket-Protocol", protocol));
                SocketResponse { status_code: 200, headers: name.into_iter().collect() }
            }
            Err(error) => {
                tracing::info!(%error, "a socket is refused");
                SocketResponse::of_status(error.status())
            }
        },
        EventType::Message => {
            if let Err(error) = socket::frame(center, &connection, &text(event)).await {
                tracing::error!(%error, "a frame could not be answered");
            }
            SocketResponse::of_status(200)
        }
        EventType::Disconnect => {
            if let Err(error) = socket::disconnect(center, &connection).await {
                tracing::warn!(%error, "a closed socket could not be taken off its owner");
            }
            SocketResponse::of_status(200)
        }
    }
}

fn handshake(event: SocketEvent) -> WebhookRequest {
    let query = event.query_string_parameters.unwrap_or_default();
    WebhookRequest {
        method: "GET".into(),
        raw_query: form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish(),
        headers: event.headers.unwrap_or_default().into_iter().collect::<Headers>(),
        ..WebhookRequest::default()
    }
}

/// A frame's text. A binary frame is not ours: answered as a text that is no JSON would be.
fn text(event: SocketEvent) -> String {
    if event.is_base64_encoded { "\u{0}".into() } else { event.body.unwrap_or_default() }
}
