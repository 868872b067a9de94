use super::Line;
use super::render::is_token;
use super::wire::{Event, Message, Postback, Webhook};
use crate::identifier::uuid;
use crate::json;
use crate::params;
use crate::path::segment;
use crate::signature::Verified;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::Profile;
use patchbay_model::{
    Attachment, ChannelKind, Content, EventKind, InboundEvent, ReplyContext, ReplyToken, Timestamp, Tokens,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Seconds after its arrival within which a reply token is worth a try. LINE allows one minute, and the call
/// itself takes its time.
const REPLY_TOKEN_S: i64 = 50;
/// Seconds after the event itself within which the token of a redelivered webhook works.
const REPLY_TOKEN_REDELIVERED_S: i64 = 20 * 60;

impl Line {
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let mut problems = Vec::new();
        let webhook = json::parse(&request.request().body).unwrap_or_else(|error| {
            problems.push(Problem::new("", format!("the body is not a webhook of LINE: {error}")));
            Webhook { destination: String::new(), events: Vec::new() }
        });
        let mut events = Vec::new();
        for (at, event) in webhook.events.into_iter().enumerate() {
            let path = format!("events[{at}]");
            let reading = Reading { line: self, destination: &webhook.destination, received_at, path };
            events.extend(reading.event(event, &mut problems));
        }
        Normalised::of(events, problems, WebhookReply::json(200, &serde_json::json!({})))
    }
}

/// One event of a webhook while it is read.
struct Reading<'a> {
    line: &'a Line,
    destination: &'a str,
    received_at: Timestamp,
    path: String,
}

