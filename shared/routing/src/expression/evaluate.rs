//! Whether an expression holds. Total: every expression is true or false in every scope.
//!
//! Rules of values, from TaskRouter docs "Expression syntax":
//! - A name that leads nowhere, and JSON `null`, are NULL. NULL equals only NULL; it is different from
//!   everything else, so that `worker.on_break != true` holds where the attribute is absent.
//! - A scalar operator (`==`, `<`, `CONTAINS` …) with a list is false, except a comparison with NULL, which
//!   asks whether the attribute is there. A list operator (`HAS`, `IN`, `NOT IN`) without a list on the list's
//!   side, or with one on the other, is false.
//! - An object is no scalar: it behaves as an empty list.
//! - A numeric text compares with a number as a number; two texts compare as texts, case-sensitively. Booleans
//!   equal only booleans.

use std::cmp::Ordering;

use serde_json::Value;

use super::number::Number;
use super::scope::{Found, Scope};
use super::{Expression, Literal, Operand, Operator, Path};

#[must_use]
pub fn matches(expression: &Expression, scope: &Scope<'_>) -> bool {
    match expression {
        Expression::Or(members) => members.iter().any(|member| matches(member, scope)),
        Expression::And(members) => members.iter().all(|member| matches(member, scope)),
        Expression::Not(inner) => !matches(inner, scope),
        Expression::Compare(left, operator, right) => {
            compare(&value_of(left, scope), *operator, &value_of(right, scope))
        }
        Expression::Truth(operand) => {
            matches!(value_of(operand, scope), Term::Scalar(Scalar::Bool(true)))
        }
    }
}

/// The value of an operand. Lists hold their scalars only: nothing else can be found in one.
enum Term<'a> {
    Null,
    Scalar(Scalar<'a>),
    List(Vec<Scalar<'a>>),
}

#[derive(Clone, Copy)]
enum Scalar<'a> {
    Bool(bool),
    Number(Number),
    Text(&'a str),
}

fn value_of<'a>(operand: &'a Operand, scope: &Scope<'a>) -> Term<'a> {
    match operand {
        Operand::Literal(literal) => term_of_literal(literal),
        Operand::List(members) => list(members.iter().map(|member| value_of(member, scope))),
        Operand::Path(path) => at(path, scope),
        Operand::Quoted(path) => match at(path, scope) {
            Term::Null => Term::Scalar(Scalar::Text(path.as_str())),
            found => found,
        },
    }
}

fn at<'a>(path: &Path, scope: &Scope<'a>) -> Term<'a> {
    match scope.find(path) {
        Some(Found::Value(value)) => term_of_json(value),
        Some(Found::Count(count)) => Term::Scalar(Scalar::Number(Number::Whole(count.into()))),
        None => Term::Null,
    }
}

fn term_of_literal(literal: &Literal) -> Term<'_> {
    match literal {
        Literal::Null => Term::Null,
        Literal::Bool(value) => Term::Scalar(Scalar::Bool(*value)),
        Literal::Number(number) => Term::Scalar(Scalar::Number(*number)),
        Literal::Text(text) => Term::Scalar(Scalar::Text(text)),
    }
}

fn term_of_json(value: &Value) -> Term<'_> {
    match value {
        Value::Null => Term::Null,
        Value::Bool(value) => Term::Scalar(Scalar::Bool(*value)),
        Value::Number(number) => match Number::from_json(number) {
            Some(number) => Term::Scalar(Scalar::Number(number)),
            None => Term::Null,
        },
        Value::String(text) => Term::Scalar(Scalar::Text(text)),
        Value::Array(members) => list(members.iter().map(term_of_json)),
        Value::Object(_) => Term::List(Vec::new()),
    }
}

fn list<'a>(members: impl Iterator<Item = Term<'a>>) -> Term<'a> {
    Term::List(
        members
            .filter_map(|member| match member {
                Term::Scalar(scalar) => Some(scalar),
                Term::Null | Term::List(_) => None,
            })
            .collect(),
    )
}

fn compare(left: &Term<'_>, operator: Operator, right: &Term<'_>) -> bool {
    match operator {
        Operator::Equal => equal(left, right) == Some(true),
        Operator::NotEqual => equal(left, right) == Some(false),
        Operator::Less => ordered(left, right, Ordering::is_lt),
        Operator::LessOrEqual => ordered(left, right, Ordering::is_le),
        Operator::Greater => ordered(left, right, Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(left, right, Ordering::is_ge),
        Operator::Has => is_in(right, left) == Some(true),
        Operator::In => is_in(left, right) == Some(true),
        Operator::NotIn => is_in(left, right) == Some(false),
        Operator::Contains => match (left, right) {
            (Term::Scalar(Scalar::Text(text)), Term::Scalar(Scalar::Text(part))) => text.contains(part),
            _ => false,
        },
    }
}

/// `None` when the question does not apply: neither `==` nor `!=` holds.
fn equal(left: &Term<'_>, right: &Term<'_>) -> Option<bool> {
    match (left, right) {
        (Term::Null, Term::Null) => Some(true),
        (Term::Null, _) | (_, Term::Null) => Some(false),
        (Term::Scalar(left), Term::Scalar(right)) => Some(same(*left, *right)),
        (Term::List(_), _) | (_, Term::List(_)) => None,
    }
}

/// `None` when the question does not apply. NULL is in no list.
fn is_in(member: &Term<'_>, list: &Term<'_>) -> Option<bool> {
    match (member, list) {
        (Term::Scalar(member), Term::List(members)) => {
            Some(members.iter().any(|other| same(*member, *other)))
        }
        (Term::Null, Term::List(_)) => Some(false),
        _ => None,
    }
}

fn same(left: Scalar<'_>, right: Scalar<'_>) -> bool {
    match (left, right) {
        (Scalar::Bool(left), Scalar::Bool(right)) => left == right,
        (Scalar::Bool(_), _) | (_, Scalar::Bool(_)) => false,
        _ => order(left, right) == Some(Ordering::Equal),
    }
}

fn ordered(left: &Term<'_>, right: &Term<'_>, accept: fn(Ordering) -> bool) -> bool {
    match (left, right) {
        (Term::Scalar(left), Term::Scalar(right)) => order(*left, *right).is_some_and(accept),
        _ => false,
    }
}

fn order(left: Scalar<'_>, right: Scalar<'_>) -> Option<Ordering> {
    match (left, right) {
        (Scalar::Number(left), Scalar::Number(right)) => Some(left.compare(right)),
        (Scalar::Number(left), Scalar::Text(right)) => Some(left.compare(Number::parse(right)?)),
        (Scalar::Text(left), Scalar::Number(right)) => Some(Number::parse(left)?.compare(right)),
        (Scalar::Text(left), Scalar::Text(right)) => Some(left.cmp(right)),
        (Scalar::Bool(_), _) | (_, Scalar::Bool(_)) => None,
    }
}

#[cfg(test)]
mod tests;
