//! The router over ports in memory: what a task and a worker live through, and what it costs.

mod beaten;
mod capacity;
pub(crate) mod cost;
mod invariants;
mod life;
mod outcome;
mod slow;
mod why;
mod workflow;

use super::*;
use crate::center::{Center, Ports};
use crate::command::{NewTask, Record, RoutingBody, body};
use crate::config::{ConfigDocuments, apply};
use crate::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use crate::ports::{Consistency, Http, HttpError, HttpRequest, HttpResponse, QueueName, World};
use crate::store::{load_task, load_worker};
use async_trait::async_trait;
use patchbay_model::{
    ReservationSid, ReservationStatus, Task, TaskSid, TaskStatus, Timestamp, Worker, WorkerSid,
};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll, Waker};

/// Runs a future that never waits: everything in memory answers at once.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Poller::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a port in memory waited"),
    }
}

struct NoHttp;

#[async_trait]
impl Http for NoHttp {
    async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotSent("there is no network".into()))
    }
}

/// A center with delayed messages that arrive when the clock comes to them.
pub(crate) struct Room {
    pub center: Center,
    pub table: Arc<MemoryTable>,
    pub push: Arc<MemoryPush>,
    queue: Arc<MemoryQueue>,
    world: Arc<MemoryWorld>,
    delayed: Vec<(Timestamp, String)>,
}

impl Room {
    pub fn new(workspace: Value) -> Room {
        let table = Arc::new(MemoryTable::new());
        let queue = Arc::new(MemoryQueue::new());
        let push = Arc::new(MemoryPush::new());
        let world = Arc::new(MemoryWorld::at(Timestamp(1_800_000_000_000)));
        let ports = Ports {
            table: table.clone(),
            queue: queue.clone(),
            push: push.clone(),
            http: Arc::new(NoHttp),
            blob: Arc::new(MemoryBlob::new()),
            world: world.clone(),
        };
        let center = Center::new(ports, Default::default());
        let mut room = Room { center, table, push, queue, world, delayed: Vec::new() };
        room.apply(workspace);
        room
    }

    pub fn apply(&mut self, workspace: Value) {
        let workspace = serde_json::from_value(workspace).unwrap();
        now(apply(&self.center, &ConfigDocuments { workspace, ..ConfigDocuments::default() })).unwrap();
        self.run();
    }

    /// Delivers what is due, until nothing is.
    pub fn run(&mut self) {
        for _ in 0..1_000 {
            let at = self.world.now();
            let sent = self.queue.take(QueueName::Routing);
            self.delayed.extend(sent.into_iter().map(|m| (at.plus_s(i64::from(m.delay_s)), m.body)));
            self.delayed.sort();
            let Some(position) = self.delayed.iter().position(|(due, _)| *due <= at) else { return };
            let (_, body) = self.delayed.remove(position);
            self.deliver(body);
        }
        panic!("the routing queue never comes to rest");
    }

    pub fn deliver(&mut self, body: String) {
        let record = Record { message_id: "1".into(), group: None, body, receive_count: 1 };
        assert_eq!(now(handle(&self.center, vec![record])), Vec::<String>::new());
    }

    /// Moves the clock at once, past what would come due.
    pub fn advance_ms(&self, ms: i64) {
        self.world.advance_ms(ms);
    }

    /// Moves the clock second by second, delivering what comes due.
    pub fn pass_s(&mut self, s: i64) {
        for _ in 0..s {
            self.world.advance_s(1);
            self.run();
        }
    }

    pub fn create(&mut self, name: &str, attributes: Value) -> TaskSid {
        let sid = TaskSid::derive(&[name]);
        let new = NewTask {
            task_sid: sid.clone(),
            workflow_sid: self.center_workflow(),
            task_channel: "chat".into(),
            attributes,
            priority: 0,
            timeout_s: 86_400,
            conversation_sid: None,
            routing_target: None,
            invitation: None,
            created_at: self.world.now(),
        };
        self.deliver(body(&RoutingBody::CreateTask(Box::new(new))));
        self.run();
        sid
    }

    fn center_workflow(&self) -> patchbay_model::WorkflowSid {
        now(self.center.config()).unwrap().workflow(None).unwrap().sid.clone()
    }

    /// Connects a worker and makes it available.
    pub fn online(&mut self, name: &str) -> WorkerSid {
        let sid = worker_sid(name);
        self.push.open(name);
        now(connect(&self.center, &sid, name)).unwrap();
        now(set_activity(&self.center, &sid, "Available")).unwrap();
        self.run();
        // Whoever comes next has come later.
        self.world.advance_ms(10);
        sid
    }

    pub fn task(&self, sid: &TaskSid) -> Task {
        now(load_task(self.table.as_ref(), sid, Consistency::Strong)).unwrap().unwrap()
    }

    pub fn worker(&self, name: &str) -> Worker {
        now(load_worker(self.table.as_ref(), &worker_sid(name), Consistency::Strong)).unwrap().unwrap()
    }

    /// Who is offered the task now, with the reservation.
    pub fn offered(&self, task: &TaskSid) -> Option<(String, ReservationSid)> {
        let task = self.task(task);
        let pending = task.reservations.iter().find(|r| r.status == ReservationStatus::Pending)?;
        let name = NAMES.iter().find(|name| worker_sid(name) == pending.worker_sid)?;
        Some(((*name).to_owned(), pending.sid.clone()))
    }

    pub fn check_offered(&self, task: &TaskSid, expect: Option<&str>) {
        assert_eq!(self.offered(task).map(|(name, _)| name).as_deref(), expect);
    }

    pub fn events(&self, name: &str) -> Vec<String> {
        let frames = self.push.take(name);
        let event = |frame: &bytes::Bytes| {
            let frame: Value = serde_json::from_slice(frame).unwrap();
            frame["event_type"].as_str().unwrap().to_owned()
        };
        frames.iter().map(event).collect()
    }
}

pub(super) const NAMES: [&str; 4] = ["ann", "bob", "cem", "dia"];

pub(crate) fn worker_sid(name: &str) -> WorkerSid {
    WorkerSid::derive(&["worker", name])
}

/// Ann and Bob speak French, Cem English, Dia both; Dia is in support, the others in sales.
pub(crate) fn workspace(targets: Value, capacity: u32) -> Value {
    let worker = |name: &str, languages: &[&str], department: &str, level: u32| {
        let channels: serde_json::Map<String, Value> = ["default", "voice", "sms", "video"]
            .iter()
            .map(|channel| ((*channel).to_owned(), json!({"capacity": 0})))
            .chain([("chat".to_owned(), json!({"capacity": capacity}))])
            .collect();
        json!({
            "friendly_name": name,
            "attributes": {"languages": languages, "department": department, "level": level},
            "channels": channels,
        })
    };
    json!({
        "workers": [
            worker("ann", &["fr"], "sales", 1),
            worker("bob", &["fr"], "sales", 2),
            worker("cem", &["en"], "sales", 3),
            worker("dia", &["en", "fr"], "support", 4),
        ],
        "task_queues": [
            {"friendly_name": "Sales", "target_workers": "department == 'sales'"},
            {"friendly_name": "Everyone"},
        ],
        "workflows": [{
            "friendly_name": "Main",
            "task_reservation_timeout": 20,
            "configuration": {"task_routing": {"filters": [{"expression": "1==1", "targets": targets}]}},
        }],
    })
}

pub(crate) fn by_language() -> Value {
    json!([{"queue": "Sales", "expression": "worker.languages HAS task.language"}])
}

pub(crate) fn french() -> Value {
    json!({"language": "fr"})
}
