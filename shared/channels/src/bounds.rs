//! The last look at what a webhook said: an event that could not be found again is left out, what is longer than
//! anybody keeps is cut. Both are told.

use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::event::{Profile, Reference};
use patchbay_model::limits::{CONTACT_NAME_CHARS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{Attachment, Content, EventKind, InboundEvent};

/// Characters of a provider's id of an event or a message: a line of a mail's header has 998 (RFC 5322, 2.1.1).
pub const ID_CHARS_MAX: usize = 1_024;
/// Characters of an address: that of a mail has 254 (RFC 5321, 4.5.3.1.3), of which every other is shorter.
pub const ADDRESS_CHARS_MAX: usize = 320;
/// Characters of where media is.
pub const MEDIA_URL_CHARS_MAX: usize = 8_192;
/// What an attachment is whose type cannot be one.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The event as it can be kept; `None` where its ids are none, which is told.
pub(crate) fn kept(mut event: InboundEvent, problems: &mut Vec<Problem>) -> Option<InboundEvent> {
    let ids = [
        ("event_id", event.event_id.as_str(), ID_CHARS_MAX),
        ("contact_address", &event.contact_address, ADDRESS_CHARS_MAX),
    ];
    for (name, id, max) in ids.into_iter().chain(about(&event.kind)) {
        if !is_id(id, max) {
            let reason = format!("the event is left out: an id is 1 to {max} printable characters");
            problems.push(Problem::new(name, reason));
            return None;
        }
    }
    shorten(&mut event.our_address, ADDRESS_CHARS_MAX, "our_address", problems);
    let Profile { name, language } = &mut event.profile;
    for text in [name, language].into_iter().flatten() {
        shorten(text, CONTACT_NAME_CHARS_MAX, "profile", problems);
    }
    match &mut event.kind {
        EventKind::Message { content, reply_to, params, .. } => {
            bound(content, problems);
            if reply_to.as_ref().is_some_and(|id| !is_id(id, ID_CHARS_MAX)) {
                problems.push(Problem::new("reply_to", "what it answers is left out: it is no id"));
                *reply_to = None;
            }
            // They repeat what the event says elsewhere, where its being cut is told.
            for value in params.values_mut() {
                *value = cut(std::mem::take(value), "", &mut Vec::new());
            }
        }
        EventKind::Edited { content, .. } | EventKind::Consent { content: Some(content), .. } => {
            bound(content, problems);
        }
        EventKind::Reaction { emoji: Some(emoji), .. } => {
            shorten(emoji, CONTACT_NAME_CHARS_MAX, "emoji", problems);
        }
        EventKind::Receipt { reason: Some(reason), .. } => {
            shorten(reason, TEXT_CHARS_MAX, "reason", problems);
        }
        EventKind::Note { name, text } => {
            shorten(name, CONTACT_NAME_CHARS_MAX, "name", problems);
            shorten(text, TEXT_CHARS_MAX, "text", problems);
        }
        _ => {}
    }
    Some(event)
}

/// The id of what an event is about, where it names it itself.
fn about(kind: &EventKind) -> Option<(&'static str, &str, usize)> {
    let id = match kind {
        EventKind::Message { provider_id, .. }
        | EventKind::Edited { provider_id, .. }
        | EventKind::Deleted { provider_id }
        | EventKind::Reaction { provider_id, .. }
        | EventKind::Receipt { reference: Reference::Provider(provider_id), .. } => provider_id,
        EventKind::Note { name, .. } => return (name.is_empty()).then_some(("name", name, ID_CHARS_MAX)),
        _ => return None,
    };
    Some(("provider_id", id, ID_CHARS_MAX))
}

fn is_id(text: &str, max: usize) -> bool {
    !text.is_empty() && text.chars().nth(max).is_none() && !text.contains(char::is_control)
}

fn shorten(text: &mut String, max: usize, path: &str, problems: &mut Vec<Problem>) {
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
        problems.push(Problem::new(path, format!("it is cut after {max} characters")));
    }
}

fn bound(content: &mut Content, problems: &mut Vec<Problem>) {
    if let Content::Media { attachments, .. } | Content::Email(patchbay_model::Email { attachments, .. }) =
        content
    {
        attachments.retain(|attachment| is_somewhere(attachment, problems));
        for Attachment { content_type, file_name, .. } in attachments {
            if !is_id(content_type, CONTACT_NAME_CHARS_MAX) {
                UNKNOWN_TYPE.clone_into(content_type);
            }
            if let Some(name) = file_name {
                shorten(name, CONTACT_NAME_CHARS_MAX, "file_name", problems);
            }
        }
    }
    match content {
        Content::Media { attachments, text } if attachments.is_empty() => {
            *content = Content::Unsupported { provider_kind: "media".into(), text: text.take() };
        }
        Content::Location { latitude, longitude, name, address }
            if !(-90.0..=90.0).contains(latitude) || !(-180.0..=180.0).contains(longitude) =>
        {
            problems.push(Problem::new("latitude", "the place is not on Earth"));
            let text = name.take().or_else(|| address.take());
            *content = Content::Unsupported { provider_kind: "location".into(), text };
        }
        _ => {}
    }
    for (text, max) in texts(content) {
        shorten(text, max, "content", problems);
    }
}

