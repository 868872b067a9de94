//! What every operation is billed.

use super::{item, item_of_bytes, put, written};
use patchbay_center::ports::{Change, Condition, Consistency, Key, Query, Table, Units, Write};

pub(super) async fn all(table: &dyn Table) {
    reads_are_billed(table).await;
    queries_are_billed(table).await;
    writes_are_billed(table).await;
    transactions_are_billed_double(table).await;
}

async fn reads_are_billed(table: &dyn Table) {
    for (sort, bytes, strong_tenths) in [("4 KB", 4096, 10), ("4 KB and one", 4097, 20), ("small", 40, 10)] {
        let item = item_of_bytes("bill read", sort, bytes);
        written(table, vec![put(item.clone())]).await;
        check_read(table, &item.key, strong_tenths).await;
    }
    check_read(table, &Key::new("bill read", "nothing"), 10).await;
}

async fn check_read(table: &dyn Table, key: &Key, strong_tenths: u64) {
    for (consistency, tenths) in
        [(Consistency::Strong, strong_tenths), (Consistency::Eventual, strong_tenths / 2)]
    {
        let (_, units) = table.get(key, consistency).await.expect("the read is answered");
        assert_eq!(units, Units::read(tenths), "{key:?} {consistency:?}");
    }
}

async fn queries_are_billed(table: &dyn Table) {
    for n in 0..5 {
        written(table, vec![put(item_of_bytes("bill query", &format!("{n}"), 1500))]).await;
    }
    let all = Query::prefix("bill query", "");
    // 7,500 bytes in all: the sum is rounded, not each item.
    let cases = [
        (all.clone(), 10),
        (all.clone().strong(), 20),
        (all.clone().strong().limit(2), 10),
        (Query::prefix("bill nothing", ""), 5),
        (Query::prefix("bill nothing", "").strong(), 10),
    ];
    for (query, tenths) in cases {
        let (_, units) = table.query(&query).await.expect("the query is answered");
        assert_eq!(units, Units::read(tenths), "{query:?}");
    }
}

async fn check_write(table: &dyn Table, writes: Vec<Write>, tenths: u64) {
    assert_eq!(written(table, writes.clone()).await, Units::write(tenths), "{writes:.300?}");
}

fn delete(key: &Key) -> Write {
    Write::Delete { key: key.clone(), condition: Condition::Always }
}

fn set(key: &Key, bytes: usize) -> Write {
    let changes = vec![Change::Set("d".into(), "x".repeat(bytes).into())];
    Write::Update { key: key.clone(), changes, condition: Condition::Always }
}

async fn writes_are_billed(table: &dyn Table) {
    let sized = |bytes| item_of_bytes("bill write", "s", bytes);
    let key = sized(100).key;
    check_write(table, vec![put(sized(1024))], 10).await;
    check_write(table, vec![put(sized(1025))], 20).await;
    // The larger of the sizes before and after counts.
    check_write(table, vec![put(sized(100))], 20).await;
    check_write(table, vec![set(&key, 3000)], 30).await;
    check_write(table, vec![set(&key, 1)], 30).await;
    check_write(table, vec![put(sized(2049))], 30).await;
    check_write(table, vec![delete(&key)], 30).await;
    check_write(table, vec![delete(&key)], 10).await;
}

async fn transactions_are_billed_double(table: &dyn Table) {
    let [large, small, checked] =
        ["large", "small", "checked"].map(|sort| item("bill transaction", sort, &[]).key);
    let check = Write::Check { key: checked.clone(), condition: Condition::Exists };
    written(table, vec![put(item_of_bytes("bill transaction", "checked", 1500))]).await;
    check_write(table, vec![put(item_of_bytes("bill transaction", "large", 1025)), set(&small, 1)], 60).await;
    // A check costs what a write of the item would.
    check_write(table, vec![set(&small, 2), check], 60).await;
    check_write(table, vec![delete(&large), delete(&small)], 60).await;
    check_write(table, vec![delete(&large), delete(&small)], 40).await;
}
