//! One test per numbered rule of the TaskRouter docs' page "Workflow configuration", in its order: which
//! filter and target, inheritance, what ends a step, windows, leaving a filter, `skip_if`, the default filter,
//! re-evaluation, known workers, priority.

use super::*;
use serde_json::json;

const ENTERED: Timestamp = Timestamp(1_000_000);

/// A task's way through a workflow: placed once, then driven as whoever keeps it does.
struct Task {
    workflow: Workflow,
    attributes: Value,
    priority: u32,
    position: Position,
    why: String,
}

fn task(configuration: &Value, attributes: Value) -> Task {
    let workflow = Workflow::from_value(configuration).unwrap_or_else(|error| panic!("{error}"));
    Task { workflow, attributes, priority: 0, position: Position::Outside, why: String::new() }
}

impl Task {
    fn placed(&mut self, age_s: i64) -> String {
        self.drive(None, age_s)
    }

    fn skipped(&mut self, age_s: i64) -> String {
        self.drive(Some(Leave::Skipped), age_s)
    }

    /// Goes where the answer says, and sums it up as `queue@priority<deadline`.
    fn drive(&mut self, leave: Option<Leave>, age_s: i64) -> String {
        let Task { attributes, priority, position, .. } = self;
        let view = TaskView { attributes, priority: *priority, entered: ENTERED, position: *position };
        let now = ENTERED.plus_s(age_s);
        let placement = match leave {
            Some(leave) => next(&self.workflow, &view, leave, now),
            None => place(&self.workflow, &view, now),
        };
        match placement {
            Placement::Step(step) => {
                (self.position, self.priority, self.why) =
                    (Position::Step(step.step), step.priority, step.why);
                let deadline = step.deadline.map(|at| format!("<{}", at.since_ms(ENTERED) / 1000));
                format!("{}@{}{}", step.queue, step.priority, deadline.unwrap_or_default())
            }
            Placement::Default(default) => {
                (self.position, self.priority, self.why) = (Position::Default, default.priority, default.why);
                format!("default {}@{}", default.queue, default.priority)
            }
            Placement::Canceled { reason, why } => {
                self.why = why;
                format!("{reason:?}")
            }
        }
    }
}

fn three_tens() -> Value {
    json!({"filters": [{"expression": "1==1", "targets": [
        {"queue": "A", "timeout": 10}, {"queue": "B", "timeout": 10}, {"queue": "C", "timeout": 10},
    ]}]})
}

/// A filter that matches when the task has `key`, with these targets.
fn filter(key: &str, targets: Value) -> Value {
    json!({"filter_friendly_name": key, "expression": format!("{key} == true"), "targets": targets})
}

#[test]
fn rule_1_the_first_filter_that_matches_and_its_first_target() {
    let configuration = json!({"filters": [
        filter("a", json!([{"queue": "A"}])),
        filter("b", json!([{"queue": "B1"}, {"queue": "B2"}])),
        filter("c", json!([{"queue": "C"}])),
    ]});
    assert_eq!(task(&configuration, json!({"b": true, "c": true})).placed(0), "B1@0");
    assert_eq!(task(&configuration, json!({"a": true, "c": true})).placed(0), "A@0");
}

#[test]
fn rule_2_only_the_queue_is_inherited_and_priority_stays() {
    let configuration = json!({"filters": [{"targets": [
        {"queue": "A", "priority": 7, "timeout": 10, "expression": "worker.a", "order_by": "worker.x DESC",
         "skip_if": "1==1", "known_worker_sid": "task.owner"},
        {},
    ]}]});
    let mut waiting = task(&configuration, json!({}));
    assert_eq!(waiting.placed(0), "A@7<10");
    assert_eq!(waiting.placed(10), "A@7");
    let second = &waiting.workflow.filters[0].targets[1];
    assert!(second.condition.is_none() && second.skip_if.is_none() && second.known_worker.is_none());
    assert!(second.order_by.is_empty());
}

#[test]
fn rule_3_a_step_lasts_until_its_timeout_and_for_ever_without_one() {
    let mut timed = task(&three_tens(), json!({}));
    assert_eq!(timed.placed(0), "A@0<10");
    assert_eq!(timed.placed(9), "A@0<10");
    assert_eq!(timed.drive(Some(Leave::Timeout), 9), "A@0<10", "an early timer changes nothing");
    assert_eq!(timed.drive(Some(Leave::Timeout), 10), "B@0<20");
    let mut endless = task(&json!({"filters": [{"targets": [{"queue": "A"}, {"queue": "B"}]}]}), json!({}));
    assert_eq!(endless.placed(0), "A@0");
    assert_eq!(endless.placed(1_209_600), "A@0");
}

