//! Where a task is in its workflow: a state machine that whoever keeps the task drives.
//!
//! [`place`] says where the task belongs at this moment, [`next`] where it goes on leaving its step. Both
//! depend on their arguments only; the caller keeps what the answer says (step, queue, priority, deadline)
//! and asks again when the deadline passes, a reservation ends without acceptance, or something changed.
//!
//! Source: TaskRouter docs, "Workflow configuration".

use patchbay_model::task::Step;
use patchbay_model::{Task, Timestamp};
use serde_json::Value;

use super::{Condition, Filter, KnownWorker, OrderBy, Target, Workflow};
use crate::expression::{Expression, Scope, matches};

/// Parts of an explanation; of a longer way the beginning is left out.
const WHY_PARTS_MAX: usize = 12;

/// Characters of a filter's name in an explanation.
const WHY_NAME_CHARS_MAX: usize = 64;

/// What a workflow knows of a task.
#[derive(Clone, Copy, Debug)]
pub struct TaskView<'a> {
    /// A JSON object.
    pub attributes: &'a Value,
    pub priority: u32,
    /// When the task entered the workflow: all windows are measured from here.
    pub entered: Timestamp,
    pub position: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Not placed yet, or to be placed anew from the first filter (`ReEvaluateTasks`).
    Outside,
    Step(Step),
    /// In the default filter.
    Default,
}

impl Position {
    #[must_use]
    pub fn of(task: &Task) -> Position {
        match (task.step, &task.queue_sid) {
            (Some(step), _) => Position::Step(step),
            (None, Some(_)) => Position::Default,
            (None, None) => Position::Outside,
        }
    }
}

/// Why a task leaves its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The step's deadline passed. A timer that fires early changes nothing.
    Timeout,
    /// No reservation could be made at once, and `skip_if` held.
    Skipped,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Placement<'w> {
    Step(StepPlacement<'w>),
    Default(DefaultPlacement<'w>),
    Canceled { reason: CancelReason, why: String },
}

/// A task in a target of a filter.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPlacement<'w> {
    pub step: Step,
    pub filter_name: &'w str,
    /// SID or friendly name, as the document has it.
    pub queue: &'w str,
    pub condition: Option<&'w Condition>,
    pub order_by: &'w OrderBy,
    pub known_worker: Option<KnownWorker>,
    pub skip_if: Option<&'w Condition>,
    /// What the task's priority is from now on.
    pub priority: u32,
    /// When the step ends; none when it lasts until the task's own timeout.
    pub deadline: Option<Timestamp>,
    /// The way that led here, for people.
    pub why: String,
}

/// A task in the default filter: it waits there until its own timeout.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultPlacement<'w> {
    pub queue: &'w str,
    pub priority: u32,
    pub why: String,
}

/// Why the workflow has no place for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// The last step of the last matching filter ended (event `workflow.timeout`).
    WorkflowTimeout,
    /// Every matching filter was skipped (event `workflow.skipped`).
    Skipped,
    /// No filter matches, and there is no default filter.
    NoMatch,
}

impl StepPlacement<'_> {
    /// All that a worker of the queue must fulfil: the target's condition, and being the known worker.
    #[must_use]
    pub fn requirement(&self) -> Option<Expression> {
        let condition = self.condition.map(|condition| condition.expression.clone());
        let known = self.known_worker.as_ref().map(KnownWorker::condition);
        let members: Vec<_> = condition.into_iter().chain(known).collect();
        (!members.is_empty()).then(|| Expression::all(members))
    }
}

/// Where the task belongs now. In the step it is in, unless that step's window is over; a step that the
/// document no longer has is forgotten.
#[must_use]
pub fn place<'w>(workflow: &'w Workflow, task: &TaskView<'_>, now: Timestamp) -> Placement<'w> {
    let mut walk = Walk::new(workflow, task, now);
    match (task.position, &workflow.default_queue) {
        (Position::Step(step), _) if workflow.at(step).is_some() => walk.settle(Some(step)),
        (Position::Default, Some(queue)) => walk.by_default(queue),
        _ => {
            let step = walk.search(0, 0, false);
            walk.settle(step)
        }
    }
}

/// Where the task goes on leaving its step.
#[must_use]
pub fn next<'w>(workflow: &'w Workflow, task: &TaskView<'_>, leave: Leave, now: Timestamp) -> Placement<'w> {
    match (leave, task.position) {
        (Leave::Skipped, Position::Step(step)) => match workflow.at(step) {
            Some((filter, target)) => {
                let mut walk = Walk::new(workflow, task, now);
                let step = walk.skip(step, filter, target);
                walk.settle(step)
            }
            None => place(workflow, task, now),
        },
        _ => place(workflow, task, now),
    }
}

struct Walk<'w, 't> {
    workflow: &'w Workflow,
    task: &'t TaskView<'t>,
    age_ms: i64,
    priority: u32,
    timed_out: bool,
    skipped: bool,
    why: Vec<String>,
}

impl<'w, 't> Walk<'w, 't> {
    fn new(workflow: &'w Workflow, task: &'t TaskView<'t>, now: Timestamp) -> Self {
        let age_ms = now.since_ms(task.entered).max(0);
        let priority = task.priority;
        Walk { workflow, task, age_ms, priority, timed_out: false, skipped: false, why: Vec::new() }
    }

