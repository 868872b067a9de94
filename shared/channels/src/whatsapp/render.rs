use super::{CAPABILITIES, WhatsApp};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::text::{cards, kind_name, length, link, numbered, split, stated};
use patchbay_model::{
    Attachment, ChannelKind, ChoiceOption, ContactCard, Content, OutboundMessage, TemplateButton,
    TemplateHeader,
};
use serde_json::{Value, json};

/// Characters of a caption.
const CAPTION_MAX: usize = 1_024;
/// Characters of the text above buttons or a list.
const INTERACTIVE_TEXT_MAX: usize = 1_024;
/// Buttons of one message (Meta, "Interactive reply buttons"), and characters of one's title and of its id.
const BUTTONS_MAX: usize = 3;
const BUTTON_TITLE_MAX: usize = 20;
const BUTTON_ID_MAX: usize = 256;
/// Rows of one list (Meta, "Interactive lists"), and characters of one's title and of its id.
pub(super) const ROWS_MAX: usize = 10;
const ROW_TITLE_MAX: usize = 24;
const ROW_ID_MAX: usize = 200;
/// What the button says that opens a list: at most 20 characters, and the same in every language.
const LIST_BUTTON: &str = "☰";

/// The types that WhatsApp shows as such (Meta, "Media", "Supported media types"); others are documents.
const SHOWN: &[(&str, &[&str])] = &[
    ("image", &["image/jpeg", "image/png"]),
    ("video", &["video/mp4", "video/3gp"]),
    ("audio", &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"]),
    ("sticker", &["image/webp"]),
];

impl WhatsApp {
    /// One call per WhatsApp message; the first one quotes what is answered.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Whatsapp, &self.app.account)?;
        let parts = parts(message)?;
        if parts.is_empty() {
            return Err(Undeliverable::Empty);
        }
        let key = message.key.to_string();
        let quotes = !matches!(message.content, Content::Reaction { .. });
        let mut quoted = message.reply_to.as_deref().filter(|_| quotes);
        Ok(parts
            .into_iter()
            .map(|(kind, part)| {
                let mut body = json!({
                    "messaging_product": "whatsapp", "type": kind, "biz_opaque_callback_data": key,
                });
                body[kind] = part;
                let (name, group) = addressee(to);
                body[name] = json!(to);
                body["recipient_type"] = json!(if group { "group" } else { "individual" });
                if let Some(id) = quoted.take() {
                    body["context"] = json!({ "message_id": id });
                }
                self.app.call("messages", &body)
            })
            .collect())
    }
}

/// The field for an address, and whether it is a group: a number, else an id within the business (a country
/// and digits: `US.1349…`), else a group.
fn addressee(to: &str) -> (&'static str, bool) {
    let is_user_id = |id: &str| {
        id.split_once('.').is_some_and(|(country, rest)| {
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && !rest.is_empty()
        })
    };
    match to {
        id if is_user_id(id) => ("recipient", false),
        id => ("to", !id.starts_with('+')),
    }
}

