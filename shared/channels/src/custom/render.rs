use super::{CAPABILITIES, Custom};
use crate::delivery::{ProviderRequest, Rendered, Undeliverable, recipient};
use crate::document;
use crate::identifier::uuid;
use crate::standard::headers;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::{Value, json};

/// The event that brings a message of ours.
pub(super) const CREATED: &str = "message.created";

impl Custom {
    /// One event. Its id comes from the message, so that the bridge recognises a repetition; its signature is as
    /// old as the call.
    pub(super) fn write_message(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
    ) -> Result<ProviderRequest, Undeliverable> {
        let to = recipient(message, ChannelKind::Custom, &self.account)?;
        let content = document::outbound(&message.content, &CAPABILITIES)?;
        let key = message.key.to_string();
        let from = Some(&message.from).filter(|from| !from.is_empty()).unwrap_or(&self.account.name);
        let data = json!({
            "id": message.key.sid, "key": key, "customer": { "id": to }, "from": from, "content": content,
            "reply_to": message.reply_to, "author_name": message.author_name,
        });
        Ok(self.event(CREATED, &uuid(&["custom-message", &key]), message.key.seq.time(), data, now))
    }

    /// What is shown at once or not at all.
    pub(super) fn passing(&self, kind: &str, to: &Address, mut data: Value, now: Timestamp) -> Rendered {
        data["customer"] = json!({ "id": to.id });
        let id = uuid(&["custom-passing", kind, &data.to_string(), &now.0.to_string()]);
        Rendered::Requests(vec![self.event(kind, &id, now, data, now)])
    }

    fn event(&self, kind: &str, id: &str, at: Timestamp, data: Value, now: Timestamp) -> ProviderRequest {
        let event = json!({ "type": kind, "timestamp": at.iso(), "data": data });
        let body = event.to_string().into_bytes();
        let mut headers = headers(&self.outbound_keys, id, now, &body);
        headers.push("Content-Type", "application/json");
        ProviderRequest {
            method: "POST".into(),
            url: self.callback_url.clone(),
            headers,
            body,
            idempotent: true,
            on_refused: None,
        }
    }
}
