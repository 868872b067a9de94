//! TaskRouter's expression language: `languages HAS 'fr' AND level > 3`.
//!
//! One language, five places: a task queue's target workers, a workflow filter, a target's expression,
//! its `skip_if`, and the lists of the REST API. What differs is what the names mean: [`Scope`].
//!
//! Source of the rules: TaskRouter docs, "Expression syntax" and "TaskQueues: TargetWorkers"; where these
//! are silent, the reading that real workflows rely on, said where it is decided.

mod display;
mod evaluate;
mod inspect;
mod number;
mod parse;
mod path;
mod scope;
mod substitute;
mod token;

#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
mod laws;

pub use evaluate::matches;
pub use inspect::{PathContext, Split};
pub use number::Number;
pub use parse::{ExpressionError, ExpressionFault};
pub use path::{Path, Segment};
pub use scope::{Facts, Scope, WorkerCounts};

/// Bytes of one expression as a person writes it. TaskRouter states none of its own; the longest of the
/// public ones are lists of some hundred names.
pub const EXPRESSION_BYTES_MAX: usize = 16_384;

/// Bytes of an expression whose `task.*` operands were replaced by values of a task
/// ([`Expression::substitute_task`]): larger than what a person may write, small enough to be stored.
pub const RESIDUAL_BYTES_MAX: usize = 65_536;

/// Nested parentheses, `NOT`s and lists.
pub const EXPRESSION_DEPTH_MAX: usize = 32;

/// Largest `[index]` of a path: worker and task attributes are 4,096 characters, so that no array is longer.
pub const PATH_INDEX_MAX: usize = 4_095;

/// A condition, true or false in any [`Scope`].
///
/// `And` and `Or` are flat and have at least two members; [`Expression::all`] and [`Expression::any`]
/// keep it so.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    Compare(Operand, Operator, Operand),
    /// An operand standing alone: true when its value is the boolean `true`.
    Truth(Operand),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Literal(Literal),
    List(Vec<Operand>),
    Path(Path),
    /// A double-quoted string left of a literal, as in `"skills" HAS "english"` (the docs' own sample):
    /// the attribute of that name where there is one, else the text itself.
    Quoted(Path),
}

/// A constant that is not a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// The operators between two operands. `=` is read as `==`, `>-` as `HAS`, `<-` as `IN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The list on the left has the scalar on the right.
    Has,
    /// The scalar on the left is in the list on the right.
    In,
    NotIn,
    /// The text on the left contains the text on the right.
    Contains,
}

impl Expression {
    /// The expression that is always true, or always false.
    #[must_use]
    pub fn constant(value: bool) -> Expression {
        Expression::Truth(Operand::Literal(Literal::Bool(value)))
    }

    /// The value of an expression that is a constant, whatever the scope.
    #[must_use]
    pub fn as_constant(&self) -> Option<bool> {
        match self {
            Expression::Truth(Operand::Literal(Literal::Bool(value))) => Some(*value),
            _ => None,
        }
    }

    /// A task queue's `TargetWorkers`: an empty text means that no worker is in the queue.
    ///
    /// Source: TaskRouter docs, "TaskQueues resource".
    pub fn parse_target_workers(text: &str) -> Result<Expression, ExpressionError> {
        if text.trim().is_empty() { Ok(Expression::constant(false)) } else { Expression::parse(text) }
    }

    /// All of them; true when there is none.
    #[must_use]
    pub fn all(members: Vec<Expression>) -> Expression {
        let members = members.into_iter().flat_map(|member| match member {
            Expression::And(inner) => inner,
            other => vec![other],
        });
        joined(members.collect(), true, Expression::And)
    }

    /// Any of them; false when there is none.
    #[must_use]
    pub fn any(members: Vec<Expression>) -> Expression {
        let members = members.into_iter().flat_map(|member| match member {
            Expression::Or(inner) => inner,
            other => vec![other],
        });
        joined(members.collect(), false, Expression::Or)
    }
}

fn joined(
    mut members: Vec<Expression>,
    of_none: bool,
    join: fn(Vec<Expression>) -> Expression,
) -> Expression {
    match (members.pop(), members.is_empty()) {
        (None, _) => Expression::constant(of_none),
        (Some(only), true) => only,
        (Some(last), false) => {
            members.push(last);
            join(members)
        }
    }
}
