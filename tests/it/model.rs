//! Any sequence of operations has the same answers from the embedded store as from the model in memory.

use crate::store::Opened;
use patchbay_center::memory::MemoryTable;
use patchbay_center::ports::{Change, Condition, Consistency, Item, Key, Query, Table, Value, World, Write};
use patchbay_local::embedded::StoreOptions;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Operation {
    Write(Vec<Write>),
    Get(Key),
    Query(Query),
    Sweep,
    Restart,
}

fn any_key() -> impl Strategy<Value = Key> {
    ("[ab\u{0}]{1,2}", "[a#\u{0}é]{1,2}").prop_map(|(partition, sort)| Key::new(partition, sort))
}

fn any_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["n".to_owned(), "t".to_owned(), "ttl".to_owned()])
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..4_i64).prop_map(Value::N),
        1 => "[xy]{0,2}".prop_map(Value::S),
        1 => (0..900_usize).prop_map(|bytes| Value::B(vec![7; bytes].into())),
    ]
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let simple = prop_oneof![
        4 => Just(Condition::Always),
        1 => Just(Condition::Exists),
        1 => Just(Condition::NotExists),
        1 => (any_name(), any_value()).prop_map(|(name, value)| Condition::Equals(name, value)),
        1 => any_name().prop_map(Condition::Absent),
        1 => (any_name(), 0..4_i64).prop_map(|(name, bound)| Condition::Less(name, bound)),
    ];
    prop_oneof![
        5 => simple.clone(),
        1 => prop::collection::vec(simple, 0..3).prop_map(Condition::All),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any_name(), any_value()).prop_map(|(name, value)| Change::Set(name, value)),
        any_name().prop_map(Change::Remove),
        (any_name(), -2..3_i64).prop_map(|(name, number)| Change::Add(name, number)),
    ]
}

fn any_write() -> impl Strategy<Value = Write> {
    let attributes = prop::collection::btree_map(any_name(), any_value(), 0..3);
    prop_oneof![
        (any_key(), attributes, any_condition()).prop_map(|(key, attributes, condition)| Write::Put {
            item: Item { key, attributes },
            condition
        }),
        (any_key(), prop::collection::vec(any_change(), 0..3), any_condition())
            .prop_map(|(key, changes, condition)| Write::Update { key, changes, condition }),
        (any_key(), any_condition()).prop_map(|(key, condition)| Write::Delete { key, condition }),
        (any_key(), any_condition()).prop_map(|(key, condition)| Write::Check { key, condition }),
    ]
}

fn any_query() -> impl Strategy<Value = Query> {
    let ends = ("[ab\u{0}]{1,2}", "[a#\u{0}é]{0,2}", "[a#\u{0}é]{0,2}");
    (ends, any::<bool>(), 0..3_usize, any::<bool>(), prop::option::of("[a#é]{1,2}")).prop_map(
        |((partition, from, to), backwards, limit, strong, after)| Query {
            partition,
            from,
            to,
            backwards,
            after,
            limit,
            consistency: if strong { Consistency::Strong } else { Consistency::Eventual },
        },
    )
}

fn any_operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => prop::collection::vec(any_write(), 1..4).prop_map(Operation::Write),
        3 => any_key().prop_map(Operation::Get),
        3 => any_query().prop_map(Operation::Query),
        1 => Just(Operation::Sweep),
        1 => Just(Operation::Restart),
    ]
}

async fn compare(operations: Vec<Operation>) {
    let model = MemoryTable::new();
    let mut opened = Opened::new(StoreOptions::default());
    for operation in operations {
        match operation {
            Operation::Write(writes) => {
                assert_eq!(opened.store.write(writes.clone()).await, model.write(writes).await);
            }
            Operation::Get(key) => {
                let answers = [Consistency::Strong, Consistency::Eventual].map(|consistency| {
                    let (store, model, key) = (&opened.store, &model, &key);
                    async move { (store.get(key, consistency).await, model.get(key, consistency).await) }
                });
                for answer in answers {
                    let (embedded, model) = answer.await;
                    assert_eq!(embedded, model);
                }
            }
            Operation::Query(query) => {
                assert_eq!(opened.store.query(&query).await, model.query(&query).await, "{query:?}");
            }
            Operation::Sweep => {
                opened.store.sweep_expired().await.expect("the sweep ends");
                model.sweep_expired(opened.world.now());
            }
            Operation::Restart => opened = opened.again(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn the_embedded_table_answers_as_the_model(operations in prop::collection::vec(any_operation(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(compare(operations));
    }
}
