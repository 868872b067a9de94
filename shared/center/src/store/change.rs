//! What becomes of a message later: facts beside the original, which is kept.

use super::StoreError;
use crate::codec;
use crate::keys;
use crate::ports::{Change, Condition, Table, TableError, Write};
use patchbay_model::{Content, ConversationSid, MessageKey};

/// A change by its author.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageChange {
    Edited(Content),
    Deleted,
}

/// Notes a change; the last edit counts. Returns whether there is such a message.
pub async fn change_message(
    table: &dyn Table,
    key: &MessageKey,
    change: &MessageChange,
) -> Result<bool, StoreError> {
    let change = match change {
        MessageChange::Edited(content) => Change::Set("ed".into(), codec::encode(content)),
        MessageChange::Deleted => Change::Set("dl".into(), 1.into()),
    };
    let update =
        Write::Update { key: keys::message(key), changes: vec![change], condition: Condition::Exists };
    match table.write(vec![update]).await {
        Ok(_) => Ok(true),
        Err(TableError::Condition { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The write by which a message that was stored behind a closing's back belongs to another conversation.
pub fn move_message(key: &MessageKey, to: &ConversationSid) -> Write {
    Write::Update {
        key: keys::message(key),
        changes: vec![Change::Set("cv".into(), to.as_str().into())],
        condition: Condition::Exists,
    }
}
