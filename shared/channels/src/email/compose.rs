//! A message of ours as a mail, whoever carries it.

use super::letter::{LetterFile, safe_name};
use super::{Email, build, thread};
use crate::channel::TextUnit;
use crate::delivery::{Undeliverable, recipient};
use crate::text::{cards, kind_name, length, link, numbered, place};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use patchbay_model::limits::TEXT_CHARS_MAX;
use patchbay_model::{
    Attachment, ChannelKind, Content, MessageKey, OutboundMessage, ReplyContext, Timestamp,
};
use std::collections::BTreeMap;

/// Bytes of all files of one mail; what does not fit goes as a link. Postmark takes 10 MB as base64, the others more.
pub(super) const FILES_BYTES_MAX: usize = 7 * 1_024 * 1_024;
/// Characters of a subject: it is one line of a list.
pub(super) const SUBJECT_CHARS_MAX: usize = 500;
/// Characters of an address (RFC 5321, 4.5.3.1).
const ADDRESS_CHARS_MAX: usize = 254;
/// Beginnings of subjects that say that they are answers, as mail programs write them.
const ANSWERS: [&str; 12] =
    ["re:", "re :", "aw:", "sv:", "vs:", "antw:", "odp:", "res:", "rif:", "回复:", "回覆:", "答复:"];

/// What is sent.
#[derive(Debug)]
pub(super) struct Composed {
    pub(super) key: MessageKey,
    pub(super) from: String,
    pub(super) from_name: Option<String>,
    pub(super) to: String,
    /// Our address with a token, where answers come to one.
    pub(super) reply_to: Option<String>,
    pub(super) subject: String,
    pub(super) text: String,
    /// Without angle brackets, as those of `references`.
    pub(super) message_id: String,
    /// Oldest first; the last is the one that is answered.
    pub(super) references: Vec<String>,
    /// A flow says it.
    pub(super) automatic: bool,
    pub(super) files: Vec<LetterFile>,
    date: Timestamp,
}

impl Email {
    /// The mail of a message. `files`: the bytes of those attachments that are ours to send, by their URL; any other
    /// goes as a link.
    pub(super) fn compose(
        &self,
        message: &OutboundMessage,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Composed, Undeliverable> {
        let to = recipient(message, ChannelKind::Email, &self.account)?;
        if !is_address(to) {
            return Err(Undeliverable::Malformed("address"));
        }
        let (mut text, attachments) = said(&message.content)?;
        let mut enclosed = Vec::new();
        let mut room = FILES_BYTES_MAX;
        for attachment in attachments {
            match files.get(&attachment.url).filter(|bytes| bytes.len() <= room) {
                Some(bytes) => {
                    room -= bytes.len();
                    enclosed.push(file(attachment, bytes));
                }
                None => {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&link(attachment));
                }
            }
        }
        if text.trim().is_empty() && enclosed.is_empty() {
            return Err(Undeliverable::Empty);
        }
        if length(&text, TextUnit::Chars) > TEXT_CHARS_MAX {
            return Err(Undeliverable::TooLong { max: TEXT_CHARS_MAX });
        }
        let from = if is_address(&message.from) { message.from.clone() } else { self.from.clone() };
        let domain = from.rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default();
        let reply_to = if self.plus_addressing {
            thread::reply_address(&self.message_secret, &from, &message.key.sid)
        } else {
            None
        };
        let (subject, references) = self.place_in_thread(message)?;
        Ok(Composed {
            key: message.key.clone(),
            from_name: self
                .from_name
                .clone()
                .or_else(|| message.author_name.clone())
                .map(|name| one_line(&name)),
            to: to.to_owned(),
            reply_to,
            subject,
            text,
            message_id: thread::message_id(&self.message_secret, &message.key, &domain),
            references,
            automatic: message.author_name.is_none(),
            files: enclosed,
            date: message.key.seq.time(),
            from,
        })
    }

    /// The subject, and the mails before: those of the customer's thread unless the message has a subject of its own.
    fn place_in_thread(&self, message: &OutboundMessage) -> Result<(String, Vec<String>), Undeliverable> {
        let thread = match &message.reply_context {
            Some(ReplyContext::Thread(thread)) => Some(thread),
            _ => None,
        };
        let own = match &message.content {
            Content::Email(mail) if !mail.subject.trim().is_empty() => Some(mail.subject.as_str()),
            _ => None,
        };
        if own.is_some_and(|subject| subject.contains(char::is_control)) {
            return Err(Undeliverable::Malformed("subject"));
        }
        if own.is_some_and(|subject| subject.chars().count() > SUBJECT_CHARS_MAX) {
            return Err(Undeliverable::TooLong { max: SUBJECT_CHARS_MAX });
        }
        Ok(match (own, thread) {
            (Some(own), Some(thread)) if base(own) == base(&thread.subject) => (own.to_owned(), ids(thread)),
            (Some(own), _) => (own.to_owned(), Vec::new()),
            (None, Some(thread)) if !thread.subject.trim().is_empty() => {
                (answer(&thread.subject), ids(thread))
            }
            (None, Some(thread)) => (self.subject.clone(), ids(thread)),
            (None, None) => (self.subject.clone(), Vec::new()),
        })
    }
}

