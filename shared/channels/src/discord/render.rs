use super::address::{Place, place as place_of};
use super::interaction::{EPHEMERAL, REPLY};
use super::{CAPABILITIES, Discord};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::path::segment;
use crate::text::{cards, kind_name, length, link, numbered, place, split};
use patchbay_model::id::{digest16, hex};
use patchbay_model::{
    Attachment, ChannelKind, ChoiceOption, Content, OutboundMessage, ReplyContext, Timestamp,
};
use serde_json::{Value, json};

/// Pictures shown in one message (Discord, "Message resource", `embeds`).
pub(super) const EMBEDS_MAX: usize = 10;
/// Buttons of one message: five rows of five, of which one is kept for the button to answer (Discord, "Component
/// reference", "Action row").
pub(super) const BUTTONS_MAX: usize = 20;
const ROW_MAX: usize = 5;
/// Characters on a button, and of its id.
const BUTTON_LABEL_MAX: usize = 80;
const BUTTON_ID_MAX: usize = 100;
/// Characters of a nonce, by which Discord recognises a repetition for some minutes.
const NONCE_CHARS: usize = 24;
/// What stands for the private channel with somebody until its id is known.
pub(super) const PRIVATE: &str = "/channels/@me/";

impl Discord {
    /// A call for each message. By a token the first ones, while it is good; as the bot otherwise.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Discord, &self.account)?;
        if let Content::Reaction { emoji } = &message.content {
            return Ok(vec![self.reaction(to, message.reply_to.as_deref(), emoji.as_deref())?]);
        }
        let mut parts = parts(&message.content)?;
        let last = parts.last_mut().ok_or(Undeliverable::Empty)?;
        if let Some(label) = &self.reply_label {
            let button = json!({ "type": 2, "style": 1, "label": label, "custom_id": REPLY });
            let rows = last["components"].as_array().cloned().unwrap_or_default();
            let rows: Vec<Value> =
                rows.into_iter().chain([json!({ "type": 1, "components": [button] })]).collect();
            last["components"] = json!(rows);
        }
        let token = match &message.reply_context {
            Some(ReplyContext::Token(token)) if now <= token.usable_until => token.token.split_once(':'),
            _ => None,
        };
        let (key, mut answered) = (message.key.to_string(), message.reply_to.as_deref());
        let call = |(at, mut body): (usize, Value)| {
            body["allowed_mentions"] = json!({ "parse": [], "replied_user": false });
            let follow_up = token.and_then(|(seen, token)| {
                let mut body = body.clone();
                if seen == "private" {
                    body["flags"] = json!(EPHEMERAL);
                }
                self.follow_up(token, &body).ok()
            });
            body["nonce"] = json!(nonce(&key, at));
            body["enforce_nonce"] = json!(true);
            if let Some(id) = answered.take() {
                body["message_reference"] = json!({ "message_id": id, "fail_if_not_exists": false });
            }
            let as_bot = self.in_channel(to, "POST", "/messages", Some(&body))?;
            Ok(match follow_up {
                Some(request) => ProviderRequest { on_refused: Some(Box::new(as_bot)), ..request },
                None => as_bot,
            })
        };
        parts.into_iter().enumerate().map(call).collect()
    }

    /// An answer to an interaction; it needs no bot, and has no nonce.
    fn follow_up(&self, token: &str, body: &Value) -> Result<ProviderRequest, Undeliverable> {
        let token = segment(token, "token")?;
        let path = format!("webhooks/{}/{token}?wait=true", self.application_id);
        Ok(ProviderRequest { idempotent: false, ..self.call("POST", &path, Some(body)) })
    }

    /// A call in the channel that an address stands for. With a person it is opened first, which gives the same one
    /// every time.
    pub(super) fn in_channel(
        &self,
        address: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<ProviderRequest, Undeliverable> {
        Ok(match place_of(address) {
            Place::Channel(id) => {
                let id = segment(id, "address")?;
                self.call(method, &format!("channels/{id}{path}"), body)
            }
            Place::User(id) => {
                let then = self.call(method, &format!("channels/@me{path}"), body);
                let open = self.call("POST", "users/@me/channels", Some(&json!({ "recipient_id": id })));
                ProviderRequest { on_refused: Some(Box::new(then)), ..open }
            }
        })
    }

    /// To take a reaction back one must name it, which nobody remembers.
    fn reaction(
        &self,
        to: &str,
        about: Option<&str>,
        emoji: Option<&str>,
    ) -> Result<ProviderRequest, Undeliverable> {
        let (Some(id), Some(emoji)) = (about, emoji) else { return Err(Undeliverable::Kind("reaction")) };
        let (id, emoji) = (segment(id, "message's id")?, segment(emoji, "emoji")?);
        self.in_channel(to, "PUT", &format!("/messages/{id}/reactions/{emoji}/@me"), None)
    }
}

