//! Messages in our own form: on the web chat, whose provider we are, and on the custom channel, whose provider
//! speaks as we do.

use crate::channel::Capabilities;
use crate::delivery::Undeliverable;
use crate::text::{cut, cut_attachments, kind_name, length, numbered};
use crate::webhook::Problem;
use patchbay_model::{BlobKey, ContactCard, Content};
use std::borrow::Cow;

/// Characters of a media URL.
pub(crate) const URL_CHARS_MAX: usize = 2_048;
/// People of one message, and numbers or addresses of one of them.
const CARDS_MAX: usize = 10;

/// What a customer says, within the limits. A place that is none, a URL that is not a page's, and what only we
/// say is refused. `uploads`: what the keys of the customer's own uploads begin with, where they can upload; nobody
/// else's objects can be referred to.
pub(crate) fn inbound(
    content: Content,
    uploads: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Result<Content, Problem> {
    Ok(match content {
        Content::Text { text } => Content::Text { text: cut(text, "text", problems) },
        Content::Media { attachments, text } => {
            let attachments = cut_attachments(attachments, "attachments", problems);
            if attachments.is_empty() {
                return Err(Problem::new("attachments", "a media message has at least one attachment"));
            }
            for (at, attachment) in attachments.iter().enumerate() {
                let url = &attachment.url;
                let uploaded = BlobKey::of_reference(url)
                    .zip(uploads)
                    .is_some_and(|(key, uploads)| key.as_str().starts_with(uploads));
                let web = url.starts_with("https://") || url.starts_with("http://");
                if !(web || uploaded) || url.chars().count() > URL_CHARS_MAX {
                    let reason = format!("not an http or https URL of at most {URL_CHARS_MAX} characters");
                    return Err(Problem::new(format!("attachments[{at}].url"), reason));
                }
            }
            Content::Media { attachments, text: text.map(|text| cut(text, "text", problems)) }
        }
        Content::Location { latitude, longitude, name, address } => {
            if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
                return Err(Problem::new("latitude", "the place is not on Earth"));
            }
            Content::Location {
                latitude,
                longitude,
                name: name.map(|name| cut(name, "name", problems)),
                address: address.map(|address| cut(address, "address", problems)),
            }
        }
        Content::Sticker { package_id, sticker_id, text } => Content::Sticker {
            package_id: cut(package_id, "package_id", problems),
            sticker_id: cut(sticker_id, "sticker_id", problems),
            text: text.map(|text| cut(text, "text", problems)),
        },
        Content::Choice { data, text } => Content::Choice {
            data: cut(data, "data", problems),
            text: text.map(|text| cut(text, "text", problems)),
        },
        Content::Contacts { contacts } => {
            let fits = |card: &ContactCard| card.phones.len() <= CARDS_MAX && card.emails.len() <= CARDS_MAX;
            if contacts.is_empty() || contacts.len() > CARDS_MAX || !contacts.iter().all(fits) {
                let reason = format!("1 to {CARDS_MAX} people, each with at most {CARDS_MAX} of a kind");
                return Err(Problem::new("contacts", reason));
            }
            Content::Contacts { contacts }
        }
        Content::Unsupported { provider_kind, text } => Content::Unsupported {
            provider_kind: cut(provider_kind, "provider_kind", problems),
            text: text.map(|text| cut(text, "text", problems)),
        },
        Content::Choices { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. } => {
            return Err(Problem::new("kind", format!("a customer says no {}", kind_name(&content))));
        }
    })
}

/// What we say, as far as the channel carries it. More answers than it offers are a numbered text; a template is
/// what it says.
pub(crate) fn outbound<'c>(
    content: &'c Content,
    capabilities: &Capabilities,
) -> Result<Cow<'c, Content>, Undeliverable> {
    let carried = match content {
        Content::Choices { text, options } if options.len() > capabilities.choices_max => {
            Cow::Owned(Content::text(numbered(text, options)))
        }
        Content::Template { text: Some(text), .. } => Cow::Owned(Content::text(text.clone())),
        other => Cow::Borrowed(other),
    };
    let text = carried.plain_text();
    if length(text, capabilities.text_unit) > capabilities.text_max {
        return Err(Undeliverable::TooLong { max: capabilities.text_max });
    }
    if carried.attachments().len() > capabilities.attachments_max {
        return Err(Undeliverable::TooManyAttachments { max: capabilities.attachments_max });
    }
    match carried.as_ref() {
        Content::Sticker { .. } if capabilities.stickers => Ok(carried),
        Content::Reaction { .. } if capabilities.reactions => Ok(carried),
        Content::Sticker { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::Note { .. }
        | Content::Unsupported { .. } => Err(Undeliverable::Kind(kind_name(content))),
        Content::Location { .. } | Content::Contacts { .. } => Ok(carried),
        _ if text.trim().is_empty() && carried.attachments().is_empty() => Err(Undeliverable::Empty),
        _ => Ok(carried),
    }
}
