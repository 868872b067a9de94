//! Calls that flows make.

use crate::ports::{HttpError, QueueName};
use crate::testing::{ANN, Line, Room, call_flow, now, say, widget};
use patchbay_channels::voice::network::{Act, Asked};
use patchbay_flow::{Status, Waiting};
use patchbay_model::{ChannelKind, ConversationState};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A message has Ann called; each event of the widget leads to a text that says so, spoken where there is a call.
fn calls_out() -> Value {
    let call = json!({ "to": ANN, "timeout": "30" });
    let exits = [("answered", "hello"), ("busy", "busy"), ("noAnswer", "noAnswer"), ("failed", "failed")];
    let text =
        |name: &str| widget(name, "send-message", json!({ "body": name }), &[("sent", ""), ("failed", "")]);
    let mut states = vec![
        widget("Trigger", "trigger", json!({}), &[("incomingMessage", "call"), ("incomingCall", "hello")]),
        widget("call", "make-outgoing-call-v2", call, &exits),
        say("hello", "Hello Ann", "bye"),
        say("bye", "Goodbye", "written"),
    ];
    states.extend(["busy", "noAnswer", "failed", "written"].map(text));
    json!({ "description": "a test", "initial_state": "Trigger", "flags": {}, "states": states })
}

struct Out {
    room: Room,
    line: Line,
}

impl Out {
    /// Ann has written, and the flow has asked for the call.
    fn new(flow: Value) -> Out {
        let mut room = Room::new(flow);
        let line = Line::new(&mut room);
        let mut out = Out { room, line };
        assert!(out.room.writes(ChannelKind::Sms, ANN, "Call me", "1") < 300);
        let written = out.room.take(QueueName::Inbound);
        out.room.inbound(written);
        out
    }

    /// The phone rings: its call.
    fn rings(flow: Value) -> (Out, String) {
        let mut out = Out::new(flow);
        out.settle();
        let call = out.line.ringing().expect("a phone rings");
        (out, call)
    }

    fn settle(&mut self) {
        for _ in 0..50 {
            let (inbound, outbound) =
                (self.room.take(QueueName::Inbound), self.room.take(QueueName::Outbound));
            if inbound.is_empty() && outbound.is_empty() {
                return;
            }
            self.room.inbound(inbound);
            self.room.outbound(outbound);
            self.line.take_api(&self.room);
        }
        panic!("the queues never come to rest");
    }

    fn act(&mut self, call: &str, act: Act) {
        self.line.act(&self.room, call, act);
        self.settle();
    }

    /// The flow's timers ring.
    fn timers_ring(&mut self) {
        let timers = self.room.ports.queue.take(QueueName::Routing);
        let timers = timers.into_iter().map(|timer| serde_json::from_str::<Value>(&timer.body).unwrap());
        for timer in timers.filter(|command| command["do"] == "flow_timer") {
            let body = json!({ "do": "flow_timer", "contact_sid": timer["contact_sid"],
                "execution_sid": timer["execution_sid"], "timer": timer["timer"] });
            let record = self.room.record(body.to_string(), Some("g".into()));
            self.room.inbound(vec![record]);
        }
        self.settle();
    }

    fn timeline(&self) -> Vec<String> {
        let contact = self.room.contact(ChannelKind::Sms, ANN);
        self.room.timeline(&contact).into_iter().skip(1).collect()
    }

    fn waits_for_an_answer(&self) -> bool {
        let execution = self.room.execution(&self.room.contact(ChannelKind::Sms, ANN));
        matches!(execution.state.status(), Status::Waiting(Waiting::OutgoingCall { .. }))
    }
}

#[test]
fn a_flow_that_a_message_began_goes_on_by_phone() {
    let (mut out, call) = Out::rings(calls_out());
    assert_eq!(out.timeline(), ["1> Calling +15005550001 [received]"]);
    assert!(out.waits_for_an_answer());
    out.act(&call, Act::Answer);
    assert_eq!(out.line.heard(&call), ["Hello Ann", "Goodbye"]);
    assert!(out.line.is_over(&call));
    let mut told = out.timeline().split_off(1);
    told.sort();
    assert_eq!(told, ["1< written [sent]", "1> The call ended after 0 s [received]"]);
    assert_eq!(out.line.called(), 1);
}

