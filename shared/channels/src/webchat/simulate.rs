use super::WebChat;
use super::token::{Claims, SESSION_TOKEN_S};
use super::verify::ANY_ORIGIN;
use crate::delivery::{ProviderRequest, ProviderResponse, SessionFrame};
use crate::identifier::uuid;
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChannelKind, Content, SessionSid, Timestamp};
use serde_json::{Value, json};

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
                | Content::Unsupported { .. }
        ) {
            return None;
        }
        let mut document = serde_json::to_value(&message.content).ok()?;
        document["client_msg_id"] = json!(uuid(&["webchat-message", &message.seed]));
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Webchat),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: document.to_string().into_bytes(),
        };
        self.sign(&mut request, &message.from, message.at);
        Some(request)
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
        let content: Content = serde_json::from_value(document["payload"].clone()).ok()?;
        Some(Delivery::of(&frame.visitor, &content))
    }

    fn provider_answer(&self, _request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let status = match answer {
            Answer::Success { .. } => 200,
            Answer::Error { status } => *status,
        };
        ProviderResponse::Http { status, headers: Headers::new(), body: Vec::new() }
    }
}
