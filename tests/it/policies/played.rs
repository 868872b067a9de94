//! AWS in this process: what the functions' clients ask for is answered, and written down as the rights that it needs.

use super::Right;
use ::dynoxide::Database;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use patchbay_center::budget::RECEIVE_COUNT_MAX;
use patchbay_center::memory::MemoryWorld;
use patchbay_center::ports::{QueueName, World};
use patchbay_model::Timestamp;
use patchbay_tests::dynoxide as embedded;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A message of a queue, or of its dead letters.
#[derive(Clone)]
pub struct Message {
    pub id: String,
    pub body: String,
    pub group: Option<String>,
    pub receive_count: u32,
    due: Timestamp,
}

#[derive(Default)]
struct State {
    rights: BTreeMap<&'static str, BTreeSet<Right>>,
    /// Partitions that each function put items into by themselves.
    put_into: BTreeMap<&'static str, BTreeSet<String>>,
    waiting: BTreeMap<QueueName, Vec<Message>>,
    dead: BTreeMap<QueueName, Vec<Message>>,
    /// Dead letters that somebody looks at.
    looked_at: Vec<Message>,
    seen: BTreeSet<String>,
    ids: u32,
    sockets: BTreeMap<String, Vec<Value>>,
    objects: BTreeMap<String, Vec<u8>>,
}

pub struct Played {
    database: Database,
    world: Arc<MemoryWorld>,
    state: Mutex<State>,
}

impl Played {
    pub fn new(world: Arc<MemoryWorld>) -> Arc<Played> {
        Arc::new(Played { database: embedded::database(), world, state: Mutex::default() })
    }

    /// What one function's clients speak through.
    pub fn client_of(self: &Arc<Played>, function: &'static str) -> SharedHttpClient {
        let played = self.clone();
        infallible_client_fn(move |request: http::Request<SdkBody>| {
            let (status, body) = played.answer(function, &request);
            let answer = http::Response::builder().status(status);
            let answer = match status {
                410 => answer.header("x-amzn-errortype", "GoneException"),
                _ => answer.header("content-type", "application/x-amz-json-1.0"),
            };
            answer.body(SdkBody::from(body)).unwrap()
        })
    }

    pub fn note(&self, function: &'static str, action: &str, resource: &str) {
        self.state.lock().unwrap().note(function, action, resource);
    }

    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.state.lock().unwrap().objects.get(key).cloned()
    }

    pub fn put_object(&self, key: &str, bytes: Vec<u8>) {
        self.state.lock().unwrap().objects.insert(key.into(), bytes);
    }

    pub fn rights(&self, function: &str) -> BTreeSet<Right> {
        self.state.lock().unwrap().rights.get(function).cloned().unwrap_or_default()
    }

    pub fn put_into(&self, function: &str) -> BTreeSet<String> {
        self.state.lock().unwrap().put_into.get(function).cloned().unwrap_or_default()
    }

    pub fn open(&self, connection: &str) {
        self.state.lock().unwrap().sockets.insert(connection.into(), Vec::new());
    }

    /// The client is gone, and nobody was told.
    pub fn vanish(&self, connection: &str) {
        self.state.lock().unwrap().sockets.remove(connection);
    }

    /// The frames of a socket since the last call.
    pub fn frames(&self, connection: &str) -> Vec<Value> {
        self.state.lock().unwrap().sockets.get_mut(connection).map(std::mem::take).unwrap_or_default()
    }

    /// What is due of a queue, received once more; at most ten.
    pub fn receive(&self, queue: QueueName) -> Vec<Message> {
        let state = &mut *self.state.lock().unwrap();
        let (mut batch, mut rest) = (Vec::new(), Vec::new());
        for mut message in state.waiting.remove(&queue).unwrap_or_default() {
            if message.due <= self.world.now() && batch.len() < 10 {
                message.receive_count += 1;
                batch.push(message);
            } else {
                rest.push(message);
            }
        }
        state.waiting.insert(queue, rest);
        batch
    }

    /// A message that failed comes again, or becomes a dead letter.
    pub fn failed(&self, queue: QueueName, message: Message) {
        let state = &mut *self.state.lock().unwrap();
        let given_up = message.receive_count >= RECEIVE_COUNT_MAX;
        let place = if given_up { &mut state.dead } else { &mut state.waiting };
        place.entry(queue).or_default().push(message);
    }

    /// Somebody puts a message on a queue that none of our functions would.
    pub fn put(&self, queue: QueueName, body: &str) {
        let group = queue.is_fifo().then(|| "strangers".to_owned());
        let state = &mut *self.state.lock().unwrap();
        state.add(queue, body, group, self.world.now());
    }

    fn answer(&self, function: &'static str, request: &http::Request<SdkBody>) -> (u16, String) {
        let state = &mut *self.state.lock().unwrap();
        let bytes = request.body().bytes().unwrap_or_default();
        if let Some((_, connection)) = request.uri().path().split_once("/@connections/") {
            state.note(function, "execute-api:ManageConnections", "SocketApi");
            return state.socket(request.method(), connection, bytes);
        }
        let target = request.headers()["x-amz-target"].to_str().unwrap();
        let document: Value = serde_json::from_slice(bytes).unwrap();
        match target.split_once('.').unwrap() {
            ("AmazonSQS", operation) => {
                state.queue(function, operation, &document, self.world.now());
                (200, state.queue_answer(operation, &document).to_string())
            }
            (_, operation) => {
                state.note_table(function, operation, &document);
                embedded::call(&self.database, operation, std::str::from_utf8(bytes).unwrap())
            }
        }
    }
}