    /// Walks on from a step until one whose window covers the task's age.
    fn settle(mut self, mut next: Option<Step>) -> Placement<'w> {
        while let Some(step) = next {
            let Some((filter, target)) = self.workflow.at(step) else { break };
            self.timed_out = step.timed_out;
            match target.window_end_ms(step) {
                Some(end_ms) if end_ms <= self.age_ms => {
                    self.why.push(format!("target {} ended at {} s", step.target + 1, end_ms / 1000));
                    next = if step.target + 1 < filter.targets.len() {
                        Some(self.enter(Step { target: step.target + 1, window_start_ms: end_ms, ..step }))
                    } else {
                        self.timed_out = true;
                        self.search(step.filter + 1, end_ms, true)
                    };
                }
                end_ms => return self.in_step(step, filter, target, end_ms),
            }
        }
        self.without_filter()
    }

    /// The step after a skipped one. Windows stay where they are; where a window has no end, or a filter is
    /// left by skipping, the next one begins at the task's present age.
    fn skip(&mut self, step: Step, filter: &Filter, target: &Target) -> Option<Step> {
        self.skipped = true;
        self.timed_out = step.timed_out;
        self.why.push(format!("target {} was skipped", step.target + 1));
        let present_ms = self.age_ms.max(step.window_start_ms);
        if step.target + 1 < filter.targets.len() {
            let window_start_ms = target.window_end_ms(step).unwrap_or(present_ms);
            Some(self.enter(Step { target: step.target + 1, window_start_ms, ..step }))
        } else {
            self.search(step.filter + 1, present_ms, step.timed_out)
        }
    }

    /// Enters the first filter from this one on that the task matches.
    fn search(&mut self, from: usize, window_start_ms: i64, timed_out: bool) -> Option<Step> {
        let scope = Scope::task(self.task.attributes);
        let matching = |filter: &Filter| {
            filter.condition.as_ref().is_none_or(|condition| matches(&condition.expression, &scope))
        };
        let filters = self.workflow.filters.iter().enumerate().skip(from);
        let (position, filter) = filters.into_iter().find(|(_, filter)| matching(filter))?;
        let name: String = filter.name.chars().take(WHY_NAME_CHARS_MAX).collect();
        self.why.push(format!("filter {} {name:?} matches", position + 1));
        Some(self.enter(Step { filter: position, target: 0, window_start_ms, timed_out }))
    }

    fn enter(&mut self, step: Step) -> Step {
        if let Some((_, Target { priority: Some(priority), .. })) = self.workflow.at(step) {
            self.priority = *priority;
        }
        step
    }

    fn in_step(
        mut self,
        step: Step,
        filter: &'w Filter,
        target: &'w Target,
        end_ms: Option<i64>,
    ) -> Placement<'w> {
        let until = end_ms.map_or_else(|| "without end".to_owned(), |end| format!("until {} s", end / 1000));
        self.why.push(format!("in target {} of {} {until}", step.target + 1, filter.targets.len()));
        Placement::Step(StepPlacement {
            step,
            filter_name: &filter.name,
            queue: &target.queue,
            condition: target.condition.as_ref(),
            order_by: &target.order_by,
            known_worker: target.known_worker.as_ref().map(|known| known.of(self.task.attributes)),
            skip_if: target.skip_if.as_ref(),
            priority: self.priority,
            deadline: end_ms.map(|end| self.task.entered.plus_ms(end)),
            why: self.explained(),
        })
    }

    /// The default filter takes what no filter matched or all skipped, never what timed out.
    fn without_filter(mut self) -> Placement<'w> {
        let none = if self.why.is_empty() { "no filter matches" } else { "no other filter matches" };
        self.why.push(none.to_owned());
        let reason = match (&self.workflow.default_queue, self.timed_out, self.skipped) {
            (_, true, _) => CancelReason::WorkflowTimeout,
            (Some(queue), false, _) => return self.by_default(queue),
            (None, false, true) => CancelReason::Skipped,
            (None, false, false) => CancelReason::NoMatch,
        };
        Placement::Canceled { reason, why: self.explained() }
    }

    fn explained(&self) -> String {
        let hidden = self.why.len().saturating_sub(WHY_PARTS_MAX);
        let beginning = if hidden > 0 { "…; " } else { "" };
        format!("{beginning}{}", self.why[hidden..].join("; "))
    }

    fn by_default(mut self, queue: &'w str) -> Placement<'w> {
        self.why.push("in the default filter".to_owned());
        Placement::Default(DefaultPlacement { queue, priority: self.priority, why: self.explained() })
    }
}

impl Workflow {
    fn at(&self, step: Step) -> Option<(&Filter, &Target)> {
        let filter = self.filters.get(step.filter)?;
        Some((filter, filter.targets.get(step.target)?))
    }
}

impl Target {
    /// Age of a task at which this step of it ends.
    fn window_end_ms(&self, step: Step) -> Option<i64> {
        Some(step.window_start_ms.saturating_add(i64::from(self.timeout_s?) * 1000))
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
