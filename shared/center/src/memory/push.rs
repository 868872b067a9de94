//! `Push` onto connections that a test opens and reads.

use super::lock;
use crate::ports::{Push, PushError, PushOutcome};
use async_trait::async_trait;
use bytes::Bytes;
use patchbay_model::limits::PUSH_BYTES_MAX;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemoryPush(Mutex<BTreeMap<String, Vec<Bytes>>>);

impl MemoryPush {
    pub fn new() -> MemoryPush {
        MemoryPush::default()
    }

    pub fn open(&self, connection: &str) {
        lock(&self.0).entry(connection.into()).or_default();
    }

    pub fn is_open(&self, connection: &str) -> bool {
        lock(&self.0).contains_key(connection)
    }

    /// Takes the frames that arrived since the last call, oldest first; none from a gone connection.
    pub fn take(&self, connection: &str) -> Vec<Bytes> {
        lock(&self.0).get_mut(connection).map(std::mem::take).unwrap_or_default()
    }
}

#[async_trait]
impl Push for MemoryPush {
    async fn post(&self, connection: &str, frame: Bytes) -> Result<PushOutcome, PushError> {
        if frame.len() > PUSH_BYTES_MAX {
            return Err(PushError(format!("a frame of {} bytes is over {PUSH_BYTES_MAX}", frame.len())));
        }
        match lock(&self.0).get_mut(connection) {
            Some(frames) => {
                frames.push(frame);
                Ok(PushOutcome::Delivered)
            }
            None => Ok(PushOutcome::Gone),
        }
    }

    async fn close(&self, connection: &str) -> Result<(), PushError> {
        lock(&self.0).remove(connection);
        Ok(())
    }
}
