use super::WhatsApp;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::meta::graph::{answer, error_answer};
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Receipt, Signal,
    Simulated, file_id,
};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, MessageStatus, Timestamp};
use serde_json::{Value, json};

/// The number that the played account has.
const DISPLAY_NUMBER: &str = "15005550006";
/// Where the played files are.
const FILES: &str = "/files/";
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
                if let Some(quoted) = &message.reply_to {
                    said["context"] = json!({ "from": DISPLAY_NUMBER, "id": quoted });
                }
                said
            })
            .collect();
        Some(self.said(from, &json!(messages)))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let from = event.from.trim_start_matches('+');
        let text = |text: &str| json!({ "type": "text", "text": { "body": text } });
        let mut message = match &event.act {
            Act::Edit { message, text: new } => json!({
                "type": "edit", "edit": { "original_message_id": message, "message": text(new) },
            }),
            Act::Unsend { message } => {
                json!({ "type": "revoke", "revoke": { "original_message_id": message } })
            }
            Act::React { message, emoji } => {
                let emoji = emoji.as_deref().unwrap_or_default();
                json!({ "type": "reaction", "reaction": { "message_id": message, "emoji": emoji } })
            }
            Act::Echo { text: said } => text(said),
            Act::Referral { reference, text: said } => {
                let mut message = text(said);
                message["referral"] = json!({
                    "source_url": "https://fb.me/1", "source_type": "ad", "source_id": reference,
                });
                message
            }
            Act::Form { data } => {
                let form = json!({ "name": "flow", "body": "Sent", "response_json": data });
                json!({ "type": "interactive", "interactive": { "type": "nfm_reply", "nfm_reply": form } })
            }
            Act::Note { name } => json!({ "type": "system", "system": { "type": name, "body": name } }),
            Act::Typing { .. }
            | Act::OptIn
            | Act::OptOut
            | Act::StoryReply { .. }
            | Act::StoryMention { .. } => return None,
        };
        message["id"] = json!(wamid(&event.seed));
        message["timestamp"] = json!(event.at.seconds().to_string());
        if let Act::Echo { .. } = event.act {
            message["from"] = json!(DISPLAY_NUMBER);
            message["to"] = json!(from);
            return Some(self.webhook("smb_message_echoes", json!({ "message_echoes": [message] })));
        }
        message["from"] = json!(from);
        Some(self.said(from, &json!([message])))
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
            "reaction" => return None,
            "text" => vec![part["body"].as_str()?.to_owned()],
            "interactive" => vec![part["body"]["text"].as_str()?.to_owned()],
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
            _ => part["caption"].as_str().map(str::to_owned).into_iter().collect(),
        };
        Some(Delivery {
            to: addressee(&body)?,
            texts,
            media: part["link"].as_str().map(str::to_owned).into_iter().collect(),
            choices: offered(part),
            template: part["name"].as_str().filter(|_| kind == "template").map(str::to_owned),
            reply_to: body["context"]["message_id"].as_str().map(str::to_owned),
        })
    }

    /// That a message was read is told without naming whose it was.
    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if body["status"] == "read" {
            return Some((String::new(), Signal::Read { message: text(&body["message_id"]) }));
        }
        let reaction = body.get("reaction")?;
        let emoji = text(&reaction["emoji"]).filter(|emoji| !emoji.is_empty());
        Some((addressee(&body)?, Signal::Reaction { message: text(&reaction["message_id"])?, emoji }))
    }

    /// The media id is answered with a place, and that with the file.
    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        let path = request.url.strip_prefix(&self.app.api_base)?.split('?').next()?;
        let id = path.rsplit('/').next().filter(|_| request.method == "GET").and_then(file_id)?;
        if request.headers.get("authorization") != Some(&self.app.authorization()) {
            return Some(error_answer(401, None));
        }
        let Some(found) = file(id) else { return Some(error_answer(404, None)) };
        if path.starts_with(FILES) {
            return Some(found.answer());
        }
        let place = json!({
            "messaging_product": "whatsapp", "id": id, "url": format!("{}{FILES}{id}", self.app.api_base),
            "mime_type": found.content_type, "file_size": found.bytes.len(),
        });
        Some(answer(200, &place))
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        self.app.lookup_answer(request)
    }

    fn provider_answer(&self, request: &ProviderRequest, answered: &Answer) -> ProviderResponse {
        let seed = match answered {
            Answer::Error { status, code } => return error_answer(*status, code.as_deref()),
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

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, code, at } = receipt;
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let word = match status {
            MessageStatus::Sent => "sent",
            MessageStatus::Delivered => "delivered",
            MessageStatus::Read => "read",
            MessageStatus::Failed => "failed",
            MessageStatus::Received | MessageStatus::Queued | MessageStatus::Unknown => return None,
        };
        let to = addressee(&body)?;
        let mut told = json!({
            "id": provider_id, "status": word, "timestamp": at.seconds().to_string(),
            "recipient_id": to.trim_start_matches('+'),
            "biz_opaque_callback_data": body["biz_opaque_callback_data"],
        });
        if *status == MessageStatus::Failed {
            let code = code.as_ref().and_then(|code| code.parse().ok()).unwrap_or(131_026);
            told["errors"] = json!([{ "code": code, "title": "Message undeliverable" }]);
        }
        Some(self.webhook("messages", json!({ "statuses": [told] })))
    }
}

