//! What customers were shown: `GET /simulator/api/{channel}/deliveries`.

use super::{Simulator, bad_request};
use axum::Json;
use axum::extract::{Path, Query, State};
use patchbay_api::ApiError;
use patchbay_channels::simulate::Delivery;
use patchbay_model::{ChannelKind, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Deliveries of one channel that are kept; older ones are forgotten.
pub(super) const DELIVERIES_MAX: usize = 10_000;

/// One message of ours, as the customer's device shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shown {
    /// The provider's id of the message.
    pub id: String,
    pub to: String,
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<String>,
    /// What our sender handed over, without credentials.
    pub request: Value,
    pub at: Timestamp,
}

#[derive(Default)]
pub(super) struct Deliveries(Mutex<BTreeMap<ChannelKind, VecDeque<Shown>>>);

impl Deliveries {
    /// Keeps a delivery, an entry for each of its texts; media belong to the first.
    pub(super) fn keep(
        &self,
        kind: ChannelKind,
        id: &str,
        delivery: Delivery,
        request: &Value,
        at: Timestamp,
    ) {
        let Delivery { to, mut texts, mut media, .. } = delivery;
        if texts.is_empty() {
            texts.push(String::new());
        }
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = channels.entry(kind).or_default();
        for text in texts {
            let media = std::mem::take(&mut media);
            kept.push_back(Shown {
                id: id.to_owned(),
                to: to.clone(),
                text,
                media,
                request: request.clone(),
                at,
            });
        }
        while kept.len() > DELIVERIES_MAX {
            kept.pop_front();
        }
    }

    fn to(&self, kind: ChannelKind, to: Option<&str>) -> Vec<Shown> {
        let channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = channels.get(&kind).into_iter().flatten();
        kept.filter(|shown| to.is_none_or(|to| shown.to == to)).cloned().collect()
    }
}

#[derive(Deserialize)]
pub(super) struct To {
    to: Option<String>,
}

pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path(channel): Path<String>,
    Query(query): Query<To>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let kind: ChannelKind = channel.parse().map_err(|_| bad_request("there is no such channel"))?;
    // A plus sign in a query is a space unless it is encoded: phone numbers are forgiven.
    let to = query.to.map(|to| if to.starts_with(' ') { to.replacen(' ', "+", 1) } else { to });
    Ok(Json(simulator.deliveries.to(kind, to.as_deref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(to: &str, texts: &[&str]) -> Delivery {
        Delivery {
            to: to.into(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..Delivery::default()
        }
    }

    #[test]
    fn deliveries_are_kept_in_order_and_bounded() {
        let kept = Deliveries::default();
        let sms = ChannelKind::Sms;
        kept.keep(sms, "1", delivery("ann", &["a", "b"]), &Value::Null, Timestamp(0));
        kept.keep(sms, "2", delivery("bob", &[]), &Value::Null, Timestamp(0));
        let texts: Vec<String> = kept.to(sms, Some("ann")).into_iter().map(|shown| shown.text).collect();
        assert_eq!(texts, ["a", "b"]);
        assert_eq!(kept.to(sms, None).len(), 3);
        for _ in 0..DELIVERIES_MAX {
            kept.keep(sms, "3", delivery("eve", &["c"]), &Value::Null, Timestamp(0));
        }
        assert_eq!(kept.to(sms, None).len(), DELIVERIES_MAX);
        assert!(kept.to(sms, Some("ann")).is_empty());
    }
}
