//! A workspace that is read and edited through TaskRouter's paths.

mod tasks;

use crate::twilio::tests::Stage;
use insta::assert_json_snapshot;
use patchbay_center::token::Role;
use serde_json::{Value, json};

/// Two agents, a queue, a workflow; and the path of the workspace.
pub(super) async fn stage() -> (Stage, String) {
    let workspace = json!({
        "friendly_name": "Shop",
        "activities": [{ "friendly_name": "Break" }],
        "workers": [
            { "friendly_name": "Ann", "activity": "Available", "attributes": { "languages": ["en", "fr"] } },
            { "friendly_name": "Bo", "attributes": { "languages": ["en"] }, "channels": { "chat": { "capacity": 3 } } },
        ],
        "task_queues": [{ "friendly_name": "All" }],
        "workflows": [{ "friendly_name": "Main", "configuration": { "task_routing": { "default_filter": { "queue": "All" } } } }],
    });
    let stage = Stage::with(workspace, json!({})).await;
    let workspace = stage.get("/v1/Workspaces").await["workspaces"][0]["sid"].as_str().unwrap().to_owned();
    (stage, format!("/v1/Workspaces/{workspace}"))
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}"))
}

/// The SID of an entry of a list.
pub(super) async fn sid_of(stage: &Stage, path: &str, key: &str, name: &str) -> String {
    let list = stage.get(path).await;
    let entry = list[key].as_array().unwrap().iter().find(|entry| {
        entry["friendly_name"] == name
            || entry["unique_name"] == name
            || entry["task_channel_unique_name"] == name
    });
    text(entry.unwrap_or_else(|| panic!("no {name} in {list}")), "sid").to_owned()
}

#[tokio::test]
async fn every_resource_is_as_sdks_read_it() {
    let (stage, base) = stage().await;
    assert_json_snapshot!("workspaces", stage.get("/v1/Workspaces").await);
    let activity = sid_of(&stage, &format!("{base}/Activities"), "activities", "Break").await;
    assert_json_snapshot!("activity", stage.get(&format!("{base}/Activities/{activity}")).await);
    assert_json_snapshot!("task_channel", stage.get(&format!("{base}/TaskChannels/chat")).await);
    let queue = sid_of(&stage, &format!("{base}/TaskQueues"), "task_queues", "All").await;
    assert_json_snapshot!("task_queue", stage.get(&format!("{base}/TaskQueues/{queue}")).await);
    let workflow = sid_of(&stage, &format!("{base}/Workflows"), "workflows", "Main").await;
    assert_json_snapshot!("workflow", stage.get(&format!("{base}/Workflows/{workflow}")).await);
    let worker = sid_of(&stage, &format!("{base}/Workers"), "workers", "Bo").await;
    assert_json_snapshot!("worker", stage.get(&format!("{base}/Workers/{worker}")).await);
    assert_json_snapshot!(
        "worker_channel",
        stage.get(&format!("{base}/Workers/{worker}/Channels/chat")).await
    );
}

#[tokio::test]
async fn queues_are_made_changed_and_taken_away() {
    let (stage, base) = stage().await;
    let path = format!("{base}/TaskQueues");
    let made = stage
        .make(
            &path,
            &[("FriendlyName", "French"), ("TargetWorkers", "languages HAS 'fr'"), ("TaskOrder", "LIFO")],
        )
        .await;
    assert_eq!((text(&made, "target_workers"), text(&made, "task_order")), ("languages HAS 'fr'", "LIFO"));
    let own = format!("{path}/{}", text(&made, "sid"));
    assert_eq!(text(&made, "url"), format!("https://center.example{own}"));
    let changed =
        stage.change(&own, &[("MaxReservedWorkers", "3"), ("FriendlyName", "French speakers")]).await;
    assert_eq!((&changed["max_reserved_workers"], text(&changed, "sid")), (&json!(3), text(&made, "sid")));
    assert_eq!(stage.get(&own).await, changed);
    stage.refused("POST", &own, &[("FriendlyName", "all")], (409, 20409), "taken").await;
    stage.refused("POST", &path, &[("FriendlyName", "All")], (409, 20409), "taken").await;
    stage
        .refused(
            "POST",
            &path,
            &[("FriendlyName", "Bad"), ("TargetWorkers", "a ==")],
            (400, 20001),
            "invalid",
        )
        .await;
    stage
        .refused(
            "POST",
            &path,
            &[("FriendlyName", "Bad"), ("MaxReservedWorkers", "51")],
            (400, 20001),
            "1..=50",
        )
        .await;
    stage.refused("POST", &path, &[("TargetWorkers", "1==1")], (400, 20001), "FriendlyName").await;
    stage.refused("POST", &path, &[("FriendlyName", "A"), ("Colour", "red")], (400, 20001), "Colour").await;
    stage
        .refused(
            "POST",
            &path,
            &[("FriendlyName", "A"), ("ReservationActivitySid", "WA1")],
            (400, 20001),
            "cannot be had",
        )
        .await;
    let found =
        stage.get(&format!("{path}?EvaluateWorkerAttributes=%7B%22languages%22%3A%5B%22en%22%5D%7D")).await;
    assert_eq!(found["task_queues"].as_array().unwrap().len(), 1);
    stage.delete(&own).await;
    stage.refused("GET", &own, &[], (404, 20404), "task queue").await;
    stage.refused("DELETE", &own, &[], (404, 20404), "task queue").await;
}

