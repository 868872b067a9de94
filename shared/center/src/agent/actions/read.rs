//! `conversation.read {conversation_sid, seq}`: the agent has seen everything up to a position.

use crate::agent::answer::Answer;
use crate::agent::membership::participating;
use crate::agent::request::{Fields, Refusal, required};
use crate::agent::{Session, tell};
use crate::center::Center;
use crate::frames;
use patchbay_model::Seq;

/// Shows it to the other sockets of those on the conversation. Nothing is stored, and no channel there is takes
/// an agent's read marker, so repeating it only shows it again.
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
    Ok(Answer::default().with("conversation_sid", sid.to_string()).with("seq", seq.0))
}
