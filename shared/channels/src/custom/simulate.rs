use super::Custom;
use super::render::CREATED;
use super::verify::{ID_HEADER, headers};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::uuid;
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChannelKind, Content, MessageKey, MessageStatus, Timestamp};
use serde_json::{Value, json};

impl Simulated for Custom {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        if matches!(
            message.content,
            Content::Choices { .. }
                | Content::Template { .. }
                | Content::Reaction { .. }
                | Content::Email(_)
                | Content::System { .. }
                | Content::Unsupported { .. }
        ) {
            return None;
        }
        let data = json!({
            "customer": { "id": message.from }, "id": uuid(&["custom-message", &message.seed]),
            "content": message.content,
        });
        Some(self.told("message.created", &uuid(&["custom-event", &message.seed]), data, message.at))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, at: Timestamp) {
        let id = uuid(&["custom-request", &String::from_utf8_lossy(&request.body)]);
        self.add_signature(request, &id, at);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let event: Value = serde_json::from_slice(&request.body).ok()?;
        if event["type"] != CREATED {
            return None;
        }
        let data = &event["data"];
        let content: Content = serde_json::from_value(data["content"].clone()).ok()?;
        Some(Delivery::of(data["customer"]["id"].as_str()?, &content))
    }

    fn idempotency_key(&self, request: &ProviderRequest) -> Option<String> {
        request.headers.get(ID_HEADER).map(str::to_owned)
    }

    fn provider_answer(&self, _request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, body) = match answer {
            Answer::Success { seed } => (202, json!({ "id": uuid(&["custom-sent", seed]) })),
            Answer::Error { status } => (*status, json!({ "message": "refused as asked" })),
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        }
    }

    fn status_webhook(
        &self,
        request: &ProviderRequest,
        provider_id: &str,
        status: MessageStatus,
    ) -> Option<WebhookRequest> {
        let event: Value = serde_json::from_slice(&request.body).ok()?;
        let data = &event["data"];
        let at = MessageKey::parse(data["key"].as_str()?)?.seq.time();
        let reason = (status == MessageStatus::Failed).then_some("refused as asked");
        let told = json!({
            "customer": data["customer"], "key": data["key"], "id": provider_id, "status": status,
            "reason": reason,
        });
        Some(self.told("message.status", &uuid(&["custom-status", provider_id, status.as_str()]), told, at))
    }
}

impl Custom {
    /// An event of the bridge, signed.
    fn told(&self, kind: &str, id: &str, data: Value, at: Timestamp) -> WebhookRequest {
        let timestamp = at.iso().replace('Z', &format!(".{:03}Z", at.0.rem_euclid(1_000)));
        let event = json!({ "type": kind, "id": id, "timestamp": timestamp, "data": data });
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Custom),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: event.to_string().into_bytes(),
        };
        self.add_signature(&mut request, id, at);
        request
    }

    fn add_signature(&self, request: &mut WebhookRequest, id: &str, at: Timestamp) {
        for (name, value) in headers(&self.inbound_keys, id, at, &request.body).iter() {
            request.headers.push(name, value);
        }
    }
}
