//! Items as DynamoDB carries them.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use patchbay_center::ports::{Attributes, Item, Key, TableError, Value};
use patchbay_center::rules::table::KEY_NAMES;
use std::collections::HashMap;

/// The key attributes' names, as `template.yaml` declares them.
pub(crate) const PARTITION: &str = KEY_NAMES[0];
pub(crate) const SORT: &str = KEY_NAMES[1];

pub(crate) fn to_attribute(value: Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text),
        Value::N(number) => AttributeValue::N(number.to_string()),
        Value::B(bytes) => AttributeValue::B(Blob::new(bytes)),
    }
}

pub(crate) fn key_to_map(key: Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        (PARTITION.to_owned(), AttributeValue::S(key.partition)),
        (SORT.to_owned(), AttributeValue::S(key.sort)),
    ])
}

/// An item that passed `check_writes`: none of its attributes has a key's name.
pub(crate) fn item_to_map(item: Item) -> HashMap<String, AttributeValue> {
    let mut map = key_to_map(item.key);
    map.extend(item.attributes.into_iter().map(|(name, value)| (name, to_attribute(value))));
    map
}

/// Reads what the table holds; a type that we never write is refused by name.
pub(crate) fn item_from_map(map: HashMap<String, AttributeValue>) -> Result<Item, TableError> {
    let mut attributes = map
        .into_iter()
        .map(|(name, value)| {
            let value = from_attribute(value)
                .ok_or_else(|| TableError::Invalid(format!("attribute {name} has a foreign type")))?;
            Ok((name, value))
        })
        .collect::<Result<Attributes, TableError>>()?;
    let mut take = |name: &str| match attributes.remove(name) {
        Some(Value::S(text)) => Ok(text),
        _ => Err(TableError::Invalid(format!("an item without a text {name}"))),
    };
    Ok(Item { key: Key { partition: take(PARTITION)?, sort: take(SORT)? }, attributes })
}

fn from_attribute(value: AttributeValue) -> Option<Value> {
    match value {
        AttributeValue::S(text) => Some(Value::S(text)),
        AttributeValue::N(number) => number.parse().ok().map(Value::N),
        AttributeValue::B(blob) => Some(Value::B(blob.into_inner().into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_back_as_it_went() {
        let attributes =
            [("s", Value::S(String::new())), ("n", Value::N(i64::MIN)), ("b", Value::B(vec![0, 255].into()))];
        let item = Item {
            key: Key::new("p", "s"),
            attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        assert_eq!(item_from_map(item_to_map(item.clone())), Ok(item));
    }

    fn check_foreign(name: &str, value: AttributeValue) {
        let mut map = key_to_map(Key::new("p", "s"));
        map.insert(name.to_owned(), value);
        assert!(matches!(item_from_map(map), Err(TableError::Invalid(_))), "{name}");
    }

    #[test]
    fn what_we_never_write_is_refused() {
        check_foreign("flag", AttributeValue::Bool(true));
        check_foreign("number", AttributeValue::N("1.5".into()));
        check_foreign("number", AttributeValue::N("9223372036854775808".into()));
        check_foreign(SORT, AttributeValue::N("1".into()));
        assert!(item_from_map(HashMap::new()).is_err());
    }
}
