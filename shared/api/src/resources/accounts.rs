//! The channels' accounts: which there are, and whether their providers know them.

use crate::Shared;
use crate::error::ApiError;
use crate::read::JsonBody;
use axum::Json;
use axum::extract::State;
use patchbay_center::accounts;
use patchbay_model::ChannelKind;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) async fn list(State(center): State<Shared>) -> Json<Value> {
    let accounts = center.channels.iter().map(|((channel, account), opened)| {
        json!({
            "channel": channel, "account": account, "flow": opened.flow,
            "capabilities": opened.channel.capabilities(), "checked": opened.channel.check_request().is_some(),
        })
    });
    Json(json!({ "accounts": accounts.collect::<Vec<Value>>() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    channel: ChannelKind,
    account: String,
}

/// `name`: what the provider calls the account, where it can be asked; `problem`: what somebody has to do.
pub(crate) async fn check(
    State(center): State<Shared>,
    JsonBody(Named { channel, account }): JsonBody<Named>,
) -> Result<Json<Value>, ApiError> {
    let opened = center.channel(channel, &account).ok_or_else(|| ApiError::not_found("account"))?;
    Ok(Json(match accounts::check(opened.channel.as_ref(), center.http.as_ref()).await {
        Ok(name) => json!({ "name": name, "problem": null }),
        Err(problem) => json!({ "name": null, "problem": problem }),
    }))
}
