//! Filters on lists, bounded and with a total order: Liquid's standard `sort` panics on an inconsistent one.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use liquid_core::{Result, Runtime, Value, ValueView};

use super::language::OwnFilter;
use super::meter::charge_value;
use super::value::{text_of, to_json, weight};

pub(super) const ALL: &[OwnFilter] = &[
    OwnFilter { name: "join", takes_objects: true, arguments: (0, 1), run: join },
    OwnFilter {
        name: "sort",
        takes_objects: true,
        arguments: (0, 1),
        run: |input, by, _| Ok(sorted(input, by, |text| text)),
    },
    OwnFilter {
        name: "sort_natural",
        takes_objects: true,
        arguments: (0, 1),
        run: |input, by, _| Ok(sorted(input, by, |text| text.to_lowercase())),
    },
    OwnFilter { name: "uniq", takes_objects: true, arguments: (0, 0), run: uniq },
    OwnFilter { name: "slice", takes_objects: true, arguments: (1, 2), run: slice },
];

/// The items of a list; anything else is a list of itself.
fn items(input: &dyn ValueView) -> Vec<Value> {
    match input.as_array() {
        Some(array) => array.values().map(|item| item.to_value()).collect(),
        None if input.is_nil() => Vec::new(),
        None => vec![input.to_value()],
    }
}

fn join(input: &dyn ValueView, arguments: &[Value], runtime: &dyn Runtime) -> Result<Value> {
    let separator = arguments.first().map_or_else(|| " ".to_owned(), |s| s.to_kstr().into_string());
    let parts: Vec<String> = items(input).iter().map(|item| text_of(item)).collect();
    charge_value(runtime, weight(input).saturating_add(parts.len().saturating_mul(separator.len())))?;
    Ok(Value::scalar(parts.join(&separator)))
}

fn sorted(input: &dyn ValueView, by: &[Value], fold: fn(String) -> String) -> Value {
    let property = by.first().map(|name| name.to_kstr().into_string());
    let mut keyed: Vec<(SortKey, Value)> =
        items(input).into_iter().map(|item| (SortKey::of(&item, property.as_deref(), fold), item)).collect();
    keyed.sort_by(|a, b| a.0.compare(&b.0));
    Value::Array(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Numbers before text before nothing.
enum SortKey {
    Number(f64),
    Text(String),
    Nothing,
}

impl SortKey {
    fn of(item: &Value, property: Option<&str>, fold: fn(String) -> String) -> SortKey {
        let value = match property {
            Some(name) => item.as_object().and_then(|object| object.get(name)).map(|value| value.to_value()),
            None => Some(item.clone()),
        };
        match value {
            None | Some(Value::Nil) => SortKey::Nothing,
            Some(value) => match value.as_scalar() {
                Some(scalar) if scalar.type_name().ends_with("number") => {
                    SortKey::Number(scalar.to_float().unwrap_or_default())
                }
                _ => SortKey::Text(fold(text_of(&value))),
            },
        }
    }

    fn compare(&self, other: &SortKey) -> Ordering {
        match (self, other) {
            (SortKey::Number(a), SortKey::Number(b)) => a.total_cmp(b),
            (SortKey::Text(a), SortKey::Text(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            SortKey::Number(_) => 0,
            SortKey::Text(_) => 1,
            SortKey::Nothing => 2,
        }
    }
}

fn uniq(input: &dyn ValueView, _: &[Value], _: &dyn Runtime) -> Result<Value> {
    let mut seen = BTreeSet::new();
    let first = items(input).into_iter().filter(|item| seen.insert(to_json(item).to_string()));
    Ok(Value::Array(first.collect()))
}

/// `slice: offset, length` of a list or of text by characters; a negative offset counts from the end.
fn slice(input: &dyn ValueView, arguments: &[Value], _: &dyn Runtime) -> Result<Value> {
    let argument = |index: usize, default: i64| {
        arguments.get(index).and_then(|a| a.as_scalar()).and_then(|a| a.to_integer()).unwrap_or(default)
    };
    let (offset, length) = (argument(0, 0), argument(1, 1).max(0));
    let window = |size: usize| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let start = if offset < 0 { size.saturating_add(offset) } else { offset };
        let skip = usize::try_from(start).unwrap_or(usize::MAX);
        (skip, usize::try_from(length).unwrap_or(usize::MAX))
    };
    Ok(if let Some(array) = input.as_array() {
        let (skip, take) = window(usize::try_from(array.size()).unwrap_or_default());
        Value::Array(array.values().skip(skip).take(take).map(|item| item.to_value()).collect())
    } else {
        let text = text_of(input);
        let (skip, take) = window(text.chars().count());
        Value::scalar(text.chars().skip(skip).take(take).collect::<String>())
    })
}
