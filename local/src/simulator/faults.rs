//! A provider that misbehaves: `POST /simulator/api/{channel}/faults`.

use super::{Simulator, bad_request};
use axum::Json;
use axum::extract::{Path, State};
use patchbay_api::ApiError;
use patchbay_model::ChannelKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Calls that one order may spoil.
const CALLS_MAX: u32 = 1_000_000;
/// Orders that wait for one channel.
const ORDERS_MAX: usize = 1_000;
/// Milliseconds of a delay.
const DELAY_MS_MAX: u64 = 60_000;

/// What happens to the next calls of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// How many calls.
    #[serde(default = "one")]
    next: u32,
    /// They are refused with this status (400–599); without one they succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code of that error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// After how many seconds the provider wants to be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// They succeed, and what the provider tells of them later is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ToldLater>,
    /// They are answered so much later.
    #[serde(default)]
    pub delay_ms: u64,
    /// They are done, and the connection breaks before the answer.
    #[serde(default)]
    pub drop: bool,
    /// They are done, although `status` says that they are refused.
    #[serde(default)]
    pub done: bool,
}

/// What a provider tells of a call that it has taken, other than that all went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ToldLater {
    /// It failed, with the fault's `code`.
    Failed,
    /// Nothing.
    None,
}

impl Fault {
    /// Whether it takes back what was ordered before.
    pub(super) fn takes_back(&self) -> bool {
        self.next == 0
    }
}

fn one() -> u32 {
    1
}

#[derive(Default)]
pub(super) struct Faults(Mutex<BTreeMap<ChannelKind, VecDeque<Fault>>>);

impl Faults {
    /// What is to happen to one more call.
    pub(super) fn take(&self, kind: ChannelKind) -> Option<Fault> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = channels.get_mut(&kind)?;
        let first = orders.front_mut()?;
        first.next -= 1;
        let fault = first.clone();
        if first.next == 0 {
            orders.pop_front();
        }
        Some(fault)
    }

    fn add(&self, kind: ChannelKind, fault: Fault) -> Result<usize, ApiError> {
        if !(1..=CALLS_MAX).contains(&fault.next) {
            return Err(bad_request(format!("next is not in 1..={CALLS_MAX}")));
        }
        if fault.status.is_some_and(|status| !(400..=599).contains(&status)) {
            return Err(bad_request("status is not in 400..=599"));
        }
        if fault.delay_ms > DELAY_MS_MAX {
            return Err(bad_request(format!("delay_ms is over {DELAY_MS_MAX}")));
        }
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = channels.entry(kind).or_default();
        if orders.len() == ORDERS_MAX {
            return Err(bad_request(format!("{ORDERS_MAX} orders wait already")));
        }
        orders.push_back(fault);
        Ok(orders.len())
    }

    /// Adds an order, or takes back all of them; how many wait.
    pub(super) fn order(&self, kind: ChannelKind, fault: Fault) -> Result<usize, ApiError> {
        if fault.takes_back() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&kind);
            return Ok(0);
        }
        self.add(kind, fault)
    }
}

/// `next` 0 takes back what was ordered.
pub(super) async fn add(
    State(simulator): State<Simulator>,
    Path(channel): Path<String>,
    Json(fault): Json<Fault>,
) -> Result<Json<Value>, ApiError> {
    let kind: ChannelKind = channel.parse().map_err(|_| bad_request("there is no such channel"))?;
    let waiting = simulator.faults.order(kind, fault)?;
    Ok(Json(json!({ "waiting": waiting })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(order: Value) -> Fault {
        serde_json::from_value(order).unwrap()
    }

    #[test]
    fn orders_are_used_up_in_order() {
        let faults = Faults::default();
        faults.add(ChannelKind::Sms, fault(json!({ "next": 2, "status": 500 }))).unwrap();
        faults.add(ChannelKind::Sms, fault(json!({ "drop": true }))).unwrap();
        let statuses: Vec<_> = std::iter::from_fn(|| faults.take(ChannelKind::Sms))
            .map(|fault| (fault.status, fault.drop))
            .collect();
        assert_eq!(statuses, [(Some(500), false), (Some(500), false), (None, true)]);
        assert_eq!(faults.take(ChannelKind::Line), None);
    }

    #[test]
    fn orders_have_limits() {
        let faults = Faults::default();
        let check = |order: Value, ok: bool| {
            assert_eq!(faults.add(ChannelKind::Sms, fault(order.clone())).is_ok(), ok, "{order}");
        };
        check(json!({ "next": CALLS_MAX }), true);
        check(json!({ "next": CALLS_MAX + 1 }), false);
        check(json!({ "status": 399 }), false);
        check(json!({ "status": 400 }), true);
        check(json!({ "status": 600 }), false);
        check(json!({ "delay_ms": DELAY_MS_MAX }), true);
        check(json!({ "delay_ms": DELAY_MS_MAX + 1 }), false);
        assert!(serde_json::from_value::<Fault>(json!({ "times": 1 })).is_err());
    }
}
