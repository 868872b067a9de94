//! What people do in a call that goes on.

use super::desk::{Desk, events};
use crate::router;
use crate::store::{MonitorMode, PartyRole, RecordingState};
use crate::testing::{ANN, now};
use crate::token::Role;
use patchbay_channels::voice::network::{Act, Seat};
use patchbay_model::{ChannelKind, TaskStatus, WorkerSid};
use serde_json::{Value, json};

const NUMBER: &str = "+15005550077";

/// The last frame about the call.
fn call_of(frames: &[Value]) -> &Value {
    let mut calls = frames.iter().filter(|frame| frame["event_type"] == "call.updated");
    &calls.next_back().unwrap_or_else(|| panic!("{:?}", events(frames)))["payload"]
}

fn participant<'c>(call: &'c Value, name: &str) -> &'c Value {
    let all = call["participants"].as_array().unwrap();
    all.iter().find(|one| one["participant"] == name).unwrap_or_else(|| panic!("{name} is not in {call}"))
}

impl Desk {
    /// Asks something of the call that is done: what the agent's socket hears then.
    fn does(&mut self, action: &str, fields: Value) -> Vec<Value> {
        let ack = self.call_asks(action, fields);
        assert_eq!(ack["event_type"], "ack", "{ack}");
        assert_eq!(ack["payload"]["call"]["call_sid"], json!(self.call));
        self.settle()
    }

    fn refuses(&mut self, action: &str, fields: Value, code: &str, message: &str) {
        let error = self.call_asks(action, fields);
        assert_eq!(
            (&error["payload"]["code"], &error["payload"]["message"]),
            (&json!(code), &json!(message))
        );
    }

    /// A number is called into the call, and rings: its call and its name in the call.
    fn adds(&mut self, hold: bool) -> (String, String) {
        let frames = self.does("call.add", json!({ "to": NUMBER, "hold": hold }));
        let call = call_of(&frames);
        let added =
            call["participants"].as_array().unwrap().iter().find(|one| one["kind"] == "number").unwrap();
        assert_eq!((&added["name"], &added["state"]), (&json!(NUMBER), &json!("ringing")));
        let rings = self.line.ringing().expect("the number rings");
        (rings, added["participant"].as_str().unwrap().to_owned())
    }

    /// The same, and it is answered.
    fn adds_who_answers(&mut self, hold: bool) -> (String, String) {
        let (rings, label) = self.adds(hold);
        let frames = self.act(&rings, Act::Answer);
        assert_eq!(participant(call_of(&frames), &label)["state"], "joined");
        (rings, label)
    }

    fn supervises(&mut self, fields: Value) -> Value {
        self.asks_as("Sue", Role::Supervisor, "call.monitor", fields)
    }

    fn hear_each_other(&self, one: &str, other: &str) -> bool {
        let hears = |a: &str, b: &str| self.line.seen(a).heard_by.contains(&b.to_owned());
        hears(one, other) && hears(other, one)
    }
}

#[test]
fn a_customer_on_hold_hears_music_and_nobody_hears_them() {
    let mut desk = Desk::with(&[("hold_music", "https://center.example/music.mp3")]);
    let (agent, call) = (desk.talks(), desk.call.clone());
    assert!(desk.hear_each_other(&agent, &call));
    let frames = desk.does("call.hold", json!({ "on": true }));
    assert_eq!(participant(call_of(&frames), "customer")["on_hold"], true);
    assert!(desk.line.heard(&call).last().unwrap().contains("music.mp3"));
    assert!(!desk.hear_each_other(&agent, &call));
    let frames = desk.does("call.hold", json!({ "on": false }));
    assert_eq!(participant(call_of(&frames), "customer")["on_hold"], false);
    assert!(desk.hear_each_other(&agent, &call));
    // The conference's id is looked up once.
    assert!(desk.leg().conference_sid.is_some());
}

