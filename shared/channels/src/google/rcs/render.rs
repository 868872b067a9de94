use super::super::{Google, Product};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::identifier::uuid;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Kept as they are in a number and in an id.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'+').remove(b'-').remove(b'_').remove(b'.');

impl Google {
    /// A call for each message. Google ignores a second one under an id that it has.
    pub(in super::super) fn write_rcs(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Google, &self.account)?;
        let credentials = self.credentials(now);
        let key = message.key.to_string();
        let call = |(at, content): (usize, Value)| {
            let mut body = json!({ "contentMessage": content });
            if let Some(ttl_s) = self.ttl_s {
                body["ttl"] = json!(format!("{ttl_s}s"));
            }
            let id = uuid(&["rcs-message", &key, &at.to_string()]);
            self.call(&self.path(to, "agentMessages", "messageId", &id), &body, &credentials)
        };
        Ok(Product::Rcs.parts(&message.content)?.into_iter().enumerate().map(call).collect())
    }

    /// RCS has no end of typing: it is shown until the message, or for some seconds.
    pub(in super::super) fn rcs_typing(
        &self,
        to: &Address,
        on: bool,
        now: Timestamp,
    ) -> Option<ProviderRequest> {
        let event = json!({ "eventType": "IS_TYPING" });
        on.then(|| self.rcs_event(to, &event, &["typing", &now.0.to_string()], now))
    }

    pub(in super::super) fn rcs_read(
        &self,
        to: &Address,
        provider_id: &str,
        now: Timestamp,
    ) -> ProviderRequest {
        let event = json!({ "eventType": "READ", "messageId": provider_id });
        self.rcs_event(to, &event, &["read", provider_id], now)
    }

    fn rcs_event(&self, to: &Address, event: &Value, about: &[&str], now: Timestamp) -> ProviderRequest {
        let parts: Vec<&str> =
            ["rcs-event", to.id.as_str()].into_iter().chain(about.iter().copied()).collect();
        let path = self.path(&to.id, "agentEvents", "eventId", &uuid(&parts));
        self.call(&path, event, &self.credentials(now))
    }

    fn path(&self, to: &str, resource: &str, id_name: &str, id: &str) -> String {
        let (to, agent) = (utf8_percent_encode(to, PLAIN), utf8_percent_encode(&self.agent_id, PLAIN));
        format!("v1/phones/{to}/{resource}?{id_name}={id}&agentId={agent}")
    }
}
