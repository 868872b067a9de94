//! `…/TaskQueues`.

use super::{check_free, position};
use crate::twilio::{Answer, Call, TwilioError, created, deleted, fetched, page_of};
use patchbay_center::config::{Config, TaskQueue, replace_references};
use patchbay_center::floor;
use patchbay_center::store::load_profile;
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use patchbay_model::workspace::{TaskQueueDocument, Workspace};
use patchbay_model::{TaskOrder, TaskQueueSid, WorkerSid};
use patchbay_routing::{Scope, matches};
use serde_json::{Value, json};

const LIST: [&str; 6] =
    ["FriendlyName", "EvaluateWorkerAttributes", "WorkerSid", "PageSize", "Page", "PageToken"];
const WRITE: [&str; 6] = [
    "FriendlyName",
    "TargetWorkers",
    "MaxReservedWorkers",
    "TaskOrder",
    "ReservationActivitySid",
    "AssignmentActivitySid",
];
/// TaskRouter's single-tasking; here a worker's activity is its own.
const NOT_HAD: [&str; 2] = ["ReservationActivitySid", "AssignmentActivitySid"];

fn document(call: &Call, queue: &TaskQueue) -> Value {
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": queue.sid,
        "friendly_name": queue.friendly_name,
        "target_workers": queue.target_workers.to_string(),
        "max_reserved_workers": queue.max_reserved_workers,
        "task_order": queue.order,
        "reservation_activity_sid": null,
        "reservation_activity_name": null,
        "assignment_activity_sid": null,
        "assignment_activity_name": null,
        "date_created": null,
        "date_updated": null,
        "url": call.below(&format!("/TaskQueues/{}", queue.sid)),
        "links": { "workspace": call.below("") },
    })
}

fn one(call: &Call, config: &Config, sid: &TaskQueueSid) -> Result<Value, TwilioError> {
    let queue = config.queues.get(sid).ok_or_else(|| TwilioError::not_found("task queue"))?;
    Ok(document(call, queue))
}

/// The attributes by which queues are asked for, if they are.
async fn asked_attributes(call: &Call) -> Result<Option<Value>, TwilioError> {
    if let Some(worker) = call.query.get("WorkerSid") {
        let sid: WorkerSid =
            worker.parse().map_err(|_| TwilioError::bad_request("WorkerSid is not a SID"))?;
        let profile = load_profile(call.center.table.as_ref(), &sid).await?;
        let profile = profile.ok_or_else(|| TwilioError::not_found("worker"))?;
        return Ok(Some(Value::Object(profile.attributes)));
    }
    let attributes = call.query.object("EvaluateWorkerAttributes", ATTRIBUTES_CHARS_MAX)?;
    Ok(attributes.map(Value::Object))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let attributes = asked_attributes(&call).await?;
    let name = call.query.get("FriendlyName");
    let wanted = |queue: &&TaskQueue| {
        name.is_none_or(|name| queue.friendly_name == name)
            && attributes.as_ref().is_none_or(|facts| matches(&queue.target_workers, &Scope::worker(facts)))
    };
    let all = call.config.queues.values().filter(wanted);
    let all = all.map(|queue| (queue.sid.to_string(), document(&call, queue))).collect();
    fetched(page_of(&call, "task_queues", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(one(&call, &call.config, &call.sid("sid", "task queue")?)?)
}

/// Puts what the form says into a queue's document.
fn fill(call: &Call, queue: &mut TaskQueueDocument) -> Result<(), TwilioError> {
    if let Some(name) = call.form.get("FriendlyName") {
        queue.friendly_name = name.to_owned();
    }
    if let Some(expression) = call.form.get("TargetWorkers") {
        queue.target_workers = expression.to_owned();
    }
    if let Some(workers) = call.form.read("MaxReservedWorkers")? {
        queue.max_reserved_workers = workers;
    }
    match call.form.get("TaskOrder") {
        None => {}
        Some("FIFO") => queue.task_order = TaskOrder::Fifo,
        Some("LIFO") => queue.task_order = TaskOrder::Lifo,
        Some(_) => return Err(TwilioError::bad_request("TaskOrder is neither FIFO nor LIFO")),
    }
    Ok(())
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    super::not_had(&call, &NOT_HAD)?;
    let friendly_name = call.form.required("FriendlyName")?;
    let sid = TaskQueueSid::from_bytes(call.center.world.id());
    let config = call
        .edit("", |documents| {
            let queues = &mut documents.workspace.task_queues;
            check_free(queues, friendly_name, None)?;
            let mut queue = TaskQueueDocument {
                sid: Some(sid.clone()),
                friendly_name: friendly_name.to_owned(),
                target_workers: "1==1".into(),
                task_order: TaskOrder::Fifo,
                max_reserved_workers: 1,
            };
            fill(&call, &mut queue)?;
            queues.push(queue);
            Ok(())
        })
        .await?;
    created(one(&call, &config, &sid)?)
}

/// Where workflows say a queue's name, they say its SID from now on.
fn refer_by_sid(workspace: &mut Workspace, name: &str, sid: &TaskQueueSid) {
    for workflow in &mut workspace.workflows {
        if let Value::String(text) = &workflow.configuration
            && let Ok(read) = serde_json::from_str(text)
        {
            workflow.configuration = read;
        }
        replace_references(&mut workflow.configuration, &["queue"], name, sid.as_str());
    }
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    super::not_had(&call, &NOT_HAD)?;
    let sid: TaskQueueSid = call.sid("sid", "task queue")?;
    let config = call
        .edit("", |documents| {
            let workspace = &mut documents.workspace;
            let at = position(&workspace.task_queues, &sid, "task queue")?;
            let before = workspace.task_queues[at].friendly_name.clone();
            fill(&call, &mut workspace.task_queues[at])?;
            let after = workspace.task_queues[at].friendly_name.clone();
            if after != before {
                check_free(&workspace.task_queues, &after, Some(at))?;
                workspace.task_queues[at].sid = Some(sid.clone());
                refer_by_sid(workspace, &before, &sid);
            }
            Ok(())
        })
        .await?;
    fetched(one(&call, &config, &sid)?)
}

/// A queue that a workflow names, or in which a task waits, stays.
pub(super) async fn remove(call: Call) -> Answer {
    let sid: TaskQueueSid = call.sid("sid", "task queue")?;
    if !call.config.queues.contains_key(&sid) {
        return Err(TwilioError::not_found("task queue"));
    }
    let (waiting, _) = floor::tasks(&call.center, &floor::Of::Queue(sid.clone()), 1).await?;
    if !waiting.is_empty() {
        return Err(TwilioError::bad_request("tasks wait in the task queue"));
    }
    call.edit("", |documents| {
        let queues = &mut documents.workspace.task_queues;
        let at = position(queues, &sid, "task queue")?;
        queues.remove(at);
        Ok(())
    })
    .await?;
    deleted()
}
