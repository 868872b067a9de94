//! The end of a conversation.

use super::InboundError;
use crate::budget::HANDLER_S_MAX;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::load_messages;
use patchbay_model::{Conversation, Message, Seq};

/// Seconds before the closing whose messages are told to the check.
const LOOK_BACK_S: i64 = 600;
/// Messages that the check is told of; whoever writes more in ten minutes may see some twice.
const SEEN_MAX: usize = 1_000;
/// Seconds after which the check looks: the closing is written, and every handler that had read the conversation as open
/// has ended.
const CHECK_AFTER_S: u32 = 2 * HANDLER_S_MAX + 5;

/// Has somebody look whether a message was stored behind the back of a closing, by a handler that had read the
/// conversation as open. `closing` is what is about to be written: whoever dies after it has asked for the look, and what
/// is stored from here on was seen by nobody. Of a closing that comes to nothing the look takes no notice.
pub(super) async fn check_closing(center: &Center, closing: &Conversation) -> Result<(), InboundError> {
    let closed_at = closing.updated_at;
    let range = (Seq::at(closed_at.plus_s(-LOOK_BACK_S)), Seq::at(closed_at.plus_s(LOOK_BACK_S)));
    let (messages, _) = load_messages(
        center.table.as_ref(),
        &closing.contact_sid,
        range,
        Some(&closing.sid),
        SEEN_MAX,
        Consistency::Strong,
    )
    .await?;
    let check = RoutingBody::CloseCheck {
        conversation_sid: closing.sid.clone(),
        closed_at,
        seen: messages.iter().map(Message::key).collect(),
    };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&check), CHECK_AFTER_S)]).await?;
    Ok(())
}
