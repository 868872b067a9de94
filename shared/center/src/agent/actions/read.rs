//! `conversation.read {conversation_sid, seq}`: the agent has seen everything up to a position.

use crate::agent::access::participating;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal, required};
use crate::agent::snapshot::{LAST, contact_of};
use crate::agent::{Session, tell};
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::sender;
use crate::store::load_messages;
use patchbay_model::{Address, Author, Conversation, Message, Seq};

/// Messages up to the position among which the customer's last one is looked for.
const LOOKED_AT_MAX: usize = 20;

/// Shows it to the other sockets of those on the conversation, and to the customer where the channel of their last
/// message can; `shown` answers whether it did.
///
/// Safe to repeat: the agents see it again, the customer is shown each message once.
pub(super) async fn read(
    center: &Center,
    session: &Session,
    connection: &str,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let sid = fields.sid("conversation_sid")?;
    let seq = Seq(required("seq", fields.number("seq")?)?);
    let conversation = participating(center, session, &sid).await?;
    let frame = frames::read(&sid, seq, &session.worker_sid);
    tell::workers(center, &conversation.workers, &frame, Some(connection)).await;
    let shown = show_customer(center, &conversation, seq).await?;
    Ok(Answer::default().with("conversation_sid", sid.to_string()).with("seq", seq.0).with("shown", shown))
}

async fn show_customer(center: &Center, conversation: &Conversation, seq: Seq) -> Result<bool, Refusal> {
    let range = (Seq(0), seq.min(LAST));
    let (messages, _) = load_messages(
        center.table.as_ref(),
        &conversation.contact_sid,
        range,
        None,
        LOOKED_AT_MAX,
        Consistency::Eventual,
    )
    .await?;
    let theirs = |message: &&Message| message.author == Author::Contact && message.provider_id.is_some();
    let Some(message) = messages.iter().rev().find(theirs) else { return Ok(false) };
    let of_message =
        |address: &&Address| (address.channel, &address.account) == (message.channel, &message.account);
    if let Some(to) = Some(&conversation.address).filter(of_message) {
        return Ok(sender::mark_read(center, to, message).await?);
    }
    let contact = contact_of(center, conversation).await?;
    match contact.identities.iter().find(of_message) {
        Some(to) => Ok(sender::mark_read(center, to, message).await?),
        None => Ok(false),
    }
}
