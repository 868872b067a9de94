//! Documents in the table: how each is read and written. Nothing here decides.

mod begun;
mod change;
mod connection;
mod contact;
mod conversation;
mod delivery;
mod erasure;
mod execution;
mod leg;
mod media;
mod merge;
mod message;
mod problem;
mod read_mark;
mod scheduled;
mod task;
mod timeline;
mod worker;

pub use begun::{begin_once, not_begun};
pub use change::{MessageChange, change_message, move_message};
pub use connection::{delete_connection, load_connection, put_connection};
pub use contact::{
    assign_identity, claim_for_all, claim_identity, delete_contact, find_contact, find_timeline,
    load_contact, load_current_contact, put_contact,
};
pub use conversation::{
    archive, load_conversation, load_conversation_by_sid, load_current_conversation, load_past_conversations,
};
pub use delivery::{Progress, begin_part, end_part, load_progress};
pub use erasure::{Erasure, keep_erasure, load_erasure};
pub use execution::{ENDED_EXECUTION_KEPT_S, Execution, REMEMBERED_EVENTS_MAX, load_execution};
pub use leg::{
    AGENT, Bridge, CUSTOMER, Leg, MonitorMode, Outward, PARTIES_MAX, Party, PartyRole, Recording,
    RecordingState, load_leg,
};
pub use media::{Noted, copies_of, has_media, note_media, note_media_failure};
pub use merge::{Contacts, MergeRecord, keep_merge, load_merges};
pub use message::{
    Course, StatusNews, StoredMessage, find_course, fix_course, fix_position, load_message,
    load_message_as_said, load_messages, load_messages_after, load_position, put_message, update_status,
};
pub use problem::{Problem, keep_problem, load_problems};
pub use read_mark::mark_read_once;
pub use scheduled::{
    Fate, Scheduled, change_scheduled, end_scheduled, forget_scheduled, load_due, load_open_scheduled,
    load_scheduled, put_scheduled,
};
pub use task::{FINISHED_TASK_KEPT_S, load_task};
pub use timeline::{load_timeline, load_timeline_after};
pub use worker::{WorkerProfile, list_workers, load_profile, load_worker};

use crate::codec::{self, CodecError};
use crate::ports::{
    Attributes, Condition, Consistency, Item, Key, Table, TableError, Value, Write, table::TTL_ATTRIBUTE,
};
use patchbay_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a document could not be read or written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("a stored document does not read")]
    Codec(#[from] CodecError),
}

impl StoreError {
    /// Somebody else was faster: what was read is out of date.
    pub fn is_lost_race(&self) -> bool {
        matches!(self, StoreError::Table(TableError::Condition { .. } | TableError::Conflict))
    }
}

/// A document of which every write is conditional on the version before.
pub trait Versioned: Serialize + DeserializeOwned {
    fn key(&self) -> Key;
    fn version(&mut self) -> &mut u64;

    /// From when on the document may be swept; `None`: never, as it is now.
    fn kept_until(&self) -> Option<Timestamp> {
        None
    }
}

/// The write of a changed document: raises its version and is refused if the stored one is not the one that
/// was read. A document with version 0 is new.
pub fn put_next<T: Versioned>(document: &mut T) -> Write {
    let read = *document.version();
    *document.version() = read + 1;
    let condition =
        if read == 0 { Condition::NotExists } else { Condition::Equals("v".into(), number(read)) };
    let mut attributes = versioned(read + 1, document);
    if let Some(until) = document.kept_until() {
        attributes.insert(TTL_ATTRIBUTE.to_owned(), Value::N(until.seconds()));
    }
    Write::Put { item: Item { key: document.key(), attributes }, condition }
}

fn versioned<T: Serialize>(version: u64, document: &T) -> Attributes {
    Attributes::from([("v".to_owned(), number(version)), ("d".to_owned(), codec::encode(document))])
}

/// A version as it is stored.
pub(crate) fn number(version: u64) -> Value {
    Value::N(i64::try_from(version).unwrap_or(i64::MAX))
}

/// Reads one document.
pub async fn load<T: DeserializeOwned>(
    table: &dyn Table,
    key: &Key,
    consistency: Consistency,
) -> Result<Option<T>, StoreError> {
    let (item, _) = table.get(key, consistency).await?;
    Ok(item.map(|item| codec::decode(&item, "d")).transpose()?)
}
