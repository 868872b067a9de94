//! Which classes of workers there are and which demands tasks have made: what connects pools and waiting lists.
//!
//! Both are content-addressed and only ever added, so a reader whose copy is old misses something new but never
//! sees something wrong. Whoever adds one reads the whole directory again, strongly, before relying on it, and
//! what it then writes is looked at once more when every older copy has expired (`SETTLED_MS`): two that are
//! new at the same time meet by the first, one that is new to an old copy by the second.

use super::HANDLER_S_MAX;
use super::class::Class;
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Table, TableError, Value, Write};
use crate::store::StoreError;
use patchbay_model::{TaskQueueSid, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How old a handler's copy may be.
const CACHED_MS: i64 = 5_000;
/// Age after which a class or demand is in every copy that anybody still uses: a handler may hold one for as
/// long as it runs, which was as old as copies get, read as late as eventually consistent reads are (DynamoDB:
/// "usually within a second").
pub(super) const SETTLED_MS: i64 = HANDLER_S_MAX * 1000 + 2 * CACHED_MS;
/// Demands of one task queue; further ones share the queue's open list, where each candidate is asked.
pub(super) const DEMANDS_PER_QUEUE_MAX: usize = 64;

/// What tasks ask of a class: workers of this queue for whom the condition holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct DemandEntry {
    pub queue: TaskQueueSid,
    /// Canonical text of the condition; empty for none.
    pub condition: String,
}

/// A class or demand and when it was first seen.
#[derive(Clone, Debug)]
pub(crate) struct Known<T> {
    pub entry: T,
    pub since: Timestamp,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub classes: BTreeMap<String, Known<Class>>,
    pub demands: BTreeMap<String, Known<DemandEntry>>,
}

impl Directory {
    pub fn demands_of(&self, queue: &TaskQueueSid) -> usize {
        self.demands.values().filter(|known| known.entry.queue == *queue).count()
    }
}

#[derive(Debug, Default)]
pub struct DirectoryCache(Mutex<Option<(Timestamp, Arc<Directory>)>>);

impl DirectoryCache {
    pub(super) async fn get(&self, table: &dyn Table, now: Timestamp) -> Result<Arc<Directory>, StoreError> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match cached {
            Some((at, directory)) if now.since_ms(at) < CACHED_MS => Ok(directory),
            _ => self.refresh(table, now, Consistency::Eventual).await,
        }
    }

    async fn refresh(
        &self,
        table: &dyn Table,
        now: Timestamp,
        consistency: Consistency,
    ) -> Result<Arc<Directory>, StoreError> {
        let directory = Arc::new(load(table, consistency).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, directory.clone()));
        Ok(directory)
    }

    /// The directory with this class in it, and since when it has been.
    pub(super) async fn with_class(
        &self,
        table: &dyn Table,
        class: &Class,
        now: Timestamp,
    ) -> Result<(Arc<Directory>, Timestamp), StoreError> {
        let id = class.id();
        let directory = self.get(table, now).await?;
        if let Some(known) = directory.classes.get(&id) {
            return Ok((directory.clone(), known.since));
        }
        add(table, keys::class(&id), class, now).await?;
        let directory = self.refresh(table, now, Consistency::Strong).await?;
        let since = directory.classes.get(&id).map_or(now, |known| known.since);
        Ok((directory, since))
    }

    /// The directory with this demand in it, and since when it has been.
    pub(super) async fn with_demand(
        &self,
        table: &dyn Table,
        id: &str,
        demand: &DemandEntry,
        now: Timestamp,
    ) -> Result<(Arc<Directory>, Timestamp), StoreError> {
        let directory = self.get(table, now).await?;
        if let Some(known) = directory.demands.get(id) {
            return Ok((directory.clone(), known.since));
        }
        add(table, keys::demand(id), demand, now).await?;
        let directory = self.refresh(table, now, Consistency::Strong).await?;
        let since = directory.demands.get(id).map_or(now, |known| known.since);
        Ok((directory, since))
    }
}

async fn add<T: Serialize>(table: &dyn Table, key: Key, entry: &T, now: Timestamp) -> Result<(), StoreError> {
    let attributes =
        Attributes::from([("d".to_owned(), codec::encode(entry)), ("t".to_owned(), Value::N(now.0))]);
    let item = Item { key, attributes };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) | Err(TableError::Condition { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn load(table: &dyn Table, consistency: Consistency) -> Result<Directory, StoreError> {
    let mut directory = Directory::default();
    let mut query = keys::directory();
    query.consistency = consistency;
    loop {
        let (page, _) = table.query(&query).await?;
        for item in &page.items {
            if let Some(id) = item.key.sort.strip_prefix("C#") {
                directory.classes.insert(id.to_owned(), known(item)?);
            } else if let Some(id) = item.key.sort.strip_prefix("D#") {
                directory.demands.insert(id.to_owned(), known(item)?);
            }
        }
        match page.items.last().filter(|_| page.more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(directory),
        }
    }
}

fn known<T: DeserializeOwned>(item: &Item) -> Result<Known<T>, StoreError> {
    Ok(Known { entry: codec::decode(item, "d")?, since: Timestamp(item.number("t").unwrap_or(0)) })
}
