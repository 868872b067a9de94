//! What the webhooks of Twilio's channels have in common.

use super::account::Twilio;
use super::{errors, form};
use crate::text::cut_attachments;
use crate::webhook::{Normalised, Problem, WebhookReply, WebhookRequest};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Attachment, Content, EventKind, InboundEvent, MessageKey, MessageStatus, Timestamp};
use std::collections::BTreeMap;

pub(crate) type Params = BTreeMap<String, String>;

/// A message of a customer before the channel has read what it says.
pub(crate) struct Said {
    pub(crate) provider_id: String,
    pub(crate) params: Params,
}

impl Twilio {
    /// The event of a webhook: a receipt, or what `message` makes of what a customer said, with what is known
    /// of the person. The answer is TwiML that does nothing: a `<Message>` in it would be billed.
    pub(crate) fn read_webhook(
        &self,
        request: &WebhookRequest,
        received_at: Timestamp,
        message: impl FnOnce(Said, &mut Vec<Problem>) -> (EventKind, Profile),
    ) -> Normalised {
        let mut problems = Vec::new();
        let params = form::params(request, &mut problems);
        let event = self.event(request, params, received_at, message, &mut problems);
        let reply = WebhookReply { status: 200, content_type: "text/xml", body: "<Response/>".into() };
        Normalised::of(event.into_iter().collect(), problems, reply)
    }

    fn event(
        &self,
        request: &WebhookRequest,
        params: Params,
        received_at: Timestamp,
        message: impl FnOnce(Said, &mut Vec<Problem>) -> (EventKind, Profile),
        problems: &mut Vec<Problem>,
    ) -> Option<InboundEvent> {
        let provider_id = required(&params, "MessageSid", problems)?;
        let from = self.address(required(&params, "From", problems)?);
        let to = self.address(required(&params, "To", problems)?);
        let status = params.get("MessageStatus").or_else(|| params.get("SmsStatus")).cloned();
        let (event_id, contact_address, our_address, (kind, profile)) = match status.as_deref() {
            None | Some("received" | "receiving") => {
                let mut params = params;
                for (name, value) in [("Body", ""), ("NumMedia", "0")] {
                    params.entry(name.to_owned()).or_insert_with(|| value.to_owned());
                }
                (provider_id.clone(), from, to, message(Said { provider_id, params }, problems))
            }
            Some(status) => {
                let kind = receipt(&provider_id, &params, status, request.query("key"), problems)?;
                (format!("{provider_id}:{status}"), to, from, (kind, Profile::default()))
            }
        };
        Some(InboundEvent {
            event_id,
            channel: self.kind,
            account: self.account.name.clone(),
            contact_address,
            our_address,
            provider_time: None,
            to_the_second: false,
            received_at,
            profile,
            kind,
        })
    }

    /// An address without the channel's prefix.
    fn address(&self, address: String) -> String {
        match address.strip_prefix(self.prefix) {
            Some(bare) => bare.to_owned(),
            None => address,
        }
    }
}

fn required(params: &Params, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let value = params.get(name).filter(|value| !value.is_empty()).cloned();
    if value.is_none() {
        problems.push(Problem::new(name, "the parameter is missing"));
    }
    value
}

/// What became of a message of ours.
fn receipt(
    provider_id: &str,
    params: &Params,
    status: &str,
    key: Option<String>,
    problems: &mut Vec<Problem>,
) -> Option<EventKind> {
    let Some(known) = status_of(status) else {
        problems.push(Problem::new("MessageStatus", format!("the status {status:?} is not known")));
        return None;
    };
    let ours = key.as_deref().and_then(MessageKey::parse);
    if key.is_some() && ours.is_none() {
        problems.push(Problem::new("key", "the callback's key is not one of ours"));
    }
    Some(EventKind::Receipt {
        reference: ours.map_or_else(|| Reference::Provider(provider_id.to_owned()), Reference::Ours),
        status: known,
        reason: params.get("ErrorCode").filter(|code| !code.is_empty()).map(|code| reason(code)),
    })
}

/// A `MessageStatus` of Twilio in the project's words. What Twilio has taken is sent to us, whether or not it
/// has handed it on. `None` for one that says nothing about a message of ours.
fn status_of(text: &str) -> Option<MessageStatus> {
    Some(match text {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "undelivered" | "failed" | "canceled" => MessageStatus::Failed,
        _ => return None,
    })
}

/// An `ErrorCode` for people.
fn reason(code: &str) -> String {
    match code.parse().ok().and_then(errors::lookup) {
        Some((_, meaning)) => format!("{code}: {meaning}"),
        None => code.to_owned(),
    }
}

/// The text and the media of a message.
pub(crate) fn said(params: &Params, problems: &mut Vec<Problem>) -> Content {
    let text = params.get("Body").cloned().unwrap_or_default();
    let announced: usize = params.get("NumMedia").and_then(|count| count.parse().ok()).unwrap_or(0);
    let attachments: Vec<Attachment> = (0..announced)
        .map_while(|at| {
            let url = params.get(&format!("MediaUrl{at}"))?.clone();
            let content_type = params.get(&format!("MediaContentType{at}")).filter(|t| !t.is_empty());
            let content_type = content_type.map_or("application/octet-stream", String::as_str).to_owned();
            Some(Attachment { url, content_type, file_name: None, bytes: None })
        })
        .collect();
    if attachments.len() < announced {
        let reason = format!("{announced} media are announced, {} have a URL", attachments.len());
        problems.push(Problem::new("NumMedia", reason));
    }
    if attachments.is_empty() {
        return Content::Text { text };
    }
    let attachments = cut_attachments(attachments, "NumMedia", problems);
    Content::Media { attachments, text: Some(text).filter(|text| !text.is_empty()) }
}

/// What Twilio has taken for a word about consent, and has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opt {
    In,
    Out,
    Help,
}

impl Opt {
    /// Twilio's own word for it (Twilio, "Advanced Opt-Out").
    pub(crate) fn of(params: &Params) -> Option<Opt> {
        match params.get("OptOutType").map(String::as_str) {
            Some("STOP") => Some(Opt::Out),
            Some("START") => Some(Opt::In),
            Some("HELP") => Some(Opt::Help),
            _ => None,
        }
    }

    /// What it is that was said so.
    pub(crate) fn event(self, content: Content) -> EventKind {
        match self {
            Opt::Help => {
                EventKind::Note { name: "opt_out_help".into(), text: content.plain_text().to_owned() }
            }
            Opt::In | Opt::Out => EventKind::Consent { opted_in: self == Opt::In, content: Some(content) },
        }
    }
}
