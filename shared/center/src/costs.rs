//! What each scenario costs, counted at the ports, priced, and held to a budget (`make bench` prints it).

mod calls;

use crate::agent::tests::abandoned::Served;
use crate::agent::{Session, answer};
use crate::command::{RoutingBody, body};
use crate::inbound::tests::desk::Desk;
use crate::ports::{QueueName, Units, World};
use crate::router;
use crate::router::tests::cost::{life_with_idle_workers, life_with_waiting_tasks, sum};
use crate::socket;
use crate::testing::{ANN, COLLEAGUE, Room, flow, now, phone_menu, widget};
use crate::token::{Claims, Role, SigningKeys};
use patchbay_channels::WebhookRequest;
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{
    Attachment, ChannelKind, Content, Direction, EventKind, InboundEvent, MessageStatus, TaskSid, WorkerSid,
};
use serde_json::{Value, json};

/// US$ per million, us-east-1, on demand.
pub(crate) mod price {
    pub(super) const WRITE_UNIT: f64 = 0.625;
    pub(super) const READ_UNIT: f64 = 0.125;
    pub(super) const QUEUE_STANDARD: f64 = 0.40;
    pub(super) const QUEUE_FIFO: f64 = 0.50;
    pub(super) const FUNCTION_CALL: f64 = 0.20;
    pub(super) const FUNCTION_GB_S: f64 = 13.3334;
    pub(super) const HTTP_REQUEST: f64 = 1.00;
    pub(super) const SOCKET_MESSAGE: f64 = 1.00;
    pub(crate) const SOCKET_MINUTE: f64 = 0.25;
    pub(super) const OBJECT_PUT: f64 = 5.00;
    pub(super) const OBJECT_GET: f64 = 0.40;
}

/// Milliseconds that the functions are taken to run, at 128 MB (webhook, agent) and 256 MB (the others): an
/// assumption until a deployed stack is measured. Everything else here is counted.
const FUNCTION_MS: f64 = 10.0;
const FUNCTION_GB: f64 = 0.1875;

/// Billed operations of one scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Operations {
    pub units: Units,
    pub fifo: u64,
    pub standard: u64,
    /// Frames that go to sockets, and those that come from them.
    pub pushes: u64,
    pub http: u64,
    pub functions: u64,
    /// Objects that are stored, each fetched once by whoever looks at it.
    pub objects: u64,
}

impl Operations {
    /// US$ per million scenarios. A queue message is sent, received and deleted, each in a request of its own.
    pub fn dollars(&self) -> f64 {
        let tenths = |n: u64| n as f64 / 10.0;
        tenths(self.units.write_tenths) * price::WRITE_UNIT
            + tenths(self.units.read_tenths) * price::READ_UNIT
            + self.fifo as f64 * 3.0 * price::QUEUE_FIFO
            + self.standard as f64 * 3.0 * price::QUEUE_STANDARD
            + self.pushes as f64 * price::SOCKET_MESSAGE
            + self.http as f64 * price::HTTP_REQUEST
            + self.objects as f64 * (price::OBJECT_PUT + price::OBJECT_GET)
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
        objects: room.blob.keys().len() as u64,
    }
}

