//! Tasks: those that wait in a queue, those that a worker holds.

use crate::center::Center;
use crate::keys;
use crate::ports::Consistency;
use crate::router::context;
use crate::store::{StoreError, load_task, load_worker};
use futures_util::future::try_join_all;
use patchbay_model::{Task, TaskQueueSid, TaskSid, WorkerSid};

/// Whose tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those that wait in the queue, first to be served first.
    Queue(TaskQueueSid),
    /// Those that the worker is offered, has or wraps up.
    Worker(WorkerSid),
}

/// At most `limit` tasks, and whether there are more. Half a read unit for each task, and for each waiting list of a
/// queue. A worker or queue that does not exist has none.
pub async fn tasks(center: &Center, of: &Of, limit: usize) -> Result<(Vec<Task>, bool), StoreError> {
    let table = center.table.as_ref();
    let (mut sids, mut more) = match of {
        Of::Queue(queue) => waiting(center, queue, limit).await?,
        Of::Worker(sid) => {
            let worker = load_worker(table, sid, Consistency::Eventual).await?;
            let held = worker.map(|worker| worker.reservations.into_values().map(|held| held.task_sid));
            (held.map(Iterator::collect::<Vec<_>>).unwrap_or_default(), false)
        }
    };
    more |= sids.len() > limit;
    sids.truncate(limit);
    let found = try_join_all(sids.iter().map(|sid| load_task(table, sid, Consistency::Eventual))).await?;
    Ok((found.into_iter().flatten().collect(), more))
}

/// The tasks at the heads of the queue's waiting lists, in their order: more than `limit` if there are.
async fn waiting(
    center: &Center,
    queue: &TaskQueueSid,
    limit: usize,
) -> Result<(Vec<TaskSid>, bool), StoreError> {
    let context = context(center).await?;
    let demands = context.directory.demands.iter().filter(|(_, known)| known.entry.queue == *queue);
    let lists = demands.flat_map(|(id, _)| {
        context.config.task_channels.iter().map(|channel| keys::demand_list(id, &channel.unique_name))
    });
    let pages =
        lists.map(|list| async move { center.table.query(&keys::waiting_list(&list).limit(limit)).await });
    let mut more = false;
    let mut entries: Vec<(String, TaskSid)> = Vec::new();
    for (page, _) in try_join_all(pages).await? {
        more |= page.more;
        entries.extend(page.items.iter().filter_map(|item| {
            let (order, sid) = item.key.sort.split_once('#')?;
            Some((order.to_owned(), TaskSid::parse(sid).ok()?))
        }));
    }
    entries.sort();
    Ok((entries.into_iter().map(|(_, sid)| sid).collect(), more))
}
