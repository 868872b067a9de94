//! The worker's side: room came free, so the best waiting task is looked for.

use super::change::worker_writes;
use super::claim::{Claim, Why, claim};
use super::context::{Context, context};
use super::directory::SETTLED_MS;
use super::offer::{can_take, is_in_queue, passes};
use super::{OpError, TRIES_MAX, change, timer};
use crate::center::Center;
use crate::codec;
use crate::command::RoutingBody;
use crate::keys;
use crate::ports::{Consistency, Item, TableError, Write};
use crate::store::{load_task, load_worker};
use futures_util::future::try_join_all;
use patchbay_model::task::{Exclusion, How};
use patchbay_model::{Task, TaskOrder, TaskSid, Worker, WorkerSid};
use patchbay_routing::Expression;

/// Entries read of each waiting list: the first one serves unless this worker is excluded from it; still one
/// billed unit.
const HEADS: usize = 9;

/// The worker was not chosen, the task was.
const NEXT: Why = Why { how: How::NextInLine, free: 1 };

/// What became of a worker that gave a task up.
pub(super) enum Freed {
    /// It has the next one already.
    Busy(Worker),
    /// It has room, and its token says so.
    Free(Worker),
    /// It, or its task, is not as it was read.
    Changed,
}

/// A worker that gives up a task: `from` as it is stored, `worker` without it.
pub(super) struct NextTask<'a> {
    pub center: &'a Center,
    pub from: &'a Worker,
    pub worker: Worker,
    pub task_channel: &'a str,
}

impl NextTask<'_> {
    /// Commits the release, together with the claim of the next task where one waits (FREE): no token is
    /// written and taken away again. Otherwise the token is written, and the lists are read once more, strongly
    /// (RECHECK-A).
    pub async fn take(self, of_task: Vec<Write>) -> Result<Freed, OpError> {
        let NextTask { center, from, worker, task_channel } = self;
        let context = context(center).await?;
        if worker.ready()
            && worker.has_room(task_channel)
            && let Some(task) =
                best_task(center, &context, &worker, task_channel, Consistency::Eventual).await?
        {
            let offered = next_attempt(&task);
            let pair = (Some(&task), &offered);
            let claimed =
                claim(center, &context.config, pair, (from, &worker), NEXT, of_task.clone()).await?;
            if let Claim::Reserved(done) = claimed {
                return Ok(Freed::Busy(done.1));
            }
        }
        let mut worker = worker;
        let mut writes = of_task;
        writes.extend(worker_writes(from, &mut worker, Some(task_channel)));
        match center.table.write(writes).await {
            Ok(_) => {}
            Err(TableError::Condition { .. } | TableError::Conflict) => return Ok(Freed::Changed),
            Err(error) => return Err(error.into()),
        }
        let served = serve(center, worker, &[task_channel.to_owned()]).await?;
        Ok(Freed::Free(served))
    }
}

fn next_attempt(task: &Task) -> Task {
    Task { attempts: task.attempts + 1, ..task.clone() }
}

/// Gives a worker tasks for whatever room it has, as it is stored now (RECHECK-A for all its channels).
pub(super) async fn recheck(center: &Center, sid: &WorkerSid) -> Result<(), OpError> {
    let Some(worker) = load_worker(center.table.as_ref(), sid, Consistency::Strong).await? else {
        return Ok(());
    };
    let channels: Vec<String> = worker.channels.keys().cloned().collect();
    serve(center, worker, &channels).await?;
    Ok(())
}

/// The same for a worker whose tokens were just written, also once every copy of the directory has its class.
pub(super) async fn settle(center: &Center, worker: &Worker) -> Result<(), OpError> {
    let known = center.directory.get(center.table.as_ref(), center.now()).await?;
    let since = known.classes.get(&worker.class).map(|known| known.since);
    let now = center.now();
    if worker.ready() && since.is_none_or(|since| now.since_ms(since) < SETTLED_MS) {
        let again = RoutingBody::RecheckWorker { worker_sid: worker.sid.clone() };
        timer::send_at(center, &again, now.plus_ms(SETTLED_MS)).await?;
    }
    Ok(())
}

/// Claims waiting tasks for the worker until it has no room or none waits for it.
async fn serve(center: &Center, mut worker: Worker, channels: &[String]) -> Result<Worker, OpError> {
    let context = context(center).await?;
    for task_channel in channels {
        let mut lost = 0;
        while lost < TRIES_MAX && worker.ready() && worker.has_room(task_channel) {
            let Some(task) = best_task(center, &context, &worker, task_channel, Consistency::Strong).await?
            else {
                break;
            };
            let offered = next_attempt(&task);
            let pair = (Some(&task), &offered);
            match claim(center, &context.config, pair, (&worker, &worker), NEXT, Vec::new()).await? {
                Claim::Reserved(done) => worker = done.1,
                Claim::TaskChanged => lost += 1,
                Claim::WorkerChanged => {
                    lost += 1;
                    match load_worker(center.table.as_ref(), &worker.sid, Consistency::Strong).await? {
                        Some(stored) => worker = stored,
                        None => return Ok(worker),
                    }
                }
            }
        }
    }
    Ok(worker)
}

