//! `…/Activities`.

use super::{check_free, position};
use crate::twilio::{Answer, Call, TwilioError, created, deleted, fetched, page_of};
use patchbay_center::config::{ACTIVITIES, Activity, Config, ConfigDocuments};
use patchbay_center::floor::{WorkerSearch, search_workers};
use patchbay_model::ActivitySid;
use patchbay_model::workspace::ActivityDocument;
use serde_json::{Value, json};

const LIST: [&str; 5] = ["FriendlyName", "Available", "PageSize", "Page", "PageToken"];

fn document(call: &Call, activity: &Activity) -> Value {
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": activity.sid,
        "friendly_name": activity.friendly_name,
        "available": activity.available,
        "date_created": null,
        "date_updated": null,
        "url": call.below(&format!("/Activities/{}", activity.sid)),
        "links": { "workspace": call.below("") },
    })
}

fn one(call: &Call, config: &Config, sid: &ActivitySid) -> Result<Value, TwilioError> {
    let found = config.activities.iter().find(|activity| activity.sid == *sid);
    found.map(|activity| document(call, activity)).ok_or_else(|| TwilioError::not_found("activity"))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&LIST)?;
    let (name, available) = (call.query.get("FriendlyName"), call.query.flag("Available")?);
    let wanted = |activity: &&Activity| {
        name.is_none_or(|name| activity.friendly_name == name)
            && available.is_none_or(|available| activity.available == available)
    };
    let all = call.config.activities.iter().filter(wanted);
    let all = all.map(|activity| (activity.sid.to_string(), document(&call, activity))).collect();
    fetched(page_of(&call, "activities", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(one(&call, &call.config, &call.sid("sid", "activity")?)?)
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&["FriendlyName", "Available"])?;
    let friendly_name = call.form.required("FriendlyName")?;
    let available = call.form.flag("Available")?.unwrap_or(false);
    let sid = ActivitySid::from_bytes(call.center.world.id());
    if call.config.activity(friendly_name).is_some() {
        return Err(TwilioError::conflict(format!("the name {friendly_name:?} is taken")));
    }
    let config = call
        .edit("", |documents| {
            let activities = &mut documents.workspace.activities;
            check_free(activities, friendly_name, None)?;
            let friendly_name = friendly_name.to_owned();
            activities.push(ActivityDocument { sid: Some(sid.clone()), friendly_name, available });
            Ok(())
        })
        .await?;
    created(one(&call, &config, &sid)?)
}

/// Refuses to touch what every workspace has.
fn check_own(call: &Call, sid: &ActivitySid) -> Result<(), TwilioError> {
    let activity = call.config.activity(sid.as_str()).ok_or_else(|| TwilioError::not_found("activity"))?;
    let is_given = |(name, _): &(&str, bool)| activity.friendly_name.eq_ignore_ascii_case(name);
    match ACTIVITIES.iter().any(is_given) {
        true => Err(TwilioError::bad_request("every workspace has this activity, under this name")),
        false => Ok(()),
    }
}

/// Where the workspace says an activity's name, it says its SID from now on.
fn refer_by_sid(documents: &mut ConfigDocuments, name: &str, sid: &ActivitySid) {
    let workspace = &mut documents.workspace;
    for reference in [&mut workspace.default_activity, &mut workspace.timeout_activity] {
        if reference.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(name)) {
            *reference = Some(sid.to_string());
        }
    }
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&["FriendlyName"])?;
    let sid: ActivitySid = call.sid("sid", "activity")?;
    let Some(friendly_name) = call.form.get("FriendlyName") else {
        return fetched(one(&call, &call.config, &sid)?);
    };
    check_own(&call, &sid)?;
    let config = call
        .edit("", |documents| {
            let at = position(&documents.workspace.activities, &sid, "activity")?;
            check_free(&documents.workspace.activities, friendly_name, Some(at))?;
            let activity = &mut documents.workspace.activities[at];
            let before = std::mem::replace(&mut activity.friendly_name, friendly_name.to_owned());
            activity.sid = Some(sid.clone());
            refer_by_sid(documents, &before, &sid);
            Ok(())
        })
        .await?;
    fetched(one(&call, &config, &sid)?)
}

/// One that somebody is in, or that the workspace names, stays.
pub(super) async fn remove(call: Call) -> Answer {
    let sid: ActivitySid = call.sid("sid", "activity")?;
    check_own(&call, &sid)?;
    let search = WorkerSearch { activity_sid: Some(sid.clone()), ..WorkerSearch::default() };
    let mut after = None;
    loop {
        let (found, next) = search_workers(&call.center, &search, after.as_ref(), 1).await?;
        if !found.is_empty() {
            return Err(TwilioError::bad_request("workers are in this activity"));
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    call.edit("", |documents| {
        let at = position(&documents.workspace.activities, &sid, "activity")?;
        documents.workspace.activities.remove(at);
        Ok(())
    })
    .await?;
    deleted()
}
