//! Agents' sockets over ports in memory.

pub(crate) mod abandoned;
mod contact;
mod invite;
mod invite_abandoned;
mod late;
mod message;
mod note;
mod orphan;
mod reservation;
mod scheduled;
mod session;
mod supervisor;
mod sync;
mod transfer;
mod window;

use super::{Session, answer};
use crate::center::{Center, ChannelAccount, ChannelAccounts, Ports};
use crate::command::{NewTask, Record, RoutingBody, body};
use crate::config::{ConfigDocuments, apply};
use crate::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use crate::ports::{Consistency, Http, HttpError, HttpRequest, HttpResponse, Outgoing, QueueName};
use crate::router;
use crate::store::{
    claim_identity, load_contact, load_conversation, load_messages, load_task, put_message, put_next,
};
use crate::token::{Role, SigningKeys};
use async_trait::async_trait;
use patchbay_channels::registry::{example_settings, open};
use patchbay_model::{
    Address, Author, ChannelKind, Contact, ContactSid, Content, Conversation, ConversationSid,
    ConversationState, Direction, Message, MessageSid, MessageStatus, ReservationSid, Seq, Task, TaskSid,
    Timestamp, WorkerSid,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const KEY: &[u8] = b"an invented key of thirty-two by";
const START: Timestamp = Timestamp(1_800_000_000_000);
/// Ann's other socket, besides the one from which she asks.
pub(super) const OTHER: &str = "ann-2";
/// Whose token is a supervisor's.
pub(super) const SUPERVISOR: &str = "sue";

struct NoHttp;

#[async_trait]
impl Http for NoHttp {
    async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotSent("there is no network".into()))
    }
}

/// What the edges demand of a handler: it may go on in another thread.
pub(super) fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// A center with two agents and a supervisor.
pub(super) struct Desk {
    pub center: Center,
    pub table: Arc<MemoryTable>,
    pub push: Arc<MemoryPush>,
    pub queue: Arc<MemoryQueue>,
    pub world: Arc<MemoryWorld>,
}

pub(super) fn worker_sid(name: &str) -> WorkerSid {
    WorkerSid::derive(&["worker", name])
}

pub(super) fn contact_sid() -> ContactSid {
    ContactSid::random([7; 16])
}

pub(super) fn conversation_sid() -> ConversationSid {
    contact_sid().conversation(1)
}

pub(super) fn task_sid() -> TaskSid {
    TaskSid::derive(&["task"])
}

pub(super) fn sms() -> Address {
    Address::new(ChannelKind::Sms, "default", "+15005550006")
}

pub(super) fn webchat() -> Address {
    Address::new(ChannelKind::Webchat, "default", "visitor-1")
}

impl Desk {
    /// Ann is available, on two sockets; Bob has none.
    pub async fn new() -> Desk {
        let table = Arc::new(MemoryTable::new());
        let queue = Arc::new(MemoryQueue::new());
        let push = Arc::new(MemoryPush::new());
        let world = Arc::new(MemoryWorld::at(START));
        let ports = Ports {
            table: table.clone(),
            queue: queue.clone(),
            push: push.clone(),
            http: Arc::new(NoHttp),
            blob: Arc::new(MemoryBlob::new()),
            world: world.clone(),
        };
        let mut channels = ChannelAccounts::new();
        for kind in [ChannelKind::Sms, ChannelKind::Webchat] {
            let channel =
                open(kind, "default", &example_settings(kind).unwrap(), "https://center.example").unwrap();
            channels.insert((kind, "default".into()), ChannelAccount { channel, flow: String::new() });
        }
        let mut center = Center::new(ports, channels);
        center.signing_keys = SigningKeys::new(KEY, None).unwrap();
        let desk = Desk { center, table, push, queue, world };
        let worker = |name: &str| json!({ "friendly_name": name, "channels": { "chat": { "capacity": 3 } } });
        let workspace = json!({
            "workers": [worker("ann"), worker("bob"), worker(SUPERVISOR)],
            "task_queues": [{ "friendly_name": "Everyone" }],
            "workflows": [{
                "friendly_name": "Main",
                "configuration": { "task_routing": { "filters": [], "default_filter": { "queue": "Everyone" } } },
            }],
        });
        let workspace = serde_json::from_value(workspace).unwrap();
        apply(&desk.center, &ConfigDocuments { workspace, ..Default::default() }).await.unwrap();
        desk.online("ann").await;
        desk.push.open(OTHER);
        router::connect(&desk.center, &worker_sid("ann"), OTHER).await.unwrap();
        desk.settle().await;
        desk
    }

    pub async fn online(&self, name: &str) {
        self.push.open(name);
        router::connect(&self.center, &worker_sid(name), name).await.unwrap();
        router::set_activity(&self.center, &worker_sid(name), "Available").await.unwrap();
        self.settle().await;
    }