#[tokio::test]
async fn a_queue_that_is_renamed_stays_where_workflows_have_it_and_one_in_use_stays() {
    let (stage, base) = stage().await;
    let queue = sid_of(&stage, &format!("{base}/TaskQueues"), "task_queues", "All").await;
    let own = format!("{base}/TaskQueues/{queue}");
    assert_eq!(text(&stage.change(&own, &[("FriendlyName", "Everybody")]).await, "sid"), queue);
    let workflow = sid_of(&stage, &format!("{base}/Workflows"), "workflows", "Main").await;
    let workflow = stage.get(&format!("{base}/Workflows/{workflow}")).await;
    assert!(text(&workflow, "configuration").contains(&queue), "{workflow}");
    stage.refused("DELETE", &own, &[], (400, 20001), "there is no task queue").await;
}

#[tokio::test]
async fn workflows_are_made_changed_and_taken_away() {
    let (stage, base) = stage().await;
    let path = format!("{base}/Workflows");
    let configuration = json!({ "task_routing": { "default_filter": { "queue": "All" } } }).to_string();
    let made = stage.make(&path, &[("FriendlyName", "Second"), ("Configuration", &configuration)]).await;
    assert_eq!(
        (text(&made, "configuration"), &made["task_reservation_timeout"]),
        (configuration.as_str(), &json!(120))
    );
    let own = format!("{path}/{}", text(&made, "sid"));
    let changed = stage.change(&own, &[("TaskReservationTimeout", "60"), ("ReEvaluateTasks", "true")]).await;
    assert_eq!(changed["task_reservation_timeout"], 60);
    let unknown = configuration.replace("All", "WQ00000000000000000000000000000000");
    stage.refused("POST", &own, &[("Configuration", &unknown)], (400, 20001), "there is no task queue").await;
    stage.refused("POST", &own, &[("Configuration", "{")], (400, 20001), "Configuration").await;
    stage
        .refused(
            "POST",
            &own,
            &[("AssignmentCallbackUrl", "https://a.example")],
            (400, 20001),
            "cannot be had",
        )
        .await;
    stage.refused("POST", &path, &[("FriendlyName", "Third")], (400, 20001), "Configuration").await;
    assert_eq!(stage.get(&own).await, changed);
    stage.delete(&own).await;
    stage.refused("GET", &own, &[], (404, 20404), "workflow").await;
}

