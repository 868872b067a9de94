use super::Messaging;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::meta::graph::{answer, error_answer};
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, Content, MessageStatus, Timestamp};
use serde_json::{Value, json};

impl Simulated for Messaging {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let events: Vec<Value> = self
            .said(&message.content)?
            .into_iter()
            .enumerate()
            .map(|(at, mut said)| {
                said["mid"] = json!(mid(&format!("{}/{at}", message.seed)));
                self.event(&message.from, message.at, json!({ "message": said }))
            })
            .collect();
        Some(self.webhook(message.at, events))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.app.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let message = body.get("message")?;
        let replies = message["quick_replies"].as_array().into_iter().flatten();
        let titles = replies.filter_map(|reply| reply["title"].as_str());
        let lines: Vec<&str> = message["text"].as_str().into_iter().chain(titles).collect();
        let media = message["attachment"]["payload"]["url"].as_str();
        Some(Delivery {
            to: body["recipient"]["id"].as_str()?.to_owned(),
            texts: Some(lines.join("\n")).filter(|text| !text.is_empty()).into_iter().collect(),
            media: media.map(str::to_owned).into_iter().collect(),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answered: &Answer) -> ProviderResponse {
        let seed = match answered {
            Answer::Error { status } => return error_answer(*status),
            Answer::Success { seed } => seed,
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut sent = json!({ "recipient_id": body["recipient"]["id"] });
        if body.get("message").is_some() {
            sent["message_id"] = json!(mid(seed));
        }
        answer(200, &sent)
    }

    /// Messenger tells that messages have arrived, both that they were read.
    fn status_webhook(
        &self,
        request: &ProviderRequest,
        provider_id: &str,
        status: MessageStatus,
    ) -> Option<WebhookRequest> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let customer = body["recipient"]["id"].as_str()?;
        let at = Timestamp(1_795_359_904_789);
        let told = match (status, self.capabilities.delivered_receipts) {
            (MessageStatus::Delivered, true) => {
                json!({ "delivery": { "mids": [provider_id], "watermark": at.0 } })
            }
            (MessageStatus::Read, true) => json!({ "read": { "watermark": at.0 } }),
            (MessageStatus::Read, false) => json!({ "read": { "mid": provider_id } }),
            _ => return None,
        };
        Some(self.webhook(at, vec![self.event(customer, at, told)]))
    }
}

impl Messaging {
    fn event(&self, customer: &str, at: Timestamp, about: Value) -> Value {
        let mut event = json!({
            "sender": { "id": customer }, "recipient": { "id": self.app.id() }, "timestamp": at.0,
        });
        if let (Value::Object(event), Value::Object(about)) = (&mut event, about) {
            event.extend(about);
        }
        event
    }

    fn webhook(&self, at: Timestamp, events: Vec<Value>) -> WebhookRequest {
        let entry = json!([{ "id": self.app.id(), "time": at.0, "messaging": events }]);
        let body = json!({ "object": self.medium.object, "entry": entry });
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.app.account.webhook_path(self.medium.kind),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        self.app.add_signature(&mut request);
        request
    }

    /// What a customer says as Meta's messages: it has no captions, so text and media come apart.
    fn said(&self, content: &Content) -> Option<Vec<Value>> {
        Some(match content {
            Content::Text { text } => vec![json!({ "text": text })],
            Content::Media { attachments, text } => {
                let text = text.iter().map(|text| json!({ "text": text }));
                let media: Vec<Value> = attachments.iter().map(media).collect();
                text.chain([json!({ "attachments": media })]).collect()
            }
            Content::Location { latitude, longitude, name, .. }
                if self.medium.kind == ChannelKind::Messenger =>
            {
                let payload = json!({ "coordinates": { "lat": latitude, "long": longitude } });
                let place = json!({ "type": "location", "title": name, "payload": payload });
                vec![json!({ "attachments": [place] })]
            }
            Content::Choice { data, text } => {
                let shown = text.as_ref().unwrap_or(data);
                vec![json!({ "text": shown, "quick_reply": { "payload": data } })]
            }
            Content::Location { .. }
            | Content::Sticker { .. }
            | Content::Choices { .. }
            | Content::Contacts { .. }
            | Content::Template { .. }
            | Content::Reaction { .. }
            | Content::Email(_)
            | Content::System { .. }
            | Content::Unsupported { .. } => return None,
        })
    }
}

fn media(attachment: &Attachment) -> Value {
    let stated = attachment.content_type.split('/').next().unwrap_or_default();
    let kind = if ["image", "video", "audio"].contains(&stated) { stated } else { "file" };
    json!({ "type": kind, "payload": { "url": attachment.url } })
}

fn mid(seed: &str) -> String {
    sid("m_", &["meta-message", seed])
}
