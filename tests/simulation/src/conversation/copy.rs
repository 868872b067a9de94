//! What a desktop knows: it replaces what it has by what comes (docs/PROTOCOL.md, "Positions").

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A reservation as the desktop last heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub status: String,
    pub conversation: Option<String>,
    pub task: String,
}

#[derive(Default)]
pub(super) struct Copy {
    /// By sid.
    pub messages: BTreeMap<String, Value>,
    pub reservations: BTreeMap<String, Held>,
    pub conversations: BTreeMap<String, Value>,
}

impl Copy {
    /// A frame that answers nothing.
    pub fn take_in(&mut self, event: &str, payload: &Value) {
        match event {
            "message.created" | "message.updated" => self.message(payload),
            "conversation.updated" => self.conversation(payload),
            "init" | "sync" => self.lists(payload),
            event if event.starts_with("reservation.") => self.reservation(payload),
            _ => {}
        }
    }

    /// The lists of a snapshot, and what an accepted reservation is answered with.
    pub fn lists(&mut self, payload: &Value) {
        let list = |name: &str| payload[name].as_array().into_iter().flatten();
        list("messages").for_each(|message| self.message(message));
        list("conversations").for_each(|conversation| self.conversation(conversation));
        list("reservations").for_each(|reservation| self.reservation(reservation));
        if payload["conversation"].is_object() {
            self.conversation(&payload["conversation"]);
        }
    }

    /// The last position that is known, of each conversation.
    pub fn cursors(&self) -> Map<String, Value> {
        let mut cursors = Map::new();
        for message in self.messages.values() {
            let last = cursors.entry(text(&message["conversation_sid"])).or_insert(0.into());
            if message["seq"].as_u64() > last.as_u64() {
                *last = message["seq"].clone();
            }
        }
        cursors
    }

    fn message(&mut self, payload: &Value) {
        self.messages.insert(text(&payload["sid"]), payload.clone());
    }

    fn conversation(&mut self, payload: &Value) {
        self.conversations.insert(text(&payload["sid"]), payload.clone());
    }

    fn reservation(&mut self, payload: &Value) {
        let status = text(&payload["reservation_status"]);
        let conversation = payload["task"]["conversation_sid"].as_str().map(str::to_owned);
        match status.as_str() {
            "pending" | "accepted" | "wrapping" => {
                let task = text(&payload["task"]["sid"]);
                self.reservations.insert(text(&payload["sid"]), Held { status, conversation, task });
            }
            _ => drop(self.reservations.remove(&text(&payload["sid"]))),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
