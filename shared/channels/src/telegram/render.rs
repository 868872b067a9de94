use super::address::{own_message_id, target};
use super::{CAPABILITIES, Telegram, media};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::text::{cards, kind_name, length, link, numbered, split, stated};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, ContactCard, Content, OutboundMessage};
use serde_json::{Map, Value, json};

/// Buttons of one message (Telegram's limit on a keyboard; the Bot API refuses more).
pub(super) const BUTTONS_MAX: usize = 100;
/// Bytes of what a button carries (Bot API, "InlineKeyboardButton", `callback_data`).
const BUTTON_DATA_BYTES_MAX: usize = 64;
/// Length of a caption, counted as texts are (Bot API, "sendPhoto").
const CAPTION_MAX: usize = 1_024;

/// One call before it names its chat.
struct Call {
    method: &'static str,
    parameters: Map<String, Value>,
    /// The text that stands for it where Telegram cannot send the file.
    instead: Option<String>,
}

impl Call {
    fn new(method: &'static str, parameters: Value) -> Call {
        let Value::Object(parameters) = parameters else {
            return Call { method, parameters: Map::new(), instead: None };
        };
        Call { method, parameters, instead: None }
    }
}

impl Telegram {
    /// A call for each piece of the text and for each attachment; the first quotes what the message answers.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Telegram, &self.account)?;
        let answered = message.reply_to.as_deref().and_then(|id| own_message_id(to, id));
        let mut calls = calls(&message.content, answered)?;
        let first = calls.first_mut().ok_or(Undeliverable::Empty)?;
        if let (Some(id), true) = (answered, first.method != "setMessageReaction") {
            let quoted = json!({ "message_id": id, "allow_sending_without_reply": true });
            first.parameters.insert("reply_parameters".into(), quoted);
        }
        let whole = |parameters: Map<String, Value>| {
            let mut body = target(to);
            body.extend(parameters);
            Value::Object(body)
        };
        Ok(calls
            .into_iter()
            .map(|call| {
                let instead = call.instead.map(|text| {
                    let Call { method, parameters, .. } = Call::new("sendMessage", json!({ "text": text }));
                    Box::new(self.call(method, &whole(parameters)))
                });
                let request = self.call(call.method, &whole(call.parameters));
                ProviderRequest { on_refused: instead, ..request }
            })
            .collect())
    }
}

fn calls(content: &Content, answered: Option<i64>) -> Result<Vec<Call>, Undeliverable> {
    Ok(match content {
        Content::Text { text } | Content::Template { text: Some(text), .. } => texts(text),
        Content::Choice { data, text } => texts(text.as_ref().unwrap_or(data)),
        Content::Choices { text, options } => choices(text, options),
        Content::Media { attachments, text } => with_media(attachments, text.as_deref()),
        Content::Location { latitude, longitude, name, address } => {
            let [name, address] = [name, address].map(|text| short(text.as_deref()));
            vec![location(*latitude, *longitude, name, address)]
        }
        Content::Sticker { sticker_id, text, .. } => {
            let call = Call::new("sendSticker", json!({ "sticker": sticker_id }));
            let instead = stated(text.as_deref(), CAPABILITIES.text_max, CAPABILITIES.text_unit);
            vec![Call { instead: instead.map(str::to_owned), ..call }]
        }
        Content::Contacts { contacts } => contacts.iter().flat_map(card).collect(),
        Content::Reaction { emoji } => vec![reaction(emoji.as_deref(), answered)?],
        Content::Template { text: None, .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => {
            return Err(Undeliverable::Kind(kind_name(content)));
        }
    })
}

/// A name or an address; Telegram states no limit, and shows a line.
fn short(text: Option<&str>) -> Option<&str> {
    stated(text, CAPTION_MAX, CAPABILITIES.text_unit)
}

/// Plain text: without a parse mode nothing in it is markup.
fn texts(text: &str) -> Vec<Call> {
    split(text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty())
        .map(|piece| Call::new("sendMessage", json!({ "text": piece })))
        .collect()
}

/// Buttons below the text, one in a row. Answers that Telegram's buttons cannot carry are numbered lines.
fn choices(text: &str, options: &[ChoiceOption]) -> Vec<Call> {
    let fits = |option: &ChoiceOption| {
        (1..=BUTTON_DATA_BYTES_MAX).contains(&option.data.len()) && !option.text.trim().is_empty()
    };
    let mut calls = texts(text);
    match calls.last_mut() {
        Some(last) if (1..=BUTTONS_MAX).contains(&options.len()) && options.iter().all(fits) => {
            let rows: Vec<Value> = options
                .iter()
                .map(|option| json!([{ "text": option.text, "callback_data": option.data }]))
                .collect();
            last.parameters.insert("reply_markup".into(), json!({ "inline_keyboard": rows }));
            calls
        }
        _ => texts(&numbered(text, options)),
    }
}

/// The text is the caption of the first file where it fits, and goes before the files where not.
fn with_media(attachments: &[Attachment], text: Option<&str>) -> Vec<Call> {
    let text = text.filter(|text| !text.trim().is_empty());
    let caption = text.filter(|text| {
        length(text, CAPABILITIES.text_unit) <= CAPTION_MAX
            && attachments.first().is_some_and(|first| media::method(first).is_some())
    });
    let mut calls = match caption {
        Some(_) => Vec::new(),
        None => texts(text.unwrap_or_default()),
    };
    let captions = std::iter::once(caption).chain(std::iter::repeat(None));
    calls.extend(attachments.iter().zip(captions).flat_map(|(one, caption)| file(one, caption)));
    calls
}

/// Telegram fetches the file itself. Where it then cannot, the message is the caption and a link.
fn file(attachment: &Attachment, caption: Option<&str>) -> Vec<Call> {
    let Some((method, parameter)) = media::method(attachment) else { return texts(&link(attachment)) };
    let mut call = Call::new(method, json!({ parameter: attachment.url }));
    if let Some(caption) = caption {
        call.parameters.insert("caption".into(), json!(caption));
    }
    let instead =
        caption.into_iter().map(str::to_owned).chain([link(attachment)]).collect::<Vec<_>>().join("\n");
    let fits = length(&instead, CAPABILITIES.text_unit) <= CAPABILITIES.text_max;
    vec![Call { instead: fits.then_some(instead), ..call }]
}

/// A place with a name is a venue, which Telegram wants with an address.
fn location(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> Call {
    let mut parameters = json!({ "latitude": latitude, "longitude": longitude });
    if name.is_none() && address.is_none() {
        return Call::new("sendLocation", parameters);
    }
    let here = format!("{latitude}, {longitude}");
    parameters["title"] = json!(name.or(address));
    parameters["address"] = json!(address.unwrap_or(&here));
    Call::new("sendVenue", parameters)
}

/// Telegram's card is a name and one number; one with more is text.
fn card(contact: &ContactCard) -> Vec<Call> {
    match (contact.phones.as_slice(), contact.emails.as_slice()) {
        ([phone], []) if let (Some(name), Some(phone)) = (short(Some(&contact.name)), short(Some(phone))) => {
            vec![Call::new("sendContact", json!({ "phone_number": phone, "first_name": name }))]
        }
        _ => texts(&cards(std::slice::from_ref(contact))),
    }
}

fn reaction(emoji: Option<&str>, answered: Option<i64>) -> Result<Call, Undeliverable> {
    let id = answered.ok_or(Undeliverable::Kind("reaction"))?;
    let given: Vec<Value> =
        emoji.into_iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
    Ok(Call::new("setMessageReaction", json!({ "message_id": id, "reaction": given })))
}
