//! Each function from Lambda's document to its answer, over ports in memory.

mod batch;
mod http;
mod socket;

use async_trait::async_trait;
use patchbay_center::config::{ConfigDocuments, apply};
use patchbay_center::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse, QueueName};
use patchbay_center::token::{Claims, Role, SigningKeys};
use patchbay_center::{Center, ChannelAccount, Ports};
use patchbay_channels::WebhookRequest;
use patchbay_channels::registry::{example_settings, open_simulated};
use patchbay_channels::simulate::{CustomerMessage, Simulated};
use patchbay_model::{ChannelKind, Timestamp, WorkerSid};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const KEY: &[u8] = b"an invented key of thirty-two by";

/// A provider that takes everything.
struct Provider;

#[async_trait]
impl Http for Provider {
    async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        let body = json!({ "sid": "SM1", "sentMessages": [{ "id": "1" }] }).to_string().into_bytes();
        Ok(HttpResponse { status: 200, headers: Vec::new(), body })
    }
}

/// A center with one worker, a flow that greets, and an account `default` of three channels.
struct Room {
    center: Arc<Center>,
    queue: Arc<MemoryQueue>,
    push: Arc<MemoryPush>,
    accounts: BTreeMap<ChannelKind, Arc<dyn Simulated>>,
}

impl Room {
    async fn new() -> Room {
        let queue = Arc::new(MemoryQueue::new());
        let push = Arc::new(MemoryPush::new());
        let ports = Ports {
            table: Arc::new(MemoryTable::new()),
            queue: queue.clone(),
            push: push.clone(),
            http: Arc::new(Provider),
            blob: Arc::new(MemoryBlob::new()),
            world: Arc::new(MemoryWorld::at(NOW)),
        };
        let open = |kind| {
            let settings = example_settings(kind).unwrap();
            (kind, open_simulated(kind, "default", &settings, "https://center.example").unwrap())
        };
        let accounts = BTreeMap::from([ChannelKind::Sms, ChannelKind::Line, ChannelKind::Webchat].map(open));
        let channels = accounts.iter().map(|(kind, channel)| {
            let account = ChannelAccount { channel: channel.clone(), flow: "main".into() };
            ((*kind, "default".to_owned()), account)
        });
        let mut center = Center::new(ports, channels.collect());
        center.signing_keys = SigningKeys::new(KEY, None).unwrap();
        let workspace = json!({
            "workers": [{ "friendly_name": "wendy", "channels": { "chat": { "capacity": 3 } } }],
            "task_queues": [{ "friendly_name": "all" }],
        });
        let widget = |name: &str, kind: &str, properties: Value, transitions: Value| json!({ "name": name, "type": kind, "properties": properties, "transitions": transitions });
        let flow = json!({ "description": "", "initial_state": "Trigger", "flags": {}, "states": [
            widget("Trigger", "trigger", json!({}), json!([{ "event": "incomingMessage", "next": "greet" }])),
            widget("greet", "send-message", json!({ "body": "Hello" }), json!([{ "event": "sent" }, { "event": "failed" }])),
        ] });
        let documents = ConfigDocuments {
            workspace: serde_json::from_value(workspace).unwrap(),
            flows: BTreeMap::from([("main".to_owned(), flow)]),
            ..ConfigDocuments::default()
        };
        apply(&center, &documents).await.unwrap();
        let room = Room { center: Arc::new(center), queue, push, accounts };
        room.queue.take(QueueName::Routing);
        room
    }

    fn token(&self, role: Role) -> String {
        let claims = Claims::new(WorkerSid::derive(&["worker", "wendy"]), role, NOW.plus_s(60));
        self.center.signing_keys.sign(&claims).unwrap()
    }

    /// A provider's webhook for a customer's message.
    fn webhook(&self, kind: ChannelKind, from: &str, text: &str) -> WebhookRequest {
        let message = CustomerMessage::text(from, text, format!("{from} {text}"), NOW);
        self.accounts[&kind].customer_message(&message).unwrap()
    }
}
