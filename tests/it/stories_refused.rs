//! Bad input gets a clear answer and changes nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hyper::Method;
use patchbay_channels::open_simulated;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_channels::{Simulated, WebhookRequest};
use patchbay_model::{ChannelKind, Content, Timestamp};
use patchbay_tests::harness::{Agent, Running, customer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The example's account, with its secrets.
fn line(center: &Running) -> Arc<dyn Simulated> {
    let settings = [
        ("channel_secret", "not-a-secret-line-channel-secret"),
        ("channel_access_token", "not-a-secret-line-access-token"),
    ];
    let settings: BTreeMap<String, String> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    open_simulated(ChannelKind::Line, "default", &settings, &center.url).unwrap()
}

async fn post(center: &Running, path: &str, request: &WebhookRequest) -> u16 {
    let headers: Vec<(&str, &str)> = request.headers.iter().collect();
    center.request(Method::POST, path, &headers, request.body.clone()).await.0
}

/// A webhook with any body, properly signed.
fn signed(line: &dyn Simulated, body: &[u8]) -> WebhookRequest {
    let mut request = WebhookRequest { method: "POST".into(), body: body.to_vec(), ..Default::default() };
    request.path = "/webhooks/line/default".into();
    line.sign(&mut request, "", Timestamp(0));
    request
}

#[tokio::test]
async fn webhooks_are_believed_only_with_their_signature() {
    let center = Running::start();
    let line = line(&center);
    let path = "/webhooks/line/default";
    let content = Content::text("hello");
    let message =
        CustomerMessage { from: "U1".into(), content, reply_to: None, seed: "1".into(), at: Timestamp(0) };
    let good = line.customer_message(&message).unwrap();
    assert_eq!(post(&center, path, &good).await, 200);
    assert_eq!(post(&center, "/webhooks/line", &good).await, 200, "the default account needs no name");

    let mut changed = good.clone();
    changed.body.push(b' ');
    assert_eq!(post(&center, path, &changed).await, 401);
    let bare = WebhookRequest { headers: Default::default(), ..good.clone() };
    assert_eq!(post(&center, path, &bare).await, 401);
    let (status, _) = center.request(Method::POST, "/webhooks/sms", &[], "Body=hello").await;
    assert_eq!(status, 403);
    assert_eq!(post(&center, "/webhooks/line/another", &good).await, 404);
    assert_eq!(post(&center, "/webhooks/fax", &good).await, 404);
    let (status, _) = center.request(Method::PUT, path, &[], "").await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let center = Running::start();
    let line = line(&center);
    let max = patchbay_model::limits::WEBHOOK_BYTES_MAX;
    assert_eq!(post(&center, "/webhooks/line", &signed(line.as_ref(), &vec![b' '; max])).await, 200);
    assert_eq!(post(&center, "/webhooks/line", &signed(line.as_ref(), &vec![b' '; max + 1])).await, 413);
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_as_a_problem() {
    let center = Running::start();
    let line = line(&center);
    for body in [&b"{"[..], b"\xff\xfe", b"[]", br#"{"events":[{"type":"message","message":7}]}"#] {
        assert_eq!(post(&center, "/webhooks/line", &signed(line.as_ref(), body)).await, 200, "{body:?}");
    }
    let problems = center.api("/api/problems").await;
    let of_line = |problem: &&Value| problem["source"] == "webhook:line/default";
    let problems = problems["problems"].as_array().unwrap();
    assert!(problems.iter().filter(of_line).count() >= 4, "{problems:?}");
}

#[tokio::test]
async fn a_faulty_configuration_is_refused_and_the_old_one_stays() {
    let center = Running::start();
    let admin = center.token("Ann", "admin").await;
    let authorization = format!("Bearer {admin}");
    let headers = [("authorization", authorization.as_str())];
    let before = center.api("/api/config").await;
    let mut documents = before["documents"].clone();
    let states = documents["flows"]["welcome"]["states"].as_array_mut().unwrap();
    states[1]["transitions"][0]["next"] = json!("nowhere");
    documents["workspace"]["task_queues"][0]["target_workers"] = json!("languages HAS");
    let (status, answer) = center.request(Method::POST, "/api/config", &headers, documents.to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["code"]), (422, &json!("invalid_config")));
    let faults: Vec<(&str, &str)> = answer["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["document"].as_str().unwrap(), fault["position"].as_str().unwrap()))
        .collect();
    assert!(faults.contains(&("workspace", "/task_queues/0/target_workers")), "{faults:?}");
    assert!(
        faults.iter().any(|(document, at)| *document == "flow/welcome" && at.starts_with("#/states/1/")),
        "{faults:?}"
    );
    assert_eq!(center.api("/api/config").await, before);

    let (status, _) = center.request(Method::POST, "/api/config", &headers, "{").await;
    assert_eq!(status, 400);
    let line = customer("line");
    center.customer_writes("line", &line, "hello").await;
    center.sees("line", &line, "I am a robot").await;
}

#[tokio::test]
async fn nobody_does_what_their_token_does_not_allow() {
    let center = Running::start();
    let agent = format!("Bearer {}", center.token("Ann", "agent").await);
    let check = async |path: &str, authorization: Option<&str>, expect: u16| {
        let headers: Vec<(&str, &str)> =
            authorization.map(|value| ("authorization", value)).into_iter().collect();
        let (status, body) = center.request(Method::GET, path, &headers, "").await;
        assert_eq!(status, expect, "{path}");
        if status != 200 {
            let error: Value = serde_json::from_str(&body).unwrap();
            assert!(error["code"].is_string() && error["message"].is_string(), "{error}");
        }
    };
    check("/api/openapi.json", None, 200).await;
    check("/api/workers", None, 401).await;
    check("/api/workers", Some("Bearer a.b.c"), 401).await;
    check("/api/workers/WK00000000000000000000000000000000", Some(&agent), 403).await;
    check("/api/config", Some(&agent), 403).await;
    check("/api/contacts/CT00000000000000000000000000000000", Some(&agent), 404).await;
    check("/api/contacts/nonsense", Some(&agent), 404).await;
    check("/api/contacts?channel=fax&address=1", Some(&agent), 400).await;
    check("/api/nothing", Some(&agent), 404).await;

    Agent::check_refused(&center, "/agent", 401).await;
    Agent::check_refused(&center, "/agent?token=a.b.c", 401).await;
    Agent::check_refused(&center, "/webchat?token=a.b.c", 401).await;
    Agent::check_refused(&center, "/webchat?account=none&token=a", 404).await;
    if !center.is_here() {
        // Nobody is signed in without a password elsewhere.
        return check("/api/dev/workers", Some(&agent), 404).await;
    }
    // A page of another site, or a name that was bent to this machine, signs nobody in.
    for header in [("origin", "https://evil.example"), ("host", "evil.example")] {
        let (status, _) = center.request(Method::GET, "/api/dev/workers", &[header], "").await;
        assert_eq!(status, 403, "{header:?}");
    }
}

#[tokio::test]
async fn bad_frames_are_answered_and_the_socket_stays() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    for (text, code) in [
        ("{", "bad_json"),
        ("[]", "bad_json"),
        ("{\"action\":\"dance\",\"id\":\"1\"}", "unknown_action"),
        ("{\"id\":\"2\"}", "bad_field"),
        ("{\"action\":\"reservation.accept\",\"id\":\"3\"}", "bad_field"),
    ] {
        ann.send_text(text).await;
        let error = ann.expect("error").await;
        assert_eq!(error["code"], code, "{text}");
    }
    let foreign = "WR00000000000000000000000000000000";
    let refused = ann.ask(json!({ "action": "reservation.accept", "reservation_sid": foreign })).await;
    assert_eq!(refused["payload"]["code"], "not_found");
    ann.send_text(&" ".repeat(patchbay_model::limits::FRAME_BYTES_MAX + 1)).await;
    assert_eq!(ann.expect("error").await["code"], "too_large");
    ann.act(json!({ "action": "ping" })).await;
}
