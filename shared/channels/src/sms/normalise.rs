use super::{Sms, outcome};
use crate::signature::Verified;
use crate::text::cut_attachments;
use crate::twilio::form;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Attachment, ChannelKind, Content, EventKind, InboundEvent, MessageKey, Timestamp};
use std::collections::BTreeMap;

/// Twilio's default opt-out words (Twilio, "Default handling of STOP, START and HELP keywords").
const STOP_WORDS: &[&str] = &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
/// The words that opt in again. `YES` is another, but is the answer to most questions too: it counts only
/// where Twilio says so with `OptOutType`.
const START_WORDS: &[&str] = &["START", "UNSTOP"];

type Params = BTreeMap<String, String>;

impl Sms {
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let request = request.request();
        let mut problems = Vec::new();
        let params = form::params(request, &mut problems);
        let status = params.get("MessageStatus").or_else(|| params.get("SmsStatus")).cloned();
        let event = match status.as_deref() {
            None | Some("received" | "receiving") => self.message(params, received_at, &mut problems),
            Some(status) => {
                let key = request.query("key");
                self.receipt(&params, status, key.as_deref(), received_at, &mut problems)
            }
        };
        Normalised {
            events: event.into_iter().collect(),
            problems,
            reply: WebhookReply { status: 200, content_type: "text/xml", body: "<Response/>".into() },
        }
    }

    fn message(
        &self,
        params: Params,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Option<InboundEvent> {
        let provider_id = required(&params, "MessageSid", problems)?;
        let from = required(&params, "From", problems)?;
        let to = required(&params, "To", problems)?;
        let content = content(&params, problems);
        let text = content.plain_text();
        let kind = match consent(&params, text) {
            Some(Consent::Help) => EventKind::Note { name: "opt_out_help".into(), text: text.to_owned() },
            Some(Consent::Given) => EventKind::Consent { opted_in: true, content: Some(content) },
            Some(Consent::Withdrawn) => EventKind::Consent { opted_in: false, content: Some(content) },
            None => EventKind::Message {
                provider_id: provider_id.clone(),
                content,
                reply_to: None,
                reply_token: None,
                params,
                echo: false,
            },
        };
        Some(self.event(provider_id, from, to, received_at, kind))
    }

    fn receipt(
        &self,
        params: &Params,
        status: &str,
        key: Option<&str>,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Option<InboundEvent> {
        let provider_id = required(params, "MessageSid", problems)?;
        let from = required(params, "From", problems)?;
        let to = required(params, "To", problems)?;
        let Some(known) = outcome::status(status) else {
            problems.push(Problem::new("MessageStatus", format!("the status {status:?} is not known")));
            return None;
        };
        let ours = key.and_then(MessageKey::parse);
        if key.is_some() && ours.is_none() {
            problems.push(Problem::new("key", "the callback's key is not one of ours"));
        }
        let kind = EventKind::Receipt {
            reference: ours.map_or_else(|| Reference::Provider(provider_id.clone()), Reference::Ours),
            status: known,
            reason: params.get("ErrorCode").filter(|code| !code.is_empty()).map(|code| outcome::reason(code)),
        };
        Some(self.event(format!("{provider_id}:{status}"), to, from, received_at, kind))
    }

    fn event(
        &self,
        event_id: String,
        contact_address: String,
        our_address: String,
        received_at: Timestamp,
        kind: EventKind,
    ) -> InboundEvent {
        InboundEvent {
            event_id,
            channel: ChannelKind::Sms,
            account: self.account.name.clone(),
            contact_address,
            our_address,
            provider_time: None,
            received_at,
            profile: Profile::default(),
            kind,
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

fn content(params: &Params, problems: &mut Vec<Problem>) -> Content {
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

enum Consent {
    Given,
    Withdrawn,
    Help,
}

/// What a message says about consent: by Twilio's word where it has taken and answered it, else by the
/// keyword alone in the text. A bare `HELP` that Twilio has not taken is a customer who asks for help.
fn consent(params: &Params, text: &str) -> Option<Consent> {
    let word = text.trim().to_ascii_uppercase();
    match params.get("OptOutType").map(String::as_str) {
        Some("STOP") => Some(Consent::Withdrawn),
        Some("START") => Some(Consent::Given),
        Some("HELP") => Some(Consent::Help),
        _ if STOP_WORDS.contains(&word.as_str()) => Some(Consent::Withdrawn),
        _ if START_WORDS.contains(&word.as_str()) => Some(Consent::Given),
        _ => None,
    }
}
