//! `/v2/Flows`: a flow's name is its identity, and what is stored is in force.

use crate::twilio::{Answer, Call, TwilioError, created, date, deleted, fetched, page_of};
use patchbay_center::config::{FlowRevision, flow_sid, flows_in_force};
use patchbay_flow::Flow;
use patchbay_model::FlowSid;
use serde_json::{Value, json};

/// Characters of a flow's name.
const NAME_CHARS_MAX: usize = 64;
/// Characters of what is said of a revision.
const MESSAGE_CHARS_MAX: usize = 512;
/// Bytes of a definition (DynamoDB's item has 400 KB, in which it is deflated).
const DEFINITION_BYTES_MAX: usize = 1_048_576;
/// Flows of a center.
const FLOWS_MAX: usize = 1_000;

const WRITE: [&str; 4] = ["FriendlyName", "Status", "Definition", "CommitMessage"];

/// A flow as it is in force.
pub(super) fn document(call: &Call, flow: &FlowRevision) -> Value {
    let sid = flow_sid(&flow.name);
    let url = call.below_flows(&format!("/{sid}"));
    json!({
        "account_sid": call.config.account_sid,
        "sid": sid,
        "friendly_name": flow.name,
        "definition": flow.definition,
        "status": "published",
        "revision": flow.number,
        "commit_message": flow.message,
        "valid": true,
        "errors": [],
        "warnings": [],
        "date_created": flow.flow_created_at.map(date),
        "date_updated": flow.applied_at.map(date),
        "webhook_url": null,
        "url": url,
        "links": { "revisions": format!("{url}/Revisions") },
    })
}

/// The flow of the path, by SID or name.
pub(super) async fn in_force(call: &Call, sid_or_name: &str) -> Result<FlowRevision, TwilioError> {
    let is_meant =
        |flow: &FlowRevision| flow.name == sid_or_name || flow_sid(&flow.name).as_str() == sid_or_name;
    let found = flows_in_force(&call.center).await?.into_iter().find(is_meant);
    found.ok_or_else(|| TwilioError::not_found("flow"))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&["PageSize", "Page", "PageToken"])?;
    let flows = flows_in_force(&call.center).await?;
    let entry = |flow: &FlowRevision| {
        let mut entry = document(&call, flow);
        // As Twilio's list: whoever wants a definition asks for the flow.
        entry["definition"] = Value::Null;
        (flow_sid(&flow.name).to_string(), entry)
    };
    fetched(page_of(&call, "flows", flows.iter().map(entry).collect())?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(document(&call, &in_force(&call, call.text("sid")).await?))
}

/// There are no drafts: a draft that ran would be worse than a refusal.
fn check_status(call: &Call) -> Result<(), TwilioError> {
    match call.form.get("Status") {
        None | Some("published") => Ok(()),
        Some("draft") => {
            let message = "drafts are not kept here: a flow that is stored is in force. Ask /v2/Flows/Validate, and \
                           store it as published";
            Err(TwilioError::bad_request(message))
        }
        Some(_) => Err(TwilioError::bad_request("Status is neither draft nor published")),
    }
}

fn check_name(name: &str) -> Result<(), TwilioError> {
    let is_fine = name.chars().count() <= NAME_CHARS_MAX
        && !name.starts_with('.')
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
    match is_fine {
        true => Ok(()),
        false => {
            let message =
                format!("FriendlyName has at most {NAME_CHARS_MAX} characters, none of them a slash");
            Err(TwilioError::bad_request(message))
        }
    }
}

/// A definition that runs, or everything that is wrong with it.
fn definition(call: &Call, name: &str) -> Result<Value, TwilioError> {
    let text = call.form.required("Definition")?;
    if text.len() > DEFINITION_BYTES_MAX {
        return Err(TwilioError::bad_request(format!(
            "Definition has more than {DEFINITION_BYTES_MAX} bytes"
        )));
    }
    Flow::parse(name, text).map_err(|refused| {
        let errors: Vec<Value> = refused
            .errors
            .iter()
            .map(|issue| json!({ "message": issue.message, "property_path": issue.property_path }))
            .collect();
        let first = refused.errors.first().map(|issue| format!("{}: {}", issue.property_path, issue.message));
        let message = format!("the definition has {} faults: {}", errors.len(), first.unwrap_or_default());
        TwilioError { details: Some(json!({ "errors": errors })), ..TwilioError::invalid_flow(message) }
    })?;
    let read: Option<Value> = call.form.json("Definition")?;
    Ok(read.unwrap_or_default())
}

pub(super) async fn validate(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    let name = call.form.required("FriendlyName")?;
    if !matches!(call.form.get("Status"), None | Some("draft" | "published")) {
        return Err(TwilioError::bad_request("Status is neither draft nor published"));
    }
    definition(&call, name)?;
    fetched(json!({ "valid": true }))
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    check_status(&call)?;
    let name = call.form.required("FriendlyName")?;
    check_name(name)?;
    let definition = definition(&call, name)?;
    let message = call.form.text("CommitMessage", MESSAGE_CHARS_MAX)?.unwrap_or_default();
    call.edit(message, |documents| {
        if documents.flows.contains_key(name) {
            return Err(TwilioError::conflict(format!("the name {name:?} is taken")));
        }
        if documents.flows.len() >= FLOWS_MAX {
            return Err(TwilioError::bad_request(format!("a center has at most {FLOWS_MAX} flows")));
        }
        documents.flows.insert(name.to_owned(), definition.clone());
        Ok(())
    })
    .await?;
    created(document(&call, &in_force(&call, name).await?))
}

/// A new revision, where the definition is another.
pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&WRITE)?;
    check_status(&call)?;
    let flow = in_force(&call, call.text("sid")).await?;
    if call.form.get("FriendlyName").is_some_and(|name| name != flow.name) {
        let message = "a flow's name is its identity here: make another flow, and take this one away";
        return Err(TwilioError::bad_request(message));
    }
    if call.form.get("Definition").is_none() {
        return fetched(document(&call, &flow));
    }
    let definition = definition(&call, &flow.name)?;
    let message = call.form.text("CommitMessage", MESSAGE_CHARS_MAX)?.unwrap_or_default();
    call.edit(message, |documents| {
        let stored = documents.flows.get_mut(&flow.name).ok_or_else(|| TwilioError::not_found("flow"))?;
        *stored = definition.clone();
        Ok(())
    })
    .await?;
    fetched(document(&call, &in_force(&call, &flow.name).await?))
}

/// One that answers on an account stays.
pub(super) async fn remove(call: Call) -> Answer {
    let flow = in_force(&call, call.text("sid")).await?;
    let sid: FlowSid = flow_sid(&flow.name);
    let mut answers = call.center.channels.iter();
    let used = answers.find(|(_, account)| account.flow == flow.name || account.flow == sid.as_str());
    if let Some(((kind, account), _)) = used {
        return Err(TwilioError::bad_request(format!("the flow answers on {kind}/{account}")));
    }
    call.edit("", |documents| {
        documents.flows.remove(&flow.name);
        Ok(())
    })
    .await?;
    deleted()
}