/// A customer writes: webhook, queue, flow function, push.
pub(crate) fn inbound(kind: ChannelKind, from: &str) -> Operations {
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

/// A customer sends a picture: as a message, then the sender fetches, stores and notes it, and the flow function shows
/// it once more.
pub(crate) fn picture(kind: ChannelKind, from: &str) -> Operations {
    let mut room = assigned(kind, from);
    room.world.advance_ms(1_000);
    let url = "https://media.example/a.png".to_owned();
    let attachment = Attachment { url, content_type: "image/png".into(), file_name: None, bytes: None };
    let content = Content::Media { attachments: vec![attachment], text: None };
    assert_eq!(room.says(kind, from, content, "second"), 200);
    let mut queued = 0;
    for queue in [QueueName::Inbound, QueueName::Outbound, QueueName::Inbound] {
        let records = room.take(queue);
        queued += records.len() as u64;
        match queue {
            QueueName::Outbound => room.outbound(records),
            _ => room.inbound(records),
        }
    }
    let operations = counted(&room, 1, 4);
    assert_eq!((operations.objects, operations.pushes), (1, 2));
    Operations { fifo: operations.fifo + queued, ..operations }
}

/// The agent answers: socket, agent function, queue, sender, the provider's yes.
pub(crate) fn reply(kind: ChannelKind, from: &str) -> Operations {
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

/// An agent says something an hour later: socket, agent function, the looks at it, and then what an answer takes.
pub(crate) fn scheduled(kind: ChannelKind, from: &str) -> Operations {
    let mut room = assigned(kind, from);
    let conversation = room.conversation(&room.contact(kind, from));
    let session =
        Session { worker_sid: room.worker(), role: Role::Agent, expires_at: room.world.now().plus_s(60) };
    let frame = json!({
        "action": "message.send", "id": "1", "conversation_sid": conversation.sid, "text": "Did it arrive?",
        "send_at": room.world.now().plus_s(3_600),
    });
    let answers = now(answer(&room.center, &session, "desk", &frame.to_string())).len() as u64;
    let (mut looks, mut functions) = (0, 1);
    let mut due = room.ports.queue.take(QueueName::Routing);
    while let Some(look) = due.pop() {
        room.world.advance_s(i64::from(look.delay_s));
        let record = room.record(look.body, None);
        assert_eq!(now(router::handle(&room.center, vec![record])), Vec::<String>::new());
        due = room.ports.queue.take(QueueName::Routing);
        (looks, functions) = (looks + 1, functions + 1);
    }
    let due = room.take(QueueName::Inbound);
    assert_eq!((due.len(), looks), (1, 4), "a quarter of an hour each");
    room.inbound(due);
    let records = room.take(QueueName::Outbound);
    let queued = 1 + records.len() as u64;
    room.outbound(records);
    let operations = counted(&room, 0, functions + 2);
    let (fifo, standard) = (operations.fifo + queued, operations.standard + looks);
    Operations { fifo, standard, pushes: operations.pushes + answers + 1, ..operations }
}

/// Somebody new writes, whose provider says what they are called: the contact, their address, and three words of theirs
/// for searching.
fn new_contact() -> Operations {
    let room = Room::new(phone_menu());
    room.ports.table.take_spent();
    let mut contact: patchbay_model::Contact = serde_json::from_value(json!({
        "sid": patchbay_model::ContactSid::random([7; 16]), "name": "Ann Lee",
        "identities": [{ "channel": "sms", "account": "default", "id": ANN }], "created_at": 0, "version": 0,
    }))
    .unwrap();
    let claim = crate::store::claim_identity(&contact.identities[0].identity(), &contact.sid);
    let writes = std::iter::once(claim).chain(crate::store::put_contact(&mut contact)).collect();
    now(crate::ports::Table::write(room.ports.as_ref(), writes)).unwrap();
    counted(&room, 0, 0)
}

/// An agent looks for somebody by a word of their name: one in a list, with their conversation.
fn search() -> Operations {
    let room = assigned(ChannelKind::Sms, ANN);
    let (found, _) = now(crate::search::search(&room.center, "0001", 20)).unwrap();
    assert_eq!(found.len(), 1);
    counted(&room, 1, 1)
}

/// A provider tells what became of a message: webhook, queue, flow function, push.
pub(crate) fn receipt() -> Operations {
    let mut room = assigned(ChannelKind::Sms, ANN);
    let messages = room.messages(&room.contact(ChannelKind::Sms, ANN));
    let greeting = messages.iter().find(|message| message.direction == Direction::Outbound).unwrap();
    let (reference, status) = (Reference::Ours(greeting.key()), MessageStatus::Delivered);
    let event = InboundEvent {
        event_id: "receipt".into(),
        channel: ChannelKind::Sms,
        account: "default".into(),
        contact_address: ANN.into(),
        our_address: "+15005550006".into(),
        provider_time: None,
        to_the_second: false,
        received_at: room.world.now(),
        profile: Profile::default(),
        kind: EventKind::Receipt { reference, status, reason: None },
    };
    let record = room.event(&event);
    room.inbound(vec![record]);
    let operations = counted(&room, 1, 2);
    assert_eq!(operations.pushes, 1, "the agent is told");
    Operations { fifo: operations.fifo + 1, ..operations }
}

/// A colleague is asked in, comes, and leaves again: two offers' worth of routing, three frames in, and two looks.
pub(crate) fn invitation() -> Operations {
    let mut served = Served::new();
    served.online(COLLEAGUE);
    let colleague = WorkerSid::derive(&["worker", COLLEAGUE]);
    served.room.frames("desk");
    served.room.frames(COLLEAGUE);
    served.room.ports.table.take_spent();
    let mut sum = Operations::default();
    let invite = json!({ "action": "task.invite", "id": "i", "task_sid": served.task, "to": colleague });
    let mut ask = |served: &mut Served, request: Value| {
        served.ask(request);
        // The frame that came in, and its answer.
        sum.pushes += 2;
        sum.functions += 1;
        let (news, orders) = (served.room.take(QueueName::Inbound), served.room.take(QueueName::Routing));
        sum.fifo += news.len() as u64;
        sum.standard += orders.len() as u64;
        sum.functions += (news.len() + orders.len()) as u64;
        served.room.inbound(news);
        assert_eq!(now(router::handle(&served.room.center, orders)), Vec::<String>::new());
        // Timers that are not due are sent on.
        served.room.take(QueueName::Routing);
    };
    ask(&mut served, invite);
    let reservation = served.reservation_of(&colleague);
    let about = |action: &str| json!({ "as": colleague, "action": format!("reservation.{action}"), "id": action, "reservation_sid": reservation });
    ask(&mut served, about("accept"));
    ask(&mut served, about("complete"));
    let Room { ports, .. } = &served.room;
    sum.units = ports.table.take_spent();
    sum.pushes += (served.room.frames("desk").len() + served.room.frames(COLLEAGUE).len()) as u64;
    assert_eq!(served.conversation().workers, [served.room.worker()]);
    sum
}

/// A supervisor comes to hear an agent's call: asks, their phone rings, and they press 1. Agent function, sender and the
/// webhook function of each of the network's questions.
fn watched_call() -> Operations {
    let mut desk = Desk::new();
    desk.talks();
    desk.room.ports.queue.take(QueueName::Routing);
    desk.room.ports.table.take_spent();
    let asked = desk.line.asked.len();
    desk.is_listened_to();
    let http = (desk.line.asked.len() - asked) as u64;
    Operations { fifo: 1, ..counted(&desk.room, http, http + 2) }
}

/// An agent's client says that it is still there.
pub(crate) fn heartbeat() -> Operations {
    let room = assigned(ChannelKind::Sms, ANN);
    now(socket::frame(&room.center, "desk", " ")).unwrap();
    let operations = counted(&room, 0, 1);
    Operations { pushes: operations.pushes + 1, ..operations }
}

/// An agent who has one conversation connects by one more socket: handshake, agent function, queue, router, `init`.
pub(crate) fn connect() -> Operations {
    let mut room = assigned(ChannelKind::Sms, ANN);
    room.center.signing_keys = SigningKeys::new(&[7; 32], None).unwrap();
    let claims = Claims::new(room.worker(), Role::Agent, room.world.now().plus_s(60));
    let token = room.center.signing_keys.sign(&claims).unwrap();
    let handshake = WebhookRequest {
        method: "GET".into(),
        raw_query: format!("token={token}"),
        ..WebhookRequest::default()
    };
    room.push.open("second");
    now(socket::connect(&room.center, &handshake, "second")).unwrap();
    let records = room.take(QueueName::Routing);
    let queued = records.len() as u64;
    assert_eq!(now(router::handle(&room.center, records)), Vec::<String>::new());
    let frames = room.frames("second");
    assert_eq!(frames[0]["event_type"], "init");
    let operations = counted(&room, 0, 2);
    let (standard, pushes) = (operations.standard + queued, operations.pushes + frames.len() as u64);
    Operations { standard, pushes, ..operations }
}

/// A task that finds an idle worker at once.
pub(crate) fn task_life() -> Operations {
    task(life_with_idle_workers(10), 2)
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
        ("inbound picture, agent on it: LINE", picture(ChannelKind::Line, "U1"), 20, 35),
        ("inbound picture, agent on it: SMS", picture(ChannelKind::Sms, ANN), 30, 35),
        ("agent's reply: web chat", reply(ChannelKind::Webchat, "visitor"), 30, 45),
        ("agent's reply: LINE", reply(ChannelKind::Line, "U1"), 30, 45),
        ("agent's reply: SMS", reply(ChannelKind::Sms, ANN), 40, 45),
        ("agent's reply an hour later: SMS", scheduled(ChannelKind::Sms, ANN), 120, 130),
        ("new contact with a name", new_contact(), 100, 0),
        ("search: one found", search(), 0, 20),
        ("receipt: SMS", receipt(), 10, 40),
        ("call: a key, the queue, hung up", calls::callers(), 190, 120),
        ("an agent's call, answered, written up", calls::agents(), 340, 540),
        ("a callback: asked for, made, written up", calls::back(), 620, 670),
        ("a colleague asked in, come and gone", invitation(), 180, 280),
        ("a supervisor comes to hear a call", watched_call(), 40, 130),
        ("agent's heartbeat", heartbeat(), 0, 0),
        ("agent connects", connect(), 20, 45),
        ("task life, workers idle", task_life(), 150, 70),
        ("task life, tasks waiting", task(life_with_waiting_tasks(10), 3), 150, 70),
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
