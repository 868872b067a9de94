//! A value with parameters: `text/plain; charset=utf-8` (RFC 2045, 5.1; RFC 2231).

use super::{charset, word};
use std::collections::BTreeMap;

/// Parameters of one value; those behind are not read.
const PARAMETERS_MAX: usize = 100;

#[derive(Clone, Debug, Default)]
pub(crate) struct Parameterised {
    /// In lower case.
    pub(crate) value: String,
    /// Names in lower case, values decoded.
    parameters: BTreeMap<String, String>,
}

impl Parameterised {
    pub(super) fn plain(value: &str) -> Parameterised {
        Parameterised { value: value.to_owned(), parameters: BTreeMap::new() }
    }

    pub(crate) fn read(text: &str) -> Parameterised {
        let mut pieces = split(text).into_iter();
        let value = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        // A few write the value and its parameters without a semicolon between.
        let value = value.split_whitespace().next().unwrap_or_default().to_owned();
        let stated: Vec<(String, String)> =
            pieces.filter_map(|piece| pair(&piece)).take(PARAMETERS_MAX).collect();
        Parameterised { value, parameters: joined(stated) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// The pieces between semicolons that stand outside of quotes.
fn split(text: &str) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

fn pair(piece: &str) -> Option<(String, String)> {
    let (name, value) = piece.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let value = value.trim();
    let value = match value.strip_prefix('"') {
        Some(inner) => unquoted(inner),
        None => value.split(['\t', '"']).next().unwrap_or_default().trim_end().to_owned(),
    };
    (!name.is_empty()).then_some((name, value))
}

/// What stands before the closing quote. A backslash escapes a quote or itself; others are of file names, as some
/// senders of Windows write them.
fn unquoted(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('"' | '\\')) => {
                value.extend(chars.next());
            }
            ('"', _) => break,
            _ => value.push(c),
        }
    }
    value
}

/// Continuations put together and decoded (RFC 2231, 3 and 4). The extended form of a name wins over its plain one;
/// encoded words, which have no place here, are decoded all the same.
fn joined(stated: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut plain = BTreeMap::new();
    let mut extended: BTreeMap<String, BTreeMap<u32, (bool, String)>> = BTreeMap::new();
    for (name, value) in stated {
        let (base, encoded) = match name.strip_suffix('*') {
            Some(base) => (base, true),
            None => (name.as_str(), false),
        };
        let (base, section) = match base.split_once('*') {
            Some((base, number)) => (base, number.parse().ok()),
            None => (base, encoded.then_some(0)),
        };
        match section {
            Some(section) => {
                extended.entry(base.to_owned()).or_default().entry(section).or_insert((encoded, value));
            }
            None => {
                plain.entry(base.to_owned()).or_insert_with(|| word::decode(&value));
            }
        }
    }
    for (name, sections) in extended {
        plain.insert(name, assembled(sections));
    }
    plain
}

fn assembled(sections: BTreeMap<u32, (bool, String)>) -> String {
    let mut label = None;
    let mut bytes = Vec::new();
    for (number, (encoded, value)) in sections {
        if !encoded {
            bytes.extend_from_slice(value.as_bytes());
            continue;
        }
        // `charset'language'text`, in the first section only.
        let text = match (number, value.splitn(3, '\'').collect::<Vec<_>>().as_slice()) {
            (0, [charset, _, text]) => {
                label = Some((*charset).to_owned()).filter(|charset| !charset.is_empty());
                (*text).to_owned()
            }
            _ => value,
        };
        bytes.extend(percent_encoding::percent_decode_str(&text));
    }
    word::decode(&charset::decode(label.as_deref(), &bytes))
}
