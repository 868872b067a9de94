//! Web chat: we are the provider, and push to the visitor's sockets.

use super::{Outcome, SenderError};
use crate::center::Center;
use crate::webchat;
use patchbay_channels::SessionFrame;
use patchbay_model::OutboundMessage;

/// A visitor without a socket has the message all the same: the client asks for what it has missed.
pub(super) async fn push(
    center: &Center,
    message: &OutboundMessage,
    frame: SessionFrame,
) -> Result<Outcome, SenderError> {
    let taken = webchat::push(center, &message.to.account, &frame.visitor, frame.frame.into()).await?;
    Ok(if taken > 0 { Outcome::Delivered } else { Outcome::Sent { provider_id: None } })
}
