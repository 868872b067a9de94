//! Several writes are one transaction: all or nothing.

use super::{Item, item, put, read, refused, written};
use patchbay_center::ports::{Change, Condition, Key, Table, TableError, Write};

pub(super) async fn all(table: &dyn Table) {
    all_kinds_go_together(table).await;
    one_failed_condition_stops_all(table).await;
    one_refused_change_stops_all(table).await;
    shapes_that_are_refused(table).await;
}

async fn all_kinds_go_together(table: &dyn Table) {
    let [gone, changed, checked] =
        ["gone", "changed", "checked"].map(|sort| item("transaction", sort, &[("n", 1.into())]));
    for item in [&gone, &changed, &checked] {
        written(table, vec![put(item.clone())]).await;
    }
    let made = item("transaction", "made", &[]);
    written(
        table,
        vec![
            Write::Put { item: made.clone(), condition: Condition::NotExists },
            Write::Update {
                key: changed.key.clone(),
                changes: vec![Change::Add("n".into(), 1)],
                condition: Condition::Exists,
            },
            Write::Delete { key: gone.key.clone(), condition: Condition::Exists },
            Write::Check { key: checked.key.clone(), condition: Condition::Equals("n".into(), 1.into()) },
        ],
    )
    .await;
    assert_eq!(read(table, &made.key).await, Some(made));
    assert_eq!(read(table, &changed.key).await.and_then(|item| item.number("n")), Some(2));
    assert_eq!(read(table, &gone.key).await, None);
    assert_eq!(read(table, &checked.key).await, Some(checked));
}

async fn one_failed_condition_stops_all(table: &dyn Table) {
    let [first, third] = ["first", "third"].map(|sort| item("transaction stopped", sort, &[("n", 1.into())]));
    written(table, vec![put(third.clone())]).await;
    let nothing = Key::new("transaction stopped", "nothing");
    let begin = |rest: Vec<Write>| [vec![put(first.clone())], rest].concat();
    let third_is_two =
        Write::Check { key: third.key.clone(), condition: Condition::Equals("n".into(), 2.into()) };
    let nothing_exists = Write::Delete { key: nothing.clone(), condition: Condition::Exists };

    // The first write whose condition fails is named, with the item as it stands there.
    let cases: [(Vec<Write>, usize, Option<Item>); 2] = [
        (begin(vec![third_is_two.clone(), nothing_exists.clone()]), 1, Some(third.clone())),
        (begin(vec![nothing_exists, third_is_two]), 1, None),
    ];
    for (writes, index, current) in cases {
        assert_eq!(table.write(writes).await, Err(TableError::Condition { index, current }));
        assert_eq!(read(table, &first.key).await, None);
    }
}

async fn one_refused_change_stops_all(table: &dyn Table) {
    let [first, text] = ["first", "text"].map(|sort| item("transaction refused", sort, &[("t", "t".into())]));
    written(table, vec![put(text.clone())]).await;
    let add = Write::Update {
        key: text.key.clone(),
        changes: vec![Change::Add("t".into(), 1)],
        condition: Condition::Always,
    };
    refused(table, vec![put(first.clone()), add], "adding to a text").await;
    assert_eq!(read(table, &first.key).await, None);
}

async fn shapes_that_are_refused(table: &dyn Table) {
    let [one, two] = ["one", "two"].map(|sort| item("transaction shape", sort, &[]));
    let check = |condition| Write::Check { key: two.key.clone(), condition };
    refused(table, vec![], "no writes").await;
    refused(table, vec![check(Condition::NotExists)], "a check alone").await;
    refused(table, vec![put(one.clone()), check(Condition::Always)], "a check of nothing").await;
    refused(table, vec![put(one.clone()), put(one.clone())], "one item twice").await;
    let delete = Write::Delete { key: one.key.clone(), condition: Condition::Always };
    refused(table, vec![put(one.clone()), delete], "one item put and deleted").await;
    assert_eq!(read(table, &one.key).await, None);
}