#[test]
fn who_is_muted_is_not_heard() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let frames = desk.does("call.mute", json!({ "on": true }));
    assert_eq!(participant(call_of(&frames), "agent")["muted"], true);
    assert!(desk.line.seen(&agent).heard_by.is_empty() && !desk.line.seen(&call).heard_by.is_empty());
    desk.does("call.mute", json!({ "on": false }));
    desk.does("call.mute", json!({ "participant": "customer", "on": true }));
    assert!(!desk.line.seen(&agent).heard_by.is_empty() && desk.line.seen(&call).heard_by.is_empty());
}

#[test]
fn keys_are_pressed_once() {
    let mut desk = Desk::new();
    let (_, call) = (desk.talks(), desk.call.clone());
    desk.does("call.digits", json!({ "digits": "12#" }));
    let pressed = |desk: &Desk| desk.line.heard(&call).iter().filter(|heard| heard.contains("12#")).count();
    assert_eq!(pressed(&desk), 1);
    desk.refuses(
        "call.digits",
        json!({ "digits": "1a" }),
        "bad_field",
        "digits: other than 0 to 9, *, # and w",
    );
    let long = "1".repeat(33);
    desk.refuses("call.digits", json!({ "digits": long }), "bad_field", "digits: more than 32 characters");
    assert_eq!(pressed(&desk), 1);
}

#[test]
fn a_recording_pauses_and_goes_on() {
    let mut desk = Desk::new();
    let call = {
        desk.talks();
        desk.call.clone()
    };
    desk.refuses("call.record", json!({ "state": "paused" }), "refused", "the call is not recorded");
    let state = |desk: &Desk| desk.leg().recording.map(|recording| recording.state);
    let frames = desk.does("call.record", json!({ "state": "on" }));
    assert_eq!((&call_of(&frames)["recording"], state(&desk)), (&json!("on"), Some(RecordingState::On)));
    desk.act(&call, Act::Say("my card is".into()));
    desk.does("call.record", json!({ "state": "paused" }));
    assert_eq!(state(&desk), Some(RecordingState::Paused));
    desk.act(&call, Act::Say("4111".into()));
    desk.does("call.record", json!({ "state": "on" }));
    desk.act(&call, Act::Say("done".into()));
    let frames = desk.does("call.record", json!({ "state": "off" }));
    assert_eq!((&call_of(&frames)["recording"], state(&desk)), (&json!("off"), None));
    let said = desk.line.recorded().join(" ");
    assert!(said.contains("my card is") && said.contains("done") && !said.contains("4111"), "{said}");
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    assert!(desk.room.timeline(&contact).iter().any(|line| line.contains("Recording")));
}

#[test]
fn an_account_may_record_every_call_and_keep_none_at_the_provider() {
    let mut desk = Desk::with(&[("record", "on"), ("delete_recordings", "true")]);
    let (agent, call) = (desk.talks(), desk.call.clone());
    assert!(desk.leg().recording.is_some());
    desk.act(&call, Act::Say("hello".into()));
    desk.act(&agent, Act::HangUp);
    desk.settle();
    let stored = desk.room.blob.keys();
    assert!(stored.iter().any(|key| key.as_str().starts_with("media/")), "{stored:?}");
    assert_eq!(desk.line.recorded(), Vec::<String>::new(), "the provider has none any more");
}

#[test]
fn who_writes_a_call_up_sees_what_comes_late_of_it() {
    let mut desk = Desk::with(&[("record", "on")]);
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.act(&call, Act::Say("hello".into()));
    let mut frames = desk.act(&agent, Act::HangUp);
    frames.extend(desk.settle());
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    let recordings = |frames: &[Value], event: &str| {
        let is_one = |frame: &&Value| frame["event_type"] == event && frame["payload"]["kind"] == "media";
        frames.iter().filter(is_one).count()
    };
    assert_eq!(recordings(&frames, "message.created"), 1, "{:?}", events(&frames));
    assert!(recordings(&frames, "message.updated") > 0, "{:?}", events(&frames));
    let says = |frame: &Value| {
        frame["payload"]["text"].as_str().is_some_and(|text| text.starts_with("The call ended"))
    };
    assert!(frames.iter().any(says), "{:?}", events(&frames));
}

