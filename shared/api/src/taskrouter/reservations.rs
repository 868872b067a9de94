//! `…/Tasks/{WT}/Reservations` and `…/Workers/{WK}/Reservations`: offers that are not over, and what comes of them. One
//! that is over has left its task.

use super::tasks;
use super::workers::stored;
use crate::twilio::{Answer, Call, TwilioError, date, fetched, page_of, versioned};
use patchbay_center::agent::act_for;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{load_profile, load_task};
use patchbay_model::task::TaskReservation;
use patchbay_model::{ReservationSid, ReservationStatus, Task, TaskSid, WorkerSid};
use serde_json::{Map, Value, json};

const LIST: [&str; 5] = ["ReservationStatus", "WorkerSid", "PageSize", "Page", "PageToken"];

async fn document(call: &Call, task: &Task, reservation: &TaskReservation) -> Result<Value, TwilioError> {
    let profile = load_profile(call.center.table.as_ref(), &reservation.worker_sid).await?;
    let task_url = call.below(&format!("/Tasks/{}", task.sid));
    let worker_url = call.below(&format!("/Workers/{}", reservation.worker_sid));
    Ok(json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": reservation.sid,
        "task_sid": task.sid,
        "worker_sid": reservation.worker_sid,
        "worker_name": profile.map(|profile| profile.friendly_name),
        "reservation_status": reservation.status,
        "date_created": date(reservation.created_at),
        "date_updated": date(task.updated_at),
        "url": format!("{task_url}/Reservations/{}", reservation.sid),
        "links": { "task": task_url, "worker": worker_url, "workspace": call.below("") },
    }))
}

/// Those of some tasks that the query asks for, in a page.
async fn listed(call: &Call, found: Vec<(&Task, &TaskReservation)>) -> Answer {
    let statuses = call.query.all("ReservationStatus");
    let worker = call.query.get("WorkerSid");
    let mut all = Vec::new();
    for (task, reservation) in found {
        let status = json!(reservation.status);
        let is_wanted = (statuses.is_empty() || statuses.iter().any(|wanted| status == *wanted))
            && worker.is_none_or(|sid| reservation.worker_sid.as_str() == sid);
        if is_wanted {
            all.push((reservation.sid.to_string(), document(call, task, reservation).await?));
        }
    }
    fetched(page_of(call, "reservations", all)?)
}

pub(super) async fn list_of_task(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let task = tasks::stored(&call, &call.sid("sid", "task")?).await?;
    listed(&call, task.reservations.iter().map(|reservation| (&task, reservation)).collect()).await
}

/// The tasks of what a worker holds.
async fn held(call: &Call, worker: &WorkerSid) -> Result<Vec<Task>, TwilioError> {
    let (worker, _) = stored(call, worker).await?;
    let mut tasks = Vec::new();
    for held in worker.reservations.values() {
        tasks.extend(load_task(call.center.table.as_ref(), &held.task_sid, Consistency::Strong).await?);
    }
    Ok(tasks)
}

fn of_worker<'t>(tasks: &'t [Task], worker: &WorkerSid) -> Vec<(&'t Task, &'t TaskReservation)> {
    let all = tasks.iter().flat_map(|task| task.reservations.iter().map(move |r| (task, r)));
    all.filter(|(_, reservation)| reservation.worker_sid == *worker).collect()
}

pub(super) async fn list_of_worker(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let worker: WorkerSid = call.sid("sid", "worker")?;
    let tasks = held(&call, &worker).await?;
    listed(&call, of_worker(&tasks, &worker)).await
}

fn on_task(task: &Task, sid: &ReservationSid) -> Result<TaskReservation, TwilioError> {
    let found = task.reservations.iter().find(|reservation| reservation.sid == *sid);
    found.cloned().ok_or_else(|| TwilioError::not_found("reservation"))
}

async fn found_of_task(call: &Call) -> Result<(Task, TaskReservation), TwilioError> {
    let task = tasks::stored(call, &call.sid("sid", "task")?).await?;
    let reservation = on_task(&task, &call.sid("reservation", "reservation")?)?;
    Ok((task, reservation))
}

