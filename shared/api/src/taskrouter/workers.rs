//! `…/Workers`.

use crate::twilio::{Answer, Call, Paging, TwilioError, created, date, deleted, fetched, versioned};
use patchbay_center::config::{Config, WorkerChange, change_worker, create_worker};
use patchbay_center::floor::{WorkerSearch, search_workers};
use patchbay_center::keys::worker_profile;
use patchbay_center::ports::Consistency;
use patchbay_center::router::{self, OpError};
use patchbay_center::store::{WorkerProfile, load, load_task, load_worker};
use patchbay_center::token::Role;
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use patchbay_model::workspace::WorkerDocument;
use patchbay_model::{ReservationStatus, Worker, WorkerSid};
use patchbay_routing::Expression;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LIST: [&str; 10] = [
    "FriendlyName",
    "ActivityName",
    "ActivitySid",
    "Available",
    "TaskQueueName",
    "TaskQueueSid",
    "TargetWorkersExpression",
    "PageSize",
    "Page",
    "PageToken",
];

/// The state of a worker and what is known of it besides, as TaskRouter shows them.
fn document(call: &Call, config: &Config, worker: &Worker, profile: &WorkerProfile) -> Value {
    let activity = config.activity(worker.activity_sid.as_str()).map(|activity| &activity.friendly_name);
    let url = call.below(&format!("/Workers/{}", worker.sid));
    json!({
        "account_sid": config.account_sid,
        "workspace_sid": config.workspace_sid,
        "sid": worker.sid,
        "friendly_name": profile.friendly_name,
        "attributes": Value::Object(profile.attributes.clone()).to_string(),
        "activity_sid": worker.activity_sid,
        "activity_name": activity,
        "available": worker.activity_available,
        "date_created": null,
        "date_updated": date(worker.activity_since.max(worker.idle_since())),
        "date_status_changed": date(worker.activity_since),
        "url": url,
        "links": {
            "channels": format!("{url}/Channels"),
            "reservations": format!("{url}/Reservations"),
            "activity": call.below(&format!("/Activities/{}", worker.activity_sid)),
            "workspace": call.below(""),
        },
    })
}

fn version(worker: &Worker, profile: &WorkerProfile) -> u64 {
    worker.version + profile.version
}

/// Both parts of a worker.
pub(super) async fn stored(call: &Call, sid: &WorkerSid) -> Result<(Worker, WorkerProfile), TwilioError> {
    let table = call.center.table.as_ref();
    let missing = || TwilioError::not_found("worker");
    let worker = load_worker(table, sid, Consistency::Strong).await?.ok_or_else(missing)?;
    let profile = load(table, &worker_profile(sid), Consistency::Strong).await?.ok_or_else(missing)?;
    Ok((worker, profile))
}

fn expression(text: &str, what: &str) -> Result<Expression, TwilioError> {
    Expression::parse_target_workers(text)
        .map_err(|error| TwilioError::bad_request(format!("{what}: {error}")))
}

/// Who is asked for. A filter by what there is not finds nobody.
fn search(call: &Call) -> Result<Option<WorkerSearch>, TwilioError> {
    let query = &call.query;
    let mut search = WorkerSearch {
        friendly_name: query.get("FriendlyName").map(str::to_owned),
        available: query.flag("Available")?,
        ..WorkerSearch::default()
    };
    for name in ["ActivitySid", "ActivityName"].into_iter().filter_map(|name| query.get(name)) {
        match call.config.activity(name) {
            Some(activity) if search.activity_sid.as_ref().is_none_or(|sid| *sid == activity.sid) => {
                search.activity_sid = Some(activity.sid.clone());
            }
            _ => return Ok(None),
        }
    }
    for name in ["TaskQueueSid", "TaskQueueName"].into_iter().filter_map(|name| query.get(name)) {
        let Some(queue) = call.config.queue(name) else { return Ok(None) };
        search.expressions.push(queue.target_workers.clone());
    }
    if let Some(text) = query.get("TargetWorkersExpression") {
        search.expressions.push(expression(text, "TargetWorkersExpression")?);
    }
    Ok(Some(search))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let paging = Paging::read(&call.query)?;
    let after = paging.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| TwilioError::bad_request("PageToken is none of ours"))?;
    let Some(search) = search(&call)? else {
        return fetched(paging.document(&call, "workers", Vec::new(), None));
    };
    let (found, next) = search_workers(&call.center, &search, after.as_ref(), paging.size).await?;
    let entries =
        found.iter().map(|(worker, profile)| document(&call, &call.config, worker, profile)).collect();
    fetched(paging.document(&call, "workers", entries, next.map(|sid| sid.to_string())))
}