#[tokio::test]
async fn activities_and_task_channels_are_made_changed_and_taken_away() {
    let (stage, base) = stage().await;
    let path = format!("{base}/Activities");
    let made = stage.make(&path, &[("FriendlyName", "Training"), ("Available", "false")]).await;
    let own = format!("{path}/{}", text(&made, "sid"));
    assert_eq!(text(&stage.change(&own, &[("FriendlyName", "Learning")]).await, "sid"), text(&made, "sid"));
    stage.refused("POST", &path, &[("FriendlyName", "available")], (409, 20409), "taken").await;
    let ann =
        format!("{base}/Workers/{}", sid_of(&stage, &format!("{base}/Workers"), "workers", "Ann").await);
    stage.change(&ann, &[("ActivitySid", text(&made, "sid"))]).await;
    stage.refused("DELETE", &own, &[], (400, 20001), "workers are in").await;
    let offline = sid_of(&stage, &path, "activities", "Offline").await;
    stage.change(&ann, &[("ActivitySid", &offline)]).await;
    stage.delete(&own).await;
    stage.refused("DELETE", &format!("{path}/{offline}"), &[], (400, 20001), "every workspace has").await;
    stage.change(&base, &[("TimeoutActivitySid", &sid_of(&stage, &path, "activities", "Break").await)]).await;
    let broken = format!("{path}/{}", sid_of(&stage, &path, "activities", "Break").await);
    stage.refused("DELETE", &broken, &[], (400, 20001), "there is no activity").await;

    let path = format!("{base}/TaskChannels");
    let made = stage.make(&path, &[("FriendlyName", "Letters"), ("UniqueName", "letters")]).await;
    let own = format!("{path}/{}", text(&made, "sid"));
    assert_eq!(stage.get(&format!("{path}/letters")).await, made);
    assert_eq!(text(&stage.change(&own, &[("FriendlyName", "Post")]).await, "friendly_name"), "Post");
    assert_eq!(stage.get(&format!("{ann}/Channels/letters")).await["configured_capacity"], 1);
    stage
        .refused("POST", &path, &[("FriendlyName", "A"), ("UniqueName", "a-b")], (400, 20001), "UniqueName")
        .await;
    stage
        .refused("POST", &path, &[("FriendlyName", "A"), ("UniqueName", "chat")], (409, 20409), "taken")
        .await;
    assert_eq!(
        text(&stage.change(&format!("{path}/chat"), &[("FriendlyName", "Messages")]).await, "unique_name"),
        "chat"
    );
    stage.refused("DELETE", &format!("{path}/chat"), &[], (400, 20001), "every workspace has").await;
    stage.delete(&own).await;
}

#[tokio::test]
async fn a_workspace_that_is_renamed_keeps_its_ids_and_there_is_no_second() {
    let (stage, base) = stage().await;
    let before = stage.get(&base).await;
    let after = stage.change(&base, &[("FriendlyName", "Store"), ("MultiTaskEnabled", "true")]).await;
    assert_eq!(
        (&after["sid"], &after["account_sid"], text(&after, "friendly_name")),
        (&before["sid"], &before["account_sid"], "Store")
    );
    assert_eq!(stage.get(&base).await, after);
    stage.refused("POST", &base, &[("MultiTaskEnabled", "false")], (400, 20001), "MultiTaskEnabled").await;
    stage.refused("POST", &base, &[("PrioritizeQueueOrder", "LIFO")], (400, 20001), "FIFO").await;
    stage
        .refused(
            "POST",
            &base,
            &[("EventCallbackUrl", "https://a.example")],
            (400, 20001),
            "EventCallbackUrl",
        )
        .await;
    stage
        .refused("POST", &base, &[("DefaultActivitySid", "WA1")], (400, 20001), "there is no activity")
        .await;
    let name = |chars: usize| "x".repeat(chars);
    stage.change(&base, &[("FriendlyName", &name(64))]).await;
    for name in [name(65), " ".into()] {
        stage.refused("POST", &base, &[("FriendlyName", &name)], (400, 20001), "FriendlyName").await;
    }
    stage.refused("POST", "/v1/Workspaces", &[("FriendlyName", "B")], (400, 20001), "one workspace").await;
    stage.refused("DELETE", &base, &[], (400, 20001), "one workspace").await;
    let other = base.replace(&base[base.len() - 4..], "0000");
    stage.refused("GET", &other, &[], (404, 20404), "workspace").await;
}

