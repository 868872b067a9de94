//! The router over ports in memory.

use crate::access::Access;
use crate::openapi::document;
use crate::router;
use crate::routes::ROUTES;
use async_trait::async_trait;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use patchbay_center::config::{ConfigDocuments, apply};
use patchbay_center::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use patchbay_center::ports::{
    DeadLetter, DeadLetters, Http, HttpError, HttpRequest, HttpResponse, QueueError, QueueName, Redriven,
};
use patchbay_center::store::{claim_identity, put_contact};
use patchbay_center::token::{Claims, Role, SigningKeys};
use patchbay_center::{Center, ChannelAccounts, Ports};
use patchbay_model::limits::CONTACT_ATTRIBUTES_BYTES_MAX;
use patchbay_model::{Address, ChannelKind, Contact, ContactSid, Timestamp, WorkerSid};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tower_service::Service;

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) struct NoHttp;

#[async_trait]
impl Http for NoHttp {
    async fn call(&self, _request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotSent("there is nobody outside".into()))
    }
}

struct Api(Arc<Center>);

impl Api {
    /// A center with the worker Ann and a contact.
    async fn new() -> Api {
        let ports = Ports {
            table: Arc::new(MemoryTable::new()),
            queue: Arc::new(MemoryQueue::new()),
            push: Arc::new(MemoryPush::new()),
            http: Arc::new(NoHttp),
            blob: Arc::new(MemoryBlob::new()),
            world: Arc::new(MemoryWorld::at(NOW)),
        };
        let mut center = Center::new(ports, ChannelAccounts::new());
        center.signing_keys = SigningKeys::new(&[7; 32], None).unwrap();
        apply(&center, &documents(json!({ "workers": [{ "friendly_name": "Ann" }] }))).await.unwrap();
        let mut contact: Contact = serde_json::from_value(json!({
            "sid": contact(), "identities": [address()], "attributes": { "vip": true }, "created_at": NOW, "version": 0,
        }))
        .unwrap();
        let claim = claim_identity(&address().identity(), &contact.sid);
        center.table.write(put_contact(&mut contact).into_iter().chain([claim]).collect()).await.unwrap();
        Api(Arc::new(center))
    }

    fn token(&self, role: Role) -> String {
        let claims = Claims::new(WorkerSid::derive(&["worker", "Ann"]), role, NOW.plus_s(60));
        self.0.signing_keys.sign(&claims).unwrap()
    }

    async fn ask(&self, method: &str, path: &str, role: Option<Role>, body: &str) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(role) = role {
            request = request.header("authorization", format!("Bearer {}", self.token(role)));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = router(self.0.clone()).call(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

fn documents(workspace: Value) -> ConfigDocuments {
    serde_json::from_value(json!({ "workspace": workspace, "flows": {} })).unwrap()
}

fn contact() -> ContactSid {
    ContactSid::random([7; 16])
}

fn address() -> Address {
    Address::new(ChannelKind::Sms, "default", "+15005550001")
}

#[tokio::test]
async fn no_path_is_open_that_its_line_does_not_open() {
    let api = Api::new().await;
    let roles = [None, Some(Role::Agent), Some(Role::Supervisor), Some(Role::Admin)];
    for route in ROUTES {
        let path = route.path.replace("{sid}", "XX");
        for role in roles {
            let (status, answer) = api.ask(&route.method.to_uppercase(), &path, role, "{}").await;
            let expect = match (route.access, role) {
                (Access::Anybody, _) => None,
                (Access::Token(_), None) => Some(401),
                (Access::Token(least), Some(role)) => (role < least).then_some(403),
            };
            match expect {
                Some(expect) => assert_eq!(status, expect, "{path} {role:?}"),
                None => assert!(status != 401 && status != 403, "{path} {role:?}"),
            }
            if status >= 400 {
                assert!(answer["code"].is_string() && answer["message"].is_string(), "{path} {answer}");
            }
        }
    }
    let (status, answer) = api.ask("GET", "/api/nothing", Some(Role::Admin), "").await;
    assert_eq!((status, &answer["code"]), (404, &json!("not_found")));
}

#[test]
fn every_schema_that_is_named_is_there_and_every_one_there_is_named() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                    found.insert(name.trim_start_matches("#/components/schemas/").to_owned());
                }
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            _ => {}
        }
    }
    let document = document();
    let mut named = BTreeSet::new();
    references(&document, &mut named);
    let there: BTreeSet<String> =
        document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(named, there);
    let operations: BTreeSet<&str> = ROUTES.iter().map(|route| route.operation).collect();
    assert_eq!(operations.len(), ROUTES.len(), "an operation's name is used twice");
}

