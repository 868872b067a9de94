//! A flow writes while the channel's window is open.

use super::says;
use crate::command::InboundBody;
use crate::testing::{ANN, Room, ask_and_hand_over};
use patchbay_model::{ChannelKind, ConversationState};

const DAY_MS: i64 = 24 * 3_600_000;

/// What becomes of a message that a timer says `after_ms` after the customer's only one.
fn check(kind: ChannelKind, after_ms: i64, expect: &str) {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, kind, ANN, "Hello");
    let contact = room.contact(kind, ANN);
    let heard = room.messages(&contact)[0].seq.time();
    let timer = room.routing().into_iter().find(|body| body["do"] == "flow_timer").unwrap();
    let (timer, execution_sid) = (timer["timer"].as_str().unwrap().to_owned(), room.execution(&contact).sid);
    room.world.advance_ms(after_ms - room.center.now().since_ms(heard));
    let body = InboundBody::FlowTimer { contact_sid: contact.clone(), execution_sid, timer };
    let record = room.command(&body);
    room.inbound(vec![record.clone()]);
    room.inbound(vec![record]);
    room.settle();
    let said = room.messages(&contact).pop().unwrap();
    let (code, _) = said.reason.as_deref().unwrap_or("").split_once(": ").unwrap_or_default();
    assert_eq!(format!("{} {code}", said.status.as_str()).trim(), expect, "{kind} {after_ms}");
    assert_eq!(said.content.plain_text(), "Gone?");
    assert_eq!(room.conversation(&contact).state, ConversationState::Closed);
}

#[test]
fn the_last_moment_belongs_to_the_window_and_the_next_does_not() {
    check(ChannelKind::Whatsapp, DAY_MS, "sent");
    check(ChannelKind::Whatsapp, DAY_MS + 1, "failed window_closed");
    check(ChannelKind::Sms, 30 * DAY_MS, "sent");
}
