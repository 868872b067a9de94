//! The configuration as handlers see it: compiled once, looked after every few seconds.

use super::{Config, ConfigDocuments, ConfigFault};
use crate::center::Center;
use crate::codec;
use crate::keys;
use crate::ports::{Consistency, Table};
use crate::store::StoreError;
use patchbay_model::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// How old the configuration in a handler may be.
pub const CACHED_MS: i64 = 5_000;

/// The newest configuration that was read, and when it was last looked after.
#[derive(Debug, Default)]
pub struct ConfigCache(Mutex<Option<(Timestamp, Arc<Config>)>>);

impl ConfigCache {
    pub(crate) async fn get(&self, table: &dyn Table, now: Timestamp) -> Result<Arc<Config>, StoreError> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, config)) = &cached
            && now.since_ms(*at) < CACHED_MS
        {
            return Ok(config.clone());
        }
        let version = stored_version(table, Consistency::Eventual).await?;
        let config = match cached {
            Some((_, config)) if config.version == version => config,
            _ => Arc::new(load(table, version).await?),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, config.clone()));
        Ok(config)
    }

    /// The configuration in force at this moment, however new: one strong read where it has not changed.
    pub(crate) async fn newest(&self, table: &dyn Table, now: Timestamp) -> Result<Arc<Config>, StoreError> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let version = stored_version(table, Consistency::Strong).await?;
        let config = match cached {
            Some((_, config)) if config.version == version => config,
            _ => Arc::new(load(table, version).await?),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, config.clone()));
        Ok(config)
    }

    /// Forgets what was read, so that the next reader sees what was just applied.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// 0 when nothing was ever applied.
pub(super) async fn stored_version(table: &dyn Table, consistency: Consistency) -> Result<u64, StoreError> {
    let (item, _) = table.get(&keys::config_version(), consistency).await?;
    Ok(item.and_then(|item| item.number("v")).and_then(|v| u64::try_from(v).ok()).unwrap_or(0))
}

/// The documents in force and their version: 0 and none before anything was applied. The workers are items of
/// their own and not among them.
pub async fn stored_documents(center: &Center) -> Result<(u64, ConfigDocuments), StoreError> {
    let table = center.table.as_ref();
    let version = stored_version(table, Consistency::Strong).await?;
    Ok((version, load_documents(table, version).await?))
}

async fn load(table: &dyn Table, version: u64) -> Result<Config, StoreError> {
    load_documents(table, version).await?.compile(version).map_err(|faults| unreadable(&faults))
}

pub(super) async fn load_documents(table: &dyn Table, version: u64) -> Result<ConfigDocuments, StoreError> {
    let mut documents = ConfigDocuments::default();
    let mut query = keys::config_documents(version).strong();
    let prefix = query.from.clone();
    loop {
        let (page, _) = table.query(&query).await?;
        for item in &page.items {
            let name = item.key.sort.strip_prefix(&prefix).unwrap_or_default();
            match name.strip_prefix("flow/") {
                Some(name) => drop(documents.flows.insert(name.to_owned(), codec::decode(item, "d")?)),
                None => {
                    let flows = std::mem::take(&mut documents.flows);
                    documents = ConfigDocuments { flows, ..codec::decode(item, "d")? };
                }
            }
        }
        match page.items.last().filter(|_| page.more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(documents),
        }
    }
}

/// Only documents that compile are stored, so this means that they were changed behind our back, or by a newer
/// program.
fn unreadable(faults: &[ConfigFault]) -> StoreError {
    let why = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    StoreError::Codec(codec::CodecError::Unreadable { name: "d", why })
}
