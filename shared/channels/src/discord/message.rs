//! What a message of Discord's says.

use super::wire;
use crate::text::{cut, cut_attachments};
use crate::webhook::Problem;
use patchbay_model::{Attachment, Content};
use serde_json::Value;

/// Kinds of messages that people write: their own, and answers. Others are made by Discord (Discord, "Message
/// resource", "Message types").
pub(super) const WRITTEN: &[u64] = &[0, 19];

/// The content; of a forwarded message that of the first one in it.
pub(super) fn content(message: &wire::Message, path: &str, problems: &mut Vec<Problem>) -> Content {
    let said = match message.message_snapshots.first() {
        Some(forwarded) if message.content.is_empty() => &forwarded.message,
        _ => message,
    };
    let text = cut(said.content.clone(), path, problems);
    let attachments = attachments(said.attachments.iter(), path, problems);
    if !attachments.is_empty() {
        return Content::Media { attachments, text: Some(text).filter(|text| !text.is_empty()) };
    }
    if let (true, Some(sticker)) = (text.is_empty(), said.sticker_items.first()) {
        return Content::Sticker {
            package_id: String::new(),
            sticker_id: sticker.id.clone(),
            text: sticker.name.clone(),
        };
    }
    if let Some(poll) = &said.poll {
        let question = poll.question.text.clone().map(|text| cut(text, path, problems));
        return Content::Unsupported { provider_kind: "poll".into(), text: question };
    }
    match text.is_empty() {
        // Without the privileged intent Discord leaves out what is said in servers.
        true => Content::Unsupported { provider_kind: "message".into(), text: None },
        false => Content::Text { text },
    }
}

/// Files by their place at Discord, which is good for a day; one without a place is told.
pub(super) fn attachments<'v>(
    documents: impl Iterator<Item = &'v Value>,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Attachment> {
    let mut found = Vec::new();
    for document in documents {
        match serde_json::from_value::<wire::Attachment>(document.clone()) {
            Ok(file) => found.push(Attachment {
                url: file.url,
                content_type: file.content_type.unwrap_or_else(|| "application/octet-stream".into()),
                file_name: file.filename,
                bytes: file.size,
            }),
            Err(error) => problems.push(Problem::new(path, format!("an attachment is left out: {error}"))),
        }
    }
    cut_attachments(found, path, problems)
}