#[test]
fn a_number_joins_and_is_put_out() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let (number, label) = desk.adds_who_answers(false);
    assert!(desk.hear_each_other(&number, &call) && desk.hear_each_other(&number, &agent));
    let frames = desk.does("call.remove", json!({ "participant": label }));
    assert_eq!(call_of(&frames)["participants"].as_array().unwrap().len(), 2);
    assert!(desk.line.is_over(&number) && desk.hear_each_other(&agent, &call));
    desk.refuses(
        "call.remove",
        json!({ "participant": "customer" }),
        "refused",
        "the customer's call ends when the reservation is wrapped",
    );
}

#[test]
fn somebody_is_asked_while_the_customer_hears_music() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let (number, label) = desk.adds_who_answers(true);
    assert!(desk.hear_each_other(&number, &agent) && desk.line.seen(&call).heard_by.is_empty());
    desk.does("call.hold", json!({ "on": false }));
    assert!(desk.hear_each_other(&number, &call));
    desk.does("call.hold", json!({ "participant": label, "on": true }));
    assert!(!desk.hear_each_other(&number, &call) && desk.hear_each_other(&agent, &call));
}

#[test]
fn who_cannot_be_called_is_told_to_the_agent() {
    let mut desk = Desk::new();
    let call = {
        desk.talks();
        desk.call.clone()
    };
    let why = "to: neither a number like +15005550007 nor a sip: address";
    desk.refuses("call.add", json!({ "to": "Bob" }), "bad_field", why);
    desk.room.http.will_answer(400, r#"{"code":13225,"message":"the number is blocked"}"#);
    desk.call_asks("call.add", json!({ "to": NUMBER }));
    let frames = desk.settle();
    let told = call_of(&frames);
    assert_eq!(told["problem"], "add: 13225: the number is blocked");
    assert_eq!(told["participants"].as_array().unwrap().len(), 2);
    assert!(!desk.line.is_over(&call));
    // Whoever asks once more is told once more.
    desk.room.http.will_answer(400, r#"{"code":13225,"message":"the number is blocked"}"#);
    desk.call_asks("call.add", json!({ "to": NUMBER }));
    assert_eq!(call_of(&desk.settle())["problem"], "add: 13225: the number is blocked");
    // What is asked next and succeeds is no problem any more.
    let frames = desk.does("call.mute", json!({ "on": true }));
    assert_eq!(call_of(&frames).get("problem"), None);
}

#[test]
fn an_agent_leaves_and_the_others_talk_on() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.refuses(
        "call.leave",
        json!({}),
        "refused",
        "nobody is in the call with whom the customer could talk on",
    );
    let (number, _) = desk.adds_who_answers(true);
    let frames = desk.does("call.leave", json!({}));
    assert!(events(&frames).contains(&"reservation.wrapup"));
    assert!(desk.line.is_over(&agent) && desk.hear_each_other(&number, &call));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    // Their flow does not go on although the task is done.
    desk.asks("reservation.complete");
    desk.settle();
    assert!(desk.hear_each_other(&number, &call));
    desk.act(&number, Act::HangUp);
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert!(desk.line.is_over(&call));
    desk.is_apart();
}

#[test]
fn an_agent_who_hangs_up_leaves_the_others_to_themselves() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let (number, _) = desk.adds_who_answers(false);
    desk.act(&agent, Act::HangUp);
    assert!(desk.hear_each_other(&number, &call));
    desk.act(&call, Act::HangUp);
    assert!(desk.line.is_over(&number));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    desk.is_apart();
}

#[test]
fn a_customer_who_hangs_up_stops_what_rings_for_them() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let (number, _) = desk.adds(true);
    desk.act(&call, Act::HangUp);
    assert!(desk.line.is_over(&number) && desk.line.is_over(&agent));
    desk.is_apart();
}

#[test]
fn a_customer_is_handed_to_a_number() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.does("task.transfer", json!({ "to": NUMBER }));
    assert!(desk.line.is_over(&agent) && desk.status() == TaskStatus::Wrapping);
    let number = desk.line.ringing().expect("the number rings");
    assert!(desk.leg().held);
    desk.act(&number, Act::Answer);
    assert!(desk.hear_each_other(&number, &call) && !desk.leg().held);
    desk.act(&number, Act::HangUp);
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    desk.is_apart();
}

