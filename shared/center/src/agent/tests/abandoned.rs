//! What an agent asked who then left for good: it dies at any of its calls, nobody asks again, and it is finished
//! all the same, or was never begun.

use crate::agent::{Session, answer};
use crate::command::Record;
use crate::keys;
use crate::ports::table::TTL_ATTRIBUTE;
use crate::ports::{Consistency, Key, QueueName, Table, World};
use crate::router;
use crate::store::{ENDED_EXECUTION_KEPT_S, FINISHED_TASK_KEPT_S, load_task, load_worker};
use crate::testing::{ANN, Fault, Room, WORKER, ask_and_hand_over, now};
use crate::token::Role;
use patchbay_model::{
    Author, ChannelKind, ContactSid, Conversation, ConversationState, MessageStatus, ReservationSid,
    ReservationStatus, Task, TaskSid, TaskStatus, Worker, WorkerSid,
};
use serde_json::{Value, json};

/// Calls after which an action has ended, whatever it is.
const CALLS_MAX: u32 = 40;

/// A customer whom the flow has handed over, and Wendy has accepted.
pub(crate) struct Served {
    pub room: Room,
    pub contact: ContactSid,
    pub task: TaskSid,
    pub reservation: ReservationSid,
}

impl Served {
    pub fn new() -> Served {
        let mut room = Room::new(ask_and_hand_over());
        for (said, seed) in [("Hello", "1"), ("Zoe", "2")] {
            room.world.advance_ms(1_000);
            assert_eq!(room.writes(ChannelKind::Sms, ANN, said, seed), 200);
            room.settle();
        }
        let wendy = room.worker();
        let contact = room.contact(ChannelKind::Sms, ANN);
        let task = room.conversation(&contact).task_sid.unwrap();
        let mut served = Served { room, contact, task, reservation: ReservationSid::derive(&["none yet"]) };
        served.online(WORKER);
        served.reservation = served.reservation_of(&wendy);
        served
            .ask(json!({ "action": "reservation.accept", "id": "1", "reservation_sid": served.reservation }));
        assert_eq!(served.conversation().state, ConversationState::WithAgent);
        served
    }

    /// The worker of this name is there.
    pub fn online(&mut self, name: &str) {
        let worker = WorkerSid::derive(&["worker", name]);
        let socket = if name == WORKER { "desk" } else { name };
        self.room.push.open(socket);
        now(router::connect(&self.room.center, &worker, socket)).unwrap();
        now(router::set_activity(&self.room.center, &worker, "Available")).unwrap();
        self.deliver();
    }

    fn worker(&self, sid: &WorkerSid) -> Worker {
        now(load_worker(&self.room.ports.table, sid, Consistency::Strong)).unwrap().unwrap()
    }

    /// The one reservation that a worker holds.
    pub fn reservation_of(&self, worker: &WorkerSid) -> ReservationSid {
        self.worker(worker).reservations.keys().next().unwrap().clone()
    }

    pub fn holds(&self, worker: &WorkerSid) -> bool {
        !self.worker(worker).reservations.is_empty()
    }

    /// How the reservations stand that a worker holds.
    pub fn held(&self, worker: &WorkerSid) -> Vec<ReservationStatus> {
        let tasks = self.worker(worker).reservations.into_values().map(|held| self.task(&held.task_sid));
        tasks
            .flat_map(|task| task.reservations)
            .filter(|held| held.worker_sid == *worker)
            .map(|held| held.status)
            .collect()
    }

    /// Delivers what waits on the routing queue, however long it is to wait.
    fn deliver(&mut self) {
        let mut records = self.room.take(QueueName::Routing);
        while !records.is_empty() {
            let failed = now(router::handle(&self.room.center, records.clone()));
            records.retain(|record: &Record| failed.contains(&record.message_id));
        }
    }

    /// Time goes by without the agent.
    pub fn calm(&mut self) {
        *self.room.ports.fault.lock().unwrap() = Fault::default();
        for _ in 0..5 {
            self.room.world.advance_ms(70_000);
            self.deliver();
            self.room.settle();
        }
    }

    /// Wendy asks, or whoever the request says (`as`).
    pub fn ask(&mut self, request: Value) -> Value {
        let worker = request["as"].as_str().map(|sid| WorkerSid::parse(sid).unwrap());
        let worker = worker.unwrap_or_else(|| self.room.worker());
        self.ask_as(&worker, request)
    }

    pub fn ask_as(&mut self, worker: &WorkerSid, request: Value) -> Value {
        let expires_at = self.room.world.now().plus_s(60);
        let session = Session { worker_sid: worker.clone(), role: Role::Agent, expires_at };
        let frames = now(answer(&self.room.center, &session, "desk", &request.to_string()));
        serde_json::from_slice(frames.last().unwrap()).unwrap()
    }

    pub fn conversation(&self) -> Conversation {
        self.room.conversation(&self.contact)
    }

    pub fn task(&self, sid: &TaskSid) -> Task {
        now(load_task(&self.room.ports.table, sid, Consistency::Strong)).unwrap().unwrap()
    }
}

