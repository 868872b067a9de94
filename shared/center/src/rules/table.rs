//! What DynamoDB accepts, decides and bills, given the items as they stand: no storage here.

use crate::capacity;
use crate::ports::table::{
    ITEM_BYTES_MAX, PAGE_BYTES_MAX, PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX, TRANSACTION_BYTES_MAX,
    TRANSACTION_WRITES_MAX,
};
use crate::ports::{
    Attributes, Change, Condition, Consistency, Item, Key, Page, Query, TableError, Units, Value, Write,
};
use std::collections::BTreeSet;
use std::ops::Bound;

/// Names of the key attributes: no attribute of an item may have them.
pub const KEY_NAMES: [&str; 2] = ["pk", "sk"];

/// Refuses a key that is empty or too long.
pub fn check_key(key: &Key) -> Result<(), TableError> {
    check_partition(&key.partition)?;
    match key.sort.len() {
        0 => refuse("the sort key is empty"),
        1..=SORT_KEY_BYTES_MAX => Ok(()),
        bytes => refuse(format!("a sort key of {bytes} bytes is over {SORT_KEY_BYTES_MAX}")),
    }
}

fn check_partition(partition: &str) -> Result<(), TableError> {
    match partition.len() {
        0 => refuse("the partition key is empty"),
        1..=PARTITION_KEY_BYTES_MAX => Ok(()),
        bytes => refuse(format!("a partition key of {bytes} bytes is over {PARTITION_KEY_BYTES_MAX}")),
    }
}

/// Refuses a query without a partition, with its ends reversed or with a start outside of them. The lower end
/// may be empty: the partition's beginning. The upper end may be longer than a sort key, as that of
/// `Query::prefix` is.
pub fn check_query(query: &Query) -> Result<(), TableError> {
    check_partition(&query.partition)?;
    if query.from > query.to {
        return refuse("the range ends before it begins");
    }
    match &query.after {
        Some(after) if *after < query.from || *after > query.to => {
            refuse("the page begins outside of the range")
        }
        _ => Ok(()),
    }
}

/// First and last sort key of a query that passed `check_query`.
pub fn bounds(query: &Query) -> (Bound<&str>, Bound<&str>) {
    let (from, to) = (Bound::Included(query.from.as_str()), Bound::Included(query.to.as_str()));
    match query.after.as_deref() {
        None => (from, to),
        Some(after) if query.backwards => (from, Bound::Excluded(after)),
        Some(after) => (Bound::Excluded(after), to),
    }
}

/// Refuses writes that break a limit whatever the items are.
pub fn check_writes(writes: &[Write]) -> Result<(), TableError> {
    match writes.len() {
        0 => return refuse("no writes"),
        1..=TRANSACTION_WRITES_MAX => {}
        count => return refuse(format!("a transaction of {count} writes is over {TRANSACTION_WRITES_MAX}")),
    }
    if let [Write::Check { .. }] = writes {
        return refuse("a check stands only beside other writes");
    }
    let mut keys = BTreeSet::new();
    for write in writes {
        check_write(write)?;
        if !keys.insert(write.key()) {
            return refuse("two writes of a transaction on one item");
        }
    }
    Ok(())
}

fn check_write(write: &Write) -> Result<(), TableError> {
    check_key(write.key())?;
    match write {
        Write::Put { item, .. } => check_item(item),
        Write::Update { changes, .. } => check_changes(changes),
        Write::Check { condition, .. } if is_always(condition) => refuse("a check without a condition"),
        Write::Delete { .. } | Write::Check { .. } => Ok(()),
    }
}

/// Whether nothing is left to check: DynamoDB has no expression for it.
fn is_always(condition: &Condition) -> bool {
    match condition {
        Condition::Always => true,
        Condition::All(all) => all.iter().all(is_always),
        _ => false,
    }
}

fn check_item(item: &Item) -> Result<(), TableError> {
    item.attributes.keys().try_for_each(|name| check_name(name))?;
    let bytes = capacity::item_bytes(&item.key, &item.attributes);
    if bytes > ITEM_BYTES_MAX {
        return refuse(format!("an item of {bytes} bytes is over {ITEM_BYTES_MAX}"));
    }
    Ok(())
}