#[test]
fn rule_4_timeouts_add_up_and_are_measured_from_the_entry() {
    let mut prompt = task(&three_tens(), json!({}));
    assert_eq!(
        [0, 10, 20, 30].map(|age_s| prompt.placed(age_s)),
        ["A@0<10", "B@0<20", "C@0<30", "WorkflowTimeout"]
    );
    let mut late = task(&three_tens(), json!({}));
    assert_eq!([0, 13, 20].map(|age_s| late.placed(age_s)), ["A@0<10", "B@0<20", "C@0<30"]);
}

#[test]
fn rule_4_a_task_held_past_its_deadline_lands_in_the_window_of_its_age() {
    let mut held = task(&three_tens(), json!({}));
    assert_eq!([0, 25].map(|age_s| held.placed(age_s)), ["A@0<10", "C@0<30"]);
    let mut held_longer = task(&three_tens(), json!({}));
    assert_eq!([0, 31].map(|age_s| held_longer.placed(age_s)), ["A@0<10", "WorkflowTimeout"]);
}

#[test]
fn rule_5_after_the_last_target_a_later_filter_that_matches() {
    let configuration = json!({"filters": [
        filter("a", json!([{"queue": "A", "timeout": 10}])),
        filter("b", json!([{"queue": "B"}])),
        filter("c", json!([{"queue": "C", "timeout": 5}, {"queue": "D"}])),
    ]});
    let mut leaving = task(&configuration, json!({"a": true, "c": true}));
    assert_eq!([0, 12, 15].map(|age_s| leaving.placed(age_s)), ["A@0<10", "C@0<15", "D@0"]);
}

#[test]
fn rule_5_the_default_filter_does_not_catch_timeouts() {
    let configuration = json!({"filters": [
        filter("a", json!([{"queue": "A", "timeout": 10}])),
        filter("b", json!([{"queue": "B", "skip_if": "1==1"}])),
    ], "default_filter": {"queue": "D"}});
    let mut leaving = task(&configuration, json!({"a": true}));
    assert_eq!([0, 10].map(|age_s| leaving.placed(age_s)), ["A@0<10", "WorkflowTimeout"]);
    let mut skipping_later = task(&configuration, json!({"a": true, "b": true}));
    assert_eq!([0, 10].map(|age_s| skipping_later.placed(age_s)), ["A@0<10", "B@0"]);
    assert_eq!(skipping_later.skipped(10), "WorkflowTimeout");
    let two_skips = json!({"filters": [
        filter("a", json!([{"queue": "A", "timeout": 10}])),
        filter("b", json!([{"queue": "B"}])),
        filter("c", json!([{"queue": "C"}])),
    ], "default_filter": {"queue": "D"}});
    let mut remembering = task(&two_skips, json!({"a": true, "b": true, "c": true}));
    assert_eq!([0, 10].map(|age_s| remembering.placed(age_s)), ["A@0<10", "B@0"]);
    assert_eq!([10, 10].map(|age_s| remembering.skipped(age_s)), ["C@0", "WorkflowTimeout"]);
}

#[test]
fn rule_6_skipping_goes_to_the_next_target_whose_deadline_stays() {
    let mut skipping = task(&three_tens(), json!({}));
    assert_eq!(skipping.placed(0), "A@0<10");
    assert_eq!(skipping.skipped(0), "B@0<20");
    assert_eq!(skipping.placed(12), "B@0<20", "never back to a target left behind");
    assert_eq!(skipping.placed(20), "C@0<30");
}

#[test]
fn rule_6_skipping_a_step_without_end_begins_the_next_window_then() {
    let configuration = json!({"filters": [{"targets": [{"queue": "A"}, {"queue": "B", "timeout": 10}]}]});
    let mut skipping = task(&configuration, json!({}));
    assert_eq!(skipping.placed(0), "A@0");
    assert_eq!(skipping.skipped(50), "B@0<60");
}

