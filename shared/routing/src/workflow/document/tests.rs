use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read_well(document: &Value) -> Workflow {
    Workflow::from_value(document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// The pointers of a document's faults.
fn check_faults(document: &Value, expect: &[&str]) {
    let faults = Workflow::from_value(document).map(|_| ()).expect_err("a refusal").faults;
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), expect, "{faults:?}");
}

#[test]
fn reads_every_part() {
    let workflow = read_well(&json!({"task_routing": {
        "filters": [{
            "filter_friendly_name": "Sales",
            "expression": "type == 'sales'",
            "targets": [
                {"queue": "WQ1", "expression": "worker.language == task.language", "priority": 5, "timeout": 30,
                 "order_by": "worker.level DESC", "skip_if": "workers.available == 0"},
                {"known_worker_sid": "task.owner.sid", "timeout": 10},
            ],
        }],
        "default_filter": {"queue": "Everyone"},
    }}));
    let [sales] = workflow.filters.as_slice() else { panic!("one filter") };
    assert_eq!(sales.name, "Sales");
    assert_eq!(sales.condition.as_ref().map(|it| it.text.as_str()), Some("type == 'sales'"));
    let [first, second] = sales.targets.as_slice() else { panic!("two targets") };
    assert_eq!((first.priority, first.timeout_s, first.queue.as_str()), (Some(5), Some(30), "WQ1"));
    assert_eq!(first.order_by.to_string(), "worker.level DESC");
    assert!(first.condition.is_some() && first.skip_if.is_some() && first.known_worker.is_none());
    assert_eq!((second.priority, second.timeout_s, second.queue.as_str()), (None, Some(10), "WQ1"));
    let owner = Path::parse("owner.sid").map(KnownWorkerReference::Sid);
    assert_eq!(second.known_worker, owner);
    assert_eq!(workflow.queue_references().into_iter().collect::<Vec<_>>(), ["Everyone", "WQ1"]);
}

#[test]
fn the_wrapper_may_be_missing() {
    let inner = json!({"filters": [{"expression": "1==1", "targets": [{"queue": "WQ1"}]}]});
    assert_eq!(read_well(&inner), read_well(&json!({"task_routing": inner})));
    assert_eq!(read_well(&json!({"default_filter": {"queue": "WQ1"}})).default_queue.as_deref(), Some("WQ1"));
}

#[test]
fn filters_and_default_filter_may_be_missing() {
    for inner in [json!({}), json!({"filters": []}), json!({"filters": null, "default_filter": null})] {
        assert_eq!(read_well(&json!({"task_routing": inner})), Workflow::default());
    }
}

#[test]
fn a_filter_has_its_name_under_any_of_three_keys() {
    for key in FILTER_NAME_KEYS {
        let workflow = read_well(&json!({"filters": [{key: "Sales", "targets": [{"queue": "WQ1"}]}]}));
        assert_eq!(workflow.filters[0].name, "Sales", "{key}");
    }
}

#[test]
fn numbers_may_be_texts() {
    for (written, expect) in [(json!(30), 30), (json!("30"), 30), (json!(30.0), 30), (json!(" 0 "), 0)] {
        let target = json!({"queue": "WQ1", "timeout": written, "priority": written});
        let workflow = read_well(&json!({"filters": [{"targets": [target]}]}));
        let target = &workflow.filters[0].targets[0];
        assert_eq!((target.timeout_s, target.priority), (Some(expect), Some(expect)));
    }
}

#[test]
fn empty_texts_and_unknown_keys_are_as_if_absent() {
    let workflow = read_well(&json!({"comment": 1, "filters": [{
        "expression": " ", "filter_friendly_name": null, "colour": {},
        "targets": [{"queue": "WQ1", "expression": "", "order_by": "", "skip_if": null, "timeout": "",
                     "priority": null, "known_worker_sid": "", "unknown": [1]}],
    }]}));
    assert_eq!(
        workflow.filters,
        [Filter { name: String::new(), condition: None, targets: vec![Target::of("WQ1")] }]
    );
}

#[test]
fn an_old_filter_with_a_queue_is_its_own_target() {
    let workflow = read_well(&json!({"filters": [{"queue": "WQ1", "expression": "a == 1"}]}));
    assert_eq!(workflow.filters[0].targets, [Target::of("WQ1")]);
    assert!(workflow.filters[0].condition.is_some());
}

#[test]
fn a_json_text_within_json_is_read() {
    let document = json!({"filters": [], "default_filter": {"queue": "WQ1"}});
    assert_eq!(read_well(&json!(document.to_string())), read_well(&document));
}

