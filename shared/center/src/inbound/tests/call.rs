//! Phone calls, from the first ring to what is left of them.

use crate::command::TaskOutcome;
use crate::inbound::tests::{task_ends, with_agent};
use crate::ports::{HttpError, QueueName};
use crate::testing::{ANN, Line, Room, call_flow, phone_menu, say, widget};
use patchbay_channels::voice::network::Act;
use patchbay_model::ChannelKind;
use serde_json::{Value, json};

fn called(flow: Value) -> (Room, Line, String) {
    let mut room = Room::new(flow);
    let mut line = Line::new(&mut room);
    let call = line.dial(&room, ANN);
    (room, line, call)
}

fn lines(room: &Room) -> Vec<String> {
    room.timeline(&room.contact(ChannelKind::Voice, ANN))
}

#[test]
fn a_caller_chooses_by_a_key_and_waits() {
    let (room, mut line, call) = called(phone_menu());
    assert_eq!(line.heard(&call), ["Which language?"]);
    line.press(&room, &call, "2");
    let routing = room.routing();
    let task = &routing.iter().find(|command| command["do"] == "create_task").unwrap();
    let attributes = &task["attributes"];
    assert_eq!((&attributes["language"], &attributes["call_sid"]), (&json!("2"), &json!(call)));
    assert_eq!((&attributes["channelType"], &attributes["customerAddress"]), (&json!("voice"), &json!(ANN)));
    line.pass_s(&room, 21);
    let usual = "You are the next caller. The usual wait is about a minute.";
    assert_eq!(line.heard(&call)[1..], ["You are the next caller.", "20 s", usual, "20 s"]);
    assert_eq!(lines(&room), ["1> +15005550001 calls [received]"]);
    // The caller is whom messages from the number are of too.
    let by_phone = room.contact(ChannelKind::Voice, ANN);
    assert_eq!(room.contact(ChannelKind::Sms, ANN), by_phone);
}

#[test]
fn who_hangs_up_while_they_wait_needs_no_agent() {
    let (mut room, mut line, call) = called(phone_menu());
    line.press(&room, &call, "1");
    room.routing();
    line.pass_s(&room, 30);
    line.act(&room, &call, Act::HangUp);
    room.settle();
    let cancel = room.routing().into_iter().find(|command| command["do"] == "cancel_task").unwrap();
    assert_eq!(cancel["reason"], "hangup");
    assert_eq!(lines(&room)[1], "1> The call ended after 30 s [received]");
    let contact = room.contact(ChannelKind::Voice, ANN);
    task_ends(&mut room, &contact, TaskOutcome::Canceled { reason: "hangup".into() });
    assert_eq!(room.conversation(&contact).state, patchbay_model::ConversationState::Closed);
    // Whatever comes late or again changes nothing.
    let before = (room.items("L#"), room.items("C#"));
    for (asked, _) in std::mem::take(&mut line.asked) {
        line.post(&room, &asked);
    }
    room.settle();
    assert_eq!((room.items("L#"), room.items("C#")), before);
}

#[test]
fn a_request_that_comes_again_is_answered_the_same_and_moves_nothing() {
    let (room, mut line, call) = called(phone_menu());
    line.press(&room, &call, "1");
    room.routing();
    let before = room.items("C#");
    let asked: Vec<_> = line.asked.iter().map(|(asked, _)| asked.clone()).collect();
    let documents: Vec<String> = asked.iter().map(|asked| line.post(&room, asked).body).collect();
    // Of the first request, and of the answer to the question; what is heard in the queue follows from the request.
    assert_eq!(documents[0], documents[1]);
    assert!(documents[0].contains("<Enqueue"), "{}", documents[0]);
    assert_eq!(room.items("C#"), before);
    assert!(room.routing().is_empty());
}

#[test]
fn a_flow_whose_task_fails_calls_the_caller_out_of_the_queue() {
    let (mut room, mut line, call) = called(phone_menu());
    line.press(&room, &call, "1");
    let contact = room.contact(ChannelKind::Voice, ANN);
    task_ends(&mut room, &contact, TaskOutcome::Canceled { reason: "nobody is there".into() });
    assert_eq!(line.take_api(&room), [format!("POST Calls/{call}.json")]);
    assert_eq!(line.heard(&call)[3..], ["Leave a message", "beep"]);
    line.act(&room, &call, Act::Say("call me back".into()));
    line.pass_s(&room, 5);
    room.settle();
    assert_eq!(line.heard(&call).last().unwrap(), "Goodbye");
    assert!(line.is_over(&call));
    let timeline = lines(&room);
    assert!(timeline.contains(&"1> Recording, 3 s [received]".to_owned()), "{timeline:?}");
    assert!(timeline.contains(&"1> The call ended after 5 s [received]".to_owned()), "{timeline:?}");
}

