//! Making an expression independent of a task: its `task.*` operands become the task's values.

use std::collections::BTreeMap;

use serde_json::Value;

use super::number::Number;
use super::scope::TASK;
use super::{Expression, Literal, Operand, Operator, Path, Scope, matches};

impl Expression {
    /// The same condition on workers, for this task: in the scope of a target,
    /// `matches(e, target(t, w)) == matches(e.substitute_task(t), target({}, w))`.
    ///
    /// What the task alone decides is folded away, and the members of a task's list are put in order, so that
    /// tasks that ask the same get the same text.
    #[must_use]
    pub fn substitute_task(&self, task: &Value) -> Expression {
        match self {
            Expression::Or(members) => any_folded(members.iter().map(|member| member.substitute_task(task))),
            Expression::And(members) => all_folded(members.iter().map(|member| member.substitute_task(task))),
            Expression::Not(inner) => negated(inner.substitute_task(task)),
            Expression::Compare(left, operator, right) => {
                let (left, right) = (left.substitute_task(task), right.substitute_task(task));
                folded(Expression::Compare(left, *operator, right))
            }
            Expression::Truth(operand) => folded(Expression::Truth(operand.substitute_task(task))),
        }
    }
}

impl Operand {
    /// Whether its value is the same in every scope.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Operand::Literal(_) => true,
            Operand::List(members) => members.iter().all(Operand::is_constant),
            Operand::Path(_) | Operand::Quoted(_) => false,
        }
    }

    fn substitute_task(&self, task: &Value) -> Operand {
        match self {
            Operand::Literal(_) => self.clone(),
            Operand::List(members) => {
                Operand::List(members.iter().map(|member| member.substitute_task(task)).collect())
            }
            Operand::Path(path) if path.root() == TASK => {
                value_of_task(path, task).unwrap_or(Operand::Literal(Literal::Null))
            }
            Operand::Quoted(path) if path.root() == TASK => match value_of_task(path, task) {
                None | Some(Operand::Literal(Literal::Null)) => {
                    Operand::Literal(Literal::Text(path.to_string()))
                }
                Some(found) => found,
            },
            Operand::Path(_) | Operand::Quoted(_) => self.clone(),
        }
    }
}

fn value_of_task(path: &Path, task: &Value) -> Option<Operand> {
    path.below(TASK)?.value_in(task).map(constant)
}

/// A JSON value as an operand. A list keeps its scalars, each once, in the order of their texts: all that a
/// list operator can ask about. An object is an empty list (`matches`).
fn constant(value: &Value) -> Operand {
    match value {
        Value::Array(members) => {
            let scalars = members.iter().filter_map(scalar).filter(|scalar| *scalar != Literal::Null);
            let ordered: BTreeMap<String, Literal> = scalars.map(|one| (one.to_string(), one)).collect();
            Operand::List(ordered.into_values().map(Operand::Literal).collect())
        }
        other => scalar(other).map_or(Operand::List(Vec::new()), Operand::Literal),
    }
}

fn scalar(value: &Value) -> Option<Literal> {
    match value {
        Value::Null => Some(Literal::Null),
        Value::Bool(value) => Some(Literal::Bool(*value)),
        Value::Number(number) => Some(Number::from_json(number).map_or(Literal::Null, Literal::Number)),
        Value::String(text) => Some(Literal::Text(text.clone())),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The constant that a comparison or an operand alone is in every scope, if it is one.
fn folded(expression: Expression) -> Expression {
    let decided = match &expression {
        Expression::Compare(left, operator, right) => {
            (left.is_constant() && right.is_constant()) || never_holds(left, *operator, right)
        }
        Expression::Truth(operand) => operand.is_constant(),
        _ => false,
    };
    if decided { Expression::constant(matches(&expression, &Scope::task(&Value::Null))) } else { expression }
}

/// Comparisons with NULL that are false whatever the other side is.
fn never_holds(left: &Operand, operator: Operator, right: &Operand) -> bool {
    let null = Operand::Literal(Literal::Null);
    match operator {
        Operator::Equal | Operator::NotEqual => false,
        Operator::NotIn => *right == null,
        _ => *left == null || *right == null,
    }
}

fn all_folded(members: impl Iterator<Item = Expression>) -> Expression {
    let open: Vec<_> = members.filter(|member| member.as_constant() != Some(true)).collect();
    if open.iter().any(|member| member.as_constant() == Some(false)) {
        Expression::constant(false)
    } else {
        Expression::all(open)
    }
}

fn any_folded(members: impl Iterator<Item = Expression>) -> Expression {
    let open: Vec<_> = members.filter(|member| member.as_constant() != Some(false)).collect();
    if open.iter().any(|member| member.as_constant() == Some(true)) {
        Expression::constant(true)
    } else {
        Expression::any(open)
    }
}

fn negated(inner: Expression) -> Expression {
    match inner.as_constant() {
        Some(value) => Expression::constant(!value),
        None => Expression::Not(Box::new(inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(expression: &str, task: &Value, expect: &str) {
        let substituted = Expression::parse(expression).expect(expression).substitute_task(task);
        assert_eq!(substituted.to_string(), expect, "{expression} of {task}");
    }

    #[test]
    fn values_take_the_place_of_names() {
        let task = json!({"language": "fr", "level": 3.0, "it's": 1, "vip": true, "deep": [{"x": "y"}]});
        check("worker.languages HAS task.language", &task, "worker.languages HAS 'fr'");
        check("worker.level >= task.level", &task, "worker.level >= 3");
        check("worker.x == task.deep[0].x", &task, "worker.x == 'y'");
        check("\"task.language\" IN ['fr']", &task, "true");
        check("worker.x IN [task.language, 'en']", &task, "worker.x IN ['fr', 'en']");
    }

    #[test]
    fn absent_is_null_and_null_decides_what_it_can() {
        let task = json!({"language": null});
        check("worker.x == task.none", &task, "worker.x == null");
        check("worker.x != task.language", &task, "worker.x != null");
        check("worker.x HAS task.language", &task, "false");
        check("worker.x > task.language", &task, "false");
        check("worker.x NOT IN task.language", &task, "false");
        check("task.language NOT IN worker.x", &task, "null NOT IN worker.x");
    }

    #[test]
    fn lists_are_ordered_sets_of_scalars() {
        let task = json!({"of": ["fr", "en", null, ["x"], {"y": 1}, "fr", 2]});
        check("worker.language IN task.of", &task, "worker.language IN ['en', 'fr', 2]");
        check("worker.language NOT IN task.none_", &json!({"none_": {"a": 1}}), "worker.language NOT IN []");
    }

    #[test]
    fn what_the_task_decides_is_folded() {
        let task = json!({"vip": true, "kind": "sales"});
        check("task.vip AND worker.senior", &task, "worker.senior");
        check("task.kind == 'support' AND worker.senior", &task, "false");
        check("task.kind == 'sales' OR worker.senior", &task, "true");
        check("NOT (task.kind == 'support' OR worker.senior)", &task, "NOT worker.senior");
        check("NOT task.vip", &task, "false");
    }
}