#[test]
fn every_fault_is_reported_with_its_place() {
    check_faults(
        &json!({"task_routing": {
            "filters": [
                {"expression": "a-b == 1", "targets": [{"queue": "WQ1"}]},
                {"targets": []},
                "x",
                {"filter_friendly_name": 7, "targets": [
                    {"timeout": -1, "priority": "high", "order_by": "level UP"},
                    {"expression": "worker.a ==", "skip_if": "(", "queue": 5,
                     "known_worker_sid": "owner", "known_worker_friendly_name": "task.name"},
                ]},
                {"targets": "x"},
            ],
            "default_filter": {},
        }}),
        &[
            "/task_routing/filters/0/expression",
            "/task_routing/filters/1/targets",
            "/task_routing/filters/2",
            "/task_routing/filters/3/filter_friendly_name",
            "/task_routing/filters/3/targets/0/queue",
            "/task_routing/filters/3/targets/0/priority",
            "/task_routing/filters/3/targets/0/timeout",
            "/task_routing/filters/3/targets/0/order_by",
            "/task_routing/filters/3/targets/1/queue",
            "/task_routing/filters/3/targets/1/expression",
            "/task_routing/filters/3/targets/1/skip_if",
            "/task_routing/filters/3/targets/1/known_worker_sid",
            "/task_routing/filters/4/targets",
            "/task_routing/default_filter/queue",
        ],
    );
}

#[test]
fn what_is_no_workflow_at_all() {
    check_faults(&json!([]), &[""]);
    check_faults(&json!({}), &["/task_routing"]);
    check_faults(&json!({"task_routing": 1}), &["/task_routing"]);
    check_faults(&json!({"filters": "rules", "default_filter": "queue"}), &["/filters", "/default_filter"]);
    check_faults(&json!("{"), &[""]);
}

#[test]
fn a_target_has_one_known_worker() {
    let both = json!({"queue": "WQ1", "known_worker_sid": "task.a", "known_worker_friendly_name": "task.b"});
    check_faults(
        &json!({"filters": [{"targets": [both]}]}),
        &["/filters/0/targets/0/known_worker_friendly_name"],
    );
}

#[test]
fn the_error_says_all_of_it() {
    let error =
        Workflow::parse(r#"{"filters": [{"expression": "a-b", "targets": [{}]}]}"#).expect_err("faults");
    assert_eq!(
        error.to_string(),
        "/filters/0/expression: at byte 1: a name cannot contain a hyphen; \
         /filters/0/targets/0/queue: the first target of a filter must name a queue"
    );
    assert!(
        Workflow::parse("").expect_err("no JSON").to_string().starts_with("the document: it is not JSON")
    );
}

#[test]
fn number_limit() {
    let of = |timeout: u64| json!({"filters": [{"targets": [{"queue": "WQ1", "timeout": timeout}]}]});
    let read = read_well(&of(WORKFLOW_NUMBER_MAX.into()));
    assert_eq!(read.filters[0].targets[0].timeout_s, Some(WORKFLOW_NUMBER_MAX));
    check_faults(&of(u64::from(WORKFLOW_NUMBER_MAX) + 1), &["/filters/0/targets/0/timeout"]);
}

#[test]
fn length_limit() {
    let of = |bytes: usize| {
        let document = r#"{"filters": []}"#;
        format!("{document}{}", " ".repeat(bytes - document.len()))
    };
    assert!(Workflow::parse(&of(WORKFLOW_BYTES_MAX)).is_ok());
    assert_eq!(Workflow::parse(&of(WORKFLOW_BYTES_MAX + 1)).expect_err("too long").faults.len(), 1);
}

/// JSON made of the words of the document, so that its parts are reached.
fn documents() -> impl Strategy<Value = Value> {
    let texts = ["", "WQ1", "a == 1", "worker.a DESC", "task.a", "30", "(", "-1"];
    let leaf = proptest::sample::select(texts.map(Value::from).to_vec()).boxed().prop_union(
        proptest::sample::select(vec![json!(null), json!(7), json!(-1), json!(1.5), json!(true)]).boxed(),
    );
    let keys = proptest::sample::select(vec![
        "task_routing",
        "filters",
        "default_filter",
        "targets",
        "queue",
        "expression",
        "timeout",
        "priority",
        "order_by",
        "skip_if",
        "known_worker_sid",
        "filter_friendly_name",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused_at_a_place_it_has(document in documents()) {
        match Workflow::from_value(&document) {
            Ok(workflow) => prop_assert!(workflow.filters.iter().all(|filter| !filter.targets.is_empty())),
            Err(error) => {
                prop_assert!(!error.faults.is_empty());
                for fault in error.faults {
                    // What is missing has a parent.
                    let parent = fault.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                    prop_assert!(document.is_string() || document.pointer(parent).is_some(), "{}", fault.pointer);
                }
            }
        }
    }
}
