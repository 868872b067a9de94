//! Frames to workers' sockets. A push is a hint: what is true is in the table.

use crate::center::Center;
use crate::ports::{PushError, PushOutcome};
use crate::router;
use bytes::Bytes;
use patchbay_model::Worker;

/// Sends a frame to every socket of a worker. A gone socket is a fact and is taken off the worker; a socket
/// that does not answer is an error, so that redelivery tries again (clients recognise what they have).
pub async fn to_worker(center: &Center, worker: &Worker, frame: Bytes) -> Result<(), PushError> {
    for connection in &worker.connections {
        if center.push.post(&connection.id, frame.clone()).await? == PushOutcome::Gone {
            // Removing it is a favour to later pushes: when that fails, they find it gone as well.
            if let Err(error) = Box::pin(router::disconnect(center, &worker.sid, &connection.id)).await {
                tracing::warn!(worker = %worker.sid, %error, "a gone socket could not be taken off its worker");
            }
        }
    }
    Ok(())
}
