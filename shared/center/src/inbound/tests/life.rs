//! The life of a conversation, state by state.

use super::{says, task_ends, waiting, with_agent};
use crate::command::{InboundBody, TaskOutcome};
use crate::ports::{QueueName, Units};
use crate::testing::{ANN, Room, ask_and_hand_over, now};
use patchbay_flow::Status;
use patchbay_model::{ChannelKind, ConversationState, MessageStatus};
use serde_json::json;

#[test]
fn a_first_message_makes_contact_and_conversation_and_starts_the_flow() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let contact = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(room.timeline(&contact), ["1> Hello [received]", "1< Your name? [sent]"]);
    let conversation = room.conversation(&contact);
    assert_eq!((conversation.state, conversation.sid.number()), (ConversationState::Flow, 1));
    assert_eq!(room.problems(), Vec::<String>::new());
    insta::assert_json_snapshot!("items_of_a_new_contact", json!([room.items("I#"), room.items("C#")]));
    insta::assert_json_snapshot!("routing_of_a_question", room.routing());
}

#[test]
fn the_bodies_of_the_queues() {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(ChannelKind::Line, "U1", "Hello", "1");
    let sent = room.ports.queue.sent(QueueName::Inbound);
    let inbound = room.take(QueueName::Inbound);
    room.inbound(inbound);
    let outbound = room.ports.queue.sent(QueueName::Outbound);
    let shown = |message: &crate::ports::Outgoing| {
        let body: serde_json::Value = serde_json::from_str(&message.body).unwrap();
        json!({ "body": body, "group": message.group, "dedup": message.dedup })
    };
    insta::assert_json_snapshot!(
        "queue_bodies",
        json!({
            "inbound": sent.iter().map(shown).collect::<Vec<_>>(),
            "outbound": outbound.iter().map(shown).collect::<Vec<_>>(),
        })
    );
}

#[test]
fn an_answer_goes_on_to_the_task_and_the_conversation_waits() {
    let (room, contact) = waiting();
    let conversation = room.conversation(&contact);
    assert_eq!(conversation.state, ConversationState::Waiting);
    let routing = room.routing();
    let create = routing.iter().find(|body| body["do"] == "create_task").unwrap();
    assert_eq!(create["task_sid"], json!(conversation.task_sid));
    let attributes = &create["attributes"];
    assert_eq!(
        [&attributes["said"], &attributes["conversationSid"], &attributes["channelType"]],
        [&json!("Ann"), &json!(conversation.sid), &json!("sms")]
    );
    insta::assert_json_snapshot!("create_task", create);
    insta::assert_json_snapshot!("items_of_a_waiting_conversation", room.items("C#"));
}

/// Ann goes on by WhatsApp: what her agents answer to, and what she may be written to on.
fn goes_on_by_whatsapp(
    room: &mut Room,
    contact: &patchbay_model::ContactSid,
) -> (ChannelKind, Vec<ChannelKind>) {
    says(room, ChannelKind::Whatsapp, ANN, "Here I am");
    let strong = crate::ports::Consistency::Strong;
    let known = now(crate::store::load_contact(&room.ports.table, contact, strong)).unwrap().unwrap();
    let channels = known.identities.iter().map(|identity| identity.channel).collect();
    (room.conversation(contact).address.channel, channels)
}

#[test]
fn agents_answer_where_the_customer_wrote_from_last() {
    let both = vec![ChannelKind::Sms, ChannelKind::Whatsapp];
    let (mut room, contact) = waiting();
    assert_eq!(goes_on_by_whatsapp(&mut room, &contact), (ChannelKind::Whatsapp, both.clone()));
    let (mut room, contact) = with_agent();
    assert_eq!(goes_on_by_whatsapp(&mut room, &contact), (ChannelKind::Whatsapp, both));
    assert_eq!(room.events("desk"), ["contact.updated", "conversation.updated", "message.created"]);
    // A message that was on its way for long takes nobody back.
    says(&mut room, ChannelKind::Sms, ANN, "Now here");
    assert_eq!(room.conversation(&contact).address.channel, ChannelKind::Sms);
    room.world.advance_s(-3);
    says(&mut room, ChannelKind::Whatsapp, ANN, "Sent before");
    assert_eq!(room.conversation(&contact).address.channel, ChannelKind::Sms);
}

