//! Demands and classes: what waiting tasks ask and what workers offer, each under a name that is the same
//! for the same thing, so that one is matched with the other once and not per task.

use std::collections::{BTreeMap, BTreeSet};

use patchbay_model::id::{digest16, hex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expression::{
    Expression, ExpressionError, Facts, Path, RESIDUAL_BYTES_MAX, Scope, Split, matches,
};
use crate::workflow::{OrderBy, Rank};

/// What a task in a step asks: a worker of this queue for whom the residual holds. Tasks with equal demands
/// are interchangeable as to who may have them.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// SID of the task queue.
    pub queue: String,
    /// The target's condition without the task: every name begins with `worker.`. `None` always holds.
    pub residual: Option<Expression>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DemandError {
    /// Only a condition that repeats large task attributes comes to this.
    #[error("with the task's values the condition is {bytes} bytes, more than {RESIDUAL_BYTES_MAX}")]
    TooLong { bytes: usize },
    #[error("the residual does not parse: {0}")]
    Residual(#[from] ExpressionError),
}

impl Demand {
    /// The demand of a task in a target; `condition` is what the step requires of a worker
    /// (`StepPlacement::requirement`).
    pub fn of(queue: &str, condition: Option<&Expression>, task: &Value) -> Result<Demand, DemandError> {
        let residual = condition.map(|condition| condition.substitute_task(task));
        let residual = residual.filter(|residual| residual.as_constant() != Some(true));
        let demand = Demand { queue: queue.to_owned(), residual };
        match demand.residual_text().len() {
            bytes if bytes > RESIDUAL_BYTES_MAX => Err(DemandError::TooLong { bytes }),
            _ => Ok(demand),
        }
    }

    /// The demand that [`Demand::residual_text`] was taken from.
    pub fn restore(queue: &str, residual_text: &str) -> Result<Demand, DemandError> {
        let residual = match residual_text {
            "" => None,
            text => Some(Expression::parse_residual(text)?),
        };
        Ok(Demand { queue: queue.to_owned(), residual })
    }

    /// The canonical text of the residual; empty when it always holds.
    #[must_use]
    pub fn residual_text(&self) -> String {
        self.residual.as_ref().map(Expression::to_string).unwrap_or_default()
    }

    /// 16 hex digits, the same for the same queue and residual.
    #[must_use]
    pub fn id(&self) -> String {
        short_id(&[&self.queue, &self.residual_text()])
    }

    /// Whether no worker at all can fulfil it.
    #[must_use]
    pub fn is_unfulfillable(&self) -> bool {
        self.residual.as_ref().and_then(Expression::as_constant) == Some(false)
    }

    /// Separates what must be asked of each worker (`apart`) from what a class answers (`rest`).
    /// `per_worker` gets paths within a worker, beside those that always are so ([`is_per_worker`]).
    #[must_use]
    pub fn split(&self, per_worker: impl Fn(&Path) -> bool) -> Split {
        let wanted =
            |path: &Path| path.below("worker").is_some_and(|path| is_per_worker(&path) || per_worker(&path));
        match &self.residual {
            Some(residual) => residual.split(wanted),
            None => Split { apart: None, rest: None },
        }
    }
}

/// Fields of a worker that differ between workers with equal attributes.
///
/// Source: TaskRouter docs, "Workflow configuration" (target expressions) and "TaskQueues".
const PER_WORKER_FIELDS: [&str; 6] =
    ["sid", "friendly_name", "name", "activity_sid", "activity_name", "channel"];

/// Whether a path within a worker leads to a field of its own: identity, activity, channels.
#[must_use]
pub fn is_per_worker(path: &Path) -> bool {
    PER_WORKER_FIELDS.contains(&path.root())
}

/// Workers with equal values at the paths that conditions ask about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerClass {
    /// By the text of a path within a worker; paths that lead nowhere, or to `null`, are left out.
    pub projection: BTreeMap<String, Value>,
}

impl WorkerClass {
    /// The class of a worker (its attributes, and fields if `paths` ask for them).
    #[must_use]
    pub fn of(paths: &BTreeSet<Path>, worker: &Value) -> WorkerClass {
        let known = paths.iter().filter_map(|path| {
            let value = path.value_in(worker).filter(|value| !value.is_null())?;
            Some((path.to_string(), value.clone()))
        });
        WorkerClass { projection: known.collect() }
    }

    /// 16 hex digits, the same for the same values at the same paths.
    #[must_use]
    pub fn id(&self) -> String {
        let mut parts = Vec::with_capacity(self.projection.len() * 2);
        for (path, value) in &self.projection {
            parts.push(path.clone());
            parts.push(canonical_json(value));
        }
        short_id(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Whether the workers of this class are in a queue and fulfil a residual. Exact when the class was made
    /// with all the paths of both.
    #[must_use]
    pub fn serves(&self, target_workers: &Expression, residual: Option<&Expression>) -> bool {
        matches(target_workers, &Scope::worker(self))
            && residual.is_none_or(|residual| matches(residual, &Scope::target(&Value::Null, self)))
    }

    /// The rank its workers share.
    #[must_use]
    pub fn rank(&self, order_by: &OrderBy) -> Rank {
        order_by.rank(self)
    }
}

impl<'a> From<&'a WorkerClass> for Facts<'a> {
    fn from(class: &'a WorkerClass) -> Self {
        Facts::At(&class.projection)
    }
}

fn short_id(parts: &[&str]) -> String {
    hex(&digest16(parts)[..8])
}

/// JSON with its keys in order, however the map keeps them.
fn canonical_json(value: &Value) -> String {
    match value {
        Value::Array(members) => {
            let members: Vec<_> = members.iter().map(canonical_json).collect();
            format!("[{}]", members.join(","))
        }
        Value::Object(members) => {
            let ordered: BTreeMap<_, _> = members.iter().collect();
            let members: Vec<_> = ordered
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical_json(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests;
