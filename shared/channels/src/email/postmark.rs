//! Postmark: JSON both ways, proven by a password.

use super::compose::Composed;
use super::deliver::{Delivery, Envelope, Heard};
use super::letter::LetterFile;
use super::{Email, build};
use crate::delivery::{DeliveryOutcome, ProviderRequest, RefusalCause};
use crate::identifier::uuid;
use crate::webhook::{Headers, Problem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::event::Reference;
use patchbay_model::{EventKind, MessageKey, MessageStatus, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const API_BASE: &str = "https://api.postmarkapp.com";
/// The name under which our key travels in a mail's metadata.
const KEY: &str = "patchbay_key";

/// Sending. Settings: `server_token`, `message_stream`.
pub(super) struct Postmark {
    pub(super) server_token: String,
    pub(super) message_stream: Option<String>,
    pub(super) api_base: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Inbound {
    #[serde(rename = "MessageID")]
    message_id: String,
    from: String,
    to: String,
    cc: String,
    original_recipient: String,
    subject: String,
    date: String,
    text_body: String,
    html_body: String,
    headers: Vec<Field>,
    attachments: Vec<Enclosed>,
    raw_email: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Field {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Enclosed {
    name: String,
    content: String,
    content_type: String,
}

impl Email {
    /// Reads what Postmark posts: a mail, or an event with its `RecordType`.
    pub(super) fn hear_postmark(&self, document: &Value, received_at: Timestamp, heard: &mut Heard) {
        if document["RecordType"].is_string() && document["RecordType"] != "Inbound" {
            self.hear_postmark_event(document, received_at, heard);
            return;
        }
        let inbound: Inbound = match Inbound::deserialize(document) {
            Ok(inbound) => inbound,
            Err(error) => {
                heard.problems.push(Problem::new("", format!("no mail of Postmark: {error}")));
                return;
            }
        };
        let field = |name: &str| {
            inbound
                .headers
                .iter()
                .find(|field| field.name.eq_ignore_ascii_case(name))
                .map(|field| field.value.as_str())
        };
        let envelope = Envelope {
            recipient: Some(inbound.original_recipient.as_str()).filter(|address| address.contains('@')),
            received: None,
            proven: super::proven_by_spf(field("received-spf").unwrap_or_default(), &inbound.from),
            infected: false,
        };
        let mail = if inbound.raw_email.is_empty() {
            assembled(&inbound, &mut heard.problems)
        } else {
            inbound.raw_email.clone().into_bytes()
        };
        self.hear(Delivery { mail: &mail, envelope }, received_at, heard);
    }

    fn hear_postmark_event(&self, event: &Value, received_at: Timestamp, heard: &mut Heard) {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        let kind = text("RecordType");
        let address = ["Recipient", "Email"].iter().map(|name| text(name)).find(|text| !text.is_empty());
        let nobody = || Problem::new("Recipient", "the event names nobody");
        let status = match kind {
            "Delivery" => Some(MessageStatus::Delivered),
            "Bounce" if matches!(text("Type"), "Transient" | "AutoResponder" | "SoftBounce" | "DnsError") => {
                return;
            }
            "Bounce" => Some(MessageStatus::Failed),
            "SpamComplaint" => None,
            "SubscriptionChange" => {
                let opted_in = event["SuppressSending"] == false;
                let kind = EventKind::Consent { opted_in, content: None };
                match address {
                    Some(address) => {
                        // Whoever changes their mind twice in a second has done so twice.
                        let what = if opted_in { "in" } else { "out" };
                        let id = uuid(&["postmark-consent", what, text("ChangedAt"), address]);
                        heard.events.push(self.event(id, address.to_owned(), received_at, kind));
                    }
                    None => heard.problems.push(nobody()),
                }
                return;
            }
            "Open" | "Click" => return,
            other => {
                heard.problems.push(Problem::new("RecordType", format!("{other:?} is not known")));
                return;
            }
        };
        let Some(address) = address else {
            heard.problems.push(nobody());
            return;
        };
        let what = match status {
            None => EventKind::Consent { opted_in: false, content: None },
            Some(status) => EventKind::Receipt {
                reference: event["Metadata"][KEY]
                    .as_str()
                    .and_then(MessageKey::parse)
                    .map_or_else(|| Reference::Provider(text("MessageID").to_owned()), Reference::Ours),
                status,
                reason: (status == MessageStatus::Failed)
                    .then(|| format!("{}: {}", text("Type"), text("Description"))),
            },
        };
        let id = uuid(&["postmark-event", kind, text("MessageID"), address]);
        heard.events.push(self.event(id, address.to_owned(), received_at, what));
    }
}

/// The mail of parsed fields. A file that cannot be read is left out and told of.
fn assembled(inbound: &Inbound, problems: &mut Vec<Problem>) -> Vec<u8> {
    let mut fields: Vec<(String, String)> =
        inbound.headers.iter().map(|field| (field.name.clone(), field.value.clone())).collect();
    let stated = [
        ("From", &inbound.from),
        ("To", &inbound.to),
        ("Cc", &inbound.cc),
        ("Subject", &inbound.subject),
        ("Date", &inbound.date),
    ];
    for (name, value) in stated {
        if !value.is_empty() && !fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            fields.push((name.to_owned(), value.clone()));
        }
    }
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("message-id"))
        && !inbound.message_id.is_empty()
    {
        fields.push(("Message-ID".into(), format!("<{}@inbound.postmarkapp.com>", inbound.message_id)));
    }
    let files: Vec<LetterFile> = inbound
        .attachments
        .iter()
        .enumerate()
        .filter_map(|(at, one)| match STANDARD.decode(&one.content) {
            Ok(bytes) => Some(LetterFile {
                name: Some(one.name.clone()).filter(|name| !name.is_empty()),
                content_type: one.content_type.clone(),
                bytes,
            }),
            Err(error) => {
                let reason = format!("a file of the mail is left out: no base64: {error}");
                problems.push(Problem::new(format!("Attachments[{at}].Content"), reason));
                None
            }
        })
        .collect();
    let stated = |text: &'_ str| (!text.trim().is_empty()).then(|| text.to_owned());
    let (text, html) = (stated(&inbound.text_body), stated(&inbound.html_body));
    build::together(&fields, text.as_deref(), html.as_deref(), &files)
}

impl Postmark {
    fn call(&self, method: &str, path: &str, body: Vec<u8>) -> ProviderRequest {
        ProviderRequest {
            method: method.to_owned(),
            url: format!("{}{path}", self.api_base),
            headers: Headers::from_iter([
                ("Accept", "application/json"),
                ("Content-Type", "application/json"),
                ("X-Postmark-Server-Token", self.server_token.as_str()),
            ]),
            body,
            idempotent: false,
            on_refused: None,
        }
    }

    /// "Send a single email". `X-PM-KeepID` keeps our own message id.
    pub(super) fn send(&self, mail: &Composed) -> ProviderRequest {
        let field = |(name, value): (&str, String)| json!({ "Name": name, "Value": value });
        let mut fields: Vec<Value> = mail.fields().into_iter().map(field).collect();
        fields.push(json!({ "Name": "X-PM-KeepID", "Value": "true" }));
        let files: Vec<Value> = mail
            .files
            .iter()
            .map(|file| {
                json!({
                    "Name": file.name.as_deref().unwrap_or("file"), "Content": STANDARD.encode(&file.bytes),
                    "ContentType": file.content_type,
                })
            })
            .collect();
        let mut body = json!({
            "From": mail.sender_field(), "To": mail.to, "Subject": mail.subject, "TextBody": mail.text,
            "Headers": fields, "Metadata": { KEY: mail.key.to_string() },
        });
        if !files.is_empty() {
            body["Attachments"] = json!(files);
        }
        if let Some(reply_to) = &mail.reply_to {
            body["ReplyTo"] = json!(reply_to);
        }
        if let Some(stream) = &self.message_stream {
            body["MessageStream"] = json!(stream);
        }
        self.call("POST", "/email", body.to_string().into_bytes())
    }

    pub(super) fn check_request(&self) -> ProviderRequest {
        ProviderRequest { idempotent: true, ..self.call("GET", "/server", Vec::new()) }
    }

    /// What Postmark says ("API error codes").
    pub(super) fn outcome(
        &self,
        request: &ProviderRequest,
        status: u16,
        headers: &Headers,
        body: &[u8],
    ) -> DeliveryOutcome {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = answer["ErrorCode"].as_u64().unwrap_or_default();
        let why =
            answer["Message"].as_str().map_or_else(|| format!("Postmark answered {status}"), str::to_owned);
        let named = if code == 0 { status.to_string() } else { code.to_string() };
        match (status, code) {
            (200..300, _) => DeliveryOutcome::sent(message_id(request)),
            (429 | 500.., _) => DeliveryOutcome::retry(headers, &why),
            // An inactive recipient: bounced before, or complained.
            (_, 406) => DeliveryOutcome::refused(named, &why, RefusalCause::OptedOut),
            (_, 300) if why.contains("'To'") => DeliveryOutcome::refused(named, &why, RefusalCause::Address),
            // Sender signatures, server tokens, suspended or unapproved accounts, streams.
            (401 | 403, _) | (_, 10 | 400..=405 | 407 | 409..=413 | 1_200..=1_299) => {
                DeliveryOutcome::refused(named, &why, RefusalCause::Account)
            }
            (413 | 422 | 400, _) => DeliveryOutcome::refused(named, &why, RefusalCause::Content),
            _ => DeliveryOutcome::refused(named, &why, RefusalCause::Account),
        }
    }
}

/// The message id that we gave the mail, and that it keeps.
fn message_id(request: &ProviderRequest) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let field = body["Headers"].as_array()?.iter().find(|field| field["Name"] == "Message-ID")?;
    Some(field["Value"].as_str()?.trim_matches(['<', '>']).to_owned())
}
