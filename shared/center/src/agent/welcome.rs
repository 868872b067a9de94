//! The first frame of a socket.

use super::answer::room_beside;
use super::request::Refusal;
use super::session;
use super::snapshot::{Cursors, snapshot};
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::frames::{self, Init};
use crate::ports::{Consistency, Outgoing, PushOutcome, QueueName};
use crate::router::OpError;
use crate::store::{load_profile, load_worker};
use patchbay_model::{Timestamp, WorkerSid};
use serde_json::Map;

/// Seconds for which a socket may not be reachable after it was let in (API Gateway: until the handler of
/// `$connect` has returned).
const OPENING_S_MAX: i64 = 10;

/// Sends `init`, and `sync` for what does not fit into it, to a socket that has just been opened, and makes it one
/// of its worker's. One that is not reachable yet is tried again after a second.
///
/// Safe to repeat: a second `init` is a newer snapshot, and the socket is the worker's once.
pub async fn welcome(
    center: &Center,
    worker_sid: &WorkerSid,
    connection: &str,
    (opened_at, expires_at): (Timestamp, Timestamp),
) -> Result<(), OpError> {
    let table = center.table.as_ref();
    let Some(worker) = load_worker(table, worker_sid, Consistency::Strong).await? else { return Ok(()) };
    let profile = load_profile(table, worker_sid).await?.ok_or(OpError::NotFound("worker"))?;
    let config = center.config().await?;
    let now = center.now();
    let token_lifetime_ms = expires_at.since_ms(now).max(0);
    let about = Init { config: &config, worker: &worker, profile: &profile, token_lifetime_ms };
    let lists = snapshot(center, &config, &worker, &Cursors::new()).await.map_err(Refusal::undone)?;
    let first_room = room_beside(&frames::init(&about, Map::new()));
    let mut parts = lists.parts(first_room, room_beside(&frames::sync(Map::new()))).into_iter();
    let first = frames::init(&about, parts.next().unwrap_or_default());
    for frame in std::iter::once(first).chain(parts.map(frames::sync)) {
        if center.push.post(connection, frame).await? == PushOutcome::Gone {
            if now.since_ms(opened_at) >= OPENING_S_MAX * 1000 {
                return Ok(());
            }
            let worker_sid = worker_sid.clone();
            let connection = connection.to_owned();
            let again = RoutingBody::Welcome { worker_sid, connection, opened_at, expires_at };
            let message = Outgoing::after_s(body(&again), 1);
            return Ok(center.queue.send(QueueName::Routing, vec![message]).await?);
        }
    }
    let joined = session::join(center, &worker, connection).await?;
    if worker.reservations.is_empty() {
        return Ok(());
    }
    // What happened between the snapshot and the joining was told to other sockets only.
    let lists = snapshot(center, &config, &joined, &Cursors::new()).await.map_err(Refusal::undone)?;
    let room = room_beside(&frames::sync(Map::new()));
    for part in lists.parts(room, room) {
        center.push.post(connection, frames::sync(part)).await?;
    }
    Ok(())
}
