//! Documents that are nearly a provider's: its own, with a few things changed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A string that no provider sends: longer than any text that is kept.
const LONG_CHARS: usize = patchbay_model::limits::TEXT_CHARS_MAX + 1;
/// Levels of a document that no reader is to follow to its end.
const DEEP_LEVELS: usize = 200;
/// What stands between the parts of a form, a mail and a document.
const PIECES: &[&str] = &[
    "\r\n",
    "\n\n",
    "--",
    "\0",
    "%",
    "&",
    "=",
    "=?utf-8?b?",
    "\"",
    "{",
    "[",
    "\\ud83d",
    "\u{1f600}",
    ":",
    ";",
];

/// One change. The numbers choose among what is there, so that any of them fits any document.
#[derive(Clone, Debug)]
pub(super) struct Change {
    place: u16,
    how: How,
    with: u16,
}

#[derive(Clone, Debug)]
enum How {
    /// What is there goes.
    Remove,
    /// What is there becomes something else, of another type or of an odd value.
    Become,
    /// What is there is also where something else was.
    Transplant,
    /// What is there is there twice; a single thing becomes a list.
    Repeat,
    /// A field has the name of another one.
    Rename,
    /// A text has a piece more, less, or another character.
    Edit,
    /// What is there is at the bottom of a deep well.
    Bury,
}

pub(super) fn changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec(change(false), 1..5)
}

/// Changes that leave a document one that can be read to its end.
pub(super) fn shallow_changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec(change(true), 0..4)
}

fn change(shallow: bool) -> impl Strategy<Value = Change> {
    let how = prop_oneof![
        4 => Just(How::Remove),
        8 => Just(How::Become),
        4 => Just(How::Transplant),
        2 => Just(How::Repeat),
        2 => Just(How::Rename),
        4 => Just(How::Edit),
        u32::from(!shallow) => Just(How::Bury),
    ];
    (any::<u16>(), how, any::<u16>()).prop_map(|(place, how, with)| Change { place, how, with })
}

/// A body with these changes: of its values where it is JSON, of its fields where it is a form, else of its bytes.
pub(super) fn mutated(body: &[u8], is_form: bool, changes: &[Change]) -> Vec<u8> {
    if let Ok(mut document) = serde_json::from_slice::<Value>(body) {
        changes.iter().for_each(|change| alter(&mut document, change));
        return document.to_string().into_bytes();
    }
    if is_form {
        let mut fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        changes.iter().for_each(|change| alter_fields(&mut fields, change));
        return form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
    }
    changes.iter().fold(body.to_vec(), altered_bytes)
}

/// Changes one value of a document, or one of the document that a text in it is.
pub(super) fn alter(document: &mut Value, change: &Change) {
    let places = places(document);
    let Some(place) = places.get(usize::from(change.place) % places.len().max(1)) else { return };
    let other =
        places.get(usize::from(change.with) % places.len()).and_then(|at| document.pointer(at).cloned());
    if let Some(Value::String(text)) = document.pointer_mut(place)
        && let Some((mut inside, encode)) = enclosed(text)
    {
        alter(&mut inside, change);
        *text = encode(&inside);
        return;
    }
    match (&change.how, document.pointer_mut(place)) {
        (How::Remove, _) => remove(document, place),
        (How::Become, Some(value)) => *value = odd(change.with),
        (How::Transplant, Some(value)) => *value = other.unwrap_or_default(),
        (How::Repeat, Some(Value::Array(list))) => list.extend(list.clone()),
        (How::Repeat, Some(value)) => *value = json!([value, value]),
        (How::Rename, _) => rename(document, place, usize::from(change.with)),
        (How::Edit, Some(Value::String(text))) => {
            *text = String::from_utf8_lossy(&altered_bytes(text.clone().into_bytes(), change)).into_owned();
        }
        (How::Edit, Some(Value::Number(number))) => {
            *number = number.as_i64().map_or(0, |whole| whole ^ (1 << (change.with % 63))).into();
        }
        (How::Edit, Some(value)) => *value = json!(value.to_string()),
        (How::Bury, Some(value)) => {
            *value = (0..DEEP_LEVELS).fold(value.take(), |inside, _| Value::Array(vec![inside]))
        }
        (_, None) => {}
    }
}

/// How a document is written into a text.
type Encoding = fn(&Value) -> String;

