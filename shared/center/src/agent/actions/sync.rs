//! `sync {conversations?: {sid: seq}}`: everything that a client needs after it was away.

use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal};
use crate::agent::snapshot::{Cursors, snapshot};
use crate::center::Center;
use crate::frames::worker_payload;
use crate::ports::Consistency;
use crate::router::OpError;
use crate::store::{load_profile, load_worker};
use patchbay_model::{ConversationSid, Seq};

/// Conversations that a client may name its last position of: more than a worker can have.
const CURSORS_MAX: usize = 200;

/// Answers with the worker, its reservations, conversations and what was said since the client's positions. Reads,
/// and joins a conversation that should have been joined: once, however often it is asked.
pub(super) async fn sync(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let cursors = cursors(fields)?;
    let table = center.table.as_ref();
    let worker = load_worker(table, &session.worker_sid, Consistency::Strong).await?;
    let worker = worker.ok_or(OpError::NotFound("worker"))?;
    let profile = load_profile(table, &worker.sid).await?.ok_or(OpError::NotFound("worker"))?;
    let config = center.config().await?;
    let lists = snapshot(center, &config, &worker, &cursors).await?;
    Ok(Answer { lists, ..Answer::default() }.with("worker", worker_payload(&config, &worker, &profile)))
}

fn cursors(fields: &Fields) -> Result<Cursors, Refusal> {
    let name = "conversations";
    let Some(value) = fields.get(name) else { return Ok(Cursors::new()) };
    let object = value.as_object().ok_or_else(|| Refusal::field(name, "not an object"))?;
    if object.len() > CURSORS_MAX {
        return Err(Refusal::field(name, format!("more than {CURSORS_MAX}")));
    }
    let cursor = |(sid, seq): (&String, &serde_json::Value)| {
        let sid = ConversationSid::parse(sid).map_err(|error| Refusal::field(name, error))?;
        let seq = seq.as_u64().ok_or_else(|| Refusal::field(name, "a position is a whole number from 0"))?;
        Ok((sid, Seq(seq)))
    };
    object.iter().map(cursor).collect()
}
