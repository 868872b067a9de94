//! `…/Workflows`: the configuration is a JSON text.

use super::{check_free, position};
use crate::twilio::{Answer, Call, TwilioError, created, deleted, fetched, page_of};
use patchbay_center::command::{RoutingBody, body};
use patchbay_center::config::{CACHED_MS, ConfigDocuments, replace_references};
use patchbay_center::floor::open_tasks;
use patchbay_center::ports::{Outgoing, QueueName};
use patchbay_model::workspace::WorkflowDocument;
use patchbay_model::{TaskStatus, WorkflowSid};
use patchbay_routing::workflow::WORKFLOW_BYTES_MAX;
use serde_json::{Value, json};

const LIST: [&str; 4] = ["FriendlyName", "PageSize", "Page", "PageToken"];
const WRITE: [&str; 6] = [
    "FriendlyName",
    "Configuration",
    "TaskReservationTimeout",
    "AssignmentCallbackUrl",
    "FallbackAssignmentCallbackUrl",
    "ReEvaluateTasks",
];
/// Agents are offered tasks by their sockets.
const NOT_HAD: [&str; 2] = ["AssignmentCallbackUrl", "FallbackAssignmentCallbackUrl"];
/// Members by which flows name workflows.
const REFERENCES: [&str; 2] = ["workflow", "workflow_sid"];
/// Seconds an offer stands unless it is said otherwise (TaskRouter).
const RESERVATION_TIMEOUT_S: u32 = 120;

fn document(call: &Call, workflow: &WorkflowDocument, sid: &WorkflowSid) -> Value {
    let configuration = match &workflow.configuration {
        Value::String(text) => text.clone(),
        object => object.to_string(),
    };
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": sid,
        "friendly_name": workflow.friendly_name,
        "configuration": configuration,
        "document_content_type": "application/json",
        "task_reservation_timeout": workflow.task_reservation_timeout,
        "assignment_callback_url": null,
        "fallback_assignment_callback_url": null,
        "date_created": null,
        "date_updated": null,
        "url": call.below(&format!("/Workflows/{sid}")),
        "links": { "workspace": call.below("") },
    })
}

/// The documents as they are: what is compiled has no text any more.
async fn documents(call: &Call) -> Result<ConfigDocuments, TwilioError> {
    Ok(patchbay_center::config::stored_documents(&call.center).await?.1)
}

async fn one(call: &Call, sid: &WorkflowSid) -> Result<Value, TwilioError> {
    let workflows = documents(call).await?.workspace.workflows;
    let at = position(&workflows, sid, "workflow")?;
    Ok(document(call, &workflows[at], sid))
}

pub(super) async fn list(call: Call) -> Answer {
    use patchbay_center::config::Named;
    call.query.only(&LIST)?;
    let name = call.query.get("FriendlyName");
    let workflows = documents(&call).await?.workspace.workflows;
    let wanted = workflows.iter().filter(|workflow| name.is_none_or(|name| workflow.friendly_name == name));
    let all = wanted.map(|workflow| (workflow.id().to_string(), document(&call, workflow, &workflow.id())));
    fetched(page_of(&call, "workflows", all.collect())?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(one(&call, &call.sid("sid", "workflow")?).await?)
}

/// Puts what the form says into a workflow's document.
fn fill(call: &Call, workflow: &mut WorkflowDocument) -> Result<(), TwilioError> {
    if let Some(name) = call.form.get("FriendlyName") {
        workflow.friendly_name = name.to_owned();
    }
    if call.form.get("Configuration").is_some_and(|text| text.len() > WORKFLOW_BYTES_MAX) {
        return Err(TwilioError::bad_request(format!(
            "Configuration has more than {WORKFLOW_BYTES_MAX} bytes"
        )));
    }
    if let Some(configuration) = call.form.json("Configuration")? {
        workflow.configuration = configuration;
    }
    if let Some(timeout_s) = call.form.read("TaskReservationTimeout")? {
        workflow.task_reservation_timeout = timeout_s;
    }
    Ok(())
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    super::not_had(&call, &NOT_HAD)?;
    let friendly_name = call.form.required("FriendlyName")?;
    call.form.required("Configuration")?;
    let sid = WorkflowSid::from_bytes(call.center.world.id());
    call.edit("", |documents| {
        let workflows = &mut documents.workspace.workflows;
        check_free(workflows, friendly_name, None)?;
        let mut workflow = WorkflowDocument {
            sid: Some(sid.clone()),
            friendly_name: friendly_name.to_owned(),
            task_reservation_timeout: RESERVATION_TIMEOUT_S,
            configuration: Value::Null,
        };
        fill(&call, &mut workflow)?;
        workflows.push(workflow);
        Ok(())
    })
    .await?;
    created(one(&call, &sid).await?)
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    super::not_had(&call, &NOT_HAD)?;
    let sid: WorkflowSid = call.sid("sid", "workflow")?;
    let again = call.form.flag("ReEvaluateTasks")?.unwrap_or(false);
    call.edit("", |documents| {
        let workflows = &mut documents.workspace.workflows;
        let at = position(workflows, &sid, "workflow")?;
        let before = workflows[at].friendly_name.clone();
        fill(&call, &mut workflows[at])?;
        let after = workflows[at].friendly_name.clone();
        if after != before {
            check_free(workflows, &after, Some(at))?;
            workflows[at].sid = Some(sid.clone());
            for flow in documents.flows.values_mut() {
                replace_references(flow, &REFERENCES, &before, sid.as_str());
            }
        }
        Ok(())
    })
    .await?;
    if again {
        place_anew(&call, &sid).await?;
    }
    fetched(one(&call, &sid).await?)
}

/// Has the tasks that wait in a workflow placed anew, once every handler has the configuration in which it has changed.
async fn place_anew(call: &Call, sid: &WorkflowSid) -> Result<(), TwilioError> {
    let (tasks, _) = open_tasks(&call.center).await?;
    let waiting =
        tasks.into_iter().filter(|task| task.workflow_sid == *sid && task.status == TaskStatus::Pending);
    let delay_s = (CACHED_MS / 1_000 + 1) as u32;
    let looks = waiting
        .map(|task| Outgoing::after_s(body(&RoutingBody::RecheckTask { task_sid: task.sid }), delay_s));
    let looks: Vec<Outgoing> = looks.collect();
    if !looks.is_empty() {
        call.center.queue.send(QueueName::Routing, looks).await?;
    }
    Ok(())
}

/// Open tasks in it are canceled when they are looked at next: there is no place for them any more. So one with tasks
/// that wait stays.
pub(super) async fn remove(call: Call) -> Answer {
    let sid: WorkflowSid = call.sid("sid", "workflow")?;
    if !call.config.workflows.contains_key(&sid) {
        return Err(TwilioError::not_found("workflow"));
    }
    let (tasks, _) = open_tasks(&call.center).await?;
    let waits = |status| matches!(status, TaskStatus::Pending | TaskStatus::Reserved);
    if tasks.iter().any(|task| task.workflow_sid == sid && waits(task.status)) {
        return Err(TwilioError::bad_request("tasks wait in the workflow"));
    }
    call.edit("", |documents| {
        let workflows = &mut documents.workspace.workflows;
        let at = position(workflows, &sid, "workflow")?;
        workflows.remove(at);
        Ok(())
    })
    .await?;
    deleted()
}
