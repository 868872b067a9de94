use super::address::target;
use super::{SECRET_HEADER, Telegram};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, Content, Timestamp};
use serde_json::{Value, json};

impl Simulated for Telegram {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let id = number(&message.seed);
        let from = &target(&message.from)["chat_id"];
        let user = json!({ "id": from, "is_bot": false, "first_name": "Customer", "language_code": "en" });
        let chat = json!({ "id": from, "type": "private", "first_name": "Customer" });
        let date = message.at.seconds();
        let part = match &message.content {
            Content::Choice { data, text } => {
                let button = json!({ "text": text.as_ref().unwrap_or(data), "callback_data": data });
                let asked = json!({
                    "message_id": id, "chat": chat, "date": date, "text": "?",
                    "reply_markup": { "inline_keyboard": [[button]] },
                });
                let query = json!({ "id": id.to_string(), "from": user, "message": asked, "data": data });
                json!({ "callback_query": query })
            }
            content => {
                let mut said = said(content)?;
                for (name, value) in
                    [("message_id", json!(id)), ("from", user), ("chat", chat), ("date", json!(date))]
                {
                    said[name] = value;
                }
                json!({ "message": said })
            }
        };
        let mut update = json!({ "update_id": id });
        if let (Value::Object(update), Value::Object(part)) = (&mut update, part) {
            update.extend(part);
        }
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Telegram),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: update.to_string().into_bytes(),
        };
        self.sign(&mut request, &message.from, message.at);
        Some(request)
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        request.headers.push(SECRET_HEADER, self.secret_token.current());
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let method = request.url.rsplit('/').next()?;
        if !method.starts_with("send") || method == "sendChatAction" {
            return None;
        }
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let of = |names: &[&str]| -> Vec<String> {
            names.iter().filter_map(|name| body[*name].as_str()).map(str::to_owned).collect()
        };
        Some(Delivery {
            to: match &body["chat_id"] {
                Value::String(text) => text.clone(),
                number => number.to_string(),
            },
            texts: of(&["text", "caption", "title", "first_name"]),
            media: of(&["photo", "animation", "video", "audio", "voice", "document"]),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, body) = match answer {
            Answer::Success { seed } if self.read_delivery(request).is_some() => {
                let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                let chat = json!({ "id": asked["chat_id"], "type": "private" });
                let sent = json!({ "message_id": number(seed), "chat": chat, "date": 0 });
                (200, json!({ "ok": true, "result": sent }))
            }
            Answer::Success { .. } => (200, json!({ "ok": true, "result": true })),
            Answer::Error { status } => {
                let (words, parameters) = match status {
                    400 => ("Bad Request: message text is empty", json!({})),
                    401 => ("Unauthorized", json!({})),
                    403 => ("Forbidden: bot was blocked by the user", json!({})),
                    404 => ("Not Found", json!({})),
                    429 => ("Too Many Requests: retry after 1", json!({ "retry_after": 1 })),
                    _ => ("Internal Server Error", json!({})),
                };
                let refused = json!({
                    "ok": false, "error_code": status, "description": words, "parameters": parameters,
                });
                (*status, refused)
            }
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        }
    }
}

/// What a customer says, as a message of Telegram; one file at most.
fn said(content: &Content) -> Option<Value> {
    Some(match content {
        Content::Text { text } => json!({ "text": text }),
        Content::Media { attachments, text } => {
            let [attachment] = attachments.as_slice() else { return None };
            let mut said = file(attachment);
            if let Some(text) = text {
                said["caption"] = json!(text);
            }
            said
        }
        Content::Location { latitude, longitude, name, address } => {
            let here = json!({ "latitude": latitude, "longitude": longitude });
            match (name, address) {
                (None, None) => json!({ "location": here }),
                _ => json!({
                    "location": here,
                    "venue": { "location": here, "title": name, "address": address },
                }),
            }
        }
        Content::Sticker { package_id, sticker_id, text } => {
            json!({ "sticker": { "file_id": sticker_id, "set_name": package_id, "emoji": text } })
        }
        Content::Contacts { contacts } => {
            let [contact] = contacts.as_slice() else { return None };
            json!({ "contact": { "phone_number": contact.phones.first()?, "first_name": contact.name } })
        }
        Content::Choice { .. }
        | Content::Choices { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Unsupported { .. } => return None,
    })
}

fn file(attachment: &Attachment) -> Value {
    let file = json!({
        "file_id": attachment.url, "file_name": attachment.file_name,
        "mime_type": attachment.content_type, "file_size": attachment.bytes,
    });
    match attachment.content_type.split('/').next().unwrap_or_default() {
        "image" => json!({ "photo": [file] }),
        kind @ ("video" | "audio") => json!({ kind: file }),
        _ => json!({ "document": file }),
    }
}

/// An id as Telegram writes those of updates and messages: 31 bits.
fn number(seed: &str) -> u32 {
    u32::from_str_radix(&sid("", &["telegram", seed])[..7], 16).unwrap_or_default()
}
