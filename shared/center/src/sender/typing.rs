//! That an agent types: shown at once or not at all.

use super::call::call;
use crate::center::Center;
use crate::webchat;
use patchbay_channels::{DeliveryOutcome, Rendered};
use patchbay_model::Address;

/// Shows a customer that an agent types, or no longer does. Returns whether the channel took it. It is worth no
/// second try: what comes late is wrong.
pub(crate) async fn typing(center: &Center, to: &Address, on: bool) -> bool {
    let Some(account) = center.channel(to.channel, &to.account) else { return false };
    match account.channel.typing(to, on, center.now()) {
        Some(Rendered::Requests(requests)) => {
            let mut taken = false;
            let began = center.now();
            for request in &requests {
                let outcome = call(center, account.channel.as_ref(), request, began).await;
                taken = matches!(outcome, DeliveryOutcome::Sent { .. });
            }
            taken
        }
        Some(Rendered::Session(session)) => {
            let pushed = webchat::push(center, &to.account, &session.visitor, session.frame.into()).await;
            pushed.is_ok_and(|taken| taken > 0)
        }
        Some(Rendered::Smtp(_)) | None => false,
    }
}
