//! A content in the form that both of Google's services share: a text, a file or a card, with suggestions below.

use super::Product;
use crate::channel::Capabilities;
use crate::delivery::Undeliverable;
use crate::text::{cards, kind_name, length, link, numbered, place, split};
use patchbay_model::{Attachment, ChoiceOption, Content};
use serde_json::{Value, json};

/// Characters on a suggestion, and of what comes back for it ("Suggestions", "Suggested replies").
const SUGGESTION_TEXT_MAX: usize = 25;
const POSTBACK_MAX: usize = 2_048;
/// Characters of a card's text ("Rich cards").
const CARD_TEXT_MAX: usize = 2_000;

impl Product {
    fn capabilities(self) -> &'static Capabilities {
        match self {
            Product::Rcs => &super::rcs::CAPABILITIES,
            Product::BusinessMessages => &super::business::CAPABILITIES,
        }
    }

    /// The messages that a content takes, in their order.
    pub(super) fn parts(self, content: &Content) -> Result<Vec<Value>, Undeliverable> {
        let parts = match content {
            Content::Text { text }
            | Content::Sticker { text: Some(text), .. }
            | Content::Template { text: Some(text), .. }
            | Content::Choice { text: Some(text), .. }
            | Content::Choice { data: text, text: None } => self.texts(text),
            Content::Media { attachments, text } => {
                self.media(attachments, text.as_deref().unwrap_or_default())
            }
            Content::Location { latitude, longitude, name, address } => {
                let text = place(*latitude, *longitude, name.as_deref(), address.as_deref());
                let mut parts = self.texts(&text);
                if let (Product::Rcs, Some(last)) = (self, parts.last_mut()) {
                    last["suggestions"] = json!([shown_on_map(*latitude, *longitude, name.as_deref())]);
                }
                parts
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
        };
        if parts.is_empty() { Err(Undeliverable::Empty) } else { Ok(parts) }
    }

    fn texts(self, text: &str) -> Vec<Value> {
        let Capabilities { text_max, text_unit, .. } = *self.capabilities();
        split(text, text_max, text_unit)
            .into_iter()
            .filter(|piece| !piece.trim().is_empty())
            .map(|piece| json!({ "text": piece }))
            .collect()
    }

    fn fits(self, text: &str, max: usize) -> bool {
        !text.trim().is_empty() && length(text, self.capabilities().text_unit) <= max
    }

    fn is_shown(self, attachment: &Attachment) -> bool {
        let web = attachment.url.starts_with("https://") || attachment.url.starts_with("http://");
        web && self.capabilities().media_types.iter().any(|kind| attachment.content_type.starts_with(kind))
    }

    /// A picture or film with a text is a card; else the text goes before the files.
    fn media(self, attachments: &[Attachment], text: &str) -> Vec<Value> {
        let pictured = |kind: &str| kind.starts_with("image/") || kind.starts_with("video/");
        match attachments {
            [one] if self.is_shown(one) && pictured(&one.content_type) && self.fits(text, CARD_TEXT_MAX) => {
                vec![self.card(one, text)]
            }
            _ => {
                let file = |attachment| match self.is_shown(attachment) {
                    true => vec![self.file(attachment)],
                    false => self.texts(&link(attachment)),
                };
                self.texts(text).into_iter().chain(attachments.iter().flat_map(file)).collect()
            }
        }
    }

    fn file(self, attachment: &Attachment) -> Value {
        let info = json!({ "fileUrl": attachment.url });
        match self {
            Product::Rcs => json!({ "contentInfo": info }),
            Product::BusinessMessages => json!({ "image": { "contentInfo": info } }),
        }
    }

    fn card(self, attachment: &Attachment, text: &str) -> Value {
        let media = json!({ "height": "MEDIUM", "contentInfo": { "fileUrl": attachment.url } });
        let mut card = json!({ "cardContent": { "description": text, "media": media } });
        if self == Product::Rcs {
            card["cardOrientation"] = json!("VERTICAL");
        }
        json!({ "richCard": { "standaloneCard": card } })
    }

    /// Answers as suggestions below the text. Those that Google cannot carry are numbered lines.
    fn choices(self, text: &str, options: &[ChoiceOption]) -> Vec<Value> {
        let fits = |option: &ChoiceOption| {
            self.fits(&option.text, SUGGESTION_TEXT_MAX) && self.fits(&option.data, POSTBACK_MAX)
        };
        let mut parts = self.texts(text);
        match parts.last_mut() {
            Some(last)
                if (1..=self.capabilities().choices_max).contains(&options.len())
                    && options.iter().all(fits) =>
            {
                let reply = |option: &ChoiceOption| json!({ "reply": { "text": option.text, "postbackData": option.data } });
                last["suggestions"] = options.iter().map(reply).collect();
                parts
            }
            _ => self.texts(&numbered(text, options)),
        }
    }
}

/// The suggestion that opens a map at a place; what it says is the same in every language.
fn shown_on_map(latitude: f64, longitude: f64, name: Option<&str>) -> Value {
    let at = json!({ "latitude": latitude, "longitude": longitude });
    let view = json!({ "latLong": at, "label": name.unwrap_or_default() });
    json!({ "action": { "text": "📍", "postbackData": "location", "viewLocationAction": view } })
}
