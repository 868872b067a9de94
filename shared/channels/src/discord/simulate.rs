use super::Discord;
use super::address::{of_channel, snowflake};
use super::interaction::REPLY;
use super::verify::{SIGNATURE_HEADER, TIMESTAMP_HEADER, signed};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, Signal, Simulated,
};
use crate::standard;
use crate::webhook::{Headers, WebhookRequest};
use ed25519_dalek::{Signer, SigningKey};
use patchbay_model::id::{digest16, hex};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// What the id of a played private channel begins with.
const PRIVATE: &str = "private-";

/// The key with which the played Discord signs for a bot: nobody else has its private half either. An account whose
/// `public_key` is its other half believes the simulator, and a real account's never is.
pub(super) fn signing_key(bot_token: &str) -> SigningKey {
    let seed = Sha256::new_with_prefix(b"patchbay played discord\0").chain_update(bot_token).finalize();
    SigningKey::from_bytes(&seed.into())
}

impl Simulated for Discord {
    /// As a private message where there is a forwarder of the Gateway, else by the form that answers; by buttons in
    /// either case.
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let forwarded = !self.gateway_keys.is_empty();
        let answered = message.reply_to.as_ref().map(|id| json!({ "id": id }));
        match &message.content {
            Content::Choice { data, text } => {
                let button = json!({ "type": 2, "label": text.as_ref().unwrap_or(data), "custom_id": data });
                let asked = json!({
                    "id": message.reply_to.as_deref().unwrap_or("1"),
                    "components": [{ "type": 1, "components": [button] }],
                });
                let pressed = json!({ "custom_id": data, "component_type": 2 });
                Some(self.interaction_of(message, 3, pressed, Some(asked)))
            }
            Content::Text { text } if forwarded => Some(self.message_of(message, json!({ "content": text }))),
            Content::Media { attachments, text } if forwarded => {
                let files: Vec<Value> = files(attachments).collect();
                Some(self.message_of(message, json!({ "content": text.as_deref(), "attachments": files })))
            }
            Content::Sticker { sticker_id, text, .. } if forwarded => {
                let sticker = json!({ "id": sticker_id, "name": text, "format_type": 1 });
                Some(self.message_of(message, json!({ "sticker_items": [sticker] })))
            }
            Content::Text { text } => Some(self.interaction_of(message, 5, written(text, &[]), answered)),
            Content::Media { attachments, text } => {
                let form = written(text.as_deref().unwrap_or_default(), attachments);
                Some(self.interaction_of(message, 5, form, answered))
            }
            _ => None,
        }
    }

    /// Only a forwarder hears what happens to messages, and that somebody types.
    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let CustomerEvent { from, act, seed, at } = event;
        let heard = |kind: &str, data: Value| {
            (!self.gateway_keys.is_empty()).then(|| self.forwarded(kind, data, seed, *at))
        };
        match act {
            Act::Form { data } => {
                let said = CustomerMessage::text(from, "", seed, *at);
                let fields: Map<String, Value> = serde_json::from_str(data).unwrap_or_default();
                let field = |(id, value): (String, Value)| {
                    let field = json!({ "type": 4, "custom_id": id, "value": value });
                    json!({ "type": 18, "component": field })
                };
                let fields: Vec<Value> = fields.into_iter().map(field).collect();
                let form = json!({ "custom_id": "form", "components": fields });
                Some(self.interaction_of(&said, 5, form, None))
            }
            Act::Note { name } => {
                let told = json!({ "id": number(seed, *at), "user_id": from });
                let happened = json!({ "type": name.to_uppercase(), "timestamp": at.iso(), "data": told });
                let body = json!({
                    "version": 1, "application_id": self.application_id, "type": 1, "event": happened,
                });
                Some(self.webhook(&body, *at))
            }
            Act::Edit { message, text } => {
                let edited = json!({
                    "id": message, "channel_id": "1", "author": { "id": from }, "content": text,
                    "edited_timestamp": at.iso(),
                });
                heard("MESSAGE_UPDATE", edited)
            }
            Act::Unsend { message } => {
                heard("MESSAGE_DELETE", json!({ "id": message, "channel_id": "1", "user_id": from }))
            }
            Act::React { message, emoji } => {
                let kind = if emoji.is_some() { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
                let emoji = json!({ "name": emoji });
                heard(
                    kind,
                    json!({ "user_id": from, "channel_id": "1", "message_id": message, "emoji": emoji }),
                )
            }
            Act::Typing { on: true } => heard("TYPING_START", json!({ "user_id": from, "channel_id": "1" })),
            _ => None,
        }
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, at: Timestamp) {
        let timestamp = at.seconds().to_string();
        let signature = signing_key(&self.bot_token).sign(&signed(&timestamp, &request.body));
        request.headers.push(SIGNATURE_HEADER, hex(&signature.to_bytes()));
        request.headers.push(TIMESTAMP_HEADER, timestamp);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let (to, rest) = self.channel_of(request)?;
        if rest == "messages" { shown(request, &to) } else { None }
    }

    fn reply_token(&self, request: &ProviderRequest) -> Option<String> {
        let path = request.url.strip_prefix(&self.api_base)?.strip_prefix("/webhooks/")?;
        let (_, token) = path.split_once('/')?;
        let token = percent_decode_str(token.split('?').next()?).decode_utf8().ok()?;
        Some(format!("open:{token}"))
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let (to, rest) = self.channel_of(request)?;
        if rest == "typing" {
            return Some((to, Signal::Typing { on: true }));
        }
        let (message, emoji) = rest.strip_prefix("messages/")?.split_once("/reactions/")?;
        let emoji = percent_decode_str(emoji.strip_suffix("/@me")?).decode_utf8().ok()?.into_owned();
        Some((to, Signal::Reaction { message: message.to_owned(), emoji: Some(emoji) }))
    }

    fn read_reply(&self, request: &ProviderRequest, to: &str) -> Option<Delivery> {
        shown(request, to)
    }

    fn idempotency_key(&self, request: &ProviderRequest) -> Option<String> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        body["nonce"].as_str().map(str::to_owned)
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let seed = match answer {
            Answer::Success { seed } => seed.as_str(),
            // A message whose nonce is known: Discord answers with the one that there is.
            Answer::Error { status: 409, .. } => "",
            Answer::Error { status, code } => return http(*status, &error(*status, code.as_deref())),
        };
        if let Some(user) = body["recipient_id"].as_str() {
            return http(200, &json!({ "id": format!("{PRIVATE}{user}"), "type": 1 }));
        }
        if body.is_null() {
            return http(204, &Value::Null);
        }
        let id = number(body["nonce"].as_str().unwrap_or(seed), Timestamp(0));
        http(200, &json!({ "id": id, "type": 0, "content": body["content"], "nonce": body["nonce"] }))
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        let path = request.url.strip_prefix(&self.api_base)?;
        let proven = request.headers.get("authorization") == Some(&format!("Bot {}", self.bot_token));
        (path == "/users/@me").then(|| match proven {
            true => http(200, &json!({ "id": self.application_id, "username": "played" })),
            false => self.provider_answer(request, &Answer::error(401)),
        })
    }
}

