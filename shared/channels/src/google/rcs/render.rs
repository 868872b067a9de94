use super::super::{Google, Product};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::identifier::uuid;
use crate::path::segment;
use form_urlencoded::Serializer;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::{Value, json};

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
            let path = self.path(to, "agentMessages", "messageId", &id)?;
            Ok(self.call(&path, &body, &credentials))
        };
        Product::Rcs.parts(&message.content)?.into_iter().enumerate().map(call).collect()
    }

    /// RCS has no end of typing: it is shown until the message, or for some seconds.
    pub(in super::super) fn rcs_typing(
        &self,
        to: &Address,
        now: Timestamp,
    ) -> Result<ProviderRequest, Undeliverable> {
        let event = json!({ "eventType": "IS_TYPING" });
        self.rcs_event(to, &event, &["typing", &now.0.to_string()], now)
    }

    pub(in super::super) fn rcs_read(
        &self,
        to: &Address,
        provider_id: &str,
        now: Timestamp,
    ) -> Result<ProviderRequest, Undeliverable> {
        let event = json!({ "eventType": "READ", "messageId": provider_id });
        self.rcs_event(to, &event, &["read", provider_id], now)
    }

    fn rcs_event(
        &self,
        to: &Address,
        event: &Value,
        about: &[&str],
        now: Timestamp,
    ) -> Result<ProviderRequest, Undeliverable> {
        let parts: Vec<&str> =
            ["rcs-event", to.id.as_str()].into_iter().chain(about.iter().copied()).collect();
        let path = self.path(&to.id, "agentEvents", "eventId", &uuid(&parts))?;
        Ok(self.call(&path, event, &self.credentials(now)))
    }

    fn path(&self, to: &str, resource: &str, id_name: &str, id: &str) -> Result<String, Undeliverable> {
        let to = segment(to, "address")?;
        let query = Serializer::new(String::new())
            .append_pair(id_name, id)
            .append_pair("agentId", &self.agent_id)
            .finish();
        Ok(format!("v1/phones/{to}/{resource}?{query}"))
    }
}
