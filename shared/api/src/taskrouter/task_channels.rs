//! `…/TaskChannels`: by SID or unique name.

use super::position;
use crate::twilio::{Answer, Call, TwilioError, created, deleted, fetched, page_of};
use patchbay_center::config::{Config, TASK_CHANNELS, TaskChannel};
use patchbay_model::TaskChannelSid;
use patchbay_model::workspace::TaskChannelDocument;
use serde_json::{Value, json};

/// Characters of a name.
const NAME_CHARS_MAX: usize = 64;
/// Task channels of a workspace: each is an entry of every worker, who is kept small.
const TASK_CHANNELS_MAX: usize = 16;

fn document(call: &Call, channel: &TaskChannel) -> Value {
    let url = call.below(&format!("/TaskChannels/{}", channel.sid));
    json!({
        "account_sid": call.config.account_sid,
        "workspace_sid": call.config.workspace_sid,
        "sid": channel.sid,
        "unique_name": channel.unique_name,
        "friendly_name": channel.friendly_name,
        "channel_optimized_routing": false,
        "date_created": null,
        "date_updated": null,
        "url": url,
        "links": { "workspace": call.below("") },
    })
}

fn one<'c>(config: &'c Config, sid_or_name: &str) -> Result<&'c TaskChannel, TwilioError> {
    config.task_channel(sid_or_name).ok_or_else(|| TwilioError::not_found("task channel"))
}

pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&["PageSize", "Page", "PageToken"])?;
    let all = call.config.task_channels.iter();
    let all = all.map(|channel| (channel.sid.to_string(), document(&call, channel))).collect();
    fetched(page_of(&call, "channels", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    fetched(document(&call, one(&call.config, call.text("sid"))?))
}

/// The longest idle goes by all of a worker's channels.
fn check_routing(call: &Call) -> Result<(), TwilioError> {
    match call.form.flag("ChannelOptimizedRouting")? {
        Some(true) => Err(TwilioError::bad_request("ChannelOptimizedRouting cannot be had here")),
        _ => Ok(()),
    }
}

pub(super) async fn create(call: Call) -> Answer {
    call.form.only(&["FriendlyName", "UniqueName", "ChannelOptimizedRouting"])?;
    check_routing(&call)?;
    let unique_name = call.form.required("UniqueName")?;
    let friendly_name = call.form.required("FriendlyName")?;
    call.form.text("FriendlyName", NAME_CHARS_MAX)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if unique_name.len() > NAME_CHARS_MAX || !unique_name.chars().all(is_plain) {
        let message = format!("UniqueName has letters, digits and '_', at most {NAME_CHARS_MAX}");
        return Err(TwilioError::bad_request(message));
    }
    let sid = TaskChannelSid::from_bytes(call.center.world.id());
    if call.config.task_channel(unique_name).is_some() {
        return Err(TwilioError::conflict(format!("the name {unique_name:?} is taken")));
    }
    if call.config.task_channels.len() >= TASK_CHANNELS_MAX {
        return Err(TwilioError::bad_request(format!(
            "a workspace has at most {TASK_CHANNELS_MAX} task channels"
        )));
    }
    let config = call
        .edit("", |documents| {
            documents.workspace.task_channels.push(TaskChannelDocument {
                sid: Some(sid.clone()),
                unique_name: unique_name.to_owned(),
                friendly_name: Some(friendly_name.to_owned()),
            });
            Ok(())
        })
        .await?;
    created(document(&call, one(&config, sid.as_str())?))
}

pub(super) async fn update(call: Call) -> Answer {
    call.form.only(&["FriendlyName", "ChannelOptimizedRouting"])?;
    check_routing(&call)?;
    let known = one(&call.config, call.text("sid"))?.clone();
    let Some(friendly_name) = call.form.text("FriendlyName", NAME_CHARS_MAX)? else {
        return fetched(document(&call, &known));
    };
    let config = call
        .edit("", |documents| {
            let channels = &mut documents.workspace.task_channels;
            let friendly_name = Some(friendly_name.to_owned());
            match position(channels, &known.sid, "task channel") {
                Ok(at) => channels[at].friendly_name = friendly_name,
                // One of those that every workspace has, which no document names as yet.
                Err(_) => channels.push(TaskChannelDocument {
                    sid: None,
                    unique_name: known.unique_name.clone(),
                    friendly_name,
                }),
            }
            Ok(())
        })
        .await?;
    fetched(document(&call, one(&config, known.sid.as_str())?))
}

pub(super) async fn remove(call: Call) -> Answer {
    let known = one(&call.config, call.text("sid"))?.clone();
    if TASK_CHANNELS.contains(&known.unique_name.as_str()) {
        return Err(TwilioError::bad_request("every workspace has this task channel"));
    }
    call.edit("", |documents| {
        let channels = &mut documents.workspace.task_channels;
        let at = position(channels, &known.sid, "task channel")?;
        channels.remove(at);
        Ok(())
    })
    .await?;
    deleted()
}
