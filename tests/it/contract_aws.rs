//! `DynamoTable` through the real SDK: whatever the model in memory answers and bills, DynamoDB does, too.

use patchbay_center::memory::MemoryTable;
use patchbay_center::ports::table::ITEM_BYTES_MAX;
use patchbay_center::ports::{
    Attributes, Change, Condition, Consistency, Item, Key, Query, Table, TableError, Units, Value, Write,
};
use patchbay_tests::{contract, dynoxide};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;

#[tokio::test]
async fn the_dynamodb_table_keeps_the_contract() {
    contract::table::all(&dynoxide::table()).await;
}

#[derive(Clone, Debug)]
enum Operation {
    Get(Key, Consistency),
    Query(Query),
    Write(Vec<Write>),
}

/// Refusals are worded by each implementation itself; everything else must be equal.
fn comparable<T>(result: Result<T, TableError>) -> Result<T, TableError> {
    result.map_err(|error| match error {
        TableError::Invalid(_) => TableError::Invalid(String::new()),
        other => other,
    })
}

async fn check(operations: Vec<Operation>) {
    let (model, table) = (MemoryTable::new(), dynoxide::table());
    for operation in operations {
        let what = format!("{operation:?}");
        match operation {
            Operation::Get(key, consistency) => {
                same(&what, model.get(&key, consistency).await, table.get(&key, consistency).await);
            }
            Operation::Query(query) => same(&what, model.query(&query).await, table.query(&query).await),
            Operation::Write(writes) => {
                same(&what, model.write(writes.clone()).await, table.write(writes).await);
            }
        }
    }
}

fn same<T: Debug + PartialEq>(what: &str, model: Result<T, TableError>, table: Result<T, TableError>) {
    assert_eq!(comparable(table), comparable(model), "{what:.2000}");
}

fn key() -> impl Strategy<Value = Key> {
    (select(vec!["p", "q"]), select(vec!["a", "a\u{0}", "b", "b#1", "b#2", "é", "\u{ffff}"]))
        .prop_map(|(partition, sort)| Key::new(partition, sort))
}

/// One of DynamoDB's reserved words is among them.
fn name() -> impl Strategy<Value = String> {
    select(vec!["n", "size", "t"]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![0, 1, -1, 100, 12345, i64::MAX / 4, i64::MIN / 4]).prop_map(Value::N),
        select(vec![0, 1, 900, 1100, 5000]).prop_map(|bytes| Value::S("x".repeat(bytes))),
        vec(any::<u8>(), 0..4).prop_map(|bytes| Value::B(bytes.into())),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let plain = prop_oneof![
        4 => Just(Condition::Always),
        2 => Just(Condition::Exists),
        2 => Just(Condition::NotExists),
        1 => (name(), value()).prop_map(|(name, value)| Condition::Equals(name, value)),
        1 => name().prop_map(Condition::Absent),
        1 => (name(), -2..200_i64).prop_map(|(name, bound)| Condition::Less(name, bound)),
    ];
    plain.prop_recursive(2, 6, 3, |inner| vec(inner, 0..3).prop_map(Condition::All))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (name(), value()).prop_map(|(name, value)| Change::Set(name, value)),
        1 => name().prop_map(Change::Remove),
        1 => (name(), -5..5_i64).prop_map(|(name, number)| Change::Add(name, number)),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let item =
        (key(), btree_map(name(), value(), 0..3)).prop_map(|(key, attributes)| Item { key, attributes });
    prop_oneof![
        3 => (item, condition()).prop_map(|(item, condition)| Write::Put { item, condition }),
        3 => (key(), vec(change(), 0..3), condition()).prop_map(update),
        1 => (key(), condition()).prop_map(|(key, condition)| Write::Delete { key, condition }),
        1 => (key(), condition()).prop_map(|(key, condition)| Write::Check { key, condition }),
    ]
}

/// An update that only removes makes no item where there is none; the embedded DynamoDB makes one, so such an
/// update asks for the item here.
fn update((key, changes, condition): (Key, Vec<Change>, Condition)) -> Write {
    let only_removes = changes.iter().all(|change| matches!(change, Change::Remove(_)));
    let condition = if only_removes { Condition::All(vec![Condition::Exists, condition]) } else { condition };
    Write::Update { key, changes, condition }
}

fn consistency() -> impl Strategy<Value = Consistency> {
    select(vec![Consistency::Eventual, Consistency::Strong])
}

fn query() -> impl Strategy<Value = Query> {
    let end = || prop_oneof![2 => Just(String::new()), 3 => key().prop_map(|key| key.sort)];
    let after = proptest::option::weighted(0.3, key().prop_map(|key| key.sort));
    (end(), end(), any::<bool>(), after, 0..4_usize, consistency()).prop_map(
        |(from, to, backwards, after, limit, consistency)| {
            let prefix = Query::prefix("p", &from);
            let to = if to.is_empty() { prefix.to.clone() } else { to };
            Query { from, to, backwards, after, limit, consistency, ..prefix }
        },
    )
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        2 => (key(), consistency()).prop_map(|(key, consistency)| Operation::Get(key, consistency)),
        3 => query().prop_map(Operation::Query),
        4 => write().prop_map(|write| Operation::Write(vec![write])),
        3 => vec(write(), 0..4).prop_map(Operation::Write),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn the_service_answers_and_bills_as_the_model_says(operations in vec(operation(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(operations));
    }
}

fn put(sort: &str, text_bytes: usize) -> Write {
    let attributes = Attributes::from([("t".to_owned(), Value::S("x".repeat(text_bytes)))]);
    Write::Put { item: Item { key: Key::new("p", sort), attributes }, condition: Condition::Always }
}

/// Bytes of an item of `put` besides its text: `pk`, `p`, `sk`, `a` and `t`.
const OVERHEAD: usize = 7;

#[tokio::test]
async fn an_item_has_its_limit() {
    let at_limit = ITEM_BYTES_MAX - OVERHEAD;
    check(vec![Operation::Write(vec![put("a", at_limit)]), Operation::Write(vec![put("a", at_limit + 1)])])
        .await;
}

#[tokio::test]
async fn a_page_ends_before_its_megabyte() {
    let writes = (0..4).map(|n| Operation::Write(vec![put(&n.to_string(), 300 * 1024)]));
    let query = Query::prefix("p", "");
    let pages = [query.clone(), query.clone().after(Some("2".into())), query.backwards().strong()];
    check(writes.chain(pages.map(Operation::Query)).collect()).await;
}

#[tokio::test]
async fn a_transaction_has_a_hundred_writes() {
    let puts = |count: usize| (0..count).map(|n| put(&format!("{n:03}"), 0)).collect();
    check(vec![
        Operation::Write(puts(100)),
        Operation::Write(puts(101)),
        Operation::Query(Query::prefix("p", "")),
    ])
    .await;
}

#[tokio::test]
async fn a_lost_race_shows_the_winner() {
    let table = dynoxide::table();
    let claim = |by: &str| {
        let attributes = Attributes::from([("by".to_owned(), by.into())]);
        Write::Put { item: Item { key: Key::new("task", "t"), attributes }, condition: Condition::NotExists }
    };
    assert_eq!(table.write(vec![put("a", 0), claim("first")]).await, Ok(Units::write(40)));
    let error = table.write(vec![put("a", 0), claim("second")]).await.unwrap_err();
    let TableError::Condition { index: 1, current: Some(winner) } = error else { panic!("{error:?}") };
    assert_eq!(winner.text("by"), Some("first"));
}