fn check_changes(changes: &[Change]) -> Result<(), TableError> {
    if changes.is_empty() {
        return refuse("an update without changes");
    }
    let mut names = BTreeSet::new();
    for change in changes {
        let (Change::Set(name, _) | Change::Remove(name) | Change::Add(name, _)) = change;
        check_name(name)?;
        if !names.insert(name) {
            return refuse(format!("two changes of the attribute {name:?}"));
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), TableError> {
    if name.is_empty() {
        return refuse("an attribute without a name");
    }
    if KEY_NAMES.contains(&name) {
        return refuse(format!("{name:?} is the name of a key"));
    }
    Ok(())
}

/// Whether a condition holds of the item as it stands.
pub fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    match condition {
        Condition::Always => true,
        Condition::Exists => item.is_some(),
        Condition::NotExists => item.is_none(),
        Condition::Equals(name, value) => item.is_some_and(|item| item.attributes.get(name) == Some(value)),
        Condition::Absent(name) => item.is_none_or(|item| !item.attributes.contains_key(name)),
        Condition::Less(name, bound) => {
            item.and_then(|item| item.number(name)).is_some_and(|number| number < *bound)
        }
        Condition::All(all) => all.iter().all(|condition| holds(condition, item)),
    }
}

/// What a write or a transaction does to the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// The items that change, with what they have afterwards; `None` is a deletion.
    pub changes: Vec<(Key, Option<Attributes>)>,
    pub units: Units,
}

/// Decides writes that passed `check_writes`. `before` are the items as they stand, one for each write.
///
/// All conditions are judged before any change is computed: a condition that fails is what the caller hears
/// of, even when another write of the transaction would be refused.
pub fn plan(writes: Vec<Write>, before: Vec<Option<Item>>) -> Result<Plan, TableError> {
    let failed =
        writes.iter().zip(&before).position(|(write, item)| !holds(write.condition(), item.as_ref()));
    if let Some(index) = failed {
        return Err(TableError::Condition { index, current: before.into_iter().nth(index).flatten() });
    }
    let in_transaction = writes.len() > 1;
    let mut plan = Plan { changes: Vec::with_capacity(writes.len()), units: Units::default() };
    let mut bytes = 0;
    for (write, before) in writes.into_iter().zip(before) {
        let is_check = matches!(write, Write::Check { .. });
        let after = after(write, before.as_ref())?;
        plan.units += capacity::write(before.as_ref(), after.as_ref(), in_transaction);
        bytes += larger_bytes(before.as_ref(), after.as_ref());
        match (before, after) {
            _ if is_check => {}
            (_, Some(item)) => plan.changes.push((item.key, Some(item.attributes))),
            (Some(item), None) => plan.changes.push((item.key, None)),
            (None, None) => {}
        }
    }
    // DynamoDB does not say whether it counts an item before or after the change: the larger is safe.
    if in_transaction && bytes > TRANSACTION_BYTES_MAX {
        return Err(invalid(format!("a transaction of {bytes} bytes is over {TRANSACTION_BYTES_MAX}")));
    }
    Ok(plan)
}

fn larger_bytes(before: Option<&Item>, after: Option<&Item>) -> usize {
    let bytes =
        |item: Option<&Item>| item.map_or(0, |item| capacity::item_bytes(&item.key, &item.attributes));
    bytes(before).max(bytes(after))
}

fn after(write: Write, before: Option<&Item>) -> Result<Option<Item>, TableError> {
    match write {
        Write::Put { item, .. } => Ok(Some(item)),
        Write::Delete { .. } => Ok(None),
        Write::Check { .. } => Ok(before.cloned()),
        Write::Update { key, changes, .. } => updated(key, changes, before),
    }
}