#[test]
fn a_message_that_waits_for_an_agent_is_stored_and_steps_no_flow() {
    let (mut room, contact) = waiting();
    room.routing();
    let before = room.execution(&contact);
    says(&mut room, ChannelKind::Sms, ANN, "Still there?");
    assert_eq!(room.timeline(&contact).last().unwrap(), "1> Still there? [received]");
    assert_eq!(room.execution(&contact), before);
    assert!(room.routing().is_empty());
}

#[test]
fn an_agent_gets_every_message_once_per_delivery() {
    let (mut room, contact) = with_agent();
    says(&mut room, ChannelKind::Sms, ANN, "Help me");
    let frames = room.frames("desk");
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["event_type"], "message.created");
    assert_eq!(frames[0]["payload"]["text"], "Help me");
    assert_eq!(room.timeline(&contact).len(), 4);
}

#[test]
fn a_customer_of_a_known_number_is_the_same_on_another_channel() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Line, "U1", "Hello");
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    assert_ne!(room.contact(ChannelKind::Line, "U1"), room.contact(ChannelKind::Sms, ANN));
    assert_eq!(room.contact(ChannelKind::Whatsapp, ANN), room.contact(ChannelKind::Sms, ANN));
}

#[test]
fn an_answer_from_another_channel_goes_on_in_the_same_conversation() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let contact = room.contact(ChannelKind::Sms, ANN);
    let identity = patchbay_model::Address::new(ChannelKind::Line, "default", "U1").identity();
    let claim = crate::store::claim_identity(&identity, &contact);
    now(crate::ports::Table::write(&room.ports.table, vec![claim])).unwrap();
    says(&mut room, ChannelKind::Line, "U1", "Ann");
    assert_eq!(room.conversation(&contact).state, ConversationState::Waiting);
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    let bye = room.messages(&contact).pop().unwrap();
    assert_eq!((bye.channel, bye.content.plain_text()), (ChannelKind::Line, "Bye"));
}

#[test]
fn a_completed_task_lets_the_flow_say_goodbye_and_closes() {
    let (mut room, contact) = with_agent();
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    let conversation = room.conversation(&contact);
    assert_eq!((conversation.state, conversation.workers.len()), (ConversationState::Closed, 0));
    assert_eq!(room.timeline(&contact).last().unwrap(), "1< Bye [sent]");
    assert!(matches!(room.execution(&contact).state.status(), Status::Ended { .. }));
    assert_eq!(room.events("desk"), ["conversation.updated"]);
    let routing = room.routing();
    let checks: Vec<_> = routing.iter().filter(|body| body["do"] == "close_check").collect();
    assert_eq!(checks.len(), 1, "the second delivery closes nothing");
    assert_eq!(checks[0]["seen"].as_array().unwrap().len(), 4);
}

#[test]
fn a_canceled_task_takes_the_failure_branch() {
    let (mut room, contact) = waiting();
    task_ends(&mut room, &contact, TaskOutcome::Canceled { reason: "left the workflow".into() });
    assert_eq!(room.timeline(&contact).last().unwrap(), "1< Sorry [sent]");
    assert_eq!(room.conversation(&contact).state, ConversationState::Closed);
}

#[test]
fn a_message_after_the_end_opens_the_next_conversation_and_keeps_the_last() {
    let (mut room, contact) = with_agent();
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    says(&mut room, ChannelKind::Sms, ANN, "One more thing");
    let conversation = room.conversation(&contact);
    assert_eq!((conversation.sid.number(), conversation.state), (2, ConversationState::Flow));
    let past = now(crate::store::load_past_conversations(&room.ports.table, &contact, 9)).unwrap();
    assert_eq!(
        past.iter().map(|c| (c.sid.number(), c.state)).collect::<Vec<_>>(),
        [(1, ConversationState::Closed)]
    );
    let timeline = room.timeline(&contact);
    assert_eq!(timeline[timeline.len() - 2..], ["2> One more thing [received]", "2< Your name? [sent]"]);
}

