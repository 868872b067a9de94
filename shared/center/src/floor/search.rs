//! Workers by what they are and do.

use crate::center::Center;
use crate::config::Config;
use crate::keys;
use crate::ports::Consistency;
use crate::router::facts;
use crate::store::{StoreError, WorkerProfile, list_workers, load_profile, load_worker};
use futures_util::future::{try_join, try_join_all};
use patchbay_model::{ActivitySid, Worker, WorkerSid};
use patchbay_routing::{Expression, Scope, matches};

/// Workers who are looked at for one page, two reads each.
pub const SEARCHED_WORKERS_MAX: usize = 1_000;
/// Workers who are read beside each other.
const AT_ONCE: usize = 50;

/// Who is looked for: those of whom all of this is true.
#[derive(Clone, Debug, Default)]
pub struct WorkerSearch {
    pub friendly_name: Option<String>,
    pub activity_sid: Option<ActivitySid>,
    /// Whether the activity is an available one.
    pub available: Option<bool>,
    /// Target expressions, as of a task queue.
    pub expressions: Vec<Expression>,
}

impl WorkerSearch {
    fn finds(&self, config: &Config, worker: &Worker, profile: &WorkerProfile) -> bool {
        let named = |name: &String| profile.friendly_name.eq_ignore_ascii_case(name);
        let facts = facts(config, profile, worker);
        self.friendly_name.as_ref().is_none_or(named)
            && self.activity_sid.as_ref().is_none_or(|sid| *sid == worker.activity_sid)
            && self.available.is_none_or(|available| available == worker.activity_available)
            && self.expressions.iter().all(|expression| matches(expression, &Scope::worker(&facts)))
    }
}

/// At most `limit` of the workers after `after` in the order of their ids, and behind whom the search goes on, if it
/// does: it looks at `SEARCHED_WORKERS_MAX` and may find fewer than there are.
pub async fn search_workers(
    center: &Center,
    search: &WorkerSearch,
    after: Option<&WorkerSid>,
    limit: usize,
) -> Result<(Vec<(Worker, WorkerProfile)>, Option<WorkerSid>), StoreError> {
    let (table, config) = (center.table.as_ref(), center.config().await?);
    if let Some(name) = &search.friendly_name {
        let named =
            by_name(center, name).await?.filter(|(worker, _)| after.is_none_or(|after| worker.sid > *after));
        let found = named.filter(|(worker, profile)| search.finds(&config, worker, profile));
        return Ok((found.into_iter().collect(), None));
    }
    let (mut found, mut after, mut looked_at) = (Vec::new(), after.cloned(), 0);
    loop {
        let (page, more) = list_workers(table, after.as_ref(), AT_ONCE).await?;
        let reads = page
            .iter()
            .map(|(sid, _)| try_join(load_worker(table, sid, Consistency::Strong), load_profile(table, sid)));
        for (sid, read) in page.iter().map(|(sid, _)| sid).zip(try_join_all(reads).await?) {
            after = Some(sid.clone());
            if let (Some(worker), Some(profile)) = read
                && search.finds(&config, &worker, &profile)
            {
                if found.len() == limit {
                    let last = found.last().map(|(worker, _): &(Worker, WorkerProfile)| worker.sid.clone());
                    return Ok((found, last));
                }
                found.push((worker, profile));
            }
        }
        looked_at += page.len();
        if !more || page.is_empty() {
            return Ok((found, None));
        }
        if looked_at >= SEARCHED_WORKERS_MAX {
            return Ok((found, after));
        }
    }
}

/// A name is one worker's.
async fn by_name(center: &Center, name: &str) -> Result<Option<(Worker, WorkerProfile)>, StoreError> {
    let table = center.table.as_ref();
    let (item, _) = table.get(&keys::worker_name(name), Consistency::Strong).await?;
    let Some(sid) = item.and_then(|item| WorkerSid::parse(item.text("w")?).ok()) else { return Ok(None) };
    let read = try_join(load_worker(table, &sid, Consistency::Strong), load_profile(table, &sid)).await?;
    Ok(match read {
        (Some(worker), Some(profile)) => Some((worker, profile)),
        _ => None,
    })
}
