use super::super::{Google, Product};
use crate::delivery::{ProviderRequest, Undeliverable, recipient};
use crate::identifier::uuid;
use crate::path::segment;
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::{Value, json};

impl Google {
    /// A call for each message; a second one under an id that Google has is refused as known.
    pub(in super::super) fn write_business(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
    ) -> Result<Vec<ProviderRequest>, Undeliverable> {
        let to = recipient(message, ChannelKind::Google, &self.account)?;
        let path = path(to, "messages")?;
        let credentials = self.credentials(now);
        let key = message.key.to_string();
        let call = |(at, mut body): (usize, Value)| {
            body["messageId"] = json!(uuid(&["business-message", &key, &at.to_string()]));
            body["representative"] = representative(message.author_name.as_deref());
            self.call(&path, &body, &credentials)
        };
        Ok(Product::BusinessMessages.parts(&message.content)?.into_iter().enumerate().map(call).collect())
    }

    pub(in super::super) fn business_typing(
        &self,
        to: &Address,
        on: bool,
        now: Timestamp,
    ) -> Result<ProviderRequest, Undeliverable> {
        let id = uuid(&["business-event", &to.id, &now.0.to_string(), if on { "on" } else { "off" }]);
        let body = json!({
            "eventType": if on { "TYPING_STARTED" } else { "TYPING_STOPPED" },
            "representative": representative(None),
        });
        let path = path(&to.id, "events")?;
        Ok(self.call(&format!("{path}?eventId={id}"), &body, &self.credentials(now)))
    }
}

fn path(conversation: &str, resource: &str) -> Result<String, Undeliverable> {
    Ok(format!("v1/conversations/{}/{resource}", segment(conversation, "address")?))
}

/// Whom the customer sees: a person by name, else a program.
fn representative(name: Option<&str>) -> Value {
    match name {
        Some(name) => json!({ "representativeType": "HUMAN", "displayName": name }),
        None => json!({ "representativeType": "BOT" }),
    }
}
