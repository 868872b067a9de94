//! The versions before: what was in force, since when, by whom.

use super::ConfigDocuments;
use super::cache::{load_documents, stored_version};
use crate::center::Center;
use crate::keys;
use crate::ports::{Attributes, Consistency, Value};
use crate::store::StoreError;
use patchbay_model::Timestamp;
use serde::Serialize;

/// Versions that are listed, the newest of them: one read each.
pub const VERSIONS_LISTED_MAX: u64 = 20;

/// Attributes of a version's `workspace` document: when it was applied (milliseconds), and by whom.
const AT: &str = "at";
const BY: &str = "by";

/// A version whose documents are still kept (`REPLACED_KEPT_S`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedVersion {
    pub version: u64,
    pub applied_at: Option<Timestamp>,
    /// `api:<worker sid>`, or `operator`.
    pub by: Option<String>,
}

/// Says on a document when it was applied and by whom.
pub(super) fn sign(attributes: &mut Attributes, at: Timestamp, by: &str) {
    attributes.insert(AT.into(), Value::N(at.0));
    attributes.insert(BY.into(), Value::S(by.into()));
}

/// The newest versions, the one in force first.
pub async fn versions(center: &Center) -> Result<Vec<AppliedVersion>, StoreError> {
    let table = center.table.as_ref();
    let newest = stored_version(table, Consistency::Strong).await?;
    let mut found = Vec::new();
    for version in (1..=newest).rev().take(VERSIONS_LISTED_MAX as usize) {
        let (item, _) =
            table.get(&keys::config_document(version, "workspace"), Consistency::Eventual).await?;
        let Some(item) = item else { break };
        let by = item.text(BY).map(str::to_owned);
        found.push(AppliedVersion { version, applied_at: item.number(AT).map(Timestamp), by });
    }
    Ok(found)
}

/// The documents of a version that is or was in force; `None`: there was no such, or it is no longer kept.
pub async fn documents_of(center: &Center, version: u64) -> Result<Option<ConfigDocuments>, StoreError> {
    let table = center.table.as_ref();
    let in_force = stored_version(table, Consistency::Strong).await?;
    // What a crash has left half written is of a version that never was.
    if version == 0 || version > in_force {
        return Ok(None);
    }
    let (item, _) = table.get(&keys::config_document(version, "workspace"), Consistency::Strong).await?;
    match item {
        Some(_) => load_documents(table, version).await.map(Some),
        None => Ok(None),
    }
}
