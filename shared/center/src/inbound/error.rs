//! Why a record of `inbound` is to come again.

use crate::ports::{PushError, QueueError};
use crate::router::OpError;
use crate::store::StoreError;
use patchbay_model::{ContactSid, ExecutionSid};

#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    /// Of a newer program perhaps, so that another try may meet one that reads it.
    #[error("the body is not a command")]
    Body(#[from] serde_json::Error),
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the queue failed")]
    Queue(#[from] QueueError),
    #[error("a socket failed")]
    Push(#[from] PushError),
    #[error("the news may be of a message that is just being sent")]
    Overtaking,
    #[error("the turn of {0} that asked for it is not written yet")]
    NotYet(ExecutionSid),
    #[error("the router failed")]
    Router(#[from] OpError),
    #[error("the contact {0} is not there")]
    NoContact(ContactSid),
}
