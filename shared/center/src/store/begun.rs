//! Marks of what was begun once at a provider that would do it again when asked again.

use super::StoreError;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Table, TableError, Write, table::TTL_ATTRIBUTE};
use patchbay_model::Timestamp;

/// How long a mark is kept: longer than a queue brings its entry back.
const KEPT_S: i64 = 30 * 86_400;

/// Marks what is about to be begun. False when it is marked already: somebody has begun it, and nobody knows more. One
/// write unit.
pub async fn begin_once(table: &dyn Table, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let until = now.plus_s(KEPT_S).0 / 1000;
    let attributes = Attributes::from([(TTL_ATTRIBUTE.into(), until.into())]);
    let item = Item { key: keys::begun(id), attributes };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) => Ok(true),
        Err(TableError::Condition { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Takes a mark back: the provider says that it has begun nothing.
pub async fn not_begun(table: &dyn Table, id: &str) -> Result<(), StoreError> {
    let delete = Write::Delete { key: keys::begun(id), condition: Condition::Always };
    table.write(vec![delete]).await?;
    Ok(())
}
