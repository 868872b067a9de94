use super::Discord;
use super::wire::{Dispatch, Event, Interaction};
use crate::json;
use crate::signature::Verified;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::{ChannelKind, EventKind, InboundEvent, Timestamp, event::Profile};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// What was found in a webhook: events or a reason why there are none; nothing where there is nothing to say.
pub(super) type Found = Result<Vec<InboundEvent>, String>;

impl Discord {
    /// Three kinds of documents come to one URL. An interaction has a token; a payload of the Gateway an operation;
    /// a webhook event has a version and neither. Their numbers for a ping differ.
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let mut problems = Vec::new();
        let body: Map<String, Value> = json::parse(&request.request().body).unwrap_or_else(|error| {
            problems.push(Problem::new("", format!("the body is not a document of Discord: {error}")));
            Map::new()
        });
        let body_has = |name: &str| body.contains_key(name);
        let (found, reply) = if body_has("token") {
            match read::<Interaction>(Value::Object(body)) {
                Ok(interaction) => {
                    let (reply, found) = self.interaction(&interaction, received_at, &mut problems);
                    (found, WebhookReply::json(200, &reply))
                }
                Err(reason) => (Err(reason), WebhookReply::json(400, &json!({}))),
            }
        } else if body_has("op") {
            let found = read::<Dispatch>(Value::Object(body))
                .and_then(|dispatch| self.dispatch(dispatch, received_at, &mut problems));
            (found, nothing())
        } else if body_has("event") {
            let found = read::<Event>(body["event"].clone())
                .and_then(|event| self.event(event, received_at, &mut problems));
            (found, nothing())
        } else if body_has("version") && body.get("type") == Some(&json!(0)) {
            (Ok(Vec::new()), nothing())
        } else if body.get("type") == Some(&json!(1)) {
            (Ok(Vec::new()), WebhookReply::json(200, &json!({ "type": 1 })))
        } else if problems.is_empty() {
            (Err("the body is not a document of Discord".into()), nothing())
        } else {
            (Ok(Vec::new()), nothing())
        };
        let events = found.unwrap_or_else(|reason| {
            problems.push(Problem::new("", reason));
            Vec::new()
        });
        Normalised::of(events, problems, reply)
    }

    pub(super) fn whole(
        &self,
        event_id: String,
        contact_address: String,
        times: (Option<Timestamp>, Timestamp),
        profile: Profile,
        kind: EventKind,
    ) -> InboundEvent {
        InboundEvent {
            event_id,
            channel: ChannelKind::Discord,
            account: self.account.name.clone(),
            contact_address,
            our_address: self.application_id.clone(),
            provider_time: times.0,
            to_the_second: false,
            received_at: times.1,
            profile,
            kind,
        }
    }
}

/// What Discord wants to hear of a webhook event (Discord, "Webhook events", "Responding to events"); whatever it
/// was, it is taken: too many failures disable them all.
fn nothing() -> WebhookReply {
    WebhookReply { status: 204, content_type: "application/json", body: String::new() }
}

pub(super) fn read<T: DeserializeOwned>(document: Value) -> Result<T, String> {
    serde_json::from_value(document).map_err(|error| error.to_string())
}
