//! Task queues: who waits, since when, and who could serve them.

use crate::center::Center;
use crate::keys;
use crate::ports::{Page, Query, Table};
use crate::router::{Context, context};
use crate::store::StoreError;
use futures_util::future::try_join_all;
use patchbay_model::{TaskQueueSid, Timestamp};
use patchbay_routing::order::waiting_since;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Entries counted of one waiting list; of more it is said that there are more.
pub const WAITING_COUNTED_MAX: usize = 200;
/// Workers counted of one class, and tokens of one pool; likewise.
pub const WORKERS_COUNTED_MAX: usize = 500;
/// Queries of one answer; it ends before the queue that would need more, unless that is its first.
pub const QUEUE_READS_MAX: usize = 300;

/// A task queue as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FloorQueue {
    pub sid: TaskQueueSid,
    pub friendly_name: String,
    /// By task channel.
    pub waiting: BTreeMap<String, Waiting>,
    /// Workers of the queue, whatever they do: of the classes of whom one has been available before.
    pub eligible: usize,
    /// Those in an available activity, with a desk that is connected.
    pub available: usize,
    /// Those of them who could take one more task, by task channel.
    pub with_room: BTreeMap<String, usize>,
    /// Whether the numbers of workers are lower bounds.
    pub more_workers: bool,
}

/// Those who wait on one task channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub tasks: usize,
    /// Whether there are more than were counted.
    pub more: bool,
    /// Since when the one waits who waits longest, of those that were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Those who have waited longer than `desk.answer_s_target`.
    pub late: usize,
}

impl Waiting {
    fn add(&mut self, page: &Page, late_before: Timestamp) {
        self.more |= page.more;
        for item in &page.items {
            let order = item.key.sort.split('#').next().unwrap_or_default();
            let Some(since) = waiting_since(order).map(Timestamp) else { continue };
            self.tasks += 1;
            self.since = Some(self.since.map_or(since, |known| known.min(since)));
            self.late += usize::from(since < late_before);
        }
    }
}

/// What a queue takes to be read: its waiting lists by task channel, and the classes that are in it.
struct Plan {
    sid: TaskQueueSid,
    lists: Vec<(String, String)>,
    classes: Vec<String>,
}

fn plan(context: &Context, sid: &TaskQueueSid) -> Plan {
    let demands = context.directory.demands.iter().filter(|(_, known)| known.entry.queue == *sid);
    let channels = || context.config.task_channels.iter().map(|channel| &channel.unique_name);
    let lists = demands
        .flat_map(|(id, _)| channels().map(|name| (name.clone(), keys::demand_list(id, name))))
        .collect();
    let is_in = context.directory.classes.iter().filter(|(_, known)| known.entry.queues.contains(sid));
    Plan { sid: sid.clone(), lists, classes: is_in.map(|(id, _)| id.clone()).collect() }
}

/// Those of a class.
#[derive(Default)]
struct Members {
    all: usize,
    available: usize,
    with_room: BTreeMap<String, usize>,
    more: bool,
}

/// The task queues after `after` in the order of their ids, at most `limit` of them, and whether there are more.
///
/// Costs half a read unit (of 4 KB) for each waiting list, and `2 + task channels` halves for each class of workers
/// in one of the queues, however many tasks and workers there are below the limits.
pub async fn queues(
    center: &Center,
    after: Option<&TaskQueueSid>,
    limit: usize,
) -> Result<(Vec<FloorQueue>, bool), StoreError> {
    let context = context(center).await?;
    let (plans, more) = plans(&context, after, limit);
    let classes: BTreeSet<&String> = plans.iter().flat_map(|plan| &plan.classes).collect();
    let members = try_join_all(classes.into_iter().map(|class| members(center, &context, class)));
    let members: BTreeMap<&String, Members> = members.await?.into_iter().collect();
    let found = try_join_all(plans.iter().map(|plan| read(center, &context, plan, &members))).await?;
    Ok((found, more))
}

/// The queues of a page: as many as fit into `QUEUE_READS_MAX`.
fn plans(context: &Context, after: Option<&TaskQueueSid>, limit: usize) -> (Vec<Plan>, bool) {
    let mut rest =
        context.config.queues.keys().filter(|sid| after.is_none_or(|after| *sid > after)).peekable();
    let reads_of_class = 2 + context.config.task_channels.len();
    let (mut found, mut reads): (Vec<Plan>, usize) = (Vec::new(), 0);
    while found.len() < limit
        && let Some(sid) = rest.peek()
    {
        let plan = plan(context, sid);
        reads += plan.lists.len() + plan.classes.len() * reads_of_class;
        if reads > QUEUE_READS_MAX && !found.is_empty() {
            break;
        }
        found.push(plan);
        rest.next();
    }
    let more = rest.peek().is_some();
    (found, more)
}

async fn read(
    center: &Center,
    context: &Context,
    plan: &Plan,
    members: &BTreeMap<&String, Members>,
) -> Result<FloorQueue, StoreError> {
    let table = center.table.as_ref();
    let lists = plan.lists.iter().map(|(channel, list)| async move {
        page(table, keys::waiting_list(list), WAITING_COUNTED_MAX).await.map(|page| (channel, page))
    });
    let late_before = center.now().plus_s(-i64::from(context.config.desk.answer_s_target));
    let channels = context.config.task_channels.iter().map(|channel| channel.unique_name.clone());
    let mut queue = FloorQueue {
        sid: plan.sid.clone(),
        friendly_name: context
            .config
            .queues
            .get(&plan.sid)
            .map_or_else(String::new, |q| q.friendly_name.clone()),
        waiting: channels.clone().map(|name| (name, Waiting::default())).collect(),
        eligible: 0,
        available: 0,
        with_room: channels.map(|name| (name, 0)).collect(),
        more_workers: false,
    };
    for (channel, page) in try_join_all(lists).await? {
        queue.waiting.entry(channel.clone()).or_default().add(&page, late_before);
    }
    for members in plan.classes.iter().filter_map(|class| members.get(class)) {
        queue.eligible += members.all;
        queue.available += members.available;
        queue.more_workers |= members.more;
        for (channel, count) in &members.with_room {
            *queue.with_room.entry(channel.clone()).or_default() += count;
        }
    }
    Ok(queue)
}

async fn members<'c>(
    center: &Center,
    context: &Context,
    class: &'c String,
) -> Result<(&'c String, Members), StoreError> {
    let table = center.table.as_ref();
    let mut members = Members::default();
    for ready in [true, false] {
        let page = page(table, keys::roster_range(class, ready, None), WORKERS_COUNTED_MAX).await?;
        members.all += page.items.len();
        members.available += if ready { page.items.len() } else { 0 };
        members.more |= page.more;
    }
    for channel in &context.config.task_channels {
        let page = page(table, keys::pool(class, &channel.unique_name), WORKERS_COUNTED_MAX).await?;
        members.with_room.insert(channel.unique_name.clone(), page.items.len());
        members.more |= page.more;
    }
    Ok((class, members))
}

/// The first `limit` items, and whether there are more.
async fn page(table: &dyn Table, query: Query, limit: usize) -> Result<Page, StoreError> {
    let (mut page, _) = table.query(&query.limit(limit + 1)).await?;
    page.more |= page.items.len() > limit;
    page.items.truncate(limit);
    Ok(page)
}
