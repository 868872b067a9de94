//! Twilio SendGrid: mails as forms ("Inbound Parse"), events as a list, sending as JSON.

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
use patchbay_model::{EventKind, MessageKey, MessageStatus, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const API_BASE: &str = "https://api.sendgrid.com";
/// The custom argument that carries our key.
const KEY: &str = "patchbay_key";

/// Sending. Settings: `api_key`.
pub(super) struct SendGrid {
    pub(super) api_key: String,
    pub(super) api_base: String,
}

impl Email {
    /// Reads a mail: the whole of it where "POST the raw, full MIME message" is on, else its fields, each in the
    /// charset that `charsets` names.
    pub(super) fn hear_sendgrid(&self, form: &Form, received_at: Timestamp, heard: &mut Heard) {
        let envelope: Value =
            serde_json::from_str(&form.text("envelope").unwrap_or_default()).unwrap_or_default();
        let sender = envelope["from"].as_str().unwrap_or_default().to_owned();
        let recipient = envelope["to"][0].as_str().map(str::to_owned);
        let from = form.text("from").unwrap_or_default();
        let proven = is_aligned(
            &form.text("dkim").unwrap_or_default(),
            &form.text("SPF").unwrap_or_default(),
            &sender,
            &from,
        );
        let mail = match form.bytes("email") {
            Some(raw) => raw.to_vec(),
            None => assembled(form),
        };
        let envelope = Envelope { recipient: recipient.as_deref(), received: None, proven, infected: false };
        self.hear(Delivery { mail: &mail, envelope }, received_at, heard);
    }

    /// Reads a list of events ("Event Webhook reference").
    pub(super) fn hear_sendgrid_events(&self, events: &[Value], received_at: Timestamp, heard: &mut Heard) {
        for (at, event) in events.iter().enumerate() {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            let (kind, address) = (text("event"), text("email"));
            let status = match kind {
                "delivered" => Some(MessageStatus::Delivered),
                "bounce" | "dropped" => Some(MessageStatus::Failed),
                "spamreport" | "unsubscribe" | "group_unsubscribe" | "group_resubscribe" => None,
                // What the queue still tries, and what programs do that open mails.
                "processed" | "deferred" | "open" | "click" => continue,
                other => {
                    heard
                        .problems
                        .push(Problem::new(format!("[{at}].event"), format!("{other:?} is not known")));
                    continue;
                }
            };
            if address.is_empty() {
                heard.problems.push(Problem::new(format!("[{at}].email"), "the event names nobody"));
                continue;
            }
            let what = match status {
                None => EventKind::Consent { opted_in: kind == "group_resubscribe", content: None },
                Some(status) => EventKind::Receipt {
                    reference: match event[KEY].as_str().and_then(MessageKey::parse) {
                        Some(key) => Reference::Ours(key),
                        None => self.reference(text("smtp-id").trim_matches(['<', '>'])),
                    },
                    status,
                    reason: (status == MessageStatus::Failed).then(|| {
                        [text("status"), text("reason"), text("response")].join(" ").trim().to_owned()
                    }),
                },
            };
            let id = match text("sg_event_id") {
                "" => uuid(&["sendgrid-event", &event.to_string()]),
                id => uuid(&["sendgrid-event", id]),
            };
            heard.events.push(self.event(id, address.to_owned(), received_at, what));
        }
    }
}

/// Whether SPF or DKIM passed for the domain of the sender (`dkim` is `{@shop.example : pass}`).
fn is_aligned(dkim: &str, spf: &str, envelope_from: &str, from: &str) -> bool {
    let Some(domain) = mime::mailboxes(from).first().and_then(|one| super::domain_of(&one.address)) else {
        return false;
    };
    let signed = dkim.trim_matches(['{', '}']).split(',').any(|one| {
        one.split_once(':').is_some_and(|(signer, verdict)| {
            signer.trim().trim_start_matches('@').eq_ignore_ascii_case(&domain) && verdict.trim() == "pass"
        })
    });
    signed || (spf.eq_ignore_ascii_case("pass") && super::domain_of(envelope_from).as_ref() == Some(&domain))
}

/// The mail of parsed fields.
fn assembled(form: &Form) -> Vec<u8> {
    let charsets: BTreeMap<String, String> =
        serde_json::from_str(&form.text("charsets").unwrap_or_default()).unwrap_or_default();
    let decoded = |name: &str| {
        let bytes = form.bytes(name)?;
        Some(mime::decode_charset(charsets.get(name).map(String::as_str), bytes))
            .filter(|text| !text.trim().is_empty())
    };
    let block = decoded("headers").unwrap_or_default();
    let mut fields: Vec<(String, String)> = mime::parse(block.as_bytes())
        .root
        .fields
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for name in ["from", "to", "cc", "subject"] {
        if !fields.iter().any(|(known, _)| known == name)
            && let Some(value) = decoded(name)
        {
            fields.push((name.to_owned(), value));
        }
    }
    let info: Value =
        serde_json::from_str(&form.text("attachment-info").unwrap_or_default()).unwrap_or_default();
    let count = form.text("attachments").and_then(|count| count.trim().parse().ok()).unwrap_or(0_usize);
    let files: Vec<LetterFile> = (1..=count.min(mime::PARTS_MAX))
        .filter_map(|number| {
            let name = format!("attachment{number}");
            let bytes = form.bytes(&name)?.to_vec();
            let stated = &info[&name];
            let text = |key: &str| stated[key].as_str().map(str::to_owned);
            Some(LetterFile {
                name: text("filename").or_else(|| text("name")).or_else(|| form.file_name(&name)),
                content_type: text("type").or_else(|| form.content_type(&name)).unwrap_or_default(),
                bytes,
            })
        })
        .collect();
    build::together(&fields, decoded("text").as_deref(), decoded("html").as_deref(), &files)
}

impl SendGrid {
    fn authorization(&self) -> String {
        format!("Bearer {}", self.api_key)
    }

    /// "Mail Send".
    pub(super) fn send(&self, mail: &Composed) -> ProviderRequest {
        let fields: BTreeMap<&str, String> = mail.fields().into_iter().collect();
        let files: Vec<Value> = mail
            .files
            .iter()
            .map(|file| {
                json!({
                    "content": STANDARD.encode(&file.bytes), "type": file.content_type,
                    "filename": file.name.as_deref().unwrap_or("file"), "disposition": "attachment",
                })
            })
            .collect();
        let mut body = json!({
            "personalizations": [{ "to": [{ "email": mail.to }], "custom_args": { KEY: mail.key.to_string() } }],
            "from": { "email": mail.from, "name": mail.from_name },
            "subject": mail.subject,
            "content": [{ "type": "text/plain", "value": if mail.text.is_empty() { " " } else { &mail.text } }],
            "headers": fields,
            "tracking_settings": { "click_tracking": { "enable": false }, "open_tracking": { "enable": false } },
        });
        if !files.is_empty() {
            body["attachments"] = json!(files);
        }
        if let Some(reply_to) = &mail.reply_to {
            body["reply_to"] = json!({ "email": reply_to });
        }
        let url = format!("{}/v3/mail/send", self.api_base);
        ProviderRequest::post(url, self.authorization(), "application/json", body.to_string().into_bytes())
    }

    pub(super) fn check_request(&self) -> ProviderRequest {
        ProviderRequest::get(&format!("{}/v3/scopes", self.api_base), self.authorization())
    }

    /// What SendGrid says ("Mail Send": responses).
    pub(super) fn outcome(
        &self,
        request: &ProviderRequest,
        status: u16,
        headers: &Headers,
        body: &[u8],
    ) -> DeliveryOutcome {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &answer["errors"][0];
        let why =
            error["message"].as_str().map_or_else(|| format!("SendGrid answered {status}"), str::to_owned);
        match status {
            200..300 => DeliveryOutcome::sent(message_id(request)),
            429 | 500.. => DeliveryOutcome::retry(headers, &why),
            400 if error["field"].as_str().is_some_and(|field| field.contains(".to")) => {
                DeliveryOutcome::refused(status, &why, RefusalCause::Address)
            }
            400 if error["field"].as_str().is_some_and(|field| field.starts_with("from")) => {
                DeliveryOutcome::refused(status, &why, RefusalCause::Account)
            }
            400 | 413 => DeliveryOutcome::refused(status, &why, RefusalCause::Content),
            _ => DeliveryOutcome::refused(status, &why, RefusalCause::Account),
        }
    }
}

/// The message id that we gave the mail, and that it keeps.
fn message_id(request: &ProviderRequest) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    Some(body["headers"]["Message-ID"].as_str()?.trim_matches(['<', '>']).to_owned())
}