#[test]
fn a_number_that_does_not_answer_leaves_the_customer_to_wait() {
    let mut desk = Desk::new();
    let call = {
        desk.talks();
        desk.call.clone()
    };
    desk.does("task.transfer", json!({ "to": NUMBER }));
    let number = desk.line.ringing().expect("the number rings");
    desk.act(&number, Act::Decline);
    assert!(matches!(desk.line.seat(&call), Seat::Queue { .. }), "{:?}", desk.line.seat(&call));
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    let conversation = desk.room.conversation(&contact);
    assert_ne!(conversation.task_sid, Some(desk.task().sid));
    assert!(desk.room.timeline(&contact).iter().any(|line| line.contains("Nobody answered at the number")));
    desk.is_apart();
}

#[test]
fn a_supervisor_listens_whispers_and_barges_in() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.refuses("call.monitor", json!({ "mode": "listen" }), "not_yours", "only supervisors may");
    let ack = desk.supervises(json!({ "mode": "listen" }));
    assert_eq!(ack["event_type"], "ack", "{ack}");
    desk.settle();
    let phone = desk.line.ringing().expect("the supervisor's phone rings");
    desk.line.act(&desk.room, &phone, Act::Answer);
    assert_eq!(desk.line.heard(&phone), ["Press 1 to join the call."]);
    desk.line.press(&desk.room, &phone, "1");
    desk.settle();
    assert!(desk.line.seen(&phone).heard_by.is_empty());
    assert!(desk.line.seen(&call).heard_by.contains(&phone));
    let mode = |desk: &Desk| match &desk.leg().parties[0].role {
        PartyRole::Supervisor { mode, .. } => *mode,
        other => panic!("{other:?}"),
    };
    assert_eq!(mode(&desk), MonitorMode::Listen);
    desk.supervises(json!({ "mode": "whisper" }));
    desk.settle();
    assert_eq!((desk.line.seen(&phone).heard_by, mode(&desk)), (vec![agent.clone()], MonitorMode::Whisper));
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    let told = |desk: &Desk| desk.room.timeline(&contact).iter().any(|line| line.contains("Sue joined"));
    assert!(!told(&desk));
    desk.supervises(json!({ "mode": "barge" }));
    desk.settle();
    assert!(desk.hear_each_other(&phone, &call) && told(&desk));
    let label = desk.leg().parties[0].label.clone();
    desk.refuses(
        "call.remove",
        json!({ "participant": label }),
        "not_yours",
        "a supervisor comes and goes by themselves",
    );
    desk.supervises(json!({ "mode": "off" }));
    desk.settle();
    assert!(
        desk.line.is_over(&phone) && desk.leg().parties.is_empty() && desk.hear_each_other(&agent, &call)
    );
}

#[test]
fn a_call_that_is_over_or_rings_can_have_nothing_done() {
    let mut desk = Desk::new();
    desk.rings();
    desk.refuses("call.hold", json!({ "on": true }), "refused", "you are not connected yet");
    let mut desk = Desk::new();
    let call = {
        desk.talks();
        desk.call.clone()
    };
    desk.refuses("call.hold", json!({}), "bad_field", "on: missing");
    let why = "there is no such participant in the call";
    desk.refuses("call.mute", json!({ "participant": "bob", "on": true }), "not_found", why);
    desk.act(&call, Act::HangUp);
    desk.refuses("call.hold", json!({ "on": true }), "refused", "the call is over");
}

