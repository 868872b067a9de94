use super::outcome::own_id;
use super::verify::HEADER;
use super::{Google, Product, verify};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::{sid, uuid};
use crate::signature::{Hash, hmac};
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, Receipt, Signal, Simulated,
};
use crate::webhook::{Headers, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, MessageStatus, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

impl Simulated for Google {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        if message.reply_to.is_some() {
            return None;
        }
        let id = sid("Mx", &["google-message", &message.seed]);
        let event = match self.product {
            Product::Rcs => {
                let mut event = rcs_said(&message.content)?;
                event["messageId"] = json!(id);
                self.of_number(event, &message.from, message.at)
            }
            Product::BusinessMessages => {
                self.of_conversation(business_said(&message.content, &id)?, &message.from, &id, message.at)
            }
        };
        Some(self.webhook(&event))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let CustomerEvent { from, act, seed, at } = event;
        let id = sid("Ev", &["google-event", seed]);
        if self.product == Product::BusinessMessages {
            let Act::Typing { on } = act else { return None };
            let status = json!({ "userStatus": { "isTyping": on } });
            return Some(self.webhook(&self.of_conversation(status, from, &id, *at)));
        }
        let name = match act {
            Act::Typing { on: true } => "IS_TYPING".to_owned(),
            Act::OptIn => "SUBSCRIBE".to_owned(),
            Act::OptOut => "UNSUBSCRIBE".to_owned(),
            Act::Note { name } => name.to_uppercase(),
            _ => return None,
        };
        Some(self.webhook(&self.of_number(json!({ "eventType": name, "eventId": id }), from, *at)))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        let enclosed = verify::enclosed(&request.body).filter(|_| self.product == Product::Rcs);
        let signed = enclosed.unwrap_or_else(|| request.body.clone());
        let tag = hmac(Hash::Sha512, self.client_token.current(), &signed);
        request.headers.push(HEADER, STANDARD.encode(tag));
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let (to, resource) = self.addressed(request)?;
        if !matches!(resource.as_str(), "agentMessages" | "messages") {
            return None;
        }
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let said = if self.product == Product::Rcs { &body["contentMessage"] } else { &body };
        let card = &said["richCard"]["standaloneCard"]["cardContent"];
        let of =
            |values: [&Value; 3]| values.into_iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Delivery {
            to,
            texts: of([&said["text"], &card["description"], &Value::Null]),
            media: of([
                &said["contentInfo"]["fileUrl"],
                &said["image"]["contentInfo"]["fileUrl"],
                &card["media"]["contentInfo"]["fileUrl"],
            ]),
            choices: suggested(said),
            ..Delivery::default()
        })
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let (to, _) = self.addressed(request)?;
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let signal = match body["eventType"].as_str()? {
            "IS_TYPING" | "TYPING_STARTED" => Signal::Typing { on: true },
            "TYPING_STOPPED" => Signal::Typing { on: false },
            "READ" => Signal::Read { message: body["messageId"].as_str().map(str::to_owned) },
            _ => return None,
        };
        Some((to, signal))
    }

    fn idempotency_key(&self, request: &ProviderRequest) -> Option<String> {
        own_id(request)
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, body) = match answer {
            Answer::Success { .. } => {
                let path = request.url.split('?').next().unwrap_or_default();
                let path = path.split_once("/v1/").map_or(path, |(_, path)| path);
                let id = own_id(request).unwrap_or_default();
                (200, json!({ "name": format!("{path}/{id}") }))
            }
            Answer::Error { status, code } => (*status, error(*status, code.as_deref())),
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json; charset=UTF-8")]),
            body: body.to_string().into_bytes(),
        }
    }

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, at, .. } = receipt;
        let (to, _) = self.addressed(request)?;
        let word = match (status, self.product) {
            (MessageStatus::Delivered, _) => "DELIVERED",
            (MessageStatus::Read, _) => "READ",
            (MessageStatus::Failed, Product::Rcs) => "TTL_EXPIRATION_REVOKED",
            _ => return None,
        };
        let event = match self.product {
            Product::Rcs => {
                let id = uuid(&["google-event", provider_id, word]);
                let event = json!({ "eventType": word, "eventId": id, "messageId": provider_id });
                self.of_number(event, &to, *at)
            }
            Product::BusinessMessages => {
                let name = format!("conversations/{to}/messages/{provider_id}");
                let receipts = json!([{ "message": name, "receiptType": word }]);
                self.of_conversation(json!({ "receipts": { "receipts": receipts } }), &to, provider_id, *at)
            }
        };
        Some(self.webhook(&event))
    }
}