fn ids(thread: &patchbay_model::Thread) -> Vec<String> {
    let fits = |id: &&String| {
        id.contains('@') && !id.contains(|c: char| c.is_control() || c.is_whitespace() || "<>".contains(c))
    };
    thread::bounded(thread.references.iter().filter(fits).cloned().collect())
}

/// `Re: ` and the subject, which stays as it is: mail programs group by both.
fn answer(subject: &str) -> String {
    let subject = one_line(subject);
    let subject: String = subject.chars().take(SUBJECT_CHARS_MAX).collect();
    if base(&subject).len() < subject.trim().len() { subject } else { format!("Re: {subject}") }
}

/// A subject without the marks of an answer.
fn base(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some(mark) = ANSWERS
        .iter()
        .find(|mark| rest.get(..mark.len()).is_some_and(|beginning| beginning.to_lowercase() == **mark))
    {
        rest = rest[mark.len()..].trim_start();
    }
    rest
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Whether mail may be sent there: nothing that could end a field or an SMTP command, one `@`.
pub(super) fn is_address(address: &str) -> bool {
    let plain =
        address.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\\\"".contains(c));
    let whole = address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    plain && whole && address.chars().count() <= ADDRESS_CHARS_MAX
}

fn file(attachment: &Attachment, bytes: &[u8]) -> LetterFile {
    LetterFile {
        name: attachment.file_name.as_deref().map(safe_name).filter(|name| !name.is_empty()),
        content_type: attachment.content_type.clone(),
        bytes: bytes.to_vec(),
    }
}

/// A content as text and attachments.
fn said(content: &Content) -> Result<(String, &[Attachment]), Undeliverable> {
    let text = match content {
        Content::Text { text } => text.clone(),
        Content::Media { attachments, text } => return Ok((text.clone().unwrap_or_default(), attachments)),
        Content::Email(mail) => return Ok((mail.text.clone(), &mail.attachments)),
        Content::Choice { data, text } => text.as_ref().unwrap_or(data).clone(),
        Content::Choices { text, options } => numbered(text, options),
        Content::Contacts { contacts } => cards(contacts),
        Content::Location { latitude, longitude, name, address } => {
            place(*latitude, *longitude, name.as_deref(), address.as_deref())
        }
        Content::Sticker { text: Some(text), .. } | Content::Template { text: Some(text), .. } => {
            text.clone()
        }
        Content::Sticker { text: None, .. }
        | Content::Template { text: None, .. }
        | Content::Reaction { .. }
        | Content::System { .. }
        | Content::Note { .. }
        | Content::Unsupported { .. } => return Err(Undeliverable::Kind(kind_name(content))),
    };
    Ok((text, &[]))
}

impl Composed {
    /// `"Name" <address>`, as APIs take it.
    pub(super) fn sender_field(&self) -> String {
        match &self.from_name {
            Some(name) if !name.is_empty() => {
                let name: String = name.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
                // RFC 2047, 5: a name that is not ASCII is an encoded word, and stands without quotes.
                if name.is_ascii() {
                    format!("\"{name}\" <{}>", self.from)
                } else {
                    use base64::Engine;
                    let word = base64::engine::general_purpose::STANDARD.encode(&name);
                    format!("=?utf-8?B?{word}?= <{}>", self.from)
                }
            }
            _ => self.from.clone(),
        }
    }

    /// The fields that make it an answer, and say who speaks.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let bracketed = |id: &String| format!("<{id}>");
        let mut fields = vec![("Message-ID", bracketed(&self.message_id))];
        if let Some(last) = self.references.last() {
            fields.push(("In-Reply-To", bracketed(last)));
            fields.push(("References", self.references.iter().map(bracketed).collect::<Vec<_>>().join(" ")));
        }
        if self.automatic {
            // RFC 3834, 3.1.7, and what Exchange asks for so that nobody's absence answers.
            fields.push((
                "Auto-Submitted",
                if self.references.is_empty() { "auto-generated" } else { "auto-replied" }.into(),
            ));
            fields.push(("X-Auto-Response-Suppress", "All".into()));
        }
        fields
    }

    /// The mail itself (RFC 5322): the same message is the same bytes.
    pub(super) fn mime(&self) -> Vec<u8> {
        let mut builder = MessageBuilder::new()
            .from(Address::new_address(self.from_name.as_deref(), self.from.as_str()))
            .to(Address::new_address(None::<&str>, self.to.as_str()))
            .subject(self.subject.as_str())
            .date(Date::new(self.date.seconds()))
            .message_id(MessageId::new(self.message_id.as_str()));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(Address::new_address(self.from_name.as_deref(), reply_to.as_str()));
        }
        if let Some(last) = self.references.last() {
            let all = self.references.iter().map(String::as_str);
            builder = builder.in_reply_to(MessageId::new(last.as_str())).references(MessageId::new_list(all));
        }
        for (name, value) in self.fields() {
            if !matches!(name, "Message-ID" | "In-Reply-To" | "References") {
                builder = builder.header(name, Raw::new(value));
            }
        }
        let mut mail = Vec::new();
        let key = self.key.to_string();
        builder.body(build::body(Some(&self.text), None, &self.files, &key)).serialize(&mut mail);
        mail
    }
}
