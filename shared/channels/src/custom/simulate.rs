use super::Custom;
use super::render::CREATED;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::uuid;
use crate::simulate::{Act, Answer, CustomerEvent, CustomerMessage, Delivery, Receipt, Signal, Simulated};
use crate::standard::{ID_HEADER, headers};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChannelKind, Content, MessageStatus, Timestamp};
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
                | Content::Note { .. }
                | Content::Unsupported { .. }
        ) {
            return None;
        }
        let data = json!({
            "customer": { "id": message.from }, "id": uuid(&["custom-message", &message.seed]),
            "content": message.content, "reply_to": message.reply_to,
        });
        Some(self.told(CREATED, &uuid(&["custom-event", &message.seed]), data, message.at))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let id = uuid(&["custom-message", &event.seed]);
        let (kind, mut data) = match &event.act {
            Act::Edit { message, text } => {
                ("message.edited", json!({ "id": message, "content": Content::text(text.as_str()) }))
            }
            Act::Unsend { message } => ("message.deleted", json!({ "id": message })),
            Act::React { message, emoji } => ("message.reaction", json!({ "id": message, "emoji": emoji })),
            Act::Typing { on } => ("typing", json!({ "on": on })),
            Act::OptIn => ("consent", json!({ "opted_in": true })),
            Act::OptOut => ("consent", json!({ "opted_in": false })),
            Act::Echo { text } => {
                (CREATED, json!({ "id": id, "content": Content::text(text.as_str()), "echo": true }))
            }
            Act::Referral { reference, text } => {
                let context = json!({ "ReferralSourceId": reference });
                (CREATED, json!({ "id": id, "content": Content::text(text.as_str()), "context": context }))
            }
            Act::Form { data } => {
                (CREATED, json!({ "id": id, "content": Content::Choice { data: data.clone(), text: None } }))
            }
            Act::Note { name } => ("note", json!({ "name": name })),
            Act::StoryReply { .. } | Act::StoryMention { .. } => return None,
        };
        data["customer"] = json!({ "id": event.from });
        Some(self.told(kind, &uuid(&["custom-event", &event.seed]), data, event.at))
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
        if let Content::Reaction { .. } = content {
            return None;
        }
        let reply_to = data["reply_to"].as_str().map(str::to_owned);
        Some(Delivery { reply_to, ..Delivery::of(data["customer"]["id"].as_str()?, &content) })
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let event: Value = serde_json::from_slice(&request.body).ok()?;
        let data = &event["data"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let signal = match event["type"].as_str()? {
            "typing" => Signal::Typing { on: data["on"].as_bool()? },
            "message.read" => Signal::Read { message: text(&data["id"]) },
            CREATED if data["content"]["kind"] == "reaction" => {
                Signal::Reaction { message: text(&data["reply_to"])?, emoji: text(&data["content"]["emoji"]) }
            }
            _ => return None,
        };
        Some((text(&data["customer"]["id"])?, signal))
    }

    fn idempotency_key(&self, request: &ProviderRequest) -> Option<String> {
        request.headers.get(ID_HEADER).map(str::to_owned)
    }

    fn provider_answer(&self, _request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, body) = match answer {
            Answer::Success { seed } => (202, json!({ "id": uuid(&["custom-sent", seed]) })),
            Answer::Error { status, code } => {
                (*status, json!({ "message": code.as_deref().unwrap_or("refused as asked") }))
            }
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        }
    }

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, code, at } = receipt;
        let event: Value = serde_json::from_slice(&request.body).ok()?;
        let data = &event["data"];
        let failed = *status == MessageStatus::Failed;
        let reason = failed.then(|| code.as_deref().unwrap_or("refused as asked"));
        let told = json!({
            "customer": data["customer"], "key": data["key"], "id": provider_id, "status": status,
            "reason": reason,
        });
        Some(self.told("message.status", &uuid(&["custom-status", provider_id, status.as_str()]), told, *at))
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
