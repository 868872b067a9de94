//! What went wrong or was left out during a step, for the operator who looks at an execution.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One problem and where it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// SID of the flow, as the execution knows it.
    pub flow: String,
    /// Name of the widget at which the execution stood; empty before the first one.
    pub widget: String,
    #[serde(flatten)]
    pub kind: ProblemKind,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "flow {}, widget {}: {}", self.flow, self.widget, self.kind)
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum ProblemKind {
    /// A bound was hit and the execution ended there.
    #[error("limit reached: {limit} (at most {max})")]
    LimitReached { limit: String, max: u64 },
    /// A property does not render; it was taken as empty.
    #[error("property {property} does not render: {reason}")]
    NotRendered { property: String, reason: String },
    /// A property has no usable value; `reason` says what was done instead.
    #[error("property {property}: {reason}")]
    BadValue { property: String, reason: String },
    /// A result or parameter was too large and was cut.
    #[error("{what} was cut: {bytes} bytes, at most {max} are kept")]
    Cut { what: String, bytes: usize, max: usize },
    /// The input does not fit where the execution stands; nothing changed.
    #[error("input ignored: {reason}")]
    Ignored { reason: String },
    /// The outside refused or did not answer.
    #[error("{what} failed: {reason}")]
    Failed { what: String, reason: String },
    /// The flow that a run-subflow widget names is not known.
    #[error("flow {sid} (revision {revision}) does not exist")]
    NoSuchFlow { sid: String, revision: String },
    /// The definition has changed and no longer has the widget at which the execution stands.
    #[error("the flow no longer has this widget, or it is of another kind")]
    NoSuchWidget,
}
