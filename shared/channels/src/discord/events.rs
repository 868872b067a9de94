//! Webhook events: what happens to the application, and the messages of games' own chats.

use super::Discord;
use super::address::{of_channel, time_of};
use super::message::content;
use super::normalise::{Found, read};
use super::wire::{Event, Message};
use crate::params;
use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::event::Profile;
use patchbay_model::{EventKind, Timestamp};
use serde_json::Value;

/// Characters of an event's data that are kept in a note.
const NOTE_CHARS_MAX: usize = 500;

impl Discord {
    pub(super) fn event(&self, event: Event, received_at: Timestamp, problems: &mut Vec<Problem>) -> Found {
        let Event { kind, timestamp, data } = event;
        // Discord writes these without an offset; they are UTC.
        let at = timestamp.as_deref().and_then(|text| {
            Timestamp::parse_iso(text).or_else(|| Timestamp::parse_iso(&format!("{text}Z")))
        });
        let stated = timestamp.unwrap_or_default();
        let action = ["LOBBY_MESSAGE_", "GAME_DIRECT_MESSAGE_"].iter().find_map(|of| kind.strip_prefix(of));
        if let Some(action) = action {
            return self.game_message(action, data, (at, received_at), problems);
        }
        let user = data["user"]["id"].as_str().or(data["user_id"].as_str()).unwrap_or_default();
        if user.is_empty() {
            return Err(format!("{kind} names no user"));
        }
        let name = data["user"]["global_name"].as_str().or(data["user"]["username"].as_str());
        let profile = Profile { name: name.map(str::to_owned), language: None };
        let id = data["id"].as_str().unwrap_or(user);
        let note = EventKind::Note { name: kind.to_lowercase(), text: cut(told(&data), "event", problems) };
        let event_id = format!("{kind}:{id}:{stated}");
        Ok(vec![self.whole(event_id, user.to_owned(), (at, received_at), profile, note)])
    }

    /// A message of a game's lobby or of friends in it (Social SDK); its people are known by their ids where Discord
    /// says them.
    fn game_message(
        &self,
        action: &str,
        data: Value,
        times: (Option<Timestamp>, Timestamp),
        problems: &mut Vec<Problem>,
    ) -> Found {
        let message: Message = read(data)?;
        let place = message.channel_id.as_ref().or(message.lobby_id.as_ref());
        let address = match (&message.author.id, place) {
            (author, _) if !author.is_empty() => author.clone(),
            (_, Some(place)) => of_channel(place),
            (_, None) => return Err("the message names nobody".into()),
        };
        if message.id.is_empty() {
            return Err("the message has no id".into());
        }
        let profile = Profile { name: message.author.name(), language: None };
        let (provider_id, said) = (message.id.clone(), content(&message, "event.data", problems));
        let (event_id, kind) = match action {
            "CREATE" => {
                let params = params::of_message(&address, &self.application_id, &provider_id, &said);
                let kind = EventKind::Message {
                    provider_id: provider_id.clone(),
                    content: said,
                    reply_to: None,
                    reply_context: None,
                    params,
                    echo: false,
                    tokens: Default::default(),
                };
                (provider_id, kind)
            }
            "UPDATE" => {
                let at = message.edited_timestamp.as_deref().unwrap_or_default();
                (format!("{provider_id}:{at}"), EventKind::Edited { provider_id, content: said })
            }
            "DELETE" => (format!("{provider_id}:deleted"), EventKind::Deleted { provider_id }),
            other => return Err(format!("a message's event {other:?} is not known")),
        };
        let times = (time_of(&message.id).filter(|_| action == "CREATE").or(times.0), times.1);
        Ok(vec![self.whole(event_id, address, times, profile, kind)])
    }
}

/// An event's data for people.
fn told(data: &Value) -> String {
    let own: serde_json::Map<String, Value> = data
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| *name != "user" && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(own).to_string().chars().take(NOTE_CHARS_MAX).collect()
}
