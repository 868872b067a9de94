//! # Split Based On (`split-based-on`)
//!
//! Chooses a branch by comparing a text. The `match` transitions are tried in their order and the first whose
//! conditions all hold is taken; `noMatch` otherwise, wherever it stands in the list.
//!
//! - **Properties**: `input` (Liquid): what is compared. A condition's own `arguments[0]`, when it has one, is
//!   compared instead.
//! - **Conditions**: `{type, arguments, value}`; `value` may be Liquid. Both sides are trimmed, case does not count.
//!   `equal_to`, `not_equal_to`, `contains`, `does_not_contain`, `starts_with`, `does_not_start_with`,
//!   `matches_any_of`, `does_not_match_any_of` (comma-separated), `is_blank`, `is_not_blank`, `regex` (the whole
//!   text), `less_than`, `greater_than` (numbers), `is_before_time`, `is_after_time` (`HH:MM`), `is_before_date`,
//!   `is_after_date` (`YYYY-MM-DD`).
//! - **Events**: `match`, `noMatch`.
//! - **Outputs**: none.

use super::{Widget, WidgetType};
use crate::properties::Branch;
use crate::run::{Next, Run, Stop};
use crate::template::Template;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "split-based-on",
    events: &["match", "noMatch"],
    parse: |properties| {
        Box::new(Split { input: properties.template("input"), branches: properties.branches() })
    },
};

#[derive(Debug)]
struct Split {
    input: Option<Template>,
    branches: Vec<Branch>,
}

impl Split {
    fn takes(&self, branch: &Branch, run: &mut Run) -> Result<bool, Stop> {
        for condition in &branch.conditions {
            let input = match condition.argument.as_ref().or(self.input.as_ref()) {
                Some(input) => run.text(input, "input")?,
                None => String::new(),
            };
            let value = run.text(&condition.value, "value")?;
            if !condition.holds(&input, &value) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Widget for Split {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        for branch in &self.branches {
            if self.takes(branch, run)? {
                return Ok(Next::To(branch.next.clone()));
            }
        }
        Ok(Next::Leave("noMatch"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::play_with;

    fn branch(next: &str, conditions: Value) -> Value {
        json!({"event": "match", "next": next, "conditions": conditions})
    }

    fn check(input: &str, transitions: Vec<Value>, expect: &str) {
        let exits = ["first", "second", "other"];
        let outcome = play_with("split-based-on", json!({ "input": input }), transitions, &exits, &[]);
        assert_eq!(outcome.at, expect, "{input}");
    }

    #[test]
    fn the_first_branch_that_holds_is_taken() {
        let yes = json!([{"type": "equal_to", "arguments": ["{{trigger.message.Body}}"], "value": "HI"}]);
        let any = json!([{"type": "is_not_blank", "arguments": [], "value": "Is Not Blank"}]);
        let no_match = json!({"event": "noMatch", "next": "other"});
        check(
            "{{trigger.message.Body}}",
            vec![no_match.clone(), branch("first", yes.clone()), branch("second", any.clone())],
            "first",
        );
        check("x", vec![branch("second", any.clone()), branch("first", yes.clone())], "second");
        check(" ", vec![no_match.clone(), branch("second", any.clone())], "other");
        // Without a noMatch transition the flow ends here.
        check(" ", vec![branch("second", any.clone())], "under_test");
        // All conditions of one branch must hold.
        let both = json!([yes[0].clone(), {"type": "is_blank", "arguments": ["{{nothing}}"], "value": ""}]);
        check("x", vec![no_match.clone(), branch("first", both)], "first");
        let not_both = json!([yes[0].clone(), any[0].clone()]);
        check(" ", vec![no_match, branch("first", not_both)], "other");
    }

    #[test]
    fn the_compared_value_may_be_liquid() {
        let condition =
            json!([{"type": "equal_to", "arguments": ["hi"], "value": "{{trigger.message.Body}}"}]);
        check("", vec![branch("first", condition)], "first");
    }
}
