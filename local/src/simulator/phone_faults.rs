//! A telephone network that misbehaves: `POST /simulator/api/voice/faults`.

use super::faults::Fault;
use super::phone::{Which, account, within};
use super::{Simulator, bad_request};
use axum::Json;
use axum::extract::{Query, State};
use patchbay_api::ApiError;
use patchbay_channels::voice::network::{Misbehaviour, ORDERED_MAX};
use patchbay_model::ChannelKind;
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that is to go wrong with the phones of an account: `phones` says what, `next` how often. Without `phones`
/// it is a fault of the API's, as every channel has them; `next` 0 takes all back.
pub(super) async fn order(
    State(simulator): State<Simulator>,
    Json(order): Json<Value>,
) -> Result<Json<Value>, ApiError> {
    if order.get("phones").is_some() {
        let Ordered { phones, next, account: name } =
            serde_json::from_value(order).map_err(|error| bad_request(error.to_string()))?;
        if next > ORDERED_MAX {
            return Err(bad_request(format!("next is not in 0..={ORDERED_MAX}")));
        }
        let account = account(&simulator, name.as_deref())?;
        within(&simulator, &account, |network, _| network.order(phones, next))?;
        return Ok(Json(json!({ "waiting": next })));
    }
    let fault: Fault = serde_json::from_value(order).map_err(|error| bad_request(error.to_string()))?;
    let all = fault.takes_back();
    let waiting = simulator.faults.order(ChannelKind::Voice, fault)?;
    let accounts = simulator.played.accounts.iter().filter(|account| account.kind == ChannelKind::Voice);
    for account in accounts.filter(|_| all) {
        within(&simulator, account, |network, _| network.behave())?;
    }
    Ok(Json(json!({ "waiting": waiting })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordered {
    phones: Misbehaviour,
    #[serde(default = "one")]
    next: u32,
    account: Option<String>,
}

fn one() -> u32 {
    1
}

/// What is still to go wrong with the phones of an account.
pub(super) async fn ordered(
    State(simulator): State<Simulator>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let account = account(&simulator, which.account.as_deref())?;
    let waiting: Vec<Value> = within(&simulator, &account, |network, _| {
        network.ordered().map(|(phones, next)| json!({ "phones": phones, "next": next })).collect()
    })?;
    Ok(Json(Value::Array(waiting)))
}
