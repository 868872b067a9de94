//! What each scenario costs, counted at the ports, priced, and held to a budget (`make bench` prints it).

use crate::agent::{Session, answer};
use crate::command::{RoutingBody, body};
use crate::ports::{QueueName, Units, World};
use crate::router;
use crate::router::tests::cost::{life_with_idle_workers, life_with_waiting_tasks, sum};
use crate::testing::{ANN, Room, flow, now, widget};
use crate::token::Role;
use patchbay_model::{ChannelKind, TaskSid};
use serde_json::json;

/// US$ per million, us-east-1, on demand.
mod price {
    pub(super) const WRITE_UNIT: f64 = 0.625;
    pub(super) const READ_UNIT: f64 = 0.125;
    pub(super) const QUEUE_STANDARD: f64 = 0.40;
    pub(super) const QUEUE_FIFO: f64 = 0.50;
    pub(super) const FUNCTION_CALL: f64 = 0.20;
    pub(super) const FUNCTION_GB_S: f64 = 13.3334;
    pub(super) const HTTP_REQUEST: f64 = 1.00;
    pub(super) const SOCKET_MESSAGE: f64 = 1.00;
}

/// Milliseconds that the functions are taken to run, at 128 MB (webhook, agent) and 256 MB (the others): an
/// assumption until a deployed stack is measured. Everything else here is counted.
const FUNCTION_MS: f64 = 10.0;
const FUNCTION_GB: f64 = 0.1875;

/// Billed operations of one scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Operations {
    units: Units,
    fifo: u64,
    standard: u64,
    pushes: u64,
    http: u64,
    functions: u64,
}

impl Operations {
    /// US$ per million scenarios. A queue message is sent, received and deleted, each in a request of its own.
    fn dollars(&self) -> f64 {
        let tenths = |n: u64| n as f64 / 10.0;
        tenths(self.units.write_tenths) * price::WRITE_UNIT
            + tenths(self.units.read_tenths) * price::READ_UNIT
            + self.fifo as f64 * 3.0 * price::QUEUE_FIFO
            + self.standard as f64 * 3.0 * price::QUEUE_STANDARD
            + self.pushes as f64 * price::SOCKET_MESSAGE
            + self.http as f64 * price::HTTP_REQUEST
            + self.functions as f64
                * (price::FUNCTION_CALL + FUNCTION_GB * FUNCTION_MS / 1000.0 * price::FUNCTION_GB_S)
    }
}

/// A conversation that an agent has, at rest.
fn assigned(kind: ChannelKind, from: &str) -> Room {
    let greeting =
        widget("hello", "send-message", json!({ "body": "Hello" }), &[("sent", "ask"), ("failed", "")]);
    let ask = widget(
        "ask",
        "send-and-wait-for-reply",
        json!({ "body": "Yes?", "timeout": "3600" }),
        &[("incomingMessage", ""), ("timeout", ""), ("deliveryFailure", "")],
    );
    let mut room = Room::new(flow(&[greeting, ask]));
    match kind {
        ChannelKind::Webchat => room.writes_uuid_v7(from, "Good morning"),
        _ => assert_eq!(room.writes(kind, from, "Good morning", "first"), 200),
    }
    room.settle();
    room.assign(&room.contact(kind, from));
    room.settle();
    room.frames("desk");
    room.ports.queue.take(QueueName::Routing);
    room.ports.table.take_spent();
    room
}

fn counted(room: &Room, http: u64, functions: u64) -> Operations {
    let sent = |queue| room.ports.queue.take(queue).len() as u64;
    Operations {
        units: room.ports.table.take_spent(),
        fifo: sent(QueueName::Inbound) + sent(QueueName::Outbound),
        standard: sent(QueueName::Routing),
        pushes: room.frames("desk").len() as u64,
        http,
        functions,
    }
}

/// A customer writes: webhook, queue, flow function, push.
fn inbound(kind: ChannelKind, from: &str) -> Operations {
    let mut room = assigned(kind, from);
    room.world.advance_ms(1_000);
    match kind {
        ChannelKind::Webchat => room.writes_uuid_v7(from, "A question of one line"),
        _ => assert_eq!(room.writes(kind, from, "A question of one line", "second"), 200),
    }
    let records = room.take(QueueName::Inbound);
    let queued = records.len() as u64;
    room.inbound(records);
    let operations = counted(&room, 1, 2);
    Operations { fifo: operations.fifo + queued, ..operations }
}