/// Has the action die at each of its calls, before and after the call has had its effect; then it must be whole.
pub(super) fn check(
    prepare: impl Fn(&mut Served),
    request: impl Fn(&Served) -> Value,
    whole: impl Fn(&Served),
) {
    for (at, carried_out) in (0..CALLS_MAX).flat_map(|at| [(at, false), (at, true)]) {
        let mut served = Served::new();
        prepare(&mut served);
        served.room.fail(at, carried_out);
        let request = request(&served);
        let answer = served.ask(request);
        let died = served.room.ports.fault.lock().unwrap().seen > at;
        served.calm();
        whole(&served);
        if !died {
            assert_eq!(answer["event_type"], "ack");
            return;
        }
    }
    panic!("the action never ends");
}

fn about(served: &Served, action: &str) -> Value {
    json!({ "action": action, "id": "2", "reservation_sid": served.reservation })
}

/// Either nothing was begun, or the flow has gone on and said good-bye.
fn over_or_not_begun(served: &Served, ended: TaskStatus) {
    let (task, conversation) = (served.task(&served.task), served.conversation());
    if task.status == TaskStatus::Assigned {
        assert_eq!(conversation.state, ConversationState::WithAgent);
    } else {
        assert_eq!((task.status, conversation.state), (ended, ConversationState::Closed));
        assert_eq!(served.room.timeline(&served.contact).last().unwrap(), "1< Bye [sent]");
    }
}

#[test]
fn a_task_that_is_wrapped_up_ends_its_conversation() {
    check(
        |_| {},
        |served| about(served, "reservation.wrap"),
        |served| over_or_not_begun(served, TaskStatus::Wrapping),
    );
}

#[test]
fn a_task_that_is_completed_ends_its_conversation() {
    check(
        |_| {},
        |served| about(served, "reservation.complete"),
        |served| over_or_not_begun(served, TaskStatus::Completed),
    );
}

#[test]
fn a_transferred_task_has_a_new_one_at_which_the_conversation_is() {
    check(
        |_| {},
        |served| json!({ "action": "task.transfer", "id": "2", "task_sid": served.task, "to": "workflow" }),
        |served| {
            let (task, conversation) = (served.task(&served.task), served.conversation());
            let at = conversation.task_sid.unwrap();
            if task.status == TaskStatus::Assigned {
                assert_eq!((at, conversation.state), (task.sid, ConversationState::WithAgent));
                return;
            }
            assert_eq!((task.status, task.transferred_to), (TaskStatus::Completed, Some(at.clone())));
            assert_eq!(conversation.state, ConversationState::Waiting);
            assert!(matches!(served.task(&at).status, TaskStatus::Pending | TaskStatus::Reserved));
        },
    );
}

#[test]
fn a_message_is_sent_and_stored_or_was_never_said() {
    check(
        |_| {},
        |served| {
            let conversation = served.conversation().sid;
            json!({ "action": "message.send", "id": "2", "conversation_sid": conversation, "text": "Hi Zoe" })
        },
        |served| {
            let said = served.room.messages(&served.contact);
            let said = said.iter().filter(|message| matches!(message.author, Author::Agent { .. }));
            let stored: Vec<MessageStatus> = said.map(|message| message.status).collect();
            let calls = served.room.http.take_calls();
            let sent =
                calls.iter().filter(|call| String::from_utf8_lossy(&call.body).contains("Hi+Zoe")).count();
            assert_eq!(stored, vec![MessageStatus::Sent; sent]);
            assert!(sent <= 1);
        },
    );
}

/// From when on an item may be swept.
fn swept_from(served: &Served, key: &Key) -> Option<i64> {
    let (item, _) = now(served.room.ports.table.get(key, Consistency::Strong)).unwrap();
    item.unwrap().number(TTL_ATTRIBUTE)
}

#[test]
fn what_is_over_may_be_swept_and_what_goes_on_may_not() {
    let mut served = Served::new();
    let (task, execution) = (keys::task(&served.task), keys::execution(&served.contact));
    assert_eq!((swept_from(&served, &task), swept_from(&served, &execution)), (None, None));
    let wrap = about(&served, "reservation.wrap");
    served.ask(wrap);
    assert_eq!(swept_from(&served, &task), None);
    served.room.settle();
    let ended = served.room.world.now();
    assert_eq!(swept_from(&served, &execution), Some(ended.plus_s(ENDED_EXECUTION_KEPT_S).seconds()));
    served.room.world.advance_ms(5_000);
    let mut complete = about(&served, "reservation.complete");
    complete["id"] = json!("3");
    served.ask(complete);
    assert_eq!(swept_from(&served, &task), Some(ended.plus_s(FINISHED_TASK_KEPT_S + 5).seconds()));
    // The customer comes back: the execution is another, which goes on. Who has spoken stays known.
    served.room.world.advance_ms(60_000);
    assert_eq!(served.room.writes(ChannelKind::Sms, ANN, "Me again", "3"), 200);
    served.room.settle();
    assert_eq!(swept_from(&served, &execution), None);
    assert_eq!(swept_from(&served, &keys::conversation(&served.contact)), None);
    assert_eq!(swept_from(&served, &keys::contact(&served.contact)), None);
    for message in served.room.messages(&served.contact) {
        assert_eq!(swept_from(&served, &keys::message(&message.key())), None);
    }
}
