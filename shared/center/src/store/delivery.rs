//! How far the sending of a message has come, for calls that a provider does not recognise when repeated.
//!
//! Two attributes beside the message: `pt` is how many of its parts have been sent, `sg` marks that the next
//! one is being called. A mark that is found again means that somebody called and nobody noted what came of it.

use super::StoreError;
use super::message::status_of;
use crate::keys;
use crate::ports::{Change, Condition, Consistency, Item, Table, TableError, Value, Write};
use patchbay_model::{MessageKey, MessageStatus};

/// How far the sending of a message has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// So many parts have been sent: the next is to be called.
    At(usize),
    /// A call was begun and its outcome is not known.
    InFlight,
    /// It has been decided already, or taken back.
    Decided(MessageStatus),
    /// There is no such message.
    Missing,
}

const PARTS: &str = "pt";
const SENDING: &str = "sg";

/// Marks that part `part` is about to be called; only if the parts before it are sent and nothing is in flight,
/// otherwise answers with how things stand. One write unit; nothing is read.
pub async fn begin_part(
    table: &dyn Table,
    key: &MessageKey,
    part: usize,
) -> Result<Option<Progress>, StoreError> {
    let parts = if part == 0 {
        Condition::Absent(PARTS.into())
    } else {
        Condition::Equals(PARTS.into(), number(part))
    };
    let condition = Condition::All(vec![
        parts,
        Condition::Absent(SENDING.into()),
        Condition::Less("st".into(), MessageStatus::Unknown as i64),
    ]);
    let changes = vec![Change::Set(SENDING.into(), Value::N(1))];
    match table.write(vec![Write::Update { key: keys::message(key), changes, condition }]).await {
        Ok(_) => Ok(None),
        Err(TableError::Condition { current, .. }) => Ok(Some(progress(current.as_ref()))),
        Err(error) => Err(error.into()),
    }
}

fn progress(item: Option<&Item>) -> Progress {
    let Some(item) = item else { return Progress::Missing };
    let status = item.number("st").and_then(status_of).unwrap_or(MessageStatus::Queued);
    if status >= MessageStatus::Unknown {
        return Progress::Decided(status);
    }
    if item.number(SENDING).is_some() {
        return Progress::InFlight;
    }
    Progress::At(item.number(PARTS).and_then(|parts| usize::try_from(parts).ok()).unwrap_or(0))
}

/// Notes that the call is over and `parts` parts are sent: another call may be made.
pub async fn end_part(table: &dyn Table, key: &MessageKey, parts: usize) -> Result<(), StoreError> {
    let mut changes = vec![Change::Remove(SENDING.into())];
    // None is said by the attribute's absence: what `begin_part` asks of the first part.
    if parts > 0 {
        changes.push(Change::Set(PARTS.into(), number(parts)));
    }
    let condition = Condition::Exists;
    table.write(vec![Write::Update { key: keys::message(key), changes, condition }]).await?;
    Ok(())
}

/// How far a message has come. Strong.
pub async fn load_progress(table: &dyn Table, key: &MessageKey) -> Result<Progress, StoreError> {
    let (item, _) = table.get(&keys::message(key), Consistency::Strong).await?;
    Ok(progress(item.as_ref()))
}

fn number(parts: usize) -> Value {
    Value::N(i64::try_from(parts).unwrap_or(i64::MAX))
}
