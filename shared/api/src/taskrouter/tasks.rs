//! `…/Tasks`: any of them by SID, and a list of those that are open.

use super::reservations;
use crate::twilio::{Answer, Call, TwilioError, created, date, deleted, fetched, page_of, versioned};
use patchbay_center::command::NewTask;
use patchbay_center::floor::open_tasks;
use patchbay_center::ports::Consistency;
use patchbay_center::router;
use patchbay_center::store::load_task;
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use patchbay_model::{Task, TaskQueueSid, TaskSid, TaskStatus, Timestamp, WorkerSid, WorkflowSid};
use patchbay_routing::{Expression, Scope, matches};
use serde_json::{Value, json};

/// TaskRouter, "Limits": how long a task may wait.
const TIMEOUT_S_MAX: u32 = 1_209_600;
const TIMEOUT_S: u32 = 86_400;
/// TaskRouter, "Tasks": the largest priority.
const PRIORITY_MAX: u32 = 2_147_483_647;
/// Characters of a reason.
const REASON_CHARS_MAX: usize = 256;
/// TaskRouter, "Tasks": no earlier start than 1900-01-01.
const START_MIN: Timestamp = Timestamp(-2_208_988_800_000);

const LIST: [&str; 12] = [
    "AssignmentStatus",
    "Priority",
    "WorkflowSid",
    "WorkflowName",
    "TaskQueueSid",
    "TaskQueueName",
    "TaskChannel",
    "RoutingTarget",
    "EvaluateTaskAttributes",
    "PageSize",
    "Page",
    "PageToken",
];
const CREATE: [&str; 9] = [
    "Attributes",
    "WorkflowSid",
    "TaskChannel",
    "Priority",
    "Timeout",
    "VirtualStartTime",
    "RoutingTarget",
    "TaskQueueSid",
    "IgnoreCapacity",
];
const UPDATE: [&str; 6] =
    ["Attributes", "AssignmentStatus", "Reason", "Priority", "TaskChannel", "VirtualStartTime"];

pub(super) async fn stored(call: &Call, sid: &TaskSid) -> Result<Task, TwilioError> {
    let task = load_task(call.center.table.as_ref(), sid, Consistency::Strong).await?;
    task.ok_or_else(|| TwilioError::not_found("task"))
}

/// `age` is in seconds: to now, or to the end of a task that is over.
fn document(call: &Call, task: &Task) -> Value {
    let is_over = matches!(task.status, TaskStatus::Completed | TaskStatus::Canceled);
    let until = if is_over { task.updated_at } else { call.center.now() };
    let queue = task.queue_sid.as_ref();
    let workflow = call.config.workflows.get(&task.workflow_sid);
    let url = call.below(&format!("/Tasks/{}", task.sid));
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": task.sid,
        "assignment_status": task.status,
        "attributes": task.attributes.to_string(),
        "addons": "{}",
        "age": until.since_ms(task.created_at).max(0) / 1_000,
        "priority": task.priority,
        "reason": task.reason,
        "timeout": task.timeout_s,
        "routing_target": task.routing_target,
        "ignore_capacity": false,
        "task_queue_sid": queue,
        "task_queue_friendly_name":
            queue.and_then(|sid| call.config.queues.get(sid)).map(|queue| &queue.friendly_name),
        "task_queue_entered_date": null,
        "workflow_sid": task.workflow_sid,
        "workflow_friendly_name": workflow.map(|workflow| &workflow.friendly_name),
        "task_channel_sid": call.config.task_channel(&task.task_channel).map(|channel| &channel.sid),
        "task_channel_unique_name": task.task_channel,
        "conversation_sid": task.conversation_sid,
        "date_created": date(task.created_at),
        "date_updated": date(task.updated_at),
        "virtual_start_time": date(task.virtual_start_time),
        "url": url,
        "links": {
            "reservations": format!("{url}/Reservations"),
            "task_queue": queue.map(|sid| call.below(&format!("/TaskQueues/{sid}"))),
            "workflow": call.below(&format!("/Workflows/{}", task.workflow_sid)),
            "workspace": call.below(""),
        },
    })
}

fn shown(call: &Call, task: &Task) -> Answer {
    versioned(fetched(document(call, task)), task.version)
}

