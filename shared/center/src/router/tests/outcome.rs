//! What came of a task, and when its conversation is told.

use super::*;
use crate::command::{InboundBody, TaskOutcome};
use crate::router::outcome::LOOK_AFTER_S;
use crate::store::put_next;
use patchbay_model::{
    Address, ChannelKind, ContactSid, Conversation, ConversationSid, ConversationState, Seq, TaskStatus,
};

fn conversation_sid() -> ConversationSid {
    ContactSid::random([7; 16]).conversation(1)
}

/// The flow has stored that its conversation waits for the task.
fn store_conversation(room: &Room, task: &TaskSid) {
    let at = room.world.now();
    let mut conversation = Conversation {
        sid: conversation_sid(),
        contact_sid: conversation_sid().contact(),
        state: ConversationState::Waiting,
        workers: vec![],
        task_sid: Some(task.clone()),
        execution: None,
        address: Address::new(ChannelKind::Sms, "default", "+15005550006"),
        our_address: "+15005550001".into(),
        merged_into: None,
        tasks: vec![],
        invited: vec![],
        first_seq: Seq::at(at),
        created_at: at,
        updated_at: at,
        version: 0,
    };
    now(crate::ports::Table::write(room.table.as_ref(), vec![put_next(&mut conversation)])).unwrap();
}

/// A task of the conversation that lives so long.
fn new_task(room: &Room, timeout_s: u32) -> NewTask {
    NewTask {
        task_sid: TaskSid::derive(&["task"]),
        workflow_sid: room.center_workflow(),
        task_channel: "chat".into(),
        attributes: french(),
        priority: 0,
        timeout_s,
        conversation_sid: Some(conversation_sid()),
        routing_target: None,
        invitation: None,
        created_at: room.world.now(),
    }
}

fn create(room: &mut Room, new: &NewTask) {
    room.deliver(body(&RoutingBody::CreateTask(Box::new(new.clone()))));
    room.run();
}

/// What the conversation has been told since the last time, with the queue's deduplication ids.
fn told(room: &Room) -> Vec<(TaskOutcome, String)> {
    let sent = room.queue.take(QueueName::Inbound).into_iter();
    sent.map(|message| match serde_json::from_str(&message.body).unwrap() {
        InboundBody::Task { task_sid, outcome, .. } => {
            assert_eq!(task_sid, TaskSid::derive(&["task"]));
            (outcome, message.dedup.unwrap())
        }
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn a_task_that_ends_before_its_flow_has_stored_it_is_told_once_it_has() {
    let mut room = Room::new(workspace(by_language(), 1));
    let new = new_task(&room, 0);
    create(&mut room, &new);
    assert_eq!(room.task(&new.task_sid).status, TaskStatus::Canceled);
    assert_eq!(told(&room), []);
    store_conversation(&room, &new.task_sid);
    room.pass_s(i64::from(LOOK_AFTER_S));
    let reason = "Task TTL Exceeded".to_owned();
    let [(outcome, first)] = told(&room).try_into().unwrap();
    assert_eq!(outcome, TaskOutcome::Canceled { reason });
    // The flow's turn died before it stored anything, and asks for its task again: the queue must not take the news
    // for the first one, which met nobody.
    create(&mut room, &new);
    room.pass_s(i64::from(LOOK_AFTER_S));
    let again: Vec<String> = told(&room).into_iter().map(|(_, dedup)| dedup).collect();
    assert!(!again.is_empty() && !again.contains(&first), "{first} {again:?}");
}

#[test]
fn a_conversation_that_waits_is_told_when_the_cancellation_is_stored() {
    let mut room = Room::new(workspace(by_language(), 1));
    let new = new_task(&room, 86_400);
    store_conversation(&room, &new.task_sid);
    create(&mut room, &new);
    let cancel = RoutingBody::CancelTask { task_sid: new.task_sid.clone(), reason: "test".into() };
    room.deliver(body(&cancel));
    assert_eq!(told(&room).len(), 1);
    // A second order changes nothing.
    room.deliver(body(&cancel));
    assert_eq!(told(&room), []);
}

#[test]
fn a_look_tells_nothing_of_a_task_that_goes_on_and_costs_half_a_unit_when_the_conversation_has_heard() {
    let mut room = Room::new(workspace(by_language(), 1));
    let new = new_task(&room, 86_400);
    store_conversation(&room, &new.task_sid);
    create(&mut room, &new);
    let look = |task_sid| RoutingBody::OutcomeCheck {
        task_sid,
        conversation_sid: conversation_sid(),
        asked_at: room.world.now(),
    };
    let goes_on = body(&look(new.task_sid));
    let before = body(&look(TaskSid::derive(&["the one before"])));
    room.deliver(goes_on);
    assert_eq!(told(&room), []);
    room.table.take_spent();
    room.deliver(before);
    assert_eq!(told(&room), []);
    assert_eq!(room.table.take_spent(), crate::ports::Units { read_tenths: 5, write_tenths: 0 });
}
