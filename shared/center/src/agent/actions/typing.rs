//! `message.typing {conversation_sid, on?}`: the agent types, or no longer does.

use crate::agent::Session;
use crate::agent::access::participating;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal};
use crate::center::Center;
use crate::sender;

/// Shows it to the customer on the channel last used, where that channel can; answers whether it did. Nothing is
/// stored, so repeating it only shows it again.
pub(super) async fn typing(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let sid = fields.sid("conversation_sid")?;
    let on = match fields.get("on") {
        None => true,
        Some(on) => on.as_bool().ok_or_else(|| Refusal::field("on", "neither true nor false"))?,
    };
    let conversation = participating(center, session, &sid).await?;
    let shown = sender::typing(center, &conversation.address, on).await;
    Ok(Answer::default().with("conversation_sid", sid.to_string()).with("shown", shown))
}
