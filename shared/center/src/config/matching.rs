//! Which workers a task would be offered to, and why: asked of the configuration in force, or of one that is only
//! thought of. Nothing is written.

use super::{Config, ConfigDocuments, ConfigFault, WorkflowEntry};
use crate::center::Center;
use crate::ports::Consistency;
use crate::router::facts;
use crate::store::{StoreError, list_workers, load_profile, load_worker};
use patchbay_model::{Worker, WorkerSid, limits};
use patchbay_routing::workflow::Stop;
use patchbay_routing::{Expression, Placement, Scope, matches, way};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Workers that are looked at: three reads each.
pub const MATCHED_WORKERS_MAX: usize = 500;
/// Workers of one answer of the list.
const PAGE: usize = 100;

/// A task that could be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchQuestion {
    pub attributes: Map<String, Value>,
    /// SID or friendly name; none: the only one.
    #[serde(default)]
    pub workflow: Option<String>,
    /// What capacity is looked at; none: `chat`, the channel of messages.
    #[serde(default)]
    pub task_channel: Option<String>,
    /// Asked of these instead of those in force.
    #[serde(default)]
    pub documents: Option<ConfigDocuments>,
}

#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    #[error("there is no such workflow")]
    NoWorkflow,
    #[error("attributes are over {} characters", limits::ATTRIBUTES_CHARS_MAX)]
    TooLarge,
    #[error("the configuration has {} faults", .0.len())]
    Refused(Vec<ConfigFault>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a worker is to a task at one stop of its way. From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Would be offered it now.
    Ready,
    /// Fits, but holds as many tasks as it may.
    Busy,
    /// Fits, but is not there, or in an activity that is not available.
    Away,
    /// Is in the queue, and does not fulfil the target's expression.
    NotInTarget,
    NotInQueue,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerVerdict {
    pub sid: WorkerSid,
    pub friendly_name: String,
    pub activity_name: Option<String>,
    pub verdict: Verdict,
}

/// A place of the task, from a moment of its life on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchStop {
    /// Seconds after the task was made.
    pub from_s: i64,
    /// None where there is no place any more.
    pub queue: Option<String>,
    pub target_workers: Option<String>,
    /// The target's own expression.
    pub expression: Option<String>,
    pub priority: u32,
    pub why: String,
    /// Best first, then by name; those who are not in the queue are only counted.
    pub workers: Vec<WorkerVerdict>,
    pub not_in_queue: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matching {
    pub workflow: String,
    pub stops: Vec<MatchStop>,
    /// How many workers were looked at, and whether there are others.
    pub workers: usize,
    pub more: bool,
}

/// A worker as it is judged.
struct Candidate {
    worker: Worker,
    friendly_name: String,
    facts: Value,
}

/// Follows a task through its workflow, and asks at each stop who fits.
pub async fn match_workers(center: &Center, question: MatchQuestion) -> Result<Matching, MatchError> {
    let attributes = Value::Object(question.attributes);
    if attributes.to_string().chars().count() > limits::ATTRIBUTES_CHARS_MAX {
        return Err(MatchError::TooLarge);
    }
    let config = match question.documents {
        Some(documents) => Arc::new(documents.compile(0).map_err(MatchError::Refused)?),
        None => center.config().await?,
    };
    let entry = config.workflow(question.workflow.as_deref()).ok_or(MatchError::NoWorkflow)?;
    let task_channel = question.task_channel.as_deref().unwrap_or("chat");
    let (candidates, more) = candidates(center, &config).await?;
    Ok(Matching {
        workflow: entry.friendly_name.clone(),
        stops: stops(&config, entry, &attributes, task_channel, &candidates, center.now()),
        workers: candidates.len(),
        more,
    })
}

async fn candidates(center: &Center, config: &Config) -> Result<(Vec<Candidate>, bool), StoreError> {
    let (table, mut found, mut after) = (center.table.as_ref(), Vec::new(), None);
    loop {
        let limit = PAGE.min(MATCHED_WORKERS_MAX - found.len());
        let (page, more) = list_workers(table, after.as_ref(), limit).await?;
        for (sid, _) in &page {
            let worker = load_worker(table, sid, Consistency::Eventual).await?;
            if let (Some(worker), Some(profile)) = (worker, load_profile(table, sid).await?) {
                let facts = facts(config, &profile, &worker);
                found.push(Candidate { worker, friendly_name: profile.friendly_name, facts });
            }
        }
        after = page.last().map(|(sid, _)| sid.clone());
        if !more || after.is_none() || found.len() >= MATCHED_WORKERS_MAX {
            return Ok((found, more));
        }
    }
}

/// Decides; pure.
fn stops(
    config: &Config,
    entry: &WorkflowEntry,
    attributes: &Value,
    task_channel: &str,
    candidates: &[Candidate],
    now: patchbay_model::Timestamp,
) -> Vec<MatchStop> {
    let told = |Stop { from, placement }: &Stop<'_>| {
        let (queue, requirement, expression, priority, why) = match placement {
            Placement::Step(step) => {
                let text = step.condition.map(|condition| condition.text.clone());
                (Some(step.queue), step.requirement(), text, step.priority, &step.why)
            }
            Placement::Default(step) => (Some(step.queue), None, None, step.priority, &step.why),
            Placement::Canceled { why, .. } => (None, None, None, 0, why),
        };
        let queue = queue.and_then(|name| config.queue(name));
        let judged = candidates.iter().map(|candidate| WorkerVerdict {
            sid: candidate.worker.sid.clone(),
            friendly_name: candidate.friendly_name.clone(),
            activity_name: config
                .activity(candidate.worker.activity_sid.as_str())
                .map(|activity| activity.friendly_name.clone()),
            verdict: queue.map_or(Verdict::NotInQueue, |queue| {
                verdict(candidate, &queue.target_workers, requirement.as_ref(), attributes, task_channel)
            }),
        });
        let (mut workers, others): (Vec<_>, Vec<_>) =
            judged.partition(|judged| judged.verdict != Verdict::NotInQueue);
        workers.sort_by(|a, b| (a.verdict, &a.friendly_name).cmp(&(b.verdict, &b.friendly_name)));
        MatchStop {
            from_s: from.since_ms(now) / 1_000,
            queue: queue.map(|queue| queue.friendly_name.clone()),
            target_workers: queue.map(|queue| queue.target_workers.to_string()),
            expression,
            priority,
            why: why.clone(),
            workers,
            not_in_queue: others.len(),
        }
    };
    way(&entry.workflow, attributes, now).iter().map(told).collect()
}

fn verdict(
    candidate: &Candidate,
    target_workers: &Expression,
    requirement: Option<&Expression>,
    attributes: &Value,
    task_channel: &str,
) -> Verdict {
    let Candidate { worker, facts, .. } = candidate;
    if !matches(target_workers, &Scope::worker(facts)) {
        return Verdict::NotInQueue;
    }
    if requirement.is_some_and(|requirement| !matches(requirement, &Scope::target(attributes, facts))) {
        return Verdict::NotInTarget;
    }
    match (worker.ready(), worker.has_room(task_channel)) {
        (false, _) => Verdict::Away,
        (true, false) => Verdict::Busy,
        (true, true) => Verdict::Ready,
    }
}
