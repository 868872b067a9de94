//! Conditions and changes as DynamoDB's expression language ("Condition and filter expressions", "Update
//! expressions"). Every name and value goes through a placeholder, so that none can be a reserved word.

use crate::item::{PARTITION, to_attribute};
use aws_sdk_dynamodb::types::AttributeValue;
use patchbay_center::ports::{Change, Condition, Value};
use std::collections::HashMap;

/// The expressions of one write, and what their placeholders stand for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expressions {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
}

impl Expressions {
    pub(crate) fn of(condition: &Condition, changes: &[Change]) -> Expressions {
        let mut writer = Writer::default();
        let condition = writer.condition(condition);
        let update = writer.update(changes);
        let some_unless_empty = |map: HashMap<_, _>| (!map.is_empty()).then_some(map);
        Expressions {
            condition,
            update,
            names: some_unless_empty(writer.names),
            values: (!writer.values.is_empty()).then_some(writer.values),
        }
    }
}

#[derive(Default)]
struct Writer {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Writer {
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: &Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), to_attribute(value.clone()));
        placeholder
    }

    /// `None` for a condition that always holds.
    fn condition(&mut self, condition: &Condition) -> Option<String> {
        match condition {
            Condition::Always => None,
            Condition::Exists => Some(format!("attribute_exists({PARTITION})")),
            Condition::NotExists => Some(format!("attribute_not_exists({PARTITION})")),
            Condition::Equals(name, value) => Some(format!("{} = {}", self.name(name), self.value(value))),
            Condition::Absent(name) => Some(format!("attribute_not_exists({})", self.name(name))),
            Condition::Less(name, bound) => {
                Some(format!("{} < {}", self.name(name), self.value(&Value::N(*bound))))
            }
            Condition::All(conditions) => {
                let parts: Vec<_> = conditions.iter().filter_map(|part| self.condition(part)).collect();
                (!parts.is_empty()).then(|| parts.join(" AND "))
            }
        }
    }

    /// `None` for no change.
    fn update(&mut self, changes: &[Change]) -> Option<String> {
        let (mut set, mut remove, mut add) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(name, value) => set.push(format!("{} = {}", self.name(name), self.value(value))),
                Change::Remove(name) => remove.push(self.name(name)),
                Change::Add(name, number) => {
                    add.push(format!("{} {}", self.name(name), self.value(&Value::N(*number))));
                }
            }
        }
        let clauses: Vec<_> = [("SET", set), ("REMOVE", remove), ("ADD", add)]
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the expressions with every placeholder replaced by what it stands for.
    fn check(condition: &Condition, changes: &[Change], expect: (Option<&str>, Option<&str>)) {
        let built = Expressions::of(condition, changes);
        let resolve = |text: &String| {
            let mut text = text.clone();
            for (placeholder, name) in built.names.iter().flatten() {
                text = text.replace(placeholder, name);
            }
            for (placeholder, value) in built.values.iter().flatten() {
                let value = value.as_s().or_else(|other| other.as_n()).unwrap();
                text = text.replace(placeholder, value);
            }
            text
        };
        let (condition, update) = (built.condition.as_ref().map(resolve), built.update.as_ref().map(resolve));
        assert_eq!((condition.as_deref(), update.as_deref()), expect);
    }

    fn equals(name: &str, value: impl Into<Value>) -> Condition {
        Condition::Equals(name.to_owned(), value.into())
    }

    #[test]
    fn conditions_read_as_dynamodb_writes_them() {
        check(&Condition::Always, &[], (None, None));
        check(&Condition::Exists, &[], (Some("attribute_exists(pk)"), None));
        check(&Condition::NotExists, &[], (Some("attribute_not_exists(pk)"), None));
        check(&equals("state", "open"), &[], (Some("state = open"), None));
        check(&Condition::Less("at".into(), -5), &[], (Some("at < -5"), None));
        check(&Condition::Absent("size".into()), &[], (Some("attribute_not_exists(size)"), None));
    }

    #[test]
    fn nothing_is_left_of_conditions_that_always_hold() {
        check(&Condition::All(vec![]), &[], (None, None));
        let nested = Condition::All(vec![
            Condition::Always,
            Condition::All(vec![equals("a", 1), Condition::All(vec![])]),
            equals("b", "x"),
        ]);
        check(&nested, &[], (Some("a = 1 AND b = x"), None));
    }

    #[test]
    fn changes_are_gathered_by_verb() {
        let changes = [
            Change::Add("n".into(), -2),
            Change::Set("a".into(), "x".into()),
            Change::Remove("c".into()),
            Change::Set("b".into(), 7.into()),
        ];
        check(
            &Condition::Exists,
            &changes,
            (Some("attribute_exists(pk)"), Some("SET a = x, b = 7 REMOVE c ADD n -2")),
        );
    }
}
