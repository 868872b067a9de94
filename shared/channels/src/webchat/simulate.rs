use super::WebChat;
use super::token::{Claims, SESSION_TOKEN_S};
use super::verify::ANY_ORIGIN;
use crate::delivery::{ProviderRequest, ProviderResponse, SessionFrame};
use crate::identifier::uuid;
use crate::simulate::{Act, Answer, CustomerEvent, CustomerMessage, Delivery, Signal, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChannelKind, Content, SessionSid, Timestamp};
use serde_json::{Value, json};

/// A client knows its messages by its own ids; ours are these within a session.
fn own(message: &str) -> Option<String> {
    message.rsplit(':').next().map(str::to_owned)
}

impl Simulated for WebChat {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        if matches!(
            message.content,
            Content::Sticker { .. }
                | Content::Choices { .. }
                | Content::Contacts { .. }
                | Content::Template { .. }
                | Content::Reaction { .. }
                | Content::Email(_)
                | Content::System { .. }
                | Content::Note { .. }
                | Content::Unsupported { .. }
        ) {
            return None;
        }
        let mut document = serde_json::to_value(&message.content).ok()?;
        document["client_msg_id"] = json!(uuid(&["webchat-message", &message.seed]));
        document["reply_to"] = json!(message.reply_to.as_deref().and_then(own));
        Some(self.posted(&document, &message.from, message.at))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let mut document = match &event.act {
            Act::Edit { message, text } => json!({ "kind": "edit", "edits": own(message)?, "text": text }),
            Act::Unsend { message } => json!({ "kind": "delete", "deletes": own(message)? }),
            Act::Typing { on } => json!({ "kind": "typing", "on": on }),
            _ => return None,
        };
        document["client_msg_id"] = json!(uuid(&["webchat-event", &event.seed]));
        Some(self.posted(&document, &event.from, event.at))
    }

    fn sign(&self, request: &mut WebhookRequest, from: &str, at: Timestamp) {
        let token = self.mint(&Claims {
            sid: SessionSid::derive(&["simulated", from]),
            sub: from.to_owned(),
            aud: self.account.name.clone(),
            exp: at.plus_s(SESSION_TOKEN_S).seconds(),
            name: None,
            locale: None,
        });
        let origin = self.allowed_origins.iter().find(|origin| *origin != ANY_ORIGIN);
        request.headers.push("Origin", origin.unwrap_or(&self.account.public_url));
        request.headers.push("Authorization", format!("Bearer {token}"));
    }

    /// Nothing is called: a visitor is told by frames.
    fn read_delivery(&self, _request: &ProviderRequest) -> Option<Delivery> {
        None
    }

    fn read_frame(&self, frame: &SessionFrame) -> Option<Delivery> {
        let document: Value = serde_json::from_str(&frame.frame).ok()?;
        if document["event_type"] != "message.created" {
            return None;
        }
        let payload = &document["payload"];
        let content: Content = serde_json::from_value(payload.clone()).ok()?;
        let reply_to = payload["reply_to"].as_str().map(str::to_owned);
        Some(Delivery { reply_to, ..Delivery::of(&frame.visitor, &content) })
    }

    fn read_frame_signal(&self, frame: &SessionFrame) -> Option<Signal> {
        let document: Value = serde_json::from_str(&frame.frame).ok()?;
        let payload = &document["payload"];
        match document["event_type"].as_str()? {
            "typing" => Some(Signal::Typing { on: payload["on"].as_bool()? }),
            "message.read" => {
                Some(Signal::Read { message: Some(payload["client_msg_id"].as_str()?.to_owned()) })
            }
            _ => None,
        }
    }

    fn frame_seen(&self, frame: &SessionFrame, at: Timestamp) -> Option<WebhookRequest> {
        let document: Value = serde_json::from_str(&frame.frame).ok()?;
        let receipt = document["payload"]["receipt"].as_str()?;
        let id = uuid(&["webchat-read", receipt]);
        let document = json!({ "kind": "read", "receipt": receipt, "client_msg_id": id });
        Some(self.posted(&document, &frame.visitor, at))
    }

    fn provider_answer(&self, _request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let status = match answer {
            Answer::Success { .. } => 200,
            Answer::Error { status, .. } => *status,
        };
        ProviderResponse::Http { status, headers: Headers::new(), body: Vec::new() }
    }
}

impl WebChat {
    /// A document of a visitor, with the session of it.
    fn posted(&self, document: &Value, from: &str, at: Timestamp) -> WebhookRequest {
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Webchat),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: document.to_string().into_bytes(),
        };
        self.sign(&mut request, from, at);
        request
    }
}
