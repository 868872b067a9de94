//! The narrow waist: one table of items under a partition and a sort key, with DynamoDB's rules.
//!
//! Shapes and limits are DynamoDB's ("Service, account, and table quotas", "Constraints"): whatever passes an
//! implementation of this port must pass DynamoDB.

use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Bytes of one item, names and values together.
pub const ITEM_BYTES_MAX: usize = 400 * 1024;
/// Writes in one transaction.
pub const TRANSACTION_WRITES_MAX: usize = 100;
/// Bytes of all items of one transaction.
pub const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes that one page of a query reads before it stops.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a partition key.
pub const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Bytes of a sort key.
pub const SORT_KEY_BYTES_MAX: usize = 1024;

/// Name of the attribute after which an item may be swept: seconds since the epoch (DynamoDB TTL). Sweeping
/// may lag by days; nothing relies on it.
pub const TTL_ATTRIBUTE: &str = "ttl";

/// The address of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub partition: String,
    pub sort: String,
}

impl Key {
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Key {
        Key { partition: partition.into(), sort: sort.into() }
    }
}

/// An attribute's value: the scalar types of DynamoDB that we use. Documents are stored as one `S` or `B`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    S(String),
    N(i64),
    B(Bytes),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::S(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::S(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::N(number)
    }
}

/// An item's attributes besides its key. Names are short: DynamoDB bills them.
pub type Attributes = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub key: Key,
    pub attributes: Attributes,
}

impl Item {
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.attributes.get(name) {
            Some(Value::S(text)) => Some(text),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        match self.attributes.get(name) {
            Some(Value::N(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn bytes(&self, name: &str) -> Option<&Bytes> {
        match self.attributes.get(name) {
            Some(Value::B(bytes)) => Some(bytes),
            _ => None,
        }
    }
}

/// What must hold of the item as it stands before the write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Always,
    Exists,
    NotExists,
    /// The attribute exists and has this value (so the item exists).
    Equals(String, Value),
    /// The attribute is absent (also when the item does not exist).
    Absent(String),
    /// The attribute exists, is a number and is less than this.
    Less(String, i64),
    All(Vec<Condition>),
}

/// One change of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Set(String, Value),
    Remove(String),
    /// Adds to a number; an absent one counts as 0.
    Add(String, i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Put {
        item: Item,
        condition: Condition,
    },
    /// Changes an item in place, making it when it does not exist (unless the condition forbids).
    Update {
        key: Key,
        changes: Vec<Change>,
        condition: Condition,
    },
    /// Succeeds, too, when there is nothing to delete (unless the condition forbids).
    Delete {
        key: Key,
        condition: Condition,
    },
    /// Writes nothing; only inside a transaction.
    Check {
        key: Key,
        condition: Condition,
    },
}

impl Write {
    pub fn key(&self) -> &Key {
        match self {
            Write::Put { item, .. } => &item.key,
            Write::Update { key, .. } | Write::Delete { key, .. } | Write::Check { key, .. } => key,
        }
    }

    pub fn condition(&self) -> &Condition {
        match self {
            Write::Put { condition, .. }
            | Write::Update { condition, .. }
            | Write::Delete { condition, .. }
            | Write::Check { condition, .. } => condition,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// May be a little behind; half the price.
    Eventual,
    /// Sees every write that was acknowledged before the read began.
    Strong,
}

/// A range of one partition, in the order of the sort keys (bytewise).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub partition: String,
    /// First sort key of the range, inclusive.
    pub from: String,
    /// Last sort key of the range, inclusive.
    pub to: String,
    /// From the last to the first.
    pub backwards: bool,
    /// Begin behind this sort key, in the direction of travel: the last one of the page before
    /// (DynamoDB `ExclusiveStartKey`).
    pub after: Option<String>,
    /// Items at most; 0 means as many as the page holds.
    pub limit: usize,
    pub consistency: Consistency,
}

impl Query {
    /// Every item of the partition whose sort key begins with `prefix`, in order.
    pub fn prefix(partition: impl Into<String>, prefix: &str) -> Query {
        Query {
            partition: partition.into(),
            from: prefix.into(),
            to: format!("{prefix}\u{10ffff}"),
            backwards: false,
            after: None,
            limit: 0,
            consistency: Consistency::Eventual,
        }
    }

    pub fn limit(self, limit: usize) -> Query {
        Query { limit, ..self }
    }

    pub fn strong(self) -> Query {
        Query { consistency: Consistency::Strong, ..self }
    }

    pub fn backwards(self) -> Query {
        Query { backwards: true, ..self }
    }

    pub fn after(self, sort: Option<String>) -> Query {
        Query { after: sort, ..self }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Item>,
    /// More items may lie in the range behind the last one of this page.
    pub more: bool,
}

/// Billed capacity, in tenths so that half a read unit is a whole number: DynamoDB bills a write by 1 KB, a
/// strong read by 4 KB, an eventual read half of that, and a transaction double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units {
    pub write_tenths: u64,
    pub read_tenths: u64,
}

impl Units {
    pub fn read(tenths: u64) -> Units {
        Units { write_tenths: 0, read_tenths: tenths }
    }

    pub fn write(tenths: u64) -> Units {
        Units { write_tenths: tenths, read_tenths: 0 }
    }
}

impl std::ops::AddAssign for Units {
    fn add_assign(&mut self, other: Units) {
        self.write_tenths += other.write_tenths;
        self.read_tenths += other.read_tenths;
    }
}

/// Why an operation did not happen, or may not have happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A condition did not hold; nothing was written. `index` is the first write whose condition failed and
    /// `current` the item as it stood there.
    #[error("the condition of write {index} does not hold")]
    Condition { index: usize, current: Option<Item> },
    /// Another transaction was on one of the items; nothing was written. Try again.
    #[error("another transaction is on one of the items")]
    Conflict,
    /// It breaks one of DynamoDB's limits: the caller's mistake, never worth a retry.
    #[error("refused: {0}")]
    Invalid(String),
    /// It may or may not have happened. Redelivery is the retry.
    #[error("the table did not answer: {0}")]
    Unavailable(String),
}

#[async_trait]
pub trait Table: Send + Sync {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError>;

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError>;

    /// One write is a plain conditional write; several are one transaction: all or nothing, each item once.
    /// An empty list is refused.
    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError>;
}