#[test]
fn rule_6_skipping_out_of_a_filter_is_not_having_matched_it() {
    let filters = json!([
        filter("a", json!([{"queue": "A", "timeout": 10}])),
        filter("b", json!([{"queue": "B", "timeout": 10}])),
    ]);
    let mut to_the_next = task(&json!({"filters": filters}), json!({"a": true, "b": true}));
    assert_eq!(to_the_next.placed(0), "A@0<10");
    assert_eq!(to_the_next.skipped(3), "B@0<13");
    assert_eq!(to_the_next.skipped(3), "Skipped");
    let with_default = json!({"filters": filters, "default_filter": {"queue": "D"}});
    let mut to_the_default = task(&with_default, json!({"a": true}));
    assert_eq!(to_the_default.placed(0), "A@0<10");
    assert_eq!(to_the_default.skipped(0), "default D@0");
    let mut timing_out_after_a_skip = task(&with_default, json!({"a": true, "b": true}));
    assert_eq!(timing_out_after_a_skip.placed(0), "A@0<10");
    assert_eq!(timing_out_after_a_skip.skipped(0), "B@0<10");
    assert_eq!(timing_out_after_a_skip.placed(10), "WorkflowTimeout");
}

#[test]
fn rule_7_the_default_filter_takes_what_no_filter_matches_and_keeps_it() {
    let configuration = json!({"filters": [filter("a", json!([{"queue": "A", "timeout": 1}]))], "default_filter": {"queue": "D"}});
    let mut unmatched = task(&configuration, json!({}));
    assert_eq!(unmatched.placed(0), "default D@0");
    assert_eq!(unmatched.why, "no filter matches; in the default filter");
    assert_eq!(unmatched.placed(100_000), "default D@0");
    unmatched.attributes = json!({"a": true});
    assert_eq!(unmatched.drive(Some(Leave::Timeout), 100_000), "default D@0");
    let mut without = task(&json!({"filters": []}), json!({}));
    assert_eq!(without.placed(0), "NoMatch");
}

#[test]
fn rule_8_placing_anew_reads_the_attributes_again_from_the_first_filter() {
    let configuration =
        json!({"filters": [filter("a", json!([{"queue": "A"}])), filter("b", json!([{"queue": "B"}]))]});
    let mut changing = task(&configuration, json!({"b": true}));
    assert_eq!(changing.placed(0), "B@0");
    changing.attributes = json!({"a": true, "b": true});
    assert_eq!(changing.placed(1), "B@0", "a rejected offer leaves it where it is");
    changing.position = Position::Outside;
    assert_eq!(changing.placed(1), "A@0");
}

#[test]
fn rule_8_a_step_that_the_document_lost_is_forgotten() {
    let mut moved = task(&three_tens(), json!({}));
    moved.position = Position::Step(Step { filter: 0, target: 3, window_start_ms: 0, timed_out: true });
    assert_eq!(moved.placed(5), "A@0<10");
    moved.position = Position::Step(Step { filter: 1, target: 0, window_start_ms: 0, timed_out: true });
    assert_eq!(moved.skipped(5), "A@0<10");
    moved.position = Position::Default;
    assert_eq!(moved.placed(5), "A@0<10");
}

#[test]
fn rule_9_the_known_worker_is_whom_the_task_names() {
    let known = |key: &str, attributes: Value| {
        let target = json!({"queue": "A", key: "task.owner.id"});
        let workflow =
            Workflow::from_value(&json!({"filters": [{"targets": [target]}]})).expect("a workflow");
        let view =
            TaskView { attributes: &attributes, priority: 0, entered: ENTERED, position: Position::Outside };
        match place(&workflow, &view, ENTERED) {
            Placement::Step(step) => step.known_worker.map(|known| (known.condition().to_string(), known)),
            other => panic!("{other:?}"),
        }
    };
    let named = json!({"owner": {"id": "x'y"}});
    let nobody = |reported| Some(("false".to_owned(), KnownWorker::Nobody { reported }));
    let by_sid = ("worker.sid == 'x\\'y'".to_owned(), KnownWorker::Sid("x'y".to_owned()));
    let by_name = ("worker.friendly_name == 'x\\'y'".to_owned(), KnownWorker::FriendlyName("x'y".to_owned()));
    assert_eq!(known("known_worker_sid", named.clone()), Some(by_sid));
    assert_eq!(known("known_worker_friendly_name", named), Some(by_name));
    assert_eq!(known("known_worker_sid", json!({"owner": {"id": null}})), nobody(false));
    assert_eq!(known("known_worker_sid", json!({"owner": {"id": 5}})), nobody(true));
    assert_eq!(known("known_worker_sid", json!({})), nobody(true));
}

