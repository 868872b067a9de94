//! Workers: the state that assignment reads, apart from the name and attributes that people edit.

use super::{StoreError, Versioned, load};
use crate::codec;
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_model::{Worker, WorkerSid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is known of a worker besides its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerProfile {
    pub sid: WorkerSid,
    pub friendly_name: String,
    #[serde(default)]
    pub attributes: Map<String, Value>,
    pub version: u64,
}

impl Versioned for WorkerProfile {
    fn key(&self) -> Key {
        keys::worker_profile(&self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }
}

impl Versioned for Worker {
    fn key(&self) -> Key {
        keys::worker(&self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }
}

pub async fn load_worker(
    table: &dyn Table,
    worker: &WorkerSid,
    consistency: Consistency,
) -> Result<Option<Worker>, StoreError> {
    load(table, &keys::worker(worker), consistency).await
}

pub async fn load_profile(
    table: &dyn Table,
    worker: &WorkerSid,
) -> Result<Option<WorkerProfile>, StoreError> {
    load(table, &keys::worker_profile(worker), Consistency::Eventual).await
}

/// Names of workers after `after`, in the order of their sids: one page, and whether there are more.
pub async fn list_workers(
    table: &dyn Table,
    after: Option<&WorkerSid>,
    limit: usize,
) -> Result<(Vec<(WorkerSid, String)>, bool), StoreError> {
    let query = keys::worker_entries().limit(limit).after(after.map(WorkerSid::to_string));
    let (page, _) = table.query(&query).await?;
    let named = page.items.iter().filter_map(|item| {
        Some((WorkerSid::parse(&item.key.sort).ok()?, codec::decode::<String>(item, "d").ok()?))
    });
    Ok((named.collect(), page.more))
}
