use super::Custom;
use super::wire::{Event, Happened, Request};
use crate::signature::Verified;
use crate::standard::ID_HEADER;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply, is_to_the_second};
use crate::{document, json, params};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{ChannelKind, Content, EventKind, InboundEvent, MessageKey, MessageStatus, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// Events of one request.
pub(super) const EVENTS_MAX: usize = 100;
/// Characters of an id.
pub(super) const ID_CHARS_MAX: usize = 256;
/// What the flow reads besides, in one message.
pub(super) const CONTEXT_MAX: usize = 50;

impl Custom {
    /// One event is answered by its id, or by 400 and what is wrong with it. A batch is answered event by event,
    /// for a bridge that heard 400 would send all of it again.
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let request_id = request.request().headers.get(ID_HEADER).unwrap_or_default();
        let (mut events, mut problems) = (Vec::new(), Vec::new());
        let reply = match json::parse::<Request>(&request.request().body) {
            Ok(Request::Batch { events: batch }) if batch.len() <= EVENTS_MAX => {
                let mut results = Vec::new();
                for (at, document) in batch.iter().enumerate() {
                    let reading = Reading { custom: self, received_at, id: format!("{request_id}:{at}") };
                    results.push(match reading.event(document, &mut problems) {
                        Ok(event) => {
                            let result = json!({ "event_id": event.event_id });
                            events.push(event);
                            result
                        }
                        Err(Problem { reason, path }) => {
                            let result = json!({ "error": { "path": path, "message": reason } });
                            let place = format!("events[{at}].{path}");
                            problems.push(Problem::new(place.trim_end_matches('.'), reason));
                            result
                        }
                    });
                }
                WebhookReply::json(202, &json!({ "results": results }))
            }
            Ok(Request::Batch { .. }) => {
                refused(Problem::new("events", format!("more than {EVENTS_MAX} events")), &mut problems)
            }
            Ok(Request::One(document)) => {
                let reading = Reading { custom: self, received_at, id: request_id.to_owned() };
                match reading.event(&document, &mut problems) {
                    Ok(event) => {
                        let reply = WebhookReply::json(202, &json!({ "event_id": event.event_id }));
                        events.push(event);
                        reply
                    }
                    Err(problem) => refused(problem, &mut problems),
                }
            }
            Err(error) => refused(Problem::new("", format!("the body is no JSON: {error}")), &mut problems),
        };
        Normalised::of(events, problems, reply)
    }
}

fn refused(problem: Problem, problems: &mut Vec<Problem>) -> WebhookReply {
    let error = json!({ "path": problem.path, "message": problem.reason });
    problems.push(problem);
    WebhookReply::json(400, &error)
}

/// One event while it is read.
struct Reading<'a> {
    custom: &'a Custom,
    received_at: Timestamp,
    /// What stands for its own id.
    id: String,
}

impl Reading<'_> {
    fn event(&self, document: &Value, problems: &mut Vec<Problem>) -> Result<InboundEvent, Problem> {
        let event = Event::deserialize(document)
            .map_err(|error| Problem::new("", format!("the event cannot be read: {error}")))?;
        let event_id = event.id.clone().unwrap_or_else(|| self.id.clone());
        check_id("id", &event_id)?;
        let provider_time = match &event.timestamp {
            None => None,
            Some(text) => Some(
                Timestamp::parse_iso(text).ok_or_else(|| Problem::new("timestamp", "it is not RFC 3339"))?,
            ),
        };
        let customer = event.happened.customer();
        check_id("data.customer.id", &customer.id)?;
        let contact_address = customer.id.clone();
        let short = |text: &Option<String>| text.clone().filter(|text| is_short(text));
        let profile = Profile { name: short(&customer.name), language: short(&customer.language) };
        let our_address = match &event.happened {
            Happened::Created { to: Some(to), .. } => {
                check_id("data.to", to)?;
                to.clone()
            }
            _ => self.custom.account.name.clone(),
        };
        let kind = kind(event.happened, &our_address, problems)?;
        Ok(InboundEvent {
            event_id,
            channel: ChannelKind::Custom,
            account: self.custom.account.name.clone(),
            contact_address,
            our_address,
            provider_time,
            to_the_second: event.timestamp.as_deref().is_some_and(is_to_the_second),
            received_at: self.received_at,
            profile,
            kind,
        })
    }
}