/// Whether a task is one of those asked for.
fn filter(call: &Call) -> Result<impl Fn(&Task) -> bool, TwilioError> {
    let query = &call.query;
    let statuses: Vec<String> = query.all("AssignmentStatus").into_iter().map(str::to_owned).collect();
    let priority = query.read::<u32>("Priority")?;
    let named = |names: [&str; 2]| names.into_iter().filter_map(|name| query.get(name)).collect::<Vec<_>>();
    // What there is not has no tasks.
    let workflows: Vec<Option<WorkflowSid>> = named(["WorkflowSid", "WorkflowName"])
        .into_iter()
        .map(|name| call.config.workflow(Some(name)).map(|workflow| workflow.sid.clone()))
        .collect();
    let queues: Vec<Option<TaskQueueSid>> = named(["TaskQueueSid", "TaskQueueName"])
        .into_iter()
        .map(|name| call.config.queue(name).map(|queue| queue.sid.clone()))
        .collect();
    let channel = query.get("TaskChannel").map(|name| {
        call.config.task_channel(name).map(|channel| channel.unique_name.clone()).unwrap_or_default()
    });
    let target = query.get("RoutingTarget").map(str::to_owned);
    let expression = query.get("EvaluateTaskAttributes").map(Expression::parse).transpose();
    let expression =
        expression.map_err(|error| TwilioError::bad_request(format!("EvaluateTaskAttributes: {error}")))?;
    Ok(move |task: &Task| {
        let status = json!(task.status);
        (statuses.is_empty() || statuses.iter().any(|wanted| status == wanted.as_str()))
            && priority.is_none_or(|priority| priority == task.priority)
            && workflows.iter().all(|sid| sid.as_ref() == Some(&task.workflow_sid))
            && queues.iter().all(|sid| sid.is_some() && *sid == task.queue_sid)
            && channel.as_ref().is_none_or(|name| *name == task.task_channel)
            && target.as_ref().is_none_or(|target| task.routing_target.as_ref() == Some(target))
            && expression.as_ref().is_none_or(|wanted| matches(wanted, &Scope::task(&task.attributes)))
    })
}

/// The oldest first.
pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let is_wanted = filter(&call)?;
    let (tasks, _) = open_tasks(&call.center).await?;
    let key = |task: &Task| format!("{:014}-{}", task.created_at.0, task.sid);
    let all = tasks.iter().filter(|task| is_wanted(task));
    let all = all.map(|task| (key(task), document(&call, task))).collect();
    fetched(page_of(&call, "tasks", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    let task = stored(&call, &call.sid("sid", "task")?).await?;
    shown(&call, &task)
}

fn priority(call: &Call) -> Result<Option<u32>, TwilioError> {
    match call.form.read::<u32>("Priority")? {
        Some(priority) if priority > PRIORITY_MAX => {
            Err(TwilioError::bad_request(format!("Priority is not in 0..={PRIORITY_MAX}")))
        }
        priority => Ok(priority),
    }
}

fn task_channel(call: &Call) -> Result<Option<String>, TwilioError> {
    let Some(name) = call.form.get("TaskChannel") else { return Ok(None) };
    let known = call.config.task_channel(name);
    let known = known.ok_or_else(|| TwilioError::bad_request("TaskChannel names no task channel"))?;
    Ok(Some(known.unique_name.clone()))
}

fn start(call: &Call) -> Result<Option<Timestamp>, TwilioError> {
    let Some(text) = call.form.get("VirtualStartTime") else { return Ok(None) };
    let at = Timestamp::parse_iso(text);
    let at =
        at.ok_or_else(|| TwilioError::bad_request("VirtualStartTime is not an ISO 8601 date and time"))?;
    match (START_MIN..=call.center.now()).contains(&at) {
        true => Ok(Some(at)),
        false => Err(TwilioError::bad_request("VirtualStartTime is before 1900 or in the future")),
    }
}

/// Where a task goes: through its workflow, or straight to a worker or task queue.
fn target(call: &Call) -> Result<(WorkflowSid, Option<String>), TwilioError> {
    let wanted = call.form.get("RoutingTarget").filter(|target| !target.is_empty());
    let is_workflow = |target: &&str| target.starts_with(WorkflowSid::PREFIX);
    let named = wanted.filter(is_workflow).or(call.form.get("WorkflowSid").filter(|sid| !sid.is_empty()));
    let workflow = call.config.workflow(named);
    let workflow = workflow.ok_or_else(|| {
        TwilioError::bad_request(match named {
            Some(_) => "WorkflowSid names no workflow",
            None => "WorkflowSid is missing: there is not exactly one workflow",
        })
    })?;
    let target = wanted.filter(|target| !is_workflow(target));
    let is_known = target.is_none_or(|target| {
        target.parse::<WorkerSid>().is_ok()
            || target.parse().is_ok_and(|sid: TaskQueueSid| call.config.queues.contains_key(&sid))
    });
    match is_known {
        true => Ok((workflow.sid.clone(), target.map(str::to_owned))),
        false => {
            Err(TwilioError::bad_request("RoutingTarget is no worker's, task queue's or workflow's SID"))
        }
    }
}

/// The queue of a task that goes straight to a worker.
fn queue(call: &Call, target: Option<&str>) -> Result<Option<TaskQueueSid>, TwilioError> {
    let Some(name) = call.form.get("TaskQueueSid").filter(|sid| !sid.is_empty()) else { return Ok(None) };
    if !target.is_some_and(|target| target.starts_with(WorkerSid::PREFIX)) {
        return Err(TwilioError::bad_request("TaskQueueSid goes with a worker as RoutingTarget"));
    }
    let queue = call.config.queue(name);
    Ok(Some(queue.ok_or_else(|| TwilioError::bad_request("TaskQueueSid names no task queue"))?.sid.clone()))
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&CREATE)?;
    if call.form.flag("IgnoreCapacity")? == Some(true) {
        return Err(TwilioError::bad_request("IgnoreCapacity cannot be had here"));
    }
    let timeout_s = call.form.read("Timeout")?.unwrap_or(TIMEOUT_S);
    if !(1..=TIMEOUT_S_MAX).contains(&timeout_s) {
        return Err(TwilioError::bad_request(format!("Timeout is not in 1..={TIMEOUT_S_MAX}")));
    }
    let (workflow_sid, routing_target) = target(&call)?;
    if let Some(worker) = routing_target.as_ref().and_then(|target| target.parse::<WorkerSid>().ok()) {
        super::workers::stored(&call, &worker).await?;
    }
    let queue_sid = queue(&call, routing_target.as_deref())?;
    let now = call.center.now();
    let mut task = router::new_task(NewTask {
        task_sid: TaskSid::from_bytes(call.center.world.id()),
        workflow_sid,
        task_channel: task_channel(&call)?.unwrap_or_else(|| "default".into()),
        attributes: Value::Object(call.form.object("Attributes", ATTRIBUTES_CHARS_MAX)?.unwrap_or_default()),
        priority: priority(&call)?.unwrap_or(0),
        timeout_s,
        conversation_sid: None,
        routing_target,
        invitation: None,
        created_at: now,
    });
    task.queue_sid = queue_sid;
    task.virtual_start_time = start(&call)?.unwrap_or(now);
    let task = router::create_now(&call.center, task).await?;
    tracing::info!(task = %task.sid, by = call.caller.sid, "task.created");
    versioned(created(document(&call, &task)), task.version)
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&UPDATE)?;
    let task = stored(&call, &call.sid("sid", "task")?).await?;
    if call.over.is_some_and(|over| over != task.version) {
        return Err(TwilioError::outdated());
    }
    let status = call.form.get("AssignmentStatus");
    let reason = call.form.text("Reason", REASON_CHARS_MAX)?;
    let attributes = call.form.object("Attributes", ATTRIBUTES_CHARS_MAX)?.map(Value::Object);
    let (priority, channel, start) = (priority(&call)?, task_channel(&call)?, start(&call)?);
    let is_changed = attributes.is_some() || priority.is_some() || channel.is_some() || start.is_some();
    if is_changed && status.is_some() {
        return Err(TwilioError::bad_request("AssignmentStatus is changed by a request of its own"));
    }
    if reason.is_some() && status.is_none() {
        return Err(TwilioError::bad_request("Reason goes with AssignmentStatus"));
    }
    if channel.is_some() && task.status != TaskStatus::Pending {
        return Err(TwilioError::bad_request("TaskChannel can be changed of a pending task only"));
    }
    if let Some(status) = status {
        become_status(&call, &task, status, reason).await?;
    } else if is_changed {
        let change = |task: &mut Task| {
            if let Some(attributes) = &attributes {
                task.attributes = attributes.clone();
            }
            // An offer of it takes room on the channel that it had.
            if let Some(channel) = channel.as_ref().filter(|_| task.status == TaskStatus::Pending) {
                task.task_channel = channel.clone();
            }
            task.priority = priority.unwrap_or(task.priority);
            task.virtual_start_time = start.unwrap_or(task.virtual_start_time);
        };
        let changed = router::change_task(&call.center, &task.sid, call.over, change).await?;
        changed.ok_or_else(TwilioError::outdated)?;
    }
    shown(&call, &stored(&call, &task.sid).await?)
}