async fn found_of_worker(call: &Call) -> Result<(Task, TaskReservation), TwilioError> {
    let worker: WorkerSid = call.sid("sid", "worker")?;
    let sid: ReservationSid = call.sid("reservation", "reservation")?;
    let (worker, _) = stored(call, &worker).await?;
    let held = worker.reservations.get(&sid).ok_or_else(|| TwilioError::not_found("reservation"))?;
    let task = tasks::stored(call, &held.task_sid).await?;
    let reservation = on_task(&task, &sid)?;
    Ok((task, reservation))
}

async fn shown(call: &Call, task: &Task, reservation: &TaskReservation) -> Answer {
    versioned(fetched(document(call, task, reservation).await?), task.version)
}

pub(super) async fn fetch_of_task(call: Call) -> Answer {
    let (task, reservation) = found_of_task(&call).await?;
    shown(&call, &task, &reservation).await
}

pub(super) async fn fetch_of_worker(call: Call) -> Answer {
    let (task, reservation) = found_of_worker(&call).await?;
    shown(&call, &task, &reservation).await
}

pub(super) async fn update_of_task(call: Call) -> Answer {
    let (task, reservation) = found_of_task(&call).await?;
    update(&call, task, reservation).await
}

pub(super) async fn update_of_worker(call: Call) -> Answer {
    let (task, reservation) = found_of_worker(&call).await?;
    update(&call, task, reservation).await
}

/// Does what the worker's own client would: accepting puts the worker onto the conversation, and has its phone called
/// where the task is a call's, which stays pending until it is answered.
async fn update(call: &Call, task: Task, reservation: TaskReservation) -> Answer {
    call.form.only(&["ReservationStatus", "WorkerActivitySid", "Instruction"])?;
    super::not_had(call, &["Instruction"])?;
    if call.over.is_some_and(|over| over != task.version) {
        return Err(TwilioError::outdated());
    }
    let (action, status) = match call.form.required("ReservationStatus")? {
        "accepted" => ("reservation.accept", ReservationStatus::Accepted),
        "rejected" => ("reservation.reject", ReservationStatus::Rejected),
        "wrapping" => ("reservation.wrap", ReservationStatus::Wrapping),
        "completed" => ("reservation.complete", ReservationStatus::Completed),
        _ => {
            let message = "ReservationStatus is not accepted, rejected, wrapping or completed";
            return Err(TwilioError::bad_request(message));
        }
    };
    let mut fields = Map::from_iter([("reservation_sid".to_owned(), json!(reservation.sid))]);
    if let Some(activity) = call.form.get("WorkerActivitySid") {
        if status != ReservationStatus::Rejected {
            return Err(TwilioError::bad_request("WorkerActivitySid goes with rejecting"));
        }
        if call.config.activity(activity).is_none() {
            return Err(TwilioError::bad_request("WorkerActivitySid names no activity"));
        }
        fields.insert("activity".into(), json!(activity));
    }
    act_for(&call.center, &reservation.worker_sid, action, fields).await?;
    tracing::info!(reservation = %reservation.sid, by = call.caller.sid, action, "done for a worker");
    let after = load_task(call.center.table.as_ref(), &task.sid, Consistency::Strong).await?.unwrap_or(task);
    let now = after.reservations.iter().find(|now| now.sid == reservation.sid).cloned();
    let now = now.unwrap_or(TaskReservation { status, ..reservation });
    shown(call, &after, &now).await
}

/// Completes or wraps what an agent has of a task.
pub(super) async fn of_task(
    call: &Call,
    task: &Task,
    action: &str,
    reason: Option<&str>,
) -> Result<TaskSid, TwilioError> {
    let reservation = task.served().ok_or_else(|| TwilioError::bad_request("no agent has the task"))?;
    let mut fields = Map::from_iter([("reservation_sid".to_owned(), json!(reservation.sid))]);
    fields.extend(reason.map(|reason| ("reason".to_owned(), json!(reason))));
    act_for(&call.center, &reservation.worker_sid, action, fields).await?;
    Ok(task.sid.clone())
}
