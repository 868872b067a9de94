//! A target's known worker: the one worker that the task itself names.

use serde_json::Value;

use crate::expression::{Expression, Literal, Operand, Operator, Path};

/// `known_worker_sid` or `known_worker_friendly_name`: the task attribute that names the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownWorkerReference {
    /// Path within the task's attributes.
    Sid(Path),
    FriendlyName(Path),
}

/// Who it is, for one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownWorker {
    Sid(String),
    FriendlyName(String),
    /// The attribute names nobody: the task stays in the step. TaskRouter logs error 40152 when a name was
    /// to be expected (`reported`), and does not when the attribute is `null`.
    Nobody {
        reported: bool,
    },
}

impl KnownWorkerReference {
    pub(super) fn of(&self, attributes: &Value) -> KnownWorker {
        let (path, named): (_, fn(String) -> KnownWorker) = match self {
            KnownWorkerReference::Sid(path) => (path, KnownWorker::Sid),
            KnownWorkerReference::FriendlyName(path) => (path, KnownWorker::FriendlyName),
        };
        match path.value_in(attributes) {
            Some(Value::String(name)) => named(name.clone()),
            Some(Value::Null) => KnownWorker::Nobody { reported: false },
            _ => KnownWorker::Nobody { reported: true },
        }
    }
}

impl KnownWorker {
    /// The condition, in the scope of a target, that only this worker fulfils.
    #[must_use]
    pub fn condition(&self) -> Expression {
        let (field, name) = match self {
            KnownWorker::Sid(sid) => ("worker.sid", sid),
            KnownWorker::FriendlyName(name) => ("worker.friendly_name", name),
            KnownWorker::Nobody { .. } => return Expression::constant(false),
        };
        match Path::parse(field) {
            Some(path) => Expression::Compare(
                Operand::Path(path),
                Operator::Equal,
                Operand::Literal(Literal::Text(name.clone())),
            ),
            None => Expression::constant(false),
        }
    }
}
