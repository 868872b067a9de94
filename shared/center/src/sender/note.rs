//! What came of a message, noted.

use super::SenderError;
use crate::center::Center;
use crate::command::OutboundBody;
use crate::metric;
use crate::outbound;
use crate::ports::QueueName;
use crate::store::{StatusNews, StoreError, update_status};
use crate::webhook;
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{EventKind, InboundEvent, MessageStatus};

/// One write.
pub(super) async fn sent(
    center: &Center,
    entry: &OutboundBody,
    status: MessageStatus,
    provider_id: Option<&str>,
) -> Result<(), SenderError> {
    metric::count(metric::MESSAGE_SENT, entry.message.to.channel, status.as_str());
    Ok(note(center, entry, status, None, provider_id).await?)
}

/// Moves the status up; of a message that is not stored yet, once it is.
async fn note(
    center: &Center,
    entry: &OutboundBody,
    status: MessageStatus,
    reason: Option<&str>,
    provider_id: Option<&str>,
) -> Result<(), StoreError> {
    let (table, key) = (center.table.as_ref(), &entry.message.key);
    if update_status(table, key, status, reason, provider_id).await? == StatusNews::NoMessage
        && outbound::store(center, entry).await?.is_some()
    {
        update_status(table, key, status, reason, provider_id).await?;
    }
    Ok(())
}

/// Notes a failure, and tells the flow function, which shows it to the agents and to the flow that waits on the
/// message, as it does with a provider's receipt.
pub(super) async fn failed(
    center: &Center,
    entry: &OutboundBody,
    status: MessageStatus,
    reason: &str,
) -> Result<(), SenderError> {
    note(center, entry, status, Some(reason), None).await?;
    let message = &entry.message;
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