    /// Delivers what waits on the routing queue and is not delayed, and forgets what sockets heard.
    pub async fn settle(&self) {
        loop {
            let due: Vec<Outgoing> = self
                .queue
                .take(QueueName::Routing)
                .into_iter()
                .filter(|message| message.delay_s == 0)
                .collect();
            if due.is_empty() {
                break;
            }
            for message in due {
                self.deliver(message.body).await;
            }
        }
        for socket in ["ann", OTHER, "bob", SUPERVISOR] {
            self.push.take(socket);
        }
    }

    pub async fn deliver(&self, body: String) {
        let record = Record { message_id: "1".into(), group: None, body, receive_count: 1 };
        assert_eq!(router::handle(&self.center, vec![record]).await, Vec::<String>::new());
    }

    pub fn session(&self, name: &str) -> Session {
        let role = if name == SUPERVISOR { Role::Supervisor } else { Role::Agent };
        Session { worker_sid: worker_sid(name), role, expires_at: START.plus_s(3_600) }
    }

    /// The frames that answer a request on the socket that has the worker's name.
    pub async fn ask_for_frames(&self, name: &str, request: Value) -> Vec<Value> {
        let session = self.session(name);
        let request = request.to_string();
        let frames = sendable(answer(&self.center, &session, name, &request)).await;
        frames.iter().map(|frame| serde_json::from_slice(frame).unwrap()).collect()
    }

    /// The payload of the acknowledgement.
    pub async fn ask(&self, name: &str, request: Value) -> Value {
        let frame = self.ask_for_frames(name, request.clone()).await.pop().unwrap();
        assert_eq!(frame["event_type"], "ack", "{request}: {frame}");
        assert_eq!(frame["payload"]["id"], request["id"]);
        frame["payload"].clone()
    }

    /// The payload of the error whose code is expected.
    pub async fn check_refused(&self, name: &str, request: Value, code: &str) -> Value {
        let before = self.table.items();
        let frame = self.ask_for_frames(name, request.clone()).await.pop().unwrap();
        assert_eq!(frame["event_type"], "error", "{request}: {frame}");
        assert_eq!((&frame["payload"]["id"], &frame["payload"]["code"]), (&request["id"], &json!(code)));
        assert!(frame["payload"]["message"].is_string());
        assert_eq!(self.table.items(), before, "a refused action changes nothing");
        frame["payload"].clone()
    }

    /// Asks twice: the same answer, and what is stored and queued stays as it was. Returns the answer.
    pub async fn check_repeats(&self, name: &str, request: Value) -> Value {
        let first = self.ask(name, request.clone()).await;
        let queued = || (self.queue.sent(QueueName::Inbound), self.queue.sent(QueueName::Outbound));
        let before = (self.table.items(), queued());
        self.world.advance_s(1);
        assert_eq!(self.ask(name, request).await, first);
        assert_eq!((self.table.items(), queued()), before, "a repetition changes nothing");
        first
    }

    /// Names of the events that a socket heard.
    pub fn heard(&self, socket: &str) -> Vec<String> {
        let name = |frame: &Value| frame["event_type"].as_str().unwrap().to_owned();
        self.heard_frames(socket).iter().map(name).collect()
    }

    pub fn heard_frames(&self, socket: &str) -> Vec<Value> {
        self.push.take(socket).iter().map(|frame| serde_json::from_slice(frame).unwrap()).collect()
    }

    /// A customer who has written `said` messages waits for an agent; the task is offered to Ann.
    pub async fn customer_waits(&self, said: usize) -> ReservationSid {
        self.customer_asks(said).await;
        self.offered(&task_sid(), "ann").await.unwrap()
    }

    /// A customer who has written `said` messages wants an agent, whoever is there.
    pub async fn customer_asks(&self, said: usize) {
        let address = sms();
        let mut contact = Contact {
            sid: contact_sid(),
            name: Some("Zoë".into()),
            picture: None,
            identities: vec![sms(), webchat()],
            attributes: json!({ "vip": true }).as_object().cloned().unwrap(),
            attribute_sources: Default::default(),
            consent: Default::default(),
            tags: vec![],
            notes: String::new(),
            merged: vec![],
            merged_into: None,
            indexed: vec![],
            created_at: START,
            version: 0,
        };
        let mut conversation = Conversation {
            sid: conversation_sid(),
            contact_sid: contact_sid(),
            state: ConversationState::Waiting,
            workers: vec![],
            task_sid: Some(task_sid()),
            execution: None,
            our_address: "+15005550001".into(),
            merged_into: None,
            tasks: vec![task_sid()],
            invited: vec![],
            first_seq: Seq::at(START),
            created_at: START,
            updated_at: START,
            version: 0,
            address: address.clone(),
        };
        let identity = claim_identity(&address.identity(), &contact.sid);
        let writes = vec![put_next(&mut contact), put_next(&mut conversation), identity];
        crate::ports::Table::write(self.table.as_ref(), writes).await.unwrap();
        for at in 0..said {
            let ago_ms = i64::try_from(said - at).unwrap() * 1_000;
            self.customer_said(&format!("message {at}"), self.center.now().plus_ms(-ago_ms)).await;
        }
        self.create(task_sid()).await;
    }

