//! Laws of the language, for any expression and any attributes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::arbitrary::{attributes, expression};
use super::{Expression, Scope, matches};

fn not(expression: &Expression) -> Expression {
    Expression::Not(Box::new(expression.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn canonical_text_reads_back_as_the_same_expression(e in expression()) {
        prop_assert_eq!(Expression::parse(&e.to_string()), Ok(e));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text: String) {
        if let Err(error) = Expression::parse(&text) {
            prop_assert!(error.position <= text.len() && text.is_char_boundary(error.position));
        }
    }

    #[test]
    fn any_row_of_tokens_is_read_or_refused(
        tokens in proptest::collection::vec(proptest::sample::select(vec![
            "a", "worker.b[0]", "'x'", "\"a\"", "1", "-2.5", "true", "null", "(", ")", "[", "]", ",", "AND", "or",
            "NOT", "IN", "has", "==", "=", "!=", ">-", "<-", "<", "contains", "-", "\\", "'",
        ]), 0..12)
    ) {
        let text = tokens.join(" ");
        match Expression::parse(&text) {
            Ok(e) => prop_assert_eq!(Expression::parse(&e.to_string()), Ok(e)),
            Err(error) => prop_assert!(error.position <= text.len()),
        }
    }

    #[test]
    fn de_morgan(a in expression(), b in expression(), task in attributes(), worker in attributes()) {
        let scope = Scope::target(&task, &worker);
        let both = Expression::all(vec![a.clone(), b.clone()]);
        let either = Expression::any(vec![a.clone(), b.clone()]);
        prop_assert_eq!(
            matches(&not(&both), &scope),
            matches(&Expression::any(vec![not(&a), not(&b)]), &scope)
        );
        prop_assert_eq!(
            matches(&not(&either), &scope),
            matches(&Expression::all(vec![not(&a), not(&b)]), &scope)
        );
    }

    #[test]
    fn substituting_the_task_changes_no_answer(e in expression(), task in attributes(), worker in attributes()) {
        let residual = e.substitute_task(&task);
        prop_assert!(!residual.mentions(|path| path.root() == "task"), "{residual}");
        prop_assert_eq!(
            matches(&e, &Scope::target(&task, &worker)),
            matches(&residual, &Scope::target(&json!({}), &worker)),
            "{} of {} and {}: {}", e, task, worker, residual
        );
        prop_assert_eq!(Expression::parse_residual(&residual.to_string()), Ok(residual));
    }

    #[test]
    fn a_constant_is_the_same_everywhere(e in expression(), task in attributes(), worker in attributes()) {
        let residual = e.substitute_task(&task);
        if let Some(value) = residual.as_constant() {
            prop_assert_eq!(value, matches(&e, &Scope::target(&task, &worker)));
            prop_assert_eq!(value, matches(&e, &Scope::target(&task, &Value::Null)));
        }
    }

    #[test]
    fn both_sides_of_a_split_make_the_whole(e in expression(), task in attributes(), worker in attributes()) {
        let scope = Scope::target(&task, &worker);
        let split = e.split(|path| path.root() == "task");
        let holds = |side: &Option<Expression>| side.as_ref().is_none_or(|side| matches(side, &scope));
        prop_assert_eq!(holds(&split.apart) && holds(&split.rest), matches(&e, &scope));
    }
}
