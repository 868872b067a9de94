use super::render::RETRY_KEY_HEADER;
use super::{INFO_PATH, Line, MARK_READ_PATH, PROFILE_PATH, outcome};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::{sid, uuid};
use crate::lookup;
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Signal, Simulated,
    file_id,
};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, Timestamp};
use serde_json::{Value, json};

/// LINE's own user id of the official account.
const DESTINATION: &str = "U00000000000000000000000000000001";
/// What the played LINE's tokens begin with; the rest is the message's id.
const QUOTE: &str = "quote-";
const READ: &str = "read-";

impl Simulated for Line {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let CustomerMessage { from, content, reply_to, seed, at } = message;
        let id = numeric(seed);
        if let Content::Choice { data, .. } = content {
            let pressed = json!({ "postback": { "data": data } });
            return Some(self.webhook(vec![event(from, seed, *at, "postback", pressed)]));
        }
        let events = said(content, &id)?.into_iter().enumerate().map(|(part, mut said)| {
            if let Some(quoted) = reply_to {
                said["quotedMessageId"] = json!(quoted);
            }
            let seed = format!("{seed}/{part}");
            if let Some(id) = said["id"].as_str().map(str::to_owned) {
                said["quoteToken"] = json!(format!("{QUOTE}{id}"));
                said["markAsReadToken"] = json!(format!("{READ}{id}"));
            }
            event(from, &seed, *at, "message", json!({ "message": said }))
        });
        Some(self.webhook(events.collect()))
    }

    fn customer_event(&self, what: &CustomerEvent) -> Option<WebhookRequest> {
        let CustomerEvent { from, act, seed, at } = what;
        let (kind, about) = match act {
            Act::Unsend { message } => ("unsend", json!({ "unsend": { "messageId": message } })),
            Act::OptIn => ("follow", json!({ "follow": { "isUnblocked": false } })),
            Act::OptOut => ("unfollow", json!({})),
            Act::Note { name } => (name.as_str(), json!({ name.as_str(): {} })),
            _ => return None,
        };
        let mut event = event(from, seed, *at, kind, about);
        if let (Act::OptOut | Act::Unsend { .. }, Some(event)) = (act, event.as_object_mut()) {
            event.remove("replyToken");
        }
        Some(self.webhook(vec![event]))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        // A reply names no recipient: the push that stands behind it does.
        match (body["to"].as_str(), &request.on_refused) {
            (Some(to), _) => delivery(&body, to),
            (None, Some(push)) => delivery(&body, &self.read_delivery(push)?.to),
            (None, None) => None,
        }
    }

    fn read_reply(&self, request: &ProviderRequest, to: &str) -> Option<Delivery> {
        delivery(&serde_json::from_slice(&request.body).ok()?, to)
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        if request.url.ends_with(MARK_READ_PATH) {
            let id = body["markAsReadToken"].as_str()?.strip_prefix(READ)?.to_owned();
            return Some((String::new(), Signal::Read { message: Some(id) }));
        }
        let shown = request.url.ends_with("/chat/loading/start");
        shown.then(|| Some((body["chatId"].as_str()?.to_owned(), Signal::Typing { on: true })))?
    }

    fn reply_token(&self, request: &ProviderRequest) -> Option<String> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        body["replyToken"].as_str().map(str::to_owned)
    }

    fn idempotency_key(&self, request: &ProviderRequest) -> Option<String> {
        request.headers.get(RETRY_KEY_HEADER).map(str::to_owned)
    }

    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        let path = request.url.strip_prefix(&self.api_data_base)?.strip_prefix("/v2/bot/message/")?;
        let id = path.strip_suffix("/content")?;
        if request.headers.get("authorization") != Some(&self.authorization()) {
            return Some(self.provider_answer(request, &Answer::error(401)));
        }
        Some(match file(id) {
            Some(file) => file.answer(),
            None => self.provider_answer(request, &Answer::error(404)),
        })
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        Some(match lookup::asked(request, &self.authorization())? {
            Ok(path) if path.ends_with(INFO_PATH) => {
                let name = format!("Played account {}", self.account.name);
                lookup::answer(200, &json!({ "userId": DESTINATION, "displayName": name, "chatMode": "bot" }))
            }
            Ok(path) => match path.split_once(PROFILE_PATH) {
                Some((_, user)) => {
                    let name = format!("{CUSTOMER_NAME} {user}");
                    lookup::answer(200, &json!({ "userId": user, "displayName": name }))
                }
                None => self.provider_answer(request, &Answer::error(404)),
            },
            Err(()) => self.provider_answer(request, &Answer::error(401)),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, header, body) = match answer {
            Answer::Success { seed } => {
                let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                let count = body["messages"].as_array().map_or(0, Vec::len);
                let sent: Vec<Value> = (0..count)
                    .map(|at| json!({ "id": numeric(&format!("{seed}/{at}")), "quoteToken": format!("{QUOTE}{}", numeric(&format!("{seed}/{at}"))) }))
                    .collect();
                (200, "x-line-request-id", json!({ "sentMessages": sent }))
            }
            Answer::Error { status: 409, .. } => {
                let message = "The retry key is already accepted";
                (409, outcome::ACCEPTED_HEADER, json!({ "message": message }))
            }
            Answer::Error { status, code } => {
                let message = match status {
                    400 if self.reply_token(request).is_some() => "Invalid reply token",
                    400 => "The request body has 1 error(s)",
                    401 => "Authentication failed. Confirm that the access token is valid.",
                    429 => "The API rate limit has been exceeded. Try again later.",
                    _ => "The request could not be processed",
                };
                let message = code.as_deref().unwrap_or(message);
                (*status, "x-line-request-id", json!({ "message": message }))
            }
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([
                ("Content-Type", "application/json".to_owned()),
                (header, uuid(&["line-request", &String::from_utf8_lossy(&request.body)])),
            ]),
            body: body.to_string().into_bytes(),
        }
    }
}

