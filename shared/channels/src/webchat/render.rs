use super::{CAPABILITIES, WebChat};
use crate::delivery::{SessionFrame, Undeliverable, recipient};
use crate::document;
use patchbay_model::limits::PUSH_BYTES_MAX;
use patchbay_model::{ChannelKind, Content, MessageSid, OutboundMessage, Seq};
use serde::Serialize;
use serde_json::json;

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
        let content = document::outbound(&message.content, &CAPABILITIES)?;
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

/// The visitor's message and what came before it has been read. Its id is the client's own, behind the session's.
pub(super) fn read(visitor: &str, provider_id: &str) -> SessionFrame {
    let client_id = provider_id.split_once(':').map_or(provider_id, |(_, id)| id);
    let frame =
        json!({ "event_type": "message.read", "payload": { "client_msg_id": client_id } }).to_string();
    SessionFrame { visitor: visitor.to_owned(), frame }
}
