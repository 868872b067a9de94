//! Administrators change the configuration: nobody's change is lost, nothing is put in force to be looked at.

use super::{Api, NOW};
use patchbay_center::token::Role;
use serde_json::{Value, json};

const ADMIN: Option<Role> = Some(Role::Admin);

async fn post(api: &Api, path: &str, body: Value) -> (u16, Value) {
    api.ask("POST", path, ADMIN, &body.to_string()).await
}

async fn version(api: &Api) -> Value {
    api.ask("GET", "/api/config", ADMIN, "").await.1["version"].clone()
}

fn named(name: &str) -> Value {
    json!({ "workspace": { "friendly_name": name }, "flows": {} })
}

/// Two queues by skill, and a workflow that widens after a minute.
fn skilled() -> Value {
    let worker = |name: &str, skill: &str| json!({ "friendly_name": name, "activity": "Available", "attributes": { "skills": [skill] } });
    let targets = json!([
        { "queue": "Skilled", "expression": "worker.skills HAS task.skill", "timeout": 60 },
        { "queue": "All", "priority": 5 },
    ]);
    let routing = json!({ "filters": [{ "expression": "skill != ''", "targets": targets }] });
    json!({ "flows": {}, "workspace": {
        "workers": [worker("Bo", "lamps"), worker("Cy", "chairs")],
        "task_queues": [
            { "friendly_name": "Skilled", "target_workers": "skills HAS 'lamps' OR skills HAS 'chairs'" },
            { "friendly_name": "All" },
        ],
        "workflows": [{ "friendly_name": "Main", "configuration": { "task_routing": routing } }],
    }})
}

#[tokio::test]
async fn of_two_administrators_who_change_the_same_version_the_second_hears_of_the_first() {
    let api = Api::new().await;
    assert_eq!(post(&api, "/api/config?over=1", named("First")).await.0, 200);
    let (status, refused) = post(&api, "/api/config?over=1", named("Second")).await;
    assert_eq!((status, &refused["code"]), (409, &json!("conflict")));
    assert_eq!(version(&api).await, 2);
    assert_eq!(post(&api, "/api/config?over=2", named("Second")).await.0, 200);
}

#[tokio::test]
async fn earlier_versions_can_be_read_with_who_applied_them() {
    let api = Api::new().await;
    post(&api, "/api/config?over=1", named("Second")).await;
    let (_, listed) = api.ask("GET", "/api/config/versions", ADMIN, "").await;
    let by = |at: usize| listed["versions"][at]["by"].as_str().unwrap().to_owned();
    assert_eq!((&listed["versions"][0]["version"], by(1).as_str()), (&json!(2), "operator"));
    assert!(by(0).starts_with("api:WK"), "{listed}");
    assert_eq!(listed["versions"][0]["applied_at"], json!(NOW));
    let check = async |version: &str, expect: (u16, Value)| {
        let path = format!("/api/config/versions/{version}");
        let (status, answer) = api.ask("GET", &path, ADMIN, "").await;
        assert_eq!((status, answer["documents"]["workspace"]["friendly_name"].clone()), expect, "{version}");
    };
    check("1", (200, Value::Null)).await;
    check("2", (200, json!("Second"))).await;
    check("3", (404, Value::Null)).await;
    check("0", (404, Value::Null)).await;
    check("one", (404, Value::Null)).await;
}

#[tokio::test]
async fn documents_are_checked_without_being_put_in_force() {
    let api = Api::new().await;
    let bad = json!({ "workspace": { "task_queues": [{ "friendly_name": "A", "target_workers": "a ==" }] }, "flows": {} });
    let (_, checked) = post(&api, "/api/config/check", bad).await;
    assert_eq!(checked["faults"][0]["position"], "/task_queues/0/target_workers");
    assert_eq!(post(&api, "/api/config/check", named("Good")).await.1, json!({ "faults": [] }));
    assert_eq!(version(&api).await, 1);
}