fn kind(happened: Happened, our_address: &str, problems: &mut Vec<Problem>) -> Result<EventKind, Problem> {
    let content = |content: Content, problems: &mut Vec<Problem>| {
        document::inbound(content, None, problems)
            .map_err(|problem| Problem::new(format!("data.content.{}", problem.path), problem.reason))
    };
    Ok(match happened {
        Happened::Created { customer, id, content: said, reply_to, echo, context, .. } => {
            check_id("data.id", &id)?;
            if let Some(id) = &reply_to {
                check_id("data.reply_to", id)?;
            }
            let content = content(said, problems)?;
            let fits = |(name, value): (&String, &String)| is_short(name) && is_short(value);
            if context.len() > CONTEXT_MAX || !context.iter().all(fits) {
                let reason = format!("at most {CONTEXT_MAX} of 1 to {ID_CHARS_MAX} characters each");
                return Err(Problem::new("data.context", reason));
            }
            // What we say of the message ourselves goes before what the bridge says.
            let mut params = context;
            params.extend(params::of_message(&customer.id, our_address, &id, &content));
            EventKind::Message {
                provider_id: id,
                content,
                reply_to,
                reply_context: None,
                params,
                echo,
                tokens: Default::default(),
            }
        }
        Happened::Edited { id, content: said, .. } => {
            check_id("data.id", &id)?;
            EventKind::Edited { provider_id: id, content: content(said, problems)? }
        }
        Happened::Deleted { id, .. } => {
            check_id("data.id", &id)?;
            EventKind::Deleted { provider_id: id }
        }
        Happened::Reaction { id, emoji, .. } => {
            check_id("data.id", &id)?;
            if emoji.as_ref().is_some_and(|emoji| !is_short(emoji)) {
                return Err(Problem::new("data.emoji", format!("1 to {ID_CHARS_MAX} characters")));
            }
            EventKind::Reaction { provider_id: id, emoji }
        }
        Happened::Status { key, id, status, reason, .. } => {
            use MessageStatus::{Delivered, Failed, Read, Sent};
            if !matches!(status, Sent | Delivered | Read | Failed) {
                return Err(Problem::new("data.status", "it is none of sent, delivered, read and failed"));
            }
            let reason = reason.map(|reason| cut(reason, "data.reason", problems));
            EventKind::Receipt { reference: reference(key, id)?, status, reason }
        }
        Happened::Typing { on, .. } => EventKind::Typing { on },
        Happened::Consent { opted_in, .. } => EventKind::Consent { opted_in, content: None },
        Happened::Note { name, text, .. } => {
            check_id("data.name", &name)?;
            EventKind::Note { name, text: cut(text, "data.text", problems) }
        }
    })
}

fn reference(key: Option<String>, id: Option<String>) -> Result<Reference, Problem> {
    match (key, id) {
        (Some(key), _) => MessageKey::parse(&key)
            .map(Reference::Ours)
            .ok_or_else(|| Problem::new("data.key", "it is not of a message of ours")),
        (None, Some(id)) => check_id("data.id", &id).map(|()| Reference::Provider(id)),
        (None, None) => Err(Problem::new("data.key", "neither key nor id is stated")),
    }
}

fn is_short(text: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&text.chars().count())
}

fn check_id(path: &str, id: &str) -> Result<(), Problem> {
    if is_short(id) && !id.contains(char::is_control) {
        return Ok(());
    }
    Err(Problem::new(path, format!("an id is 1 to {ID_CHARS_MAX} printable characters")))
}
