//! `Table` over a sorted map.

use super::lock;
use crate::capacity;
use crate::ports::table::TTL_ATTRIBUTE;
use crate::ports::{Attributes, Consistency, Item, Key, Page, Query, Table, TableError, Units, Value, Write};
use crate::rules::table::{PageBuilder, bounds, check_key, check_query, check_writes, plan};
use async_trait::async_trait;
use patchbay_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemoryTable {
    items: Mutex<BTreeMap<Key, Attributes>>,
    spent: Mutex<Units>,
}

impl MemoryTable {
    pub fn new() -> MemoryTable {
        MemoryTable::default()
    }

    /// Every item, in the order of the keys.
    pub fn items(&self) -> Vec<Item> {
        lock(&self.items).iter().map(to_item).collect()
    }

    /// Units that all operations since the last call were billed, failed conditions included.
    pub fn take_spent(&self) -> Units {
        std::mem::take(&mut lock(&self.spent))
    }

    /// Removes the items whose time to live is over, as DynamoDB does at some time after it.
    pub fn sweep_expired(&self, now: Timestamp) {
        lock(&self.items).retain(|_, attributes| match attributes.get(TTL_ATTRIBUTE) {
            Some(Value::N(at_s)) => *at_s > now.seconds(),
            _ => true,
        });
    }

    fn bill(&self, units: Units) -> Units {
        *lock(&self.spent) += units;
        units
    }
}

fn to_item((key, attributes): (&Key, &Attributes)) -> Item {
    Item { key: key.clone(), attributes: attributes.clone() }
}

#[async_trait]
impl Table for MemoryTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        check_key(key)?;
        let item = lock(&self.items).get_key_value(key).map(to_item);
        let bytes = item.as_ref().map_or(0, |item| capacity::item_bytes(&item.key, &item.attributes));
        Ok((item, self.bill(capacity::read(bytes, consistency))))
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        check_query(query)?;
        let in_partition = |sort: &str| Key::new(&query.partition, sort);
        let (from, to) = bounds(query);
        let items = lock(&self.items);
        let range = items.range((from.map(in_partition), to.map(in_partition))).map(to_item);
        let mut page = PageBuilder::new(query);
        if query.backwards {
            range.rev().all(|item| page.push(item));
        } else {
            { range }.all(|item| page.push(item));
        }
        let (page, units) = page.finish();
        Ok((page, self.bill(units)))
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        check_writes(&writes)?;
        let mut items = lock(&self.items);
        let before: Vec<Option<Item>> =
            writes.iter().map(|write| items.get_key_value(write.key()).map(to_item)).collect();
        let in_transaction = writes.len() > 1;
        let price_if_refused = before.iter().fold(Units::default(), |mut sum, item| {
            sum += capacity::write(item.as_ref(), None, in_transaction);
            sum
        });
        let plan = plan(writes, before).inspect_err(|error| {
            if matches!(error, TableError::Condition { .. }) {
                self.bill(price_if_refused);
            }
        })?;
        for (key, attributes) in plan.changes {
            match attributes {
                Some(attributes) => items.insert(key, attributes),
                None => items.remove(&key),
            };
        }
        Ok(self.bill(plan.units))
    }
}