impl Google {
    fn of_number(&self, mut event: Value, number: &str, at: Timestamp) -> Value {
        event["senderPhoneNumber"] = json!(number);
        event["agentId"] = json!(self.agent_id);
        event["sendTime"] = json!(at.iso());
        event
    }

    fn of_conversation(&self, mut event: Value, conversation: &str, request: &str, at: Timestamp) -> Value {
        event["agent"] = json!("brands/1/agents/1");
        event["conversationId"] = json!(conversation);
        event["requestId"] = json!(request);
        event["sendTime"] = json!(at.iso());
        event["context"] = json!({ "entryPoint": "MAPS", "userInfo": { "displayName": CUSTOMER_NAME } });
        event
    }

    /// Google's call with an event, in Pub/Sub's envelope where it is RCS.
    fn webhook(&self, event: &Value) -> WebhookRequest {
        let body = match self.product {
            Product::Rcs => {
                let attributes = json!({ "product": "RBM", "business_id": self.agent_id });
                let message = json!({
                    "attributes": attributes, "data": STANDARD.encode(event.to_string()), "messageId": "1",
                });
                json!({ "message": message, "subscription": "projects/rbm/subscriptions/agent" })
            }
            Product::BusinessMessages => event.clone(),
        };
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Google),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        self.sign(&mut request, "", Timestamp(0));
        request
    }

    /// Whom a call is for, and which resource it makes.
    fn addressed(&self, request: &ProviderRequest) -> Option<(String, String)> {
        let path = request.url.strip_prefix(&self.api_base)?.strip_prefix("/v1/")?;
        let mut segments = path.split(['/', '?']).skip(1);
        let to = percent_decode_str(segments.next()?).decode_utf8().ok()?.into_owned();
        Some((to, segments.next()?.to_owned()))
    }
}

/// The answers below a message.
fn suggested(said: &Value) -> Vec<ChoiceOption> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let option = |suggestion: &Value| {
        let reply = &suggestion["reply"];
        Some(ChoiceOption { data: text(&reply["postbackData"])?, text: text(&reply["text"])? })
    };
    said["suggestions"].as_array().into_iter().flatten().filter_map(option).collect()
}

/// Google's document of an error.
fn error(status: u16, code: Option<&str>) -> Value {
    let (word, message) = match status {
        400 => ("INVALID_ARGUMENT", "The request has an invalid argument."),
        401 => ("UNAUTHENTICATED", "The request had invalid authentication credentials."),
        403 => ("PERMISSION_DENIED", "The agent is not launched on the carrier of this number."),
        404 => ("NOT_FOUND", "The number is not reachable by RCS."),
        429 => ("RESOURCE_EXHAUSTED", "The quota is exceeded."),
        503 => ("UNAVAILABLE", "The service is unavailable."),
        _ => ("INTERNAL", "An internal error occurred."),
    };
    json!({ "error": { "code": status, "message": message, "status": code.unwrap_or(word) } })
}

/// What a customer says by RCS; one file, and no words with it.
fn rcs_said(content: &Content) -> Option<Value> {
    Some(match content {
        Content::Text { text } => json!({ "text": text }),
        Content::Media { attachments, text: None } => {
            let [Attachment { url, content_type, file_name, bytes }] = attachments.as_slice() else {
                return None;
            };
            let payload = json!({
                "fileUri": url, "mimeType": content_type, "fileName": file_name, "fileSizeBytes": bytes,
            });
            json!({ "userFile": { "payload": payload } })
        }
        Content::Location { latitude, longitude, name: None, address: None } => {
            json!({ "location": { "latitude": latitude, "longitude": longitude } })
        }
        Content::Choice { data, text } => {
            let text = text.as_ref().unwrap_or(data);
            json!({ "suggestionResponse": { "postbackData": data, "text": text, "type": "REPLY" } })
        }
        _ => return None,
    })
}

/// What a customer says by Business Messages.
fn business_said(content: &Content, id: &str) -> Option<Value> {
    Some(match content {
        Content::Text { text } => json!({ "message": { "messageId": id, "text": text } }),
        Content::Choice { data, text } => {
            let text = text.as_ref().unwrap_or(data);
            json!({ "suggestionResponse": { "postbackData": data, "text": text } })
        }
        _ => return None,
    })
}
