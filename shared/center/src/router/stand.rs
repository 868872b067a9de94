//! Where a task stands: its place in the workflow as what the router needs to know of it. Pure.

use super::directory::{DEMANDS_PER_QUEUE_MAX, DemandEntry, Directory};
use crate::config::{Config, TaskQueue};
use crate::keys;
use patchbay_model::limits::WAY_CHARS_MAX;
use patchbay_model::task::{Step, WaitingEntry};
use patchbay_model::{Task, TaskQueueSid, Timestamp, WorkerSid};
use patchbay_routing::order::waiting_key;
use patchbay_routing::workflow::{CancelReason, KnownWorker, Leave, OrderBy, Placement, Position, TaskView};
use patchbay_routing::{Demand, Expression, next, place};

/// Who may have the task.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Who {
    /// Workers of classes that fulfil the demand, each of whom fulfils the filter.
    Demand { id: String, entry: DemandEntry, condition: Option<Expression>, filter: Option<Expression> },
    /// One worker, who fulfils the condition.
    One { worker: WorkerSid, condition: Option<Expression> },
    /// One worker, known by friendly name.
    Named { name: String, condition: Option<Expression> },
    /// Nobody, until the step ends.
    Nobody,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stand {
    pub queue: TaskQueueSid,
    pub step: Option<Step>,
    pub priority: u32,
    pub deadline: Option<Timestamp>,
    pub order_by: OrderBy,
    pub skip_if: Option<Expression>,
    pub max_reserved_workers: usize,
    pub who: Who,
    /// The way that led here, for people.
    pub why: String,
}

/// Why a task has no place.
pub(super) type Gone = String;

/// Where the task stands now, or after it leaves its step.
pub(super) fn stand(
    config: &Config,
    directory: &Directory,
    task: &Task,
    leave: Option<Leave>,
    now: Timestamp,
) -> Result<Stand, Gone> {
    if let Some(target) = &task.routing_target {
        return targeted(config, task, target);
    }
    let entry = config.workflows.get(&task.workflow_sid).ok_or("the workflow does not exist any more")?;
    let view = TaskView {
        attributes: &task.attributes,
        priority: task.priority,
        entered: task.created_at,
        position: Position::of(task),
    };
    let placement = match leave {
        Some(leave) => next(&entry.workflow, &view, leave, now),
        None => place(&entry.workflow, &view, now),
    };
    match placement {
        Placement::Canceled { reason, .. } => Err(match reason {
            CancelReason::WorkflowTimeout => "workflow.timeout",
            CancelReason::Skipped => "workflow.skipped",
            CancelReason::NoMatch => "no filter of the workflow matches",
        }
        .into()),
        Placement::Default(default) => {
            let queue = queue(config, default.queue)?;
            let who = demand(config, directory, queue, None, task)?;
            Ok(Stand {
                step: None,
                priority: default.priority,
                deadline: None,
                order_by: OrderBy::default(),
                skip_if: None,
                ..plain(queue, who, default.why)
            })
        }
        Placement::Step(step) => {
            let queue = queue(config, step.queue)?;
            let condition = step.condition.map(|condition| &condition.expression);
            let substituted = || condition.map(|condition| condition.substitute_task(&task.attributes));
            let who = match step.known_worker {
                Some(KnownWorker::Sid(sid)) => match WorkerSid::parse(&sid) {
                    Ok(worker) => Who::One { worker, condition: substituted() },
                    Err(_) => Who::Nobody,
                },
                Some(KnownWorker::FriendlyName(name)) => Who::Named { name, condition: substituted() },
                Some(KnownWorker::Nobody { .. }) => Who::Nobody,
                None => demand(config, directory, queue, condition, task)?,
            };
            Ok(Stand {
                step: Some(step.step),
                priority: step.priority,
                deadline: step.deadline,
                order_by: step.order_by.clone(),
                skip_if: step.skip_if.map(|condition| condition.expression.clone()),
                ..plain(queue, who, step.why)
            })
        }
    }
}

fn plain(queue: &TaskQueue, who: Who, why: String) -> Stand {
    Stand {
        queue: queue.sid.clone(),
        step: None,
        priority: 0,
        deadline: None,
        order_by: OrderBy::default(),
        skip_if: None,
        max_reserved_workers: queue.max_reserved_workers as usize,
        who,
        why,
    }
}

