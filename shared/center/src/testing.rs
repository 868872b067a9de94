//! A center in memory whose ports fail on demand, with the played providers, for the tests of the handlers.

mod phone;

pub(crate) use phone::{Line, call_flow, phone_menu, say};

use crate::center::{Center, ChannelAccount, Ports};
use crate::command::{InboundBody, Record};
use crate::config::{ConfigDocuments, apply};
use crate::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use crate::ports::{
    Consistency, Http, HttpError, HttpRequest, HttpResponse, Item, Key, Outgoing, Page, Query, Queue,
    QueueError, QueueName, Table, TableError, Units, Value as Attribute, World, Write,
};
use crate::store::{load_conversation, load_execution, load_messages, load_problems, put_next};
use crate::{codec, inbound, router, sender, webhook};
use async_trait::async_trait;
use patchbay_channels::registry::example_settings;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_channels::{Simulated, open_simulated};
use patchbay_model::{
    Address, ChannelKind, ContactSid, Content, Conversation, ConversationState, InboundEvent, Message, Seq,
    Timestamp, WorkerSid,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const ANN: &str = "+15005550001";
pub(crate) const WORKER: &str = "wendy";
/// Another worker.
pub(crate) const COLLEAGUE: &str = "otto";

/// Runs a future that never waits: everything in memory answers at once. It is Send, as the edges demand.
pub(crate) fn now<F: Future + Send>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a port in memory waited"),
    }
}

/// Which operation of table and queue fails, counted from 0, and whether it is carried out all the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fault {
    pub at: Option<u32>,
    pub carried_out: bool,
    pub seen: u32,
}

impl Fault {
    /// `Some`: the operation fails; the flag tells whether it is carried out.
    fn strikes(&mut self) -> Option<bool> {
        let strikes = self.at == Some(self.seen);
        self.seen += 1;
        strikes.then_some(self.carried_out)
    }
}

/// Table and queue with one fault between them.
pub(crate) struct Faulty {
    pub table: MemoryTable,
    pub queue: MemoryQueue,
    pub fault: Mutex<Fault>,
}

#[async_trait]
impl Table for Faulty {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        self.table.get(key, consistency).await
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        self.table.query(query).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        let strikes = self.fault.lock().unwrap().strikes();
        match strikes {
            None => self.table.write(writes).await,
            Some(carried_out) => {
                if carried_out {
                    self.table.write(writes).await?;
                }
                Err(TableError::Unavailable("a fault".into()))
            }
        }
    }
}

#[async_trait]
impl Queue for Faulty {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let strikes = self.fault.lock().unwrap().strikes();
        match strikes {
            None => self.queue.send(queue, messages).await,
            Some(carried_out) => {
                if carried_out {
                    self.queue.send(queue, messages).await?;
                }
                Err(QueueError::Unavailable("a fault".into()))
            }
        }
    }
}

/// A server that answers some requests.
type Server = Box<dyn Fn(&HttpRequest) -> Option<HttpResponse> + Send + Sync>;

/// Other people's servers: the script first, then whoever plays one, then success.
#[derive(Default)]
pub(crate) struct PlayedHttp {
    pub script: Mutex<VecDeque<Result<HttpResponse, HttpError>>>,
    pub calls: Mutex<Vec<HttpRequest>>,
    /// What each call takes, and of whose time.
    slow: Mutex<Option<(Arc<MemoryWorld>, i64)>>,
    server: Mutex<Option<Server>>,
}

impl PlayedHttp {
    /// From now on this server answers what it knows.
    pub fn is_played_by(&self, server: Server) {
        *self.server.lock().unwrap() = Some(server);
    }

    pub fn will(&self, answer: Result<HttpResponse, HttpError>) {
        self.script.lock().unwrap().push_back(answer);
    }

    pub fn will_answer(&self, status: u16, body: &str) {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        self.will(Ok(HttpResponse { status, headers, body: body.as_bytes().to_vec() }));
    }

    /// From now on each call takes so long.
    pub fn takes_ms(&self, world: &Arc<MemoryWorld>, ms: i64) {
        *self.slow.lock().unwrap() = Some((world.clone(), ms));
    }

