use super::choices::choices;
use super::{CAPABILITIES, Line};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::identifier::uuid;
use crate::text::{beginning, cards, kind_name, link, split, stated};
use patchbay_model::{Attachment, ChannelKind, Content, OutboundMessage, ReplyContext, Timestamp};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

/// A push that is made again with the same value is recognised.
pub(super) const RETRY_KEY_HEADER: &str = "X-Line-Retry-Key";
/// Messages of one call (LINE, "Send push message").
pub(super) const MESSAGES_MAX: usize = 5;
/// Characters of a sender's name (LINE, "Change icon and display name").
const SENDER_NAME_CHARS_MAX: usize = 20;
/// Characters of a location's title and of its address.
const LOCATION_CHARS_MAX: usize = 100;
/// Characters of a media URL.
const URL_CHARS_MAX: usize = 2_000;
/// What LINE wants percent-encoded besides everything that is not ASCII.
const NOT_IN_URLS: &AsciiSet = &CONTROLS.add(b' ');
/// LINE demands an audio's length and only displays it; an attachment does not tell.
const AUDIO_DURATION_MS: u32 = 60_000;

impl Line {
    /// One call per five messages. The first is a reply where the customer's token may still work, with a
    /// push to fall back on; the others are pushes. A push has the same retry key whenever it is rendered.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Line, &self.account)?;
        let mut messages = messages(&message.content)?;
        if messages.is_empty() {
            return Err(Undeliverable::Empty);
        }
        if let Some(name) = message.author_name.as_deref().and_then(sender_name) {
            for message in &mut messages {
                message["sender"] = json!({ "name": name });
            }
        }
        if let Some(token) = message.reply_to.as_deref().filter(|id| is_token(id)) {
            quote(&mut messages, token);
        }
        let token = match &message.reply_context {
            Some(ReplyContext::Token(token)) if now <= token.usable_until => Some(token),
            _ => None,
        };
        let mut token = token.map(|token| token.token.as_str());
        let key = message.key.to_string();
        Ok(messages
            .chunks(MESSAGES_MAX)
            .enumerate()
            .map(|(at, messages)| {
                let push = self.push(to, messages, &uuid(&["line-push", &key, &at.to_string()]));
                match token.take() {
                    Some(token) => self.reply(token, messages, push),
                    None => push,
                }
            })
            .collect())
    }

    fn push(&self, to: &str, messages: &[Value], retry_key: &str) -> ProviderRequest {
        let mut request = self.call("/v2/bot/message/push", &json!({ "to": to, "messages": messages }));
        request.headers.push(RETRY_KEY_HEADER, retry_key);
        ProviderRequest { idempotent: true, ..request }
    }

    fn reply(&self, token: &str, messages: &[Value], push: ProviderRequest) -> ProviderRequest {
        let body = json!({ "replyToken": token, "messages": messages });
        ProviderRequest { on_refused: Some(Box::new(push)), ..self.call("/v2/bot/message/reply", &body) }
    }
}

/// Whether this is a token of LINE's and not the id of a message, which is digits.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A quote goes with the first text or sticker ("Get quote tokens"); nothing else can have one.
fn quote(messages: &mut [Value], token: &str) {
    let quotes = |message: &&mut Value| message["type"] == "text" || message["type"] == "sticker";
    if let Some(message) = messages.iter_mut().find(quotes) {
        message["quoteToken"] = json!(token);
    }
}

fn messages(content: &Content) -> Result<Vec<Value>, Undeliverable> {
    Ok(match content {
        Content::Text { text } => texts(text),
        Content::Choice { data, text } => texts(text.as_ref().unwrap_or(data)),
        Content::Choices { text, options } => choices(text, options),
        Content::Contacts { contacts } => texts(&cards(contacts)),
        Content::Template { text: Some(text), .. } => texts(text),
        Content::Media { attachments, text } => {
            let caption = text.iter().flat_map(|text| texts(text));
            caption.chain(attachments.iter().flat_map(media)).collect()
        }
        Content::Location { latitude, longitude, name, address } => {
            // LINE demands both.
            let here = format!("{latitude}, {longitude}");
            let or_here = |text: &Option<String>| {
                let stated = stated(text.as_deref(), LOCATION_CHARS_MAX, CAPABILITIES.text_unit);
                stated.unwrap_or(&here).to_owned()
            };
            let (title, address) = (or_here(name), or_here(address));
            vec![json!({
                "type": "location", "title": title, "address": address,
                "latitude": latitude, "longitude": longitude,
            })]
        }
        Content::Sticker { package_id, sticker_id, .. } => {
            vec![json!({ "type": "sticker", "packageId": package_id, "stickerId": sticker_id })]
        }
        Content::Template { text: None, .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => {
            return Err(Undeliverable::Kind(kind_name(content)));
        }
    })
}

pub(super) fn texts(text: &str) -> Vec<Value> {
    split(text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty())
        .map(|piece| json!({ "type": "text", "text": piece }))
        .collect()
}

/// LINE fetches media itself, over https only; what it cannot show goes out as a link.
fn media(attachment: &Attachment) -> Vec<Value> {
    let url = utf8_percent_encode(&attachment.url, NOT_IN_URLS).to_string();
    let known = CAPABILITIES.media_types.iter().any(|kind| attachment.content_type.starts_with(kind));
    if !known || !url.starts_with("https://") || url.len() > URL_CHARS_MAX {
        return texts(&link(attachment));
    }
    vec![match attachment.content_type.split_once('/') {
        Some((kind @ ("image" | "video"), _)) => {
            json!({ "type": kind, "originalContentUrl": url, "previewImageUrl": url })
        }
        _ => json!({ "type": "audio", "originalContentUrl": url, "duration": AUDIO_DURATION_MS }),
    }]
}

/// The agent's name as LINE takes it. Names with LINE's own in them are refused, and would take the message
/// with them.
fn sender_name(name: &str) -> Option<&str> {
    let name = beginning(name.trim(), SENDER_NAME_CHARS_MAX, CAPABILITIES.text_unit);
    (!name.is_empty() && !name.to_ascii_uppercase().contains("LINE")).then_some(name)
}
