use super::*;
use crate::config::classes::{CLASS_VALUES_MAX, class_paths};
use serde_json::json;

fn documents(workspace: Value) -> ConfigDocuments {
    ConfigDocuments { workspace: serde_json::from_value(workspace).unwrap(), ..ConfigDocuments::default() }
}

fn stored(documents: &ConfigDocuments) -> ConfigDocuments {
    let workers = documents.workspace.workers.iter().map(|worker| &worker.attributes);
    documents.stored(&class_paths(&documents.compile(1).unwrap(), workers))
}

fn check(workspace: Value, expect: &[&str]) {
    let faults = documents(workspace).compile(1).err().unwrap_or_default();
    let found: Vec<String> = faults.iter().map(|fault| fault.position.clone()).collect();
    assert_eq!(found, expect);
}

fn sales() -> Value {
    json!({
        "workers": [
            {"friendly_name": "ann", "attributes": {"languages": ["en", "fr"], "contact_uri": "client:ann"}},
            {"friendly_name": "bob", "attributes": {"languages": ["en"], "contact_uri": "client:bob"}},
        ],
        "task_queues": [{"friendly_name": "Sales", "target_workers": "department == 'sales'"}],
        "workflows": [{"friendly_name": "Main", "configuration": {"task_routing": {"filters": [{
            "expression": "1==1",
            "targets": [{"queue": "Sales", "expression": "worker.languages HAS task.language AND worker.sid != 'x'",
                         "order_by": "worker.level DESC"}],
        }]}}}],
    })
}

#[test]
fn a_whole_workspace_compiles() {
    let config = documents(sales()).compile(3).unwrap();
    assert_eq!(config.version, 3);
    assert_eq!(config.activity("available").map(|activity| activity.available), Some(true));
    assert!(config.workflow(None).is_some() && config.workflow(Some("Main")).is_some());
    assert!(config.queue("Sales").is_some() && config.task_channel("chat").is_some());
}

#[test]
fn classes_go_by_what_targets_ask_and_not_by_what_tells_workers_apart() {
    let stored = stored(&documents(sales()));
    assert_eq!(stored.class_paths, ["languages", "level"]);
    assert!(stored.workspace.workers.is_empty());
}

#[test]
fn an_attribute_with_too_many_values_makes_no_classes() {
    for (workers, expect) in
        [(CLASS_VALUES_MAX, vec!["languages", "level"]), (CLASS_VALUES_MAX + 1, vec!["level"])]
    {
        let mut workspace = sales();
        workspace["workers"] = (0..workers)
            .map(|n| json!({"friendly_name": n.to_string(), "attributes": {"languages": n}}))
            .collect();
        assert_eq!(stored(&documents(workspace)).class_paths, expect);
    }
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let mut workspace = sales();
    workspace["task_queues"][0]["target_workers"] = json!("department ==");
    workspace["workers"][1]["friendly_name"] = json!("ANN");
    workspace["workers"][0]["activity"] = json!("Fishing");
    check(
        workspace,
        &["/task_queues/0/target_workers", "/workflows/0/configuration", "/workers/0/activity", "/workers/1"],
    );
}

#[test]
fn limits_hold_at_and_past_their_value() {
    let name = |chars: usize| json!({"activities": [{"friendly_name": "x".repeat(chars)}]});
    check(name(NAME_CHARS_MAX), &[]);
    check(name(NAME_CHARS_MAX + 1), &["/activities/0/friendly_name"]);
    let reserved = |n: u32| json!({"task_queues": [{"friendly_name": "q", "max_reserved_workers": n}]});
    check(reserved(50), &[]);
    check(reserved(51), &["/task_queues/0/max_reserved_workers"]);
    check(reserved(0), &["/task_queues/0/max_reserved_workers"]);
    let timeout = |s: u32| json!({"workflows": [{"friendly_name": "w", "task_reservation_timeout": s, "configuration": {"task_routing": {}}}]});
    check(timeout(86_400), &[]);
    check(timeout(86_401), &["/workflows/0/task_reservation_timeout"]);
    let kept = |days: u32| json!({"history_days": days});
    check(kept(HISTORY_DAYS_MAX), &[]);
    check(kept(HISTORY_DAYS_MAX + 1), &["/history_days"]);
    check(kept(0), &["/history_days"]);
}

#[test]
fn a_flow_that_cannot_run_is_refused_by_name() {
    let mut documents = documents(json!({}));
    documents.flows.insert("greet".into(), json!({"states": []}));
    let faults = documents.compile(1).unwrap_err();
    assert!(faults.iter().all(|fault| fault.document == "flow/greet"), "{faults:?}");
}
