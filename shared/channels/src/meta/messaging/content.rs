//! What a customer's message says.

use super::wire::{Message, Part};
use crate::text::{cut, cut_attachments};
use crate::webhook::Problem;
use patchbay_model::{Attachment, Content};

/// The content of a message; one of which nothing can be shown is unsupported, with Meta's name of it.
pub(super) fn content(message: &Message, path: &str, problems: &mut Vec<Problem>) -> Content {
    let text = message.text.clone().filter(|text| !text.is_empty());
    let text = text.map(|text| cut(text, path, problems));
    if let Some(reply) = &message.quick_reply {
        return Content::Choice { data: cut(reply.payload.clone(), path, problems), text };
    }
    if let [part] = message.attachments.as_slice()
        && let Some(content) = location(part).or_else(|| sticker(part))
    {
        return content;
    }
    let story = message.reply_to.as_ref().and_then(|reply| reply.story.as_ref());
    let story = story.and_then(|story| attachment("story", story.url.clone()?));
    let media = message.attachments.iter().filter_map(media).chain(story).collect();
    let media = cut_attachments(media, path, problems);
    let described = message.attachments.iter().filter(|part| self::media(part).is_none());
    let described: Vec<String> = described.filter_map(description).collect();
    let lines: Vec<String> = text.into_iter().chain(described).collect();
    let text = Some(lines.join("\n")).filter(|text| !text.is_empty());
    match (media.is_empty(), text) {
        (false, text) => Content::Media { attachments: media, text },
        (true, Some(text)) => Content::Text { text },
        (true, None) => Content::Unsupported {
            provider_kind: message.attachments.first().map_or("message", |part| &part.kind).to_owned(),
            text: None,
        },
    }
}

fn location(part: &Part) -> Option<Content> {
    let place = part.payload.get("coordinates")?;
    Some(Content::Location {
        latitude: place.get("lat")?.as_f64()?,
        longitude: place.get("long")?.as_f64()?,
        name: part.title.clone(),
        address: None,
    })
}

/// Instagram's heart has no picture.
fn sticker(part: &Part) -> Option<Content> {
    (part.kind == "like_heart").then(|| Content::Sticker {
        package_id: "instagram".into(),
        sticker_id: part.kind.clone(),
        text: Some("❤️".into()),
    })
}

fn media(part: &Part) -> Option<Attachment> {
    attachment(&part.kind, part.payload.get("url")?.as_str()?.to_owned())
}

/// Meta says what kind of media it is; the exact type comes with the content itself. What somebody shared or
/// said in a story has Meta's word for it as its name.
fn attachment(kind: &str, url: String) -> Option<Attachment> {
    let (content_type, file_name) = match kind {
        "image" => ("image/*", None),
        "video" => ("video/*", None),
        "audio" => ("audio/*", None),
        "file" => ("application/octet-stream", None),
        // A link to a page, and what Meta itself cannot show.
        "fallback" | "unsupported_type" => return None,
        other => ("application/octet-stream", Some(other.to_owned())),
    };
    Some(Attachment { url, content_type: content_type.into(), file_name, bytes: None })
}

/// A shared link or product as text.
fn description(part: &Part) -> Option<String> {
    let field = |value: &serde_json::Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let products = part.payload.get("product").and_then(|product| product.get("elements")?.as_array());
    let products = products.into_iter().flatten();
    let products = products.flat_map(|element| [field(element, "title"), field(element, "subtitle")]);
    let link = (part.kind == "fallback").then(|| part.url.clone().or_else(|| field(&part.payload, "url")));
    let title = part.title.clone().or_else(|| field(&part.payload, "title"));
    let lines: Vec<String> = [title, link.flatten()].into_iter().chain(products).flatten().collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}
