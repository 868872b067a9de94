//! The answer of an action, in as many frames as it takes.

use crate::frames;
use bytes::Bytes;
use patchbay_model::limits::PUSH_BYTES_MAX;
use serde_json::{Map, Value};

/// Bytes that a frame has beside what its parts have: punctuation, and a margin.
const AROUND_BYTES: usize = 256;

/// What an action answers.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) fields: Map<String, Value>,
    /// Lists of things by name, too long for one frame perhaps.
    pub(super) lists: Lists,
}

impl Answer {
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Answer {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// The frames: `sync` for what does not fit, then the `ack`.
    pub(super) fn into_frames(self, id: Option<&str>) -> Vec<Bytes> {
        let room = room_beside(&frames::ack(id, self.fields.clone()));
        let mut parts = self.lists.parts(room, room);
        let mut last = parts.pop().unwrap_or_default();
        last.extend(self.fields);
        parts.into_iter().map(frames::sync).chain([frames::ack(id, last)]).collect()
    }
}

/// Bytes of lists that fit into a frame beside what is in it already.
pub(super) fn room_beside(frame: &Bytes) -> usize {
    PUSH_BYTES_MAX.saturating_sub(frame.len() + AROUND_BYTES)
}

/// Named lists.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<(&'static str, Vec<Value>)>);

impl Lists {
    pub(super) fn with(mut self, name: &'static str, entries: Vec<Value>) -> Lists {
        self.0.push((name, entries));
        self
    }

    /// The entries in order, in parts of at most `room` bytes, the first of at most `first_room`. Every part has
    /// every list. An entry that is longer than a part has one to itself: its frame is cut.
    pub(super) fn parts(self, first_room: usize, room: usize) -> Vec<Map<String, Value>> {
        let names: Vec<&'static str> = self.0.iter().map(|(name, _)| *name).collect();
        let empty =
            || Map::from_iter(names.iter().map(|name| ((*name).to_owned(), Value::Array(Vec::new()))));
        let mut parts = vec![empty()];
        let mut left = first_room;
        for (name, entry) in
            self.0.into_iter().flat_map(|(name, list)| list.into_iter().map(move |e| (name, e)))
        {
            let bytes = entry.to_string().len() + 1;
            let is_empty = parts
                .last()
                .is_none_or(|part| part.values().all(|list| list.as_array().is_some_and(Vec::is_empty)));
            // The first part may have no room for anything: then it stays without lists.
            if bytes > left && (!is_empty || (parts.len() == 1 && first_room < room)) {
                parts.push(empty());
                left = room;
            }
            left = left.saturating_sub(bytes);
            let list = parts.last_mut().and_then(|part| part.get_mut(name)).and_then(Value::as_array_mut);
            if let Some(list) = list {
                list.push(entry);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(frame: &Bytes) -> Value {
        serde_json::from_slice(frame).unwrap()
    }

    #[test]
    fn what_fits_is_one_frame() {
        let lists = Lists::default().with("messages", vec![json!("a"), json!("b")]);
        let frames = Answer { lists, ..Answer::default() }.with("more", false).into_frames(Some("7"));
        let expect =
            json!({ "event_type": "ack", "payload": { "id": "7", "more": false, "messages": ["a", "b"] } });
        assert_eq!(frames.iter().map(read).collect::<Vec<_>>(), [expect]);
    }

    proptest! {
        #[test]
        fn every_entry_arrives_once_in_order_and_no_frame_is_too_long(
            sizes in prop::collection::vec(0usize..60_000, 0..12),
        ) {
            let entries: Vec<Value> = sizes.iter().map(|size| json!("x".repeat(*size))).collect();
            let lists = Lists::default().with("a", entries.clone()).with("b", entries.clone());
            let frames = Answer { lists, ..Answer::default() }.with("task", "y".repeat(9_000)).into_frames(None);
            let mut found = (Vec::new(), Vec::new());
            for (at, frame) in frames.iter().enumerate() {
                prop_assert!(frame.len() <= PUSH_BYTES_MAX);
                let frame = read(frame);
                prop_assert_eq!(&frame["event_type"], if at + 1 == frames.len() { "ack" } else { "sync" });
                prop_assert_eq!(frame["payload"].get("truncated"), None);
                found.0.extend(frame["payload"]["a"].as_array().unwrap().clone());
                found.1.extend(frame["payload"]["b"].as_array().unwrap().clone());
            }
            prop_assert_eq!(found, (entries.clone(), entries));
        }
    }
}
