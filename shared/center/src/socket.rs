//! The sockets of agents and of visitors on one API, as API Gateway hands them over: a handshake, then every frame by
//! itself with nothing but its connection's id.
//!
//! So whose connection it is is kept in an item under that id: one write unit at the handshake, one at the end, half
//! a read unit per frame, a twentieth of what API Gateway and Lambda ask for it in any case. (An authorizer would carry
//! it in each event's context for nothing, but is one more function to deploy and to wait for at every handshake, and
//! cannot say that the center is unavailable.) A process that holds its sockets itself needs none of this.

use crate::agent::{self, Offer, Session};
use crate::center::Center;
use crate::ports::{Consistency, PushError};
use crate::router::OpError;
use crate::store::{StoreError, delete_connection, load_connection, put_connection};
use crate::token::TokenError;
use crate::webchat::{self, WebChatError};
use patchbay_channels::WebhookRequest;
use patchbay_model::limits::FRAME_BYTES_MAX;
use serde::Deserialize;

/// The web chat of a handshake that names none.
const DEFAULT_ACCOUNT: &str = "default";

/// Why a handshake is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("neither an agent ({agent}) nor a visitor ({visitor})")]
    Nobody { agent: TokenError, visitor: WebChatError },
    #[error(transparent)]
    Agent(#[from] agent::ConnectError),
    #[error("the connection could not be kept")]
    Store(#[from] StoreError),
}

impl ConnectError {
    /// The HTTP status with which the handshake is refused.
    pub fn status(&self) -> u16 {
        match self {
            // Without a web chat nobody but agents can be meant.
            ConnectError::Nobody { visitor: WebChatError::UnknownAccount, .. } => 401,
            ConnectError::Nobody { visitor, .. } => visitor.status(),
            ConnectError::Agent(error) => error.status(),
            ConnectError::Store(_) => 503,
        }
    }
}

/// Why something about an open socket was not done.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Op(#[from] OpError),
    #[error(transparent)]
    Push(#[from] PushError),
}

/// Lets in whoever shows a token that is believed, as an agent or as a visitor; answers with the sub-protocol that the
/// handshake's answer must name, if there is one.
///
/// Safe to repeat: the item is the same, and so is what the connection belongs to.
pub async fn connect(
    center: &Center,
    handshake: &WebhookRequest,
    connection: &str,
) -> Result<Option<String>, ConnectError> {
    let Offer { token, protocol } = Offer::of(handshake);
    let claims = token.ok_or(TokenError::Malformed);
    match claims.and_then(|token| agent::authenticate(center, &token)) {
        Ok(session) => {
            // Before anybody is told of the connection: its first frame finds it.
            put_connection(center.table.as_ref(), connection, &session, center.now()).await?;
            agent::attach(center, &session, connection).await?;
        }
        Err(agent) => {
            let account = handshake.query("account").unwrap_or_else(|| DEFAULT_ACCOUNT.into());
            let visitor = webchat::connect(center, &account, handshake, connection).await;
            visitor.map_err(|visitor| ConnectError::Nobody { agent, visitor })?;
        }
    }
    Ok(protocol)
}

/// Does what a frame asks and answers it on its socket. A socket that nobody is known to own is closed, so that its
/// client connects anew.
///
/// Safe to repeat, as every frame is.
pub async fn frame(center: &Center, connection: &str, text: &str) -> Result<(), SocketError> {
    if text.len() <= FRAME_BYTES_MAX && text.trim().is_empty() {
        // A heartbeat, which nobody answers, is not worth a read.
        return Ok(());
    }
    match owner(center, connection).await? {
        Some(Owner::Agent(session)) => Ok(agent::frame(center, &session, connection, text).await?),
        Some(Owner::Visitor {}) => Ok(webchat::receive_frame(center, connection, text).await?),
        None => Ok(center.push.close(connection).await?),
    }
}

/// A socket has closed.
///
/// Safe to repeat, late or never called: a push to a socket that is gone takes it off its owner as well.
pub async fn disconnect(center: &Center, connection: &str) -> Result<(), SocketError> {
    match owner(center, connection).await? {
        Some(Owner::Agent(session)) => {
            agent::disconnect(center, &session.worker_sid, connection).await?;
            Ok(delete_connection(center.table.as_ref(), connection).await?)
        }
        Some(Owner::Visitor {}) => Ok(webchat::disconnect(center, connection).await?),
        None => Ok(()),
    }
}

/// The item of a connection: a visitor's is whatever is not an agent's, and web chat's own to read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Owner {
    Agent(Session),
    Visitor {},
}

/// Half a read unit; a strong read only of what is not there yet.
async fn owner(center: &Center, connection: &str) -> Result<Option<Owner>, StoreError> {
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        let found = load_connection(center.table.as_ref(), connection, consistency).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