async fn become_status(
    call: &Call,
    task: &Task,
    status: &str,
    reason: Option<&str>,
) -> Result<(), TwilioError> {
    match (status, task.status) {
        ("canceled", TaskStatus::Pending | TaskStatus::Reserved) => {
            router::cancel(&call.center, &task.sid, reason.unwrap_or_default()).await?;
            if stored(call, &task.sid).await?.status != TaskStatus::Canceled {
                return Err(TwilioError::conflict("an agent has accepted the task meanwhile"));
            }
        }
        ("wrapping", TaskStatus::Assigned) => {
            reservations::of_task(call, task, "reservation.wrap", None).await?;
        }
        ("completed", TaskStatus::Assigned | TaskStatus::Wrapping) => {
            reservations::of_task(call, task, "reservation.complete", reason).await?;
        }
        ("canceled" | "wrapping" | "completed", now) => {
            let now = json!(now);
            let message =
                format!("a task that is {} cannot become {status}", now.as_str().unwrap_or_default());
            return Err(TwilioError::bad_request(message));
        }
        _ => return Err(TwilioError::bad_request("AssignmentStatus is not canceled, wrapping or completed")),
    }
    tracing::info!(task = %task.sid, by = call.caller.sid, status, "task changed");
    Ok(())
}

pub(super) async fn remove(call: Call) -> Answer {
    let task = stored(&call, &call.sid("sid", "task")?).await?;
    if call.over.is_some_and(|over| over != task.version) {
        return Err(TwilioError::outdated());
    }
    router::remove_task(&call.center, &task.sid).await?;
    deleted()
}
