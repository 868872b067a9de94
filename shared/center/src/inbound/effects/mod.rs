//! What a flow asks for, done under ids of its execution and step.

mod call;
mod http;
mod message;
mod task;

#[cfg(test)]
pub(super) use http::CALLS_PER_EVENT_MAX;
pub use http::Functions;
pub(super) use http::TIMEOUT_MS;

use super::InboundError;
use super::turn::Turn;
use crate::command::RoutingBody;
use crate::contacts::change_contact;
use crate::router::send_at;
use patchbay_flow::EffectId;
use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::CONTACT_ATTRIBUTES_BYTES_MAX;
use serde_json::Value;

impl Turn<'_> {
    /// A queue delays for a quarter of an hour at the most: the router arms the timer again until it is due. A
    /// second timer of a redelivery rings into a step that is over, and changes nothing.
    pub(super) async fn set_timer(&self, id: &EffectId, after_s: u64) -> Result<(), InboundError> {
        let due = self.now.plus_s(i64::try_from(after_s).unwrap_or(i64::MAX));
        let timer = RoutingBody::FlowTimer {
            contact_sid: self.conversation.contact_sid.clone(),
            execution_sid: self.execution.sid.clone(),
            timer: id.0.clone(),
            due,
            address: self.execution.address.clone(),
            our_address: self.execution.our_address.clone(),
        };
        Ok(send_at(self.center, &timer, due).await?)
    }

    pub(super) async fn set_contact_attribute(
        &mut self,
        key: String,
        value: Value,
    ) -> Result<(), InboundError> {
        let source = AttributeSource { source: format!("flow:{}", self.flow_sid()), at: self.now };
        let mut too_large = false;
        let contact = change_contact(self.center, &self.conversation.contact_sid, |contact| {
            if contact.attributes.get(&key) == Some(&value) {
                return false;
            }
            let mut attributes = contact.attributes.clone();
            attributes.insert(key.clone(), value.clone());
            too_large = Value::Object(attributes.clone()).to_string().len() > CONTACT_ATTRIBUTES_BYTES_MAX;
            if too_large {
                return false;
            }
            contact.attributes = attributes;
            contact.attribute_sources.insert(key.clone(), source.clone());
            true
        })
        .await?;
        self.set_contact(contact);
        if too_large {
            let reason = format!("{key:?} is not set: attributes over {CONTACT_ATTRIBUTES_BYTES_MAX} bytes");
            self.problem(0, reason).await?;
        }
        Ok(())
    }
}
