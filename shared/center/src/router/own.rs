//! Tasks that a worker makes for themselves: nobody is offered them.

use super::change::{hold, task_writes, worker_writes};
use super::claim::{Why, offer};
use super::context::context;
use super::reservation::announce;
use super::stand::stand;
use super::{OpError, task};
use crate::center::Center;
use crate::command::NewTask;
use crate::ports::{Consistency, TableError, Write};
use crate::store::{load_task, load_worker};
use patchbay_model::task::How;
use patchbay_model::{ReservationStatus, Task, TaskStatus, WorkerSid};

/// A task that is its worker's from the start, as if it had been accepted; refused where the worker has no room, or
/// anything on its task channel already. `extra` belongs to the same transaction. `None`: something of it is not as it
/// was read.
///
/// Safe to repeat: a task that exists is that of the first run.
pub(crate) async fn begin_own(
    center: &Center,
    worker_sid: &WorkerSid,
    new: NewTask,
    extra: Vec<Write>,
) -> Result<Option<Task>, OpError> {
    let table = center.table.as_ref();
    let mut own = task::new_task(new);
    if let Some(made) = load_task(table, &own.sid, Consistency::Strong).await? {
        return Ok(Some(made));
    }
    let found = load_worker(table, worker_sid, Consistency::Strong).await?;
    let worker = found.ok_or(OpError::NotFound("worker"))?;
    let channel = own.task_channel.clone();
    let busy = worker.channels.get(&channel).is_some_and(|channel| channel.assigned > 0);
    if busy || !worker.has_room(&channel) {
        return Err(OpError::Refused("you have a call already, or take none".into()));
    }
    let (now, context) = (center.now(), context(center).await?);
    own.routing_target = Some(worker_sid.to_string());
    stand(&context.config, &context.directory, &own, None, now).map_err(OpError::Refused)?.settle(&mut own);
    own.attempts = 1;
    own.status = TaskStatus::Assigned;
    let mut reservation = offer(&context.config, &own, &worker, Why { how: How::Named, free: 1 }, now);
    reservation.status = ReservationStatus::Accepted;
    reservation.accepted_at = Some(now);
    own.reservations.push(reservation.clone());
    let mut held = worker.clone();
    hold(&mut held, &own, &reservation);
    let mut writes = task_writes(None, &mut own, now);
    writes.extend(worker_writes(&worker, &mut held, Some(&channel)));
    writes.extend(extra);
    match table.write(writes).await {
        Ok(_) => {}
        Err(TableError::Condition { .. } | TableError::Conflict) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    announce(center, &held, "accepted", &own, &reservation.sid).await?;
    Ok(Some(own))
}