type Part = (&'static str, Value);

/// A content as WhatsApp's messages: each a type and what stands under its name.
fn parts(message: &OutboundMessage) -> Result<Vec<Part>, Undeliverable> {
    let content = &message.content;
    Ok(match content {
        Content::Text { text }
        | Content::Sticker { text: Some(text), .. }
        | Content::Choice { text: Some(text), .. }
        | Content::Choice { data: text, text: None } => texts(text),
        Content::Media { attachments, text } => media(attachments, text.as_deref().unwrap_or_default()),
        Content::Location { latitude, longitude, name, address } => {
            let [name, address] = [name, address].map(|text| short(text.as_deref()));
            let place = json!({
                "latitude": latitude, "longitude": longitude, "name": name, "address": address,
            });
            vec![("location", place)]
        }
        Content::Choices { text, options } => {
            interactive(text, options).map_or_else(|| texts(&numbered(text, options)), |part| vec![part])
        }
        Content::Contacts { contacts } => match contacts.iter().map(card).collect::<Option<Vec<_>>>() {
            Some(cards) if !cards.is_empty() => vec![("contacts", json!(cards))],
            _ => texts(&cards(contacts)),
        },
        Content::Template { name, language, parameters, header, buttons, .. } => {
            vec![("template", template(name, language, parameters, header.as_deref(), buttons))]
        }
        Content::Reaction { emoji } => {
            let about = message.reply_to.as_ref().ok_or(Undeliverable::Empty)?;
            let emoji = emoji.as_deref().unwrap_or_default();
            vec![("reaction", json!({ "message_id": about, "emoji": emoji }))]
        }
        Content::Sticker { text: None, .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => {
            return Err(Undeliverable::Kind(kind_name(content)));
        }
    })
}

fn texts(text: &str) -> Vec<Part> {
    split(text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty())
        .map(|piece| ("text", json!({ "body": piece, "preview_url": false })))
        .collect()
}

/// A name or an address; Meta states no limit, and shows a line.
fn short(text: Option<&str>) -> Option<&str> {
    stated(text, INTERACTIVE_TEXT_MAX, CAPABILITIES.text_unit)
}

fn fits(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && length(text, CAPABILITIES.text_unit) <= max
}

/// The caption goes with the first attachment where that can have one, else before it. WhatsApp fetches media
/// over http and https only; anything else goes out as a link.
fn media(attachments: &[Attachment], caption: &str) -> Vec<Part> {
    let mut media: Vec<Part> = attachments.iter().flat_map(one).collect();
    match media.first_mut() {
        Some(("image" | "video" | "document", first)) if fits(caption, CAPTION_MAX) => {
            first["caption"] = json!(caption);
            media
        }
        _ => texts(caption).into_iter().chain(media).collect(),
    }
}

fn one(attachment: &Attachment) -> Vec<Part> {
    if !attachment.url.starts_with("https://") && !attachment.url.starts_with("http://") {
        return texts(&link(attachment));
    }
    vec![file(attachment)]
}

/// A file as one of Meta's kinds.
fn file(attachment: &Attachment) -> Part {
    let is_shown = |types: &&[&str]| types.iter().any(|kind| attachment.content_type.starts_with(kind));
    let shown = SHOWN.iter().find(|(_, types)| is_shown(types));
    match shown {
        Some((kind, _)) => (kind, json!({ "link": attachment.url })),
        None => match &attachment.file_name {
            Some(name) => ("document", json!({ "link": attachment.url, "filename": name })),
            None => ("document", json!({ "link": attachment.url })),
        },
    }
}

/// Answers as buttons, else as a list; `None` where they fit neither, and are numbered lines.
fn interactive(text: &str, options: &[ChoiceOption]) -> Option<Part> {
    let all = |count: usize, title: usize, id: usize| {
        options.len() <= count && options.iter().all(|o| fits(&o.text, title) && fits(&o.data, id))
    };
    if options.is_empty() || !fits(text, INTERACTIVE_TEXT_MAX) {
        return None;
    }
    let (kind, action) = if all(BUTTONS_MAX, BUTTON_TITLE_MAX, BUTTON_ID_MAX) {
        let reply = |o: &ChoiceOption| json!({ "type": "reply", "reply": { "id": o.data, "title": o.text } });
        ("button", json!({ "buttons": options.iter().map(reply).collect::<Vec<_>>() }))
    } else if all(ROWS_MAX, ROW_TITLE_MAX, ROW_ID_MAX) {
        let row = |o: &ChoiceOption| json!({ "id": o.data, "title": o.text });
        let rows: Vec<Value> = options.iter().map(row).collect();
        ("list", json!({ "button": LIST_BUTTON, "sections": [{ "rows": rows }] }))
    } else {
        return None;
    };
    Some(("interactive", json!({ "type": kind, "body": { "text": text }, "action": action })))
}

/// A card; WhatsApp demands a name.
fn card(contact: &ContactCard) -> Option<Value> {
    let name = short(Some(&contact.name))?;
    let phones: Vec<Value> = contact.phones.iter().map(|phone| json!({ "phone": phone })).collect();
    let emails: Vec<Value> = contact.emails.iter().map(|email| json!({ "email": email })).collect();
    Some(json!({
        "name": { "formatted_name": name, "first_name": name },
        "phones": phones, "emails": emails,
    }))
}

/// A template with the parameters of its body, in their order.
/// Meta, "Template messages": a component for each part of it that has something to fill in.
fn template(
    name: &str,
    language: &str,
    parameters: &[String],
    header: Option<&TemplateHeader>,
    buttons: &[Option<TemplateButton>],
) -> Value {
    let words = |text: &String| json!({ "type": "text", "text": text });
    let header = header.map(|header| match header {
        TemplateHeader::Text(text) => words(text),
        TemplateHeader::Media(attachment) => {
            let (kind, place) = file(attachment);
            json!({ "type": kind, kind: place })
        }
    });
    let mut components = Vec::new();
    components.extend(header.map(|header| json!({ "type": "header", "parameters": [header] })));
    if !parameters.is_empty() {
        let texts: Vec<Value> = parameters.iter().map(words).collect();
        components.push(json!({ "type": "body", "parameters": texts }));
    }
    for (index, button) in buttons.iter().enumerate() {
        let (kind, carried) = match button {
            Some(TemplateButton::Url(end)) => ("url", words(end)),
            Some(TemplateButton::QuickReply(data)) => {
                ("quick_reply", json!({ "type": "payload", "payload": data }))
            }
            None => continue,
        };
        let index = index.to_string();
        components
            .push(json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [carried] }));
    }
    let mut template = json!({ "name": name, "language": { "code": language } });
    if !components.is_empty() {
        template["components"] = Value::Array(components);
    }
    template
}
