//! `…/Workers/{WK}/Channels`: what a worker can hold and holds on each task channel.

use super::workers::stored;
use crate::twilio::{Answer, Call, TwilioError, date, fetched, page_of};
use patchbay_center::frames::worker_channel_sid;
use patchbay_center::router;
use patchbay_model::worker::WorkerChannel;
use patchbay_model::{Worker, WorkerSid};
use serde_json::{Value, json};

fn document(call: &Call, worker: &Worker, name: &str, held: &WorkerChannel) -> Value {
    let sid = worker_channel_sid(&worker.sid, name);
    let free = u64::from(held.capacity.saturating_sub(held.assigned));
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": sid,
        "worker_sid": worker.sid,
        "task_channel_sid": call.config.task_channel(name).map(|channel| &channel.sid),
        "task_channel_unique_name": name,
        "configured_capacity": held.capacity,
        "assigned_tasks": held.assigned,
        "available": held.available,
        "available_capacity_percentage": free * 100 / u64::from(held.capacity.max(1)),
        "date_created": null,
        "date_updated": date(worker.idle_since()),
        "url": call.below(&format!("/Workers/{}/Channels/{sid}", worker.sid)),
        "links": { "worker": call.below(&format!("/Workers/{}", worker.sid)) },
    })
}

/// The task channel that the path names: by the SID of either, or its unique name.
fn named<'w>(call: &Call, worker: &'w Worker) -> Result<&'w str, TwilioError> {
    let wanted = call.text("channel");
    let is_meant = |name: &&String| {
        name.as_str() == wanted
            || worker_channel_sid(&worker.sid, name).as_str() == wanted
            || call.config.task_channel(name).is_some_and(|channel| channel.sid.as_str() == wanted)
    };
    let found = worker.channels.keys().find(is_meant).map(String::as_str);
    found.ok_or_else(|| TwilioError::not_found("worker channel"))
}

fn one(call: &Call, worker: &Worker, name: &str) -> Result<Value, TwilioError> {
    let held = worker.channels.get(name).ok_or_else(|| TwilioError::not_found("worker channel"))?;
    Ok(document(call, worker, name, held))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&["PageSize", "Page", "PageToken"])?;
    let (worker, _) = stored(&call, &call.sid("sid", "worker")?).await?;
    let all = worker.channels.iter();
    let all = all.map(|(name, held)| (name.clone(), document(&call, &worker, name, held))).collect();
    fetched(page_of(&call, "channels", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    let (worker, _) = stored(&call, &call.sid("sid", "worker")?).await?;
    fetched(one(&call, &worker, named(&call, &worker)?)?)
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&["Capacity", "Available"])?;
    let sid: WorkerSid = call.sid("sid", "worker")?;
    let (worker, _) = stored(&call, &sid).await?;
    let name = named(&call, &worker)?;
    let wanted = (call.form.read("Capacity")?, call.form.flag("Available")?);
    let worker = router::set_channel(&call.center, &sid, name, wanted).await?;
    fetched(one(&call, &worker, name)?)
}
