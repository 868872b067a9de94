use super::super::Google;
use super::super::verify::enclosed;
use super::AGENT_SUFFIX;
use super::wire::Event;
use crate::consent;
use crate::json;
use crate::params;
use crate::text::cut;
use crate::webhook::{Problem, is_to_the_second};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Attachment, ChannelKind, Content, EventKind, InboundEvent, MessageStatus, Timestamp};

impl Google {
    /// One event: of an envelope nothing is used but what is signed.
    pub(in super::super) fn read_rcs(
        &self,
        body: &[u8],
        received_at: Timestamp,
    ) -> (Vec<InboundEvent>, Vec<Problem>) {
        let mut problems = Vec::new();
        let read = enclosed(body)
            .ok_or_else(|| "the body is not an event of RCS for Business".to_owned())
            .and_then(|data| json::parse::<Event>(&data).map_err(|error| error.to_string()))
            .and_then(|event| self.event(event, received_at, &mut problems));
        match read {
            Ok(event) => (vec![event], problems),
            Err(reason) => {
                problems.push(Problem::new("message.data", reason));
                (Vec::new(), problems)
            }
        }
    }

    fn event(
        &self,
        event: Event,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Result<InboundEvent, String> {
        let stated = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let number = stated(&event.sender_phone_number).or_else(|| stated(&event.phone_number));
        let contact_address = number.ok_or("the event names no phone number")?;
        let agent = stated(&event.agent_id).unwrap_or_else(|| self.agent_id.clone());
        let agent = agent.trim_end_matches(AGENT_SUFFIX);
        if agent != self.agent_id {
            return Err(format!("the event is of another agent: {agent:?}"));
        }
        let message_id = stated(&event.message_id);
        let (event_id, kind) = match stated(&event.event_type) {
            Some(name) => {
                let about = message_id.unwrap_or_default();
                let event_id = stated(&event.event_id).unwrap_or_else(|| format!("{about}:{name}"));
                (event_id, happened(name, about)?)
            }
            None => {
                let id = message_id.ok_or("the message has no id")?;
                let said = said(&event, problems);
                (id.clone(), self.message(id, said, &contact_address))
            }
        };
        Ok(InboundEvent {
            event_id,
            channel: ChannelKind::Google,
            account: self.account.name.clone(),
            contact_address,
            our_address: self.agent_id.clone(),
            provider_time: event.send_time.as_deref().and_then(Timestamp::parse_iso),
            to_the_second: event.send_time.as_deref().is_some_and(is_to_the_second),
            received_at,
            profile: Profile::default(),
            kind,
        })
    }

    fn message(&self, provider_id: String, content: Content, from: &str) -> EventKind {
        if let Content::Text { text } = &content
            && let Some(opted_in) = consent::word(text)
        {
            return EventKind::Consent { opted_in, content: Some(content) };
        }
        let params = params::of_message(from, &self.agent_id, &provider_id, &content);
        EventKind::Message {
            provider_id,
            content,
            reply_to: None,
            reply_context: None,
            params,
            echo: false,
            tokens: Default::default(),
        }
    }
}

/// What happened to a message of ours, or with the customer (RCS for Business, "Events"). The event of a message
/// without an id tells nothing.
fn happened(name: String, about: String) -> Result<EventKind, String> {
    let receipt = |status, reason: Option<&str>| match about.is_empty() {
        true => Err(format!("{name} names no message")),
        false => Ok(EventKind::Receipt {
            reference: Reference::Provider(about.clone()),
            status,
            reason: reason.map(str::to_owned),
        }),
    };
    match name.as_str() {
        "DELIVERED" => receipt(MessageStatus::Delivered, None),
        "READ" => receipt(MessageStatus::Read, None),
        "TTL_EXPIRATION_REVOKED" => {
            receipt(MessageStatus::Failed, Some("not delivered in time, and taken back"))
        }
        "IS_TYPING" => Ok(EventKind::Typing { on: true }),
        "SUBSCRIBE" => Ok(EventKind::Consent { opted_in: true, content: None }),
        "UNSUBSCRIBE" => Ok(EventKind::Consent { opted_in: false, content: None }),
        _ => Ok(EventKind::Note { name: name.to_lowercase(), text: about }),
    }
}

fn said(event: &Event, problems: &mut Vec<Problem>) -> Content {
    let mut bounded = |text: &str| cut(text.to_owned(), "message.data", problems);
    match event {
        Event { text: Some(text), .. } => Content::text(bounded(text)),
        Event { user_file: Some(file), .. } => {
            let file = &file.payload;
            let attachment = Attachment {
                url: file.file_uri.clone(),
                content_type: file.mime_type.clone().unwrap_or_else(|| "application/octet-stream".into()),
                file_name: file.file_name.clone(),
                bytes: file.file_size_bytes,
            };
            Content::Media { attachments: vec![attachment], text: None }
        }
        Event { location: Some(place), .. } => Content::Location {
            latitude: place.latitude,
            longitude: place.longitude,
            name: None,
            address: None,
        },
        Event { suggestion_response: Some(pressed), .. } => {
            let text = pressed.text.as_deref().map(&mut bounded);
            let data = pressed.postback_data.as_deref().map(bounded);
            Content::Choice { data: data.or_else(|| text.clone()).unwrap_or_default(), text }
        }
        _ => Content::Unsupported {
            provider_kind: event.rest.keys().next().map_or("message", String::as_str).to_owned(),
            text: None,
        },
    }
}