fn is_somewhere(attachment: &Attachment, problems: &mut Vec<Problem>) -> bool {
    let is_somewhere = is_id(&attachment.url, MEDIA_URL_CHARS_MAX);
    if !is_somewhere {
        let reason =
            format!("the file is left out: its URL is not 1 to {MEDIA_URL_CHARS_MAX} printable characters");
        problems.push(Problem::new("attachments", reason));
    }
    is_somewhere
}

/// What of a content is text, and how long it may be.
fn texts(content: &mut Content) -> Vec<(&mut String, usize)> {
    let (words, names): (Vec<&mut String>, Vec<&mut String>) = match content {
        Content::Text { text }
        | Content::System { text }
        | Content::Note { text }
        | Content::Choices { text, .. } => (vec![text], vec![]),
        Content::Media { text, .. } => (text.iter_mut().collect(), vec![]),
        Content::Location { name, address, .. } => (name.iter_mut().chain(address).collect(), vec![]),
        Content::Sticker { package_id, sticker_id, text } => {
            (text.iter_mut().collect(), vec![package_id, sticker_id])
        }
        Content::Choice { data, text } => (std::iter::once(data).chain(text).collect(), vec![]),
        Content::Contacts { contacts } => {
            let facts = contacts.iter_mut().flat_map(|contact| {
                std::iter::once(&mut contact.name).chain(&mut contact.phones).chain(&mut contact.emails)
            });
            (vec![], facts.collect())
        }
        Content::Unsupported { provider_kind, text } => (text.iter_mut().collect(), vec![provider_kind]),
        Content::Template { text, .. } => (text.iter_mut().collect(), vec![]),
        // A mail's text has been bounded with its parts, and a reaction is no message of a customer's.
        Content::Email(mail) => (vec![], vec![&mut mail.subject]),
        Content::Reaction { .. } => (vec![], vec![]),
    };
    let words = words.into_iter().map(|text| (text, TEXT_CHARS_MAX));
    words.chain(names.into_iter().map(|text| (text, CONTACT_NAME_CHARS_MAX))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;
    use patchbay_model::ChannelKind;
    use std::collections::BTreeMap;

    fn event(event_id: &str, contact_address: &str, kind: EventKind) -> InboundEvent {
        InboundEvent {
            event_id: event_id.into(),
            channel: ChannelKind::Sms,
            account: "default".into(),
            contact_address: contact_address.into(),
            our_address: String::new(),
            provider_time: None,
            to_the_second: false,
            received_at: NOW,
            profile: Profile::default(),
            kind,
        }
    }

    fn said(provider_id: &str, content: Content, reply_to: Option<&str>) -> EventKind {
        EventKind::Message {
            provider_id: provider_id.into(),
            content,
            reply_to: reply_to.map(str::to_owned),
            reply_context: None,
            params: BTreeMap::new(),
            echo: false,
            tokens: Default::default(),
        }
    }

    #[test]
    fn what_has_no_id_is_left_out_and_told() {
        let check = |id: usize, address: usize, message: &str, expect: bool| {
            let kind = said(message, Content::text("hi"), None);
            let mut problems = Vec::new();
            let kept = kept(event(&"é".repeat(id), &"é".repeat(address), kind), &mut problems);
            assert_eq!((kept.is_some(), problems.is_empty()), (expect, expect), "{id} {address} {message}");
        };
        check(1, 1, "m", true);
        check(ID_CHARS_MAX, ADDRESS_CHARS_MAX, "m", true);
        check(ID_CHARS_MAX + 1, 1, "m", false);
        check(1, ADDRESS_CHARS_MAX + 1, "m", false);
        check(0, 1, "m", false);
        check(1, 0, "m", false);
        check(1, 1, "", false);
        check(1, 1, "m\n", false);
    }

    #[test]
    fn what_is_too_long_is_cut_and_told() {
        let check = |content: Content, expect: Content, told: usize| {
            let mut problems = Vec::new();
            let kept = kept(event("e", "a", said("m", content, Some(""))), &mut problems);
            let Some(EventKind::Message { content, reply_to: None, .. }) = kept.map(|event| event.kind)
            else {
                panic!("it is kept, and answers nothing")
            };
            assert_eq!((content, problems.len()), (expect, told + 1));
        };
        let text = |length: usize| Content::text("é".repeat(length));
        check(text(TEXT_CHARS_MAX), text(TEXT_CHARS_MAX), 0);
        check(text(TEXT_CHARS_MAX + 1), text(TEXT_CHARS_MAX), 1);
        let file = |url: usize, content_type: &str| Attachment {
            url: "u".repeat(url),
            content_type: content_type.into(),
            file_name: None,
            bytes: None,
        };
        let media = |attachments: Vec<Attachment>| Content::Media { attachments, text: None };
        let whole = file(MEDIA_URL_CHARS_MAX, "image/png");
        check(media(vec![file(0, "x"), whole.clone()]), media(vec![whole.clone()]), 1);
        check(media(vec![file(1, "x\ny")]), media(vec![file(1, UNKNOWN_TYPE)]), 0);
        let nowhere = Content::Unsupported { provider_kind: "media".into(), text: None };
        check(media(vec![file(MEDIA_URL_CHARS_MAX + 1, "x")]), nowhere, 1);
        let place =
            |latitude: f64| Content::Location { latitude, longitude: -180.0, name: None, address: None };
        check(place(-90.0), place(-90.0), 0);
        check(place(90.5), Content::Unsupported { provider_kind: "location".into(), text: None }, 1);
    }
}
