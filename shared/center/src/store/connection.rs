//! Whose socket a connection is: proven once, when it connected.

use super::{StoreError, load};
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Table, Value, Write, table::TTL_ATTRIBUTE};
use patchbay_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Seconds after which a connection's item may be swept: API Gateway ends every socket after two hours.
const CONNECTION_KEPT_S: i64 = 3 * 3_600;

/// Keeps whose socket a connection is. One write.
pub async fn put_connection<T: Serialize>(
    table: &dyn Table,
    connection: &str,
    owner: &T,
    now: Timestamp,
) -> Result<(), StoreError> {
    let attributes = Attributes::from([
        ("d".to_owned(), codec::encode(owner)),
        (TTL_ATTRIBUTE.to_owned(), Value::N(now.plus_s(CONNECTION_KEPT_S).seconds())),
    ]);
    let item = Item { key: keys::connection(connection), attributes };
    table.write(vec![Write::Put { item, condition: Condition::Always }]).await?;
    Ok(())
}

/// Whose socket it is.
pub async fn load_connection<T: DeserializeOwned>(
    table: &dyn Table,
    connection: &str,
    consistency: Consistency,
) -> Result<Option<T>, StoreError> {
    load(table, &keys::connection(connection), consistency).await
}

/// Forgets a connection.
pub async fn delete_connection(table: &dyn Table, connection: &str) -> Result<(), StoreError> {
    let delete = Write::Delete { key: keys::connection(connection), condition: Condition::Always };
    table.write(vec![delete]).await?;
    Ok(())
}
