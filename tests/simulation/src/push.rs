//! Sockets: each agent's frames, in the order in which they arrived.

use crate::faults::Fault;
use crate::world::{SimWorld, lock, yield_point};
use async_trait::async_trait;
use bytes::Bytes;
use patchbay_center::ports::{Push, PushError, PushOutcome};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(crate) struct SimPush {
    world: Arc<SimWorld>,
    open: Mutex<BTreeMap<String, Vec<Bytes>>>,
}

impl SimPush {
    pub fn new(world: Arc<SimWorld>) -> SimPush {
        SimPush { world, open: Mutex::default() }
    }

    pub fn open(&self, connection: &str) {
        lock(&self.open).entry(connection.to_owned()).or_default();
    }

    pub fn close_now(&self, connection: &str) {
        lock(&self.open).remove(connection);
    }

    pub fn take(&self, connection: &str) -> Vec<Bytes> {
        lock(&self.open).get_mut(connection).map(std::mem::take).unwrap_or_default()
    }

    fn put(&self, connection: &str, frame: Bytes) -> PushOutcome {
        match lock(&self.open).get_mut(connection) {
            Some(frames) => {
                frames.push(frame);
                PushOutcome::Delivered
            }
            None => PushOutcome::Gone,
        }
    }
}

#[async_trait]
impl Push for SimPush {
    async fn post(&self, connection: &str, frame: Bytes) -> Result<PushOutcome, PushError> {
        yield_point().await;
        let lost = || Err(PushError("the simulation says so".into()));
        match self.world.fault() {
            Some(Fault::Before) => lost(),
            Some(Fault::After) => {
                self.put(connection, frame);
                lost()
            }
            None => Ok(self.put(connection, frame)),
        }
    }

    async fn close(&self, connection: &str) -> Result<(), PushError> {
        self.close_now(connection);
        Ok(())
    }
}
