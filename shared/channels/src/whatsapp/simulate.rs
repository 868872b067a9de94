use super::WhatsApp;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::meta::graph::{answer, error_answer};
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, Content, MessageStatus, Timestamp};
use serde_json::{Value, json};

/// The number that the played account has.
const DISPLAY_NUMBER: &str = "15005550006";
const BUSINESS_ACCOUNT: &str = "102290129340398";

impl Simulated for WhatsApp {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let from = message.from.trim_start_matches('+');
        let parts = said(&message.content)?;
        let messages: Vec<Value> = parts
            .into_iter()
            .enumerate()
            .map(|(at, (kind, part))| {
                let mut said = json!({
                    "from": from, "id": wamid(&format!("{}/{at}", message.seed)), "type": kind,
                    "timestamp": message.at.seconds().to_string(),
                });
                said[kind] = part;
                said
            })
            .collect();
        let contacts = json!([{ "profile": { "name": "Ann" }, "wa_id": from }]);
        Some(self.webhook(json!({ "contacts": contacts, "messages": messages })))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.app.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let kind = body["type"].as_str()?;
        let part = &body[kind];
        let place = [part["name"].as_str(), part["address"].as_str()];
        let texts = match kind {
            "text" => vec![part["body"].as_str()?.to_owned()],
            "interactive" => vec![offered(part)?],
            "contacts" => {
                vec![
                    part.as_array()?
                        .iter()
                        .filter_map(|card| card["name"]["formatted_name"].as_str())
                        .collect(),
                ]
            }
            "location" => vec![place.into_iter().flatten().collect::<Vec<_>>().join("\n")],
            "template" => vec![filled(part)?],
            "reaction" => vec![part["emoji"].as_str()?.to_owned()],
            _ => part["caption"].as_str().map(str::to_owned).into_iter().collect(),
        };
        Some(Delivery {
            to: body["to"].as_str().or(body["recipient"].as_str())?.to_owned(),
            texts,
            media: part["link"].as_str().map(str::to_owned).into_iter().collect(),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answered: &Answer) -> ProviderResponse {
        let seed = match answered {
            Answer::Error { status } => return error_answer(*status),
            Answer::Success { seed } => seed,
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if body["status"] == "read" {
            return answer(200, &json!({ "success": true }));
        }
        let to = body["to"].as_str().unwrap_or_default();
        let contact = json!({ "input": to, "wa_id": to.trim_start_matches('+') });
        let sent = json!({
            "messaging_product": "whatsapp", "contacts": [contact], "messages": [{ "id": wamid(seed) }],
        });
        answer(200, &sent)
    }

    fn status_webhook(
        &self,
        request: &ProviderRequest,
        provider_id: &str,
        status: MessageStatus,
    ) -> Option<WebhookRequest> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let word = match status {
            MessageStatus::Sent => "sent",
            MessageStatus::Delivered => "delivered",
            MessageStatus::Read => "read",
            MessageStatus::Failed => "failed",
            MessageStatus::Received | MessageStatus::Queued | MessageStatus::Unknown => return None,
        };
        let to = body["to"].as_str().or(body["recipient"].as_str())?;
        let mut told = json!({
            "id": provider_id, "status": word, "timestamp": "1795359904",
            "recipient_id": to.trim_start_matches('+'),
            "biz_opaque_callback_data": body["biz_opaque_callback_data"],
        });
        if status == MessageStatus::Failed {
            told["errors"] = json!([{ "code": 131026, "title": "Message undeliverable" }]);
        }
        Some(self.webhook(json!({ "statuses": [told] })))
    }
}

impl WhatsApp {
    fn webhook(&self, customers: Value) -> WebhookRequest {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": DISPLAY_NUMBER, "phone_number_id": self.app.id() },
        });
        if let (Value::Object(value), Value::Object(customers)) = (&mut value, customers) {
            value.extend(customers);
        }
        let changes = json!([{ "field": "messages", "value": value }]);
        let entry = json!([{ "id": BUSINESS_ACCOUNT, "changes": changes }]);
        let body = json!({ "object": "whatsapp_business_account", "entry": entry });
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.app.account.webhook_path(ChannelKind::Whatsapp),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        self.app.add_signature(&mut request);
        request
    }
}

fn wamid(seed: &str) -> String {
    sid("wamid.", &["whatsapp-message", seed])
}

/// What a customer says as WhatsApp's messages: one attachment in each, the caption with the first.
fn said(content: &Content) -> Option<Vec<(&'static str, Value)>> {
    Some(match content {
        Content::Text { text } => vec![("text", json!({ "body": text }))],
        Content::Media { attachments, text } => {
            let caption = |at: usize| text.as_ref().filter(|_| at == 0);
            attachments.iter().enumerate().map(|(at, one)| media(one, caption(at))).collect()
        }
        Content::Location { latitude, longitude, name, address } => {
            let place =
                json!({ "latitude": latitude, "longitude": longitude, "name": name, "address": address });
            vec![("location", place)]
        }
        Content::Choice { data, text } => {
            let reply = json!({ "id": data, "title": text.as_ref().unwrap_or(data) });
            vec![("interactive", json!({ "type": "button_reply", "button_reply": reply }))]
        }
        Content::Contacts { contacts } => {
            let card = |contact: &patchbay_model::ContactCard| {
                let phones: Vec<Value> = contact.phones.iter().map(|p| json!({ "phone": p })).collect();
                json!({ "name": { "formatted_name": contact.name }, "phones": phones })
            };
            vec![("contacts", contacts.iter().map(card).collect())]
        }
        Content::Sticker { .. }
        | Content::Choices { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Unsupported { .. } => return None,
    })
}

fn media(attachment: &Attachment, caption: Option<&String>) -> (&'static str, Value) {
    let kind = match attachment.content_type.split('/').next() {
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "document",
    };
    let media = json!({
        "id": "1003383421387256", "url": attachment.url, "mime_type": attachment.content_type,
        "filename": attachment.file_name, "caption": caption,
    });
    (kind, media)
}

/// What buttons or a list show.
fn offered(part: &Value) -> Option<String> {
    let action = &part["action"];
    let buttons = action["buttons"].as_array().into_iter().flatten().map(|button| &button["reply"]["title"]);
    let sections = action["sections"].as_array().into_iter().flatten();
    let rows = sections.flat_map(|section| section["rows"].as_array().into_iter().flatten());
    let titles = buttons.chain(rows.map(|row| &row["title"])).filter_map(Value::as_str);
    Some(std::iter::once(part["body"]["text"].as_str()?).chain(titles).collect::<Vec<_>>().join("\n"))
}

/// A template with its parameters; what it says besides, only WhatsApp knows.
fn filled(part: &Value) -> Option<String> {
    let parameters = part["components"][0]["parameters"].as_array().into_iter().flatten();
    let texts = parameters.filter_map(|parameter| parameter["text"].as_str());
    Some(std::iter::once(part["name"].as_str()?).chain(texts).collect::<Vec<_>>().join("\n"))
}
