use super::super::Google;
use super::wire::{Context, Event, Receipt};
use crate::json;
use crate::params;
use crate::text::cut;
use crate::webhook::{Problem, is_to_the_second};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Attachment, ChannelKind, Content, EventKind, InboundEvent, MessageStatus, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where customers' pictures are: such a message is nothing but the address of one.
const PICTURES: &str = "https://storage.googleapis.com/business-messages-";
/// What the button carries by which a customer asks for a person.
const LIVE_AGENT: &str = "live_agent_request";
/// Receipts of one call that are read.
const RECEIPTS_MAX: usize = 100;

impl Google {
    pub(in super::super) fn read_business(
        &self,
        body: &[u8],
        received_at: Timestamp,
    ) -> (Vec<InboundEvent>, Vec<Problem>) {
        let mut problems = Vec::new();
        let event: Event = match json::parse(body) {
            Ok(event) => event,
            Err(error) => {
                let reason = format!("the body is not an event of Business Messages: {error}");
                return (Vec::new(), vec![Problem::new("", reason)]);
            }
        };
        let found = kinds(&event, &mut problems);
        if found.is_empty() && problems.is_empty() {
            problems.push(Problem::new("", "the event has none of the parts that are known"));
        }
        let whole = |(event_id, kind): (String, EventKind)| InboundEvent {
            event_id,
            channel: ChannelKind::Google,
            account: self.account.name.clone(),
            contact_address: event.conversation_id.clone(),
            our_address: event.agent.clone(),
            provider_time: event.send_time.as_deref().and_then(Timestamp::parse_iso),
            to_the_second: event.send_time.as_deref().is_some_and(is_to_the_second),
            received_at,
            profile: Profile {
                name: event.context.user_info.display_name.clone(),
                language: event
                    .context
                    .user_info
                    .user_device_locale
                    .clone()
                    .or_else(|| event.context.resolved_locale.clone()),
            },
            kind,
        };
        (found.into_iter().map(whole).collect(), problems)
    }
}

/// What happened, each with the id that it has in every repetition of the call.
fn kinds(event: &Event, problems: &mut Vec<Problem>) -> Vec<(String, EventKind)> {
    let mut found = Vec::new();
    let request = |part: &str| {
        let id = event.request_id.clone().or_else(|| event.send_time.clone()).unwrap_or_default();
        format!("{}:{part}:{id}", event.conversation_id)
    };
    if let Some(message) = &event.message {
        let text = cut(message.text.clone(), "message.text", problems);
        let content = match text.starts_with(PICTURES) && !text.contains(char::is_whitespace) {
            true => picture(text),
            false => Content::Text { text },
        };
        found.push((message.message_id.clone(), said(event, &message.message_id, content, None)));
    }
    if let Some(pressed) = &event.suggestion_response {
        let text = pressed.text.clone().map(|text| cut(text, "suggestionResponse.text", problems));
        let data = pressed.postback_data.clone().or_else(|| text.clone()).unwrap_or_default();
        let data = cut(data, "suggestionResponse.postbackData", problems);
        let id = request("suggestion");
        let below = pressed.message.as_deref().map(last_segment);
        found.push((id.clone(), said(event, &id, Content::Choice { data, text }, below)));
    }
    if let Some(status) = &event.user_status {
        if let Some(on) = status.is_typing {
            found.push((request("typing"), EventKind::Typing { on }));
        }
        if status.requested_live_agent == Some(true) {
            let id = request("live_agent");
            let content = Content::Choice { data: LIVE_AGENT.into(), text: None };
            found.push((id.clone(), said(event, &id, content, None)));
        }
    }
    if let Some(receipts) = &event.receipts {
        if receipts.receipts.len() > RECEIPTS_MAX {
            problems.push(Problem::new("receipts", format!("of the receipts {RECEIPTS_MAX} are read")));
        }
        for (at, receipt) in receipts.receipts.iter().take(RECEIPTS_MAX).enumerate() {
            match receipt_of(receipt) {
                Ok(receipt) => found.push(receipt),
                Err(reason) => problems.push(Problem::new(format!("receipts.receipts[{at}]"), reason)),
            }
        }
    }
    if let Some(survey) = &event.survey_response {
        let said = [&survey.survey_question_id, &survey.question_response_text, &survey.rating];
        let text = said.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(": ");
        let text = cut(text, "surveyResponse", problems);
        found.push((request("survey"), EventKind::Note { name: "survey_response".into(), text }));
    }
    if let Some(signed_in) = &event.authentication_response {
        let text = signed_in.error_details.as_ref().map_or_else(String::new, ToString::to_string);
        let text = cut(text, "authenticationResponse", problems);
        found.push((request("authentication"), EventKind::Note { name: "authentication".into(), text }));
    }
    found
}

fn said(event: &Event, provider_id: &str, content: Content, reply_to: Option<String>) -> EventKind {
    let params = params(event, provider_id, &content);
    EventKind::Message {
        provider_id: provider_id.to_owned(),
        content,
        reply_to,
        reply_context: None,
        params,
        echo: false,
        tokens: Default::default(),
    }
}

/// The flow's parameters, with where the customer came from.
fn params(event: &Event, provider_id: &str, content: &Content) -> BTreeMap<String, String> {
    let mut params = params::of_message(&event.conversation_id, &event.agent, provider_id, content);
    let Context { entry_point, place_id, custom_context, .. } = &event.context;
    for (name, value) in
        [("EntryPoint", entry_point), ("PlaceId", place_id), ("CustomContext", custom_context)]
    {
        params.extend(value.clone().map(|value| (name.to_owned(), value)));
    }
    params
}

/// Google does not say of which type it is.
fn picture(url: String) -> Content {
    let attachment = Attachment { url, content_type: "image/*".into(), file_name: None, bytes: None };
    Content::Media { attachments: vec![attachment], text: None }
}

fn receipt_of(document: &Value) -> Result<(String, EventKind), String> {
    let receipt = Receipt::deserialize(document).map_err(|error| format!("it cannot be read: {error}"))?;
    let status = match receipt.receipt_type.as_str() {
        "DELIVERED" => MessageStatus::Delivered,
        "READ" => MessageStatus::Read,
        other => return Err(format!("the type {other:?} is not known")),
    };
    let reference = Reference::Provider(last_segment(&receipt.message));
    let id = format!("{}:{}", receipt.message, receipt.receipt_type);
    Ok((id, EventKind::Receipt { reference, status, reason: None }))
}

fn last_segment(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}