fn asks_a_server(times: usize) -> Value {
    let properties = json!({ "method": "GET", "url": "https://api.example.com/x" });
    let names: Vec<String> = (0..times).map(|at| format!("ask{at}")).chain(["done".to_owned()]).collect();
    let mut widgets: Vec<Value> = (0..times)
        .map(|at| {
            let exits = [("success", names[at + 1].as_str()), ("failed", names[at + 1].as_str())];
            widget(&names[at], "make-http-request", properties.clone(), &exits)
        })
        .collect();
    widgets.push(say("done", "Done", ""));
    call_flow(&widgets)
}

#[test]
fn a_caller_is_never_kept_waiting_for_somebody_elses_server() {
    let mut room = Room::new(asks_a_server(3));
    let mut line = Line::new(&mut room);
    room.http.takes_ms(&room.world, 4_000);
    let began = room.world_now();
    let call = line.dial(&room, ANN);
    // One more call might outlast the line's patience: somebody else makes it.
    assert_eq!(room.world_now().since_ms(began), 4_000);
    assert_eq!(line.heard(&call), ["1 s"]);
    line.pass_s(&room, 1);
    assert_eq!(line.heard(&call), ["1 s", "1 s"]);
    room.settle();
    assert_eq!(room.http.take_calls().len(), 3);
    line.pass_s(&room, 1);
    assert_eq!(line.heard(&call), ["1 s", "1 s", "Done"]);
}

#[test]
fn who_cannot_be_helped_hears_an_apology_and_may_leave_a_message() {
    let mut room = Room::new(phone_menu());
    let mut line = Line::new(&mut room);
    for at in 0..6 {
        room.fail(at, false);
        let call = line.dial(&room, ANN);
        let heard = line.heard(&call);
        assert!(heard == ["Which language?"] || heard.last().unwrap() == "beep", "{at}: {heard:?}");
        room.fail(u32::MAX, false);
        if heard.last().unwrap() == "beep" {
            line.act(&room, &call, Act::Say("please call".into()));
        }
        line.act(&room, &call, Act::HangUp);
        room.settle();
    }
    let timeline = lines(&room);
    assert!(timeline.iter().filter(|line| line.contains("Recording, 2 s")).count() >= 3, "{timeline:?}");
    assert!(line.asked.iter().all(|(_, status)| *status == 200));
}

#[test]
fn an_agent_in_a_conversation_sees_that_its_customer_calls() {
    let (mut room, contact) = with_agent();
    let mut line = Line::new(&mut room);
    let call = line.dial(&room, ANN);
    assert_eq!(line.heard(&call).last().unwrap(), "beep");
    let frames = room.frames("desk");
    assert_eq!(frames[0]["payload"]["text"], "+15005550001 calls", "{frames:?}");
    assert!(room.conversation(&contact).workers.contains(&room.worker()));
}

#[test]
fn callers_who_hide_are_not_one_another() {
    let mut room = Room::new(phone_menu());
    let mut line = Line::new(&mut room);
    let calls = [line.dial(&room, "anonymous"), line.dial(&room, "+266696687")];
    let contacts: Vec<_> =
        calls.iter().map(|call| room.contact(ChannelKind::Voice, &format!("anonymous:{call}"))).collect();
    assert_ne!(contacts[0], contacts[1]);
}

#[test]
fn a_flow_that_is_broken_leaves_the_last_word_to_the_center() {
    let circle =
        call_flow(&[widget("turn", "split-based-on", json!({ "input": "x" }), &[("noMatch", "turn")])]);
    let (room, line, call) = called(circle);
    assert_eq!(line.heard(&call).last().unwrap(), "beep");
    assert_eq!(room.problems().len(), 1);
}

#[test]
fn a_call_to_a_server_that_fails_is_the_flows_business() {
    let mut room = Room::new(asks_a_server(1));
    let mut line = Line::new(&mut room);
    room.http.will(Err(HttpError::NoAnswer("late".into())));
    let call = line.dial(&room, ANN);
    assert_eq!(line.heard(&call), ["Done"]);
    assert!(room.take(QueueName::Inbound).len() <= 1);
}
