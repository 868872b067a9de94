//! A center as it is deployed: each function with ports of its own on an AWS that is played, and the events that AWS
//! hands to it.

use super::objects::Objects;
use super::played::Played;
use async_trait::async_trait;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use patchbay_aws::lambda::batch::{self, BatchEvent};
use patchbay_aws::lambda::{http, socket};
use patchbay_aws::{GatewayPush, QueueUrls, SqsDeadLetters, SqsQueue};
use patchbay_center::memory::MemoryWorld;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse, QueueName, World};
use patchbay_center::token::{Claims, Role, SigningKeys};
use patchbay_center::{Center, ChannelAccount, Ports, inbound, router, sender, webhook};
use patchbay_channels::registry::example_settings;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_channels::{Simulated, WebhookRequest, open_simulated};
use patchbay_model::{ChannelKind, Content, Timestamp, WorkerSid};
use patchbay_tests::dynoxide::table_through;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const WEBHOOK: &str = "webhook";
/// What the webhook function of the web chat asks for besides: only visitors upload.
pub const WEBCHAT: &str = "webchat";
pub const FLOW: &str = "flow";
pub const ROUTER: &str = "router";
pub const SENDER: &str = "sender";
pub const AGENT: &str = "agent";
pub const API: &str = "api";

/// When it happens.
const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub const ORIGIN: &str = "https://shop.example";

/// The id of a worker of this name.
pub fn worker(name: &str) -> WorkerSid {
    WorkerSid::derive(&["worker", name])
}

/// A text that providers refuse.
pub const REFUSED: &str = "unspeakable";

/// Providers that take everything else.
struct Providers;

#[async_trait]
impl Http for Providers {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if String::from_utf8_lossy(&request.body).contains(REFUSED) {
            return Ok(HttpResponse { status: 400, headers: Vec::new(), body: Vec::new() });
        }
        let body = json!({"sid": "SM1", "sentMessages": [{"id": "1"}]}).to_string().into_bytes();
        Ok(HttpResponse { status: 200, headers: Vec::new(), body })
    }
}

struct Function {
    center: Arc<Center>,
    queue: SqsQueue,
}

pub struct Cloud {
    pub aws: Arc<Played>,
    world: Arc<MemoryWorld>,
    functions: BTreeMap<&'static str, Function>,
    accounts: BTreeMap<ChannelKind, Arc<dyn Simulated>>,
}

/// The services' configuration builders have the same methods and no trait in common.
macro_rules! client {
    ($service:ident, $http:expr) => {{
        let config = $service::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .credentials_provider(credentials())
            .region(Region::from_static("us-east-1"))
            .endpoint_url("http://localhost")
            .http_client($http)
            .build();
        $service::Client::from_conf(config)
    }};
}

pub fn credentials() -> Credentials {
    Credentials::new("key", "secret", None, None, "test")
}

fn urls(prefix: &str) -> QueueUrls {
    let [inbound, routing, outbound] = [QueueName::Inbound, QueueName::Routing, QueueName::Outbound]
        .map(|queue| format!("http://localhost/{prefix}{}", queue.as_str()));
    QueueUrls { inbound, routing, outbound }
}

impl Cloud {
    pub fn new() -> Cloud {
        let world = Arc::new(MemoryWorld::at(NOW));
        let aws = Played::new(world.clone());
        let open = |kind| {
            let settings = example_settings(kind).unwrap();
            (kind, open_simulated(kind, "default", &settings, "https://center.example").unwrap())
        };
        let accounts = BTreeMap::from([ChannelKind::Sms, ChannelKind::Line, ChannelKind::Webchat].map(open));
        let function = |name| {
            let http: SharedHttpClient = aws.client_of(name);
            let queue = SqsQueue::new(client!(aws_sdk_sqs, http.clone()), urls(""));
            let ports = Ports {
                table: Arc::new(table_through(http.clone())),
                queue: Arc::new(queue.clone()),
                push: Arc::new(GatewayPush::new(client!(aws_sdk_apigatewaymanagement, http))),
                http: Arc::new(Providers),
                blob: Arc::new(Objects::of(aws.clone(), if name == WEBHOOK { WEBCHAT } else { name })),
                world: world.clone(),
            };
            let channels = accounts.iter().map(|(kind, channel): (&ChannelKind, &Arc<dyn Simulated>)| {
                let account = ChannelAccount { channel: channel.clone(), flow: "main".into() };
                ((*kind, "default".to_owned()), account)
            });
            let mut center = Center::new(ports, channels.collect());
            center.signing_keys = SigningKeys::new(&[7; 32], None).unwrap();
            center.dead_letters = Some(Arc::new(SqsDeadLetters::new(queue.clone(), urls("dead-"))));
            (name, Function { center: Arc::new(center), queue })
        };
        let functions = BTreeMap::from([WEBHOOK, FLOW, ROUTER, SENDER, AGENT, API].map(function));
        Cloud { aws, world, functions, accounts }
    }

    fn center(&self, function: &str) -> &Arc<Center> {
        &self.functions[function].center
    }

    pub fn token(&self, worker: &str, role: Role) -> String {
        let claims = Claims::new(self::worker(worker), role, self.world.now().plus_s(8 * 3_600));
        self.center(AGENT).signing_keys.sign(&claims).unwrap()
    }

    /// A provider's webhook, however it was signed; `spoil` changes it before it is signed once more.
    pub async fn customer_writes(&self, kind: ChannelKind, from: &str, text: &str) {
        self.customer_says(kind, from, Content::text(text), text).await;
    }

