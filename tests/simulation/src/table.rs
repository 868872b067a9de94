//! `Table` that remembers: an eventually consistent read may see any moment of the last seconds.

use crate::faults::Fault;
use crate::world::{SimWorld, lock, yield_point};
use async_trait::async_trait;
use patchbay_center::ports::{
    Attributes, Consistency, Item, Key, Page, Query, Table, TableError, Units, World, Write,
};
use patchbay_center::rules::table::{PageBuilder, bounds, check_key, check_query, check_writes, plan};
use patchbay_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How far behind a read may be.
pub(crate) const STALE_MS_MAX: i64 = 5_000;

/// What looks at every change as it is made: the key, what was there, what is there now. It panics when that must
/// not be.
pub(crate) type Watch = Box<dyn Fn(&Key, Option<&Attributes>, Option<&Attributes>) + Send + Sync>;

/// Every value that an item had, with the moment from which it had it.
type History = Vec<(Timestamp, Option<Attributes>)>;

pub(crate) struct SimTable {
    world: Arc<SimWorld>,
    watch: Option<Watch>,
    items: Mutex<BTreeMap<Key, History>>,
}

impl SimTable {
    pub fn new(world: Arc<SimWorld>, watch: Option<Watch>) -> SimTable {
        SimTable { world, watch, items: Mutex::default() }
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Every item as it is.
    pub fn items(&self) -> Vec<Item> {
        let now = |key: &Key, history: &History| {
            let (_, attributes) = history.last()?;
            Some(Item { key: key.clone(), attributes: attributes.clone()? })
        };
        lock(&self.items).iter().filter_map(|(key, history)| now(key, history)).collect()
    }

    /// The moment that a read sees; none for the present.
    fn moment(&self, consistency: Consistency) -> Option<Timestamp> {
        let stale = consistency == Consistency::Eventual && self.world.chance(|faults| faults.stale);
        stale.then(|| self.world.now().plus_ms(-self.world.dice(|rng| rng.i64(0..=STALE_MS_MAX))))
    }

    async fn call<T>(&self, effect: impl FnOnce() -> Result<T, TableError> + Send) -> Result<T, TableError> {
        yield_point().await;
        let lost = || Err(TableError::Unavailable("the simulation says so".into()));
        let result = match self.world.fault() {
            Some(Fault::Before) => return lost(),
            Some(Fault::After) => {
                let _ = effect();
                return lost();
            }
            None => effect(),
        };
        yield_point().await;
        result
    }
}

fn value_at(history: &[(Timestamp, Option<Attributes>)], moment: Option<Timestamp>) -> Option<&Attributes> {
    let seen = history.iter().rev().find(|(since, _)| moment.is_none_or(|moment| *since <= moment));
    seen.and_then(|(_, attributes)| attributes.as_ref())
}

#[async_trait]
impl Table for SimTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        check_key(key)?;
        self.call(|| {
            let moment = self.moment(consistency);
            let items = lock(&self.items);
            let attributes = items.get(key).and_then(|history| value_at(history, moment)).cloned();
            Ok((attributes.map(|attributes| Item { key: key.clone(), attributes }), Units::default()))
        })
        .await
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        check_query(query)?;
        self.call(|| {
            let moment = self.moment(query.consistency);
            let (from, to) = bounds(query);
            let in_partition = |sort: &str| Key::new(&query.partition, sort);
            let items = lock(&self.items);
            let range =
                items.range((from.map(in_partition), to.map(in_partition))).filter_map(|(key, history)| {
                    Some(Item { key: key.clone(), attributes: value_at(history, moment)?.clone() })
                });
            let found: Vec<Item> = range.collect();
            let mut page = PageBuilder::new(query);
            if query.backwards {
                found.into_iter().rev().all(|item| page.push(item));
            } else {
                found.into_iter().all(|item| page.push(item));
            }
            Ok(page.finish())
        })
        .await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        check_writes(&writes)?;
        self.call(|| {
            if writes.len() > 1 && self.world.chance(|faults| faults.conflict) {
                return Err(TableError::Conflict);
            }
            let now = self.world.now();
            let mut items = lock(&self.items);
            let present = |key: &Key| {
                let attributes = value_at(items.get(key)?, None)?.clone();
                Some(Item { key: key.clone(), attributes })
            };
            let before: Vec<Option<Item>> = writes.iter().map(|write| present(write.key())).collect();
            let plan = plan(writes, before)?;
            for (key, attributes) in plan.changes {
                self.world.tell(|| format!("write {key:?} {attributes:?}"));
                if let Some(watch) = &self.watch {
                    let before = items.get(&key).and_then(|history| value_at(history, None));
                    watch(&key, before, attributes.as_ref());
                }
                let history = items.entry(key).or_default();
                // What no read can see any more is forgotten.
                let oldest = now.plus_ms(-STALE_MS_MAX);
                let needless = history.windows(2).take_while(|pair| pair[1].0 <= oldest).count();
                history.drain(..needless);
                history.push((now, attributes));
            }
            Ok(plan.units)
        })
        .await
    }
}
