//! What a mail that has come in makes: events, and the files that belong to them. The same for every provider: each
//! hands over the mail, the envelope and what it found of the sender.

use super::letter::{Letter, LetterFile};
use super::mime::{self, Mime};
use super::report::{self, News, Recipient};
use super::{Email, automatic, quote, thread};
use crate::identifier::uuid;
use crate::params;
use crate::text::cut;
use crate::webhook::{File, Problem};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::id::hex;
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::{
    Attachment, BlobKey, ChannelKind, Content, EventKind, InboundEvent, ReplyContext, Thread, Timestamp,
};
use sha2::{Digest, Sha256};

/// Bytes of one mail that are read; SES and its like take up to 40 MB.
pub const MAIL_BYTES_MAX: usize = 26_214_400;
/// Bytes of the whole text that an event carries beside what is shown; a longer one is a file.
const FULL_TEXT_BYTES_MAX: usize = 65_536;

/// A mail and how it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery<'d> {
    pub(super) mail: &'d [u8],
    pub(super) envelope: Envelope<'d>,
}

/// What a provider says besides the mail.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Envelope<'d> {
    /// Our address that it was delivered to.
    pub(super) recipient: Option<&'d str>,
    /// When the provider took it.
    pub(super) received: Option<Timestamp>,
    /// The sender's domain vouches for it (DMARC, or what amounts to that).
    pub(super) proven: bool,
    /// The provider found something in it that nobody may open.
    pub(super) infected: bool,
}

/// What comes of mails, put together for `Normalised`.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) events: Vec<InboundEvent>,
    pub(super) files: Vec<File>,
    pub(super) problems: Vec<Problem>,
}

impl Email {
    /// Reads one mail.
    pub(super) fn hear(&self, delivery: Delivery<'_>, received_at: Timestamp, heard: &mut Heard) {
        let Delivery { mail, envelope } = delivery;
        if mail.len() > MAIL_BYTES_MAX {
            let reason = format!("a mail of {} bytes, of which {MAIL_BYTES_MAX} can be read", mail.len());
            heard.problems.push(Problem::new("mail", reason));
            return;
        }
        let mime = mime::parse(mail);
        if mime.cut {
            heard.problems.push(Problem::new("mail", "parts too many or too deep are left in one piece"));
        }
        if let Some(report) = report::read(&mime) {
            let digest = hex(&Sha256::digest(mail));
            let before = heard.events.len();
            for recipient in report.recipients {
                let id = uuid(&["email-report", &digest, &recipient.address]);
                heard.events.extend(self.reported(recipient, report.original_id.as_deref(), id, received_at));
            }
            // One that does not say what it is about is a mail like others, of a program.
            if heard.events.len() > before {
                return;
            }
        }
        let letter = Letter::of(&mime);
        if letter.message_id.as_deref().is_some_and(|id| thread::own_key(&self.message_secret, id).is_some())
        {
            heard.problems.push(Problem::new("message-id", "a mail of our own came back and is left out"));
            return;
        }
        self.letter(letter, &mime, envelope, mail, received_at, heard);
    }

    fn letter(
        &self,
        letter: Letter,
        mime: &Mime<'_>,
        envelope: Envelope<'_>,
        mail: &[u8],
        received_at: Timestamp,
        heard: &mut Heard,
    ) {
        let Some(from) = letter.from.clone().or_else(|| letter.reply_to.clone()) else {
            heard.problems.push(Problem::new("from", "the mail names no sender"));
            return;
        };
        // Where an answer goes is who we speak with; who signs for one address does not for another.
        let answer = letter.reply_to.clone().unwrap_or_else(|| from.clone());
        let other = !answer.address.eq_ignore_ascii_case(&from.address);
        let our_address = self.our_address(envelope.recipient, &letter);
        let provider_id =
            letter.message_id.clone().unwrap_or_else(|| uuid(&["email-mail", &hex(&Sha256::digest(mail))]));
        let event_id = uuid(&["email-event", &provider_id, &answer.address.to_lowercase(), &our_address]);
        let reply_to = self.answered(&letter);
        let automatic = automatic::is_automatic(&mime.root.fields, &letter.subject);
        let subject = letter.subject.clone();
        let date = letter.date;
        let mut references = letter.references.clone();
        let content = self.content(letter, automatic, !envelope.proven || other, envelope.infected, heard);
        let mut params = params::of_message(&answer.address, &our_address, &provider_id, &content);
        params.insert("Subject".into(), subject.clone());
        let context = Thread {
            subject,
            references: {
                references.push(provider_id.clone());
                thread::bounded(references)
            },
        };
        heard.events.push(InboundEvent {
            // Else the sender's own clock, which is believed as far as it agrees with ours.
            provider_time: envelope.received.or(date),
            to_the_second: envelope.received.is_none() && date.is_some(),
            profile: Profile { name: answer.name.or(from.name), ..Profile::default() },
            our_address,
            ..self.event(
                event_id,
                answer.address,
                received_at,
                EventKind::Message {
                    provider_id,
                    content,
                    reply_to,
                    reply_context: Some(ReplyContext::Thread(context)),
                    params,
                    echo: false,
                    tokens: Default::default(),
                },
            )
        });
    }