#[tokio::test]
async fn a_contact_is_found_and_changed() {
    let api = Api::new().await;
    let agent = Some(Role::Agent);
    let (_, found) = api.ask("GET", "/api/contacts?channel=sms&address=%2B15005550001", agent, "").await;
    assert_eq!(found["contacts"][0]["sid"], json!(contact()));
    let (status, found) = api.ask("GET", "/api/contacts?channel=sms&address=%2B15005550002", agent, "").await;
    assert_eq!((status, found), (200, json!({ "contacts": [] })));

    let path = format!("/api/contacts/{}", contact());
    let change = json!({ "attributes": { "language": "en", "vip": null } }).to_string();
    let (status, changed) = api.ask("PATCH", &path, agent, &change).await;
    assert_eq!((status, &changed["attributes"]), (200, &json!({ "language": "en" })));
    assert_eq!(changed["attribute_sources"]["language"]["source"], "api");
    assert_eq!(api.ask("GET", &path, agent, "").await.1, changed);
    assert_eq!(api.ask("PATCH", &path, agent, "{\"name\": 1}").await.0, 400);
}

#[tokio::test]
async fn a_contacts_attributes_have_a_limit() {
    let api = Api::new().await;
    let path = format!("/api/contacts/{}", contact());
    let change = |bytes: usize| {
        let rest = "{\"vip\":true,\"x\":\"\"}".len();
        json!({ "attributes": { "x": "x".repeat(bytes - rest) } }).to_string()
    };
    let max = CONTACT_ATTRIBUTES_BYTES_MAX;
    assert_eq!(api.ask("PATCH", &path, Some(Role::Agent), &change(max)).await.0, 200);
    let (status, answer) = api.ask("PATCH", &path, Some(Role::Agent), &change(max + 1)).await;
    assert_eq!((status, &answer["code"]), (413, &json!("too_large")));
}

/// One dead letter of each queue.
struct OneDead;

#[async_trait]
impl DeadLetters for OneDead {
    async fn list(&self, queue: QueueName, count_max: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let letter = DeadLetter {
            message_id: queue.as_str().to_owned(),
            body: format!("{count_max} at the most"),
            group: None,
            sent_at: NOW,
            receive_count: 5,
            reason: None,
        };
        Ok(vec![letter])
    }

    async fn redrive(&self, _: QueueName) -> Result<Redriven, QueueError> {
        Ok(Redriven { redriven: 1, more: false })
    }
}