fn queue<'c>(config: &'c Config, name: &str) -> Result<&'c TaskQueue, Gone> {
    config.queue(name).ok_or_else(|| format!("the task queue {name:?} does not exist any more"))
}

fn targeted(config: &Config, task: &Task, target: &str) -> Result<Stand, Gone> {
    if let Ok(worker) = WorkerSid::parse(target) {
        let sid = task.queue_sid.clone().or_else(|| config.queues.keys().next().cloned());
        let queue = sid.and_then(|sid| config.queues.get(&sid)).ok_or("there is no task queue")?;
        let who = Who::One { worker, condition: None };
        return Ok(Stand { priority: task.priority, ..plain(queue, who, "sent to a worker".into()) });
    }
    let queue = queue(config, target)?;
    let who = Who::Demand {
        id: Demand { queue: queue.sid.to_string(), residual: None }.id(),
        entry: DemandEntry { queue: queue.sid.clone(), condition: String::new() },
        condition: None,
        filter: None,
    };
    Ok(Stand { priority: task.priority, ..plain(queue, who, "sent to a task queue".into()) })
}

/// What a class answers goes into the demand, what only each worker can answer into the filter. When the queue
/// has too many demands already, all of it goes into the filter of the queue's open list.
fn demand(
    config: &Config,
    directory: &Directory,
    queue: &TaskQueue,
    condition: Option<&Expression>,
    task: &Task,
) -> Result<Who, Gone> {
    let whole =
        Demand::of(queue.sid.as_str(), condition, &task.attributes).map_err(|error| error.to_string())?;
    if whole.is_unfulfillable() {
        return Ok(Who::Nobody);
    }
    let split =
        whole.split(|path| !config.class_paths.iter().any(|known| covers(known.as_str(), path.as_str())));
    let demand = Demand { queue: queue.sid.to_string(), residual: split.rest };
    let id = demand.id();
    let is_new = !directory.demands.contains_key(&id);
    if demand.residual.is_some() && is_new && directory.demands_of(&queue.sid) >= DEMANDS_PER_QUEUE_MAX {
        let open = Demand { queue: queue.sid.to_string(), residual: None };
        return Ok(Who::Demand {
            id: open.id(),
            entry: DemandEntry { queue: queue.sid.clone(), condition: String::new() },
            condition: None,
            filter: whole.residual,
        });
    }
    let entry = DemandEntry { queue: queue.sid.clone(), condition: demand.residual_text() };
    Ok(Who::Demand { id, entry, condition: demand.residual, filter: split.apart })
}

/// Whether the class knows the value at `path` when it knows the one at `known`.
fn covers(known: &str, path: &str) -> bool {
    path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Stand {
    /// Puts the task where it stands: its queue, step and priority.
    pub fn settle(&self, task: &mut Task) {
        task.queue_sid = Some(self.queue.clone());
        task.step = self.step;
        task.way = self.why.chars().take(WAY_CHARS_MAX).collect();
        task.step_deadline = self.deadline;
        task.priority = self.priority;
    }

    /// The waiting entry of a task that stands here; none where nobody could take it.
    pub fn entry(&self, config: &Config, task: &Task) -> Option<WaitingEntry> {
        let order = config.queues.get(&self.queue).map(|queue| queue.order).unwrap_or_default();
        let order = waiting_key(order, self.priority, task.virtual_start_time.0);
        let text = |expression: &Option<Expression>| {
            expression.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        let (list, filter) = match &self.who {
            Who::Demand { id, filter, .. } => (keys::demand_list(id, &task.task_channel), text(filter)),
            Who::One { worker, condition } => {
                (keys::direct_list(worker, &task.task_channel), text(condition))
            }
            Who::Named { .. } | Who::Nobody => return None,
        };
        Some(WaitingEntry { list, order, filter })
    }

    /// When the task must be looked at again although nothing happens.
    pub fn due(&self, task: &Task) -> Timestamp {
        let end = task.created_at.plus_s(i64::from(task.timeout_s));
        let excluded = task.excluded.iter().map(|exclusion| exclusion.until);
        excluded.chain(self.deadline).fold(end, Ord::min)
    }
}
