//! Mailgun: mails as forms ("Routes"), events as JSON, both signed in their body, and sending as MIME.

use super::compose::Composed;
use super::deliver::{Delivery, Envelope, Heard};
use super::form::Form;
use super::letter::LetterFile;
use super::{Email, build, mime};
use crate::delivery::{DeliveryOutcome, ProviderRequest, RefusalCause};
use crate::identifier::uuid;
use crate::webhook::{Headers, Problem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::event::Reference;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{EventKind, MessageKey, MessageStatus, Timestamp};
use serde_json::{Value, json};

pub(super) const API_BASE: &str = "https://api.mailgun.net";
/// The variable that carries our key.
const KEY: &str = "patchbay_key";

/// Sending. Settings: `api_key`, `domain`; `api_base` for the EU's region.
pub(super) struct Mailgun {
    pub(super) api_key: String,
    pub(super) domain: String,
    pub(super) api_base: String,
}

impl Email {
    /// Reads a mail of a route: the whole of it where its URL ends in `mime`, else its fields.
    pub(super) fn hear_mailgun(&self, form: &Form, received_at: Timestamp, heard: &mut Heard) {
        let text = |name: &str| form.text(name).unwrap_or_default();
        let fields = fields(form);
        let of = |name: &str| {
            fields
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map_or("", |(_, value)| value.as_str())
        };
        let aligned = {
            let from =
                mime::mailboxes(of("from")).into_iter().next().and_then(|one| super::domain_of(&one.address));
            from.is_some() && super::domain_of(&text("sender")) == from
        };
        let proven = aligned && of("x-mailgun-spf").eq_ignore_ascii_case("pass");
        let mail = match form.bytes("body-mime") {
            Some(raw) => raw.to_vec(),
            None => assembled(form, &fields),
        };
        let recipient = form.text("recipient");
        let envelope = Envelope { recipient: recipient.as_deref(), received: None, proven, infected: false };
        let before = heard.events.len();
        self.hear(Delivery { mail: &mail, envelope }, received_at, heard);
        // The signature does not cover the mail, so a token is good for one: it is what deduplication goes by.
        let token = text("token");
        for (at, event) in heard.events[before..].iter_mut().enumerate() {
            event.event_id = uuid(&["mailgun-token", &token, &at.to_string()]);
        }
    }

    /// Reads an event ("Webhooks", `event-data`).
    pub(super) fn hear_mailgun_event(&self, document: &Value, received_at: Timestamp, heard: &mut Heard) {
        let event = &document["event-data"];
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        let (kind, address) = (text("event"), text("recipient"));
        let status = match kind {
            "delivered" => Some(MessageStatus::Delivered),
            "failed" if text("severity") == "temporary" => return,
            "failed" | "rejected" => Some(MessageStatus::Failed),
            "complained" | "unsubscribed" => None,
            "accepted" | "opened" | "clicked" | "stored" => return,
            other => {
                heard.problems.push(Problem::new("event-data.event", format!("{other:?} is not known")));
                return;
            }
        };
        if address.is_empty() {
            heard.problems.push(Problem::new("event-data.recipient", "the event names nobody"));
            return;
        }
        let what = match status {
            None => EventKind::Consent { opted_in: false, content: None },
            Some(status) => EventKind::Receipt {
                reference: match event["user-variables"][KEY].as_str().and_then(MessageKey::parse) {
                    Some(key) => Reference::Ours(key),
                    None => {
                        self.reference(event["message"]["headers"]["message-id"].as_str().unwrap_or_default())
                    }
                },
                status,
                reason: (status == MessageStatus::Failed).then(|| {
                    let said = &event["delivery-status"];
                    let why = [&said["message"], &said["description"], &event["reject"]["reason"]];
                    let why = why
                        .iter()
                        .filter_map(|why| why.as_str())
                        .find(|why| !why.is_empty())
                        .unwrap_or(text("reason"));
                    format!("{} {why}", said["code"]).trim_start_matches("null ").to_owned()
                }),
            },
        };
        let id = match text("id") {
            "" => uuid(&["mailgun-event", document["signature"]["token"].as_str().unwrap_or_default()]),
            id => uuid(&["mailgun-event", id]),
        };
        heard.events.push(self.event(id, address.to_owned(), received_at, what));
    }
}

/// The fields of the mail as it came, from `message-headers`.
fn fields(form: &Form) -> Vec<(String, String)> {
    let pairs: Vec<(String, String)> =
        serde_json::from_str(&form.text("message-headers").unwrap_or_default()).unwrap_or_default();
    if !pairs.is_empty() {
        return pairs;
    }
    let raw = form.bytes("body-mime").unwrap_or_default();
    let mail = mime::parse(raw);
    mail.root.fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The mail of parsed fields.
fn assembled(form: &Form, fields: &[(String, String)]) -> Vec<u8> {
    let mut fields = fields.to_vec();
    for name in ["from", "subject"] {
        if !fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
            && let Some(value) = form.text(name)
        {
            fields.push((name.to_owned(), value));
        }
    }
    let count = form.text("attachment-count").and_then(|count| count.trim().parse().ok()).unwrap_or(0_usize);
    let files: Vec<LetterFile> = (1..=count.min(mime::PARTS_MAX))
        .filter_map(|number| {
            let name = format!("attachment-{number}");
            Some(LetterFile {
                bytes: form.bytes(&name)?.to_vec(),
                name: form.file_name(&name),
                content_type: form.content_type(&name).unwrap_or_default(),
            })
        })
        .collect();
    let stated = |name: &str| form.text(name).filter(|text| !text.trim().is_empty());
    build::together(&fields, stated("body-plain").as_deref(), stated("body-html").as_deref(), &files)
}

impl Mailgun {
    fn authorization(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("api:{}", self.api_key)))
    }

    /// "Send an email in MIME format".
    pub(super) fn send(&self, mail: &Composed) -> ProviderRequest {
        let boundary = hex(&digest16(&["mailgun", &mail.key.to_string()]));
        let mut body = Vec::new();
        let key = json!(mail.key.to_string()).as_str().unwrap_or_default().to_owned();
        for (name, value) in
            [("to", mail.to.as_str()), (&format!("v:{KEY}"), key.as_str()), ("o:tracking", "no")]
        {
            let part =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.mime\"\r\n\
             Content-Type: message/rfc822\r\n\r\n"
        );
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(&mail.mime());
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let url = format!("{}/v3/{}/messages.mime", self.api_base, self.domain);
        let content_type = format!("multipart/form-data; boundary={boundary}");
        ProviderRequest::post(url, self.authorization(), &content_type, body)
    }

    pub(super) fn check_request(&self) -> ProviderRequest {
        ProviderRequest::get(&format!("{}/v4/domains/{}", self.api_base, self.domain), self.authorization())
    }

    /// What Mailgun says ("Errors").
    pub(super) fn outcome(&self, status: u16, headers: &Headers, body: &[u8]) -> DeliveryOutcome {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let why =
            answer["message"].as_str().map_or_else(|| format!("Mailgun answered {status}"), str::to_owned);
        match status {
            200..300 => {
                DeliveryOutcome::sent(answer["id"].as_str().map(|id| id.trim_matches(['<', '>']).to_owned()))
            }
            429 | 500.. => DeliveryOutcome::retry(headers, &why),
            400 if why.contains("'to' parameter") => {
                DeliveryOutcome::refused(status, &why, RefusalCause::Address)
            }
            400 | 413 => DeliveryOutcome::refused(status, &why, RefusalCause::Content),
            _ => DeliveryOutcome::refused(status, &why, RefusalCause::Account),
        }
    }
}
