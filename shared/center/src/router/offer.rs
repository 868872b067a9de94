//! The best worker for a task: found at a cost that depends on how many classes can serve it, not on how many
//! workers there are.

use super::claim::{Claim, Why, claim};
use super::class::{Class, facts};
use super::context::Context;
use super::stand::{Stand, Who};
use super::{OpError, TRIES_MAX};
use crate::center::Center;
use crate::keys;
use crate::ports::{Consistency, Page};
use crate::store::{load_profile, load_worker};
use futures_util::future::try_join_all;
use patchbay_model::task::How;
use patchbay_model::{Task, Timestamp, Worker, WorkerSid};
use patchbay_routing::expression::WorkerCounts;
use patchbay_routing::order::token_key;
use patchbay_routing::workflow::{OrderBy, Rank};
use patchbay_routing::{Expression, Scope, matches};
use serde_json::Value;
use std::collections::BTreeMap;

/// Tokens read of each pool: enough to compare who waited longest when some of them were given work on another
/// channel meanwhile, and to pass over excluded workers; still one billed unit.
const HEADS: usize = 8;
/// Workers of a class and activity that a `skip_if` counts at the most: conditions ask for few.
const COUNTED_MAX: usize = 100;

pub(super) enum Offered {
    Yes,
    Nobody,
    TaskChanged,
}

/// Offers the task to the best workers that there are, up to as many at once as the queue says. All of them
/// count as one attempt.
pub(super) async fn offer(
    center: &Center,
    context: &Context,
    stored: Option<&Task>,
    task: &Task,
    stand: &Stand,
    consistency: Consistency,
) -> Result<Offered, OpError> {
    let mut current = Task { attempts: task.attempts + 1, ..task.clone() };
    let mut stored = stored.cloned();
    let mut made = 0;
    let mut lost_last = false;
    for _ in 0..TRIES_MAX.max(stand.max_reserved_workers) {
        let Some((worker, why)) = best_worker(center, context, &current, stand, consistency).await? else {
            lost_last = false;
            break;
        };
        let pair = (stored.as_ref(), &current);
        match claim(center, &context.config, pair, (&worker, &worker), why, Vec::new()).await? {
            Claim::Reserved(done) => {
                made += 1;
                current = done.0;
                stored = Some(current.clone());
                if made >= stand.max_reserved_workers {
                    break;
                }
            }
            Claim::TaskChanged if made > 0 => break,
            Claim::TaskChanged => return Ok(Offered::TaskChanged),
            Claim::WorkerChanged => lost_last = true,
        }
    }
    // Others were faster at every try, so nobody knows that there is no worker: after the entry was written, to
    // say so would leave the task waiting beside a free worker. Redelivery looks again.
    if made == 0 && lost_last && consistency == Consistency::Strong {
        return Err(OpError::Busy);
    }
    Ok(if made > 0 { Offered::Yes } else { Offered::Nobody })
}

/// The worker who comes first, and why: by the order of the step, then the longest without an assignment.
async fn best_worker(
    center: &Center,
    context: &Context,
    task: &Task,
    stand: &Stand,
    consistency: Consistency,
) -> Result<Option<(Worker, Why)>, OpError> {
    let now = center.now();
    match &stand.who {
        Who::Demand { condition, filter, .. } => {
            let serving = context
                .directory
                .classes
                .iter()
                .filter(|(_, known)| known.entry.serves(&stand.queue, condition.as_ref()));
            let mut ranks: BTreeMap<Rank, Vec<&str>> = BTreeMap::new();
            for (id, known) in serving {
                ranks.entry(known.entry.values.rank(&stand.order_by)).or_default().push(id);
            }
            for classes in ranks.into_values() {
                let best =
                    best_of_pools(center, context, task, filter.as_ref(), &classes, consistency).await?;
                if let Some((worker, free)) = best {
                    let is_ordered = stand.order_by != OrderBy::default();
                    let how = if is_ordered { How::Ordered } else { How::LongestIdle };
                    return Ok(Some((worker, Why { how, free })));
                }
            }
            Ok(None)
        }
        Who::One { worker, condition } => {
            let Some(worker) = load_worker(center.table.as_ref(), worker, consistency).await? else {
                return Ok(None);
            };
            let fits = can_take(task, &worker, now)
                && is_in_queue(context, task, &worker)
                && passes(center, context, &worker, condition.as_ref()).await?;
            Ok(fits.then_some((worker, Why { how: How::Named, free: 1 })))
        }
        Who::Named { .. } | Who::Nobody => Ok(None),
    }
}

