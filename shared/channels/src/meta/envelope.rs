//! The envelope of a webhook: one POST can hold several accounts and up to a thousand updates (Meta,
//! "Webhooks", "Event notifications").

use super::wire::{Id, Moment};
use crate::json;
use crate::webhook::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Deserialize)]
struct Webhook {
    #[serde(default)]
    object: String,
    entry: Vec<Value>,
}

/// One account's part. What it holds is kept apart, so that one that cannot be read does not take the others
/// with it.
#[derive(Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: Id,
    #[serde(default)]
    pub(crate) time: Moment,
    #[serde(default)]
    pub(crate) changes: Vec<Value>,
    #[serde(default)]
    pub(crate) messaging: Vec<Value>,
    #[serde(default)]
    pub(crate) standby: Vec<Value>,
}

/// The entries of a webhook about `object`, each with its place.
pub(crate) fn entries(body: &[u8], object: &str, problems: &mut Vec<Problem>) -> Vec<(String, Entry)> {
    let webhook: Webhook = match json::parse(body) {
        Ok(webhook) => webhook,
        Err(error) => {
            problems.push(Problem::new("", format!("the body is not a webhook of Meta: {error}")));
            return Vec::new();
        }
    };
    if webhook.object != object {
        problems.push(Problem::new("object", format!("it is about {:?}, not {object:?}", webhook.object)));
        return Vec::new();
    }
    let entries = webhook.entry.into_iter().enumerate();
    entries
        .filter_map(|(at, mut entry)| {
            let path = format!("entry[{at}]");
            drop_nulls(&mut entry);
            read(&entry, &path, problems).map(|entry| (path, entry))
        })
        .collect()
}

/// A field that is null is one that Meta left out.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// A part of a webhook as what it should be; else a problem with its place.
pub(crate) fn read<T: DeserializeOwned>(part: &Value, path: &str, problems: &mut Vec<Problem>) -> Option<T> {
    T::deserialize(part)
        .map_err(|error| problems.push(Problem::new(path, format!("it cannot be read: {error}"))))
        .ok()
}