impl Line {
    fn webhook(&self, events: Vec<Value>) -> WebhookRequest {
        let body = json!({ "destination": DESTINATION, "events": events });
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Line),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json; charset=utf-8")]),
            body: body.to_string().into_bytes(),
        };
        self.add_signature(&mut request);
        request
    }
}

fn event(from: &str, seed: &str, at: Timestamp, kind: &str, about: Value) -> Value {
    let mut event = json!({
        "type": kind, "mode": "active", "timestamp": at.0,
        "source": { "type": "user", "userId": from },
        "webhookEventId": sid("01", &["line-webhook", seed]),
        "deliveryContext": { "isRedelivery": false },
        "replyToken": sid("", &["line-reply", seed]),
    });
    if let (Value::Object(event), Value::Object(about)) = (&mut event, about) {
        event.extend(about);
    }
    event
}

/// What LINE's messages show to a customer.
fn delivery(body: &Value, to: &str) -> Option<Delivery> {
    let messages = body["messages"].as_array()?;
    let texts = messages
        .iter()
        .filter_map(|message| message["text"].as_str().or_else(|| message["title"].as_str()))
        .map(str::to_owned)
        .collect();
    let media = messages.iter().filter_map(|message| message["originalContentUrl"].as_str());
    let items = messages.iter().flat_map(|message| {
        let buttons = [&message["quickReply"]["items"], &message["contents"]["body"]["contents"]];
        buttons.into_iter().filter_map(Value::as_array).flatten()
    });
    let quoted = messages.iter().find_map(|message| message["quoteToken"].as_str()?.strip_prefix(QUOTE));
    let option = |item: &Value| {
        let text = |name: &str| item["action"][name].as_str().map(str::to_owned);
        Some(ChoiceOption { data: text("data")?, text: text("displayText")? })
    };
    Some(Delivery {
        to: to.to_owned(),
        texts,
        media: media.map(str::to_owned).collect(),
        choices: items.filter_map(option).collect(),
        reply_to: quoted.map(str::to_owned),
        ..Delivery::default()
    })
}

/// What a customer says as LINE's messages: it has no captions, so media and text come apart.
fn said(content: &Content, id: &str) -> Option<Vec<Value>> {
    Some(match content {
        Content::Text { text } => vec![json!({ "id": id, "type": "text", "text": text })],
        Content::Media { attachments, text } => {
            let texts = text.iter().map(|text| json!({ "id": id, "type": "text", "text": text }));
            let media = attachments.iter().enumerate().map(|(at, a)| media(a, &format!("{id}{at}")));
            texts.chain(media).collect()
        }
        Content::Location { latitude, longitude, name, address } => vec![json!({
            "id": id, "type": "location", "title": name, "address": address,
            "latitude": latitude, "longitude": longitude,
        })],
        Content::Sticker { package_id, sticker_id, .. } => vec![json!({
            "id": id, "type": "sticker", "packageId": package_id, "stickerId": sticker_id,
            "stickerResourceType": "STATIC",
        })],
        Content::Unsupported { provider_kind, .. } => vec![json!({ "id": id, "type": provider_kind })],
        Content::Choice { .. }
        | Content::Choices { .. }
        | Content::Contacts { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. } => return None,
    })
}

fn media(attachment: &Attachment, id: &str) -> Value {
    let stated = attachment.content_type.split('/').next().unwrap_or_default();
    let kind = if ["image", "video", "audio"].contains(&stated) { stated } else { "file" };
    let (id, provider) = match file_id(&attachment.url) {
        Some(id) => (id, json!({ "type": "line" })),
        None => (id, json!({ "type": "external", "originalContentUrl": attachment.url })),
    };
    json!({
        "id": id, "type": kind, "fileName": attachment.file_name, "fileSize": attachment.bytes,
        "contentProvider": provider,
    })
}

/// A message id as LINE writes them: digits.
fn numeric(seed: &str) -> String {
    let hex = sid("", &["line-message", seed]);
    u64::from_str_radix(&hex[..15], 16).unwrap_or_default().to_string()
}
