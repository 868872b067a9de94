//! By which attributes workers are put into classes.

use super::{Config, ConfigDocuments};
use crate::center::Center;
use crate::store::{StoreError, list_workers, load_profile};
use patchbay_routing::Path;
use patchbay_routing::demand::is_per_worker;
use patchbay_routing::expression::PathContext;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Values that one attribute may have among the workers for them to be put into classes by it. One with more
/// (a name, an address) would make a class of each worker; conditions on it are asked of each candidate.
pub const CLASS_VALUES_MAX: usize = 64;
/// Workers that are read at once.
const PAGE: usize = 100;

/// The worker attributes that target expressions and orders ask about, without those that tell single workers
/// apart.
fn asked_paths(config: &Config) -> BTreeSet<Path> {
    let targets =
        config.workflows.values().flat_map(|entry| &entry.workflow.filters).flat_map(|f| &f.targets);
    let mut paths = BTreeSet::new();
    for target in targets {
        if let Some(condition) = &target.condition {
            paths.extend(condition.expression.worker_paths(PathContext::Target));
        }
        paths.extend(target.order_by.worker_paths());
    }
    paths.retain(|path| !is_per_worker(path));
    paths
}

/// Those of the paths asked about that have few values among all workers.
pub(super) fn class_paths<'w>(
    config: &Config,
    workers: impl Iterator<Item = &'w Map<String, Value>> + Clone,
) -> BTreeSet<Path> {
    let mut paths = asked_paths(config);
    paths.retain(|path| distinct_values(path, workers.clone()) <= CLASS_VALUES_MAX);
    paths
}

/// The same where documents name only the workers that change. What was found out about a path stays; the workers
/// that there are, are read only when a path is asked about that was not before.
pub(super) async fn class_paths_over(
    center: &Center,
    config: &Config,
    documents: &ConfigDocuments,
    before: &ConfigDocuments,
) -> Result<BTreeSet<Path>, StoreError> {
    let asked_before = before.compile(0).map(|config| asked_paths(&config)).unwrap_or_default();
    let is_known = |path: &Path| asked_before.contains(path);
    let found_before = |path: &Path| before.class_paths.contains(&path.to_string());
    let (mut paths, new): (BTreeSet<Path>, BTreeSet<Path>) =
        asked_paths(config).into_iter().partition(is_known);
    paths.retain(found_before);
    if !new.is_empty() {
        let mut all = stored_attributes(center).await?;
        all.extend(documents.workspace.workers.iter().map(|worker| worker.attributes.clone()));
        let few = |path: &Path| distinct_values(path, all.iter()) <= CLASS_VALUES_MAX;
        paths.extend(new.into_iter().filter(few));
    }
    Ok(paths)
}

async fn stored_attributes(center: &Center) -> Result<Vec<Map<String, Value>>, StoreError> {
    let (table, mut found, mut after) = (center.table.as_ref(), Vec::new(), None);
    loop {
        let (page, more) = list_workers(table, after.as_ref(), PAGE).await?;
        for (sid, _) in &page {
            found.extend(load_profile(table, sid).await?.map(|profile| profile.attributes));
        }
        after = page.last().map(|(sid, _)| sid.clone());
        if !more || after.is_none() {
            return Ok(found);
        }
    }
}

fn distinct_values<'w>(path: &Path, workers: impl Iterator<Item = &'w Map<String, Value>>) -> usize {
    let mut values = BTreeSet::new();
    for attributes in workers {
        let attributes = Value::Object(attributes.clone());
        if let Some(value) = path.value_in(&attributes) {
            values.insert(value.to_string());
        }
    }
    values.len()
}
