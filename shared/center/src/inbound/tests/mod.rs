mod bridge;
mod call;
mod call_races;
mod calling;
mod close;
mod colleague;
mod colleague_races;
mod control;
pub(crate) mod desk;
mod effects;
mod events;
mod faults;
mod life;
pub(crate) mod outward;
mod outward_agents;
mod outward_races;
mod second;
mod watching;
mod window;

use crate::testing::{ANN, Room, ask_and_hand_over};
use patchbay_model::{ChannelKind, ContactSid};

/// A customer's message all the way: webhook, flow, sender.
pub(super) fn says(room: &mut Room, kind: ChannelKind, from: &str, text: &str) {
    room.world.advance_ms(1_000);
    let seed = format!("{kind}:{text}");
    assert!(room.writes(kind, from, text, &seed) < 300);
    room.settle();
}

/// Ann has said hello and her name by SMS: a task waits for an agent.
pub(super) fn waiting() -> (Room, ContactSid) {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    says(&mut room, ChannelKind::Sms, ANN, "Ann");
    let contact = room.contact(ChannelKind::Sms, ANN);
    (room, contact)
}

/// The worker is on it.
pub(super) fn with_agent() -> (Room, ContactSid) {
    let (room, contact) = waiting();
    room.assign(&contact);
    room.events("desk");
    (room, contact)
}

/// The task of the conversation came to its end.
pub(super) fn task_ends(room: &mut Room, contact: &ContactSid, outcome: crate::command::TaskOutcome) {
    let conversation = room.conversation(contact);
    let body = crate::command::InboundBody::Task {
        conversation_sid: conversation.sid,
        task_sid: conversation.task_sid.unwrap(),
        outcome,
    };
    let record = room.command(&body);
    room.inbound(vec![record.clone()]);
    room.inbound(vec![record]);
    room.settle();
}
