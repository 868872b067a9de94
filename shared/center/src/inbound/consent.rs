//! What the customer allows.

use super::place::{Said, message_sid};
use super::timeline::{add, add_note};
use super::{InboundError, customer};
use crate::center::Center;
use crate::contacts::set_consent;
use patchbay_model::{Author, Consent, EventKind, InboundEvent};

/// Notes the consent on the contact, and the words (or that there were none) in the timeline.
pub(super) async fn handle(
    center: &Center,
    event: &InboundEvent,
    opted_in: bool,
) -> Result<(), InboundError> {
    let contact = customer::find_or_create(center, event).await?;
    let consent = if opted_in { Consent::OptedIn } else { Consent::OptedOut };
    set_consent(center, &contact, event.channel, consent).await?;
    match &event.kind {
        EventKind::Consent { content: Some(content), .. } => {
            let said = Said {
                sid: message_sid(event.channel, &event.account, &event.event_id),
                author: Author::Contact,
                content,
                reply_to: None,
                provider_id: None,
            };
            add(center, event, &contact, said).await.map(drop)
        }
        _ => {
            let what = if opted_in { "allows" } else { "forbids" };
            let text = format!("The customer {what} messages on {}.", event.channel);
            add_note(center, event, &contact, text).await
        }
    }
}
