//! What the sender hands to a channel.

use crate::{Address, Content, MessageKey, ReplyContext};
use serde::{Deserialize, Serialize};

/// One message on its way out: the body of a message on the outbound queue, complete, so that the sender
/// reads nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// Our key: goes into the provider's callback field, and seeds its idempotency key.
    pub key: MessageKey,
    /// The customer.
    pub to: Address,
    /// Our address on the channel.
    pub from: String,
    pub content: Content,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_context: Option<ReplyContext>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The name that the customer sees, where the channel can show one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
}
