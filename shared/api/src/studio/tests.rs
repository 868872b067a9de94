//! Flows that are validated, published, revised and rolled back through Studio's paths.

use crate::twilio::tests::Stage;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

/// A flow that says one thing.
fn says(text: &str) -> Value {
    json!({ "description": "", "initial_state": "Trigger", "flags": {}, "states": [
        { "name": "Trigger", "type": "trigger", "properties": {}, "transitions": [{ "event": "incomingMessage", "next": "say" }] },
        { "name": "say", "type": "send-message", "properties": { "body": text }, "transitions": [{ "event": "sent" }, { "event": "failed" }] },
    ] })
}

async fn stage() -> Stage {
    Stage::with(json!({}), json!({ "welcome": says("Hello") })).await
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}"))
}

#[tokio::test]
async fn a_flow_is_validated_published_revised_and_rolled_back() {
    let stage = stage().await;
    let first = says("One").to_string();
    let form = [
        ("FriendlyName", "shop"),
        ("Status", "published"),
        ("Definition", first.as_str()),
        ("CommitMessage", "Begin"),
    ];
    assert_eq!(stage.change("/v2/Flows/Validate", &form[..3]).await, json!({ "valid": true }));
    let made = stage.make("/v2/Flows", &form).await;
    assert_json_snapshot!("flow", made);
    stage.refused("POST", "/v2/Flows", &form, (409, 20409), "taken").await;
    let own = format!("/v2/Flows/{}", text(&made, "sid"));
    stage.pass_s(60);
    let second = says("Two").to_string();
    let revised = stage
        .change(&own, &[("Status", "published"), ("Definition", &second), ("CommitMessage", "Say two")])
        .await;
    assert_eq!((&revised["revision"], text(&revised, "commit_message")), (&json!(2), "Say two"));
    // The same again, and a change of something else, make no revision.
    assert_eq!(stage.change(&own, &[("Definition", &second)]).await, revised);
    stage
        .make("/v2/Flows", &[("FriendlyName", "other"), ("Status", "published"), ("Definition", &first)])
        .await;
    assert_eq!(stage.get(&own).await, revised);

    let revisions = stage.get(&format!("{own}/Revisions")).await;
    let numbers: Vec<&Value> =
        revisions["revisions"].as_array().unwrap().iter().map(|r| &r["revision"]).collect();
    assert_eq!(numbers, [2, 1]);
    let before = stage.get(&format!("{own}/Revisions/1")).await;
    assert_eq!((&before["definition"], text(&before, "commit_message")), (&says("One"), "Begin"));
    assert_eq!(stage.get(&format!("{own}/Revisions/LatestPublished")).await["revision"], 2);
    stage.refused("GET", &format!("{own}/Revisions/3"), &[], (404, 20404), "revision").await;
    let back = stage
        .change(&own, &[("Status", "published"), ("Definition", &before["definition"].to_string())])
        .await;
    assert_eq!((&back["revision"], &back["definition"]), (&json!(3), &says("One")));

    let flows = stage.get("/v2/Flows?PageSize=2").await;
    assert_eq!(flows["flows"].as_array().unwrap().len(), 2);
    assert!(flows["meta"]["next_page_url"].as_str().unwrap().starts_with("https://center.example/v2/Flows?"));
    stage.delete(&own).await;
    stage.refused("GET", &own, &[], (404, 20404), "flow").await;
    stage.refused("GET", &format!("{own}/Revisions"), &[], (404, 20404), "flow").await;
}

#[tokio::test]
async fn a_flow_that_cannot_run_is_refused_with_everything_that_is_wrong() {
    let stage = stage().await;
    let bad = says("One").to_string().replace("send-message", "send-fax");
    for path in ["/v2/Flows/Validate", "/v2/Flows", "/v2/Flows/welcome"] {
        let form = [("FriendlyName", "welcome"), ("Status", "published"), ("Definition", bad.as_str())];
        stage.refused("POST", path, &form, (400, 81022), "#/states/1").await;
    }
    let form = [("FriendlyName", "new"), ("Definition", bad.as_str())];
    let answered =
        stage.ask(("POST", "/v2/Flows/Validate", patchbay_center::token::Role::Admin), &form, None).await;
    let errors = answered.body["details"]["errors"].as_array().unwrap();
    assert!(errors[0]["property_path"].as_str().unwrap().starts_with("#/states/1"), "{errors:?}");
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_in_words() {
    let stage = stage().await;
    let good = says("One").to_string();
    let definition = ("Definition", good.as_str());
    let draft = [("FriendlyName", "new"), ("Status", "draft"), definition];
    stage.refused("POST", "/v2/Flows", &draft, (400, 20001), "drafts").await;
    stage.refused("POST", "/v2/Flows/welcome", &[("Status", "draft")], (400, 20001), "drafts").await;
    stage.refused("POST", "/v2/Flows/welcome", &[("FriendlyName", "hello")], (400, 20001), "identity").await;
    stage.refused("POST", "/v2/Flows", &[("FriendlyName", "new")], (400, 20001), "Definition").await;
    for (name, status) in
        [("x".repeat(64), 201), ("x".repeat(65), 400), ("a/b".into(), 400), (".a".into(), 400)]
    {
        let form = [("FriendlyName", name.as_str()), definition];
        let answered =
            stage.ask(("POST", "/v2/Flows", patchbay_center::token::Role::Admin), &form, None).await;
        assert_eq!(answered.status, status, "{name}");
    }
}
