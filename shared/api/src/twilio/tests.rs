//! Programs that come as Twilio's SDKs do, over ports in memory.

use super::{TwilioRoute, page};
use crate::router;
use crate::tests::{NOW, NoHttp};
use crate::{studio, taskrouter};
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use patchbay_center::api_key::ApiKey;
use patchbay_center::command::Record;
use patchbay_center::config::{ConfigDocuments, apply};
use patchbay_center::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use patchbay_center::ports::QueueName;
use patchbay_center::token::{Claims, Role, SigningKeys};
use patchbay_center::{Center, ChannelAccounts, Ports, router as routing};
use patchbay_model::WorkerSid;
use serde_json::{Value, json};
use std::sync::Arc;
use tower_service::Service;

const SECRET: &str = "an invented secret";

/// The SID of a role's key.
fn key(role: Role) -> String {
    format!("SK{:032x}", role as u8)
}

/// What is answered.
pub(crate) struct Answered {
    pub status: u16,
    pub etag: Option<String>,
    pub body: Value,
}

pub(crate) struct Stage {
    pub center: Arc<Center>,
    queue: Arc<MemoryQueue>,
    push: Arc<MemoryPush>,
    world: Arc<MemoryWorld>,
}

impl Stage {
    /// A center with these documents, and a key of each role.
    pub async fn with(workspace: Value, flows: Value) -> Stage {
        let (queue, world) = (Arc::new(MemoryQueue::new()), Arc::new(MemoryWorld::at(NOW)));
        let push = Arc::new(MemoryPush::new());
        let ports = Ports {
            table: Arc::new(MemoryTable::new()),
            queue: queue.clone(),
            push: push.clone(),
            http: Arc::new(NoHttp),
            blob: Arc::new(MemoryBlob::new()),
            world: world.clone(),
        };
        let mut center = Center::new(ports, ChannelAccounts::new());
        center.signing_keys = SigningKeys::new(&[7; 32], None).unwrap();
        center.public_url = "https://center.example".into();
        let roles = [(Role::Agent, "agent"), (Role::Supervisor, "supervisor"), (Role::Admin, "admin")];
        center.api_keys =
            roles.into_iter().map(|(role, name)| ApiKey::new(&key(role), SECRET, name).unwrap()).collect();
        let documents: ConfigDocuments =
            serde_json::from_value(json!({ "workspace": workspace, "flows": flows })).unwrap();
        apply(&center, &documents).await.unwrap();
        let stage = Stage { center: Arc::new(center), queue, push, world };
        stage.settle().await;
        stage
    }

    /// Does what the router has to do, but what is due later.
    pub async fn settle(&self) {
        for _ in 0..100 {
            let due = self.queue.take(QueueName::Routing).into_iter().filter(|message| message.delay_s == 0);
            let record = |body| Record { message_id: "1".into(), group: None, body, receive_count: 1 };
            let records: Vec<Record> = due.map(|message| record(message.body)).collect();
            if records.is_empty() {
                return;
            }
            assert_eq!(routing::handle(&self.center, records).await, Vec::<String>::new());
        }
        panic!("the routing queue never comes to rest");
    }

    pub fn pass_s(&self, s: i64) {
        self.world.advance_s(s);
    }

    pub async fn connect(&self, worker: &str) {
        self.push.open(worker);
        routing::connect(&self.center, &worker.parse().unwrap(), worker).await.unwrap();
        self.settle().await;
    }

