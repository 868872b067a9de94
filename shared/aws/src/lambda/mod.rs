//! Lambda's events as calls of the center, and the center's answers as Lambda's.
//!
//! The documents are read by types of our own with the few fields that are used: the published ones refuse a whole
//! event for one header that is not ASCII, and panic at a body that is not base64, which a stranger could send.

pub mod batch;
pub mod http;
mod log;
pub mod socket;

#[cfg(test)]
mod tests;

use crate::queue::SqsQueue;
use crate::wiring::{self, Needs, StartError};
use patchbay_center::Center;
use std::sync::Arc;

/// What every function does once: logging, settings, clients. Nothing of it is done again for an event.
pub async fn start(needs: Needs) -> Result<Arc<Center>, StartError> {
    Ok(start_consumer(needs).await?.0)
}

/// The same for a function that takes from a queue.
pub async fn start_consumer(needs: Needs) -> Result<(Arc<Center>, SqsQueue), StartError> {
    log::start(|name| std::env::var(name).ok());
    let (center, queue) = wiring::center_from_environment(needs).await.inspect_err(|error| {
        tracing::error!(%error, "the function cannot start");
    })?;
    Ok((Arc::new(center), queue))
}
