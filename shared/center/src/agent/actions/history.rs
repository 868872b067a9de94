//! `conversation.history {conversation_sid, before_seq?, limit?}`: what the contact and we said before.

use crate::agent::Session;
use crate::agent::access::serving;
use crate::agent::answer::{Answer, Lists};
use crate::agent::request::{Fields, Refusal};
use crate::agent::snapshot::{LAST, SHOWN_MAX, contact_of};
use crate::center::Center;
use crate::frames::message_payload;
use crate::ports::Consistency;
use crate::store::load_timeline;
use patchbay_model::Seq;

/// Messages that one request may ask for; two is the least with which it goes on from a position that two
/// messages share.
const LIMITS: std::ops::RangeInclusive<u64> = 2..=200;

/// Answers with the newest messages up to the position `before_seq`, oldest first: of the contact, on all
/// channels and of all conversations. The position itself is included, because two messages may share it:
/// clients know messages by their sid. Reads only, so repeating it has no effect.
pub(super) async fn history(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let sid = fields.sid("conversation_sid")?;
    let before = fields.number("before_seq")?.map_or(LAST, |seq| Seq(seq.min(LAST.0)));
    let limit = fields.number("limit")?.unwrap_or(SHOWN_MAX as u64);
    if !LIMITS.contains(&limit) {
        let message = format!("not in {}..={}", LIMITS.start(), LIMITS.end());
        return Err(Refusal::field("limit", message));
    }
    let conversation = serving(center, session, &sid).await?;
    let contact = contact_of(center, &conversation).await?;
    let (messages, more) = load_timeline(
        center.table.as_ref(),
        &contact.timeline(),
        (Seq(0), before),
        usize::try_from(limit).unwrap_or(SHOWN_MAX),
        Consistency::Eventual,
    )
    .await?;
    let lists = Lists::default()
        .with("messages", messages.iter().map(|message| message_payload(message, center.links())).collect());
    Ok(Answer { lists, ..Answer::default() }.with("conversation_sid", sid.to_string()).with("more", more))
}