/// The queue of a URL, and whether its dead letters are meant.
fn queue_of(document: &Value) -> (QueueName, bool) {
    let name = document["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap();
    let of = |name: &str| QueueName::ALL.into_iter().find(|queue| queue.as_str() == name);
    match name.strip_prefix("dead-") {
        Some(name) => (of(name).unwrap(), true),
        None => (of(name).unwrap(), false),
    }
}

fn entries(document: &Value) -> impl Iterator<Item = &Value> {
    document["Entries"].as_array().into_iter().flatten()
}

impl State {
    fn note(&mut self, function: &'static str, action: &str, resource: &str) {
        self.rights.entry(function).or_default().insert((action.into(), resource.into()));
    }

    /// A transaction needs the rights of its parts (DynamoDB, "Amazon DynamoDB Transactions: How it works", IAM).
    fn note_table(&mut self, function: &'static str, operation: &str, document: &Value) {
        let right = |part: &str| {
            if part == "ConditionCheck" { "ConditionCheckItem".into() } else { format!("{part}Item") }
        };
        let parts = document["TransactItems"].as_array().into_iter().flatten();
        let parts: Vec<String> =
            parts.filter_map(|item| item.as_object()?.keys().next().map(|part| right(part))).collect();
        let actions = if operation == "TransactWriteItems" { parts } else { vec![operation.to_owned()] };
        for action in actions {
            self.note(function, &format!("dynamodb:{action}"), "Table");
        }
        if let Some(partition) = document["Item"]["pk"]["S"].as_str() {
            self.put_into.entry(function).or_default().insert(partition.to_owned());
        }
    }

    /// An operation on a batch needs the right of the operation (SQS, "Amazon SQS API permissions").
    fn queue(&mut self, function: &'static str, operation: &str, document: &Value, now: Timestamp) {
        let (queue, is_dead) = queue_of(document);
        let resource = resource(queue, is_dead);
        self.note(function, &format!("sqs:{}", operation.trim_end_matches("Batch")), &resource);
        match operation {
            "SendMessageBatch" => {
                for entry in entries(document) {
                    let text = |name: &str| entry[name].as_str().map(str::to_owned);
                    let is_new = text("MessageDeduplicationId")
                        .is_none_or(|id| self.seen.insert(format!("{resource} {id}")));
                    let due = now.plus_s(entry["DelaySeconds"].as_i64().unwrap_or(0));
                    if is_new {
                        self.add(queue, &text("MessageBody").unwrap(), text("MessageGroupId"), due);
                    }
                }
            }
            "ReceiveMessage" => {
                let dead = self.dead.entry(queue).or_default();
                self.looked_at.append(dead);
            }
            "ChangeMessageVisibilityBatch" if is_dead => {
                let letters = std::mem::take(&mut self.looked_at);
                self.dead.entry(queue).or_default().extend(letters);
            }
            "DeleteMessageBatch" => self.looked_at.clear(),
            _ => {}
        }
    }

    fn queue_answer(&self, operation: &str, document: &Value) -> Value {
        if operation == "ReceiveMessage" {
            let letter = |message: &Message| {
                let mut attributes = json!({"SentTimestamp": "0", "ApproximateReceiveCount": "6"});
                if let Some(group) = &message.group {
                    attributes["MessageGroupId"] = json!(group);
                }
                json!({"MessageId": message.id, "ReceiptHandle": message.id, "Body": message.body, "Attributes": attributes})
            };
            return json!({"Messages": self.looked_at.iter().map(letter).collect::<Vec<_>>()});
        }
        let done =
            |entry: &Value| json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "unchecked"});
        json!({"Successful": entries(document).map(done).collect::<Vec<_>>(), "Failed": []})
    }

    fn add(&mut self, queue: QueueName, body: &str, group: Option<String>, due: Timestamp) {
        self.ids += 1;
        let message = Message { id: self.ids.to_string(), body: body.into(), group, receive_count: 0, due };
        self.waiting.entry(queue).or_default().push(message);
    }

    fn socket(&mut self, method: &http::Method, connection: &str, frame: &[u8]) -> (u16, String) {
        if *method == http::Method::DELETE {
            self.sockets.remove(connection);
        } else if let Some(frames) = self.sockets.get_mut(connection) {
            frames.push(serde_json::from_slice(frame).unwrap());
        } else {
            return (410, "{}".into());
        }
        (200, String::new())
    }
}

/// A queue's name in the template.
pub fn resource(queue: QueueName, is_dead: bool) -> String {
    let name = match queue {
        QueueName::Inbound => "Inbound",
        QueueName::Routing => "Routing",
        QueueName::Outbound => "Outbound",
    };
    format!("{name}{}", if is_dead { "DeadLetters" } else { "Queue" })
}
