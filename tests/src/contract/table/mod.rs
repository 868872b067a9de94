//! The contract of `Table`: DynamoDB's behaviour, limits and bill.

mod capacity;
mod condition;
mod limits;
mod query;
mod transaction;
mod update;

use patchbay_center::ports::{
    Attributes, Condition, Consistency, Item, Key, Table, TableError, Units, Value, Write,
};

/// Every check, one after the other.
pub async fn all(table: &dyn Table) {
    condition::all(table).await;
    update::all(table).await;
    transaction::all(table).await;
    query::all(table).await;
    limits::all(table).await;
    capacity::all(table).await;
}

fn item(partition: &str, sort: &str, attributes: &[(&str, Value)]) -> Item {
    let attributes: Attributes =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Item { key: Key::new(partition, sort), attributes }
}

fn put(item: Item) -> Write {
    Write::Put { item, condition: Condition::Always }
}

/// An item of this many bytes as DynamoDB counts them.
fn item_of_bytes(partition: &str, sort: &str, bytes: usize) -> Item {
    let rest = bytes - (2 + partition.len() + 2 + sort.len()) - 1;
    item(partition, sort, &[("d", Value::S("x".repeat(rest)))])
}

async fn written(table: &dyn Table, writes: Vec<Write>) -> Units {
    table.write(writes).await.expect("the write is taken")
}

async fn read(table: &dyn Table, key: &Key) -> Option<Item> {
    table.get(key, Consistency::Strong).await.expect("the read is answered").0
}

async fn refused(table: &dyn Table, writes: Vec<Write>, why: &str) {
    let answer = table.write(writes).await;
    assert!(matches!(answer, Err(TableError::Invalid(_))), "{why}: {answer:.200?}");
}