impl WhatsApp {
    fn said(&self, from: &str, messages: &Value) -> WebhookRequest {
        let contacts = json!([{ "profile": { "name": CUSTOMER_NAME }, "wa_id": from }]);
        self.webhook("messages", json!({ "contacts": contacts, "messages": messages }))
    }

    fn webhook(&self, field: &str, customers: Value) -> WebhookRequest {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": DISPLAY_NUMBER, "phone_number_id": self.app.id() },
        });
        if let (Value::Object(value), Value::Object(customers)) = (&mut value, customers) {
            value.extend(customers);
        }
        let changes = json!([{ "field": field, "value": value }]);
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
                let emails: Vec<Value> = contact.emails.iter().map(|e| json!({ "email": e })).collect();
                json!({ "name": { "formatted_name": contact.name }, "phones": phones, "emails": emails })
            };
            vec![("contacts", contacts.iter().map(card).collect())]
        }
        Content::Unsupported { .. } => vec![("unsupported", json!({ "type": "unknown" }))],
        Content::Sticker { .. }
        | Content::Choices { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. } => return None,
    })
}

fn media(attachment: &Attachment, caption: Option<&String>) -> (&'static str, Value) {
    let kind = match attachment.content_type.split('/').next() {
        _ if attachment.content_type == "image/webp" => "sticker",
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "document",
    };
    let mut media = json!({
        "id": file_id(&attachment.url).unwrap_or("1003383421387256"), "mime_type": attachment.content_type,
        "filename": attachment.file_name, "caption": caption,
    });
    if file_id(&attachment.url).is_none() {
        media["url"] = json!(attachment.url);
    }
    (kind, media)
}

/// The customer whom a call names.
fn addressee(body: &Value) -> Option<String> {
    body["to"].as_str().or(body["recipient"].as_str()).map(str::to_owned)
}

/// The buttons or the list that a message shows.
fn offered(part: &Value) -> Vec<ChoiceOption> {
    let action = &part["action"];
    let buttons = action["buttons"].as_array().into_iter().flatten().map(|button| &button["reply"]);
    let sections = action["sections"].as_array().into_iter().flatten();
    let rows = sections.flat_map(|section| section["rows"].as_array().into_iter().flatten());
    let option = |shown: &Value| {
        let text = |name: &str| shown[name].as_str().map(str::to_owned);
        Some(ChoiceOption { data: text("id")?, text: text("title")? })
    };
    buttons.chain(rows).filter_map(option).collect()
}

/// A template with its parameters; what it says besides, only WhatsApp knows.
fn filled(part: &Value) -> Option<String> {
    let parameters = part["components"][0]["parameters"].as_array().into_iter().flatten();
    let texts = parameters.filter_map(|parameter| parameter["text"].as_str());
    Some(std::iter::once(part["name"].as_str()?).chain(texts).collect::<Vec<_>>().join("\n"))
}
