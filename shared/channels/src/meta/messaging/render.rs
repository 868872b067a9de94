use super::normalise::USER_REF;
use super::{Messaging, QUICK_REPLIES_MAX};
use crate::channel::TextUnit;
use crate::delivery::{ProviderRequest, Rendered, Undeliverable, recipient};
use crate::text::{cards, kind_name, length, link, numbered, place, split};
use patchbay_model::{Attachment, ChoiceOption, Content, OutboundMessage};
use serde_json::{Value, json};

/// Characters of a quick reply's title and of what comes back for it (Meta, "Quick replies").
const TITLE_MAX: usize = 20;
const PAYLOAD_MAX: usize = 1_000;

impl Messaging {
    /// One call for each piece of the text and for each attachment: a message has one or the other. The first
    /// one quotes what is answered.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, self.medium.kind, &self.app.account)?;
        if let Content::Reaction { emoji } = &message.content {
            return Ok(vec![self.reaction(to, emoji.as_deref(), message.reply_to.as_deref())?]);
        }
        let parts = self.parts(&message.content)?;
        if parts.is_empty() {
            return Err(Undeliverable::Empty);
        }
        let mut quoted = message.reply_to.as_deref();
        let key = message.key.to_string();
        // Only a person has the longer window, and only agents have names.
        let human = self.human_agent && message.author_name.is_some();
        Ok(parts
            .into_iter()
            .map(|mut part| {
                if self.medium.metadata {
                    part["metadata"] = json!(key);
                }
                let mut body = json!({ "recipient": addressee(to), "message": part });
                if let Some(mid) = quoted.take() {
                    body["reply_to"] = json!({ "mid": mid });
                }
                self.send(body, human)
            })
            .collect())
    }

    /// A response; for a person's answer with a second try under the tag that lasts longer.
    fn send(&self, mut body: Value, human: bool) -> ProviderRequest {
        body["messaging_type"] = json!("RESPONSE");
        let request = self.app.call("messages", &body);
        if !human {
            return request;
        }
        body["messaging_type"] = json!("MESSAGE_TAG");
        body["tag"] = json!("HUMAN_AGENT");
        ProviderRequest { on_refused: Some(Box::new(self.app.call("messages", &body))), ..request }
    }

    pub(super) fn action(&self, to: &str, action: &str) -> Rendered {
        let body = json!({ "recipient": addressee(to), "sender_action": action });
        Rendered::Requests(vec![self.app.call("messages", &body)])
    }

    fn reaction(
        &self,
        to: &str,
        emoji: Option<&str>,
        about: Option<&str>,
    ) -> Result<ProviderRequest, Undeliverable> {
        let about = about.ok_or(Undeliverable::Empty)?;
        let mut payload = json!({ "message_id": about });
        let bare = |emoji: &str| emoji.replace('\u{fe0f}', "");
        match (emoji, self.medium.reaction) {
            (None, _) => {}
            (Some(emoji), Some((only, name))) if bare(emoji) == bare(only) => {
                payload["reaction"] = json!(name)
            }
            (Some(_), Some(_)) => return Err(Undeliverable::Kind("reaction")),
            (Some(emoji), None) => payload["reaction"] = json!(emoji),
        }
        let action = if emoji.is_some() { "react" } else { "unreact" };
        let body = json!({ "recipient": addressee(to), "sender_action": action, "payload": payload });
        Ok(self.app.call("messages", &body))
    }

    fn parts(&self, content: &Content) -> Result<Vec<Value>, Undeliverable> {
        Ok(match content {
            Content::Sticker { sticker_id, .. } if self.medium.sticker == Some(sticker_id.as_str()) => {
                vec![json!({ "attachment": { "type": sticker_id } })]
            }
            Content::Text { text }
            | Content::Sticker { text: Some(text), .. }
            | Content::Template { text: Some(text), .. }
            | Content::Choice { text: Some(text), .. }
            | Content::Choice { data: text, text: None } => self.texts(text),
            Content::Media { attachments, text } => {
                let caption = text.iter().flat_map(|text| self.texts(text));
                caption.chain(attachments.iter().flat_map(|one| self.media(one))).collect()
            }
            Content::Location { latitude, longitude, name, address } => {
                self.texts(&place(*latitude, *longitude, name.as_deref(), address.as_deref()))
            }
            Content::Choices { text, options } => self.choices(text, options),
            Content::Contacts { contacts } => self.texts(&cards(contacts)),
            Content::Sticker { text: None, .. }
            | Content::Template { text: None, .. }
            | Content::Reaction { .. }
            | Content::Email(_)
            | Content::System { .. }
            | Content::Note { .. }
            | Content::Unsupported { .. } => return Err(Undeliverable::Kind(kind_name(content))),
        })
    }

    fn texts(&self, text: &str) -> Vec<Value> {
        split(text, self.medium.capabilities.text_max, self.medium.capabilities.text_unit)
            .into_iter()
            .filter(|piece| !piece.trim().is_empty())
            .map(|piece| json!({ "text": piece }))
            .collect()
    }

    /// Quick replies under the last piece of the text; what does not fit them is numbered lines.
    fn choices(&self, text: &str, options: &[ChoiceOption]) -> Vec<Value> {
        let fits = |text: &str, max: usize| !text.trim().is_empty() && length(text, TextUnit::Utf16) <= max;
        let all = options.iter().all(|o| fits(&o.text, TITLE_MAX) && fits(&o.data, PAYLOAD_MAX));
        let mut pieces = self.texts(text);
        match pieces.last_mut() {
            Some(last) if all && !options.is_empty() && options.len() <= QUICK_REPLIES_MAX => {
                let reply =
                    |o: &ChoiceOption| json!({ "content_type": "text", "title": o.text, "payload": o.data });
                last["quick_replies"] = options.iter().map(reply).collect();
                pieces
            }
            _ => self.texts(&numbered(text, options)),
        }
    }

    /// Meta fetches media itself; what it cannot show goes out as a link.
    fn media(&self, attachment: &Attachment) -> Vec<Value> {
        let is_shown = |types: &[&str]| types.iter().any(|kind| attachment.content_type.starts_with(kind));
        let shown = self.medium.shown.iter().find(|(_, types)| is_shown(types));
        match shown {
            Some((kind, _)) if attachment.url.starts_with("https://") => {
                let payload = json!({ "url": attachment.url, "is_reusable": false });
                vec![json!({ "attachment": { "type": kind, "payload": payload } })]
            }
            _ => self.texts(&link(attachment)),
        }
    }
}

fn addressee(to: &str) -> Value {
    match to.strip_prefix(USER_REF) {
        Some(user_ref) => json!({ "user_ref": user_ref }),
        None => json!({ "id": to }),
    }
}
