//! That a customer was shown that a message of theirs has been read.

use super::StoreError;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Table, TableError, Value, Write, table::TTL_ATTRIBUTE};
use patchbay_model::{MessageKey, Timestamp};

/// Seconds for which it is remembered: longer than an agent's client asks again.
const READ_KEPT_S: i64 = 7 * 86_400;

/// Notes that the provider is about to be told; false when it was told before. One write.
pub async fn mark_read_once(
    table: &dyn Table,
    message: &MessageKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ttl = Value::N(now.plus_s(READ_KEPT_S).seconds());
    let item = Item {
        key: keys::read_mark(&message.contact, &message.sid),
        attributes: Attributes::from([(TTL_ATTRIBUTE.to_owned(), ttl)]),
    };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) => Ok(true),
        Err(TableError::Condition { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
