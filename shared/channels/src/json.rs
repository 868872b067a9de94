//! JSON as providers write it, which is not always JSON.

use serde::de::DeserializeOwned;

/// Reads a document. Bytes that are no UTF-8 and halves of a surrogate pair (`\ud83d` alone, left where a
/// client cut an emoji) stand as U+FFFD: one broken character must not lose the message around it.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(bytes)
        .or_else(|_| serde_json::from_str(&without_halves(&String::from_utf8_lossy(bytes))))
}

fn without_halves(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (kept, used) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (&escape[..12], 12),
            (Some(0xD800..=0xDFFF), _) => ("\\ufffd", 6),
            _ => {
                let used = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
                (&escape[..used], used)
            }
        };
        whole.push_str(kept);
        rest = &escape[used..];
    }
    whole + rest
}

/// The UTF-16 unit that an escape at the beginning of `text` stands for.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_of_a_pair_are_replaced_and_nothing_else() {
        let check = |json: &str, expect: &str| {
            assert_eq!(parse::<String>(json.as_bytes()).ok().as_deref(), Some(expect), "{json}");
        };
        check(r#""\ud83d\ude00""#, "😀");
        check(r#""a\ud83d b""#, "a\u{fffd} b");
        check(r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}");
        check(r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀");
        check(r#""\\ud83d\ud83d""#, "\\ud83d\u{fffd}");
        assert_eq!(parse::<String>(b"\"a\xffb\"").unwrap(), "a\u{fffd}b");
        assert!(parse::<String>(br#""\ud83"#).is_err());
    }

    proptest! {
        #[test]
        fn whole_documents_stay(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(without_halves(&json), json);
        }

        #[test]
        fn no_text_panics(text in r#"(\\|u|d83d|de00|"|é){0,20}"#) {
            without_halves(&text);
        }
    }
}
