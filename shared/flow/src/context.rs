//! What templates can read: the tree that Studio calls an execution's context.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// `trigger.*`, `contact.*`, `flow.*` and `widgets.*` of one flow within an execution. Serialises to the shape of
/// Studio's execution context resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// One key: `message`, `conversation`, `call`, `request` or `parent`.
    pub trigger: Map<String, Value>,
    pub contact: ContactContext,
    pub flow: FlowContext,
    /// What each widget left behind.
    #[serde(default)]
    pub widgets: Map<String, Value>,
}

/// `contact.*`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContactContext {
    pub channel: ChannelAddress,
    /// The contact's attributes as they were when the execution began, with what the flow set since.
    #[serde(default)]
    pub attributes: Map<String, Value>,
}

/// `flow.*`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowContext {
    /// The execution's SID, as in Studio.
    pub sid: String,
    pub flow_sid: String,
    pub channel: ChannelAddress,
    /// The parameters of a REST start.
    #[serde(default)]
    pub data: Value,
    #[serde(default)]
    pub variables: Map<String, Value>,
}

/// One side of the conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChannelAddress {
    pub address: String,
}

/// One segment of a path: a member's name or, in a list, an index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) index: Option<i64>,
}

impl Context {
    /// The names that a path can begin with.
    pub(crate) const ROOTS: [&'static str; 4] = ["trigger", "contact", "flow", "widgets"];

    /// The value at `path`; `None` when there is none.
    pub(crate) fn find(&self, path: &[Key]) -> Option<Cow<'_, Value>> {
        let (root, rest) = path.split_first()?;
        match root.text.as_str() {
            "trigger" => member(&self.trigger, rest),
            "widgets" => member(&self.widgets, rest),
            "contact" => match rest.split_first() {
                Some((key, rest)) if key.text == "attributes" => member(&self.contact.attributes, rest),
                _ => owned(json!(self.contact), rest),
            },
            "flow" => match rest.split_first() {
                Some((key, rest)) if key.text == "variables" => member(&self.flow.variables, rest),
                Some((key, rest)) if key.text == "data" => walk(&self.flow.data, rest),
                _ => owned(json!(self.flow), rest),
            },
            _ => None,
        }
    }

    /// Why the flow began: the trigger widget's event.
    pub(crate) fn trigger_event(&self) -> &'static str {
        const EVENTS: [(&str, &str); 5] = [
            ("message", "incomingMessage"),
            ("call", "incomingCall"),
            ("conversation", "incomingConversationMessage"),
            ("request", "incomingRequest"),
            ("parent", "incomingParent"),
        ];
        EVENTS
            .iter()
            .find(|(key, _)| self.trigger.contains_key(*key))
            .map_or("incomingRequest", |(_, event)| event)
    }
}

fn member<'a>(map: &'a Map<String, Value>, path: &[Key]) -> Option<Cow<'a, Value>> {
    match path.split_first() {
        None => Some(Cow::Owned(Value::Object(map.clone()))),
        Some((key, rest)) => match map.get(&key.text) {
            Some(value) => walk(value, rest),
            None if key.text == "size" && rest.is_empty() => Some(Cow::Owned(json!(map.len()))),
            None => None,
        },
    }
}

fn owned(value: Value, path: &[Key]) -> Option<Cow<'static, Value>> {
    walk(&value, path).map(|found| Cow::Owned(found.into_owned()))
}

/// Follows `path` as Liquid does: members, indices (negative from the end), and `size`, `first`, `last`.
pub(crate) fn walk<'a>(value: &'a Value, path: &[Key]) -> Option<Cow<'a, Value>> {
    let Some((key, rest)) = path.split_first() else {
        return Some(Cow::Borrowed(value));
    };
    match value {
        Value::Object(map) => member(map, path),
        Value::Array(items) => match (key.index, key.text.as_str()) {
            (Some(index), _) => {
                let index = if index < 0 { index.checked_add_unsigned(items.len() as u64)? } else { index };
                walk(items.get(usize::try_from(index).ok()?)?, rest)
            }
            (None, "first") => walk(items.first()?, rest),
            (None, "last") => walk(items.last()?, rest),
            (None, "size") => Some(Cow::Owned(json!(items.len()))),
            _ => None,
        },
        Value::String(text) if key.text == "size" => Some(Cow::Owned(json!(text.chars().count()))),
        _ => None,
    }
}
