//! Customers whom the center calls for an agent: because the agent wants it, or because they asked to be called back.

use crate::agent::{Session, answer};
use crate::command::Record;
use crate::ports::{Consistency, HttpError, HttpResponse, QueueName};
use crate::router;
use crate::store::{load_leg, load_task};
use crate::testing::{ANN, Line, Room, WORKER, now, phone_menu};
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, Content, ConversationState, TaskStatus, WorkerSid};
use proptest::prelude::*;
use serde_json::{Value, json};

/// An agent who calls customers.
pub(crate) struct Desk {
    pub room: Room,
    pub line: Line,
}

impl Desk {
    pub fn new(settings: &[(&str, &str)]) -> Desk {
        let mut room = Room::new(phone_menu());
        room.staff(phone_menu(), &[(WORKER, "+15005550101"), ("Sue", "+15005550102")]);
        let line = Line::with(&mut room, settings);
        room.push.open("desk");
        now(router::connect(&room.center, &room.worker(), "desk")).unwrap();
        now(router::set_activity(&room.center, &room.worker(), "Available")).unwrap();
        room.world.advance_ms(10_000);
        let mut desk = Desk { room, line };
        desk.settle();
        desk
    }

    pub fn settle(&mut self) -> Vec<Value> {
        self.line.settle(&mut self.room);
        self.room.frames("desk")
    }

    pub fn asks(&mut self, frame: Value) -> Value {
        self.asks_as(self.room.worker(), frame)
    }

    pub fn asks_as(&mut self, worker_sid: WorkerSid, frame: Value) -> Value {
        let expires_at = self.room.world_now().plus_s(60);
        let session = Session { worker_sid, role: Role::Agent, expires_at };
        let answers = now(answer(&self.room.center, &session, "desk", &frame.to_string()));
        serde_json::from_slice(answers.last().unwrap()).unwrap()
    }

    /// The agent calls Ann, and their own phone rings: the answer, and the agent's call.
    pub fn starts(&mut self) -> (Value, String) {
        let ack = self.asks(json!({ "action": "call.start", "id": "1", "to": ANN }));
        assert_eq!(ack["event_type"], "ack", "{ack}");
        assert_eq!(ack["payload"]["ringing"], true, "{ack}");
        self.settle();
        let agent = self.line.ringing().expect("the agent's phone rings");
        (ack["payload"].clone(), agent)
    }

    /// The agent has answered, and Ann's phone rings: her call.
    pub fn rings(&mut self, agent: &str) -> String {
        self.line.act(&self.room, agent, Act::Answer);
        self.line.press(&self.room, agent, "1");
        self.settle();
        let call = self.line.ringing().expect("the customer's phone rings");
        assert_ne!(call, agent);
        call
    }

    pub fn act(&mut self, call: &str, act: Act) -> Vec<Value> {
        self.line.act(&self.room, call, act);
        self.settle()
    }

    pub fn task(&self, sid: &Value) -> patchbay_model::Task {
        let sid = sid.as_str().unwrap().parse().unwrap();
        now(load_task(&self.room.ports.table, &sid, Consistency::Strong)).unwrap().unwrap()
    }

    fn timeline(&self) -> Vec<String> {
        self.room.timeline(&self.room.contact(ChannelKind::Voice, ANN))
    }

    /// The notes of the timeline, sorted: what was said in one moment, as the provider has understood it.
    pub fn notes(&self) -> Vec<String> {
        let messages = self.room.messages(&self.room.contact(ChannelKind::Voice, ANN));
        let notes = messages.iter().filter(|message| matches!(message.content, Content::Note { .. }));
        let mut notes: Vec<String> = notes.map(|note| note.content.plain_text().to_string()).collect();
        notes.sort_unstable();
        notes
    }

    pub fn is_at_rest(&self) {
        assert_eq!(self.line.open_calls(), Vec::<String>::new());
    }
}

