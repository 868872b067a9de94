//! Workers and tasks that are taken away for good.

use super::change::removal_writes;
use super::{OpError, TRIES_MAX, outcome, task};
use crate::center::Center;
use crate::keys;
use crate::ports::{Condition, Consistency, TableError, Value, Write};
use crate::store::{WorkerProfile, load, load_task, load_worker, number};
use patchbay_model::{TaskSid, TaskStatus, WorkerSid};

/// Takes a worker away, its name, its tokens and its sockets. One that holds a task, or for whom one waits, stays.
///
/// Safe to repeat: a worker that is not there is not found.
pub async fn remove_worker(center: &Center, sid: &WorkerSid) -> Result<(), OpError> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let worker =
            load_worker(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("worker"))?;
        if !worker.reservations.is_empty() {
            return Err(OpError::Refused("the worker holds reservations".into()));
        }
        if worker.direct_waiting > 0 {
            return Err(OpError::Refused("a task waits for this worker and nobody else".into()));
        }
        let mut writes = removal_writes(&worker);
        let profile: Option<WorkerProfile> =
            load(table, &keys::worker_profile(sid), Consistency::Strong).await?;
        if let Some(profile) = profile {
            let unchanged = Condition::Equals("v".into(), number(profile.version));
            writes.push(Write::Delete { key: keys::worker_profile(sid), condition: unchanged });
            writes.extend(name_write(center, sid, &profile.friendly_name).await?);
        }
        writes.push(Write::Delete { key: keys::worker_entry(sid), condition: Condition::Always });
        match table.write(writes).await {
            Ok(_) => {}
            Err(TableError::Condition { .. } | TableError::Conflict) => continue,
            Err(error) => return Err(error.into()),
        }
        for connection in &worker.connections {
            if let Err(error) = center.push.close(&connection.id).await {
                tracing::warn!(worker = %sid, %error, "a socket of a removed worker could not be closed");
            }
        }
        return Ok(());
    }
    Err(OpError::Busy)
}

/// Lets go of the name, unless it is somebody else's by now.
async fn name_write(center: &Center, sid: &WorkerSid, name: &str) -> Result<Option<Write>, OpError> {
    let key = keys::worker_name(name);
    let (item, _) = center.table.get(&key, Consistency::Strong).await?;
    let own = item.is_some_and(|item| item.text("w") == Some(sid.as_str()));
    let condition = Condition::Equals("w".into(), Value::S(sid.to_string()));
    Ok(own.then_some(Write::Delete { key, condition }))
}

/// Takes a task away: one that nobody serves is canceled first. What became of it stays in the statistics.
///
/// Safe to repeat: the conversation is told before the task goes, and a task that is not there is not found.
pub async fn remove_task(center: &Center, sid: &TaskSid) -> Result<(), OpError> {
    let table = center.table.as_ref();
    for _ in 0..TRIES_MAX {
        let found = load_task(table, sid, Consistency::Strong).await?.ok_or(OpError::NotFound("task"))?;
        match found.status {
            TaskStatus::Pending | TaskStatus::Reserved => {
                task::cancel(center, sid, "deleted").await?;
                continue;
            }
            TaskStatus::Assigned | TaskStatus::Wrapping => {
                return Err(OpError::Refused("an agent has the task: complete it first".into()));
            }
            TaskStatus::Completed | TaskStatus::Canceled => {}
        }
        outcome::tell(center, &found).await?;
        let unchanged = Condition::Equals("v".into(), number(found.version));
        match table.write(vec![Write::Delete { key: keys::task(sid), condition: unchanged }]).await {
            Ok(_) => return Ok(()),
            Err(TableError::Condition { .. } | TableError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(OpError::Busy)
}
