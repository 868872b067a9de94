//! What came of a message, noted.

use super::SenderError;
use crate::center::Center;
use crate::command::{InboundBody, OutboundBody, body};
use crate::metric;
use crate::outbound;
use crate::ports::{Outgoing, QueueName};
use crate::store::{StatusNews, StoreError, update_status};
use crate::webhook;
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Author, EventKind, InboundEvent, MessageStatus};

/// One write. The agents who wait for it are told where the provider tells nothing more of it.
pub(super) async fn sent(
    center: &Center,
    entry: &OutboundBody,
    status: MessageStatus,
    provider_id: Option<&str>,
) -> Result<(), SenderError> {
    let OutboundBody { message, said } = entry;
    metric::count(metric::MESSAGE_SENT, message.to.channel, status.as_str());
    note(center, entry, status, None, provider_id).await?;
    let is_agents = said.as_ref().is_some_and(|said| matches!(said.author, Author::Agent { .. }));
    let account = center.channel(message.to.channel, &message.to.account);
    if is_agents && account.is_some_and(|account| !account.channel.capabilities().delivered_receipts) {
        let name = format!("said-{}", message.key.sid);
        let command = body(&InboundBody::Changed { key: message.key.clone() });
        let told = Outgoing::fifo(command, name.clone(), name);
        center.queue.send(QueueName::Inbound, vec![told]).await?;
    }
    Ok(())
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
        to_the_second: false,
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
