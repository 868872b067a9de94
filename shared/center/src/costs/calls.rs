//! Phone calls: a caller's, an agent's, one that a caller has asked for.

use super::{Operations, counted};
use crate::inbound::tests::outward::Desk;
use crate::ports::QueueName;
use crate::router;
use crate::testing::{ANN, Line, Room, now, phone_menu};
use patchbay_channels::voice::network::Act;
use patchbay_model::{ChannelKind, ConversationState, TaskStatus};
use serde_json::{Value, json};

/// Somebody calls who has written before, presses a key, waits for an agent, and hangs up: the webhook function runs both
/// turns and says once what is heard in the queue; the news of the end go over the queue.
pub(super) fn callers() -> Operations {
    let mut room = Room::new(phone_menu());
    let mut line = Line::new(&mut room);
    assert_eq!(room.writes(ChannelKind::Sms, ANN, "Good morning", "first"), 200);
    room.settle();
    room.ports.queue.take(QueueName::Routing);
    room.ports.table.take_spent();
    let call = line.dial(&room, ANN);
    line.press(&room, &call, "1");
    line.act(&room, &call, Act::HangUp);
    let records = room.take(QueueName::Inbound);
    let queued = records.len() as u64;
    room.inbound(records);
    let asked = line.asked.len() as u64;
    let operations = counted(&room, asked, asked + 1);
    Operations { fifo: operations.fifo + queued, ..operations }
}

/// An agent calls somebody who has called before: their own phone rings, then the customer's, who answers and hangs up, and
/// the agent writes it up.
pub(super) fn agents() -> Operations {
    let mut counts = Counts::new(&[]);
    let ack = counts.asks(json!({ "action": "call.start", "id": "1", "to": ANN }));
    counts.talks_and_ends();
    counts.completes(&ack["task"]["sid"])
}

/// A caller waits, presses the key to be called back, and is: by the agent to whom their task was offered.
pub(super) fn back() -> Operations {
    let mut counts = Counts::new(&[("callback_key", "1")]);
    let call = counts.desk.line.dial(&counts.desk.room, ANN);
    counts.desk.line.press(&counts.desk.room, &call, "1");
    let offer = counts.settle();
    let offer = offer.iter().find(|frame| frame["event_type"] == "reservation.created").unwrap();
    let offer = offer["payload"].clone();
    counts.desk.line.press(&counts.desk.room, &call, "1");
    counts.settle();
    let accepts = json!({ "action": "reservation.accept", "id": "a", "reservation_sid": offer["sid"] });
    counts.asks(accepts);
    counts.talks_and_ends();
    counts.completes(&offer["task"]["sid"])
}

/// An agent at rest, and what has been counted since.
struct Counts {
    desk: Desk,
    sum: Operations,
}

impl Counts {
    /// Ann has called before, and has hung up.
    fn new(settings: &[(&str, &str)]) -> Counts {
        let mut counts = Counts { desk: Desk::new(settings), sum: Operations::default() };
        let call = counts.desk.line.dial(&counts.desk.room, ANN);
        counts.desk.act(&call, Act::HangUp);
        counts.later();
        counts.settle();
        counts.desk.room.ports.table.take_spent();
        counts.desk.line.asked.clear();
        counts.sum = Operations::default();
        counts
    }

    /// A frame comes in, and is answered.
    fn asks(&mut self, frame: Value) -> Value {
        let ack = self.desk.asks(frame);
        assert_eq!(ack["event_type"], "ack", "{ack}");
        self.sum.pushes += 2;
        self.sum.functions += 1;
        self.settle();
        ack["payload"].clone()
    }

    /// Hands over what is due until nothing is: each message is sent once, and wakes a function.
    fn settle(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        for queue in QueueName::ALL.into_iter().cycle() {
            let Desk { room, line } = &mut self.desk;
            let due =
                |queue| room.ports.queue.sent(queue).iter().filter(|sent| sent.delay_s == 0).count() as u64;
            if QueueName::ALL.into_iter().map(due).sum::<u64>() == 0 {
                break;
            }
            let messages = due(queue);
            match queue {
                QueueName::Routing => self.sum.standard += messages,
                QueueName::Inbound | QueueName::Outbound => self.sum.fifo += messages,
            }
            self.sum.functions += messages;
            line.deliver(room, queue);
            frames.extend(room.frames("desk"));
        }
        self.sum.pushes += frames.len() as u64;
        frames
    }

    /// The agent's phone rings and is taken, the customer's rings and is answered, and the customer hangs up.
    fn talks_and_ends(&mut self) {
        let agent = self.desk.line.ringing().expect("the agent's phone rings");
        self.desk.line.act(&self.desk.room, &agent, Act::Answer);
        self.desk.line.press(&self.desk.room, &agent, "1");
        self.settle();
        let call = self.desk.line.ringing().expect("the customer's phone rings");
        for act in [Act::Answer, Act::HangUp] {
            self.desk.line.act(&self.desk.room, &call, act);
            self.settle();
        }
        self.desk.is_at_rest();
    }

    /// The looks that were asked for, as if they were due; timers that are not are dropped.
    fn later(&mut self) {
        let looks = self.desk.room.take(QueueName::Routing);
        self.sum.standard += looks.len() as u64;
        self.sum.functions += looks.len() as u64;
        assert_eq!(now(router::handle(&self.desk.room.center, looks)), Vec::<String>::new());
        self.desk.room.take(QueueName::Routing);
    }

    /// The agent has written it up.
    fn completes(mut self, task: &Value) -> Operations {
        let reservation = self.desk.task(task).reservations[0].sid.clone();
        self.asks(json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation }));
        self.later();
        let contact = self.desk.room.contact(ChannelKind::Voice, ANN);
        assert_eq!(self.desk.room.conversation(&contact).state, ConversationState::Closed);
        assert_eq!(self.desk.task(task).status, TaskStatus::Completed);
        let asked = self.desk.line.asked.len() as u64;
        Operations {
            units: self.desk.room.ports.table.take_spent(),
            http: asked,
            functions: self.sum.functions + asked,
            ..self.sum
        }
    }
}
