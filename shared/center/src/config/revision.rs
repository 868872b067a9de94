//! Revisions of flows: every definition that was in force has a number of its own, which a configuration that leaves the
//! flow alone does not raise.

use super::cache::stored_version;
use crate::center::Center;
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Consistency, Item, Value};
use crate::store::StoreError;
use futures_util::future::try_join_all;
use patchbay_model::Timestamp;
use serde_json::Value as Json;

/// Versions of the configuration that are looked at for a flow's revisions: a read each.
pub const REVISION_VERSIONS_MAX: u64 = 100;
/// Versions that are read beside each other.
const AT_ONCE: u64 = 20;

/// Attributes of a flow's document: the revision, when it and the flow's first were applied (milliseconds), by whom, and
/// what that one said of it.
const NUMBER: &str = "r";
const AT: &str = "rt";
const CREATED: &str = "rc";
const BY: &str = "rb";
const MESSAGE: &str = "rm";

/// A flow as it is or was in force.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRevision {
    pub name: String,
    pub number: u64,
    pub definition: Json,
    /// Unknown of what was applied before revisions were kept.
    pub applied_at: Option<Timestamp>,
    pub flow_created_at: Option<Timestamp>,
    pub by: Option<String>,
    pub message: Option<String>,
}

impl FlowRevision {
    fn read(name: &str, item: &Item) -> Result<FlowRevision, StoreError> {
        let text = |name| item.text(name).map(str::to_owned);
        Ok(FlowRevision {
            name: name.to_owned(),
            number: number(item),
            definition: codec::decode(item, "d")?,
            applied_at: item.number(AT).map(Timestamp),
            flow_created_at: item.number(CREATED).map(Timestamp),
            by: text(BY),
            message: text(MESSAGE),
        })
    }
}

fn number(item: &Item) -> u64 {
    item.number(NUMBER).and_then(|number| u64::try_from(number).ok()).unwrap_or(1)
}

/// Says on a flow's document which revision it is: the one before (`version` is that of the configuration before) when
/// the definition is the same, else the next.
pub(super) async fn sign(
    center: &Center,
    (version, name, definition): (u64, &str, &Json),
    (by, message): (&str, &str),
    attributes: &mut Attributes,
) -> Result<(), StoreError> {
    let key = keys::config_document(version, &format!("flow/{name}"));
    let (before, _) = center.table.get(&key, Consistency::Strong).await?;
    if let Some(before) = &before
        && codec::decode::<Json>(before, "d").is_ok_and(|same| same == *definition)
    {
        let kept = [NUMBER, AT, CREATED, BY, MESSAGE];
        let of = |name: &str| before.attributes.get(name).map(|value| (name.to_owned(), value.clone()));
        attributes.extend(kept.into_iter().filter_map(of));
        return Ok(());
    }
    let now = Value::N(center.now().0);
    let created = match &before {
        Some(before) => before.attributes.get(CREATED).cloned(),
        None => Some(now.clone()),
    };
    let next = before.as_ref().map_or(1, |before| number(before) + 1);
    let message = Some(message).filter(|message| !message.is_empty()).map(Value::from);
    let said = [
        (NUMBER, Some(crate::store::number(next))),
        (AT, Some(now)),
        (CREATED, created),
        (BY, Some(by.into())),
        (MESSAGE, message),
    ];
    attributes.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(())
}

/// The flows in force, by name.
pub async fn flows_in_force(center: &Center) -> Result<Vec<FlowRevision>, StoreError> {
    let table = center.table.as_ref();
    let version = stored_version(table, Consistency::Strong).await?;
    let mut query = keys::config_documents(version).strong();
    let prefix = format!("{}flow/", query.from);
    let mut found = Vec::new();
    loop {
        let (page, _) = table.query(&query).await?;
        for item in &page.items {
            if let Some(name) = item.key.sort.strip_prefix(&prefix) {
                found.push(FlowRevision::read(name, item)?);
            }
        }
        match page.items.last().filter(|_| page.more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(found),
        }
    }
}

/// The revisions of a flow that are kept, the one in force first; none of a flow that is not there. A flow of this name
/// that was taken out before is another.
pub async fn flow_revisions(center: &Center, name: &str) -> Result<Vec<FlowRevision>, StoreError> {
    let table = center.table.as_ref();
    let newest = stored_version(table, Consistency::Strong).await?;
    let oldest = newest.saturating_sub(REVISION_VERSIONS_MAX - 1).max(1);
    let mut found: Vec<FlowRevision> = Vec::new();
    let mut next = newest;
    while next >= oldest {
        let first = next.saturating_sub(AT_ONCE - 1).max(oldest);
        let keys = (first..=next).rev().map(|v| keys::config_document(v, &format!("flow/{name}")));
        let reads = keys.map(|key| async move { table.get(&key, Consistency::Eventual).await });
        for (item, _) in try_join_all(reads).await? {
            let Some(item) = item else { return Ok(found) };
            let revision = FlowRevision::read(name, &item)?;
            if found.last().is_none_or(|newer| newer.number != revision.number) {
                found.push(revision);
            }
        }
        next = first - 1;
    }
    Ok(found)
}
