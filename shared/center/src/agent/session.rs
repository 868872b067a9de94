//! Who is behind a socket.

use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router::{self, OpError};
use crate::store::load_worker;
use crate::token::{Role, TokenError};
use patchbay_model::{Timestamp, Worker, WorkerSid};
use serde::{Deserialize, Serialize};

/// A socket's owner, as its token said when it connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub worker_sid: WorkerSid,
    pub role: Role,
    /// From then on its frames are answered with an error.
    pub expires_at: Timestamp,
}

/// Why a socket is not opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the token is of a worker that does not exist")]
    NoWorker,
    #[error(transparent)]
    Router(OpError),
}

impl ConnectError {
    /// The HTTP status with which the handshake is refused.
    pub fn status(&self) -> u16 {
        match self {
            ConnectError::Token(_) | ConnectError::NoWorker => 401,
            ConnectError::Router(_) => 503,
        }
    }
}

impl From<OpError> for ConnectError {
    fn from(error: OpError) -> ConnectError {
        match error {
            OpError::NotFound(_) => ConnectError::NoWorker,
            error => ConnectError::Router(error),
        }
    }
}

/// Whom a token is of, when it is believed.
pub fn authenticate(center: &Center, token: &str) -> Result<Session, TokenError> {
    let claims = center.signing_keys.check(token, center.now())?;
    let expires_at = Timestamp(claims.exp.saturating_mul(1000));
    Ok(Session { worker_sid: claims.sub, role: claims.role, expires_at })
}

/// Lets a socket in whose token is good.
pub async fn connect(center: &Center, token: &str, connection: &str) -> Result<Session, ConnectError> {
    let session = authenticate(center, token)?;
    attach(center, &session, connection).await?;
    Ok(session)
}

/// Has a socket welcomed: by a message of its own, because nothing can be pushed to a socket while it is being
/// opened. It is one of its worker's once it has heard `init`, so that nothing reaches it before.
///
/// Safe to repeat: a second welcome is a second snapshot.
pub async fn attach(center: &Center, session: &Session, connection: &str) -> Result<(), ConnectError> {
    let worker_sid = session.worker_sid.clone();
    load_worker(center.table.as_ref(), &worker_sid, Consistency::Eventual)
        .await
        .map_err(|error| ConnectError::Router(error.into()))?
        .ok_or(ConnectError::NoWorker)?;
    let welcome = RoutingBody::Welcome {
        worker_sid,
        connection: connection.to_owned(),
        opened_at: center.now(),
        expires_at: session.expires_at,
    };
    let message = Outgoing::after_s(body(&welcome), 0);
    center
        .queue
        .send(QueueName::Routing, vec![message])
        .await
        .map_err(|error| ConnectError::Router(error.into()))
}

/// Makes a welcomed socket one of its worker's; the oldest of too many is closed.
pub(super) async fn join(center: &Center, worker: &Worker, connection: &str) -> Result<Worker, OpError> {
    let joined = router::connect(center, &worker.sid, connection).await?;
    let known = |id: &str| joined.connections.iter().any(|connection| connection.id == id);
    for dropped in worker.connections.iter().filter(|old| !known(&old.id)) {
        if let Err(error) = center.push.close(&dropped.id).await {
            tracing::warn!(worker = %worker.sid, %error, "a socket of too many could not be closed");
        }
    }
    Ok(joined)
}

/// A socket has closed.
///
/// Safe to repeat, late or never called: a push to a socket that is gone removes it as well.
pub async fn disconnect(center: &Center, worker: &WorkerSid, connection: &str) -> Result<(), OpError> {
    router::disconnect(center, worker, connection).await
}
