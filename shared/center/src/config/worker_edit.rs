//! Single workers made and changed, as the REST API does: checked as a configuration's are, and without a new version of
//! it, since nobody else changes.

use super::cache::stored_documents;
use super::worker::{forget_name, named, tell};
use super::{Config, ConfigFault};
use crate::center::Center;
use crate::ports::{Condition, Consistency, TableError, Value, Write};
use crate::router::{OpError, new_worker, put_into_class, roster_write};
use crate::store::{StoreError, WorkerProfile, load, load_worker, put_next};
use crate::{frames, keys};
use patchbay_model::workspace::WorkerDocument;
use patchbay_model::{Worker, WorkerSid};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("the worker would be invalid")]
    Refused(Vec<ConfigFault>),
    #[error("another worker has this name")]
    NameTaken,
    #[error("there is no such worker")]
    NotFound,
    /// It is not the version any more over which it was to be changed.
    #[error("the worker was changed meanwhile")]
    Outdated,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Router(#[from] OpError),
}

impl From<TableError> for WorkerError {
    fn from(error: TableError) -> WorkerError {
        WorkerError::Store(error.into())
    }
}

/// What is to be different about a worker; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct WorkerChange {
    pub friendly_name: Option<String>,
    pub attributes: Option<Map<String, Json>>,
}

/// Checks a worker as a configuration that names it would be.
async fn check(center: &Center, document: WorkerDocument) -> Result<Config, WorkerError> {
    let (version, mut documents) = stored_documents(center).await?;
    documents.workspace.workers = vec![document];
    documents.compile(version).map_err(WorkerError::Refused)
}

/// Whose name it is, if anybody's.
async fn holder_of(center: &Center, name: &str) -> Result<Option<WorkerSid>, StoreError> {
    let (item, _) = center.table.get(&keys::worker_name(name), Consistency::Strong).await?;
    Ok(item.and_then(|item| WorkerSid::parse(item.text("w")?).ok()))
}

/// Makes a worker. Its document has a SID.
///
/// Safe to repeat with the same SID: the second finds the name taken.
pub async fn create_worker(
    center: &Center,
    sid: WorkerSid,
    document: WorkerDocument,
) -> Result<(Worker, WorkerProfile), WorkerError> {
    let config = check(center, document.clone()).await?;
    let mut profile = WorkerProfile {
        sid,
        friendly_name: document.friendly_name.clone(),
        attributes: document.attributes.clone(),
        version: 0,
    };
    let mut worker = new_worker(&config, &profile, &document, center.now());
    let mut writes = named(&profile);
    for write in &mut writes {
        if let Write::Put { condition, .. } = write {
            *condition = Condition::NotExists;
        }
    }
    writes.extend([put_next(&mut profile), put_next(&mut worker), roster_write(&worker)]);
    match center.table.write(writes).await {
        Ok(_) => Ok((worker, profile)),
        Err(TableError::Condition { .. }) => Err(WorkerError::NameTaken),
        Err(error) => Err(error.into()),
    }
}

/// Changes a worker's name or attributes, tells its sockets, and puts it into the class that it is in now. `over`: the
/// version of it that was read, as clients see it.
///
/// Safe to repeat: the same again changes nothing.
pub async fn change_worker(
    center: &Center,
    sid: &WorkerSid,
    over: Option<u64>,
    change: WorkerChange,
) -> Result<(Worker, WorkerProfile), WorkerError> {
    let table = center.table.as_ref();
    let profile: Option<WorkerProfile> = load(table, &keys::worker_profile(sid), Consistency::Strong).await?;
    let old = profile.ok_or(WorkerError::NotFound)?;
    let worker = load_worker(table, sid, Consistency::Strong).await?.ok_or(WorkerError::NotFound)?;
    if over.is_some_and(|over| over != worker.version + old.version) {
        return Err(WorkerError::Outdated);
    }
    let mut profile = old.clone();
    if let Some(name) = change.friendly_name {
        profile.friendly_name = name;
    }
    if let Some(attributes) = change.attributes {
        profile.attributes = attributes;
    }
    if profile == old {
        return Ok((worker, old));
    }
    let document = WorkerDocument {
        sid: Some(sid.clone()),
        friendly_name: profile.friendly_name.clone(),
        attributes: profile.attributes.clone(),
        activity: None,
        channels: BTreeMap::new(),
    };
    let config = check(center, document).await?;
    let renamed = profile.friendly_name != old.friendly_name;
    let mut writes = vec![put_next(&mut profile)];
    if renamed {
        let holder = holder_of(center, &profile.friendly_name).await?;
        let unchanged = match &holder {
            None => Condition::NotExists,
            Some(holder) if holder == sid => Condition::Equals("w".into(), Value::S(sid.to_string())),
            Some(_) => return Err(WorkerError::NameTaken),
        };
        let name_key = keys::worker_name(&profile.friendly_name);
        writes.extend(named(&profile).into_iter().map(|write| match write {
            Write::Put { item, .. } if item.key == name_key => {
                Write::Put { item, condition: unchanged.clone() }
            }
            other => other,
        }));
    }
    match table.write(writes).await {
        Ok(_) => {}
        Err(TableError::Condition { .. } | TableError::Conflict) => return Err(WorkerError::Outdated),
        Err(error) => return Err(error.into()),
    }
    if renamed {
        forget_name(center, &old, &profile).await?;
    }
    let worker = put_into_class(center, sid, Consistency::Strong).await?;
    tell(center, &worker, frames::worker("attributes.update", &config, &worker, &profile)).await;
    Ok((worker, profile))
}