/// The agent answers: socket, agent function, queue, sender, the provider's yes.
fn reply(kind: ChannelKind, from: &str) -> Operations {
    let mut room = assigned(kind, from);
    let conversation = room.conversation(&room.contact(kind, from));
    let session =
        Session { worker_sid: room.worker(), role: Role::Agent, expires_at: room.world.now().plus_s(60) };
    let frame = json!({
        "action": "message.send", "id": "1", "conversation_sid": conversation.sid, "text": "An answer of one line",
    });
    let answers = now(answer(&room.center, &session, "desk", &frame.to_string())).len() as u64;
    let records = room.take(QueueName::Outbound);
    let queued = records.len() as u64;
    room.outbound(records);
    let operations = counted(&room, 0, 2);
    // The frame that came in is billed as those that go out.
    Operations { fifo: operations.fifo + queued, pushes: operations.pushes + answers + 1, ..operations }
}

fn task(units: [Units; 3], timers: u64) -> Operations {
    // Claim, acceptance and completion: an offer and two answers go out, two requests come in, and each of the
    // latter is told to the agent's sockets. Afterwards somebody looks whether the conversation has heard.
    let mut units = sum(units);
    units += look();
    Operations { units, standard: timers + 1, pushes: 7, functions: 4, ..Operations::default() }
}

/// The look whether a conversation has heard of its task's end, as it is nearly always: it has.
fn look() -> Units {
    let mut room = assigned(ChannelKind::Sms, ANN);
    let conversation = room.conversation(&room.contact(ChannelKind::Sms, ANN));
    let task_sid = TaskSid::derive(&["over"]);
    assert_ne!(conversation.task_sid.as_ref(), Some(&task_sid));
    let look = RoutingBody::OutcomeCheck {
        task_sid,
        conversation_sid: conversation.sid,
        asked_at: room.world.now(),
    };
    let record = room.record(body(&look), None);
    room.ports.table.take_spent();
    assert_eq!(now(router::handle(&room.center, vec![record])), Vec::<String>::new());
    assert_eq!((room.take(QueueName::Inbound), room.take(QueueName::Routing)), (vec![], vec![]));
    room.ports.table.take_spent()
}

#[test]
#[allow(clippy::print_stdout, reason = "the table is what `make bench` shows")]
fn every_scenario_keeps_its_budget() {
    let rows = [
        ("inbound message, agent on it: web chat", inbound(ChannelKind::Webchat, "visitor"), 10, 15),
        ("inbound message, agent on it: LINE", inbound(ChannelKind::Line, "U1"), 10, 15),
        ("inbound message, agent on it: SMS", inbound(ChannelKind::Sms, ANN), 20, 15),
        ("agent's reply: web chat", reply(ChannelKind::Webchat, "visitor"), 30, 45),
        ("agent's reply: LINE", reply(ChannelKind::Line, "U1"), 30, 45),
        ("agent's reply: SMS", reply(ChannelKind::Sms, ANN), 40, 45),
        ("task life, workers idle", task(life_with_idle_workers(10), 2), 130, 70),
        ("task life, tasks waiting", task(life_with_waiting_tasks(10), 3), 130, 70),
    ];
    println!(
        "{:42} {:>5} {:>5} {:>5} {:>5} {:>5} {:>8}",
        "scenario", "WRU", "RRU", "FIFO", "std", "push", "US$/M"
    );
    let mut over = Vec::new();
    for (name, operations, write_max, read_max) in rows {
        let Operations { units, fifo, standard, pushes, .. } = operations;
        println!(
            "{name:42} {:>5.1} {:>5.1} {fifo:>5} {standard:>5} {pushes:>5} {:>8.2}",
            units.write_tenths as f64 / 10.0,
            units.read_tenths as f64 / 10.0,
            operations.dollars()
        );
        if units.write_tenths > write_max || units.read_tenths > read_max {
            over.push((name, units));
        }
    }
    assert!(over.is_empty(), "over budget: {over:?}");
}
