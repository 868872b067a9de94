//! What the customer is shown besides messages, that an agent types or has read: at once or not at all.

use super::call::call;
use crate::center::{Center, ChannelAccount};
use crate::store::{StoreError, mark_read_once};
use crate::webchat;
use patchbay_channels::{DeliveryOutcome, Rendered};
use patchbay_model::{Address, Message};

/// Shows a customer that an agent types, or no longer does. Returns whether the channel took it. It is worth no
/// second try: what comes late is wrong.
pub(crate) async fn typing(center: &Center, to: &Address, on: bool) -> bool {
    let Some(account) = center.channel(to.channel, &to.account) else { return false };
    match account.channel.typing(to, on, center.now()) {
        Some(signal) => show(center, account, to, signal).await,
        None => false,
    }
}

/// Shows a customer that a message of theirs has been read, once. Returns whether the channel took it now. Where
/// the channel can, it is noted first (one write), so that it is not shown twice; whoever dies in between leaves it
/// unshown.
pub(crate) async fn mark_read(center: &Center, to: &Address, message: &Message) -> Result<bool, StoreError> {
    let Some(account) = center.channel(to.channel, &to.account) else { return Ok(false) };
    let id = message.read_as().unwrap_or_default();
    match account.channel.mark_read(to, id, center.now()) {
        Some(signal) if mark_read_once(center.table.as_ref(), &message.key(), center.now()).await? => {
            Ok(show(center, account, to, signal).await)
        }
        _ => Ok(false),
    }
}

async fn show(center: &Center, account: &ChannelAccount, to: &Address, signal: Rendered) -> bool {
    match signal {
        Rendered::Requests(requests) => {
            let mut taken = false;
            let began = center.now();
            for request in &requests {
                let outcome = call(center, account.channel.as_ref(), request, began).await;
                taken = matches!(outcome, DeliveryOutcome::Sent { .. });
            }
            taken
        }
        Rendered::Session(session) => {
            let pushed = webchat::push(center, &to.account, &session.visitor, session.frame.into()).await;
            pushed.is_ok_and(|taken| taken > 0)
        }
        // A mail shows nothing at once.
        Rendered::Smtp(_) => false,
    }
}
