//! Tasks.

use super::{StoreError, Versioned, load};
use crate::keys;
use crate::ports::{Consistency, Key, Table};
use patchbay_model::{Task, TaskSid, TaskStatus, Timestamp};

/// How long a task that is over is kept: longer than anything that asks for it can wait (a queue's four days and
/// its dead letters' fourteen), and long enough to answer a customer who asks again.
pub const FINISHED_TASK_KEPT_S: i64 = 90 * 86_400;

impl Versioned for Task {
    fn key(&self) -> Key {
        keys::task(&self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }

    fn kept_until(&self) -> Option<Timestamp> {
        let over = matches!(self.status, TaskStatus::Completed | TaskStatus::Canceled);
        over.then(|| self.updated_at.plus_s(FINISHED_TASK_KEPT_S))
    }
}

pub async fn load_task(
    table: &dyn Table,
    task: &TaskSid,
    consistency: Consistency,
) -> Result<Option<Task>, StoreError> {
    load(table, &keys::task(task), consistency).await
}