    fn content(
        &self,
        letter: Letter,
        automatic: bool,
        unverified: bool,
        infected: bool,
        heard: &mut Heard,
    ) -> Content {
        let Letter { subject, text, mut files, references, .. } = letter;
        if infected && !files.is_empty() {
            heard.problems.push(Problem::new("attachments", "the provider found a virus: no file is kept"));
            files.clear();
        }
        let shown = if is_forward(&subject) { text.as_str() } else { quote::trimmed(&text) };
        let shown = cut(shown.to_owned(), "text", &mut heard.problems);
        let mut full_text = (shown.trim() != text.trim()).then_some(text);
        if let Some(long) = full_text.take_if(|text| text.len() > FULL_TEXT_BYTES_MAX) {
            let name = Some("message.txt".to_owned());
            files.insert(
                0,
                LetterFile { name, content_type: "text/plain; charset=utf-8".into(), bytes: long.into() },
            );
        }
        if files.len() > ATTACHMENTS_MAX {
            let left: Vec<&str> =
                files[ATTACHMENTS_MAX..].iter().map(|file| file.name.as_deref().unwrap_or("?")).collect();
            let reason =
                format!("{ATTACHMENTS_MAX} of {} files are kept, not {}", files.len(), left.join(", "));
            heard.problems.push(Problem::new("attachments", reason));
            files.truncate(ATTACHMENTS_MAX);
        }
        let attachments = files.into_iter().map(|file| self.attachment(file, heard)).collect();
        Content::Email(patchbay_model::Email {
            subject,
            text: shown,
            full_text,
            attachments,
            references,
            automatic,
            unverified,
        })
    }

    fn attachment(&self, file: LetterFile, heard: &mut Heard) -> Attachment {
        let LetterFile { name, content_type, bytes } = file;
        let key = BlobKey::mail(&self.account.name, &Sha256::digest(&bytes));
        let file = File { key, content_type, bytes };
        let attachment = Attachment {
            url: file.key.reference(),
            content_type: file.content_type.clone(),
            file_name: name,
            bytes: u64::try_from(file.bytes.len()).ok(),
        };
        if !heard.files.iter().any(|known| known.key == file.key) {
            heard.files.push(file);
        }
        attachment
    }

    /// Which of ours was written to: as the envelope has it, without a token.
    fn our_address(&self, recipient: Option<&str>, letter: &Letter) -> String {
        let named = recipient.map(str::to_owned).or_else(|| {
            let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
            let ours = letter.to.iter().find(|one| domain(&one.address) == domain(&self.from));
            ours.map(|one| one.address.clone())
        });
        let address = named.unwrap_or_else(|| self.from.clone());
        match (thread::answered_by_address(&self.message_secret, &address), address.rsplit_once('@')) {
            (Some(_), Some((local, domain))) => {
                let local = local.rsplit_once('+').map_or(local, |(local, _)| local);
                format!("{local}@{domain}")
            }
            _ => address,
        }
    }

    /// The message that a mail answers: ours, where a tag of ours names one, though others stand before it.
    fn answered(&self, letter: &Letter) -> Option<String> {
        let is_own = |id: &&String| thread::own_key(&self.message_secret, id).is_some();
        let own = letter.answers.iter().find(is_own).cloned();
        let by_address = || {
            let named = letter.to.iter();
            let mut sids =
                named.filter_map(|one| thread::answered_by_address(&self.message_secret, &one.address));
            sids.next().map(|sid| sid.to_string())
        };
        own.or_else(by_address).or_else(|| letter.answers.first().cloned())
    }

    /// The news that a report has of one recipient.
    fn reported(
        &self,
        recipient: Recipient,
        original_id: Option<&str>,
        event_id: String,
        received_at: Timestamp,
    ) -> Option<InboundEvent> {
        let kind = match recipient.news {
            News::Complaint => EventKind::Consent { opted_in: false, content: None },
            News::Status { status, reason } => {
                let reference = self.reference(original_id?);
                EventKind::Receipt { reference, status, reason }
            }
        };
        Some(self.event(event_id, recipient.address, received_at, kind))
    }

    /// How a receipt names a message by its id.
    pub(super) fn reference(&self, message_id: &str) -> Reference {
        match thread::own_key(&self.message_secret, message_id) {
            Some(key) => Reference::Ours(key),
            None => Reference::Provider(message_id.to_owned()),
        }
    }

    /// An event of this account.
    pub(super) fn event(
        &self,
        event_id: String,
        contact_address: String,
        received_at: Timestamp,
        kind: EventKind,
    ) -> InboundEvent {
        InboundEvent {
            event_id,
            channel: ChannelKind::Email,
            account: self.account.name.clone(),
            contact_address,
            our_address: self.from.clone(),
            provider_time: None,
            to_the_second: false,
            received_at,
            profile: Profile::default(),
            kind,
        }
    }
}

/// A mail that hands on another's: what it quotes is what it says.
fn is_forward(subject: &str) -> bool {
    let low = subject.to_lowercase();
    [
        "fwd:",
        "fw:",
        "wg:",
        "tr:",
        "rv:",
        "i:",
        "enc:",
        "doorst:",
        "vb:",
        "vs:",
        "转发:",
        "转发：",
        "轉寄:",
        "転送:",
    ]
    .iter()
    .any(|mark| low.starts_with(mark))
}