impl Discord {
    fn webhook(&self, body: &Value, at: Timestamp) -> WebhookRequest {
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Discord),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        self.sign(&mut request, "", at);
        request
    }

    fn interaction_of(
        &self,
        said: &CustomerMessage,
        kind: u64,
        data: Value,
        message: Option<Value>,
    ) -> WebhookRequest {
        let id = number(&said.seed, said.at);
        let mut interaction = json!({
            "id": id, "application_id": self.application_id, "type": kind, "data": data, "locale": "en-US",
            "channel_id": "1", "token": format!("it{id}"), "version": 1, "context": 1, "user": user(&said.from),
        });
        if let Some(message) = message {
            interaction["message"] = message;
        }
        self.webhook(&interaction, said.at)
    }

    fn message_of(&self, said: &CustomerMessage, mut fields: Value) -> WebhookRequest {
        fields["id"] = json!(number(&said.seed, said.at));
        fields["channel_id"] = json!("1");
        fields["type"] = json!(0);
        fields["author"] = user(&said.from);
        if let Some(id) = &said.reply_to {
            fields["type"] = json!(19);
            fields["message_reference"] = json!({ "type": 0, "message_id": id });
        }
        self.forwarded("MESSAGE_CREATE", fields, &said.seed, said.at)
    }

    /// A payload of the Gateway, as the forwarder signs it.
    fn forwarded(&self, kind: &str, data: Value, seed: &str, at: Timestamp) -> WebhookRequest {
        let session = format!("played-{seed}");
        let payload = json!({ "op": 0, "t": kind, "s": 1, "d": data, "session_id": session });
        let body = payload.to_string().into_bytes();
        let mut headers = standard::headers(&self.gateway_keys, &format!("{session}:1"), at, &body);
        headers.push("Content-Type", "application/json");
        WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Discord),
            raw_query: String::new(),
            headers,
            body,
        }
    }

    /// The address whose channel a call is for, and what of the channel.
    fn channel_of(&self, request: &ProviderRequest) -> Option<(String, String)> {
        let path = request.url.strip_prefix(&self.api_base)?.strip_prefix("/channels/")?;
        let (channel, rest) = path.split_once('/').filter(|(channel, _)| *channel != "@me")?;
        let channel = percent_decode_str(channel).decode_utf8().ok()?;
        let to = channel.strip_prefix(PRIVATE).map_or_else(|| of_channel(&channel), str::to_owned);
        Some((to, rest.to_owned()))
    }
}

