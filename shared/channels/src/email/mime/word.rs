//! Encoded words (RFC 2047) in a field's value.

use super::{charset, transfer};

/// The value with its words decoded. Words next to each other are decoded as one where they are of one charset: some
/// senders cut a character in two.
pub(crate) fn decode(value: &str) -> String {
    let mut decoded = String::with_capacity(value.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let Some(word) = Word::read(&rest[at..]) else {
            flush(&mut pending, &mut decoded);
            decoded.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        let before = &rest[..at];
        rest = &rest[at + word.length..];
        if !before.trim().is_empty() || pending.is_none() {
            flush(&mut pending, &mut decoded);
            decoded.push_str(before);
        }
        match &mut pending {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => bytes.extend(word.bytes),
            _ => {
                flush(&mut pending, &mut decoded);
                pending = Some((word.charset.to_owned(), word.bytes));
            }
        }
    }
    flush(&mut pending, &mut decoded);
    decoded.push_str(rest);
    decoded.retain(|c| !c.is_control() || c == '\t');
    decoded
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, decoded: &mut String) {
    if let Some((charset, bytes)) = pending.take() {
        decoded.push_str(&charset::decode(Some(&charset), &bytes));
    }
}

struct Word<'v> {
    charset: &'v str,
    bytes: Vec<u8>,
    /// Of the value, in bytes.
    length: usize,
}

impl<'v> Word<'v> {
    /// The word that `value` begins with: `=?charset?encoding?text?=`.
    fn read(value: &'v str) -> Option<Word<'v>> {
        let inner = value.strip_prefix("=?")?;
        let (charset, after) = inner.split_once('?')?;
        let (encoding, after) = after.split_once('?')?;
        let text = &after[..after.find("?=")?];
        // `charset*language` (RFC 2231, 5).
        let charset_name = charset.split('*').next().unwrap_or_default();
        if charset_name.is_empty() || charset.contains(char::is_whitespace) {
            return None;
        }
        let bytes = match encoding {
            "b" | "B" => transfer::decode("base64", text.as_bytes()),
            "q" | "Q" => transfer::quoted(text.replace('_', " ").as_bytes()),
            _ => return None,
        };
        let length = 2 + charset.len() + 1 + encoding.len() + 1 + text.len() + 2;
        Some(Word { charset: charset_name, bytes, length })
    }
}
