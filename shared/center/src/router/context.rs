//! What everything about tasks needs: the configuration and the directory, both from short-lived copies.

use super::OpError;
use super::directory::{Directory, SETTLED_MS};
use super::stand::{Stand, Who};
use crate::center::Center;
use crate::config::Config;
use crate::keys;
use crate::ports::Consistency;
use crate::store::StoreError;
use patchbay_model::WorkerSid;
use std::sync::Arc;

pub(crate) struct Context {
    pub config: Arc<Config>,
    pub directory: Arc<Directory>,
}

pub(crate) async fn context(center: &Center) -> Result<Context, StoreError> {
    let config = center.config().await?;
    let directory = center.directory.get(center.table.as_ref(), center.now()).await?;
    Ok(Context { config, directory })
}

/// Has the demand in the directory; whether it is so new that other copies may lack it.
pub(super) async fn settle_directory(
    center: &Center,
    context: &mut Context,
    stand: &Stand,
) -> Result<bool, OpError> {
    let Who::Demand { id, entry, .. } = &stand.who else { return Ok(false) };
    let now = center.now();
    let (directory, since) = center.directory.with_demand(center.table.as_ref(), id, entry, now).await?;
    context.directory = directory;
    Ok(now.since_ms(since) < SETTLED_MS)
}

/// Turns a friendly name into the worker it belongs to.
pub(super) async fn resolve_name(center: &Center, stand: &mut Stand) -> Result<(), OpError> {
    let Who::Named { name, condition } = &stand.who else { return Ok(()) };
    let (item, _) = center.table.get(&keys::worker_name(name), Consistency::Eventual).await?;
    let worker = item.and_then(|item| WorkerSid::parse(item.text("w")?).ok());
    stand.who = match worker {
        Some(worker) => Who::One { worker, condition: condition.clone() },
        None => Who::Nobody,
    };
    Ok(())
}