fn updated(key: Key, changes: Vec<Change>, before: Option<&Item>) -> Result<Option<Item>, TableError> {
    // An update that only removes makes no item where there is none.
    if before.is_none() && changes.iter().all(|change| matches!(change, Change::Remove(_))) {
        return Ok(None);
    }
    let mut attributes = before.map(|item| item.attributes.clone()).unwrap_or_default();
    for change in changes {
        match change {
            Change::Set(name, value) => {
                attributes.insert(name, value);
            }
            Change::Remove(name) => {
                attributes.remove(&name);
            }
            Change::Add(name, number) => {
                let sum = match attributes.get(&name) {
                    None => Some(number),
                    Some(Value::N(old)) => old.checked_add(number),
                    Some(_) => return Err(invalid(format!("the attribute {name:?} is not a number"))),
                };
                let sum = sum.ok_or_else(|| invalid(format!("the attribute {name:?} would overflow")))?;
                attributes.insert(name, Value::N(sum));
            }
        }
    }
    let item = Item { key, attributes };
    check_item(&item)?;
    Ok(Some(item))
}

/// Collects the page of a query: items go in, in the order of the query, until it is full.
pub struct PageBuilder {
    page: Page,
    bytes: usize,
    limit: usize,
    consistency: Consistency,
}

impl PageBuilder {
    pub fn new(query: &Query) -> PageBuilder {
        PageBuilder { page: Page::default(), bytes: 0, limit: query.limit, consistency: query.consistency }
    }

    /// Takes the next item. False: the page is full, ask for no more. As in DynamoDB, a page that its limit
    /// ended says `more` even when nothing follows.
    pub fn push(&mut self, item: Item) -> bool {
        let bytes = capacity::item_bytes(&item.key, &item.attributes);
        if self.bytes + bytes > PAGE_BYTES_MAX {
            self.page.more = true;
            return false;
        }
        self.bytes += bytes;
        self.page.items.push(item);
        self.page.more = self.page.items.len() == self.limit;
        !self.page.more
    }

    pub fn finish(self) -> (Page, Units) {
        (self.page, capacity::read(self.bytes, self.consistency))
    }
}

fn refuse(why: impl Into<String>) -> Result<(), TableError> {
    Err(invalid(why))
}

fn invalid(why: impl Into<String>) -> TableError {
    TableError::Invalid(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: i64) -> Item {
        Item {
            key: Key::new("p", "s"),
            attributes: Attributes::from([
                ("n".to_owned(), Value::N(number)),
                ("t".to_owned(), Value::S(String::new())),
            ]),
        }
    }

    fn check(condition: Condition, expect_of_none: bool, expect_of_seven: bool) {
        assert_eq!(holds(&condition, None), expect_of_none, "{condition:?} of no item");
        assert_eq!(holds(&condition, Some(&item(7))), expect_of_seven, "{condition:?} of the item");
    }

    #[test]
    fn conditions_speak_of_the_item_as_it_stands() {
        check(Condition::Always, true, true);
        check(Condition::Exists, false, true);
        check(Condition::NotExists, true, false);
        check(Condition::Equals("n".into(), Value::N(7)), false, true);
        check(Condition::Equals("n".into(), Value::S("7".into())), false, false);
        check(Condition::Absent("n".into()), true, false);
        check(Condition::Absent("x".into()), true, true);
        check(Condition::Less("n".into(), 8), false, true);
        check(Condition::Less("n".into(), 7), false, false);
        check(Condition::Less("t".into(), 8), false, false);
        check(Condition::All(vec![]), true, true);
        check(Condition::All(vec![Condition::Exists, Condition::Absent("n".into())]), false, false);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let add = Write::Update {
            key: Key::new("p", "s"),
            changes: vec![Change::Add("n".into(), 1)],
            condition: Condition::Always,
        };
        assert!(matches!(plan(vec![add], vec![Some(item(i64::MAX))]), Err(TableError::Invalid(_))));
    }

    #[test]
    fn the_failed_condition_wins_over_a_refusal() {
        let writes = vec![
            Write::Update {
                key: Key::new("p", "s"),
                changes: vec![Change::Add("t".into(), 1)],
                condition: Condition::Always,
            },
            Write::Delete { key: Key::new("p", "z"), condition: Condition::Exists },
        ];
        let expect = TableError::Condition { index: 1, current: None };
        assert_eq!(plan(writes, vec![Some(item(7)), None]), Err(expect));
    }
}