#[tokio::test]
async fn a_task_is_followed_through_a_workflow_with_the_workers_who_fit_at_each_stop() {
    let api = Api::new().await;
    assert_eq!(post(&api, "/api/config", skilled()).await.0, 200);
    let (status, found) =
        post(&api, "/api/config/match", json!({ "attributes": { "skill": "lamps" } })).await;
    assert_eq!((status, &found["workflow"], &found["workers"]), (200, &json!("Main"), &json!(3)));
    let told = |stop: usize| {
        let stop = &found["stops"][stop];
        let workers = stop["workers"].as_array().unwrap().iter();
        let verdicts: Vec<String> = workers
            .map(|worker| {
                format!(
                    "{} {}",
                    worker["friendly_name"].as_str().unwrap(),
                    worker["verdict"].as_str().unwrap()
                )
            })
            .collect();
        (stop["from_s"].as_i64(), stop["queue"].as_str(), verdicts.join(", "), stop["not_in_queue"].as_u64())
    };
    // Nobody has a socket here.
    assert_eq!(told(0), (Some(0), Some("Skilled"), "Bo away, Cy not_in_target".into(), Some(1)));
    assert_eq!(told(1), (Some(60), Some("All"), "Ann away, Bo away, Cy away".into(), Some(0)));
    assert_eq!(found["stops"][1]["priority"], 5);

    let mut draft = skilled();
    draft["workspace"]["workflows"][0]["friendly_name"] = json!("Draft");
    let (_, of_draft) = post(
        &api,
        "/api/config/match",
        json!({ "attributes": { "skill": "" }, "documents": draft, "workflow": "Draft" }),
    )
    .await;
    assert_eq!(of_draft["stops"][0]["queue"], Value::Null, "{of_draft}");
    let nobody = json!({ "attributes": {}, "workflow": "Nowhere" });
    assert_eq!(post(&api, "/api/config/match", nobody).await.0, 404);
}

#[tokio::test]
async fn a_question_has_bounds() {
    let api = Api::new().await;
    post(&api, "/api/config", skilled()).await;
    let ask = async |chars: usize| {
        let attributes = json!({ "a": "x".repeat(chars - r#"{"a":""}"#.len()) });
        post(&api, "/api/config/match", json!({ "attributes": attributes })).await.0
    };
    let chars_max = patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
    assert_eq!((ask(chars_max).await, ask(chars_max + 1).await), (200, 413));
}

#[tokio::test]
async fn an_account_that_there_is_not_is_not_checked() {
    let api = Api::new().await;
    assert_eq!(api.ask("GET", "/api/accounts", ADMIN, "").await.1, json!({ "accounts": [] }));
    let name = json!({ "channel": "sms", "account": "default" });
    assert_eq!(post(&api, "/api/accounts/check", name).await.0, 404);
}

#[tokio::test]
async fn a_schedule_says_when_it_would_be_open_or_what_is_wrong_with_it() {
    let api = Api::new().await;
    let schedule = |from: &str| {
        json!({
            "name": "shop", "time_zone": "Europe/Paris",
            "weekly": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": from, "to": "18:00" }],
        })
    };
    // A Friday, 09:00 in Paris.
    let (_, preview) = post(&api, "/api/config/hours", schedule("09:00")).await;
    assert_eq!(preview["faults"], json!([]));
    assert_eq!((&preview["now"]["open"], &preview["now"]["closes_time"]), (&json!(true), &json!("18:00")));
    assert_eq!(preview["openings"][0], json!({ "from": NOW, "to": preview["changes_at"] }));
    assert_eq!(preview["openings"].as_array().unwrap().len(), 10);
    let (status, preview) = post(&api, "/api/config/hours", schedule("9")).await;
    assert_eq!((status, &preview["faults"][0]["position"]), (200, &json!("/weekly/0/from")));
    assert_eq!(api.ask("POST", "/api/config/hours", Some(Role::Agent), "{}").await.0, 403);
    assert_eq!(version(&api).await, 1);
}
