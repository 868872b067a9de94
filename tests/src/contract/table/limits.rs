//! DynamoDB's limits: at each one a write is taken, one past it refused.

use super::{item, item_of_bytes, put, read, refused, written};
use patchbay_center::ports::table::{
    ITEM_BYTES_MAX, PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX, TRANSACTION_BYTES_MAX,
    TRANSACTION_WRITES_MAX,
};
use patchbay_center::ports::{Change, Condition, Consistency, Key, Table, TableError, Value, Write};

pub(super) async fn all(table: &dyn Table) {
    an_item_has_at_most_400_kb(table).await;
    a_transaction_has_at_most_100_writes(table).await;
    a_transaction_has_at_most_4_mb(table).await;
    keys_have_a_length(table).await;
}

async fn an_item_has_at_most_400_kb(table: &dyn Table) {
    let whole = item_of_bytes("limits item", "put", ITEM_BYTES_MAX);
    written(table, vec![put(whole.clone())]).await;
    assert!(read(table, &whole.key).await.as_ref() == Some(&whole));
    refused(table, vec![put(item_of_bytes("limits item", "more", ITEM_BYTES_MAX + 1))], "400 KB and one")
        .await;

    // The update makes it larger than it may be: `z` has one byte of name and one of text.
    let nearly = item_of_bytes("limits item", "update", ITEM_BYTES_MAX - 2);
    let set = |text: &str| Write::Update {
        key: nearly.key.clone(),
        changes: vec![Change::Set("z".into(), text.into())],
        condition: Condition::Always,
    };
    written(table, vec![put(nearly.clone())]).await;
    refused(table, vec![set("ab")], "an update to 400 KB and one").await;
    assert!(read(table, &nearly.key).await.as_ref() == Some(&nearly));
    written(table, vec![set("a")]).await;
}

async fn a_transaction_has_at_most_100_writes(table: &dyn Table) {
    let writes =
        |count: usize| (0..count).map(|n| put(item("limits writes", &format!("{n}"), &[]))).collect();
    refused(table, writes(TRANSACTION_WRITES_MAX + 1), "101 writes").await;
    assert_eq!(read(table, &Key::new("limits writes", "0")).await, None);
    written(table, writes(TRANSACTION_WRITES_MAX)).await;
    assert!(read(table, &Key::new("limits writes", "99")).await.is_some());
}

async fn a_transaction_has_at_most_4_mb(table: &dyn Table) {
    const COUNT: usize = 16;
    const SHARE: usize = TRANSACTION_BYTES_MAX / COUNT;
    let writes = |last: usize| {
        (0..COUNT)
            .map(|n| {
                let bytes = if n + 1 == COUNT { last } else { SHARE };
                put(item_of_bytes("limits bytes", &format!("{n:02}"), bytes))
            })
            .collect()
    };
    refused(table, writes(SHARE + 1), "4 MB and one byte").await;
    assert_eq!(read(table, &Key::new("limits bytes", "00")).await, None);
    written(table, writes(SHARE)).await;
    assert!(read(table, &Key::new("limits bytes", "15")).await.is_some());
}

async fn keys_have_a_length(table: &dyn Table) {
    let partition = |bytes: usize| Key::new("p".repeat(bytes), "s");
    let sort = |bytes: usize| Key::new("limits sort", "s".repeat(bytes));
    for key in [partition(PARTITION_KEY_BYTES_MAX), sort(SORT_KEY_BYTES_MAX), partition(1), sort(1)] {
        written(table, vec![put(item(&key.partition, &key.sort, &[]))]).await;
        assert!(read(table, &key).await.is_some());
    }
    // Bytes count, not characters.
    let umlauts = Key::new("limits sort", "é".repeat(SORT_KEY_BYTES_MAX / 2) + "e");
    let past = [partition(PARTITION_KEY_BYTES_MAX + 1), sort(SORT_KEY_BYTES_MAX + 1), umlauts];
    for key in past.into_iter().chain([partition(0), sort(0)]) {
        refused(table, vec![put(item(&key.partition, &key.sort, &[]))], "a put under a wrong key").await;
        let delete = Write::Delete { key: key.clone(), condition: Condition::Always };
        refused(table, vec![delete], "a delete under a wrong key").await;
        let answer = table.get(&key, Consistency::Strong).await;
        assert!(matches!(answer, Err(TableError::Invalid(_))), "a read under a wrong key: {answer:?}");
    }
    let without_name = item("limits name", "s", &[("", Value::N(1))]);
    refused(table, vec![put(without_name)], "an attribute without a name").await;
    for name in ["pk", "sk"] {
        refused(table, vec![put(item("limits name", "s", &[(name, "x".into())]))], "a key's name").await;
    }
}
