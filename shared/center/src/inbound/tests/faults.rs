//! A crash at any write or send, before or behind it: redelivery ends in the same state.

use crate::command::{InboundBody, TaskOutcome};
use crate::ports::QueueName;
use crate::testing::{ANN, Room, ask_and_hand_over};
use patchbay_model::{ChannelKind, ConversationState};
use std::collections::BTreeSet;

/// What a run leaves behind, without the ids that chance makes.
#[derive(Debug, PartialEq)]
struct Outcome {
    timeline: Vec<String>,
    state: ConversationState,
    number: u32,
    outbound: usize,
    tasks: usize,
    contacts: usize,
}

/// Plays a conversation through to its end; the fault strikes in step `step`.
fn play(step: usize, fault: Option<(u32, bool)>) -> (Outcome, u32) {
    let mut room = Room::new(ask_and_hand_over());
    let mut tasks = BTreeSet::new();
    let mut outbound = 0;
    let mut seen = 0;
    for (at, text) in ["Hello", "Ann", "", "Back again"].into_iter().enumerate() {
        room.world.advance_ms(1_000);
        let records = if text.is_empty() {
            let contact = room.contact(ChannelKind::Sms, ANN);
            let conversation = room.conversation(&contact);
            let (conversation_sid, task_sid) = (conversation.sid, conversation.task_sid.unwrap());
            let outcome = TaskOutcome::Completed;
            vec![room.command(&InboundBody::Task { conversation_sid, task_sid, outcome })]
        } else {
            room.writes(ChannelKind::Sms, ANN, text, text);
            room.take(QueueName::Inbound)
        };
        let (fail_at, carried_out) = fault.filter(|_| at == step).unwrap_or((u32::MAX, false));
        room.fail(fail_at, carried_out);
        room.inbound(records);
        if at == step {
            seen = room.ports.fault.lock().unwrap().seen;
        }
        room.fail(u32::MAX, false);
        outbound += room.ports.queue.sent(QueueName::Outbound).len();
        room.settle();
        for body in room.routing() {
            if body["do"] == "create_task" {
                tasks.insert(body["task_sid"].to_string());
            }
        }
    }
    let contact = room.contact(ChannelKind::Sms, ANN);
    let conversation = room.conversation(&contact);
    let contacts = room.items("C#").as_array().unwrap().iter().filter(|item| item["key"][1] == "C").count();
    let outcome = Outcome {
        timeline: room.timeline(&contact),
        state: conversation.state,
        number: conversation.sid.number(),
        outbound,
        tasks: tasks.len(),
        contacts,
    };
    (outcome, seen)
}

#[test]
fn a_crash_anywhere_ends_as_a_run_without_one() {
    let expect = Outcome {
        timeline: [
            "1> Hello [received]",
            "1< Your name? [sent]",
            "1> Ann [received]",
            "1< Bye [sent]",
            "2> Back again [received]",
            "2< Your name? [sent]",
        ]
        .map(str::to_owned)
        .into(),
        state: ConversationState::Flow,
        number: 2,
        outbound: 3,
        tasks: 1,
        contacts: 1,
    };
    for step in 0..4 {
        let (outcome, operations) = play(step, None);
        assert_eq!(outcome, expect);
        assert!(operations >= 3, "step {step} has {operations} operations");
        for at in 0..operations {
            for carried_out in [false, true] {
                let (outcome, _) = play(step, Some((at, carried_out)));
                assert_eq!(outcome, expect, "step {step}, operation {at}, carried out: {carried_out}");
            }
        }
    }
}

#[test]
fn the_first_failure_of_a_group_holds_back_the_rest_of_it_and_no_other() {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(ChannelKind::Sms, ANN, "one", "1");
    room.writes(ChannelKind::Sms, ANN, "two", "2");
    room.writes(ChannelKind::Line, "U1", "three", "3");
    let records = room.take(QueueName::Inbound);
    room.fail(0, false);
    let failed = crate::testing::now(crate::inbound::handle(&room.center, records.clone()));
    assert_eq!(failed, [records[0].message_id.clone(), records[1].message_id.clone()]);
    room.contact(ChannelKind::Line, "U1");
}

#[test]
fn a_body_that_is_no_command_comes_again() {
    let mut room = Room::new(ask_and_hand_over());
    let record = room.record(r#"{"do": "something newer"}"#.into(), None);
    let id = record.message_id.clone();
    assert_eq!(crate::testing::now(crate::inbound::handle(&room.center, vec![record])), [id]);
}
