//! # Send Message (`send-message`)
//!
//! Sends a message and goes on at once: the message is queued under an id of this execution, so nothing has to be
//! waited for. Studio waits for the API to accept it; here a refusal comes later, as `outbound.Status` `failed`.
//!
//! - **Properties** (all Liquid): `body`, `media_url`, `from`, `to`, `service`, `channel`, `attributes` (JSON),
//!   `messaging_service_sid`, `message_type` (`custom` or `content_template`) with `content_sid` and
//!   `content_variables` (`[{key, value}]`); `shorten_urls`. Missing addresses are those of the conversation.
//! - **Events**: `sent`; `failed` when there is nothing to send (no text, media or template).
//! - **Outputs**: `outbound.Sid`, `Status` (`queued`, `sent`, `undelivered`, `failed`), `Body`, `From`, `To`,
//!   `Direction`, `NumMedia`, `MessagingServiceSid`; later `ProviderSid`, `ErrorCode`, `ErrorMessage`.
//! - **Limits**: 16 KB of rendered text per property; a channel's own limits apply when it is sent.

use super::outgoing::Outgoing;
use super::{Widget, WidgetType};
use crate::run::{Next, Run, Stop};

pub(super) const TYPE: WidgetType = WidgetType {
    name: "send-message",
    events: &["sent", "failed"],
    parse: |properties| Box::new(Send(Outgoing::parse(properties))),
};

#[derive(Debug)]
struct Send(Outgoing);

impl Widget for Send {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let sent = self.0.send(run)?;
        Ok(Next::Leave(if sent.is_some() { "sent" } else { "failed" }))
    }
}
