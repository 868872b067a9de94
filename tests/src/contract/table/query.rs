//! Ranges of a partition, in the bytewise order of the sort keys.

use super::{Item, item, item_of_bytes, put, read, written};
use patchbay_center::capacity::item_bytes;
use patchbay_center::ports::table::PAGE_BYTES_MAX;
use patchbay_center::ports::{Query, Table, TableError};

pub(super) async fn all(table: &dyn Table) {
    keys_sort_bytewise(table).await;
    ranges_are_inclusive(table).await;
    partitions_do_not_mix(table).await;
    limits_and_pages_go_on(table).await;
    a_page_is_cut_at_its_bytes(table).await;
    wrong_queries_are_refused(table).await;
}

async fn page(table: &dyn Table, query: &Query) -> (Vec<String>, bool) {
    let (page, _) = table.query(query).await.expect("the query is answered");
    (page.items.into_iter().map(|item| item.key.sort).collect(), page.more)
}

async fn check(table: &dyn Table, query: Query, expect: &[&str]) {
    let (sorts, _) = page(table, &query).await;
    assert_eq!(sorts, expect, "{query:?}");
}

async fn fill(table: &dyn Table, partition: &str, sorts: &[&str]) {
    for sort in sorts {
        written(table, vec![put(item(partition, sort, &[("s", (*sort).into())]))]).await;
    }
}

async fn keys_sort_bytewise(table: &dyn Table) {
    // UTF-16 would place U+1F600 before U+FF5E; bytes do not.
    let sorts = ["A", "B", "a", "a\u{1}", "a#", "ab", "é", "\u{ff5e}", "\u{1f600}"];
    let mut shuffled = sorts;
    shuffled.reverse();
    shuffled.swap(1, 5);
    fill(table, "query order", &shuffled).await;
    check(table, Query::prefix("query order", ""), &sorts).await;
    check(table, Query::prefix("query order", "").strong(), &sorts).await;
    let mut backwards = sorts;
    backwards.reverse();
    check(table, Query::prefix("query order", "").backwards(), &backwards).await;
    check(table, Query::prefix("query order", "a"), &["a", "a\u{1}", "a#", "ab"]).await;
    check(table, Query::prefix("query order", "c"), &[]).await;
    check(table, Query::prefix("query nowhere", ""), &[]).await;
}

async fn ranges_are_inclusive(table: &dyn Table) {
    fill(table, "query range", &["a", "b", "c", "d"]).await;
    let range =
        |from: &str, to: &str| Query { from: from.into(), to: to.into(), ..Query::prefix("query range", "") };
    check(table, range("b", "c"), &["b", "c"]).await;
    check(table, range("b", "b"), &["b"]).await;
    check(table, range("aa", "bb"), &["b"]).await;
    check(table, range("", "b"), &["a", "b"]).await;
    check(table, range("b", "c").backwards(), &["c", "b"]).await;
}

async fn partitions_do_not_mix(table: &dyn Table) {
    for partition in ["query", "query mix", "query mix\u{0}", "query mix#"] {
        fill(table, partition, &["mix"]).await;
    }
    let (page, _) = table.query(&Query::prefix("query mix", "")).await.expect("the query is answered");
    assert_eq!(page.items, [item("query mix", "mix", &[("s", "mix".into())])]);
}

/// Every item of a query, page by page, and how many pages it took.
async fn drain(table: &dyn Table, query: Query) -> (Vec<Item>, usize) {
    let (mut items, mut pages): (Vec<Item>, usize) = (Vec::new(), 0);
    loop {
        let after = items.last().map(|item| item.key.sort.clone());
        let (page, _) = table.query(&query.clone().after(after)).await.expect("the query is answered");
        pages += 1;
        items.extend(page.items);
        if !page.more {
            return (items, pages);
        }
        assert!(pages < 100, "a query that never ends: {query:?}");
    }
}

async fn limits_and_pages_go_on(table: &dyn Table) {
    let sorts = ["a", "b", "c", "d", "e"];
    fill(table, "query limit", &sorts).await;
    let query = Query::prefix("query limit", "");
    assert_eq!(page(table, &query.clone().limit(2)).await, (vec!["a".into(), "b".into()], true));
    assert_eq!(page(table, &query.clone().limit(2).backwards()).await, (vec!["e".into(), "d".into()], true));
    assert_eq!(page(table, &query.clone().limit(6)).await.0.len(), 5);
    assert!(!page(table, &query.clone().limit(6)).await.1);
    assert!(!page(table, &query).await.1);
    for limit in 1..=6 {
        for query in [query.clone(), query.clone().backwards()] {
            let (items, _) = drain(table, query.clone().limit(limit)).await;
            let mut found: Vec<_> = items.iter().map(|item| item.key.sort.as_str()).collect();
            if query.backwards {
                found.reverse();
            }
            assert_eq!(found, sorts, "{limit} at a time");
        }
    }
}

async fn a_page_is_cut_at_its_bytes(table: &dyn Table) {
    const BYTES: usize = 300 * 1024;
    let expect: Vec<Item> = (0..8).map(|n| item_of_bytes("query bytes", &format!("{n}"), BYTES)).collect();
    for item in &expect {
        written(table, vec![put(item.clone())]).await;
    }
    let (first, _) = table.query(&Query::prefix("query bytes", "")).await.expect("the query is answered");
    let bytes: usize = first.items.iter().map(|item| item_bytes(&item.key, &item.attributes)).sum();
    assert!(first.more);
    assert!(bytes <= PAGE_BYTES_MAX && bytes + BYTES > PAGE_BYTES_MAX, "a page of {bytes} bytes");
    let (items, pages) = drain(table, Query::prefix("query bytes", "")).await;
    assert!(items == expect, "every item comes once, in order");
    assert_eq!(pages, 3);
    // A single item is read whole by `get` as well.
    assert!(read(table, &expect[0].key).await.as_ref() == Some(&expect[0]));
}

async fn wrong_queries_are_refused(table: &dyn Table) {
    let query = Query::prefix("query wrong", "");
    let reversed = Query { from: "b".into(), to: "a".into(), ..query.clone() };
    let outside = Query { from: "b".into(), to: "c".into(), ..query.clone() }.after(Some("d".into()));
    for wrong in [Query::prefix("", ""), reversed, outside] {
        let answer = table.query(&wrong).await;
        assert!(matches!(answer, Err(TableError::Invalid(_))), "{wrong:?}: {answer:?}");
    }
}