/// The document that a text is, and how it is written again: as JSON, or as JSON in base64.
fn enclosed(text: &str) -> Option<(Value, Encoding)> {
    let is_some = |document: &Value| document.is_object() || document.is_array();
    if let Some(document) = serde_json::from_str(text).ok().filter(is_some) {
        return Some((document, |document| document.to_string()));
    }
    let document = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok().filter(is_some)?;
    Some((document, |document| STANDARD.encode(document.to_string())))
}

/// JSON pointers to every value of a document but itself.
fn places(document: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        let inside: Vec<(String, &Value)> = match value {
            Value::Array(list) => {
                list.iter().enumerate().map(|(key, value)| (key.to_string(), value)).collect()
            }
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
            }
            _ => Vec::new(),
        };
        for (key, value) in inside {
            let place = format!("{at}/{key}");
            found.push(place.clone());
            walk(value, &place, found);
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

/// The document's arrays, as pointers.
pub(super) fn arrays(document: &Value) -> Vec<String> {
    let is_array = |place: &String| document.pointer(place).is_some_and(Value::is_array);
    std::iter::once(String::new()).chain(places(document)).filter(is_array).collect()
}

fn remove(document: &mut Value, place: &str) {
    let Some((parent, key)) = place.rsplit_once('/') else { return };
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(list)) => {
            key.parse().ok().filter(|at| *at < list.len()).map(|at: usize| list.remove(at));
        }
        _ => {}
    }
}

fn rename(document: &mut Value, place: &str, with: usize) {
    let names: Vec<String> = places(document)
        .iter()
        .filter_map(|at| at.rsplit('/').next().map(str::to_owned))
        .filter(|name| name.parse::<usize>().is_err())
        .collect();
    let Some(name) = names.get(with % names.len().max(1)) else { return };
    let value = document.pointer(place).cloned().unwrap_or_default();
    let Some((parent, _)) = place.rsplit_once('/') else { return };
    remove(document, place);
    if let Some(Value::Object(fields)) = document.pointer_mut(parent) {
        fields.insert(name.clone(), value);
    }
}

fn odd(with: u16) -> Value {
    // The long one costs a hundred times what another does.
    let length = if with < u16::MAX / 16 { LONG_CHARS } else { 500 };
    match with % 24 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(0),
        4 => json!(-1),
        5 => json!(u64::MAX),
        6 => json!(i64::MIN),
        7 => json!(1e308),
        8 => json!(0.5),
        9 => json!(""),
        10 => json!(" \t\r\n"),
        11 => json!("\u{0}\u{202e}\u{1f600}e\u{301}"),
        12 => json!([]),
        13 => json!({}),
        14 => json!([null, [], {}, "x"]),
        15 => json!({ "": { "id": 1, "type": null, "text": [] } }),
        16 => json!("é".repeat(length)),
        17 => json!("9".repeat(400)),
        18 => json!("-99999999999999999999.5e999"),
        19 => json!("2026-13-45T99:99:99Z"),
        20 => json!("blob:media/default/x"),
        21 => json!("https://evil.example/\r\nX-Injected: 1"),
        22 => json!("STOP"),
        _ => json!(vec![json!({ "id": "x", "text": "y" }); 12]),
    }
}

fn alter_fields(fields: &mut Vec<(String, String)>, change: &Change) {
    if fields.is_empty() {
        return;
    }
    let (at, with) = (usize::from(change.place) % fields.len(), usize::from(change.with));
    let other = fields[with % fields.len()].clone();
    match change.how {
        How::Remove => {
            fields.remove(at);
        }
        How::Become => {
            fields[at].1 = match odd(change.with) {
                Value::String(text) => text,
                value => value.to_string(),
            };
        }
        How::Transplant => fields[at].1 = other.1,
        How::Repeat => fields.insert(at, other),
        How::Rename => fields[at].0 = other.0,
        How::Edit | How::Bury => {
            let bytes = altered_bytes(fields[at].1.clone().into_bytes(), change);
            fields[at].1 = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

fn altered_bytes(mut bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    let at = usize::from(change.place) % (bytes.len() + 1);
    let until = (at + usize::from(change.with) % 64).min(bytes.len());
    match change.how {
        How::Remove => {
            bytes.drain(at..until);
        }
        How::Transplant => {
            let piece = bytes[at..until].to_vec();
            bytes.extend(piece);
        }
        How::Repeat => {
            let piece = bytes[at..until].to_vec();
            bytes.splice(at..at, piece);
        }
        How::Become | How::Rename => {
            let piece = PIECES[usize::from(change.with) % PIECES.len()];
            bytes.splice(at..at, piece.bytes());
        }
        How::Edit => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (change.with % 8);
            }
        }
        How::Bury => bytes.truncate(at),
    }
    bytes
}
