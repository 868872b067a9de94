//! Workers as a configuration has them: made, or brought up to their documents.

use super::{ApplyError, Config, Named};
use crate::center::Center;
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, TableError, Value, Write};
use crate::router::{change_capacities, new_worker, roster_write};
use crate::store::{StoreError, WorkerProfile, load, load_worker, put_next};
use crate::{frames, notify};
use bytes::Bytes;
use patchbay_model::Worker;
use patchbay_model::workspace::WorkerDocument;

pub(super) enum Put {
    Created,
    Updated,
    Same,
}

/// Makes the worker of a document, or changes its name, attributes and capacities. Where it is and what it holds is
/// its own: the document's activity is the one that it begins with.
pub(super) async fn put(
    center: &Center,
    config: &Config,
    document: &WorkerDocument,
) -> Result<Put, ApplyError> {
    let sid = document.id();
    let mut profile = WorkerProfile {
        sid: sid.clone(),
        friendly_name: document.friendly_name.clone(),
        attributes: document.attributes.clone(),
        version: 0,
    };
    let key = keys::worker_profile(&sid);
    match load::<WorkerProfile>(center.table.as_ref(), &key, Consistency::Strong).await? {
        Some(old) => {
            profile.version = old.version;
            update(center, config, document, (&old, profile)).await
        }
        None => {
            let mut worker = new_worker(config, &profile, document, center.now());
            let mut writes = named(&profile);
            writes.extend([put_next(&mut profile), put_next(&mut worker), roster_write(&worker)]);
            center.table.write(writes).await.map_err(StoreError::from)?;
            Ok(Put::Created)
        }
    }
}

/// The writes by which a worker is found: in the list of all, and by its name.
pub(super) fn named(profile: &WorkerProfile) -> Vec<Write> {
    let entry = Attributes::from([("d".to_owned(), codec::encode(&profile.friendly_name))]);
    let name = Attributes::from([("w".to_owned(), Value::S(profile.sid.to_string()))]);
    let items = [
        Item { key: keys::worker_entry(&profile.sid), attributes: entry },
        Item { key: keys::worker_name(&profile.friendly_name), attributes: name },
    ];
    items.map(|item| Write::Put { item, condition: Condition::Always }).into()
}

/// Takes the name that a worker had from it, unless somebody else has it by now.
pub(super) async fn forget_name(
    center: &Center,
    old: &WorkerProfile,
    profile: &WorkerProfile,
) -> Result<(), StoreError> {
    let key = keys::worker_name(&old.friendly_name);
    if key == keys::worker_name(&profile.friendly_name) {
        return Ok(());
    }
    let condition = Condition::Equals("w".into(), Value::S(old.sid.to_string()));
    match center.table.write(vec![Write::Delete { key, condition }]).await {
        Ok(_) | Err(TableError::Condition { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn update(
    center: &Center,
    config: &Config,
    document: &WorkerDocument,
    (old, mut profile): (&WorkerProfile, WorkerProfile),
) -> Result<Put, ApplyError> {
    let same_profile = profile == *old;
    if !same_profile {
        let mut writes = vec![put_next(&mut profile)];
        let renamed = profile.friendly_name != old.friendly_name;
        if renamed {
            writes.extend(named(&profile));
        }
        center.table.write(writes).await.map_err(StoreError::from)?;
        if renamed {
            forget_name(center, old, &profile).await?;
        }
    }
    let before = load_worker(center.table.as_ref(), &profile.sid, Consistency::Strong).await?;
    let changed = change_capacities(center, config, document, &profile.sid).await;
    let (worker, recapacitated) = changed.map_err(ApplyError::Worker)?;
    if !same_profile {
        tell(center, &worker, frames::worker("attributes.update", config, &worker, &profile)).await;
    }
    for (name, held) in &worker.channels {
        let old = before.as_ref().and_then(|before| before.channels.get(name));
        if old.is_none_or(|old| old.capacity != held.capacity) {
            tell(center, &worker, frames::worker_capacity(config, &worker, name, held)).await;
        }
    }
    Ok(if same_profile && !recapacitated { Put::Same } else { Put::Updated })
}

/// Whoever does not hear it learns it from the next frame about the worker.
pub(super) async fn tell(center: &Center, worker: &Worker, frame: Bytes) {
    if let Err(error) = notify::to_worker(center, worker, frame).await {
        tracing::warn!(worker = %worker.sid, %error, "a worker was not told of its change");
    }
}
