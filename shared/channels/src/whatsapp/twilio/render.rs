use super::{CAPABILITIES, WhatsAppByTwilio};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::text::{cards, kind_name, link, numbered, place, split};
use patchbay_model::{Attachment, ChannelKind, Content, OutboundMessage};
use serde_json::{Map, Value};

/// The types under which WhatsApp shows a text; Twilio drops that of any other.
const CAPTIONED: &[&str] = &["image/jpeg", "image/png", "video/", "application/"];

/// One Twilio message: its parameters besides sender, recipient and callback.
type Part = Vec<(&'static str, String)>;

impl WhatsAppByTwilio {
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        recipient(message, ChannelKind::Whatsapp, &self.twilio.account)?;
        let parts = parts(&message.content)?;
        if parts.is_empty() {
            return Err(Undeliverable::Empty);
        }
        let call = |part: Part| {
            let said: Vec<(&str, &str)> = part.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.twilio.create(message, &said)
        };
        Ok(parts.into_iter().map(call).collect())
    }
}

fn parts(content: &Content) -> Result<Vec<Part>, Undeliverable> {
    Ok(match content {
        Content::Text { text }
        | Content::Sticker { text: Some(text), .. }
        | Content::Choice { text: Some(text), .. }
        | Content::Choice { data: text, text: None } => texts(text),
        Content::Media { attachments, text } => media(attachments, text.as_deref().unwrap_or_default()),
        Content::Location { latitude, longitude, name, address } => {
            vec![location(*latitude, *longitude, name.as_deref(), address.as_deref())]
        }
        Content::Choices { text, options } => texts(&numbered(text, options)),
        Content::Contacts { contacts } => texts(&cards(contacts)),
        Content::Template { name, parameters, .. } => vec![template(name, parameters)],
        Content::Sticker { text: None, .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => return Err(Undeliverable::Kind(kind_name(content))),
    })
}

fn texts(text: &str) -> Vec<Part> {
    split(text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty())
        .map(|piece| vec![("Body", piece.to_owned())])
        .collect()
}

fn is_of(attachment: &Attachment, types: &[&str]) -> bool {
    types.iter().any(|kind| attachment.content_type.starts_with(kind))
}

/// The text goes with the first file where WhatsApp shows it there.
fn media(attachments: &[Attachment], text: &str) -> Vec<Part> {
    let mut parts = texts(text);
    let file = |attachment: &Attachment| match is_of(attachment, CAPABILITIES.media_types) {
        true => vec![vec![("MediaUrl", attachment.url.clone())]],
        false => texts(&link(attachment)),
    };
    let mut files: Vec<Part> = attachments.iter().flat_map(file).collect();
    let captioned = attachments
        .first()
        .is_some_and(|first| is_of(first, CAPABILITIES.media_types) && is_of(first, CAPTIONED));
    // One piece is short enough for a caption; of several, the order would be broken.
    if captioned
        && parts.len() == 1
        && let (Some(first), Some(caption)) = (files.first_mut(), parts.pop())
    {
        first.splice(0..0, caption);
    }
    parts.extend(files);
    parts
}

/// Twilio, "WhatsApp location messages": the place as a URI, which a label may follow; the text is its name.
fn location(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> Part {
    let label = address.or(name).map(|label| format!("|{}", label.replace('|', " "))).unwrap_or_default();
    let body = match name.or(address) {
        Some(name) => name.to_owned(),
        None => place(latitude, longitude, None, None),
    };
    vec![("Body", body), ("PersistentAction", format!("geo:{latitude},{longitude}{label}"))]
}

/// Twilio, "Content API": a template by its `HX…` id, its placeholders by their numbers.
fn template(name: &str, parameters: &[String]) -> Part {
    let mut part = vec![("ContentSid", name.to_owned())];
    if !parameters.is_empty() {
        let numbered = parameters.iter().enumerate();
        let variables: Map<String, Value> =
            numbered.map(|(at, value)| ((at + 1).to_string(), Value::from(value.as_str()))).collect();
        part.push(("ContentVariables", Value::from(variables).to_string()));
    }
    part
}