    /// The same of whatever a customer may say.
    pub async fn customer_says(&self, kind: ChannelKind, from: &str, content: Content, seed: &str) {
        let at = self.world.now();
        let message = CustomerMessage { from: from.into(), content, reply_to: None, seed: seed.into(), at };
        let request = self.accounts[&kind].customer_message(&message).unwrap();
        self.posts(kind, request).await;
    }

    /// A webhook of a provider that says something which nobody understands.
    pub async fn provider_says(&self, kind: ChannelKind, body: &Value) {
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: format!("/webhooks/{}", kind.as_str()),
            ..WebhookRequest::default()
        };
        request.body = body.to_string().into_bytes();
        self.accounts[&kind].sign(&mut request, "somebody", self.world.now());
        self.posts(kind, request).await;
    }

    async fn posts(&self, kind: ChannelKind, request: WebhookRequest) {
        let reply = webhook::handle(self.center(WEBHOOK), kind, "default", request).await;
        assert!((200..300).contains(&reply.status), "{kind}: {}", reply.status);
        self.settle().await;
    }

    /// A request to one of the two functions behind the HTTP API, and what it answers.
    pub async fn asks(&self, function: &str, method: &str, path: &str, token: &str, body: &Value) -> Value {
        self.sends(function, method, path, (token, &body.to_string())).await
    }

    /// A program's request with a form, as Twilio's SDKs send it.
    pub async fn posts_form(&self, path: &str, form: &str) -> Value {
        self.sends(API, "POST", path, (&self.token("wendy", Role::Admin), form)).await
    }

    async fn sends(&self, function: &str, method: &str, path: &str, (token, body): (&str, &str)) -> Value {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let event = json!({
            "rawPath": path, "rawQueryString": query, "requestContext": {"http": {"method": method}},
            "headers": {"authorization": format!("Bearer {token}"), "content-type": "application/json", "origin": ORIGIN},
            "body": body,
        });
        let event = serde_json::from_value(event).unwrap();
        let center = self.center(function).clone();
        let answer = match function {
            API => http::serve(patchbay_api::api(center), event).await,
            _ => http::serve(patchbay_api::webhooks(center), event).await,
        };
        assert!(
            (200..300).contains(&answer.status_code),
            "{method} {path}: {} {}",
            answer.status_code,
            answer.body
        );
        self.settle().await;
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    pub async fn connects(&self, connection: &str, query: &Value) {
        self.aws.open(connection);
        let headers = json!({"Origin": ORIGIN});
        let status = self
            .socket(connection, "CONNECT", json!({"queryStringParameters": query, "headers": headers}))
            .await;
        assert_eq!(status, 200, "{connection}");
    }

    pub async fn says(&self, connection: &str, frame: &Value) {
        assert_eq!(self.socket(connection, "MESSAGE", json!({"body": frame.to_string()})).await, 200);
    }

    pub async fn disconnects(&self, connection: &str) {
        self.aws.vanish(connection);
        assert_eq!(self.socket(connection, "DISCONNECT", json!({})).await, 200);
    }

    async fn socket(&self, connection: &str, kind: &str, mut event: Value) -> u16 {
        event["requestContext"] = json!({"connectionId": connection, "eventType": kind});
        let answer = socket::serve(self.center(AGENT), serde_json::from_value(event).unwrap()).await;
        self.settle().await;
        answer.status_code
    }

    /// Lets so much time pass, and whatever becomes due in it happen.
    pub async fn pass_s(&self, s: i64) {
        for _ in 0..s {
            self.world.advance_s(1);
            self.settle().await;
        }
    }

    /// Hands over what is due until nothing is.
    pub async fn settle(&self) {
        for _ in 0..200 {
            let mut was_any = false;
            for queue in QueueName::ALL {
                was_any |= self.deliver(queue).await;
            }
            if !was_any {
                return;
            }
        }
        panic!("the queues never come to rest");
    }

    async fn deliver(&self, queue: QueueName) -> bool {
        let batch = self.aws.receive(queue);
        if batch.is_empty() {
            return false;
        }
        let records: Vec<Value> = batch
            .iter()
            .map(|message| {
                let mut attributes = json!({"ApproximateReceiveCount": message.receive_count.to_string()});
                if let Some(group) = &message.group {
                    attributes["MessageGroupId"] = json!(group);
                }
                json!({"messageId": message.id, "receiptHandle": message.id, "body": message.body, "attributes": attributes})
            })
            .collect();
        let event: BatchEvent = serde_json::from_value(json!({"Records": records})).unwrap();
        let name = match queue {
            QueueName::Inbound => FLOW,
            QueueName::Routing => ROUTER,
            QueueName::Outbound => SENDER,
        };
        let Function { center, queue: sqs } = &self.functions[name];
        let source = (sqs, queue);
        let answer = match queue {
            QueueName::Inbound => {
                batch::serve(source, event, |records| inbound::handle(center, records)).await
            }
            QueueName::Routing => {
                batch::serve(source, event, |records| router::handle(center, records)).await
            }
            QueueName::Outbound => {
                batch::serve(source, event, |records| sender::handle(center, records)).await
            }
        };
        for failure in answer.batch_item_failures {
            let message = batch.iter().find(|message| message.id == failure.item_identifier).unwrap();
            self.aws.failed(queue, message.clone());
        }
        true
    }
}