    async fn send(&self, request: Request<Body>) -> Answered {
        let response = router(self.center.clone()).call(request).await.unwrap();
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        self.settle().await;
        Answered { status, etag, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    fn request(method: &str, path: &str, role: Role) -> axum::http::request::Builder {
        let credentials = STANDARD.encode(format!("{}:{SECRET}", key(role)));
        let request = Request::builder().method(method).uri(path);
        request.header("authorization", format!("Basic {credentials}"))
    }

    /// A program's request, with parameters as SDKs send them.
    pub async fn ask(
        &self,
        (method, path, role): (&str, &str, Role),
        parameters: &[(&str, &str)],
        over: Option<&str>,
    ) -> Answered {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(parameters);
        let mut request = Stage::request(method, path, role);
        if let Some(over) = over {
            request = request.header("if-match", over);
        }
        self.send(request.body(Body::from(body.finish())).unwrap()).await
    }

    /// What an administrator is answered, which must be of this status.
    #[track_caller]
    pub fn expect(&self, answered: Answered, status: u16) -> Value {
        assert_eq!(answered.status, status, "{}", answered.body);
        answered.body
    }

    pub async fn get(&self, path: &str) -> Value {
        let answered = self.ask(("GET", path, Role::Admin), &[], None).await;
        self.expect(answered, 200)
    }

    pub async fn make(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let answered = self.ask(("POST", path, Role::Admin), parameters, None).await;
        self.expect(answered, 201)
    }

    pub async fn change(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let answered = self.ask(("POST", path, Role::Admin), parameters, None).await;
        self.expect(answered, 200)
    }

    pub async fn delete(&self, path: &str) {
        assert_eq!(self.ask(("DELETE", path, Role::Admin), &[], None).await.status, 204, "{path}");
    }

    /// Status and code of a refusal, and what is said.
    pub async fn refused(
        &self,
        method: &str,
        path: &str,
        parameters: &[(&str, &str)],
        expect: (u16, u32),
        part: &str,
    ) {
        let answered = self.ask((method, path, Role::Admin), parameters, None).await;
        let body = &answered.body;
        assert_eq!((answered.status, &body["code"]), (expect.0, &json!(expect.1)), "{path} {body}");
        assert_eq!(body["status"], expect.0, "{body}");
        assert!(body["more_info"].is_string() && body["message"].as_str().unwrap().contains(part), "{body}");
    }
}

fn routes() -> impl Iterator<Item = &'static TwilioRoute> {
    taskrouter::ROUTES.iter().chain(studio::ROUTES)
}

#[tokio::test]
async fn no_path_is_open_that_its_line_does_not_open() {
    let stage = Stage::with(json!({}), json!({})).await;
    let roles = [Role::Agent, Role::Supervisor, Role::Admin];
    for route in routes() {
        let method = route.method.to_uppercase();
        let path = route.path.replace("{workspace}", "WS1").replace("{sid}", "XX");
        for role in roles {
            let status = stage.ask((&method, &path, role), &[], None).await.status;
            match role < route.least {
                true => assert_eq!(status, 403, "{path} {role:?}"),
                false => assert!(!matches!(status, 401 | 403), "{path} {role:?}: {status}"),
            }
        }
        let wrong = STANDARD.encode(format!("{}:{SECRET}!", key(Role::Admin)));
        for credentials in [None, Some(format!("Basic {wrong}")), Some("Bearer nothing".to_owned())] {
            let mut request = Request::builder().method(method.as_str()).uri(&path);
            if let Some(credentials) = &credentials {
                request = request.header("authorization", credentials);
            }
            let answered = stage.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((answered.status, &answered.body["code"]), (401, &json!(20003)), "{path}");
        }
    }
    for path in ["/v1/Workspaces/WS1/Nothing", "/v1/Services", "/v2/Nothing"] {
        stage.refused("GET", path, &[], (404, 20404), "no such").await;
    }
}

#[tokio::test]
async fn a_token_of_ours_lets_in_as_a_key_does() {
    let stage = Stage::with(json!({}), json!({})).await;
    for (role, expect) in [(Role::Agent, 403), (Role::Supervisor, 200)] {
        let claims = Claims::new(WorkerSid::derive(&["worker", "Ann"]), role, NOW.plus_s(60));
        let token = stage.center.signing_keys.sign(&claims).unwrap();
        let request =
            Request::builder().uri("/v1/Workspaces").header("authorization", format!("Bearer {token}"));
        assert_eq!(stage.send(request.body(Body::empty()).unwrap()).await.status, expect);
    }
}

#[tokio::test]
async fn a_list_is_followed_from_page_to_page() {
    let stage = Stage::with(json!({}), json!({})).await;
    let base = stage.get("/v1/Workspaces").await["workspaces"][0]["url"].as_str().unwrap().to_owned();
    let path = format!("{}/Activities", base.strip_prefix("https://center.example").unwrap());
    let mut next = format!("{path}?PageSize=2");
    let mut found = Vec::new();
    let mut pages = 0;
    loop {
        let page = stage.get(&next).await;
        found.extend(page["activities"].as_array().unwrap().iter().map(|entry| entry["sid"].clone()));
        let meta = &page["meta"];
        assert_eq!(
            (&meta["page"], &meta["page_size"], &meta["key"]),
            (&json!(pages), &json!(2), &json!("activities"))
        );
        pages += 1;
        let Some(url) = meta["next_page_url"].as_str() else { break };
        next = url.strip_prefix("https://center.example").unwrap().to_owned();
    }
    found.dedup();
    assert_eq!((found.len(), pages), (3, 2));
    for (size, status) in [("1", 200), ("0", 400), ("x", 400)] {
        let answered = stage.ask(("GET", &format!("{path}?PageSize={size}"), Role::Admin), &[], None).await;
        assert_eq!(answered.status, status, "{size}");
    }
    for (size, status) in [(page::PAGE_SIZE_MAX, 200), (page::PAGE_SIZE_MAX + 1, 400)] {
        let answered = stage.ask(("GET", &format!("{path}?PageSize={size}"), Role::Admin), &[], None).await;
        assert_eq!(answered.status, status, "{size}");
    }
    stage.refused("GET", &format!("{path}?Page=1"), &[], (400, 20001), "PageToken").await;
}
