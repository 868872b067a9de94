//! How a document becomes an attribute: its JSON, deflated (RFC 1951) when that is long enough to pay.
//!
//! DynamoDB bills writes by the kilobyte, so a document that would reach into a second one is worth the few
//! microseconds.

use crate::ports::{Item, Value};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// JSON up to this many bytes is stored as text, readable in a console.
const PLAIN_BYTES_MAX: usize = 768;
/// Bytes that a stored document may unpack to.
const UNPACKED_BYTES_MAX: usize = 4 * 1024 * 1024;
const LEVEL: u8 = 3;

/// A stored attribute that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("the item has no attribute {0:?}")]
    Missing(&'static str),
    #[error("attribute {name:?} does not read: {why}")]
    Unreadable { name: &'static str, why: String },
}

/// The attribute for a document.
pub fn encode<T: Serialize>(document: &T) -> Value {
    // Our own types serialise: maps have text keys, numbers are finite.
    let json = serde_json::to_string(document).unwrap_or_default();
    if json.len() <= PLAIN_BYTES_MAX {
        return Value::S(json);
    }
    Value::B(Bytes::from(miniz_oxide::deflate::compress_to_vec(json.as_bytes(), LEVEL)))
}

/// The document in an attribute.
pub fn decode<T: DeserializeOwned>(item: &Item, name: &'static str) -> Result<T, CodecError> {
    let unreadable = |why: String| CodecError::Unreadable { name, why };
    match item.attributes.get(name) {
        Some(Value::S(json)) => serde_json::from_str(json).map_err(|error| unreadable(error.to_string())),
        Some(Value::B(packed)) => {
            let json = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, UNPACKED_BYTES_MAX)
                .map_err(|error| unreadable(error.to_string()))?;
            serde_json::from_slice(&json).map_err(|error| unreadable(error.to_string()))
        }
        Some(Value::N(_)) => Err(unreadable("it is a number".into())),
        None => Err(CodecError::Missing(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Attributes, Key};

    fn check(text: &str, packed: bool) {
        let value = encode(&text);
        assert_eq!(matches!(value, Value::B(_)), packed);
        let item = Item { key: Key::new("p", "s"), attributes: Attributes::from([("d".into(), value)]) };
        assert_eq!(decode::<String>(&item, "d").as_deref(), Ok(text));
        assert_eq!(decode::<String>(&item, "e"), Err(CodecError::Missing("e")));
    }

    #[test]
    fn short_documents_stay_text_and_long_ones_are_packed() {
        check("hello", false);
        check(&"x".repeat(PLAIN_BYTES_MAX - 2), false);
        check(&"x".repeat(PLAIN_BYTES_MAX - 1), true);
    }
}