/// A waiting entry at the head of a list.
struct Head {
    order: (bool, String),
    task: TaskSid,
    filter: Option<Expression>,
    excluded: Vec<Exclusion>,
}

/// The task that this worker should have next: of the lists of all demands that its class fulfils and of its
/// own, the one that comes first. FIFO queues come before LIFO ones (TaskRouter `PrioritizeQueueOrder`).
///
/// An entry whose task was claimed meanwhile says nothing about those behind it: the lists are read again.
async fn best_task(
    center: &Center,
    context: &Context,
    worker: &Worker,
    task_channel: &str,
    consistency: Consistency,
) -> Result<Option<Task>, OpError> {
    for _ in 0..TRIES_MAX {
        let lists = lists(context, worker, task_channel)
            .into_iter()
            .map(|(list, lifo)| heads_of_list(center, context, worker, list, lifo, consistency));
        let mut heads: Vec<Head> = try_join_all(lists).await?.into_iter().flatten().collect();
        heads.sort_by(|a, b| a.order.cmp(&b.order));
        let mut outdated = false;
        for head in heads {
            let task = load_task(center.table.as_ref(), &head.task, consistency).await?;
            let Some(task) = task.filter(|task| task.waiting.is_some()) else {
                outdated = true;
                continue;
            };
            let now = center.now();
            let in_time = task.step_deadline.is_none_or(|deadline| deadline > now);
            if in_time && can_take(&task, worker, now) && is_in_queue(context, &task, worker) {
                return Ok(Some(task));
            }
        }
        if !outdated || consistency == Consistency::Eventual {
            return Ok(None);
        }
    }
    Err(OpError::Busy)
}

/// The lists that may hold a task for this worker, and whether their order is LIFO.
fn lists(context: &Context, worker: &Worker, task_channel: &str) -> Vec<(String, bool)> {
    let mut lists = Vec::new();
    if worker.direct_waiting > 0 {
        lists.push((keys::direct_list(&worker.sid, task_channel), false));
    }
    let Some(class) = context.directory.classes.get(&worker.class) else { return lists };
    for (id, demand) in &context.directory.demands {
        let condition = match demand.entry.condition.as_str() {
            "" => None,
            text => match Expression::parse_residual(text) {
                Ok(condition) => Some(condition),
                // Written by us from a parsed expression; one that does not read serves nobody.
                Err(_) => continue,
            },
        };
        if class.entry.serves(&demand.entry.queue, condition.as_ref()) {
            let queue = context.config.queues.get(&demand.entry.queue);
            let lifo = queue.is_some_and(|queue| queue.order == TaskOrder::Lifo);
            lists.push((keys::demand_list(id, task_channel), lifo));
        }
    }
    lists
}

/// The first entries of a list that this worker may have: those of the first page that has any.
async fn heads_of_list(
    center: &Center,
    context: &Context,
    worker: &Worker,
    list: String,
    lifo: bool,
    consistency: Consistency,
) -> Result<Vec<Head>, OpError> {
    let now = center.now();
    let mut query = keys::waiting_list(&list).limit(HEADS);
    query.consistency = consistency;
    let mut heads = Vec::new();
    loop {
        let (page, _) = center.table.query(&query).await?;
        for item in &page.items {
            let Some(head) = head(item, lifo)? else { continue };
            let excluded = head.excluded.iter().any(|e| e.worker_sid == worker.sid && e.until > now);
            if !excluded && passes(center, context, worker, head.filter.as_ref()).await? {
                heads.push(head);
            }
        }
        match page.items.last().filter(|_| page.more && heads.is_empty()) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(heads),
        }
    }
}

fn head(item: &Item, lifo: bool) -> Result<Option<Head>, OpError> {
    let Some((order, sid)) = item.key.sort.split_once('#') else { return Ok(None) };
    let Ok(task) = TaskSid::parse(sid) else { return Ok(None) };
    let filter = item.text(change::FILTER).map(Expression::parse_residual).transpose();
    // Written by us from a parsed expression; one that does not read serves nobody.
    let Ok(filter) = filter else { return Ok(None) };
    let excluded = match item.attributes.contains_key(change::EXCLUDED) {
        true => codec::decode(item, change::EXCLUDED).map_err(crate::store::StoreError::from)?,
        false => Vec::new(),
    };
    Ok(Some(Head { order: (lifo, order.to_owned()), task, filter, excluded }))
}
