//! What is stored while a conversation closes, by a handler that had read it as open.

use super::{task_ends, with_agent};
use crate::command::{InboundBody, TaskOutcome};
use crate::ports::QueueName;
use crate::testing::{NOW, Room, now};
use patchbay_model::{ContactSid, Content, ConversationState, Message, MessageSid, Seq};

/// "Wait", stored by somebody who knows of no closing.
fn stored_as_if_open(room: &Room, contact: &ContactSid) -> Message {
    let mut stray = room.messages(contact)[0].clone();
    stray.sid = MessageSid::derive(&["stray"]);
    stray.seq = Seq::of(NOW.plus_s(60), &stray.sid);
    stray.content = Content::text("Wait");
    now(crate::store::put_message(&room.ports.table, &stray)).unwrap();
    stray
}

fn check_reopened(room: &Room, contact: &ContactSid) {
    let timeline = room.timeline(contact);
    assert_eq!(timeline[timeline.len() - 2..], ["2> Wait [received]", "2< Your name? [sent]"]);
    assert_eq!(room.conversation(contact).sid.number(), 2);
}

#[test]
fn a_stray_message_opens_a_conversation_once() {
    let (mut room, contact) = with_agent();
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    let stray = stored_as_if_open(&room, &contact);
    let record = room.command(&InboundBody::Stray { key: stray.key() });
    for _ in 0..2 {
        room.inbound(vec![record.clone()]);
        room.settle();
        check_reopened(&room, &contact);
    }
}

/// The task ends, and the handler dies at the operation `at`; before its second run somebody stores a message. Whether
/// the fault struck.
fn check_death(at: u32, carried_out: bool) -> bool {
    let (mut room, contact) = with_agent();
    room.ports.queue.take(QueueName::Routing);
    let conversation = room.conversation(&contact);
    let (conversation_sid, task_sid) = (conversation.sid, conversation.task_sid.unwrap());
    let outcome = TaskOutcome::Completed;
    let record = room.command(&InboundBody::Task { conversation_sid, task_sid, outcome });
    room.fail(at, carried_out);
    let died = !now(crate::inbound::handle(&room.center, vec![record.clone()])).is_empty();
    room.fail(u32::MAX, false);
    let was_closed = room.conversation(&contact).state == ConversationState::Closed;
    stored_as_if_open(&room, &contact);
    room.world.advance_ms(1_000);
    room.inbound(vec![record]);
    let routing = room.take(QueueName::Routing);
    let looks: Vec<_> = routing.into_iter().filter(|record| record.body.contains("close_check")).collect();
    // Late, and twice.
    for _ in 0..2 {
        room.routed(looks.clone());
        room.settle();
        if was_closed {
            check_reopened(&room, &contact);
        } else {
            let conversation = room.conversation(&contact);
            assert_eq!(
                (conversation.sid.number(), conversation.state),
                (1, ConversationState::Closed),
                "{at}"
            );
        }
    }
    died
}

#[test]
fn a_closing_that_dies_anywhere_leaves_nobody_without_an_answer() {
    assert!(!check_death(u32::MAX, false));
    for carried_out in [false, true] {
        let deaths = (0..20).filter(|at| check_death(*at, carried_out)).count();
        assert!((3..20).contains(&deaths), "{deaths}");
    }
}