#[tokio::test]
async fn workers_are_made_changed_found_and_taken_away() {
    let (stage, base) = stage().await;
    let path = format!("{base}/Workers");
    let made = stage.make(&path, &[("FriendlyName", "Cy"), ("Attributes", r#"{"languages":["ja"]}"#)]).await;
    let own = format!("{path}/{}", text(&made, "sid"));
    assert_eq!(
        (text(&made, "activity_name"), text(&made, "attributes")),
        ("Offline", r#"{"languages":["ja"]}"#)
    );
    stage.refused("POST", &path, &[("FriendlyName", "cy")], (409, 20409), "name").await;
    stage
        .refused("POST", &path, &[("FriendlyName", "Di"), ("ActivitySid", "WA1")], (400, 20001), "activity")
        .await;
    stage
        .refused("POST", &path, &[("FriendlyName", "Di"), ("Attributes", "[]")], (400, 20001), "Attributes")
        .await;

    let changed =
        stage.change(&own, &[("FriendlyName", "Cyd"), ("Attributes", r#"{"languages":["fr"]}"#)]).await;
    assert_eq!((text(&changed, "friendly_name"), text(&changed, "sid")), ("Cyd", text(&made, "sid")));
    stage.refused("POST", &own, &[("FriendlyName", "ANN")], (409, 20409), "name").await;
    // The name that it had is free again.
    let other = stage.make(&path, &[("FriendlyName", "Cy")]).await;

    let names = async |query: &str| {
        let found = stage.get(&format!("{path}?{query}")).await;
        let names =
            found["workers"].as_array().unwrap().iter().map(|entry| text(entry, "friendly_name").to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(names("").await, "Ann Bo Cy Cyd");
    assert_eq!(names("FriendlyName=cyd").await, "Cyd");
    assert_eq!(names("ActivityName=Available").await, "Ann");
    assert_eq!(names("Available=false").await, "Bo Cy Cyd");
    assert_eq!(names("TargetWorkersExpression=languages+HAS+%27fr%27").await, "Ann Cyd");
    assert_eq!(names("TaskQueueName=All&Available=true").await, "Ann");
    assert_eq!(names("TaskQueueName=None").await, "");
    stage
        .refused(
            "GET",
            &format!("{path}?TargetWorkersExpression=a+%3D%3D"),
            &[],
            (400, 20001),
            "TargetWorkersExpression",
        )
        .await;

    let channel =
        stage.change(&format!("{own}/Channels/chat"), &[("Capacity", "4"), ("Available", "false")]).await;
    assert_eq!((&channel["configured_capacity"], &channel["available"]), (&json!(4), &json!(false)));
    let by_sid = format!("{own}/Channels/{}", text(&channel, "sid"));
    assert_eq!(stage.get(&by_sid).await, channel);
    stage.refused("GET", &format!("{own}/Channels/none"), &[], (404, 20404), "worker channel").await;

    for gone in [own.as_str(), &format!("{path}/{}", text(&other, "sid"))] {
        stage.delete(gone).await;
        stage.refused("GET", gone, &[], (404, 20404), "worker").await;
    }
    assert_eq!(names("").await, "Ann Bo");
    assert_eq!(names("FriendlyName=Cyd").await, "");
}

#[tokio::test]
async fn a_worker_is_changed_over_the_version_that_was_read_or_not_at_all() {
    let (stage, base) = stage().await;
    let own =
        format!("{base}/Workers/{}", sid_of(&stage, &format!("{base}/Workers"), "workers", "Ann").await);
    let read = stage.ask(("GET", &own, Role::Admin), &[], None).await.etag.unwrap();
    let change = async |attributes: &str, over: &str| {
        stage.ask(("POST", &own, Role::Admin), &[("Attributes", attributes)], Some(over)).await
    };
    assert_eq!(change(r#"{"a":1}"#, &read).await.status, 200);
    let answered = change(r#"{"a":2}"#, &read).await;
    assert_eq!((answered.status, &answered.body["code"]), (412, &json!(20412)));
    assert_eq!(change(r#"{"a":2}"#, "*").await.status, 200);
    assert_eq!(stage.ask(("DELETE", &own, Role::Admin), &[], Some(&read)).await.status, 412);
}

#[tokio::test]
async fn where_a_worker_is_a_supervisor_says_and_who_it_is_an_administrator() {
    let (stage, base) = stage().await;
    let own =
        format!("{base}/Workers/{}", sid_of(&stage, &format!("{base}/Workers"), "workers", "Ann").await);
    let activity = sid_of(&stage, &format!("{base}/Activities"), "activities", "Break").await;
    let change = async |parameters: &[(&str, &str)]| {
        stage.ask(("POST", &own, Role::Supervisor), parameters, None).await.status
    };
    assert_eq!(change(&[("ActivitySid", &activity)]).await, 200);
    assert_eq!(change(&[("Attributes", "{}")]).await, 403);
    assert_eq!(change(&[("FriendlyName", "Anna")]).await, 403);
}