fn user(id: &str) -> Value {
    json!({ "id": id, "username": "customer", "global_name": CUSTOMER_NAME })
}

fn files(attachments: &[Attachment]) -> impl Iterator<Item = Value> + '_ {
    attachments.iter().enumerate().map(|(at, one)| {
        json!({
            "id": at.to_string(), "url": one.url, "filename": one.file_name,
            "content_type": one.content_type, "size": one.bytes,
        })
    })
}

/// The form that answers, filled in.
fn written(text: &str, attachments: &[Attachment]) -> Value {
    let field = json!({ "type": 4, "custom_id": "text", "value": text });
    let files: Map<String, Value> =
        files(attachments).enumerate().map(|(at, file)| (format!("{at:03}"), file)).collect();
    json!({
        "custom_id": REPLY, "components": [{ "type": 18, "component": field }],
        "resolved": { "attachments": files },
    })
}

fn shown(request: &ProviderRequest, to: &str) -> Option<Delivery> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let embeds = body["embeds"].as_array().into_iter().flatten();
    let rows = body["components"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    let choice = |button: &Value| {
        let text = |name: &str| button[name].as_str().map(str::to_owned);
        Some(ChoiceOption { data: text("custom_id")?, text: text("label")? })
    };
    Some(Delivery {
        to: to.to_owned(),
        texts: body["content"].as_str().map(str::to_owned).into_iter().collect(),
        media: embeds.filter_map(|embed| embed["image"]["url"].as_str()).map(str::to_owned).collect(),
        choices: buttons.filter_map(choice).filter(|option| option.data != REPLY).collect(),
        template: None,
        reply_to: body["message_reference"]["message_id"].as_str().map(str::to_owned),
    })
}

/// An id of the moment, told apart by the seed.
fn number(seed: &str, at: Timestamp) -> String {
    let digest = digest16(&["discord", seed]);
    let low = digest.iter().take(8).fold(0_u64, |low, byte| low << 8 | u64::from(*byte));
    // Without a moment the seed alone makes the id.
    if at.0 == 0 { (low >> 2).to_string() } else { snowflake(at, low).to_string() }
}

fn http(status: u16, body: &Value) -> ProviderResponse {
    ProviderResponse::Http {
        status,
        headers: Headers::from_iter([("Content-Type", "application/json")]),
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
    }
}

/// Discord's document of an error: its usual code with a status, or the one that is asked for.
fn error(status: u16, code: Option<&str>) -> Value {
    if let Some(code) = code.and_then(|code| code.parse::<u64>().ok()) {
        return json!({ "code": code, "message": "as asked for" });
    }
    match status {
        400 => json!({ "code": 50006, "message": "Cannot send an empty message" }),
        401 => json!({ "code": 0, "message": "401: Unauthorized" }),
        403 => json!({ "code": 50007, "message": "Cannot send messages to this user" }),
        404 => json!({ "code": 10003, "message": "Unknown Channel" }),
        429 => json!({ "message": "You are being rate limited.", "retry_after": 0.75, "global": false }),
        _ => json!({ "code": 0, "message": status.to_string() }),
    }
}