#[test]
fn a_redelivery_changes_nothing_whatever_became_of_the_conversation() {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(ChannelKind::Sms, ANN, "Hello", "1");
    let hello = room.take(QueueName::Inbound);
    room.inbound(hello.clone());
    room.settle();
    says(&mut room, ChannelKind::Sms, ANN, "Ann");
    let contact = room.contact(ChannelKind::Sms, ANN);
    let check = |room: &mut Room| {
        let before = (room.timeline(&contact), room.conversation(&contact), room.execution(&contact));
        room.inbound(hello.clone());
        room.settle();
        assert_eq!((room.timeline(&contact), room.conversation(&contact), room.execution(&contact)), before);
    };
    check(&mut room);
    room.assign(&contact);
    check(&mut room);
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    check(&mut room);
    says(&mut room, ChannelKind::Sms, ANN, "Again");
    check(&mut room);
}

#[test]
fn a_message_of_an_agents_time_opens_nothing_when_it_comes_again_after_the_end() {
    let (mut room, contact) = with_agent();
    room.writes(ChannelKind::Sms, ANN, "Thanks", "9");
    let thanks = room.take(QueueName::Inbound);
    room.inbound(thanks.clone());
    task_ends(&mut room, &contact, TaskOutcome::Completed);
    room.inbound(thanks);
    assert_eq!(room.conversation(&contact).sid.number(), 1);
}

#[test]
fn the_flows_timer_rings_once_and_only_for_its_execution() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let contact = room.contact(ChannelKind::Sms, ANN);
    let timer = room.routing().into_iter().find(|body| body["do"] == "flow_timer").unwrap();
    let rings = |room: &mut Room, execution_sid| {
        let timer = timer["timer"].as_str().unwrap().to_owned();
        let body = InboundBody::FlowTimer { contact_sid: contact.clone(), execution_sid, timer };
        let record = room.command(&body);
        room.inbound(vec![record]);
        room.settle();
    };
    rings(&mut room, patchbay_model::ExecutionSid::derive(&["another"]));
    assert_eq!(room.timeline(&contact).len(), 2);
    let execution_sid = room.execution(&contact).sid;
    rings(&mut room, execution_sid.clone());
    rings(&mut room, execution_sid);
    assert_eq!(room.timeline(&contact)[2..], ["1< Gone? [sent]"]);
    assert_eq!(room.conversation(&contact).state, ConversationState::Closed);
}

#[test]
fn an_account_without_its_flow_keeps_the_message_and_says_so() {
    let mut room = Room::new(ask_and_hand_over());
    let key = (ChannelKind::Sms, "default".to_owned());
    room.center.channels.get_mut(&key).unwrap().flow = "missing".into();
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let contact = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(room.timeline(&contact), ["1> Hello [received]"]);
    assert_eq!(room.problems(), [r#"the account sms/default/[redacted] has no flow "missing""#]);
    room.center.channels.get_mut(&key).unwrap().flow = "main".into();
    says(&mut room, ChannelKind::Sms, ANN, "Hello?");
    assert_eq!(room.timeline(&contact).last().unwrap(), "1< Your name? [sent]");
}

/// What one inbound message costs while an agent is on the conversation, in tenths of a unit.
fn check_cost(kind: ChannelKind, from: &str, expect: Units) {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(kind, from, "Hello", "1");
    room.settle();
    let contact = room.contact(kind, from);
    room.assign(&contact);
    room.world.advance_ms(1_000);
    match kind {
        ChannelKind::Webchat => room.writes_uuid_v7(from, "A question of one line"),
        _ => assert_eq!(room.writes(kind, from, "A question of one line", "2"), 200),
    }
    let records = room.take(QueueName::Inbound);
    room.ports.table.take_spent();
    room.inbound(records);
    assert_eq!(room.ports.table.take_spent(), expect, "{kind}");
    assert_eq!(room.messages(&contact).last().unwrap().status, MessageStatus::Received);
    assert!(room.events("desk").contains(&"message.created".to_owned()));
}

#[test]
fn an_assigned_conversation_costs_one_write_and_three_eventual_reads() {
    check_cost(ChannelKind::Line, "U1", Units { write_tenths: 10, read_tenths: 15 });
    check_cost(ChannelKind::Webchat, "visitor", Units { write_tenths: 10, read_tenths: 15 });
}

#[test]
fn a_provider_without_a_time_costs_one_write_more() {
    check_cost(ChannelKind::Sms, ANN, Units { write_tenths: 20, read_tenths: 15 });
}
