//! `/v1/Workspaces`: there is one.

use crate::twilio::{Answer, Call, TwilioError, fetched, page_of};
use patchbay_center::config::Config;
use serde_json::{Value, json};

/// Characters of a name.
const NAME_CHARS_MAX: usize = 64;

const LIST: [&str; 4] = ["FriendlyName", "PageSize", "Page", "PageToken"];
const UPDATE: [&str; 7] = [
    "FriendlyName",
    "DefaultActivitySid",
    "TimeoutActivitySid",
    "MultiTaskEnabled",
    "PrioritizeQueueOrder",
    "EventCallbackUrl",
    "EventsFilter",
];

fn document(call: &Call, config: &Config) -> Value {
    let name = |sid| config.activity(sid).map(|activity| &activity.friendly_name);
    let (default, timeout) = (config.default_activity.as_str(), config.timeout_activity.as_str());
    json!({
        "account_sid": config.account_sid,
        "sid": config.workspace_sid,
        "friendly_name": config.friendly_name,
        "default_activity_sid": default,
        "default_activity_name": name(default),
        "timeout_activity_sid": timeout,
        "timeout_activity_name": name(timeout),
        "multi_task_enabled": true,
        "prioritize_queue_order": "FIFO",
        "event_callback_url": null,
        "events_filter": null,
        "date_created": null,
        "date_updated": null,
        "url": call.below(""),
        "links": {
            "activities": call.below("/Activities"),
            "tasks": call.below("/Tasks"),
            "task_channels": call.below("/TaskChannels"),
            "task_queues": call.below("/TaskQueues"),
            "workers": call.below("/Workers"),
            "workflows": call.below("/Workflows"),
        },
    })
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let wanted = call.query.get("FriendlyName");
    let mut all = Vec::new();
    if wanted.is_none_or(|name| name == call.config.friendly_name) {
        all.push((call.config.workspace_sid.to_string(), document(&call, &call.config)));
    }
    fetched(page_of(&call, "workspaces", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(document(&call, &call.config))
}

pub(super) async fn create(_: Call) -> Answer {
    Err(TwilioError::bad_request("a center has one workspace: another one is another center"))
}

pub(super) async fn remove(_: Call) -> Answer {
    Err(TwilioError::bad_request("a center has one workspace, which goes with it"))
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&UPDATE)?;
    super::not_had(&call, &["EventCallbackUrl", "EventsFilter"])?;
    if call.form.flag("MultiTaskEnabled")? == Some(false) {
        return Err(TwilioError::bad_request("MultiTaskEnabled is always true here"));
    }
    if call.form.get("PrioritizeQueueOrder").is_some_and(|order| order != "FIFO") {
        return Err(TwilioError::bad_request("PrioritizeQueueOrder is always FIFO here"));
    }
    let config = call
        .edit("", |documents| {
            let workspace = &mut documents.workspace;
            if let Some(name) = call.form.text("FriendlyName", NAME_CHARS_MAX)? {
                if name.trim().is_empty() {
                    return Err(TwilioError::bad_request("FriendlyName is empty"));
                }
                // They came from the name that it had, and stay.
                workspace.sid = Some(call.config.workspace_sid.clone());
                workspace.account_sid = Some(call.config.account_sid.clone());
                workspace.friendly_name = Some(name.to_owned());
            }
            for (parameter, activity) in [
                ("DefaultActivitySid", &mut workspace.default_activity),
                ("TimeoutActivitySid", &mut workspace.timeout_activity),
            ] {
                if let Some(sid) = call.form.get(parameter) {
                    *activity = Some(sid.to_owned());
                }
            }
            Ok(())
        })
        .await?;
    fetched(document(&call, &config))
}
