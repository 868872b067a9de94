//! Frames from a visitor's socket: the same documents as over HTTP, on the same way.

use super::session::with_token;
use super::socket::{Visitor, visitor};
use super::{WebChatError, open, receipt_of};
use crate::center::Center;
use crate::ports::PushError;
use crate::webhook::{self, WebhookError};
use bytes::Bytes;
use patchbay_channels::webchat::{Claims, SESSION_TOKEN_S};
use patchbay_channels::{Normalised, WebhookRequest};
use patchbay_model::ChannelKind;
use patchbay_model::limits::FRAME_BYTES_MAX;
use serde_json::{Map, Value, json};

/// Handles one frame and answers it on the same socket, with `ack` or `error`.
///
/// Safe to run twice: a document's client id makes its event's, and the same document again is the same message.
pub async fn receive_frame(center: &Center, connection: &str, text: &str) -> Result<(), PushError> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let answer = match read(text) {
        Ok(Frame::Ping) => json!({ "event_type": "pong", "payload": {} }),
        Ok(Frame::Document(document)) => {
            let id = document.get("client_msg_id").cloned().unwrap_or_default();
            match take_in(center, connection, document).await {
                Ok(receipt) => json!({ "event_type": "ack", "payload": receipt }),
                Err((code, message)) => error(code, &message, id),
            }
        }
        Err(why) => error(400, why, Value::Null),
    };
    // A socket that is gone by now asks again when it comes back.
    center.push.post(connection, Bytes::from(answer.to_string())).await?;
    Ok(())
}

fn error(code: u16, message: &str, client_msg_id: Value) -> Value {
    let payload = json!({ "client_msg_id": client_msg_id, "code": code, "message": message });
    json!({ "event_type": "error", "payload": payload })
}

enum Frame {
    Ping,
    Document(Map<String, Value>),
}

fn read(text: &str) -> Result<Frame, &'static str> {
    if text.len() > FRAME_BYTES_MAX {
        return Err("the frame is longer than 32 KB");
    }
    let Ok(Value::Object(mut document)) = serde_json::from_str(text) else {
        return Err("the frame is not a JSON object");
    };
    match document.remove("action").as_ref().and_then(Value::as_str) {
        Some("ping") => Ok(Frame::Ping),
        Some("message") => Ok(Frame::Document(document)),
        Some(kind @ ("typing" | "read")) => {
            document.insert("kind".into(), kind.into());
            Ok(Frame::Document(document))
        }
        _ => Err("action is none of message, typing, read, ping"),
    }
}

/// The visitor was proven when the socket connected; the document goes on as theirs.
async fn take_in(
    center: &Center,
    connection: &str,
    document: Map<String, Value>,
) -> Result<Value, (u16, String)> {
    let refused = |error: WebChatError| (error.status(), error.to_string());
    let known = visitor(center, connection).await.map_err(|error| refused(error.into()))?;
    let Some(Visitor { claims, origin }) = known else {
        return Err((401, "the socket is not connected".into()));
    };
    let account = claims.aud.clone();
    let webchat = open(center, &account).map_err(refused)?;
    let token = webchat.mint(&Claims { exp: center.now().seconds() + SESSION_TOKEN_S, ..claims });
    let body = Value::Object(document).to_string().into_bytes();
    let request = WebhookRequest { body, ..with_token(&token, origin.as_deref()) };
    match webhook::take_in(center, ChannelKind::Webchat, &account, &request).await {
        Ok(Normalised { events, problems, reply }) => match (events.first(), problems.first()) {
            (Some(event), _) => Ok(receipt_of(event)),
            (None, problem) => {
                let why = problem.map(|problem| problem.reason.clone()).unwrap_or_default();
                Err((reply.status, why))
            }
        },
        Err(error @ WebhookError::Rejected(_)) => Err((error.status(), error.to_string())),
        Err(error) => Err((error.status(), "try again".into())),
    }
}
