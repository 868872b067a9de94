//! Workers.

use super::{Sid, entries};
use crate::Shared;
use crate::error::ApiError;
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use patchbay_center::floor::{self, FloorWorker};
use patchbay_center::ports::Consistency;
use patchbay_center::store::{list_workers, load_profile, load_worker};
use patchbay_model::WorkerSid;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    after: Option<WorkerSid>,
    limit: Option<usize>,
    states: Option<bool>,
}

/// Names; with `states` what each does, too, for half a read unit each.
pub(crate) async fn list(
    State(center): State<Shared>,
    Params(page): Params<Page>,
) -> Result<Json<Value>, ApiError> {
    let (limit, after) = (entries(page.limit)?, page.after.as_ref());
    let (workers, more): (Vec<Value>, bool) = match page.states {
        Some(true) => {
            let (workers, more) = floor::workers(&center, after, limit).await?;
            (workers.iter().map(with_state).collect(), more)
        }
        _ => {
            let (workers, more) = list_workers(center.table.as_ref(), after, limit).await?;
            let named = |(sid, name): &(WorkerSid, String)| json!({ "sid": sid, "friendly_name": name });
            (workers.iter().map(named).collect(), more)
        }
    };
    Ok(Json(json!({ "workers": workers, "more": more })))
}

/// What a colleague may know of a worker: whether they can take something.
fn with_state(worker: &FloorWorker) -> Value {
    json!({
        "sid": worker.sid,
        "friendly_name": worker.friendly_name,
        "activity_name": worker.activity_name,
        "available": worker.available,
        "connected": worker.connected,
    })
}

pub(crate) async fn fetch(
    State(center): State<Shared>,
    Sid(sid): Sid<WorkerSid>,
) -> Result<Json<Value>, ApiError> {
    let table = center.table.as_ref();
    let missing = || ApiError::not_found("worker");
    let worker = load_worker(table, &sid, Consistency::Strong).await?.ok_or_else(missing)?;
    let profile = load_profile(table, &sid).await?.ok_or_else(missing)?;
    let config = center.config().await?;
    let activity = config.activity(worker.activity_sid.as_str()).map(|activity| &activity.friendly_name);
    let channels: Map<String, Value> = worker
        .channels
        .iter()
        .map(|(name, channel)| {
            let state = json!({
                "capacity": channel.capacity, "assigned": channel.assigned, "available": channel.available,
            });
            (name.clone(), state)
        })
        .collect();
    Ok(Json(json!({
        "sid": sid,
        "friendly_name": profile.friendly_name,
        "attributes": profile.attributes,
        "activity_sid": worker.activity_sid,
        "activity_name": activity,
        "available": worker.activity_available,
        "connected": !worker.connections.is_empty(),
        "channels": channels,
        "reservations": worker.reservations,
        "activity_since": worker.activity_since,
    })))
}
