//! What DynamoDB bills for an operation ("DynamoDB read and write operations"): implementations of `Table` that
//! are not DynamoDB use this arithmetic, and the contract suite compares it with an embedded DynamoDB.

use crate::ports::{Attributes, Consistency, Item, Key, Units, Value};

/// Bytes of an item as DynamoDB counts them ("Item sizes and formats"): UTF-8 names and texts, numbers about
/// one byte for two digits plus one, with the two key attributes `pk` and `sk`.
pub fn item_bytes(key: &Key, attributes: &Attributes) -> usize {
    let keys = 2 + key.partition.len() + 2 + key.sort.len();
    keys + attributes.iter().map(|(name, value)| name.len() + value_bytes(value)).sum::<usize>()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::B(bytes) => bytes.len(),
        Value::N(number) => number_bytes(*number),
    }
}

/// Significant digits without leading and trailing zeros, two to a byte, one byte for the exponent and one
/// more for a minus sign.
fn number_bytes(number: i64) -> usize {
    let mut digits = number.unsigned_abs();
    if digits == 0 {
        return 1;
    }
    while digits.is_multiple_of(10) {
        digits /= 10;
    }
    let count = digits.to_string().len();
    count.div_ceil(2) + 1 + usize::from(number < 0)
}

/// A read of `bytes` in all (one item, or the sum of a page).
pub fn read(bytes: usize, consistency: Consistency) -> Units {
    let quads = bytes.div_ceil(4096).max(1) as u64;
    Units::read(match consistency {
        Consistency::Strong => quads * 10,
        Consistency::Eventual => quads * 5,
    })
}

/// A write of one item: the larger of its sizes before and after counts, at least one unit; double in a
/// transaction.
pub fn write(before: Option<&Item>, after: Option<&Item>, in_transaction: bool) -> Units {
    let bytes = |item: Option<&Item>| item.map_or(0, |item| item_bytes(&item.key, &item.attributes));
    let kilobytes = bytes(before).max(bytes(after)).div_ceil(1024).max(1) as u64;
    Units::write(kilobytes * if in_transaction { 20 } else { 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_write(text_bytes: usize, expect_tenths: u64) {
        let item = Item {
            key: Key::new("p", "s"),
            attributes: Attributes::from([("d".to_owned(), Value::S("x".repeat(text_bytes)))]),
        };
        assert_eq!(write(None, Some(&item), false).write_tenths, expect_tenths);
        assert_eq!(write(Some(&item), None, true).write_tenths, 2 * expect_tenths);
    }

    #[test]
    fn writes_are_billed_by_the_kilobyte() {
        check_write(0, 10);
        check_write(1024 - 7, 10);
        check_write(1024 - 6, 20);
    }

    #[test]
    fn reads_are_billed_by_four_kilobytes_and_half_when_eventual() {
        assert_eq!(read(0, Consistency::Eventual), Units::read(5));
        assert_eq!(read(4096, Consistency::Strong), Units::read(10));
        assert_eq!(read(4097, Consistency::Strong), Units::read(20));
    }

    #[test]
    fn numbers_are_counted_in_pairs_of_digits() {
        for (number, bytes) in [(0, 1), (7, 2), (100, 2), (1234, 3), (-12, 3), (12345, 4)] {
            assert_eq!(number_bytes(number), bytes, "{number}");
        }
    }
}