    pub async fn customer_said(&self, text: &str, at: Timestamp) -> Message {
        let sid = MessageSid::derive(&["customer", text, &at.0.to_string()]);
        let message = Message {
            seq: Seq::of(at, &sid),
            sid,
            conversation_sid: conversation_sid(),
            contact_sid: contact_sid(),
            channel: ChannelKind::Sms,
            account: "default".into(),
            direction: Direction::Inbound,
            author: Author::Contact,
            content: Content::text(text),
            reply_to: None,
            provider_id: Some(format!("provider's {text}")),
            status: MessageStatus::Received,
            reason: None,
            deleted: false,
            edited: None,
            media_failures: Vec::new(),
            tokens: Default::default(),
            created_at: at,
        };
        put_message(self.table.as_ref(), &message).await.unwrap();
        message
    }

    pub async fn create(&self, sid: TaskSid) {
        let new = NewTask {
            task_sid: sid,
            workflow_sid: self.center.config().await.unwrap().workflow(None).unwrap().sid.clone(),
            task_channel: "chat".into(),
            attributes: json!({ "topic": "billing" }),
            priority: 0,
            timeout_s: 86_400,
            conversation_sid: Some(conversation_sid()),
            routing_target: None,
            invitation: None,
            created_at: self.center.now(),
        };
        self.deliver(body(&RoutingBody::CreateTask(Box::new(new)))).await;
        self.settle().await;
    }

    pub async fn offered(&self, task: &TaskSid, name: &str) -> Option<ReservationSid> {
        let task = self.task(task).await;
        task.reservations.iter().find(|held| held.worker_sid == worker_sid(name)).map(|held| held.sid.clone())
    }

    /// Ann has accepted, and is on the conversation.
    pub async fn with_agent(said: usize) -> (Desk, ReservationSid) {
        let desk = Desk::new().await;
        let reservation = desk.customer_waits(said).await;
        desk.ask("ann", json!({ "action": "reservation.accept", "id": "a", "reservation_sid": reservation }))
            .await;
        desk.settle().await;
        // What is said from now on comes later.
        desk.world.advance_s(1);
        (desk, reservation)
    }

    /// Ann has wrapped up, and the conversation is over, as its flow leaves it.
    pub async fn writing_up(said: usize) -> (Desk, ReservationSid) {
        let (desk, reservation) = Desk::with_agent(said).await;
        desk.ask("ann", json!({ "action": "reservation.wrap", "id": "w", "reservation_sid": reservation }))
            .await;
        desk.change_conversation(|conversation| {
            conversation.state = ConversationState::Closed;
            conversation.task_sid = None;
            conversation.workers.clear();
        })
        .await;
        desk.settle().await;
        (desk, reservation)
    }

    pub async fn task(&self, sid: &TaskSid) -> Task {
        load_task(self.table.as_ref(), sid, Consistency::Strong).await.unwrap().unwrap()
    }

    pub async fn conversation(&self) -> Conversation {
        load_conversation(self.table.as_ref(), &contact_sid(), Consistency::Strong).await.unwrap().unwrap()
    }

    pub async fn change_conversation(&self, change: impl FnOnce(&mut Conversation)) {
        let mut conversation = self.conversation().await;
        change(&mut conversation);
        crate::ports::Table::write(self.table.as_ref(), vec![put_next(&mut conversation)]).await.unwrap();
    }

    pub async fn change_contact(&self, change: impl FnOnce(&mut Contact)) {
        let table = self.table.as_ref();
        let mut contact = load_contact(table, &contact_sid(), Consistency::Strong).await.unwrap().unwrap();
        change(&mut contact);
        crate::ports::Table::write(table, vec![put_next(&mut contact)]).await.unwrap();
    }

    pub async fn messages(&self) -> Vec<Message> {
        let all = (Seq(0), super::snapshot::LAST);
        load_messages(self.table.as_ref(), &contact_sid(), all, None, 1_000, Consistency::Strong)
            .await
            .unwrap()
            .0
    }

    pub async fn texts(&self) -> Vec<String> {
        self.messages().await.iter().map(|message| message.content.plain_text().to_owned()).collect()
    }
}
