//! A visitor's sockets.

use super::{WebChatError, authenticate};
use crate::center::Center;
use crate::keys;
use crate::ports::{Consistency, Key, PushError, PushOutcome};
use crate::store::{
    StoreError, Versioned, delete_connection, load, load_connection, put_connection, put_next,
};
use bytes::Bytes;
use patchbay_channels::WebhookRequest;
use patchbay_channels::webchat::Claims;
use patchbay_model::Timestamp;
use patchbay_model::worker::Connection;
use serde::{Deserialize, Serialize};

/// Live sockets of one visitor; the oldest is closed when one more connects.
pub const CONNECTIONS_PER_VISITOR_MAX: usize = 5;
/// How often a change is made again on what somebody else has just written.
const TRIES_MAX: usize = 5;

/// How long the list of a visitor who has no socket is kept: an item's life begins anew with the next one, and no
/// handler may still hold the version that it had before.
const EMPTY_KEPT_S: i64 = 86_400;

/// The sockets of a visitor, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sockets {
    account: String,
    visitor: String,
    connections: Vec<Connection>,
    /// Since when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    empty_since: Option<Timestamp>,
    version: u64,
}

impl Versioned for Sockets {
    fn key(&self) -> Key {
        keys::session(&self.account, &self.visitor)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }

    fn kept_until(&self) -> Option<Timestamp> {
        Some(self.empty_since?.plus_s(EMPTY_KEPT_S))
    }
}

/// Whose socket a connection is: proven once, when it connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Visitor {
    pub(super) claims: Claims,
    pub(super) origin: Option<String>,
}

/// A visitor's socket connects, with the session's token (`?token=`). An error refuses the handshake.
///
/// Safe to run twice: a connection is in the list once.
pub async fn connect(
    center: &Center,
    account: &str,
    request: &WebhookRequest,
    connection: &str,
) -> Result<(), WebChatError> {
    let claims = authenticate(center, account, request)?;
    let visitor = claims.sub.clone();
    let origin = request.headers.get("origin").map(str::to_owned);
    let now = center.now();
    put_connection(center.table.as_ref(), connection, &Visitor { claims, origin }, now).await?;
    let mut closed = Vec::new();
    change(center, account, &visitor, |connections| {
        if connections.iter().any(|open| open.id == connection) {
            return false;
        }
        connections.push(Connection { id: connection.to_owned(), since: now });
        let too_many = connections.len().saturating_sub(CONNECTIONS_PER_VISITOR_MAX);
        closed = connections.drain(..too_many).collect();
        true
    })
    .await?;
    for old in closed {
        // It is off the list: when it cannot be closed it only hears nothing more.
        if let Err(error) = center.push.close(&old.id).await {
            tracing::warn!(%error, "a visitor's oldest socket could not be closed");
        }
    }
    Ok(())
}

/// A visitor's socket is gone. Twice, or of a connection that nobody knows, does nothing.
pub async fn disconnect(center: &Center, connection: &str) -> Result<(), StoreError> {
    let Some(Visitor { claims, .. }) = visitor(center, connection).await? else { return Ok(()) };
    remove(center, &claims.aud, &claims.sub, connection).await?;
    delete_connection(center.table.as_ref(), connection).await
}

/// Whose socket it is.
pub(super) async fn visitor(center: &Center, connection: &str) -> Result<Option<Visitor>, StoreError> {
    load_connection(center.table.as_ref(), connection, Consistency::Strong).await
}

#[derive(Debug, thiserror::Error)]
pub enum VisitorPushError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Push(#[from] PushError),
}

/// Sends a frame to all sockets of a visitor; says how many took it. A gone one is taken off the list.
pub(crate) async fn push(
    center: &Center,
    account: &str,
    visitor: &str,
    frame: Bytes,
) -> Result<usize, VisitorPushError> {
    let key = keys::session(account, visitor);
    let sockets: Option<Sockets> = load(center.table.as_ref(), &key, Consistency::Eventual).await?;
    let mut taken = 0;
    for connection in sockets.into_iter().flat_map(|sockets| sockets.connections) {
        match center.push.post(&connection.id, frame.clone()).await? {
            PushOutcome::Delivered => taken += 1,
            PushOutcome::Gone => remove(center, account, visitor, &connection.id).await?,
        }
    }
    Ok(taken)
}

async fn remove(center: &Center, account: &str, visitor: &str, connection: &str) -> Result<(), StoreError> {
    change(center, account, visitor, |connections| {
        let before = connections.len();
        connections.retain(|open| open.id != connection);
        connections.len() < before
    })
    .await
}

/// Changes the list; again when somebody else was faster.
async fn change(
    center: &Center,
    account: &str,
    visitor: &str,
    mut change: impl FnMut(&mut Vec<Connection>) -> bool,
) -> Result<(), StoreError> {
    let key = keys::session(account, visitor);
    let mut tries = 1;
    loop {
        let stored = load(center.table.as_ref(), &key, Consistency::Strong).await?;
        let mut sockets: Sockets = stored.unwrap_or_else(|| Sockets {
            account: account.to_owned(),
            visitor: visitor.to_owned(),
            connections: Vec::new(),
            empty_since: None,
            version: 0,
        });
        if !change(&mut sockets.connections) {
            return Ok(());
        }
        sockets.empty_since = sockets.connections.is_empty().then(|| center.now());
        match center.table.write(vec![put_next(&mut sockets)]).await.map_err(StoreError::from) {
            Ok(_) => return Ok(()),
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error),
        }
    }
}
