//! Putting a configuration in force.

use super::cache::{CACHED_MS, load_documents, stored_version};
use super::classes::{class_paths, class_paths_over};
use super::{ConfigDocuments, ConfigFault, history, revision, worker};
use crate::center::Center;
use crate::codec;
use crate::command::{RoutingBody, body};
use crate::keys;
use crate::ports::table::TTL_ATTRIBUTE;
use crate::ports::{
    Attributes, Change, Condition, Consistency, Item, Outgoing, QueueError, QueueName, Value, Write,
};
use crate::router::{HANDLER_S_MAX, OpError};
use crate::store::StoreError;

/// Age after which a version is the only one in use: copies, late reads and the handlers that use them.
const REPEATED_AFTER_S: u32 = (HANDLER_S_MAX + 2 * CACHED_MS / 1000) as u32;

/// How long the documents of a replaced version are kept, for whoever looks what was in force.
pub const REPLACED_KEPT_S: i64 = 30 * 86_400;

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
    #[error("a worker could not be changed")]
    Worker(#[source] OpError),
}

/// Who applies, and over what.
#[derive(Clone, Copy, Debug)]
pub struct Applying<'a> {
    /// Kept with the version.
    pub by: &'a str,
    /// The version that was changed, by documents that name only the workers that change; another in force is a
    /// conflict. None: the documents are all there is, whatever was in force.
    pub over: Option<u64>,
    /// What is said of the change, kept with the flows that change.
    pub message: &'a str,
}

/// Puts documents in force over whatever there is, as an operator does.
pub async fn apply(center: &Center, documents: &ConfigDocuments) -> Result<Applied, ApplyError> {
    apply_over(center, documents, Applying { by: "operator", over: None, message: "" }).await
}

/// Compiles the documents and, when nothing is wrong with them, stores them under the next version, makes or
/// changes the workers, and has every worker put into its class.
///
/// Running it again with the same documents changes nothing but the version: ids come from names. A crash in
/// the middle leaves the version before in force, because the version is written last.
pub async fn apply_over(
    center: &Center,
    documents: &ConfigDocuments,
    applying: Applying<'_>,
) -> Result<Applied, ApplyError> {
    let read = stored_version(center.table.as_ref(), Consistency::Strong).await?;
    if applying.over.is_some_and(|over| over != read) {
        return Err(ApplyError::Conflict);
    }
    let version = read + 1;
    let config = documents.compile(version).map_err(ApplyError::Refused)?;
    let class_paths = match applying.over {
        Some(over) => {
            let before = load_documents(center.table.as_ref(), over).await?;
            class_paths_over(center, &config, documents, &before).await?
        }
        None => class_paths(&config, documents.workspace.workers.iter().map(|worker| &worker.attributes)),
    };
    let stored = documents.stored(&class_paths);
    let config = stored.compile(version).map_err(ApplyError::Refused)?;
    let flows = &stored.flows;
    let workspace = ConfigDocuments { flows: Default::default(), ..stored.clone() };
    let mut attributes = document(&workspace);
    history::sign(&mut attributes, center.now(), applying.by);
    put_document(center, version, "workspace", attributes).await?;
    for (name, definition) in flows {
        let mut attributes = document(definition);
        let said = (applying.by, applying.message);
        revision::sign(center, (read, name, definition), said, &mut attributes).await?;
        put_document(center, version, &format!("flow/{name}"), attributes).await?;
    }
    let mut applied = Applied { version, workers_created: 0, workers_updated: 0 };
    for document in &documents.workspace.workers {
        match worker::put(center, &config, document).await? {
            worker::Put::Created => applied.workers_created += 1,
            worker::Put::Updated => applied.workers_updated += 1,
            worker::Put::Same => {}
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
    if let Err(error) = let_go_of_older(center, version).await {
        tracing::warn!(%error, "documents of older configurations are kept for now");
    }
    Ok(applied)
}

fn document<T: serde::Serialize>(document: &T) -> Attributes {
    Attributes::from([("d".to_owned(), codec::encode(document))])
}

async fn put_document(
    center: &Center,
    version: u64,
    name: &str,
    attributes: Attributes,
) -> Result<(), StoreError> {
    let item = Item { key: keys::config_document(version, name), attributes };
    center.table.write(vec![Write::Put { item, condition: Condition::Always }]).await?;
    Ok(())
}

/// Forgets, in a while, the documents of the versions before. A failure fails nothing: the next version tries again.
async fn let_go_of_older(center: &Center, version: u64) -> Result<(), StoreError> {
    let (table, until) = (center.table.as_ref(), center.now().plus_s(REPLACED_KEPT_S));
    let mut query = keys::config_documents_before(version).strong();
    loop {
        let (page, _) = table.query(&query).await?;
        for item in page.items.iter().filter(|item| !item.attributes.contains_key(TTL_ATTRIBUTE)) {
            let changes = vec![Change::Set(TTL_ATTRIBUTE.into(), Value::N(until.seconds()))];
            let update = Write::Update { key: item.key.clone(), changes, condition: Condition::Exists };
            table.write(vec![update]).await?;
        }
        match page.items.last().filter(|_| page.more) {
            Some(last) => query.after = Some(last.key.sort.clone()),
            None => return Ok(()),
        }
    }
}