pub(super) async fn fetch(call: Call) -> Answer {
    let (worker, profile) = stored(&call, &call.sid("sid", "worker")?).await?;
    versioned(fetched(document(&call, &call.config, &worker, &profile)), version(&worker, &profile))
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&["FriendlyName", "ActivitySid", "Attributes"])?;
    let sid = WorkerSid::from_bytes(call.center.world.id());
    let new = WorkerDocument {
        sid: Some(sid.clone()),
        friendly_name: call.form.required("FriendlyName")?.to_owned(),
        attributes: call.form.object("Attributes", ATTRIBUTES_CHARS_MAX)?.unwrap_or_default(),
        activity: call.form.get("ActivitySid").map(str::to_owned),
        channels: BTreeMap::new(),
    };
    let (worker, profile) = create_worker(&call.center, sid, new).await?;
    versioned(created(document(&call, &call.config, &worker, &profile)), version(&worker, &profile))
}

/// Names and attributes are an administrator's to change, where a worker is a supervisor's.
pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&["FriendlyName", "Attributes", "ActivitySid", "RejectPendingReservations"])?;
    let sid: WorkerSid = call.sid("sid", "worker")?;
    let change = WorkerChange {
        friendly_name: call.form.get("FriendlyName").map(str::to_owned),
        attributes: call.form.object("Attributes", ATTRIBUTES_CHARS_MAX)?,
    };
    let is_edited = change.friendly_name.is_some() || change.attributes.is_some();
    if is_edited && call.caller.role < Role::Admin {
        return Err(TwilioError::forbidden());
    }
    let reject = call.form.flag("RejectPendingReservations")?.unwrap_or(false);
    let activity = match call.form.get("ActivitySid") {
        Some(name) => {
            let known = call.config.activity(name);
            Some(known.ok_or_else(|| TwilioError::bad_request("ActivitySid names no activity"))?)
        }
        None => None,
    };
    if reject && activity.is_none_or(|activity| activity.available) {
        let message = "RejectPendingReservations goes with an activity that is not available";
        return Err(TwilioError::bad_request(message));
    }
    let (mut worker, profile) = change_worker(&call.center, &sid, call.over, change).await?;
    if let Some(activity) = activity {
        worker = router::set_activity(&call.center, &sid, activity.sid.as_str()).await?;
        tracing::info!(worker = %sid, by = call.caller.sid, activity = %activity.sid, "activity set");
    }
    if reject {
        reject_pending(&call, &worker).await?;
        worker = stored(&call, &sid).await?.0;
    }
    versioned(fetched(document(&call, &call.config, &worker, &profile)), version(&worker, &profile))
}

/// Gives back what a worker is offered. What is not offered to it any more by then is as it should be.
async fn reject_pending(call: &Call, worker: &Worker) -> Result<(), TwilioError> {
    for (sid, held) in &worker.reservations {
        let task = load_task(call.center.table.as_ref(), &held.task_sid, Consistency::Strong).await?;
        let is_pending = task.is_some_and(|task| {
            task.reservations.iter().any(|r| r.sid == *sid && r.status == ReservationStatus::Pending)
        });
        if !is_pending {
            continue;
        }
        match router::reject(&call.center, &worker.sid, sid, None).await {
            Ok(_) | Err(OpError::NotFound(_) | OpError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

pub(super) async fn remove(call: Call) -> Answer {
    let sid: WorkerSid = call.sid("sid", "worker")?;
    if let Some(over) = call.over {
        let (worker, profile) = stored(&call, &sid).await?;
        if over != version(&worker, &profile) {
            return Err(TwilioError::outdated());
        }
    }
    router::remove_worker(&call.center, &sid).await?;
    tracing::info!(worker = %sid, by = call.caller.sid, "worker removed");
    deleted()
}
