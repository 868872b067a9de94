//! Messages that were stored while their conversation closed: each belongs to a new one.

use super::OpError;
use crate::center::Center;
use crate::command::{InboundBody, body, group};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::{load_conversation, load_conversation_by_sid, load_messages};
use patchbay_model::{ConversationSid, ConversationState, Direction, Message, MessageKey, Seq, Timestamp};

/// How far around the closing such a message's position may lie: a provider's time is trusted for five minutes.
const AROUND_MS: i64 = 10 * 60_000;
/// Messages that are looked at.
const MESSAGES_MAX: usize = 200;

/// Hands the inbound messages of a closed conversation that its closing did not see to the flow function again.
///
/// Whoever stored one had read the conversation as it was before; this look comes when every such handler has
/// ended. A closing that was not written, as somebody else had changed the conversation or its handler died, asks for
/// nothing: the one that was written has its own look. Safe to repeat: the flow function moves a stray message once.
pub(super) async fn check_closed(
    center: &Center,
    sid: &ConversationSid,
    closed_at: Timestamp,
    seen: &[MessageKey],
) -> Result<(), OpError> {
    let (table, contact) = (center.table.as_ref(), sid.contact());
    let Some(conversation) = load_conversation_by_sid(table, sid).await? else { return Ok(()) };
    // A merge writes a closed conversation once more.
    let is_the_one = conversation.updated_at == closed_at || conversation.merged_into.is_some();
    if conversation.state != ConversationState::Closed || !is_the_one {
        return Ok(());
    }
    let range = (Seq::at(closed_at.plus_ms(-AROUND_MS)), Seq::at(closed_at.plus_ms(AROUND_MS)));
    let (messages, _) =
        load_messages(table, &contact, range, Some(sid), MESSAGES_MAX, Consistency::Strong).await?;
    let is_stray =
        |message: &&Message| message.direction == Direction::Inbound && !seen.contains(&message.key());
    let strays: Vec<&Message> = messages.iter().filter(is_stray).collect();
    if strays.is_empty() {
        return Ok(());
    }
    let Some(newest) = load_conversation(table, &contact, Consistency::Strong).await? else { return Ok(()) };
    let news = strays.into_iter().map(|message| {
        let stray = body(&InboundBody::Stray { key: message.key() });
        Outgoing::fifo(stray, group(&newest.address, &newest.our_address), format!("stray.{}", message.sid))
    });
    center.queue.send(QueueName::Inbound, news.collect()).await?;
    Ok(())
}
