//! What came of a message, noted.

use super::SenderError;
use crate::center::Center;
use crate::metric;
use crate::ports::QueueName;
use crate::store::update_status;
use crate::webhook;
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{EventKind, InboundEvent, MessageStatus, OutboundMessage};

/// One write.
pub(super) async fn sent(
    center: &Center,
    message: &OutboundMessage,
    status: MessageStatus,
    provider_id: Option<&str>,
) -> Result<(), SenderError> {
    metric::count(metric::MESSAGE_SENT, message.to.channel, status.as_str());
    update_status(center.table.as_ref(), &message.key, status, None, provider_id).await?;
    Ok(())
}

/// Notes a failure, and tells the flow function, which shows it to the agents and to the flow that waits on the
/// message, as it does with a provider's receipt.
pub(super) async fn failed(
    center: &Center,
    message: &OutboundMessage,
    status: MessageStatus,
    reason: &str,
) -> Result<(), SenderError> {
    update_status(center.table.as_ref(), &message.key, status, Some(reason), None).await?;
    let event = InboundEvent {
        event_id: format!("sender:{}:{}", message.key.sid, status.as_str()),
        channel: message.to.channel,
        account: message.to.account.clone(),
        contact_address: message.to.id.clone(),
        our_address: message.from.clone(),
        provider_time: None,
        received_at: center.now(),
        profile: Profile::default(),
        kind: EventKind::Receipt {
            reference: Reference::Ours(message.key.clone()),
            status,
            reason: Some(reason.to_owned()),
        },
    };
    center.queue.send(QueueName::Inbound, vec![webhook::message(&event)?]).await?;
    Ok(())
}