#[test]
fn an_agent_calls_a_customer_who_answers() {
    let mut desk = Desk::new(&[]);
    let (ack, agent) = desk.starts();
    let task = desk.task(&ack["task"]["sid"]);
    assert_eq!((task.status, task.task_channel.as_str()), (TaskStatus::Assigned, "voice"));
    assert_eq!(task.attributes["direction"], "outbound");
    assert_eq!(task.attributes["outbound_to"], ANN);
    assert_eq!(ack["conversation"]["state"], "with_agent");
    assert_eq!(desk.line.called(), 1, "the customer is not called before the agent has answered");
    let call = desk.rings(&agent);
    desk.act(&call, Act::Answer);
    desk.act(&call, Act::Say("hello".into()));
    assert!(desk.line.heard(&agent).last().unwrap().contains("hello"));
    desk.room.world.advance_ms(7_000);
    let frames = desk.act(&call, Act::HangUp);
    assert!(frames.iter().any(|frame| frame["event_type"] == "reservation.wrapup"), "{frames:?}");
    assert!(desk.line.is_over(&agent));
    let said = desk.timeline();
    assert_eq!(said, ["1> wendy calls +15005550001 [received]", "1> The call ended after 7 s [received]"]);
    assert_eq!(desk.task(&ack["task"]["sid"]).status, TaskStatus::Wrapping);
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    assert_eq!(desk.room.conversation(&contact).state, ConversationState::Closed);
    desk.is_at_rest();
}

#[test]
fn an_account_that_records_every_call_begins_when_the_customer_has_answered() {
    let mut desk = Desk::new(&[("record", "on")]);
    let (_, agent) = desk.starts();
    let call = desk.rings(&agent);
    desk.act(&agent, Act::Say("it rings".into()));
    desk.act(&call, Act::Answer);
    desk.act(&call, Act::Say("hello".into()));
    desk.act(&agent, Act::HangUp);
    assert_eq!(desk.line.recorded(), [format!("{ANN}: hello")]);
    assert!(desk.timeline().iter().any(|line| line.contains("Recording")), "{:?}", desk.timeline());
    desk.is_at_rest();
}

#[test]
fn what_is_said_on_calls_of_ours_is_written_down_once_customer_and_agent_talk() {
    let mut desk = Desk::new(&[("transcription", "true"), ("language", "en-GB")]);
    let (_, agent) = desk.starts();
    let call = desk.rings(&agent);
    desk.act(&agent, Act::Say("it rings".into()));
    desk.act(&call, Act::Answer);
    // The provider tells everything of the answer once more, and the queue has forgotten the first time.
    desk.room.world.advance_ms(600_000);
    for (asked, _) in desk.line.asked.clone() {
        desk.line.post(&desk.room, &asked);
    }
    desk.settle();
    let frames = desk.act(&call, Act::Say("Who is there?".into()));
    assert!(frames.iter().any(|frame| frame["payload"]["text"] == "Customer: Who is there?"), "{frames:?}");
    desk.act(&agent, Act::Say("Wendy".into()));
    desk.act(&call, Act::HangUp);
    assert_eq!(desk.notes(), ["Agent: Wendy", "Customer: Who is there?"]);
    assert_eq!(desk.room.problems(), Vec::<String>::new());
    desk.is_at_rest();
}