/// A known worker must be in the step's queue; a routing target need not be.
pub(super) fn is_in_queue(context: &Context, task: &Task, worker: &Worker) -> bool {
    let class = context.directory.classes.get(&worker.class);
    let queues = class.map(|known| known.entry.queues.as_slice()).unwrap_or_default();
    task.routing_target.is_some() || task.queue_sid.as_ref().is_some_and(|queue| queues.contains(queue))
}

pub(super) fn can_take(task: &Task, worker: &Worker, now: Timestamp) -> bool {
    let excluded = task.excluded.iter().any(|e| e.worker_sid == worker.sid && e.until > now);
    let offered = task.reservations.iter().any(|reservation| reservation.worker_sid == worker.sid);
    worker.ready() && worker.has_room(&task.task_channel) && !excluded && !offered
}

/// Whether the condition that classes cannot answer holds of this worker.
pub(super) async fn passes(
    center: &Center,
    context: &Context,
    worker: &Worker,
    condition: Option<&Expression>,
) -> Result<bool, OpError> {
    let Some(condition) = condition else { return Ok(true) };
    let Some(profile) = load_profile(center.table.as_ref(), &worker.sid).await? else { return Ok(false) };
    let facts = facts(&context.config, &profile, worker);
    Ok(matches(condition, &Scope::target(&Value::Null, &facts)))
}

/// Goes through the pools' tokens, longest idle first, and says how many there were in sight. A token's key is a lower bound: the worker may have been
/// given work on another channel since, so the one read is best once its own time is not after the next key.
async fn best_of_pools(
    center: &Center,
    context: &Context,
    task: &Task,
    filter: Option<&Expression>,
    classes: &[&str],
    consistency: Consistency,
) -> Result<Option<(Worker, usize)>, OpError> {
    let now = center.now();
    let queries = classes.iter().map(|class| async move {
        let mut query = keys::pool(class, &task.task_channel).limit(HEADS);
        query.consistency = consistency;
        center.table.query(&query).await.map(|(page, _)| (query, page))
    });
    let mut pools = try_join_all(queries).await?;
    let mut tokens: Vec<(String, WorkerSid)> = pools.iter().flat_map(|(_, page)| tokens(page)).collect();
    let mut best: Option<Worker> = None;
    loop {
        let free = tokens.len();
        tokens.sort();
        for (order, sid) in std::mem::take(&mut tokens) {
            if best.as_ref().is_some_and(|best| token_key(best.idle_since().0) <= order) {
                return Ok(best.map(|best| (best, free)));
            }
            let Some(worker) = load_worker(center.table.as_ref(), &sid, consistency).await? else { continue };
            if can_take(task, &worker, now)
                && best.as_ref().is_none_or(|best| worker.idle_since() < best.idle_since())
                && passes(center, context, &worker, filter).await?
            {
                best = Some(worker);
            }
        }
        if best.is_some() {
            return Ok(best.map(|best| (best, free)));
        }
        // None of those fits (all excluded, or the filter is about single workers): look behind them.
        for (query, page) in &mut pools {
            let Some(last) = page.items.last().filter(|_| page.more) else {
                *page = Page::default();
                continue;
            };
            query.after = Some(last.key.sort.clone());
            *page = center.table.query(query).await?.0;
            tokens.extend(self::tokens(page));
        }
        if tokens.is_empty() {
            return Ok(None);
        }
    }
}

fn tokens(page: &Page) -> Vec<(String, WorkerSid)> {
    let of = |sort: &str| {
        let (order, sid) = sort.split_once('#')?;
        Some((order.to_owned(), WorkerSid::parse(sid).ok()?))
    };
    page.items.iter().filter_map(|item| of(&item.key.sort)).collect()
}

/// How many workers of the queue are available, and in which activity.
pub(super) async fn count_workers(
    center: &Center,
    context: &Context,
    stand: &Stand,
) -> Result<WorkerCounts, OpError> {
    let mut counts = WorkerCounts::default();
    let in_queue = |class: &Class| class.queues.contains(&stand.queue);
    for (id, _) in context.directory.classes.iter().filter(|(_, known)| in_queue(&known.entry)) {
        for ready in [true, false] {
            let (page, _) =
                center.table.query(&keys::roster_range(id, ready, None).limit(COUNTED_MAX)).await?;
            for item in &page.items {
                let activity = item.key.sort.split('#').nth(1).unwrap_or_default();
                *counts.by_activity.entry(activity.to_owned()).or_default() += 1;
                if ready {
                    counts.available += 1;
                } else {
                    counts.unavailable += 1;
                }
            }
        }
    }
    Ok(counts)
}
