//! What a message of Telegram says.

use super::Telegram;
use super::normalise::full_name;
use super::wire::{Entity, File, Message};
use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::{Attachment, ContactCard, Content};
use serde_json::Value;

/// Fields of a message that are not what it says: any other is, or is what happened in the chat.
const ENVELOPE: &[&str] = &[
    "author_signature",
    "business_connection_id",
    "caption",
    "caption_entities",
    "chat",
    "date",
    "direct_messages_topic",
    "edit_date",
    "effect_id",
    "entities",
    "external_reply",
    "forward_origin",
    "from",
    "has_media_spoiler",
    "has_protected_content",
    "is_automatic_forward",
    "is_from_offline",
    "is_paid_post",
    "is_topic_message",
    "link_preview_options",
    "media_group_id",
    "message_id",
    "message_thread_id",
    "paid_star_count",
    "quote",
    "reply_markup",
    "reply_to_checklist_task_id",
    "reply_to_message",
    "reply_to_story",
    "sender_boost_count",
    "sender_business_bot",
    "sender_chat",
    "show_caption_above_media",
    "suggested_post_info",
    "via_bot",
];

/// What people send that has no form in the model.
const UNREAD: &[&str] = &["checklist", "game", "giveaway", "invoice", "paid_media", "story"];

/// What a message is: something said, or something that happened in the chat.
pub(super) enum Said {
    Content(Content),
    Note { name: String, text: String },
}

impl Telegram {
    /// Some kinds carry another as well, for programs that do not know them: a venue is a location, too, and an
    /// animation a document.
    pub(super) fn said(
        &self,
        message: &Message,
        document: &Value,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Said {
        let mut bounded = |text: &str| cut(text.to_owned(), path, problems);
        let caption =
            message.caption.as_deref().map(|text| bounded(&linked(text, &message.caption_entities)));
        let media = |file: &File, content_type: &str| Content::Media {
            attachments: vec![self.attachment(file, content_type)],
            text: caption.clone(),
        };
        Said::Content(match message {
            Message { text: Some(text), entities, .. } => Content::text(bounded(&linked(text, entities))),
            Message { photo: Some(sizes), .. } if !sizes.is_empty() => {
                media(&sizes[sizes.len() - 1], "image/jpeg")
            }
            Message { animation: Some(file), .. } => media(file, "video/mp4"),
            Message { video: Some(file), .. } | Message { video_note: Some(file), .. } => {
                media(file, "video/mp4")
            }
            Message { voice: Some(file), .. } => media(file, "audio/ogg"),
            Message { audio: Some(file), .. } => media(file, "audio/mpeg"),
            Message { document: Some(file), .. } => media(file, "application/octet-stream"),
            Message { sticker: Some(sticker), .. } => Content::Sticker {
                package_id: sticker.set_name.clone().unwrap_or_default(),
                sticker_id: sticker.file_id.clone(),
                text: sticker.emoji.clone(),
            },
            Message { contact: Some(contact), .. } => Content::Contacts {
                contacts: vec![ContactCard {
                    name: bounded(&full_name(&contact.first_name, &contact.last_name).unwrap_or_default()),
                    phones: vec![contact.phone_number.clone()],
                    emails: Vec::new(),
                }],
            },
            Message { venue: Some(venue), .. } => Content::Location {
                latitude: venue.location.latitude,
                longitude: venue.location.longitude,
                name: venue.title.as_deref().map(&mut bounded),
                address: venue.address.as_deref().map(bounded),
            },
            Message { location: Some(location), .. } => Content::Location {
                latitude: location.latitude,
                longitude: location.longitude,
                name: None,
                address: None,
            },
            Message { web_app_data: Some(form), .. } => {
                Content::Choice { data: bounded(&form.data), text: form.button_text.as_deref().map(bounded) }
            }
            Message { dice: Some(dice), .. } => Content::Unsupported {
                provider_kind: "dice".into(),
                text: Some(format!("{} {}", dice.emoji, dice.value)),
            },
            Message { poll: Some(poll), .. } => {
                Content::Unsupported { provider_kind: "poll".into(), text: Some(bounded(&poll.question)) }
            }
            _ => return unknown(document, caption, bounded),
        })
    }

    /// Telegram states the type of most files; for the others their kind says it.
    fn attachment(&self, file: &File, content_type: &str) -> Attachment {
        Attachment {
            url: self.file_url(&file.file_id),
            content_type: file.mime_type.clone().unwrap_or_else(|| content_type.to_owned()),
            file_name: file.file_name.clone(),
            bytes: file.file_size,
        }
    }
}

fn unknown(document: &Value, caption: Option<String>, mut bounded: impl FnMut(&str) -> String) -> Said {
    let fields = document.as_object().into_iter().flatten();
    let found = fields.into_iter().find(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    match found {
        Some((name, about)) if !UNREAD.contains(&name.as_str()) => {
            let text = match about {
                Value::Bool(_) => String::new(),
                Value::String(text) => bounded(text),
                other => bounded(&other.to_string()),
            };
            Said::Note { name: name.clone(), text }
        }
        found => {
            let provider_kind = found.map_or("message", |(name, _)| name.as_str()).to_owned();
            Said::Content(Content::Unsupported { provider_kind, text: caption })
        }
    }
}

/// A text with the addresses that lie behind some of its words written after them.
fn linked(text: &str, entities: &[Entity]) -> String {
    let mut links: Vec<(usize, &str)> = entities
        .iter()
        .filter(|entity| entity.kind == "text_link")
        .filter_map(|entity| Some((entity.offset.saturating_add(entity.length), entity.url.as_deref()?)))
        .collect();
    links.sort_by_key(|(end, _)| *end);
    let mut links = links.into_iter().peekable();
    let (mut whole, mut units) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        while let Some((_, url)) = links.next_if(|(end, _)| *end <= units) {
            whole.push_str(&format!(" ({url})"));
        }
        whole.push(c);
        units += c.len_utf16();
    }
    links.for_each(|(_, url)| whole.push_str(&format!(" ({url})")));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link(offset: usize, length: usize) -> Entity {
        Entity { kind: "text_link".into(), offset, length, url: Some("u".into()) }
    }

    #[test]
    fn an_address_behind_a_word_is_written_after_it() {
        let check =
            |text: &str, entities: &[Entity], expect: &str| assert_eq!(linked(text, entities), expect);
        check("press here now", &[link(6, 4)], "press here (u) now");
        check("😀 here", &[link(3, 4)], "😀 here (u)");
        check("a b", &[link(2, 1), link(0, 1)], "a (u) b (u)");
        check("a", &[link(5, usize::MAX)], "a (u)");
        check("a", &[Entity { kind: "bold".into(), ..link(0, 1) }], "a");
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in "[aé😀 ]{0,20}", offset in 0_usize..30, length in 0_usize..30) {
            prop_assert_eq!(linked(&text, &[link(offset, length)]).replacen(" (u)", "", 1), text);
        }
    }
}
