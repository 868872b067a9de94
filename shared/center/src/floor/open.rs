//! All open tasks: those that wait, and those that workers hold.

use crate::center::Center;
use crate::keys;
use crate::ports::Consistency;
use crate::router::context;
use crate::store::{StoreError, list_workers, load_task, load_worker};
use futures_util::future::try_join_all;
use patchbay_model::{Task, TaskSid};
use std::collections::BTreeSet;

/// Tasks that are found at the most.
pub const OPEN_TASKS_MAX: usize = 1_000;
/// Workers who are looked at, one read each.
pub const OPEN_WORKERS_MAX: usize = 1_000;
/// Reads beside each other.
const AT_ONCE: usize = 50;
/// Workers of one answer of the list.
const PAGE: usize = 100;

/// Every open task that stands in a waiting list or with a worker, by SID, up to `OPEN_TASKS_MAX`; and whether there may
/// be more. A task that waits for nobody (no worker could fulfil its target) stands in no list.
///
/// Costs half a read unit for each waiting list, worker and task: for looking at the whole floor, not for looking often.
pub async fn open_tasks(center: &Center) -> Result<(Vec<Task>, bool), StoreError> {
    let (table, context) = (center.table.as_ref(), context(center).await?);
    let names: Vec<&String> =
        context.config.task_channels.iter().map(|channel| &channel.unique_name).collect();
    let mut lists: Vec<String> = Vec::new();
    for demand in context.directory.demands.keys() {
        lists.extend(names.iter().map(|name| keys::demand_list(demand, name)));
    }
    let mut sids = BTreeSet::new();
    let (mut after, mut looked_at, mut more) = (None, 0, false);
    loop {
        let (page, has_next) = list_workers(table, after.as_ref(), PAGE).await?;
        let states = page.iter().map(|(sid, _)| load_worker(table, sid, Consistency::Eventual));
        for worker in try_join_all(states).await?.into_iter().flatten() {
            if worker.direct_waiting > 0 {
                lists.extend(names.iter().map(|name| keys::direct_list(&worker.sid, name)));
            }
            sids.extend(worker.reservations.into_values().map(|held| held.task_sid));
        }
        looked_at += page.len();
        after = page.last().map(|(sid, _)| sid.clone());
        if !has_next || after.is_none() {
            break;
        }
        if looked_at >= OPEN_WORKERS_MAX {
            more = true;
            break;
        }
    }
    for some in lists.chunks(AT_ONCE) {
        let queries = some.iter().map(|list| keys::waiting_list(list).limit(OPEN_TASKS_MAX));
        let pages = queries.map(|query| async move { table.query(&query).await });
        for (page, _) in try_join_all(pages).await? {
            more |= page.more;
            let entries = page.items.iter().filter_map(|item| item.key.sort.split_once('#'));
            sids.extend(entries.filter_map(|(_, sid)| TaskSid::parse(sid).ok()));
        }
    }
    more |= sids.len() > OPEN_TASKS_MAX;
    let sids: Vec<TaskSid> = sids.into_iter().take(OPEN_TASKS_MAX).collect();
    let mut found = Vec::new();
    for some in sids.chunks(AT_ONCE) {
        let reads = some.iter().map(|sid| load_task(table, sid, Consistency::Eventual));
        found.extend(try_join_all(reads).await?.into_iter().flatten());
    }
    Ok((found, more))
}