impl Reading<'_> {
    fn event(&self, document: Value, problems: &mut Vec<Problem>) -> Option<InboundEvent> {
        let fallback_id = || {
            let mut same = document.clone();
            if let Value::Object(fields) = &mut same {
                fields.remove("deliveryContext");
            }
            uuid(&["line-event", &same.to_string()])
        };
        let event: Event = match serde::Deserialize::deserialize(&document) {
            Ok(event) => event,
            Err(error) => {
                problems.push(Problem::new(&self.path, format!("the event cannot be read: {error}")));
                return None;
            }
        };
        let Some(address) = event.source.as_ref().and_then(|source| source.address()) else {
            let reason = format!("the event {:?} names no user, group or room", event.kind);
            problems.push(Problem::new(format!("{}.source", self.path), reason));
            return None;
        };
        let event_id = event.webhook_event_id.clone().filter(|id| !id.is_empty()).unwrap_or_else(fallback_id);
        let kind = self.kind(&event, &event_id, &document, problems)?;
        Some(InboundEvent {
            event_id,
            channel: ChannelKind::Line,
            account: self.line.account.name.clone(),
            contact_address: address.to_owned(),
            our_address: self.destination.to_owned(),
            provider_time: event.timestamp.map(Timestamp),
            to_the_second: false,
            received_at: self.received_at,
            profile: Profile::default(),
            kind,
        })
    }

    /// The event by its type. One that LINE sends incomplete is a problem; one that is not known is a note.
    fn kind(
        &self,
        event: &Event,
        event_id: &str,
        document: &Value,
        problems: &mut Vec<Problem>,
    ) -> Option<EventKind> {
        let kind = match event.kind.as_str() {
            "message" => event.message.as_ref().map(|message| self.message(event, message, problems)),
            "messageEdited" => event.message.as_ref().map(|message| EventKind::Edited {
                provider_id: message.id.clone(),
                content: self.content(message, problems),
            }),
            "unsend" => event
                .unsend
                .as_ref()
                .map(|unsend| EventKind::Deleted { provider_id: unsend.message_id.clone() }),
            "postback" => {
                event.postback.as_ref().map(|postback| self.choice(event, event_id, postback, problems))
            }
            // A friend may be written to; one who blocks us gets nothing, without a word from LINE.
            "follow" => Some(EventKind::Consent { opted_in: true, content: None }),
            "unfollow" => Some(EventKind::Consent { opted_in: false, content: None }),
            name => Some(EventKind::Note {
                name: name.to_owned(),
                text: cut(note(name, document), &self.path, problems),
            }),
        };
        if kind.is_none() {
            let reason = format!("the event {:?} lacks what it is about", event.kind);
            problems.push(Problem::new(&self.path, reason));
        }
        kind
    }

    fn message(&self, event: &Event, message: &Message, problems: &mut Vec<Problem>) -> EventKind {
        let content = self.content(message, problems);
        let mut params = self.params(event, &message.id, &content);
        params.extend(image_set(message));
        let stated = |token: &Option<String>| token.clone().filter(|token| is_token(token));
        let tokens =
            Tokens { quote: stated(&message.quote_token), read: stated(&message.mark_as_read_token) };
        EventKind::Message {
            provider_id: message.id.clone(),
            content,
            reply_to: message.quoted_message_id.clone(),
            reply_context: self.reply_token(event).map(ReplyContext::Token),
            params,
            echo: false,
            tokens,
        }
    }

    fn choice(
        &self,
        event: &Event,
        event_id: &str,
        postback: &Postback,
        problems: &mut Vec<Problem>,
    ) -> EventKind {
        let path = format!("{}.postback", self.path);
        let chosen: Vec<&str> = postback.params.iter().flatten().filter_map(|(_, v)| v.as_str()).collect();
        let text = Some(cut(chosen.join(" "), &path, problems)).filter(|text| !text.is_empty());
        let content = Content::Choice { data: cut(postback.data.clone(), &path, problems), text };
        let params = self.params(event, event_id, &content);
        EventKind::Message {
            provider_id: event_id.to_owned(),
            content,
            reply_to: None,
            reply_context: self.reply_token(event).map(ReplyContext::Token),
            params,
            echo: false,
            tokens: Default::default(),
        }
    }

    fn content(&self, message: &Message, problems: &mut Vec<Problem>) -> Content {
        let path = format!("{}.message", self.path);
        let mut bounded = |text: &Option<String>| text.clone().map(|text| cut(text, &path, problems));
        let text = bounded(&message.text);
        let read = match (message.kind.as_str(), message) {
            ("text", _) => text.clone().map(|text| Content::Text { text }),
            ("image", _) => self.media(message, "image/*"),
            ("video", _) => self.media(message, "video/*"),
            ("audio", _) => self.media(message, "audio/*"),
            ("file", _) => self.media(message, "application/octet-stream"),
            ("location", Message { latitude: Some(latitude), longitude: Some(longitude), .. }) => {
                Some(Content::Location {
                    latitude: *latitude,
                    longitude: *longitude,
                    name: bounded(&message.title),
                    address: bounded(&message.address),
                })
            }
            ("sticker", Message { package_id: Some(package), sticker_id: Some(sticker), .. }) => {
                let keywords = Some(message.keywords.join(", ")).filter(|words| !words.is_empty());
                let keywords = bounded(&keywords);
                Some(Content::Sticker {
                    package_id: package.clone(),
                    sticker_id: sticker.clone(),
                    text: text.clone().or(keywords),
                })
            }
            _ => None,
        };
        read.unwrap_or_else(|| Content::Unsupported { provider_kind: message.kind.clone(), text })
    }

    /// LINE says what kind of media it is; the exact type comes with the content itself.
    fn media(&self, message: &Message, content_type: &str) -> Option<Content> {
        let external = message.content_provider.as_ref().and_then(|p| p.original_content_url.clone());
        let own = || {
            let id = segment(&message.id, "message's id").ok()?;
            Some(format!("{}/v2/bot/message/{id}/content", self.line.api_data_base))
        };
        let attachment = Attachment {
            url: external.or_else(own)?,
            content_type: content_type.to_owned(),
            file_name: message.file_name.clone(),
            bytes: message.file_size,
        };
        Some(Content::Media { attachments: vec![attachment], text: None })
    }

    /// A channel in standby is answered for by somebody else.
    fn reply_token(&self, event: &Event) -> Option<ReplyToken> {
        let token = event.reply_token.clone().filter(|token| !token.is_empty())?;
        if event.mode == "standby" {
            return None;
        }
        let soon = self.received_at.plus_s(REPLY_TOKEN_S);
        let last = event.timestamp.map_or(soon, |at| Timestamp(at).plus_s(REPLY_TOKEN_REDELIVERED_S));
        Some(ReplyToken { token, usable_until: soon.min(last) })
    }

    /// In a group `From` is the member who wrote, if LINE tells.
    fn params(&self, event: &Event, provider_id: &str, content: &Content) -> BTreeMap<String, String> {
        let source = event.source.as_ref();
        let user = source.and_then(|source| source.user_id.as_deref());
        let from = user.or(source.and_then(|source| source.address())).unwrap_or_default();
        params::of_message(from, self.destination, provider_id, content)
    }
}

/// What an event that is only noted is about: its own part of the document, which LINE names like the event
/// or by one of these words.
fn note(name: &str, document: &Value) -> String {
    [name, "joined", "left", "link", "things", "module", "chatControl"]
        .iter()
        .find_map(|part| document.get(part).filter(|value| value.is_object()))
        .map(Value::to_string)
        .unwrap_or_default()
}

/// What a flow needs to wait for all pictures that were sent at once.
fn image_set(message: &Message) -> impl Iterator<Item = (String, String)> {
    let set = message.image_set.as_ref();
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let fields = [
        ("ImageSetId", set.map(|set| set.id.clone())),
        ("ImageSetIndex", set.and_then(|set| number(set.index))),
        ("ImageSetTotal", set.and_then(|set| number(set.total))),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}
