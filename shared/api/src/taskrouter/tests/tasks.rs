//! Tasks and their offers, from a program's side.

use super::{sid_of, stage, text};
use crate::twilio::tests::Stage;
use insta::assert_json_snapshot;
use patchbay_center::token::Role;
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use serde_json::{Value, json};

/// With Ann at her desk.
async fn with_ann() -> (Stage, String, String) {
    let (stage, base) = stage().await;
    let ann = sid_of(&stage, &format!("{base}/Workers"), "workers", "Ann").await;
    stage.connect(&ann).await;
    (stage, base, ann)
}

async fn task(stage: &Stage, base: &str, parameters: &[(&str, &str)]) -> Value {
    stage.make(&format!("{base}/Tasks"), parameters).await
}

#[tokio::test]
async fn a_task_is_offered_accepted_wrapped_up_and_completed() {
    let (stage, base, ann) = with_ann().await;
    let made = task(
        &stage,
        &base,
        &[("Attributes", r#"{"about":"shoes"}"#), ("TaskChannel", "chat"), ("Priority", "5")],
    )
    .await;
    assert_json_snapshot!("task", made);
    let own = format!("{base}/Tasks/{}", text(&made, "sid"));
    let offers = stage.get(&format!("{own}/Reservations")).await;
    assert_json_snapshot!("reservations", offers);
    let offer = &offers["reservations"][0];
    assert_eq!(text(offer, "worker_sid"), ann);
    let reservation = format!("{own}/Reservations/{}", text(offer, "sid"));
    let of_worker = format!("{base}/Workers/{ann}/Reservations");
    assert_eq!(stage.get(&of_worker).await["reservations"][0], *offer);
    for (status, of_task) in [("accepted", "assigned"), ("wrapping", "wrapping"), ("completed", "completed")]
    {
        let changed = stage.change(&reservation, &[("ReservationStatus", status)]).await;
        assert_eq!(text(&changed, "reservation_status"), status);
        assert_eq!(text(&stage.get(&own).await, "assignment_status"), of_task);
    }
    assert_eq!(stage.get(&of_worker).await["reservations"], json!([]));
    stage.refused("POST", &own, &[("AssignmentStatus", "canceled")], (400, 20001), "completed").await;
    stage.delete(&own).await;
    stage.refused("GET", &own, &[], (404, 20404), "task").await;
}

#[tokio::test]
async fn an_offer_is_rejected_with_where_its_worker_goes() {
    let (stage, base, ann) = with_ann().await;
    let made = task(&stage, &base, &[]).await;
    let own = format!("{base}/Tasks/{}", text(&made, "sid"));
    let offer = stage.get(&format!("{own}/Reservations")).await["reservations"][0].clone();
    let reservation = format!("{base}/Workers/{ann}/Reservations/{}", text(&offer, "sid"));
    let activity = sid_of(&stage, &format!("{base}/Activities"), "activities", "Break").await;
    let reject = ("ReservationStatus", "rejected");
    stage
        .refused("POST", &reservation, &[reject, ("WorkerActivitySid", "WA1")], (400, 20001), "activity")
        .await;
    stage
        .refused(
            "POST",
            &reservation,
            &[("ReservationStatus", "canceled")],
            (400, 20001),
            "ReservationStatus",
        )
        .await;
    stage.refused("POST", &reservation, &[("Instruction", "call")], (400, 20001), "Instruction").await;
    stage.refused("POST", &reservation, &[("ReservationStatus", "completed")], (400, 20001), "").await;
    let rejected = stage.change(&reservation, &[reject, ("WorkerActivitySid", &activity)]).await;
    assert_eq!(text(&rejected, "reservation_status"), "rejected");
    assert_eq!(text(&stage.get(&own).await, "assignment_status"), "pending");
    assert_eq!(text(&stage.get(&format!("{base}/Workers/{ann}")).await, "activity_sid"), activity);
    stage.refused("GET", &reservation, &[], (404, 20404), "reservation").await;
}

#[tokio::test]
async fn a_worker_who_goes_gives_back_what_it_is_offered_when_it_is_told_to() {
    let (stage, base, ann) = with_ann().await;
    let made = task(&stage, &base, &[]).await;
    let own = format!("{base}/Workers/{ann}");
    let activity = sid_of(&stage, &format!("{base}/Activities"), "activities", "Break").await;
    let reject = ("RejectPendingReservations", "true");
    stage.refused("POST", &own, &[reject], (400, 20001), "RejectPendingReservations").await;
    stage.refused("DELETE", &own, &[], (400, 20001), "holds reservations").await;
    stage.change(&own, &[("ActivitySid", &activity), reject]).await;
    assert_eq!(
        text(&stage.get(&format!("{base}/Tasks/{}", text(&made, "sid"))).await, "assignment_status"),
        "pending"
    );
}

#[tokio::test]
async fn a_task_is_made_and_changed_within_its_limits() {
    let (stage, base) = stage().await;
    let path = format!("{base}/Tasks");
    let check = async |name: &str, value: &str, expect: u16| {
        let status = stage.ask(("POST", &path, Role::Agent), &[(name, value)], None).await.status;
        assert_eq!(status, expect, "{name}={}", &value[..value.len().min(40)]);
    };
    let attributes = |chars: usize| json!({ "a": "x".repeat(chars - 8) }).to_string();
    check("Attributes", &attributes(ATTRIBUTES_CHARS_MAX), 201).await;
    check("Attributes", &attributes(ATTRIBUTES_CHARS_MAX + 1), 400).await;
    for (name, fine, not) in [
        ("Priority", "2147483647", "2147483648"),
        ("Timeout", "1209600", "1209601"),
        ("Timeout", "1", "0"),
        ("VirtualStartTime", "2027-01-15T08:00:00Z", "2027-01-15T08:00:01Z"),
        ("VirtualStartTime", "1900-01-01T00:00:00Z", "1899-12-31T23:59:59Z"),
        ("TaskChannel", "voice", "fax"),
        ("WorkflowSid", "Main", "WW1"),
        ("IgnoreCapacity", "false", "true"),
        ("Attributes", "{}", "[]"),
    ] {
        check(name, fine, 201).await;
        check(name, not, 400).await;
    }
    let made = task(&stage, &base, &[]).await;
    let own = format!("{path}/{}", text(&made, "sid"));
    let reason = |chars: usize| "x".repeat(chars);
    stage
        .refused(
            "POST",
            &own,
            &[("AssignmentStatus", "canceled"), ("Reason", &reason(257))],
            (400, 20001),
            "Reason",
        )
        .await;
    stage.refused("POST", &own, &[("AssignmentStatus", "completed")], (400, 20001), "pending").await;
    stage.refused("POST", &own, &[("AssignmentStatus", "assigned")], (400, 20001), "AssignmentStatus").await;
    let both = [("AssignmentStatus", "canceled"), ("Attributes", "{}")];
    stage.refused("POST", &own, &both, (400, 20001), "a request of its own").await;
    let canceled = stage.change(&own, &[("AssignmentStatus", "canceled"), ("Reason", &reason(256))]).await;
    assert_eq!(
        (text(&canceled, "assignment_status"), text(&canceled, "reason")),
        ("canceled", reason(256).as_str())
    );
    stage.refused("POST", &own, &[("Priority", "1")], (400, 20001), "over").await;
}

#[tokio::test]
async fn a_task_that_waits_is_placed_by_what_it_has_become() {
    let (stage, base, ann) = with_ann().await;
    let path = format!("{base}/TaskQueues");
    stage.make(&path, &[("FriendlyName", "Skilled"), ("TargetWorkers", "1==1")]).await;
    let routing = json!({ "task_routing": { "filters": [{ "expression": "1==1", "targets": [
        { "queue": "Skilled", "expression": "worker.languages HAS task.language" },
    ] }] } });
    let workflow = stage
        .make(
            &format!("{base}/Workflows"),
            &[("FriendlyName", "Skilled"), ("Configuration", &routing.to_string())],
        )
        .await;
    let made = task(
        &stage,
        &base,
        &[("WorkflowSid", text(&workflow, "sid")), ("Attributes", r#"{"language":"ja"}"#)],
    )
    .await;
    assert_eq!(text(&made, "assignment_status"), "pending");
    let own = format!("{base}/Tasks/{}", text(&made, "sid"));
    let read = stage.ask(("GET", &own, Role::Admin), &[], None).await.etag.unwrap();
    let french = [("Attributes", r#"{"language":"fr"}"#)];
    assert_eq!(stage.ask(("POST", &own, Role::Admin), &french, Some("\"999\"")).await.status, 412);
    let changed = stage.ask(("POST", &own, Role::Admin), &french, Some(&read)).await;
    assert_eq!((changed.status, text(&changed.body, "assignment_status")), (200, "reserved"));
    let offers = stage.get(&format!("{own}/Reservations?WorkerSid={ann}&ReservationStatus=pending")).await;
    assert_eq!(offers["reservations"].as_array().unwrap().len(), 1);
    stage
        .refused(
            "DELETE",
            &format!("{base}/Workflows/{}", text(&workflow, "sid")),
            &[],
            (400, 20001),
            "tasks wait",
        )
        .await;
}

#[tokio::test]
async fn a_task_goes_straight_to_whom_it_is_sent() {
    let (stage, base) = stage().await;
    let workers = format!("{base}/Workers");
    let bo = sid_of(&stage, &workers, "workers", "Bo").await;
    let made = task(&stage, &base, &[("RoutingTarget", &bo)]).await;
    assert_eq!((text(&made, "routing_target"), text(&made, "assignment_status")), (bo.as_str(), "pending"));
    stage.refused("DELETE", &format!("{workers}/{bo}"), &[], (400, 20001), "waits for this worker").await;
    let available = sid_of(&stage, &format!("{base}/Activities"), "activities", "Available").await;
    stage.change(&format!("{workers}/{bo}"), &[("ActivitySid", &available)]).await;
    stage.connect(&bo).await;
    let own = format!("{base}/Tasks/{}", text(&made, "sid"));
    assert_eq!(text(&stage.get(&own).await, "assignment_status"), "reserved");
    let path = format!("{base}/Tasks");
    stage
        .refused(
            "POST",
            &path,
            &[("RoutingTarget", "WQ00000000000000000000000000000000")],
            (400, 20001),
            "RoutingTarget",
        )
        .await;
    stage
        .refused(
            "POST",
            &path,
            &[("RoutingTarget", "WK00000000000000000000000000000000")],
            (404, 20404),
            "worker",
        )
        .await;
    stage.refused("POST", &path, &[("TaskQueueSid", "All")], (400, 20001), "TaskQueueSid").await;
}

#[tokio::test]
async fn open_tasks_are_listed_by_what_they_are() {
    let (stage, base, _) = with_ann().await;
    let sid = |task: &Value| text(task, "sid").to_owned();
    let held = sid(&task(&stage, &base, &[("Attributes", r#"{"n":1}"#)]).await);
    stage.pass_s(1);
    let waits = sid(&task(&stage, &base, &[("Attributes", r#"{"n":2}"#), ("Priority", "7")]).await);
    stage.pass_s(1);
    let other = sid(&task(&stage, &base, &[("TaskChannel", "voice"), ("Attributes", r#"{"n":3}"#)]).await);
    let listed = async |query: &str| {
        let found = stage.get(&format!("{base}/Tasks?{query}")).await;
        found["tasks"].as_array().unwrap().iter().map(sid).collect::<Vec<String>>()
    };
    assert_eq!(listed("").await, [held.clone(), waits.clone(), other.clone()]);
    assert_eq!(listed("AssignmentStatus=reserved").await, [held.clone(), other.clone()]);
    assert_eq!(listed("AssignmentStatus=pending,reserved&Priority=7").await, std::slice::from_ref(&waits));
    assert_eq!(listed("EvaluateTaskAttributes=n+%3D%3D+2").await, std::slice::from_ref(&waits));
    assert_eq!(listed("TaskChannel=voice").await, std::slice::from_ref(&other));
    assert_eq!(listed("TaskQueueName=All&WorkflowName=Main&PageSize=1").await, [held]);
    assert_eq!(listed("TaskQueueName=None").await, Vec::<String>::new());
    stage
        .refused(
            "GET",
            &format!("{base}/Tasks?EvaluateTaskAttributes=a+%3D%3D"),
            &[],
            (400, 20001),
            "EvaluateTaskAttributes",
        )
        .await;
}
