//! A caller who waits, and an agent's desk: what stories of calls begin with.

use crate::agent::{Session, answer};
use crate::ports::{Consistency, QueueName};
use crate::router;
use crate::store::{Leg, load_leg, load_task};
use crate::testing::{ANN, Line, Room, WORKER, now, phone_menu};
use crate::token::Role;
use patchbay_channels::voice::network::Act;
use patchbay_model::{Task, TaskStatus, WorkerSid};
use serde_json::{Value, json};

/// A caller who waits, and an agent who was offered their task.
pub(crate) struct Desk {
    pub room: Room,
    pub line: Line,
    pub call: String,
    pub offer: Value,
    asked: u32,
}

impl Desk {
    pub fn new() -> Desk {
        Desk::with(&[])
    }

    /// The same where the phone's account has these settings.
    pub fn with(settings: &[(&str, &str)]) -> Desk {
        let mut room = Room::new(phone_menu());
        room.staff(phone_menu(), &[(WORKER, "+15005550101"), ("Sue", "+15005550102")]);
        let line = Line::with(&mut room, settings);
        room.push.open("desk");
        now(router::connect(&room.center, &room.worker(), "desk")).unwrap();
        now(router::set_activity(&room.center, &room.worker(), "Available")).unwrap();
        // The pool that it opened is known everywhere by then.
        room.world.advance_ms(10_000);
        let mut desk = Desk { room, line, call: String::new(), offer: Value::Null, asked: 0 };
        desk.call = desk.line.dial(&desk.room, ANN);
        desk.line.press(&desk.room, &desk.call, "1");
        let frames = desk.settle();
        let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created");
        desk.offer = offer.unwrap_or_else(|| panic!("{frames:?}"))["payload"].clone();
        desk
    }

    /// Hands over what waits in one queue.
    pub fn deliver(&mut self, queue: QueueName) {
        self.line.deliver(&mut self.room, queue);
    }

    /// Hands over what is in the queues. What the agent's socket was sent.
    pub fn settle(&mut self) -> Vec<Value> {
        self.line.settle(&mut self.room);
        self.room.frames("desk")
    }

    pub fn asks(&mut self, action: &str) -> Value {
        self.asks_with(json!({ "action": action, "id": action, "reservation_sid": self.offer["sid"] }))
    }

    /// Something about the call: its task is filled in.
    pub fn call_asks(&mut self, action: &str, mut fields: Value) -> Value {
        self.asked += 1;
        fields["action"] = json!(action);
        fields["id"] = json!(format!("ask-{}", self.asked));
        fields["task_sid"] = self.offer["task"]["sid"].clone();
        self.asks_with(fields)
    }

    /// The same of another worker.
    pub fn asks_as(&mut self, worker: &str, role: Role, action: &str, mut fields: Value) -> Value {
        self.asked += 1;
        fields["action"] = json!(action);
        fields["id"] = json!(format!("ask-{}", self.asked));
        fields["task_sid"] = self.offer["task"]["sid"].clone();
        self.frame_of(WorkerSid::derive(&["worker", worker]), role, &fields)
    }

    fn asks_with(&mut self, frame: Value) -> Value {
        self.frame_of(self.room.worker(), Role::Agent, &frame)
    }

    pub fn frame_of(&self, worker_sid: WorkerSid, role: Role, frame: &Value) -> Value {
        let session = Session { worker_sid, role, expires_at: self.room.world_now().plus_s(60) };
        let answers = now(answer(&self.room.center, &session, "desk", &frame.to_string()));
        serde_json::from_slice(&answers[0]).unwrap()
    }

    /// The agent wants the call, and their phone rings: its call.
    pub fn rings(&mut self) -> String {
        let ack = self.asks("reservation.accept");
        assert_eq!((&ack["event_type"], &ack["payload"]["ringing"]), (&json!("ack"), &json!(true)), "{ack}");
        self.settle();
        self.line.ringing().expect("the agent's phone rings")
    }

    /// The agent has the caller on the line.
    pub fn talks(&mut self) -> String {
        let agent = self.rings();
        self.line.act(&self.room, &agent, Act::Answer);
        assert_eq!(self.line.heard(&agent), ["A caller is waiting for you. Press 1 to take the call."]);
        assert_eq!(self.status(), TaskStatus::Reserved);
        self.line.press(&self.room, &agent, "1");
        self.settle();
        assert_eq!(self.status(), TaskStatus::Assigned);
        agent
    }

    pub fn task(&self) -> Task {
        let sid = self.offer["task"]["sid"].as_str().unwrap().parse().unwrap();
        now(load_task(&self.room.ports.table, &sid, Consistency::Strong)).unwrap().unwrap()
    }

    pub fn status(&self) -> TaskStatus {
        self.task().status
    }

    pub fn leg(&self) -> Leg {
        now(load_leg(&self.room.ports.table, &self.call)).unwrap().unwrap()
    }

    pub fn act(&mut self, call: &str, act: Act) -> Vec<Value> {
        self.line.act(&self.room, call, act);
        self.settle()
    }

    /// At rest: nobody is called for the caller, and nobody talks with them.
    pub fn is_apart(&self) {
        assert_eq!(self.leg().bridge, None);
        assert_eq!(self.line.ringing(), None);
    }
}

pub(super) fn events(frames: &[Value]) -> Vec<&str> {
    frames.iter().filter_map(|frame| frame["event_type"].as_str()).collect()
}
