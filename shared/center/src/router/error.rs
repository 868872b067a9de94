//! Why an operation on the router is refused or could not be done.

use crate::ports::{PushError, QueueError, TableError};
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum OpError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The reservation or task is another worker's.
    #[error("it is another worker's")]
    NotYours,
    /// The state does not allow it.
    #[error("{0}")]
    Refused(String),
    /// Others were faster, time after time: try again.
    #[error("others are changing the same thing: try again")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Push(#[from] PushError),
}

impl OpError {
    /// Whether trying again would come to the same.
    pub fn is_final(&self) -> bool {
        matches!(self, OpError::NotFound(_) | OpError::NotYours | OpError::Refused(_))
    }
}

impl From<TableError> for OpError {
    fn from(error: TableError) -> OpError {
        OpError::Store(error.into())
    }
}