    pub fn take_calls(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

#[async_trait]
impl Http for PlayedHttp {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some((world, ms)) = &*self.slow.lock().unwrap() {
            world.advance_ms(*ms);
        }
        let scripted = self.script.lock().unwrap().pop_front();
        let mut calls = self.calls.lock().unwrap();
        calls.push(request.clone());
        if let Some(scripted) = scripted {
            return scripted;
        }
        if let Some(answer) = self.server.lock().unwrap().as_ref().and_then(|server| server(&request)) {
            return Ok(answer);
        }
        let body = json!({ "sid": format!("SM{:032x}", calls.len()), "sentMessages": [{ "id": "77" }] });
        let ok = HttpResponse { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() };
        Ok(ok)
    }
}

/// A center with one account `default` of each of sms, line, webchat and whatsapp, all answered by the flow `main`.
pub(crate) struct Room {
    pub center: Center,
    pub ports: Arc<Faulty>,
    pub push: Arc<MemoryPush>,
    pub http: Arc<PlayedHttp>,
    pub blob: Arc<MemoryBlob>,
    pub world: Arc<MemoryWorld>,
    accounts: BTreeMap<ChannelKind, Arc<dyn Simulated>>,
    records: u32,
}

impl Room {
    /// With this Studio definition as `main`.
    pub fn new(flow: Value) -> Room {
        let ports = Arc::new(Faulty {
            table: MemoryTable::new(),
            queue: MemoryQueue::new(),
            fault: Mutex::default(),
        });
        let (push, http) = (Arc::new(MemoryPush::new()), Arc::new(PlayedHttp::default()));
        let world = Arc::new(MemoryWorld::at(NOW));
        let blob = Arc::new(MemoryBlob::new());
        let kinds = [ChannelKind::Sms, ChannelKind::Line, ChannelKind::Webchat, ChannelKind::Whatsapp];
        let accounts: BTreeMap<ChannelKind, Arc<dyn Simulated>> = kinds
            .into_iter()
            .map(|kind| {
                let settings = example_settings(kind).unwrap();
                (kind, open_simulated(kind, "default", &settings, "https://center.example").unwrap())
            })
            .collect();
        let channels = accounts
            .iter()
            .map(|(kind, channel)| {
                let account = ChannelAccount { channel: channel.clone(), flow: "main".into() };
                ((*kind, "default".to_owned()), account)
            })
            .collect();
        let center = Center::new(
            Ports {
                table: ports.clone(),
                queue: ports.clone(),
                push: push.clone(),
                http: http.clone(),
                blob: blob.clone(),
                world: world.clone(),
            },
            channels,
        );
        let mut room = Room { center, ports, push, http, blob, world, accounts, records: 0 };
        room.configure(flow);
        room
    }

    /// Opens an account of a channel, perhaps again, with these settings besides its example's.
    pub fn open(&mut self, kind: ChannelKind, name: &str, changes: &[(&str, &str)]) -> Arc<dyn Simulated> {
        let mut settings = example_settings(kind).unwrap();
        settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let channel = open_simulated(kind, name, &settings, "https://center.example").unwrap();
        let account = ChannelAccount { channel: channel.clone(), flow: "main".into() };
        self.center.channels.insert((kind, name.to_owned()), account);
        channel
    }

    pub fn configure(&mut self, flow: Value) {
        self.staff(flow, &[(WORKER, "+15005550101"), (COLLEAGUE, "+15005550102")]);
    }

    /// The same with these workers and their phones.
    pub fn staff(&mut self, flow: Value, workers: &[(&str, &str)]) {
        let worker = |(name, phone): &(&str, &str)| json!({ "friendly_name": name, "attributes": { "contact_uri": phone }, "channels": { "chat": { "capacity": 3 } } });
        let workers: Vec<Value> = workers.iter().map(worker).collect();
        let workspace = serde_json::from_value(json!({
            "workers": workers,
            "task_queues": [{ "friendly_name": "all", "target_workers": "1==1" }],
            "workflows": [{
                "friendly_name": "anyone",
                "configuration": { "task_routing": { "default_filter": { "queue": "all" } } },
            }],
        }));
        let flows = BTreeMap::from([("main".to_owned(), flow)]);
        let documents =
            ConfigDocuments { workspace: workspace.unwrap(), flows, ..ConfigDocuments::default() };
        now(apply(&self.center, &documents)).unwrap();
        self.ports.queue.take(QueueName::Routing);
    }

    pub fn world_now(&self) -> Timestamp {
        self.world.now()
    }

    /// From now on the operation number `at` fails.
    pub fn fail(&self, at: u32, carried_out: bool) {
        *self.ports.fault.lock().unwrap() = Fault { at: Some(at), carried_out, seen: 0 };
    }

    pub fn account(&self, kind: ChannelKind) -> &dyn Simulated {
        self.accounts[&kind].as_ref()
    }

    /// A customer writes: the provider's webhook, whose status is returned. The same seed is the same message.
    pub fn writes(&self, kind: ChannelKind, from: &str, text: &str, seed: &str) -> u16 {
        self.says(kind, from, Content::text(text), seed)
    }

