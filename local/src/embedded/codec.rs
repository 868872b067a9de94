//! How keys, items and messages lie on disk.
//!
//! Keys sort as DynamoDB's do: by partition, then by sort key, bytewise. A partition is closed by two zero
//! bytes and a zero byte within it is written as `00 FF`, so that no partition's keys lie among another's.
//! Values are a sequence of fields: numbers as LEB128 (zigzag when signed), texts behind their length.

use patchbay_center::ports::{Attributes, Item, Key, Value};

/// The bytes are not what this module wrote: the file is damaged or of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a damaged record")]
pub struct Damaged;

const TAG_TEXT: u8 = 0;
const TAG_NUMBER: u8 = 1;
const TAG_BYTES: u8 = 2;

/// The key of an item on disk.
pub(super) fn key(partition: &str, sort: &str) -> Vec<u8> {
    let mut to = Vec::with_capacity(partition.len() + 2 + sort.len());
    for &byte in partition.as_bytes() {
        to.push(byte);
        if byte == 0 {
            to.push(0xff);
        }
    }
    to.extend_from_slice(&[0, 0]);
    to.extend_from_slice(sort.as_bytes());
    to
}

/// The sort key within a key on disk whose partition is known.
pub(super) fn sort_key(partition: &str, from: &[u8]) -> Result<String, Damaged> {
    let zeros = partition.bytes().filter(|&byte| byte == 0).count();
    let sort = from.get(partition.len() + zeros + 2..).ok_or(Damaged)?;
    text(sort)
}

/// Both halves of a key on disk.
pub(super) fn read_key(from: &[u8]) -> Result<Key, Damaged> {
    let mut partition = Vec::new();
    let mut at = 0;
    loop {
        match (from.get(at), from.get(at + 1)) {
            (Some(0), Some(0)) => break,
            (Some(0), Some(0xff)) => {
                partition.push(0);
                at += 2;
            }
            (Some(&byte), _) if byte != 0 => {
                partition.push(byte);
                at += 1;
            }
            _ => return Err(Damaged),
        }
    }
    Ok(Key { partition: text(&partition)?, sort: text(&from[at + 2..])? })
}

pub(super) fn attributes(of: &Attributes) -> Vec<u8> {
    let mut to = Writer::default();
    for (name, value) in of {
        to.text(name);
        match value {
            Value::S(text) => {
                to.0.push(TAG_TEXT);
                to.text(text);
            }
            Value::N(number) => {
                to.0.push(TAG_NUMBER);
                to.signed(*number);
            }
            Value::B(bytes) => {
                to.0.push(TAG_BYTES);
                to.bytes(bytes);
            }
        }
    }
    to.0
}

pub(super) fn item(key: Key, from: &[u8]) -> Result<Item, Damaged> {
    let mut from = Reader(from);
    let mut attributes = Attributes::new();
    while !from.0.is_empty() {
        let name = from.text()?;
        let value = match from.byte()? {
            TAG_TEXT => Value::S(from.text()?),
            TAG_NUMBER => Value::N(from.signed()?),
            TAG_BYTES => Value::B(from.bytes()?.to_vec().into()),
            _ => return Err(Damaged),
        };
        attributes.insert(name, value);
    }
    Ok(Item { key, attributes })
}

fn text(bytes: &[u8]) -> Result<String, Damaged> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Damaged)
}

/// Appends fields.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub(super) fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.unsigned((number.wrapping_shl(1) ^ (number >> 63)) as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// Takes fields off the front.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        let number = self.unsigned()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Damaged> {
        let length = usize::try_from(self.unsigned()?).map_err(|_| Damaged)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<String, Damaged> {
        text(self.bytes()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            ".*".prop_map(Value::S),
            any::<i64>().prop_map(Value::N),
            any::<Vec<u8>>().prop_map(|bytes| Value::B(bytes.into())),
        ]
    }

    /// Few characters, so that keys share prefixes, with those that need care among them.
    fn any_part() -> impl Strategy<Value = String> {
        "[ab\u{0}\u{1}\u{ff}é\u{10ffff}]{1,4}"
    }

    proptest! {
        #[test]
        fn items_read_back(attributes in prop::collection::btree_map(".{1,5}", any_value(), 0..6)) {
            let key = Key::new("p", "s");
            let read = item(key.clone(), &super::attributes(&attributes));
            prop_assert_eq!(read, Ok(Item { key, attributes }));
        }

        #[test]
        fn keys_read_back_and_keep_their_order(a in any_part(), b in any_part(), c in any_part(), d in any_part()) {
            let (one, two) = (key(&a, &b), key(&c, &d));
            prop_assert_eq!(one.cmp(&two), (a.as_bytes(), b.as_bytes()).cmp(&(c.as_bytes(), d.as_bytes())));
            prop_assert_eq!(read_key(&one), Ok(Key::new(a.clone(), b.clone())));
            prop_assert_eq!(sort_key(&a, &one), Ok(b));
        }

        #[test]
        fn foreign_bytes_are_refused_or_read_but_never_panic(bytes in any::<Vec<u8>>()) {
            let _ = read_key(&bytes);
            let _ = item(Key::new("p", "s"), &bytes);
        }
    }
}
