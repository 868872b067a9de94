//! Tasks.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_model::{Task, TaskSid};

impl Versioned for Task {
    fn key(&self) -> Key {
        keys::task(&self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }
}

pub async fn load_task(
    table: &dyn Table,
    task: &TaskSid,
    consistency: Consistency,
) -> Result<Option<Task>, StoreError> {
    load(table, &keys::task(task), consistency).await
}
