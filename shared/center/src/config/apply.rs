//! Putting a configuration in force.

use super::cache::{CACHED_MS, stored_version};
use super::{Config, ConfigDocuments, ConfigFault};
use crate::center::Center;
use crate::codec;
use crate::command::{RoutingBody, body};
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Outgoing, QueueError, QueueName, Value, Write};
use crate::router::{HANDLER_S_MAX, new_worker};
use crate::store::{StoreError, WorkerProfile, load_profile, put_next};
use patchbay_model::WorkerSid;
use patchbay_model::workspace::WorkerDocument;

/// Age after which a version is the only one in use: copies, late reads and the handlers that use them.
const REPEATED_AFTER_S: u32 = (HANDLER_S_MAX + 2 * CACHED_MS / 1000) as u32;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Applied {
    pub version: u64,
    pub workers_created: usize,
    pub workers_updated: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the configuration has {} faults", .0.len())]
    Refused(Vec<ConfigFault>),
    #[error("another configuration was applied at the same time")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Compiles the documents and, when nothing is wrong with them, stores them under the next version, makes or
/// changes the workers, and has every worker put into its class.
///
/// Running it again with the same documents changes nothing but the version: ids come from names. A crash in
/// the middle leaves the version before in force, because the version is written last.
pub async fn apply(center: &Center, documents: &ConfigDocuments) -> Result<Applied, ApplyError> {
    let read = stored_version(center.table.as_ref(), Consistency::Strong).await?;
    let version = read + 1;
    let config = documents.compile(version).map_err(ApplyError::Refused)?;
    let stored = documents.stored(&config);
    let config = stored.compile(version).map_err(ApplyError::Refused)?;
    let flows = &stored.flows;
    let workspace = ConfigDocuments { flows: Default::default(), ..stored.clone() };
    put_document(center, version, "workspace", &workspace).await?;
    for (name, definition) in flows {
        put_document(center, version, &format!("flow/{name}"), definition).await?;
    }
    let mut applied = Applied { version, workers_created: 0, workers_updated: 0 };
    for document in &documents.workspace.workers {
        match put_worker(center, &config, document).await? {
            Put::Created => applied.workers_created += 1,
            Put::Updated => applied.workers_updated += 1,
            Put::Same => {}
        }
    }
    // At once, and again when nobody can have the version before any more: a handler that still has it may put
    // a worker back into a class of that version.
    let reclassify = body(&RoutingBody::Reclassify { version, after: None });
    let passes = [0, REPEATED_AFTER_S].map(|delay_s| Outgoing::after_s(reclassify.clone(), delay_s));
    center.queue.send(QueueName::Routing, passes.into()).await?;
    let number = |n: u64| Value::N(i64::try_from(n).unwrap_or(i64::MAX));
    let condition =
        if read == 0 { Condition::NotExists } else { Condition::Equals("v".into(), number(read)) };
    let attributes = Attributes::from([("v".to_owned(), number(version))]);
    let item = Item { key: keys::config_version(), attributes };
    match center.table.write(vec![Write::Put { item, condition }]).await.map_err(StoreError::from) {
        Ok(_) => {}
        Err(error) if error.is_lost_race() => return Err(ApplyError::Conflict),
        Err(error) => return Err(error.into()),
    }
    center.config.forget();
    Ok(applied)
}

async fn put_document<T: serde::Serialize>(
    center: &Center,
    version: u64,
    name: &str,
    document: &T,
) -> Result<(), StoreError> {
    let attributes = Attributes::from([("d".to_owned(), codec::encode(document))]);
    let item = Item { key: keys::config_document(version, name), attributes };
    center.table.write(vec![Write::Put { item, condition: Condition::Always }]).await?;
    Ok(())
}

enum Put {
    Created,
    Updated,
    Same,
}

async fn put_worker(center: &Center, config: &Config, document: &WorkerDocument) -> Result<Put, StoreError> {
    let sid = document.sid.clone().unwrap_or_else(|| WorkerSid::derive(&["worker", &document.friendly_name]));
    let mut profile = WorkerProfile {
        sid: sid.clone(),
        friendly_name: document.friendly_name.clone(),
        attributes: document.attributes.clone(),
        version: 0,
    };
    if let Some(old) = load_profile(center.table.as_ref(), &sid).await? {
        profile.version = old.version;
        if profile == old {
            return Ok(Put::Same);
        }
        center.table.write(vec![put_next(&mut profile)]).await?;
        return Ok(Put::Updated);
    }
    let mut worker = new_worker(config, &profile, document, center.now());
    let entry = Item {
        key: keys::worker_entry(&sid),
        attributes: Attributes::from([("d".to_owned(), codec::encode(&profile.friendly_name))]),
    };
    let name = Item {
        key: keys::worker_name(&profile.friendly_name),
        attributes: Attributes::from([("w".to_owned(), Value::S(sid.to_string()))]),
    };
    let roster = crate::router::roster_write(&worker);
    center
        .table
        .write(vec![
            put_next(&mut profile),
            put_next(&mut worker),
            Write::Put { item: entry, condition: Condition::Always },
            Write::Put { item: name, condition: Condition::Always },
            roster,
        ])
        .await?;
    Ok(Put::Created)
}
