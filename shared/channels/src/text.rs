//! Texts under a limit: cut on their way in, split on their way out.

use crate::channel::TextUnit;
use crate::webhook::Problem;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{Attachment, Content};
use unicode_segmentation::UnicodeSegmentation;

/// The length of a text as a provider counts it.
pub fn length(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Chars => text.chars().count(),
        TextUnit::Utf16 => text.encode_utf16().count(),
    }
}

/// The pieces of a text, each at most `max` long, which make up the text again. A piece ends after white
/// space where there is some in its last half, else between two graphemes; only a grapheme that is longer
/// than a piece is itself cut, between characters.
pub fn split(text: &str, max: usize, unit: TextUnit) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while length(rest, unit) > max {
        let fits = piece_end(rest, max, unit);
        let at = word_end(&rest[..fits]).unwrap_or(fits);
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// The longest beginning of `text` that is at most `max` long and ends between graphemes.
pub fn beginning(text: &str, max: usize, unit: TextUnit) -> &str {
    &text[..fitting(text.graphemes(true), max, unit)]
}

/// Bytes of the first parts that together are at most `max` long.
fn fitting<'t>(parts: impl Iterator<Item = &'t str>, max: usize, unit: TextUnit) -> usize {
    let mut used = 0;
    let fits = parts.take_while(|part| {
        used += length(part, unit);
        used <= max
    });
    fits.map(str::len).sum()
}

/// Bytes of the next piece of a text that is longer than `max`: whole graphemes; where not even the first of
/// them fits, whole characters; at least one, so that a piece is never empty.
fn piece_end(text: &str, max: usize, unit: TextUnit) -> usize {
    match beginning(text, max, unit).len() {
        0 => fitting(text.split_inclusive(|_| true), max, unit)
            .max(text.chars().next().map_or(0, char::len_utf8)),
        whole => whole,
    }
}

/// Where the last word of a piece that is otherwise full begins, if that is in its last half.
fn word_end(piece: &str) -> Option<usize> {
    let (at, space) = piece.char_indices().rev().find(|(_, c)| c.is_whitespace())?;
    let end = at + space.len_utf8();
    (end > piece.len() / 2).then_some(end)
}

/// The beginning of a customer's text, at most `TEXT_CHARS_MAX` characters; the rest is a problem.
pub(crate) fn cut(text: String, path: &str, problems: &mut Vec<Problem>) -> String {
    let Some((end, _)) = text.char_indices().nth(TEXT_CHARS_MAX) else { return text };
    problems.push(Problem::new(path, format!("the text is cut after {TEXT_CHARS_MAX} characters")));
    text[..end].to_owned()
}

/// The first attachments of a customer's message; the rest is a problem.
pub(crate) fn cut_attachments(
    mut attachments: Vec<Attachment>,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Attachment> {
    if attachments.len() > ATTACHMENTS_MAX {
        problems.push(Problem::new(
            path,
            format!("{} attachments, of which {ATTACHMENTS_MAX} are kept", attachments.len()),
        ));
        attachments.truncate(ATTACHMENTS_MAX);
    }
    attachments
}

/// The name of a content's kind, as its `kind` tag has it.
pub(crate) fn kind_name(content: &Content) -> &'static str {
    match content {
        Content::Text { .. } => "text",
        Content::Media { .. } => "media",
        Content::Location { .. } => "location",
        Content::Sticker { .. } => "sticker",
        Content::Choice { .. } => "choice",
        Content::System { .. } => "system",
        Content::Unsupported { .. } => "unsupported",
    }
}

/// A place as text, for channels without locations: its name, its address and a link to a map.
pub(crate) fn place(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> String {
    let link = format!("https://www.google.com/maps?q={latitude},{longitude}");
    [name, address, Some(link.as_str())].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// An attachment as text, for channels that cannot carry its type.
pub(crate) fn link(attachment: &Attachment) -> String {
    match &attachment.file_name {
        Some(name) => format!("{name}: {}", attachment.url),
        None => attachment.url.clone(),
    }
}
