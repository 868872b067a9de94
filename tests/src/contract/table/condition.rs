//! Conditions speak of the item as it stands; one that fails shows it and writes nothing.

use super::{Item, put, read, written};
use patchbay_center::ports::{Change, Condition, Key, Table, TableError, Value, Write};

pub(super) async fn all(table: &dyn Table) {
    each_condition_holds_or_not(table).await;
    a_failed_write_leaves_the_item(table).await;
}

/// Puts under the condition onto no item and onto one that has `n = 7` and `t = ""`.
async fn check(table: &dyn Table, condition: Condition, of_none: bool, of_item: bool) {
    let partition = format!("condition {condition:?}");
    let after = super::item(&partition, "new", &[("x", 1.into())]);
    for (sort, holds) in [("none", of_none), ("some", of_item)] {
        let before = super::item(&partition, sort, &[("n", 7.into()), ("t", "".into())]);
        let before = (sort == "some").then_some(before);
        if let Some(before) = &before {
            written(table, vec![put(before.clone())]).await;
        }
        let item = Item { key: Key::new(&partition, sort), ..after.clone() };
        let answer = table.write(vec![Write::Put { item: item.clone(), condition: condition.clone() }]).await;
        if holds {
            assert!(answer.is_ok(), "{condition:?} of {before:?}: {answer:?}");
            assert_eq!(read(table, &item.key).await, Some(item));
        } else {
            assert_eq!(
                answer,
                Err(TableError::Condition { index: 0, current: before.clone() }),
                "{condition:?}"
            );
            assert_eq!(read(table, &item.key).await, before);
        }
    }
}

async fn each_condition_holds_or_not(table: &dyn Table) {
    let equals = |name: &str, value: Value| Condition::Equals(name.into(), value);
    check(table, Condition::Always, true, true).await;
    check(table, Condition::Exists, false, true).await;
    check(table, Condition::NotExists, true, false).await;
    check(table, equals("n", 7.into()), false, true).await;
    check(table, equals("n", 8.into()), false, false).await;
    check(table, equals("n", "7".into()), false, false).await;
    check(table, equals("t", "".into()), false, true).await;
    check(table, equals("absent", 7.into()), false, false).await;
    check(table, Condition::Absent("n".into()), true, false).await;
    check(table, Condition::Absent("absent".into()), true, true).await;
    check(table, Condition::Less("n".into(), 8), false, true).await;
    check(table, Condition::Less("n".into(), 7), false, false).await;
    check(table, Condition::Less("n".into(), -7), false, false).await;
    check(table, Condition::Less("t".into(), 7), false, false).await;
    let all = |second| Condition::All(vec![equals("n", 7.into()), second]);
    check(table, all(Condition::Less("n".into(), 8)), false, true).await;
    check(table, all(Condition::Absent("t".into())), false, false).await;
    // Names that are words of DynamoDB's expressions are names like others.
    check(table, Condition::Absent("status".into()), true, true).await;
}

async fn a_failed_write_leaves_the_item(table: &dyn Table) {
    let item = super::item("condition kept", "s", &[("n", 1.into())]);
    written(table, vec![put(item.clone())]).await;
    let update = Write::Update {
        key: item.key.clone(),
        changes: vec![Change::Add("n".into(), 1)],
        condition: Condition::Equals("n".into(), 2.into()),
    };
    let delete = Write::Delete { key: item.key.clone(), condition: Condition::NotExists };
    for write in [update, delete] {
        let expect = TableError::Condition { index: 0, current: Some(item.clone()) };
        assert_eq!(table.write(vec![write]).await, Err(expect));
        assert_eq!(read(table, &item.key).await, Some(item.clone()));
    }
}
