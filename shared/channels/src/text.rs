//! Texts under a limit: cut on their way in, split on their way out.

use crate::channel::TextUnit;
use crate::webhook::Problem;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{Attachment, ChoiceOption, ContactCard, Content};
use unicode_segmentation::UnicodeSegmentation;

/// The length of a text as a provider counts it.
pub fn length(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Chars => text.chars().count(),
        TextUnit::Utf16 => text.encode_utf16().count(),
        TextUnit::Utf8 => text.len(),
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

/// A part of a place or a card as a provider takes it: at most `max` long, and not blank.
pub(crate) fn stated(text: Option<&str>, max: usize, unit: TextUnit) -> Option<&str> {
    Some(beginning(text?, max, unit)).filter(|text| !text.trim().is_empty())
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
        Content::Choices { .. } => "choices",
        Content::Contacts { .. } => "contacts",
        Content::Template { .. } => "template",
        Content::Reaction { .. } => "reaction",
        Content::Email(_) => "email",
        Content::System { .. } => "system",
        Content::Note { .. } => "note",
        Content::Unsupported { .. } => "unsupported",
    }
}

/// A place as text, for channels without locations: its name, its address and a link to a map.
pub(crate) fn place(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> String {
    let link = format!("https://www.google.com/maps?q={latitude},{longitude}");
    [name, address, Some(link.as_str())].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A text and the answers to it as numbered lines, for channels without buttons.
pub(crate) fn numbered(text: &str, options: &[ChoiceOption]) -> String {
    let lines = options.iter().enumerate().map(|(at, option)| format!("{}. {}", at + 1, option.text));
    std::iter::once(text.to_owned())
        .filter(|text| !text.is_empty())
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

/// People's cards as text, for channels without them: one line for each fact, an empty one between people.
pub(crate) fn cards(contacts: &[ContactCard]) -> String {
    let card = |contact: &ContactCard| {
        let facts = std::iter::once(&contact.name).chain(&contact.phones).chain(&contact.emails);
        facts.map(String::as_str).filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("\n")
    };
    contacts.iter().map(card).filter(|card| !card.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// An attachment as text, for channels that cannot carry its type.
pub(crate) fn link(attachment: &Attachment) -> String {
    match &attachment.file_name {
        Some(name) => format!("{name}: {}", attachment.url),
        None => attachment.url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_end_after_words_or_between_graphemes() {
        let check = |text: &str, max: usize, expect: &[&str]| {
            assert_eq!(split(text, max, TextUnit::Utf16), expect);
        };
        check("", 4, &[]);
        check("abcd", 4, &["abcd"]);
        check("abcde", 4, &["abcd", "e"]);
        check("one two three", 10, &["one two ", "three"]);
        check("a bcdefghij", 8, &["a bcdefg", "hij"]);
        check("ab😀", 3, &["ab", "😀"]);
        check("abe\u{301}", 3, &["ab", "e\u{301}"]);
        check("👩\u{200d}👩\u{200d}👧", 3, &["👩\u{200d}", "👩\u{200d}", "👧"]);
        check("😀😀", 1, &["😀", "😀"]);
    }

    #[test]
    fn a_text_is_cut_one_past_the_limit() {
        let check = |length: usize, problems: usize| {
            let mut told = Vec::new();
            let kept = cut("é".repeat(length), "text", &mut told);
            assert_eq!((kept.chars().count(), told.len()), (TEXT_CHARS_MAX, problems));
        };
        check(TEXT_CHARS_MAX, 0);
        check(TEXT_CHARS_MAX + 1, 1);
    }

    #[test]
    fn what_has_no_form_of_its_own_is_lines() {
        let option = |text: &str| ChoiceOption { data: "d".into(), text: text.into() };
        assert_eq!(numbered("Which?", &[option("Red"), option("Blue")]), "Which?\n1. Red\n2. Blue");
        assert_eq!(numbered("", &[option("Red")]), "1. Red");
        let ann = ContactCard { name: "Ann".into(), phones: vec!["+15005550001".into()], emails: vec![] };
        let bob = ContactCard { emails: vec!["bob@shop.example".into()], ..ContactCard::default() };
        assert_eq!(cards(&[ann, ContactCard::default(), bob]), "Ann\n+15005550001\n\nbob@shop.example");
    }

    proptest! {
        #[test]
        fn pieces_make_up_the_text_and_fit(
            text in prop_oneof![any::<String>(), "[ab é👩\u{200d}👧\n]{0,200}"],
            max in 4_usize..50,
            unit in prop_oneof![Just(TextUnit::Chars), Just(TextUnit::Utf16), Just(TextUnit::Utf8)],
        ) {
            let pieces = split(&text, max, unit);
            prop_assert_eq!(&pieces.concat(), &text);
            for piece in pieces {
                prop_assert!(!piece.is_empty() && length(piece, unit) <= max);
            }
        }

        #[test]
        fn whole_graphemes_stay_whole(text in "(e\u{301}|👩\u{200d}👧|a| ){0,60}") {
            let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
            let mut at = 0;
            for piece in split(&text, 8, TextUnit::Utf16) {
                prop_assert!(ends.contains(&at));
                at += piece.len();
            }
        }
    }
}
