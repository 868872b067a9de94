//! A worker as expressions see it: its attributes, with the fields TaskRouter adds.

use std::collections::BTreeMap;

use patchbay_model::worker::WorkerChannel;
use patchbay_model::{ActivitySid, WorkerSid};
use serde_json::{Map, Value, json};

/// What is named beside a worker's attributes.
///
/// Source: TaskRouter docs, "TaskQueues" (bare `sid`, `friendly_name`, `activity_name` …) and "Workflow
/// configuration" (`worker.channel.<unique name>.assigned_tasks` and `.available_capacity_percentage`).
#[derive(Clone, Copy, Debug)]
pub struct WorkerFields<'a> {
    pub sid: &'a WorkerSid,
    pub friendly_name: &'a str,
    pub activity_sid: &'a ActivitySid,
    pub activity_name: &'a str,
    /// By unique name of the task channel.
    pub channels: &'a BTreeMap<String, WorkerChannel>,
}

/// The object that paths within a worker lead into. A field hides an attribute of its name; `name`, which
/// configurations also write for the friendly name, does not.
#[must_use]
pub fn worker_facts(attributes: &Map<String, Value>, fields: &WorkerFields<'_>) -> Value {
    let channels = fields.channels.iter().map(|(name, channel)| (name.clone(), channel_facts(channel)));
    let mut facts = attributes.clone();
    facts.entry("name").or_insert_with(|| json!(fields.friendly_name));
    facts.extend([
        ("sid".to_owned(), json!(fields.sid)),
        ("friendly_name".to_owned(), json!(fields.friendly_name)),
        ("activity_sid".to_owned(), json!(fields.activity_sid)),
        ("activity_name".to_owned(), json!(fields.activity_name)),
        ("channel".to_owned(), Value::Object(channels.collect())),
    ]);
    Value::Object(facts)
}

fn channel_facts(channel: &WorkerChannel) -> Value {
    json!({
        "assigned_tasks": channel.assigned,
        "available_capacity_percentage": available_capacity_percentage(channel),
        "configured_capacity": channel.capacity,
        "available": channel.available,
    })
}

/// How much of a worker's capacity on a channel is free, 0 to 100, rounded down.
#[must_use]
pub fn available_capacity_percentage(channel: &WorkerChannel) -> u32 {
    let free = u64::from(channel.capacity.saturating_sub(channel.assigned));
    let percentage = (free * 100).checked_div(u64::from(channel.capacity)).unwrap_or(0);
    // A part of the whole is at most 100.
    u32::try_from(percentage).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expression, Scope, matches};

    fn check(expression: &str, expect: bool) {
        let attributes = json!({"sid": "mine", "language": "fr"});
        let channel = |capacity, assigned| WorkerChannel { capacity, assigned, available: true, token: None };
        let (sid, activity_sid) = (WorkerSid::derive(&["w"]), ActivitySid::derive(&["a"]));
        let fields = WorkerFields {
            sid: &sid,
            friendly_name: "alice",
            activity_sid: &activity_sid,
            activity_name: "Available",
            channels: &[("chat".to_owned(), channel(3, 1)), ("voice".to_owned(), channel(0, 0))].into(),
        };
        let facts = worker_facts(attributes.as_object().expect("an object"), &fields);
        let expression = expression.replace("$SID", sid.as_str()).replace("$ACTIVITY", activity_sid.as_str());
        let parsed = Expression::parse(&expression).expect(&expression);
        assert_eq!(matches(&parsed, &Scope::worker(&facts)), expect, "{expression}");
    }

    #[test]
    fn fields_are_named_beside_attributes() {
        check("language == 'fr'", true);
        check("sid IN ['$SID']", true);
        check("sid == 'mine'", false);
        check("name IN ['alice'] AND friendly_name == 'alice'", true);
        check("activity_name CONTAINS 'Avail' AND activity_sid == '$ACTIVITY'", true);
    }

    #[test]
    fn channels_tell_their_load() {
        check("channel.chat.assigned_tasks == 1 AND channel.chat.configured_capacity == 3", true);
        check("channel.chat.available_capacity_percentage == 66", true);
        check("channel.chat.available", true);
        check("channel.voice.available_capacity_percentage == 0", true);
        check("channel.sms.assigned_tasks == null", true);
    }

    #[test]
    fn an_overloaded_channel_has_nothing_free() {
        let channel = WorkerChannel { capacity: 1, assigned: 2, available: true, token: None };
        assert_eq!(available_capacity_percentage(&channel), 0);
        let huge = WorkerChannel { capacity: u32::MAX, assigned: 0, available: true, token: None };
        assert_eq!(available_capacity_percentage(&huge), 100);
    }
}
