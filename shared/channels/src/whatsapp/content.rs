//! What a customer's message says.

use super::WhatsApp;
use super::wire::{Card, Location, Media, Message, Order, Reply};
use crate::path::segment;
use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::{Attachment, ContactCard, Content};

/// People's cards of one message that are kept.
pub(super) const CONTACTS_MAX: usize = 20;

impl WhatsApp {
    /// The content by its type; one that Meta sends incomplete, or that is not known, is unsupported, with
    /// Meta's reason where there is one.
    pub(super) fn content(&self, message: &Message, path: &str, problems: &mut Vec<Problem>) -> Content {
        let read = match message.kind.as_str() {
            "text" => message.text.as_ref().map(|text| Content::text(cut(text.body.clone(), path, problems))),
            "image" => self.media(message.image.as_ref(), "image/*", path, problems),
            "audio" => self.media(message.audio.as_ref(), "audio/*", path, problems),
            "video" => self.media(message.video.as_ref(), "video/*", path, problems),
            "sticker" => self.media(message.sticker.as_ref(), "image/webp", path, problems),
            "document" => self.media(message.document.as_ref(), "application/octet-stream", path, problems),
            "location" => message.location.as_ref().map(|place| location(place, path, problems)),
            "contacts" => message.contacts.as_ref().map(|cards| contacts(cards, path, problems)),
            "interactive" => interactive(message, path, problems),
            "button" => message.button.as_ref().map(|button| Content::Choice {
                data: cut(button.payload.clone().unwrap_or_else(|| button.text.clone()), path, problems),
                text: Some(cut(button.text.clone(), path, problems)),
            }),
            "order" => message.order.as_ref().map(|order| Content::Unsupported {
                provider_kind: "order".into(),
                text: Some(cut(lines(order), path, problems)),
            }),
            _ => None,
        };
        read.unwrap_or_else(|| Content::Unsupported {
            provider_kind: message.kind.clone(),
            text: message.errors.first().map(|failure| failure.why()),
        })
    }

    /// Media by the place that the webhook names, else by their id, whose answer names it.
    fn media(
        &self,
        media: Option<&Media>,
        content_type: &str,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Content> {
        let media = media?;
        let by_id = media.id.as_ref().and_then(|id| id.stated()).and_then(|id| {
            let id = segment(id, "media's id").ok()?;
            Some(self.app.url(&format!("{id}?phone_number_id={}", self.app.id())))
        });
        let attachment = Attachment {
            url: media.url.clone().or(by_id)?,
            content_type: media.mime_type.clone().unwrap_or_else(|| content_type.to_owned()),
            file_name: media.filename.clone(),
            bytes: None,
        };
        let text = media.caption.clone().map(|text| cut(text, path, problems));
        Some(Content::Media { attachments: vec![attachment], text: text.filter(|text| !text.is_empty()) })
    }
}

fn location(place: &Location, path: &str, problems: &mut Vec<Problem>) -> Content {
    let mut bounded = |text: &Option<String>| text.clone().map(|text| cut(text, path, problems));
    Content::Location {
        latitude: place.latitude,
        longitude: place.longitude,
        name: bounded(&place.name),
        address: bounded(&place.address),
    }
}

fn contacts(cards: &[Card], path: &str, problems: &mut Vec<Problem>) -> Content {
    if cards.len() > CONTACTS_MAX {
        let reason = format!("{} contacts, of which {CONTACTS_MAX} are kept", cards.len());
        problems.push(Problem::new(path, reason));
    }
    let card = |card: &Card| ContactCard {
        name: card.name.formatted_name.clone(),
        // The number on WhatsApp is whole; the other is as its owner typed it.
        phones: card
            .phones
            .iter()
            .filter_map(|phone| {
                let whole = phone.wa_id.as_ref().and_then(|id| id.stated()).map(super::normalise::address);
                whole.or_else(|| phone.phone.clone())
            })
            .collect(),
        emails: card.emails.iter().filter_map(|email| email.email.clone()).collect(),
    };
    Content::Contacts { contacts: cards.iter().take(CONTACTS_MAX).map(card).collect() }
}

fn interactive(message: &Message, path: &str, problems: &mut Vec<Problem>) -> Option<Content> {
    let interactive = message.interactive.as_ref()?;
    let (data, text) = match (&interactive.button_reply, &interactive.list_reply, &interactive.nfm_reply) {
        (Some(reply), _, _) | (None, Some(reply), _) => (&reply.id, &reply.title),
        (None, None, Some(form)) => (&form.response_json, &form.body),
        (None, None, None) => return None,
    };
    let data = cut(data.clone(), path, problems);
    Some(Content::Choice { data, text: text.clone().map(|text| cut(text, path, problems)) })
}

/// The entry of a list that was picked, if one was.
pub(super) fn picked(message: &Message) -> Option<&Reply> {
    message.interactive.as_ref()?.list_reply.as_ref()
}

/// A shopping basket as text.
fn lines(order: &Order) -> String {
    let items = order.product_items.iter().map(|item| {
        let price = match (&item.item_price, &item.currency) {
            (Some(price), Some(currency)) => format!(" ({price} {currency})"),
            _ => String::new(),
        };
        format!("{} × {}{price}", item.quantity, item.product_retailer_id.0)
    });
    let text = order.text.clone().filter(|text| !text.is_empty());
    text.into_iter().chain(items).collect::<Vec<_>>().join("\n")
}
