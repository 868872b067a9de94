//! Which names an expression uses.

use std::collections::BTreeSet;

use super::path::Path;
use super::scope::WORKER;
use super::{Expression, Operand};

/// How an expression names a worker's attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathContext {
    /// Bare, as in a task queue's target workers.
    Queue,
    /// Below `worker.`, as in a target.
    Target,
}

/// A condition as two that must both hold; `None` is a condition that always holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub apart: Option<Expression>,
    pub rest: Option<Expression>,
}

impl Expression {
    /// The worker attributes whose values decide this expression, as paths within a worker.
    #[must_use]
    pub fn worker_paths(&self, context: PathContext) -> BTreeSet<Path> {
        let mut found = BTreeSet::new();
        self.visit(&mut |path| match context {
            PathContext::Queue => {
                found.insert(path.clone());
            }
            PathContext::Target => found.extend(path.below(WORKER)),
        });
        found
    }

    /// Whether any name of the expression, as written, is one that `wanted` accepts.
    pub fn mentions(&self, wanted: impl Fn(&Path) -> bool) -> bool {
        let mut mentioned = false;
        self.visit(&mut |path| mentioned |= wanted(path));
        mentioned
    }

    /// Puts the members of a conjunction that mention a `wanted` name `apart` from the `rest`:
    /// the expression holds exactly when both do.
    #[must_use]
    pub fn split(&self, wanted: impl Fn(&Path) -> bool) -> Split {
        let members = match self {
            Expression::And(members) => members.clone(),
            other => vec![other.clone()],
        };
        let (apart, rest): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| member.mentions(&wanted));
        let side = |members: Vec<Expression>| (!members.is_empty()).then(|| Expression::all(members));
        Split { apart: side(apart), rest: side(rest) }
    }

    fn visit(&self, see: &mut impl FnMut(&Path)) {
        match self {
            Expression::Or(members) | Expression::And(members) => {
                for member in members {
                    member.visit(see);
                }
            }
            Expression::Not(inner) => inner.visit(see),
            Expression::Compare(left, _, right) => {
                left.visit(see);
                right.visit(see);
            }
            Expression::Truth(operand) => operand.visit(see),
        }
    }
}

impl Operand {
    fn visit(&self, see: &mut impl FnMut(&Path)) {
        match self {
            Operand::Literal(_) => {}
            Operand::List(members) => {
                for member in members {
                    member.visit(see);
                }
            }
            Operand::Path(path) | Operand::Quoted(path) => see(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, context: PathContext, expect: &[&str]) {
        let paths = Expression::parse(text).expect(text).worker_paths(context);
        assert_eq!(paths.iter().map(Path::as_str).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn names_of_a_queue_are_bare() {
        check("skills HAS 'a' AND (NOT level > 2 OR vip)", PathContext::Queue, &["level", "skills", "vip"]);
        check("\"skills\" HAS \"english\"", PathContext::Queue, &["skills"]);
        check("'a' IN [routing.x, b[0]]", PathContext::Queue, &["b[0]", "routing.x"]);
        check("1==1", PathContext::Queue, &[]);
    }

    #[test]
    fn names_of_a_target_are_below_worker() {
        check("worker.a.b == task.c AND d == worker", PathContext::Target, &["a.b"]);
        check("\"worker.a\" == 'x'", PathContext::Target, &["a"]);
    }

    fn check_split(text: &str, apart: &str, rest: &str) {
        let split = Expression::parse(text).expect(text).split(|path| path.as_str() == "worker.sid");
        let side = |side: Option<Expression>| side.map(|side| side.to_string()).unwrap_or_default();
        assert_eq!((side(split.apart).as_str(), side(split.rest).as_str()), (apart, rest), "{text}");
    }

    #[test]
    fn a_conjunction_is_split_by_what_it_mentions() {
        check_split(
            "worker.a AND worker.sid == 'WK1' AND worker.b",
            "worker.sid == 'WK1'",
            "worker.a AND worker.b",
        );
        check_split("worker.a", "", "worker.a");
        check_split("worker.a OR worker.sid == 'WK1'", "worker.a OR worker.sid == 'WK1'", "");
    }
}
