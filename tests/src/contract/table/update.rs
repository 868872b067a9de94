//! `Update` changes an item in place, `Put` replaces it, `Delete` of nothing is fine.

use super::{put, read, refused, written};
use patchbay_center::ports::{Change, Condition, Item, Key, Table, Value, Write};

pub(super) async fn all(table: &dyn Table) {
    changes_are_made_in_place(table).await;
    an_update_makes_what_is_not_there(table).await;
    puts_replace_and_deletes_forgive(table).await;
    wrong_changes_are_refused(table).await;
    values_come_back_as_they_went(table).await;
}

fn update(key: &Key, changes: Vec<Change>) -> Write {
    Write::Update { key: key.clone(), changes, condition: Condition::Always }
}

fn set(name: &str, value: impl Into<Value>) -> Change {
    Change::Set(name.into(), value.into())
}

async fn changes_are_made_in_place(table: &dyn Table) {
    let before =
        super::item("update", "place", &[("keep", "k".into()), ("gone", 1.into()), ("n", 40.into())]);
    written(table, vec![put(before.clone())]).await;
    let changes = vec![
        set("new", "v"),
        Change::Remove("gone".into()),
        Change::Remove("never there".into()),
        Change::Add("n".into(), 2),
        Change::Add("m".into(), -3),
    ];
    written(table, vec![update(&before.key, changes)]).await;
    let after = super::item(
        "update",
        "place",
        &[("keep", "k".into()), ("n", 42.into()), ("m", (-3).into()), ("new", "v".into())],
    );
    assert_eq!(read(table, &before.key).await, Some(after));
}

async fn an_update_makes_what_is_not_there(table: &dyn Table) {
    let expect = super::item("update", "made", &[("n", 5.into())]);
    written(table, vec![update(&expect.key, vec![Change::Add("n".into(), 5)])]).await;
    assert_eq!(read(table, &expect.key).await, Some(expect));
}

async fn puts_replace_and_deletes_forgive(table: &dyn Table) {
    let first = super::item("update", "put", &[("a", 1.into())]);
    let second = super::item("update", "put", &[("b", 2.into())]);
    written(table, vec![put(first)]).await;
    written(table, vec![put(second.clone())]).await;
    assert_eq!(read(table, &second.key).await, Some(second.clone()));
    for _ in 0..2 {
        written(table, vec![Write::Delete { key: second.key.clone(), condition: Condition::Always }]).await;
        assert_eq!(read(table, &second.key).await, None);
    }
    // An item may consist of its key alone.
    let bare = super::item("update", "bare", &[]);
    written(table, vec![put(bare.clone())]).await;
    assert_eq!(read(table, &bare.key).await, Some(bare));
}

async fn wrong_changes_are_refused(table: &dyn Table) {
    let before: Item = super::item("update", "wrong", &[("t", "text".into())]);
    written(table, vec![put(before.clone())]).await;
    let key = &before.key;
    refused(table, vec![update(key, vec![])], "no changes").await;
    refused(table, vec![update(key, vec![Change::Add("t".into(), 1)])], "adding to a text").await;
    refused(table, vec![update(key, vec![set("a", 1), Change::Remove("a".into())])], "two changes of one")
        .await;
    refused(table, vec![update(key, vec![set("sk", "x")])], "a change of the key").await;
    refused(table, vec![update(key, vec![set("", "x")])], "an attribute without a name").await;
    assert_eq!(read(table, key).await, Some(before.clone()));
}

async fn values_come_back_as_they_went(table: &dyn Table) {
    let values = [
        ("empty text", Value::S(String::new())),
        ("text", "né\u{0}\u{1f600}".into()),
        ("empty bytes", Value::B(vec![].into())),
        ("bytes", Value::B((0..=255).collect::<Vec<u8>>().into())),
        ("zero", 0.into()),
        ("max", i64::MAX.into()),
        ("min", i64::MIN.into()),
        ("status", "a reserved word".into()),
        ("a.b c#:[0]", "a name with the marks of expressions".into()),
    ];
    let item = super::item("update", "values", &values);
    written(table, vec![put(item.clone())]).await;
    assert_eq!(read(table, &item.key).await, Some(item.clone()));
    let changes = values.iter().map(|(name, value)| set(name, value.clone())).collect();
    let again = Item { key: Key::new("update", "values set"), ..item };
    written(table, vec![update(&again.key, changes)]).await;
    assert_eq!(read(table, &again.key).await, Some(again));
}