/// Sue has been handed the task, and her phone rings while Ann talks: her call.
fn handed_on(desk: &mut Desk) -> String {
    let sue = WorkerSid::derive(&["worker", "Sue"]);
    desk.room.push.open("sue");
    now(router::connect(&desk.room.center, &sue, "sue")).unwrap();
    now(router::set_activity(&desk.room.center, &sue, "Available")).unwrap();
    desk.room.world.advance_ms(10_000);
    let ack = desk.call_asks("task.transfer", json!({ "to": sue }));
    assert_eq!(ack["event_type"], "ack", "{ack}");
    desk.settle();
    let frames = desk.room.frames("sue");
    let offer = frames.iter().find(|frame| frame["event_type"] == "reservation.created").unwrap();
    let accept = json!({ "reservation_sid": offer["payload"]["sid"] });
    let ack = desk.asks_as("Sue", Role::Agent, "reservation.accept", accept);
    assert_eq!(ack["payload"]["ringing"], true, "{ack}");
    desk.settle();
    desk.line.ringing().expect("Sue's phone rings")
}

fn answers(desk: &mut Desk, phone: &str) {
    desk.line.act(&desk.room, phone, Act::Answer);
    desk.line.press(&desk.room, phone, "1");
    desk.settle();
}

#[test]
fn the_next_agent_has_the_call_when_they_answer() {
    let mut desk = Desk::new();
    let (ann, call) = (desk.talks(), desk.call.clone());
    desk.does("call.hold", json!({ "on": true }));
    let sue = handed_on(&mut desk);
    let Seat::Room { name: room, .. } = desk.line.seat(&call) else { panic!("{:?}", desk.line.seat(&call)) };
    assert!(!desk.line.is_over(&ann));
    answers(&mut desk, &sue);
    assert!(desk.line.is_over(&ann) && desk.hear_each_other(&sue, &call));
    let leg = desk.leg();
    assert_eq!((leg.conference, leg.held, leg.bridge.unwrap().name), (Some(room), false, "Sue".into()));
    desk.act(&sue, Act::HangUp);
    desk.is_apart();
}

#[test]
fn a_caller_whose_agent_has_gone_hears_music_until_the_next_answers() {
    let mut desk = Desk::new();
    let (ann, call) = (desk.talks(), desk.call.clone());
    let sue = handed_on(&mut desk);
    desk.act(&ann, Act::HangUp);
    assert!(desk.leg().held && matches!(desk.line.seat(&call), Seat::Room { .. }));
    answers(&mut desk, &sue);
    assert!(desk.hear_each_other(&sue, &call) && !desk.leg().held);
}

#[test]
fn a_caller_whose_next_agent_does_not_answer_waits() {
    let mut desk = Desk::new();
    let (ann, call) = (desk.talks(), desk.call.clone());
    let sue = handed_on(&mut desk);
    desk.act(&ann, Act::HangUp);
    desk.act(&sue, Act::Decline);
    assert!(matches!(desk.line.seat(&call), Seat::Queue { .. }), "{:?}", desk.line.seat(&call));
    desk.is_apart();
    // And with the first agent still there, they stay together.
    let mut desk = Desk::new();
    let (ann, call) = (desk.talks(), desk.call.clone());
    let sue = handed_on(&mut desk);
    desk.act(&sue, Act::Decline);
    assert!(desk.hear_each_other(&ann, &call) && desk.leg().parties.is_empty());
}

/// What one wish costs, from the agent's frame to what the desks are told: the task and the call are read, the job reads
/// the call and writes it, and the agents of the call are read.
#[test]
fn what_is_done_in_a_call_keeps_its_budget() {
    let mut desk = Desk::new();
    desk.talks();
    // The conference is looked up once, and noted.
    desk.does("call.hold", json!({ "on": true }));
    desk.room.ports.table.take_spent();
    for (action, fields, write_max, read_max) in [
        ("call.hold", json!({ "on": false }), 20, 60),
        ("call.mute", json!({ "on": true }), 20, 60),
        ("call.record", json!({ "state": "on" }), 20, 60),
        // The call says before that they are pressed.
        ("call.digits", json!({ "digits": "1" }), 20, 60),
    ] {
        desk.does(action, fields);
        let spent = desk.room.ports.table.take_spent();
        let within = spent.write_tenths <= write_max && spent.read_tenths <= read_max;
        assert!(within && spent.write_tenths > 0, "{action}: {spent:?}");
    }
}