    /// The same of whatever a customer may say.
    pub fn says(&self, kind: ChannelKind, from: &str, content: Content, seed: &str) -> u16 {
        let at = self.world.now();
        let message = CustomerMessage { from: from.into(), content, reply_to: None, seed: seed.into(), at };
        let request = self.account(kind).customer_message(&message).unwrap();
        now(webhook::handle(&self.center, kind, "default", request)).status
    }

    /// A visitor of the web chat writes with a client that makes ids of version 7, as ours does.
    pub fn writes_uuid_v7(&self, visitor: &str, text: &str) {
        let message = CustomerMessage::text(visitor, text, text, self.world.now());
        let mut request = self.account(ChannelKind::Webchat).customer_message(&message).unwrap();
        let time = format!("{:012x}", message.at.0);
        let id = format!("{}-{}-7000-8000-000000000000", &time[..8], &time[8..]);
        let document = json!({ "client_msg_id": id, "kind": "text", "text": text });
        request.body = document.to_string().into_bytes();
        let reply = now(webhook::handle(&self.center, ChannelKind::Webchat, "default", request));
        assert_eq!(reply.status, 202);
    }

    /// The events that are queued, for tests that hand them over themselves.
    pub fn take(&mut self, queue: QueueName) -> Vec<Record> {
        let taken = self.ports.queue.take(queue);
        taken.into_iter().map(|message| self.record(message.body, message.group)).collect()
    }

    pub fn record(&mut self, body: String, group: Option<String>) -> Record {
        self.records += 1;
        Record { message_id: self.records.to_string(), group, body, receive_count: 1 }
    }

    pub fn event(&mut self, event: &InboundEvent) -> Record {
        let message = webhook::message(event).unwrap();
        self.record(message.body, message.group)
    }

    pub fn command(&mut self, body: &InboundBody) -> Record {
        self.record(crate::command::body(body), Some("g".into()))
    }

    /// Handles records until none comes back, as a queue would.
    pub fn inbound(&mut self, records: Vec<Record>) {
        self.until_done(records, |center, records| now(inbound::handle(center, records)));
    }

    /// Only a fault makes the router's records come again.
    pub fn routed(&mut self, records: Vec<Record>) {
        let is_faulty = self.ports.fault.lock().unwrap().at.is_some_and(|at| at != u32::MAX);
        self.until_done(records, |center, records| {
            let failed = now(crate::router::handle(center, records));
            assert!(is_faulty || failed.is_empty(), "{failed:?}");
            failed
        });
    }

    pub fn outbound(&mut self, records: Vec<Record>) {
        self.until_done(records, |center, records| now(sender::handle(center, records)));
    }

    fn until_done(&self, mut records: Vec<Record>, handle: impl Fn(&Center, Vec<Record>) -> Vec<String>) {
        for _ in 0..20 {
            let failed = handle(&self.center, records.clone());
            records.retain(|record| failed.contains(&record.message_id));
            if records.is_empty() {
                return;
            }
            records.iter_mut().for_each(|record| record.receive_count += 1);
        }
        panic!("{} records never succeed", records.len());
    }

    /// Moves messages between `inbound` and `outbound` until both are empty.
    pub fn settle(&mut self) {
        for _ in 0..50 {
            let (inbound, outbound) = (self.take(QueueName::Inbound), self.take(QueueName::Outbound));
            if inbound.is_empty() && outbound.is_empty() {
                return;
            }
            self.inbound(inbound);
            self.outbound(outbound);
        }
        panic!("the queues never come to rest");
    }

    pub fn contact(&self, kind: ChannelKind, from: &str) -> ContactSid {
        let identity = Address::new(kind, "default", from).identity();
        now(crate::store::find_contact(&self.ports.table, &identity, Consistency::Strong)).unwrap().unwrap()
    }

    pub fn conversation(&self, contact: &ContactSid) -> Conversation {
        now(load_conversation(&self.ports.table, contact, Consistency::Strong)).unwrap().unwrap()
    }

    pub fn execution(&self, contact: &ContactSid) -> crate::store::Execution {
        now(load_execution(&self.ports.table, contact, Consistency::Strong)).unwrap().unwrap()
    }

    pub fn messages(&self, contact: &ContactSid) -> Vec<Message> {
        let all = (Seq(0), Seq(u64::MAX >> 8));
        now(load_messages(&self.ports.table, contact, all, None, 100, Consistency::Strong)).unwrap().0
    }

