//! Frames that would be too long for a socket.

use bytes::Bytes;
use patchbay_model::limits::PUSH_BYTES_MAX;
use serde_json::Value;

/// The frame as text, the longest texts of its payload cut where it is longer than a socket carries.
pub(super) fn fitting(mut frame: Value) -> Bytes {
    let mut text = frame.to_string();
    if text.len() <= PUSH_BYTES_MAX {
        return text.into();
    }
    // The mark comes first, so that what is cut makes room for it.
    if let Some(payload) = frame.get_mut("payload").and_then(Value::as_object_mut) {
        payload.insert("truncated".into(), Value::Bool(true));
    }
    text = frame.to_string();
    while text.len() > PUSH_BYTES_MAX {
        let excess = text.len() - PUSH_BYTES_MAX;
        match frame.get_mut("payload").and_then(longest_text) {
            Some(longest) if !longest.is_empty() => shorten(longest, excess),
            // Everything but texts is bounded far below (attachments, identities, attributes).
            _ => break,
        }
        text = frame.to_string();
    }
    text.into()
}

fn longest_text(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(entries) => entries.iter_mut().filter_map(longest_text).max_by_key(|text| text.len()),
        Value::Object(fields) => fields.values_mut().filter_map(longest_text).max_by_key(|text| text.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Takes from the end of a text until its JSON form is `excess` bytes shorter, or nothing is left.
fn shorten(text: &mut String, excess: usize) {
    let mut freed = 0;
    while freed < excess {
        match text.pop() {
            Some(character) => freed += json_bytes(character),
            None => break,
        }
    }
}

/// Bytes of a character inside a JSON text (RFC 8259, 7, as serde_json escapes).
fn json_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn frame(text: &str) -> Value {
        json!({ "event_type": "e", "payload": { "list": ["short"], "text": text } })
    }

    /// What arrives of a text that makes a frame of `bytes` bytes, and whether it is marked as cut.
    fn check(bytes: usize, unit: char) -> (usize, bool) {
        let around = frame("").to_string().len();
        let text: String = std::iter::repeat_n(unit, (bytes - around) / json_bytes(unit)).collect();
        let sent = fitting(frame(&text));
        assert!(sent.len() <= PUSH_BYTES_MAX, "{} bytes", sent.len());
        let read: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(read["payload"]["list"], json!(["short"]));
        let kept = read["payload"]["text"].as_str().unwrap();
        assert!(text.starts_with(kept));
        (text.len() - kept.len(), read["payload"]["truncated"] == json!(true))
    }

    #[test]
    fn a_frame_at_the_limit_is_whole_and_one_past_it_is_cut() {
        assert_eq!(check(PUSH_BYTES_MAX, 'x'), (0, false));
        let (lost, marked) = check(PUSH_BYTES_MAX + 1, 'x');
        assert!(marked && lost > 0 && lost < 32, "{lost} bytes lost");
    }

    #[test]
    fn what_json_escapes_is_counted_as_it_is_sent() {
        for unit in ['\0', '"', 'é', '𝄞', '\n'] {
            let (lost, marked) = check(3 * PUSH_BYTES_MAX, unit);
            assert!(marked && lost > 0, "{unit:?}");
        }
    }

    #[test]
    fn several_long_texts_are_all_cut() {
        let long = "x".repeat(PUSH_BYTES_MAX);
        let sent = fitting(json!({ "payload": { "a": long, "b": [long, { "c": long }] } }));
        assert!(sent.len() <= PUSH_BYTES_MAX && sent.len() > PUSH_BYTES_MAX - 64);
    }

    proptest! {
        #[test]
        fn a_character_counts_what_serde_json_writes(character in any::<char>()) {
            prop_assert_eq!(Value::String(character.into()).to_string().len() - 2, json_bytes(character));
        }
    }
}
