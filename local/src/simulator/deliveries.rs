//! What customers were shown: `GET /simulator/api/{channel}/deliveries`.

use super::{Simulator, bad_request};
use axum::Json;
use axum::extract::{Path, Query, State};
use patchbay_api::ApiError;
use patchbay_channels::simulate::{Delivery, Signal};
use patchbay_channels::{ProviderRequest, SessionFrame};
use patchbay_model::{ChannelKind, ChoiceOption, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Deliveries of one channel that are kept; older ones are forgotten.
pub(super) const DELIVERIES_MAX: usize = 10_000;

/// One message of ours as the customer's device shows it, or something else that it is shown.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Shown {
    /// The provider's id of the message; empty where it is none.
    pub id: String,
    pub to: String,
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceOption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// What is no message: typing, reading, a reaction.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// What our sender handed over, without credentials.
    pub request: Value,
    pub at: Timestamp,
    /// The call itself, for the provider's news of it; or the frame, where we are the provider.
    #[serde(skip)]
    pub call: Option<Arc<ProviderRequest>>,
    #[serde(skip)]
    pub frame: Option<Arc<SessionFrame>>,
}

impl Shown {
    /// The entries of a delivery, one for each of its texts. Media belong to the first, answers to the last.
    pub(super) fn of(delivery: Delivery, common: &Shown) -> Vec<Shown> {
        let Delivery { to, mut texts, mut media, mut choices, template, reply_to } = delivery;
        if texts.is_empty() {
            texts.push(String::new());
        }
        let last = texts.len() - 1;
        let entry = |(at, text): (usize, String)| Shown {
            to: to.clone(),
            text,
            media: std::mem::take(&mut media),
            choices: if at == last { std::mem::take(&mut choices) } else { Vec::new() },
            template: template.clone(),
            reply_to: reply_to.clone(),
            ..common.clone()
        };
        texts.into_iter().enumerate().map(entry).collect()
    }
}

#[derive(Default)]
pub(super) struct Deliveries(Mutex<BTreeMap<ChannelKind, VecDeque<Shown>>>);

impl Deliveries {
    pub(super) fn keep(&self, kind: ChannelKind, shown: impl IntoIterator<Item = Shown>) {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = channels.entry(kind).or_default();
        kept.extend(shown);
        while kept.len() > DELIVERIES_MAX {
            kept.pop_front();
        }
    }

    /// The delivery that the provider knows by this id.
    pub(super) fn find(&self, kind: ChannelKind, id: &str) -> Option<Shown> {
        let channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.get(&kind)?.iter().rev().find(|shown| shown.id == id).cloned()
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

    fn delivery(to: &str, texts: &[&str]) -> Vec<Shown> {
        let choices = vec![ChoiceOption { data: "1".into(), text: "One".into() }];
        let delivery = Delivery {
            to: to.into(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            media: vec!["m".into()],
            choices,
            ..Delivery::default()
        };
        Shown::of(delivery, &Shown { id: format!("id of {to}"), ..Shown::default() })
    }

    #[test]
    fn deliveries_are_kept_in_order_and_bounded() {
        let kept = Deliveries::default();
        let sms = ChannelKind::Sms;
        kept.keep(sms, delivery("ann", &["a", "b"]));
        kept.keep(sms, delivery("bob", &[]));
        let shown = kept.to(sms, Some("ann"));
        let texts: Vec<&str> = shown.iter().map(|shown| shown.text.as_str()).collect();
        assert_eq!(texts, ["a", "b"]);
        assert_eq!((shown[0].media.len(), shown[1].media.len()), (1, 0));
        assert_eq!((shown[0].choices.len(), shown[1].choices.len()), (0, 1));
        assert_eq!(kept.to(sms, None).len(), 3);
        assert_eq!(kept.find(sms, "id of bob").map(|shown| shown.to).as_deref(), Some("bob"));
        for _ in 0..DELIVERIES_MAX {
            kept.keep(sms, delivery("eve", &["c"]));
        }
        assert_eq!(kept.to(sms, None).len(), DELIVERIES_MAX);
        assert!(kept.to(sms, Some("ann")).is_empty() && kept.find(sms, "id of bob").is_none());
    }

    #[test]
    fn what_is_no_message_says_what_it_is() {
        let signal = Some(Signal::Typing { on: true });
        let shown = Shown { to: "ann".into(), signal, ..Shown::default() };
        let written = serde_json::to_value(&shown).unwrap();
        assert_eq!((written["signal"].as_str(), written["on"].as_bool()), (Some("typing"), Some(true)));
    }
}