    /// The timeline in a line each: `> in`, `< out`, the status, and the conversation's number.
    pub fn timeline(&self, contact: &ContactSid) -> Vec<String> {
        self.messages(contact)
            .iter()
            .map(|message| {
                let arrow = match message.direction {
                    patchbay_model::Direction::Inbound => '>',
                    patchbay_model::Direction::Outbound => '<',
                };
                let (text, status) = (message.content.plain_text(), message.status.as_str());
                format!("{}{arrow} {text} [{status}]", message.conversation_sid.number())
            })
            .collect()
    }

    pub fn problems(&self) -> Vec<String> {
        now(load_problems(&self.ports.table, 50)).unwrap().into_iter().map(|problem| problem.reason).collect()
    }

    /// What waits on the routing queue, as documents.
    pub fn routing(&self) -> Vec<Value> {
        let sent = self.ports.queue.take(QueueName::Routing);
        sent.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }

    pub fn worker(&self) -> WorkerSid {
        WorkerSid::derive(&["worker", WORKER])
    }

    /// Connects the worker by the socket `desk` and puts her on the contact's conversation.
    pub fn assign(&self, contact: &ContactSid) {
        self.push.open("desk");
        now(router::connect(&self.center, &self.worker(), "desk")).unwrap();
        let mut conversation = self.conversation(contact);
        conversation.state = ConversationState::WithAgent;
        conversation.workers = vec![self.worker()];
        now(self.ports.table.write(vec![put_next(&mut conversation)])).unwrap();
        self.routing();
    }

    /// The frames of a socket since the last call, without the worker's own.
    pub fn frames(&self, connection: &str) -> Vec<Value> {
        let frames = self.push.take(connection);
        frames.iter().map(|frame| serde_json::from_slice(frame).unwrap()).collect()
    }

    /// The events of the frames.
    pub fn events(&self, connection: &str) -> Vec<String> {
        self.frames(connection).iter().map(|f| f["event_type"].as_str().unwrap().to_owned()).collect()
    }

    /// Every item under a partition's beginning as JSON, documents unpacked.
    pub fn items(&self, partition: &str) -> Value {
        let items = self.ports.table.items();
        items.iter().filter(|item| item.key.partition.starts_with(partition)).map(readable).collect()
    }
}

fn readable(item: &Item) -> Value {
    let attributes: BTreeMap<&String, Value> = item
        .attributes
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Attribute::N(number) => json!(number),
                Attribute::S(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
                Attribute::B(_) => {
                    let name = if name == "d" { "d" } else { "ed" };
                    codec::decode(item, name).unwrap()
                }
            };
            (name, value)
        })
        .collect();
    json!({ "key": [item.key.partition, item.key.sort], "attributes": attributes })
}

/// A widget of a Studio definition: its transitions as `event → widget`.
pub(crate) fn widget(name: &str, kind: &str, properties: Value, transitions: &[(&str, &str)]) -> Value {
    let transitions: Vec<Value> = transitions
        .iter()
        .map(|(event, next)| match *next {
            "" => json!({ "event": event }),
            next => json!({ "event": event, "next": next }),
        })
        .collect();
    json!({ "name": name, "type": kind, "properties": properties, "transitions": transitions })
}

/// A definition of these widgets behind a trigger that leads to the first.
pub(crate) fn flow(widgets: &[Value]) -> Value {
    let first = widgets[0]["name"].as_str().unwrap();
    let mut states = vec![widget("Trigger", "trigger", json!({}), &[("incomingMessage", first)])];
    states.extend_from_slice(widgets);
    json!({ "description": "a test", "initial_state": "Trigger", "flags": {}, "states": states })
}

/// Asks for a name, hands over to an agent, and says good-bye when the agent is done.
pub(crate) fn ask_and_hand_over() -> Value {
    flow(&[
        widget(
            "ask",
            "send-and-wait-for-reply",
            json!({ "body": "Your name?", "timeout": "3600" }),
            &[("incomingMessage", "hand"), ("timeout", "gone"), ("deliveryFailure", "")],
        ),
        widget(
            "hand",
            "send-to-flex",
            json!({
                "workflow": "anyone", "channel": "chat", "priority": "5", "timeout": "600",
                "attributes": "{\"said\": \"{{widgets.ask.inbound.Body}}\"}",
            }),
            &[("callComplete", "bye"), ("failedToEnqueue", "sorry"), ("callFailure", "sorry")],
        ),
        widget("bye", "send-message", json!({ "body": "Bye" }), &[("sent", ""), ("failed", "")]),
        widget("sorry", "send-message", json!({ "body": "Sorry" }), &[("sent", ""), ("failed", "")]),
        widget("gone", "send-message", json!({ "body": "Gone?" }), &[("sent", ""), ("failed", "")]),
    ])
}