fn nonce(key: &str, at: usize) -> String {
    hex(&digest16(&["discord-message", key, &at.to_string()])).chars().take(NONCE_CHARS).collect()
}

/// The messages that a content takes, in their order.
fn parts(content: &Content) -> Result<Vec<Value>, Undeliverable> {
    Ok(match content {
        Content::Text { text }
        | Content::Sticker { text: Some(text), .. }
        | Content::Template { text: Some(text), .. }
        | Content::Choice { text: Some(text), .. }
        | Content::Choice { data: text, text: None } => texts(text),
        Content::Media { attachments, text } => media(attachments, text.as_deref()),
        Content::Location { latitude, longitude, name, address } => {
            texts(&place(*latitude, *longitude, name.as_deref(), address.as_deref()))
        }
        Content::Choices { text, options } => choices(text, options),
        Content::Contacts { contacts } => texts(&cards(contacts)),
        Content::Sticker { text: None, .. }
        | Content::Template { text: None, .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => return Err(Undeliverable::Kind(kind_name(content))),
    })
}

fn texts(text: &str) -> Vec<Value> {
    split(text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty())
        .map(|piece| json!({ "content": piece }))
        .collect()
}

/// Pictures are shown below the text; other files are links in it.
fn media(attachments: &[Attachment], text: Option<&str>) -> Vec<Value> {
    let is_shown = |attachment: &&Attachment| {
        let web = attachment.url.starts_with("https://") || attachment.url.starts_with("http://");
        web && CAPABILITIES.media_types.iter().any(|kind| attachment.content_type.starts_with(kind))
    };
    let (pictures, files): (Vec<&Attachment>, Vec<&Attachment>) = attachments.iter().partition(is_shown);
    let lines: Vec<String> = text.map(str::to_owned).into_iter().chain(files.into_iter().map(link)).collect();
    let mut parts = texts(&lines.join("\n"));
    let embeds = |batch: &[&Attachment]| -> Value {
        batch.iter().map(|picture| json!({ "image": { "url": picture.url } })).collect()
    };
    let mut batches = pictures.chunks(EMBEDS_MAX).map(embeds);
    if let Some(last) = parts.last_mut()
        && let Some(first) = batches.next()
    {
        last["embeds"] = first;
    }
    parts.extend(batches.map(|embeds| json!({ "embeds": embeds })));
    parts
}

/// Answers as buttons in rows. Those that Discord cannot carry, or could not tell apart, are numbered lines.
fn choices(text: &str, options: &[ChoiceOption]) -> Vec<Value> {
    let fits =
        |text: &str, max: usize| !text.trim().is_empty() && length(text, CAPABILITIES.text_unit) <= max;
    let mut ids: Vec<&str> = options.iter().map(|option| option.data.as_str()).collect();
    ids.sort_unstable();
    let distinct = ids.windows(2).all(|pair| pair[0] != pair[1]) && !ids.contains(&REPLY);
    let all_fit =
        options.iter().all(|o| fits(&o.text, BUTTON_LABEL_MAX) && fits(&o.data, BUTTON_ID_MAX)) && distinct;
    let mut parts = texts(text);
    match parts.last_mut() {
        Some(last) if (1..=BUTTONS_MAX).contains(&options.len()) && all_fit => {
            let button = |option: &ChoiceOption| json!({ "type": 2, "style": 2, "label": option.text, "custom_id": option.data });
            let row = |options: &[ChoiceOption]| json!({ "type": 1, "components": options.iter().map(button).collect::<Vec<_>>() });
            last["components"] = options.chunks(ROW_MAX).map(row).collect();
            parts
        }
        _ => texts(&numbered(text, options)),
    }
}
