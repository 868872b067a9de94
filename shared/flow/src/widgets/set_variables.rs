//! # Set Variables (`set-variables`)
//!
//! Sets variables of the flow, one after the other: a value may use what was set before it.
//!
//! - **Properties**: `variables`: `[{key, value, type?, index?}]`. `value` is Liquid; with `type` `object` the
//!   rendered text is read as JSON (text that is none is kept as text and noted). Where every pair has an `index`
//!   that is the order. Keys are literal and case-sensitive.
//! - **Events**: `next`.
//! - **Outputs**: `flow.variables.KEY` and `widgets.NAME.KEY`.
//! - A key that begins with `contact.` also sets the contact's attribute of the rest of the key, for good:
//!   `contact.language` is `contact.attributes.language` from here on, in other flows and in task attributes too.

use serde_json::Map;

use super::{Widget, WidgetType};
use crate::effect::Effect;
use crate::properties::Pair;
use crate::run::{Next, Run, Stop};

/// What a key begins with that names a contact's attribute.
const CONTACT_PREFIX: &str = "contact.";

pub(super) const TYPE: WidgetType = WidgetType {
    name: "set-variables",
    events: &["next"],
    parse: |properties| Box::new(SetVariables { variables: properties.pairs("variables") }),
};

#[derive(Debug)]
struct SetVariables {
    variables: Vec<Pair>,
}

impl Widget for SetVariables {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let mut outputs = Map::new();
        for Pair { key, value, is_json } in &self.variables {
            let value = run.value(value, *is_json, key)?;
            outputs.insert(key.clone(), value.clone());
            if let Some(attribute) = key.strip_prefix(CONTACT_PREFIX).filter(|rest| !rest.is_empty()) {
                let (id, key) = (run.effect_id()?, attribute.to_owned());
                run.frame_mut()?.context.contact.attributes.insert(key.clone(), value.clone());
                run.emit(Effect::SetContactAttribute { id, key, value: value.clone() });
            }
            run.frame_mut()?.context.flow.variables.insert(key.clone(), value);
        }
        run.set_outputs(outputs)?;
        Ok(Next::Leave("next"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::play;

    fn check(variables: Value, outputs: Value, effects: Value) {
        let outcome = play("set-variables", json!({"variables": variables.clone()}), &[]);
        assert_eq!(
            (outcome.at.as_str(), outcome.outputs, outcome.effects),
            ("next", outputs, effects),
            "{variables}"
        );
    }

    #[test]
    fn values_are_text_or_json_and_see_earlier_ones() {
        check(
            json!([{"key": "a", "value": "{{trigger.message.Body}}"}, {"key": "b", "value": "{{flow.variables.a}}!"},
                {"key": "n", "value": 5}, {"key": "o", "value": "{\"x\": [1]}", "type": "object"},
                {"key": "A", "value": "{{flow.variables.o.x[0] | plus: 1}}"}, {"key": "e"}]),
            json!({"a": "Hi", "b": "Hi!", "n": "5", "o": {"x": [1]}, "A": "2", "e": ""}),
            json!([]),
        );
    }

    #[test]
    fn index_gives_the_order() {
        check(
            json!([{"key": "b", "value": "{{flow.variables.a}}", "index": "1"}, {"key": "a", "value": "x", "index": "0"}]),
            json!({"a": "x", "b": "x"}),
            json!([]),
        );
    }

    #[test]
    fn contact_keys_set_the_contact() {
        check(
            json!([{"key": "was", "value": "{{contact.attributes.language}}"},
                {"key": "contact.language", "value": "fr"},
                {"key": "is", "value": "{{contact.attributes.language}}"}]),
            json!({"was": "de", "contact.language": "fr", "is": "fr"}),
            json!([{"type": "set_contact_attribute", "id": "2.under_test.0", "key": "language", "value": "fr"}]),
        );
    }

    #[test]
    fn text_that_is_no_json_is_kept_and_noted() {
        let variables = json!([{"key": "o", "value": "{x", "type": "object"}]);
        let outcome = play("set-variables", json!({"variables": variables}), &[]);
        assert_eq!(outcome.outputs, json!({"o": "{x"}));
        assert!(outcome.problems[0].contains("not JSON"), "{:?}", outcome.problems);
    }
}