#[test]
fn a_transcription_that_does_not_begin_is_told_and_the_call_goes_on() {
    let check = |again: bool, answer: Result<HttpResponse, HttpError>, why: &str| {
        let mut desk = Desk::new(&[("transcription", "true")]);
        let (_, agent) = desk.starts();
        let call = desk.rings(&agent);
        desk.line.act(&desk.room, &call, Act::Answer);
        desk.line.deliver(&mut desk.room, QueueName::Inbound);
        let asked = desk.room.take(QueueName::Outbound);
        assert!(asked.iter().any(|record| record.body.contains("transcribe")), "{asked:?}");
        desk.room.http.will(answer);
        desk.room.outbound(asked.clone());
        if again {
            let second = asked.into_iter().map(|record| Record { receive_count: 2, ..record });
            desk.room.outbound(second.collect());
        }
        let frames = desk.settle();
        let told = frames.iter().filter_map(|frame| frame["payload"]["problem"].as_str()).next_back();
        assert_eq!(told, Some(why));
        desk.act(&call, Act::Say("hello".into()));
        assert!(desk.line.heard(&agent).last().unwrap().contains("hello"));
        assert_eq!(desk.notes(), Vec::<String>::new());
    };
    let refused = |status: u16, body: &str| {
        Ok(HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    };
    check(false, refused(400, r#"{"code": 21241, "message": "no"}"#), "transcribe: 21241: no");
    let unknown = "transcribe: unknown: nobody knows whether the call is written down";
    check(true, Err(HttpError::NoAnswer("late".into())), unknown);
}

#[test]
fn an_agent_who_hangs_up_ends_the_customers_call() {
    let mut desk = Desk::new(&[]);
    let (ack, agent) = desk.starts();
    let call = desk.rings(&agent);
    desk.act(&call, Act::Answer);
    desk.act(&agent, Act::HangUp);
    assert!(desk.line.is_over(&call));
    assert_eq!(desk.task(&ack["task"]["sid"]).status, TaskStatus::Wrapping);
    desk.is_at_rest();
}

#[test]
fn a_task_that_is_completed_ends_both_calls() {
    let mut desk = Desk::new(&[]);
    let (ack, agent) = desk.starts();
    let call = desk.rings(&agent);
    desk.act(&call, Act::Answer);
    let reservation = desk.task(&ack["task"]["sid"]).reservations[0].sid.clone();
    desk.asks(json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation }));
    desk.settle();
    assert!(desk.line.is_over(&agent) && desk.line.is_over(&call));
    assert_eq!(desk.task(&ack["task"]["sid"]).status, TaskStatus::Completed);
}

#[test]
fn a_customer_who_does_not_answer_is_told_to_the_agent() {
    let check = |act: fn(&mut Desk, &str), told: &str, line: &str| {
        let mut desk = Desk::new(&[]);
        let (ack, agent) = desk.starts();
        let call = desk.rings(&agent);
        desk.room.world.advance_ms(1_000);
        act(&mut desk, &call);
        desk.settle();
        assert_eq!(desk.line.heard(&agent).last().unwrap(), told);
        assert_eq!(desk.timeline().last().unwrap(), line);
        assert_eq!(desk.task(&ack["task"]["sid"]).status, TaskStatus::Wrapping);
        desk.is_at_rest();
    };
    let busy = "1> The line was busy [received]";
    check(|desk, call| desk.line.act(&desk.room, call, Act::Decline), "The line is busy.", busy);
    let silent = "1> Nobody answered the call [received]";
    check(|desk, _| desk.line.pass_s(&desk.room, 30), "Nobody answers.", silent);
}

#[test]
fn an_agent_who_does_not_answer_calls_nobody() {
    let mut desk = Desk::new(&[]);
    let (ack, agent) = desk.starts();
    desk.act(&agent, Act::Decline);
    assert_eq!(desk.line.called(), 1);
    assert_eq!(desk.task(&ack["task"]["sid"]).status, TaskStatus::Wrapping);
    desk.is_at_rest();
}

#[test]
fn a_call_that_is_asked_for_again_is_made_once() {
    let mut desk = Desk::new(&[]);
    let (ack, _) = desk.starts();
    let again = desk.asks(json!({ "action": "call.start", "id": "1", "to": ANN }));
    assert_eq!(again["payload"]["task"]["sid"], ack["task"]["sid"]);
    desk.settle();
    assert_eq!(desk.line.called(), 1);
    let second = desk.asks(json!({ "action": "call.start", "id": "2", "to": "+15005550009" }));
    assert_eq!(second["event_type"], "error", "{second}");
    assert!(second["payload"]["message"].as_str().unwrap().contains("call already"), "{second}");
}

#[test]
fn a_call_that_cannot_be_is_refused_and_says_why() {
    let mut desk = Desk::new(&[]);
    let mut refused = |fields: Value, why: &str| {
        let mut frame = json!({ "action": "call.start", "id": why });
        frame.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let error = desk.asks(frame);
        assert_eq!(error["event_type"], "error", "{error}");
        assert!(error["payload"]["message"].as_str().unwrap().contains(why), "{error}");
    };
    refused(json!({ "to": "12" }), "not a number");
    refused(json!({}), "contact_sid: missing");
    refused(json!({ "to": ANN, "account": "other" }), "no such account");
    refused(json!({ "to": ANN, "contact_sid": null }), "not both");
    // Who waits for an agent is not called beside it.
    let call = desk.line.dial(&desk.room, ANN);
    desk.line.press(&desk.room, &call, "1");
    let error = desk.asks(json!({ "action": "call.start", "id": "w", "to": ANN }));
    assert!(error["payload"]["message"].as_str().unwrap().contains("waits for an agent"), "{error}");
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    let optout = patchbay_model::Consent::OptedOut;
    now(crate::contacts::set_consent(&desk.room.center, &contact, ChannelKind::Voice, optout)).unwrap();
    let error = desk.asks(json!({ "action": "call.start", "id": "o", "to": ANN }));
    assert!(error["payload"]["message"].as_str().unwrap().contains("does not want"), "{error}");
}

/// Ann waits, and has pressed the key: her call, and the offer of her task.
pub(super) fn asked_to_be_called_back(settings: &[(&str, &str)]) -> (Desk, String, Value) {
    let mut desk = Desk::new(&[settings, &[("callback_key", "1")]].concat());
    // Nobody is free at first.
    now(router::set_activity(&desk.room.center, &desk.room.worker(), "Offline")).unwrap();
    let call = desk.line.dial(&desk.room, ANN);
    desk.line.press(&desk.room, &call, "1");
    desk.settle();
    assert!(desk.line.heard(&call).iter().any(|heard| heard.ends_with("be called back, press 1.")));
    desk.line.press(&desk.room, &call, "1");
    desk.settle();
    assert_eq!(
        desk.line.heard(&call).last().unwrap(),
        "You keep your place, and we will call you back. Goodbye."
    );
    assert!(desk.line.is_over(&call));
    desk.room.frames("desk");
    now(router::set_activity(&desk.room.center, &desk.room.worker(), "Available")).unwrap();
    let frames = desk.settle();
    let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created");
    let offer = offer.unwrap_or_else(|| panic!("{frames:?}"))["payload"].clone();
    (desk, call, offer)
}

#[test]
fn who_asks_to_be_called_back_keeps_their_place() {
    let (mut desk, _, offer) = asked_to_be_called_back(&[]);
    let attributes: Value = serde_json::from_str(offer["task"]["attributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes["callback"], true);
    assert!(desk.timeline().contains(&"1> +15005550001 is to be called back [received]".to_owned()));
    let ack =
        desk.asks(json!({ "action": "reservation.accept", "id": "a", "reservation_sid": offer["sid"] }));
    assert_eq!(ack["payload"]["ringing"], true, "{ack}");
    desk.settle();
    let agent = desk.line.ringing().expect("the agent's phone rings");
    assert_eq!(desk.task(&offer["task"]["sid"]).status, TaskStatus::Reserved);
    let call = desk.rings(&agent);
    assert_eq!(desk.task(&offer["task"]["sid"]).status, TaskStatus::Assigned);
    desk.act(&call, Act::Answer);
    assert!(matches!(desk.line.seat(&call), Seat::Room { .. }));
    desk.act(&call, Act::HangUp);
    assert_eq!(desk.task(&offer["task"]["sid"]).status, TaskStatus::Wrapping);
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    assert_eq!(desk.room.conversation(&contact).state, ConversationState::Closed);
    desk.is_at_rest();
}

#[test]
fn who_calls_before_they_are_called_back_waits_in_their_place() {
    let (mut desk, _, offer) = asked_to_be_called_back(&[]);
    let call = desk.line.dial(&desk.room, ANN);
    assert!(matches!(desk.line.seat(&call), Seat::Queue { .. }));
    let task = desk.task(&offer["task"]["sid"]);
    assert_eq!((&task.attributes["callback"], &task.attributes["call_sid"]), (&Value::Null, &json!(call)));
    let ack =
        desk.asks(json!({ "action": "reservation.accept", "id": "a", "reservation_sid": offer["sid"] }));
    assert_eq!(ack["payload"]["ringing"], true, "{ack}");
    desk.settle();
    let agent = desk.line.ringing().unwrap();
    desk.line.act(&desk.room, &agent, Act::Answer);
    desk.line.press(&desk.room, &agent, "1");
    desk.settle();
    assert!(matches!(desk.line.seat(&call), Seat::Room { .. }));
    desk.act(&agent, Act::HangUp);
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
}

/// What the card of an offer says of calling back, as the frames have it: the last of them counts, by its version.
fn offered(frames: &[Value], offer: &Value) -> (Value, u64) {
    let ours = |frame: &&Value| {
        frame["event_type"] == "reservation.created" && frame["payload"]["sid"] == offer["sid"]
    };
    let payload = &frames.iter().rfind(ours).unwrap_or_else(|| panic!("{frames:?}"))["payload"];
    assert_eq!(payload["reservation_status"], "pending");
    let attributes: Value = serde_json::from_str(payload["task"]["attributes"].as_str().unwrap()).unwrap();
    (attributes["callback"].clone(), payload["version"].as_str().unwrap().parse().unwrap())
}

#[test]
fn who_is_offered_a_caller_sees_that_they_are_to_be_called_back_and_that_they_wait_again() {
    let mut desk = Desk::new(&[("callback_key", "1")]);
    let call = desk.line.dial(&desk.room, ANN);
    desk.line.press(&desk.room, &call, "1");
    let frames = desk.settle();
    let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created").unwrap();
    let offer = offer["payload"].clone();
    let (callback, version) = offered(&frames, &offer);
    assert_eq!(callback, Value::Null);
    desk.line.press(&desk.room, &call, "1");
    let (callback, later) = offered(&desk.settle(), &offer);
    assert!(callback == true && later > version);
    desk.line.dial(&desk.room, ANN);
    let (callback, last) = offered(&desk.settle(), &offer);
    assert!(callback == Value::Null && last > later);
}

#[test]
fn an_agent_who_is_called_is_faster_than_the_key() {
    let mut desk = Desk::new(&[("callback_key", "5")]);
    let call = desk.line.dial(&desk.room, ANN);
    desk.line.press(&desk.room, &call, "1");
    let frames = desk.settle();
    let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created").unwrap();
    desk.asks(json!({ "action": "reservation.accept", "id": "a",
        "reservation_sid": offer["payload"]["sid"] }));
    desk.settle();
    desk.line.press(&desk.room, &call, "5");
    desk.settle();
    assert!(desk.line.heard(&call).iter().any(|heard| heard.contains("just being called for you")));
    assert!(matches!(desk.line.seat(&call), Seat::Queue { .. }));
}

/// Something that happens, at any moment.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// At the call that the center made first, or last.
    First(&'static str),
    Last(&'static str),
    Passes(i64),
    Delivered(QueueName),
    Wraps,
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    let acts = prop::sample::select(vec!["answer", "answer", "1", "1", "decline", "hangup"]);
    prop_oneof![
        4 => acts.clone().prop_map(Happens::First),
        4 => acts.prop_map(Happens::Last),
        1 => (1_i64..35).prop_map(Happens::Passes),
        8 => prop::sample::select(QueueName::ALL.to_vec()).prop_map(Happens::Delivered),
        1 => Just(Happens::Wraps),
        2 => any::<usize>().prop_map(Happens::Again),
    ]
}

impl Desk {
    fn happens(&mut self, what: Happens, reservation: &Value) {
        let calls = self.line.open_calls();
        let mut at = |call: Option<&String>, act: &str| {
            let Some(call) = call else { return };
            let act = match act {
                "answer" => Act::Answer,
                "decline" => Act::Decline,
                "hangup" => Act::HangUp,
                key => Act::Keys(key.into()),
            };
            self.line.try_act(&self.room, call, act);
        };
        match what {
            Happens::First(act) => at(calls.first(), act),
            Happens::Last(act) => at(calls.last(), act),
            Happens::Passes(s) => self.line.pass_s(&self.room, s),
            Happens::Delivered(queue) => self.line.deliver(&mut self.room, queue),
            Happens::Wraps => drop(
                self.asks(json!({ "action": "reservation.wrap", "id": "w", "reservation_sid": reservation })),
            ),
            Happens::Again(which) => {
                if let Some(index) = which.checked_rem(self.line.asked.len()) {
                    let asked = self.line.asked[index].0.clone();
                    self.line.post(&self.room, &asked);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_does_what_in_whatever_order_nobody_is_left_alone(
        happened in prop::collection::vec(happens(), 1..28),
    ) {
        let mut desk = Desk::new(&[]);
        let (ack, _) = desk.starts();
        let task = desk.task(&ack["task"]["sid"]);
        let (reservation, leg) = (json!(task.reservations[0].sid), task.attributes["call_sid"].clone());
        for what in happened {
            desk.happens(what, &reservation);
        }
        for _ in 0..3 {
            desk.settle();
            desk.line.pass_s(&desk.room, 40);
        }
        desk.settle();
        prop_assert!(desk.line.called() <= 2);
        let leg = now(load_leg(&desk.room.ports.table, leg.as_str().unwrap())).unwrap().unwrap();
        let open = desk.line.open_calls();
        let status = desk.task(&ack["task"]["sid"]).status;
        match open.len() {
            0 => prop_assert!(leg.bridge.is_none() && status != TaskStatus::Assigned, "{:?} {:?}", status, leg),
            2 => {
                let together = open.iter().all(|call| matches!(desk.line.seat(call), Seat::Room { .. }));
                prop_assert!(together, "{:?}", leg);
                prop_assert!(leg.bridge.is_some() && leg.ended_at.is_none());
            }
            open => prop_assert!(false, "{} calls go on: {:?} {:?}", open, status, leg),
        }
    }
}