#[test]
fn rule_9_the_expression_must_hold_for_the_known_worker_too() {
    let requirement = |target: Value| {
        let workflow =
            Workflow::from_value(&json!({"filters": [{"targets": [target]}]})).expect("a workflow");
        let attributes = json!({"owner": "WK1"});
        let view =
            TaskView { attributes: &attributes, priority: 0, entered: ENTERED, position: Position::Outside };
        match place(&workflow, &view, ENTERED) {
            Placement::Step(step) => step.requirement().map(|requirement| requirement.to_string()),
            other => panic!("{other:?}"),
        }
    };
    let both = json!({"queue": "A", "expression": "worker.a OR worker.b", "known_worker_sid": "task.owner"});
    assert_eq!(requirement(both).as_deref(), Some("(worker.a OR worker.b) AND worker.sid == 'WK1'"));
    let known = json!({"queue": "A", "known_worker_sid": "task.owner"});
    assert_eq!(requirement(known).as_deref(), Some("worker.sid == 'WK1'"));
    assert_eq!(requirement(json!({"queue": "A"})), None);
}

#[test]
fn rule_10_priority_changes_with_steps_only() {
    let configuration = json!({"filters": [{"targets": [
        {"queue": "A", "priority": 1, "timeout": 10}, {"priority": 5, "timeout": 10}, {"timeout": 10},
    ]}]});
    let mut escalating = task(&configuration, json!({}));
    assert_eq!(escalating.placed(0), "A@1<10");
    escalating.priority = 9;
    assert_eq!(escalating.placed(9), "A@9<10", "an update through the API stays within the step");
    assert_eq!([10, 20].map(|age_s| escalating.placed(age_s)), ["A@5<20", "A@5<30"]);
    let mut held = task(&configuration, json!({}));
    assert_eq!([0, 25].map(|age_s| held.placed(age_s)), ["A@1<10", "A@5<30"], "steps passed by count");
}

#[test]
fn the_way_is_explained() {
    let configuration = json!({"filters": [filter("a", json!([{"queue": "A", "timeout": 10}])), filter("b", json!([{"queue": "B"}]))]});
    let mut leaving = task(&configuration, json!({"a": true, "b": true}));
    leaving.placed(0);
    assert_eq!(leaving.why, "filter 1 \"a\" matches; in target 1 of 1 until 10 s");
    leaving.placed(10);
    assert_eq!(leaving.why, "target 1 ended at 10 s; filter 2 \"b\" matches; in target 1 of 1 without end");
    leaving.skipped(11);
    assert_eq!(leaving.why, "target 1 was skipped; no other filter matches");
}

#[test]
fn explanation_limits() {
    let explained = |targets: usize, name_chars: usize| {
        let targets = vec![json!({"queue": "A", "timeout": 1}); targets];
        let filter = json!({"friendly_name": "x".repeat(name_chars), "targets": targets});
        let mut passing = task(&json!({"filters": [filter]}), json!({}));
        assert_eq!(passing.placed(1_000), "WorkflowTimeout");
        passing.why
    };
    // The filter, its targets, and that there is no other.
    let whole = explained(WHY_PARTS_MAX - 2, WHY_NAME_CHARS_MAX);
    assert!(whole.starts_with("filter 1 ") && whole.split("; ").count() == WHY_PARTS_MAX);
    let cut = explained(WHY_PARTS_MAX - 1, WHY_NAME_CHARS_MAX);
    assert!(cut.starts_with("…; target 1 ended") && cut.split("; ").count() == WHY_PARTS_MAX + 1);
    assert_eq!(explained(1, WHY_NAME_CHARS_MAX + 1), explained(1, WHY_NAME_CHARS_MAX));
    assert_ne!(explained(1, WHY_NAME_CHARS_MAX - 1), explained(1, WHY_NAME_CHARS_MAX));
}

#[test]
fn a_clock_behind_the_entry_is_age_zero() {
    assert_eq!(task(&three_tens(), json!({})).placed(-5), "A@0<10");
}