#[tokio::test]
async fn dead_letters_are_shown_and_sent_again() {
    let mut api = Api::new().await;
    let admin = Some(Role::Admin);
    let path = "/api/dead-letters?queue=routing&limit=7";
    assert_eq!(api.ask("GET", path, admin, "").await.0, 404, "of a function that may not see them");
    Arc::get_mut(&mut api.0).unwrap().dead_letters = Some(Arc::new(OneDead));
    let (_, listed) = api.ask("GET", path, admin, "").await;
    let expect = json!({
        "message_id": "routing", "body": "7 at the most", "group": null, "sent_at": NOW, "receive_count": 5,
        "reason": null,
    });
    assert_eq!(listed, json!({ "dead_letters": [expect] }));
    let redrive = "/api/dead-letters/redrive";
    let (_, sent) = api.ask("POST", redrive, admin, r#"{"queue":"outbound"}"#).await;
    assert_eq!(sent, json!({ "redriven": 1, "more": false }));
    assert_eq!(api.ask("POST", redrive, admin, r#"{"queue":"dead"}"#).await.0, 400);
    for query in ["", "queue=dead", "queue=inbound&limit=101", "queue=inbound&limit=0"] {
        assert_eq!(api.ask("GET", &format!("/api/dead-letters?{query}"), admin, "").await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn pages_have_limits() {
    let api = Api::new().await;
    let check = async |query: &str, expect: u16| {
        let path = format!("/api/contacts/{}/messages?{query}", contact());
        assert_eq!(api.ask("GET", &path, Some(Role::Agent), "").await.0, expect, "{query}");
    };
    check("", 200).await;
    check("limit=100", 200).await;
    check("limit=101", 400).await;
    check("limit=0", 400).await;
    check("before=0", 200).await;
    check("after=18446744073709551615", 200).await;
    check("before=1&after=1", 400).await;
    check("befor=1", 400).await;
}

#[tokio::test]
async fn a_configuration_is_applied_or_refused_with_its_faults() {
    let api = Api::new().await;
    let admin = Some(Role::Admin);
    let bad = json!({ "workspace": { "task_queues": [{ "friendly_name": "All", "target_workers": "a ==" }] }, "flows": {} });
    let (status, answer) = api.ask("POST", "/api/config", admin, &bad.to_string()).await;
    assert_eq!((status, &answer["code"]), (422, &json!("invalid_config")));
    assert_eq!(answer["faults"][0]["position"], "/task_queues/0/target_workers");
    assert_eq!(api.ask("GET", "/api/config", admin, "").await.1["version"], 1);

    let good = json!({ "workspace": { "workers": [{ "friendly_name": "Bo" }] }, "flows": {} });
    let (status, applied) = api.ask("POST", "/api/config", admin, &good.to_string()).await;
    assert_eq!((status, &applied["version"], &applied["workers_created"]), (200, &json!(2), &json!(1)));
    let (_, workers) = api.ask("GET", "/api/workers", admin, "").await;
    let names: BTreeSet<&str> =
        workers["workers"].as_array().unwrap().iter().filter_map(|w| w["friendly_name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["Ann", "Bo"]));
    let (_, colleagues) = api.ask("GET", "/api/workers?states=true&limit=1", Some(Role::Agent), "").await;
    let colleague = colleagues["workers"][0].as_object().unwrap();
    let known: Vec<&str> = colleague.keys().map(String::as_str).collect();
    assert_eq!(known, ["sid", "friendly_name", "activity_name", "available", "connected"]);
    assert_eq!((&colleague["activity_name"], &colleagues["more"]), (&json!("Offline"), &json!(true)));
    let sid = WorkerSid::derive(&["worker", "Bo"]);
    let (_, worker) = api.ask("GET", &format!("/api/workers/{sid}"), admin, "").await;
    assert_eq!((&worker["activity_name"], &worker["connected"]), (&json!("Offline"), &json!(false)));
}

#[tokio::test]
async fn a_supervisor_sees_the_floor() {
    let api = Api::new().await;
    let supervisor = Some(Role::Supervisor);
    let (_, queues) = api.ask("GET", "/api/floor/queues", supervisor, "").await;
    assert_eq!((&queues["at"], &queues["more"]), (&json!(NOW), &json!(false)), "{queues}");
    let (_, workers) = api.ask("GET", "/api/floor/workers?limit=1", supervisor, "").await;
    assert_eq!(workers["workers"][0]["friendly_name"], "Ann");
    let sid = workers["workers"][0]["sid"].as_str().unwrap();
    let (_, tasks) = api.ask("GET", &format!("/api/floor/tasks?worker={sid}"), supervisor, "").await;
    assert_eq!((&tasks["tasks"], &tasks["more"]), (&json!([]), &json!(false)));
    let (_, stats) = api.ask("GET", "/api/stats?from=1799999000000&to=1800000000000", supervisor, "").await;
    assert_eq!((&stats["rows"], &stats["more"]), (&json!([]), &json!(false)));
    for query in ["", "?from=2&to=1", "?from=1&to=2&interval_s=1", "?from=1&to=2&by=colour"] {
        let (status, _) = api.ask("GET", &format!("/api/stats{query}"), supervisor, "").await;
        assert_eq!(status, 400, "{query}");
    }
    for query in ["", "?worker=WK1", "?limit=101", "?colour=red"] {
        let (status, _) = api.ask("GET", &format!("/api/floor/tasks{query}"), supervisor, "").await;
        assert_eq!(status, 400, "{query}");
    }
}

mod configuration;
mod search;
mod voice;
