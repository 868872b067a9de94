//! Sockets: API Gateway's `postToConnection`.

use async_trait::async_trait;
use bytes::Bytes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    Delivered,
    /// There is no such connection any more: a fact, not an error.
    Gone,
}

/// The frame may or may not have gone out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the socket did not answer: {0}")]
pub struct PushError(pub String);

#[async_trait]
pub trait Push: Send + Sync {
    /// Sends one text frame, at most `limits::PUSH_BYTES_MAX` bytes.
    async fn post(&self, connection: &str, frame: Bytes) -> Result<PushOutcome, PushError>;

    /// Closes a connection; a gone one is fine.
    async fn close(&self, connection: &str) -> Result<(), PushError>;
}
