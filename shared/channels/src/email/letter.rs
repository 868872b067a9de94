//! A mail as somebody reads it: who, what about, the text, the files.

use super::html;
use super::mime::{self, Fields, Mailbox, Mime, Part, mailboxes};
use super::thread;
use patchbay_model::Timestamp;

/// Characters of a subject; the rest is left out.
const SUBJECT_CHARS_MAX: usize = 1_000;
/// Characters of a file's name.
const NAME_CHARS_MAX: usize = 255;

/// What there is to read in a mail.
#[derive(Debug, Default)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) from: Option<Mailbox>,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) to: Vec<Mailbox>,
    /// Without angle brackets.
    pub(super) message_id: Option<String>,
    /// Nearest first: what it answers, then its thread from the end.
    pub(super) answers: Vec<String>,
    /// Its thread, oldest first.
    pub(super) references: Vec<String>,
    pub(super) date: Option<Timestamp>,
    pub(super) text: String,
    pub(super) files: Vec<LetterFile>,
}

/// A file of a mail, attached or shown within its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LetterFile {
    pub(super) name: Option<String>,
    /// As the sender states it.
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

impl Letter {
    pub(super) fn of(mail: &Mime<'_>) -> Letter {
        let fields = &mail.root.fields;
        let mut files = Vec::new();
        let text = read(&mail.root, &mut files).text;
        Letter { text: text.trim_end().to_owned(), files, ..Letter::of_fields(fields) }
    }

    /// What a mail's fields say.
    pub(super) fn of_fields(fields: &Fields) -> Letter {
        let first = |name: &str| fields.all(name).flat_map(mailboxes).next();
        let references = fields.get("references").map(thread::ids).unwrap_or_default();
        let answered = fields.get("in-reply-to").map(thread::ids).unwrap_or_default();
        let mut answers = answered.clone();
        answers.extend(references.iter().rev().cloned());
        let mut thread = references;
        thread.extend(answered.into_iter().filter(|id| !answers[1..].contains(id)).collect::<Vec<_>>());
        thread.dedup();
        let subject = fields.text("subject").unwrap_or_default();
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        Letter {
            subject: subject.chars().take(SUBJECT_CHARS_MAX).collect(),
            from: first("from").or_else(|| first("sender")),
            reply_to: first("reply-to"),
            to: ["to", "cc"].iter().flat_map(|name| fields.all(name).flat_map(mailboxes)).collect(),
            message_id: fields.get("message-id").and_then(|id| thread::ids(id).into_iter().next()),
            answers,
            references: thread::bounded(thread),
            date: fields.get("date").and_then(mime::parse_date),
            ..Letter::default()
        }
    }
}

/// The text of a part, and whether it was one before it was read out of HTML.
struct Text {
    text: String,
    plain: bool,
}

impl Text {
    fn none() -> Text {
        Text { text: String::new(), plain: false }
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Reads a part: its text is returned, its files are put to the others.
fn read(part: &Part<'_>, files: &mut Vec<LetterFile>) -> Text {
    if !part.parts.is_empty() {
        let texts: Vec<Text> = part.parts.iter().map(|inner| read(inner, files)).collect();
        return if part.media_type() == "multipart/alternative" { best(texts) } else { together(texts) };
    }
    let named = part.is_attached() || part.file_name().is_some();
    match part.media_type() {
        "text/html" if !named => Text { text: html::text(&part.text()), plain: false },
        // An alternative to the text that says the same.
        "text/x-amp-html" | "text/watch-html" => Text::none(),
        kind if !named
            && (kind == "text/plain" || kind == "text/enriched" || kind.starts_with("multipart/")) =>
        {
            Text { text: part.text(), plain: true }
        }
        "message/delivery-status" | "message/disposition-notification" | "message/feedback-report" => {
            Text::none()
        }
        _ => {
            let bytes = part.bytes();
            if !bytes.is_empty() {
                files.push(file(part, bytes));
            }
            Text::none()
        }
    }
}

/// Of several forms of one text the plain one, where that says something.
fn best(texts: Vec<Text>) -> Text {
    let at = texts.iter().position(|text| text.plain && !text.is_blank());
    let at = at.or_else(|| texts.iter().position(|text| !text.is_blank()));
    at.and_then(|at| texts.into_iter().nth(at)).unwrap_or_else(Text::none)
}

fn together(texts: Vec<Text>) -> Text {
    let said: Vec<Text> = texts.into_iter().filter(|text| !text.is_blank()).collect();
    let plain = said.iter().any(|text| text.plain);
    let texts: Vec<&str> = said.iter().map(|text| text.text.trim_end_matches('\n')).collect();
    Text { text: texts.join("\n"), plain }
}

fn file(part: &Part<'_>, bytes: Vec<u8>) -> LetterFile {
    let name = part.file_name().map(safe_name).filter(|name| !name.is_empty());
    let name = name.or_else(|| {
        let inner =
            (part.media_type() == "message/rfc822").then(|| mime::parse(&bytes).root.fields.text("subject"));
        let subject = safe_name(inner??.trim());
        (!subject.is_empty()).then(|| format!("{subject}.eml"))
    });
    LetterFile { name, content_type: part.media_type().to_owned(), bytes }
}

/// A name that is nothing but a name: no folders, no control characters.
pub(super) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    plain.take(NAME_CHARS_MAX).collect::<String>().trim().trim_matches('.').to_owned()
}