#[test]
fn whoever_does_not_answer_lets_the_flow_go_on_without_them() {
    let check = |act: fn(&mut Out, &str), expect: [&str; 2]| {
        let (mut out, call) = Out::rings(calls_out());
        out.room.world.advance_ms(1_000);
        act(&mut out, &call);
        out.settle();
        let mut told = out.timeline().split_off(1);
        told.sort();
        assert_eq!(told, expect);
    };
    let busy = ["1< busy [sent]", "1> The line was busy [received]"];
    check(|out, call| out.line.act(&out.room, call, Act::Decline), busy);
    let silent = ["1< noAnswer [sent]", "1> Nobody answered the call [received]"];
    check(|out, _| out.line.pass_s(&out.room, 30), silent);
}

#[test]
fn a_call_that_the_provider_refuses_has_failed() {
    let mut out = Out::new(calls_out());
    out.room.http.will_answer(400, r#"{"code": 21211, "message": "no number"}"#);
    let asked = out.room.take(QueueName::Outbound);
    out.room.outbound(asked);
    out.room.http.take_calls();
    out.settle();
    assert_eq!(out.timeline()[1..], ["1< failed [sent]"]);
    let problems = out.room.problems();
    assert!(problems.iter().any(|problem| problem.contains("21211: no number")), "{problems:?}");
}

#[test]
fn a_provider_that_asks_to_wait_is_asked_again_and_calls_once() {
    let mut out = Out::new(calls_out());
    out.room.http.will_answer(429, r#"{"code": 20429}"#);
    let asked = out.room.take(QueueName::Outbound);
    out.room.outbound(asked);
    assert_eq!(out.room.http.take_calls().len(), 2);
}

#[test]
fn a_call_of_which_nobody_hears_is_made_once_and_given_up_in_the_end() {
    let mut out = Out::new(calls_out());
    out.room.http.will(Err(HttpError::NoAnswer("late".into())));
    let asked = out.room.take(QueueName::Outbound);
    out.room.outbound(asked.clone());
    out.room.outbound(asked);
    assert_eq!(out.room.http.take_calls().len(), 1);
    assert!(out.waits_for_an_answer());
    out.timers_ring();
    assert_eq!(out.timeline()[1..], ["1< failed [sent]"]);
}

#[test]
fn who_answers_before_the_flow_has_written_that_it_calls_is_asked_to_wait() {
    let mut room = Room::new(calls_out());
    let line = Line::new(&mut room);
    let mut out = Out { room, line };
    assert!(out.room.writes(ChannelKind::Sms, ANN, "Call me", "1") < 300);
    let written = out.room.take(QueueName::Inbound);
    // The turn has its effects, and dies before its commit.
    let mut fails = 0;
    while out.room.ports.queue.sent(QueueName::Outbound).is_empty() {
        out.room.fail(fails, true);
        let body = written.clone();
        now(crate::inbound::handle(&out.room.center, body));
        fails += 1;
        assert!(fails < 20, "it never calls");
    }
    let asked = out.room.take(QueueName::Outbound);
    out.room.outbound(asked);
    out.line.take_api(&out.room);
    if let Some(call) = out.line.ringing() {
        out.line.act(&out.room, &call, Act::Answer);
        out.room.inbound(written);
        out.settle();
        out.line.pass_s(&out.room, 3);
        out.settle();
        assert_eq!(out.line.heard(&call).last().unwrap(), "Goodbye");
    }
}

#[test]
fn nobody_is_called_who_does_not_want_it_or_has_no_phone() {
    let check = |kind: ChannelKind, from: &str, to: Value, opted_out: bool, why: &str| {
        let mut flow = calls_out();
        flow["states"][1]["properties"] = to;
        let mut room = Room::new(flow);
        let line = Line::new(&mut room);
        let mut out = Out { room, line };
        assert!(out.room.writes(kind, from, "Call me", "1") < 300);
        if opted_out {
            // The flow stands still until its contact is there.
            out.settle();
            let contact = out.room.contact(kind, from);
            let no = patchbay_model::Consent::OptedOut;
            now(crate::contacts::set_consent(&out.room.center, &contact, ChannelKind::Voice, no)).unwrap();
            let call = out.line.ringing().unwrap();
            out.act(&call, Act::Decline);
            out.room.world.advance_ms(60_000);
            assert!(out.room.writes(kind, from, "Call me", "2") < 300);
        }
        let before = out.line.called();
        out.settle();
        assert_eq!(out.line.called(), before);
        let problems = out.room.problems();
        assert!(problems.iter().any(|problem| problem.contains(why)), "{problems:?}");
    };
    check(ChannelKind::Line, "U1", json!({}), false, "nobody who can be called");
    check(ChannelKind::Sms, ANN, json!({ "to": "12" }), false, "nobody who can be called");
    check(ChannelKind::Sms, ANN, json!({ "to": ANN }), true, "opted_out");
}

#[test]
fn a_call_is_recorded_as_its_flow_says() {
    let check = |status: u16, answer: &str, heard: &str| {
        let exits = [("success", "yes"), ("failed", "no")];
        let mut room = Room::new(call_flow(&[
            widget("record", "record-call", json!({ "record_call": true }), &exits),
            say("yes", "Recorded", ""),
            say("no", "Not recorded", ""),
        ]));
        let mut line = Line::new(&mut room);
        let call = line.dial(&room, ANN);
        assert_eq!(line.heard(&call), ["1 s"]);
        room.http.will_answer(status, answer);
        let jobs = room.take(QueueName::Outbound);
        room.outbound(jobs.clone());
        // The queue brings it again: it is done once.
        room.outbound(jobs);
        let asked = room.http.take_calls();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].url.ends_with(&format!("/Calls/{call}/Recordings.json")), "{}", asked[0].url);
        let told = room.take(QueueName::Inbound);
        room.inbound(told);
        line.pass_s(&room, 1);
        assert_eq!(line.heard(&call).last().unwrap(), heard);
    };
    check(201, r#"{"sid": "RE1", "status": "in-progress"}"#, "Recorded");
    check(400, r#"{"code": 21220, "message": "over"}"#, "Not recorded");
}

#[test]
fn what_was_said_is_a_note_for_agents_once() {
    let mut room = Room::new(call_flow(&[say("hello", "Hello", "")]));
    let mut line = Line::new(&mut room);
    let call = line.dial(&room, ANN);
    let mut tell = |on: &str, params: &[(&str, &str)]| {
        let url =
            format!("https://center.example/webhooks/voice/default?on={on}&customer=%2B15005550001&ours=1");
        let mut all = vec![("CallSid".to_owned(), call.clone())];
        all.extend(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        for _ in 0..2 {
            line.post(&room, &Asked { url: url.clone(), params: all.clone() });
            room.settle();
        }
    };
    let said = |track: &'static str, sequence: &'static str, data: &'static str| {
        [
            ("TranscriptionSid", "GT1"),
            ("TranscriptionEvent", "transcription-content"),
            ("Track", track),
            ("SequenceId", sequence),
            ("TranscriptionData", data),
        ]
    };
    tell("said", &said("inbound_track", "2", r#"{"transcript": "My order is late"}"#));
    tell("said", &said("outbound_track", "3", r#"{"transcript": "I am sorry"}"#));
    let text = [
        ("TranscriptionSid", "TR1"),
        ("RecordingSid", "RE1"),
        ("TranscriptionStatus", "completed"),
        ("TranscriptionText", "Call me"),
    ];
    tell("transcript", &text);
    let contact = room.contact(ChannelKind::Voice, ANN);
    let notes: Vec<String> = room
        .messages(&contact)
        .iter()
        .filter(|message| matches!(message.content, patchbay_model::Content::Note { .. }))
        .map(|message| message.content.plain_text().to_string())
        .collect();
    let mut expect = ["Customer: My order is late", "Agent: I am sorry", "What was said: Call me"];
    let mut notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    notes.sort_unstable();
    expect.sort_unstable();
    assert_eq!(notes, expect);
}

/// A caller who leaves a message, and what becomes of it: `next` follows the widget, by either of its ways.
fn left(settings: &[(&str, &str)], next: &str, hangs_up: bool) -> (Room, Line) {
    let exits = [("recordingComplete", next), ("noAudio", ""), ("hangup", next)];
    let mut room = Room::new(call_flow(&[
        widget("message", "record-voicemail", json!({ "timeout": 5 }), &exits),
        widget("hand", "send-to-flex", json!({ "workflow": "anyone" }), &[("callComplete", "")]),
    ]));
    let mut line = Line::with(&mut room, settings);
    let call = line.dial(&room, ANN);
    line.act(&room, &call, Act::Say("call me back".into()));
    match hangs_up {
        true => line.act(&room, &call, Act::HangUp),
        false => line.pass_s(&room, 6),
    }
    room.settle();
    (room, line)
}

fn created(room: &Room) -> Vec<Value> {
    room.routing().into_iter().filter(|command| command["do"] == "create_task").collect()
}

#[test]
fn a_message_that_a_flow_hands_on_is_a_task_without_a_call() {
    let (room, _) = left(&[("voicemail_workflow", "anyone")], "hand", true);
    let made = created(&room);
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(
        (&made[0]["task_channel"], &made[0]["attributes"]["call_sid"]),
        (&json!("chat"), &Value::Null)
    );
    let contact = room.contact(ChannelKind::Voice, ANN);
    assert_eq!(room.conversation(&contact).state, ConversationState::Waiting);
    assert!(room.timeline(&contact).contains(&"1> Recording, 3 s [received]".to_owned()));
}

#[test]
fn a_message_that_nobody_hands_on_is_a_task_where_the_account_says_so() {
    let (mut room, _) = left(&[("voicemail_workflow", "anyone"), ("voicemail_channel", "voice")], "", false);
    // Its flow may have been at work when the message came: then there is one more look.
    let (looks, mut made): (Vec<Value>, Vec<Value>) = room
        .routing()
        .into_iter()
        .filter(|it| it["do"] == "left_message" || it["do"] == "create_task")
        .partition(|it| it["do"] == "left_message");
    for look in looks {
        let body = json!({ "do": "left_message", "key": look["left"]["key"], "customer": look["left"]["customer"],
            "our_address": look["left"]["our_address"], "at": look["left"]["at"], "looks": look["left"]["looks"] });
        for _ in 0..2 {
            let record = room.record(body.to_string(), Some("g".into()));
            room.inbound(vec![record]);
            made.extend(created(&room));
        }
    }
    let made: Vec<&Value> = made.iter().collect();
    assert!(!made.is_empty() && made.iter().all(|task| task["task_sid"] == made[0]["task_sid"]), "{made:?}");
    assert_eq!(
        (&made[0]["task_channel"], &made[0]["attributes"]["type"]),
        (&json!("voice"), &json!("voicemail"))
    );
    let contact = room.contact(ChannelKind::Voice, ANN);
    let conversation = room.conversation(&contact);
    assert_eq!((conversation.state, conversation.sid.number()), (ConversationState::Waiting, 2));
    // The message is where it is dealt with.
    assert!(room.timeline(&contact).contains(&"2> Recording, 3 s [received]".to_owned()));
}

#[test]
fn a_message_of_an_account_without_a_workflow_is_in_the_timeline_and_that_is_all() {
    let (room, _) = left(&[], "", false);
    let asked = room.routing();
    assert!(asked.iter().all(|it| it["do"] != "create_task" && it["do"] != "left_message"), "{asked:?}");
}

/// Something that happens, at any moment.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Answered,
    Declined,
    HungUp,
    Passes(i64),
    Delivered(QueueName),
    TimersRing,
    Again(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    prop_oneof![
        3 => Just(Answered),
        1 => Just(Declined),
        1 => Just(HungUp),
        2 => (1_i64..40).prop_map(Passes),
        5 => prop::sample::select(vec![QueueName::Inbound, QueueName::Outbound]).prop_map(Delivered),
        1 => Just(TimersRing),
        2 => any::<usize>().prop_map(Again),
    ]
}

impl Out {
    fn happens(&mut self, what: Happens) {
        let call = self.line.open_calls().first().cloned();
        let mut does = |act: Act| {
            if let Some(call) = &call {
                self.line.try_act(&self.room, call, act);
            }
        };
        match what {
            Happens::Answered => does(Act::Answer),
            Happens::Declined => does(Act::Decline),
            Happens::HungUp => does(Act::HangUp),
            Happens::Passes(s) => self.line.pass_s(&self.room, s),
            Happens::Delivered(QueueName::Inbound) => {
                let records = self.room.take(QueueName::Inbound);
                self.room.inbound(records);
            }
            Happens::Delivered(_) => {
                let records = self.room.take(QueueName::Outbound);
                self.room.outbound(records);
                self.line.take_api(&self.room);
            }
            Happens::TimersRing => self.timers_ring(),
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
    fn news_in_any_order_and_any_number_lead_the_flow_to_one_end(
        happened in prop::collection::vec(happens(), 1..24),
    ) {
        let mut out = Out::new(calls_out());
        for what in happened {
            out.happens(what);
        }
        for _ in 0..4 {
            out.settle();
            out.line.pass_s(&out.room, 60);
        }
        out.timers_ring();
        // It was called once, the call is over, and the flow has said one thing of it.
        prop_assert!(out.line.called() <= 1);
        prop_assert_eq!(out.line.open_calls(), Vec::<String>::new());
        let said = out.timeline().into_iter().filter(|line| line.contains('<')).count();
        prop_assert_eq!(said, 1, "{:?}", out.timeline());
        let contact = out.room.contact(ChannelKind::Sms, ANN);
        prop_assert_eq!(out.room.conversation(&contact).state, patchbay_model::ConversationState::Closed);
    }
}
