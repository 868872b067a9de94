//! Where a task comes by when nobody takes it: what a workflow means, told before it is in force.

use super::{Leave, Placement, Position, TaskView, Workflow, next, place};
use patchbay_model::Timestamp;
use serde_json::Value;

/// Places of one way: as many as a workflow has targets, up to this.
pub const WAY_STOPS_MAX: usize = 64;

/// A place on the way, and when the task comes to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop<'w> {
    pub from: Timestamp,
    pub placement: Placement<'w>,
}

/// Every place of a task with these attributes (a JSON object), in the order of time, as if each window passed
/// without anybody taking it. What `skip_if` would skip is not skipped: that depends on who is there then.
#[must_use]
pub fn way<'w>(workflow: &'w Workflow, attributes: &Value, entered: Timestamp) -> Vec<Stop<'w>> {
    let mut task = TaskView { attributes, priority: 0, entered, position: Position::Outside };
    let mut from = entered;
    let mut placement = place(workflow, &task, from);
    let mut stops = Vec::new();
    while stops.len() < WAY_STOPS_MAX {
        let deadline = match &placement {
            Placement::Step(step) => {
                (task.position, task.priority) = (Position::Step(step.step), step.priority);
                step.deadline
            }
            Placement::Default(_) | Placement::Canceled { .. } => None,
        };
        stops.push(Stop { from, placement });
        let Some(deadline) = deadline else { break };
        from = deadline;
        placement = next(workflow, &task, Leave::Timeout, from);
    }
    stops
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_795_359_904_000);

    /// Seconds after the beginning, and the queue or why there is none.
    fn check(routing: Value, attributes: Value, expect: &[(i64, &str)]) {
        let workflow = Workflow::from_value(&json!({ "task_routing": routing })).unwrap();
        let stops = way(&workflow, &attributes, NOW);
        let told = stops.iter().map(|stop| {
            let place = match &stop.placement {
                Placement::Step(step) => step.queue.to_owned(),
                Placement::Default(step) => step.queue.to_owned(),
                Placement::Canceled { reason, .. } => format!("{reason:?}"),
            };
            (stop.from.since_ms(NOW) / 1_000, place)
        });
        let expect: Vec<(i64, String)> = expect.iter().map(|(s, place)| (*s, (*place).to_owned())).collect();
        assert_eq!(told.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_way_ends_where_a_task_may_wait_for_ever_or_is_given_up() {
        let targets = json!([{ "queue": "A", "timeout": 60 }, { "queue": "B" }]);
        let filter = |targets: &Value| json!({ "expression": "kind == 'x'", "targets": targets });
        let routing = json!({ "filters": [filter(&targets)], "default_filter": { "queue": "D" } });
        check(routing.clone(), json!({ "kind": "x" }), &[(0, "A"), (60, "B")]);
        check(routing, json!({ "kind": "y" }), &[(0, "D")]);
        let both_end = json!([{ "queue": "A", "timeout": 60 }, { "queue": "B", "timeout": 30 }]);
        let routing = json!({ "filters": [filter(&both_end)] });
        check(routing.clone(), json!({ "kind": "x" }), &[(0, "A"), (60, "B"), (90, "WorkflowTimeout")]);
        check(routing, json!({}), &[(0, "NoMatch")]);
    }

    #[test]
    fn a_long_way_is_cut() {
        let targets = |count: usize| vec![json!({ "queue": "A", "timeout": 1 }); count];
        let stops = |count: usize| {
            let routing = json!({ "filters": [{ "expression": "1==1", "targets": targets(count) }] });
            let workflow = Workflow::from_value(&json!({ "task_routing": routing })).unwrap();
            way(&workflow, &json!({}), NOW).len()
        };
        assert_eq!(stops(WAY_STOPS_MAX - 1), WAY_STOPS_MAX);
        assert_eq!(stops(WAY_STOPS_MAX), WAY_STOPS_MAX);
    }
}
