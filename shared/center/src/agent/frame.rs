//! One frame of a client: read, done, answered.

use super::actions;
use super::request::{Refusal, parse};
use super::{Session, session};
use crate::center::Center;
use crate::frames::{self, Fault};
use crate::ports::PushOutcome;
use crate::router::OpError;
use bytes::Bytes;

/// Does what a frame asks and sends the answer to the socket that it came from.
///
/// Safe to repeat, as every action is. An answer that cannot be sent fails nothing: the client asks again.
pub async fn frame(center: &Center, session: &Session, connection: &str, text: &str) -> Result<(), OpError> {
    for answer in answer(center, session, connection, text).await {
        if center.push.post(connection, answer).await? == PushOutcome::Gone {
            return session::disconnect(center, &session.worker_sid, connection).await;
        }
    }
    Ok(())
}

/// The frames that answer a frame, for the socket that it came from; none answers a heartbeat.
pub async fn answer(center: &Center, session: &Session, connection: &str, text: &str) -> Vec<Bytes> {
    let request = match parse(text) {
        Ok(Some(request)) => request,
        Ok(None) => return Vec::new(),
        Err((id, refusal)) => return vec![error(id.as_deref(), refusal)],
    };
    let id = request.id.as_deref();
    if center.now() >= session.expires_at {
        let refusal = Refusal::new(Fault::Expired, "the token has expired: connect with a new one");
        return vec![error(id, refusal)];
    }
    match Box::pin(actions::act(center, session, connection, &request)).await {
        Ok(answer) => answer.into_frames(id),
        Err(refusal) => vec![error(id, refusal)],
    }
}

fn error(id: Option<&str>, refusal: Refusal) -> Bytes {
    frames::error(id, refusal.fault, &refusal.message, refusal.fields)
}
