//! JSON to Liquid's values and back, and the value of what is not there.

use std::fmt;

use liquid_core::model::{ArrayView, DisplayCow, KStringCow, State, ValueCow};
use liquid_core::{Object, Value, ValueView};
use serde_json::Value as Json;

/// Liquid's form of a JSON value. Strings stay strings: Liquid's own deserialiser would turn some into dates.
pub(super) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::scalar(*b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::scalar(n),
            None => Value::scalar(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => Value::scalar(s.clone()),
        Json::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        Json::Object(map) => {
            let mut object = Object::new();
            for (key, value) in map {
                object.insert(key.clone().into(), from_json(value));
            }
            Value::Object(object)
        }
    }
}

/// JSON of any Liquid value; keys in order.
pub(super) fn to_json(value: &dyn ValueView) -> Json {
    if value.is_nil() || value.is_state() {
        Json::Null
    } else if let Some(array) = value.as_array() {
        Json::Array(array.values().map(to_json).collect())
    } else if let Some(object) = value.as_object() {
        let mut entries: Vec<(String, Json)> =
            object.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Json::Object(entries.into_iter().collect())
    } else if let Value::Scalar(scalar) = value.to_value() {
        match scalar.type_name() {
            "whole number" => scalar.to_integer().map_or(Json::Null, Json::from),
            "fractional number" => scalar.to_float().map_or(Json::Null, Json::from),
            "boolean" => scalar.to_bool().map_or(Json::Null, Json::from),
            _ => Json::String(scalar.into_string().to_string()),
        }
    } else {
        Json::String(value.to_kstr().to_string())
    }
}

/// The text of a value: JSON of an object, or of a list that holds more than scalars; else as Liquid prints it.
/// Liquid would print objects in the order of their hashes, which differs from run to run.
pub(super) fn text_of(value: &dyn ValueView) -> String {
    let nested = value.as_array().is_some_and(|array| array.values().any(|item| !item.is_scalar()));
    if value.is_object() || nested { to_json(value).to_string() } else { value.to_kstr().into_string() }
}

/// The value with objects, and lists that hold more than scalars, replaced by their text.
pub(super) fn flat(value: ValueCow<'_>) -> ValueCow<'_> {
    if value.is_scalar() || value.is_nil() || value.is_state() {
        return value;
    }
    let nested = value.as_array().is_none_or(|array| array.values().any(|item| !item.is_scalar()));
    if nested { ValueCow::Owned(Value::scalar(text_of(&value))) } else { value }
}

/// Bytes that a value takes, roughly: what copying or printing it costs.
pub(super) fn weight(value: &dyn ValueView) -> usize {
    const NODE: usize = 16;
    if let Some(array) = value.as_array() {
        NODE + array.values().map(weight).sum::<usize>()
    } else if let Some(object) = value.as_object() {
        NODE + object.iter().map(|(key, value)| key.len() + weight(value)).sum::<usize>()
    } else if let Some(scalar) = value.as_scalar() {
        NODE + scalar.to_kstr().len()
    } else {
        NODE
    }
}

/// An undefined variable. Prints nothing, is false, equals `nil`, and is an empty list for `contains`, `for` and
/// the filters that Liquid's own nil refuses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing;

/// The one missing value.
pub(super) static MISSING: Missing = Missing;

impl ValueView for Missing {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn source(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new("nil"))
    }

    fn type_name(&self) -> &'static str {
        "nil"
    }

    fn query_state(&self, state: State) -> bool {
        !matches!(state, State::Truthy)
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_static("")
    }

    fn to_value(&self) -> Value {
        Value::Nil
    }

    fn as_array(&self) -> Option<&dyn ArrayView> {
        Some(self)
    }

    fn is_nil(&self) -> bool {
        true
    }
}

impl ArrayView for Missing {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        0
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(std::iter::empty())
    }

    fn contains_key(&self, _index: i64) -> bool {
        false
    }

    fn get(&self, _index: i64) -> Option<&dyn ValueView> {
        None
    }
}
