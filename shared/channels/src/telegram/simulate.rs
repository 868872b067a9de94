use super::address::{address, message_id, own_message_id, target};
use super::{SECRET_HEADER, Telegram};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::lookup;
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Signal, Simulated,
};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, Timestamp};
use serde_json::{Map, Value, json};

/// Where the played files are.
const FILES: &str = "documents/";

impl Simulated for Telegram {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let chat = self.chat(&message.from, &message.seed, message.at);
        if let Content::Choice { data, text } = &message.content {
            let button = json!({ "text": text.as_ref().unwrap_or(data), "callback_data": data });
            let mut asked = chat.message(json!({
                "text": "?", "reply_markup": { "inline_keyboard": [[button]] },
            }));
            if let Some(id) = chat.own_id(message.reply_to.as_deref()) {
                asked["message_id"] = json!(id);
            }
            let query =
                json!({ "id": chat.id.to_string(), "from": chat.user(), "message": asked, "data": data });
            return Some(chat.update("callback_query", query));
        }
        let mut said = chat.message(said(&message.content)?);
        if let Some(id) = chat.own_id(message.reply_to.as_deref()) {
            said["reply_to_message"] = chat.message(json!({ "message_id": id }));
        }
        Some(chat.update(chat.kind("message", "business_message"), said))
    }

    /// Only a business account's bot hears that messages are taken back, and what its owner writes.
    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let chat = self.chat(&event.from, &event.seed, event.at);
        let id = |message: &String| chat.own_id(Some(message));
        Some(match &event.act {
            Act::Edit { message, text } => {
                let edited = json!({ "message_id": id(message)?, "edit_date": chat.date, "text": text });
                chat.update(chat.kind("edited_message", "edited_business_message"), chat.message(edited))
            }
            Act::Unsend { message } => {
                let deleted = json!({
                    "business_connection_id": chat.connection.as_ref()?, "chat": chat.chat(),
                    "message_ids": [id(message)?],
                });
                chat.update("deleted_business_messages", deleted)
            }
            Act::React { message, emoji } if chat.connection.is_none() => {
                let given: Vec<Value> =
                    emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
                let reaction = json!({
                    "chat": chat.chat(), "message_id": id(message)?, "user": chat.user(), "date": chat.date,
                    "old_reaction": [], "new_reaction": given,
                });
                chat.update("message_reaction", reaction)
            }
            Act::Echo { text } if chat.connection.is_some() => {
                let owner = json!({ "id": 7_000_001, "is_bot": false, "first_name": "Owner" });
                chat.update("business_message", chat.message(json!({ "from": owner, "text": text })))
            }
            Act::Referral { reference, .. } => {
                chat.update("message", chat.message(json!({ "text": format!("/start {reference}") })))
            }
            Act::Form { data } => {
                let form = json!({ "data": data, "button_text": "Form" });
                chat.update("message", chat.message(json!({ "web_app_data": form })))
            }
            Act::StoryReply { text, .. } => {
                let story = json!({ "chat": chat.chat(), "id": 1 });
                let said = chat.message(json!({ "text": text, "reply_to_story": story }));
                chat.update(chat.kind("message", "business_message"), said)
            }
            Act::Note { name } => {
                chat.update(name, json!({ "chat": chat.chat(), "user": chat.user(), "date": chat.date }))
            }
            Act::OptIn => chat.update("my_chat_member", chat.membership("kicked", "member")),
            Act::OptOut => chat.update("my_chat_member", chat.membership("member", "kicked")),
            Act::React { .. } | Act::Echo { .. } | Act::Typing { .. } | Act::StoryMention { .. } => {
                return None;
            }
        })
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
        let to = chat_of(&body);
        let of = |names: &[&str]| -> Vec<String> {
            names.iter().filter_map(|name| body[*name].as_str()).map(str::to_owned).collect()
        };
        let card = Some(of(&["first_name", "phone_number"]).join("\n")).filter(|card| !card.is_empty());
        let rows = body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
        let buttons = rows.flat_map(|row| row.as_array().into_iter().flatten());
        let choice = |button: &Value| {
            let text = |name: &str| button[name].as_str().map(str::to_owned);
            Some(ChoiceOption { data: text("callback_data")?, text: text("text")? })
        };
        Some(Delivery {
            texts: of(&["text", "caption", "title"]).into_iter().chain(card).collect(),
            media: of(&["photo", "animation", "video", "audio", "voice", "document"]),
            choices: buttons.filter_map(choice).collect(),
            template: None,
            reply_to: body["reply_parameters"]["message_id"].as_i64().map(|id| message_id(&to, id)),
            to,
        })
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let to = chat_of(&body);
        let signal = match request.url.rsplit('/').next()? {
            "sendChatAction" => Signal::Typing { on: true },
            "setMessageReaction" => Signal::Reaction {
                message: message_id(&to, body["message_id"].as_i64()?),
                emoji: body["reaction"][0]["emoji"].as_str().map(str::to_owned),
            },
            _ => return None,
        };
        Some((to, signal))
    }

    /// The id of a file is answered with its path, and that with the file.
    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        let path = request.url.strip_prefix(&self.api_base)?;
        let own = |before: &str| path.strip_prefix(before)?.strip_prefix(&self.bot_token)?.strip_prefix('/');
        let answer = |status: u16, body: Value| ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        let missing = || answer(404, json!({ "ok": false, "error_code": 404, "description": "Not Found" }));
        if let Some(id) = own("/file/bot").and_then(|path| path.strip_prefix(FILES)) {
            return Some(file(id).map_or_else(missing, PlayedFile::answer));
        }
        let id = own("/bot")?.strip_prefix("getFile?file_id=")?;
        Some(match file(id) {
            Some(found) => {
                let path = format!("{FILES}{id}");
                let result = json!({ "file_id": id, "file_size": found.bytes.len(), "file_path": path });
                answer(200, json!({ "ok": true, "result": result }))
            }
            None => missing(),
        })
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        let (path, method) = request.url.rsplit_once('/')?;
        let proven = path.ends_with(&format!("/bot{}", self.bot_token));
        (method == "getMe").then(|| match proven {
            true => {
                let id: u64 = self.bot_id().parse().unwrap_or_default();
                let bot =
                    json!({ "id": id, "is_bot": true, "first_name": "Played", "username": "played_bot" });
                lookup::answer(200, &json!({ "ok": true, "result": bot }))
            }
            false => self.provider_answer(request, &Answer::error(401)),
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
            Answer::Error { status, code } => {
                let (words, parameters) = match status {
                    400 => ("Bad Request: message text is empty", json!({})),
                    401 => ("Unauthorized", json!({})),
                    403 => ("Forbidden: bot was blocked by the user", json!({})),
                    404 => ("Not Found", json!({})),
                    429 => ("Too Many Requests: retry after 1", json!({ "retry_after": 1 })),
                    _ => ("Internal Server Error", json!({})),
                };
                let words = code.as_deref().unwrap_or(words);
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

/// A customer's chat with the bot, or with the business that the bot answers for.
struct Chat<'a> {
    telegram: &'a Telegram,
    address: &'a str,
    customer: Value,
    connection: Option<Value>,
    /// Of what happens: an update's id and a message's.
    id: u32,
    /// Seconds since the epoch.
    date: i64,
}

impl Telegram {
    fn chat<'a>(&'a self, from: &'a str, seed: &str, at: Timestamp) -> Chat<'a> {
        let mut target = target(from);
        Chat {
            telegram: self,
            address: from,
            customer: target.remove("chat_id").unwrap_or_default(),
            connection: target.remove("business_connection_id"),
            id: number(seed),
            date: at.seconds(),
        }
    }
}

impl Chat<'_> {
    fn kind(&self, bot: &'static str, business: &'static str) -> &'static str {
        if self.connection.is_some() { business } else { bot }
    }

    fn own_id(&self, provider_id: Option<&str>) -> Option<i64> {
        own_message_id(self.address, provider_id?)
    }

    fn user(&self) -> Value {
        json!({ "id": self.customer, "is_bot": false, "first_name": CUSTOMER_NAME, "language_code": "en" })
    }

    fn chat(&self) -> Value {
        json!({ "id": self.customer, "type": "private", "first_name": CUSTOMER_NAME })
    }

    /// A message of the customer, unless `said` says otherwise.
    fn message(&self, said: Value) -> Value {
        let mut message = json!({
            "message_id": self.id, "from": self.user(), "chat": self.chat(), "date": self.date,
        });
        if let Some(connection) = &self.connection {
            message["business_connection_id"] = connection.clone();
        }
        if let (Value::Object(message), Value::Object(said)) = (&mut message, said) {
            message.extend(said);
        }
        message
    }

    fn membership(&self, before: &str, after: &str) -> Value {
        let bot = json!({ "id": self.telegram.bot_id(), "is_bot": true, "first_name": "Shop" });
        json!({
            "chat": self.chat(), "from": self.user(), "date": self.date,
            "old_chat_member": { "user": bot, "status": before, "until_date": 0 },
            "new_chat_member": { "user": bot, "status": after, "until_date": 0 },
        })
    }

    fn update(&self, kind: &str, document: Value) -> WebhookRequest {
        let update = Map::from_iter([("update_id".to_owned(), json!(self.id)), (kind.to_owned(), document)]);
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.telegram.account.webhook_path(ChannelKind::Telegram),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: Value::Object(update).to_string().into_bytes(),
        };
        self.telegram.sign(&mut request, self.address, Timestamp(self.date * 1_000));
        request
    }
}

/// The address of the chat that a call names.
fn chat_of(body: &Value) -> String {
    let chat = match &body["chat_id"] {
        Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    address(&chat, body["business_connection_id"].as_str())
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
        Content::Unsupported { .. } => json!({ "story": { "id": 1 } }),
        Content::Choice { .. }
        | Content::Choices { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. } => return None,
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
