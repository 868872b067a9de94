use super::{CAPABILITIES, WebChat};
use crate::delivery::{SessionFrame, Undeliverable, recipient};
use crate::text::{kind_name, length, numbered};
use patchbay_model::limits::PUSH_BYTES_MAX;
use patchbay_model::{ChannelKind, Content, MessageSid, OutboundMessage, Seq};
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;

/// The payload of `message.created`.
#[derive(Serialize)]
struct Payload<'a> {
    sid: &'a MessageSid,
    seq: Seq,
    direction: &'static str,
    #[serde(flatten)]
    content: &'a Content,
    /// Whom the visitor sees as the writer.
    #[serde(skip_serializing_if = "Option::is_none")]
    author_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    /// What the client sends back when the visitor has seen the message.
    receipt: String,
}

impl WebChat {
    pub(super) fn write_frame(&self, message: &OutboundMessage) -> Result<SessionFrame, Undeliverable> {
        let to = recipient(message, ChannelKind::Webchat, &self.account)?;
        let content = carried(&message.content);
        check(&content)?;
        let payload = Payload {
            sid: &message.key.sid,
            seq: message.key.seq,
            direction: "outbound",
            content: &content,
            author_name: message.author_name.as_deref(),
            reply_to: message.reply_to.as_deref(),
            receipt: self.receipt(to, &message.key),
        };
        let frame = json!({ "event_type": "message.created", "payload": payload }).to_string();
        if frame.len() > PUSH_BYTES_MAX {
            return Err(Undeliverable::TooLong { max: PUSH_BYTES_MAX });
        }
        Ok(SessionFrame { visitor: to.to_owned(), frame })
    }
}

pub(super) fn typing(visitor: &str, on: bool) -> SessionFrame {
    let frame = json!({ "event_type": "typing", "payload": { "on": on } }).to_string();
    SessionFrame { visitor: visitor.to_owned(), frame }
}

/// More answers than the widget offers are a numbered text; a template is what it says.
fn carried(content: &Content) -> Cow<'_, Content> {
    match content {
        Content::Choices { text, options } if options.len() > CAPABILITIES.choices_max => {
            Cow::Owned(Content::text(numbered(text, options)))
        }
        Content::Template { text: Some(text), .. } => Cow::Owned(Content::text(text.clone())),
        other => Cow::Borrowed(other),
    }
}

fn check(content: &Content) -> Result<(), Undeliverable> {
    let text = content.plain_text();
    if length(text, CAPABILITIES.text_unit) > CAPABILITIES.text_max {
        return Err(Undeliverable::TooLong { max: CAPABILITIES.text_max });
    }
    if content.attachments().len() > CAPABILITIES.attachments_max {
        return Err(Undeliverable::TooManyAttachments { max: CAPABILITIES.attachments_max });
    }
    match content {
        Content::Sticker { .. }
        | Content::Template { .. }
        | Content::Reaction { .. }
        | Content::Unsupported { .. } => Err(Undeliverable::Kind(kind_name(content))),
        Content::Location { .. } => Ok(()),
        _ if text.trim().is_empty() && content.attachments().is_empty() => Err(Undeliverable::Empty),
        _ => Ok(()),
    }
}
