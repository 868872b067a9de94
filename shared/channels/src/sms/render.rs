use super::{CAPABILITIES, Sms};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::text::{cards, kind_name, link, numbered, place, split};
use patchbay_model::{Attachment, Content, OutboundMessage};

impl Sms {
    /// One request per piece of the text and per ten media, the first of each together.
    pub(super) fn write_requests(
        &self,
        message: &OutboundMessage,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        recipient(message, self.twilio.kind, &self.twilio.account)?;
        let (text, media) = said(&message.content)?;
        let pieces: Vec<&str> = split(&text, CAPABILITIES.text_max, CAPABILITIES.text_unit)
            .into_iter()
            .filter(|piece| !piece.trim().is_empty())
            .collect();
        let batches: Vec<&[&Attachment]> = media.chunks(CAPABILITIES.attachments_max).collect();
        let count = pieces.len().max(batches.len());
        if count == 0 {
            return Err(Undeliverable::Empty);
        }
        let call = |at: usize| {
            let media = batches.get(at).copied().unwrap_or_default().iter();
            let said: Vec<(&str, &str)> = pieces
                .get(at)
                .map(|piece| ("Body", *piece))
                .into_iter()
                .chain(media.map(|attachment| ("MediaUrl", attachment.url.as_str())))
                .collect();
            self.twilio.create(message, &said)
        };
        Ok((0..count).map(call).collect())
    }
}

/// A content as text and media; attachments of a type that MMS does not carry become links.
fn said(content: &Content) -> Result<(String, Vec<&Attachment>), Undeliverable> {
    Ok(match content {
        Content::Text { text } => (text.clone(), Vec::new()),
        Content::Media { attachments, text } => {
            let (media, files): (Vec<&Attachment>, Vec<&Attachment>) = attachments
                .iter()
                .partition(|a| CAPABILITIES.media_types.iter().any(|t| a.content_type.starts_with(t)));
            let lines: Vec<String> = text.iter().cloned().chain(files.into_iter().map(link)).collect();
            (lines.join("\n"), media)
        }
        Content::Location { latitude, longitude, name, address } => {
            (place(*latitude, *longitude, name.as_deref(), address.as_deref()), Vec::new())
        }
        Content::Choice { data, text } => (text.as_ref().unwrap_or(data).clone(), Vec::new()),
        Content::Sticker { text: Some(text), .. } | Content::Template { text: Some(text), .. } => {
            (text.clone(), Vec::new())
        }
        Content::Choices { text, options } => (numbered(text, options), Vec::new()),
        Content::Contacts { contacts } => (cards(contacts), Vec::new()),
        Content::Sticker { text: None, .. }
        | Content::Template { text: None, .. }
        | Content::Reaction { .. }
        | Content::Email(_)
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => {
            return Err(Undeliverable::Kind(kind_name(content)));
        }
    })
}
