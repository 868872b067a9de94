//! Agents who are faster than the flow that made their task.

use super::*;
use crate::budget::VISIBILITY_S;

fn accept(reservation: &ReservationSid) -> Value {
    json!({ "action": "reservation.accept", "id": "a", "reservation_sid": reservation })
}

/// Ann has accepted, and the conversation is as `change` leaves it: the turn that made the task has not ended.
async fn accepted_before(change: impl FnOnce(&mut Conversation)) -> (Desk, Value) {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    desk.change_conversation(change).await;
    let before = desk.conversation().await;
    let ack = desk.ask("ann", accept(&reservation)).await;
    assert_eq!(desk.conversation().await, before, "the turn's write must not fail");
    (desk, ack)
}

fn with_flow(conversation: &mut Conversation) {
    conversation.state = ConversationState::Flow;
    conversation.task_sid = None;
}

/// The one look that is queued, and after how many seconds it comes.
fn look(desk: &Desk) -> (String, u32) {
    let [look] = <[Outgoing; 1]>::try_from(desk.queue.take(QueueName::Routing)).unwrap();
    (look.body, look.delay_s)
}

#[tokio::test]
async fn who_accepts_before_the_turn_ends_is_on_the_conversation_after_it() {
    let (desk, ack) = accepted_before(with_flow).await;
    assert_eq!((&ack["task"]["assignment_status"], ack.get("conversation")), (&json!("assigned"), None));
    let (first, delay_s) = look(&desk);
    assert_eq!(delay_s, 1);
    // The turn died: it comes again only after the visibility timeout.
    desk.deliver(first).await;
    let (second, delay_s) = look(&desk);
    assert_eq!(delay_s, 2);
    desk.change_conversation(|conversation| {
        conversation.state = ConversationState::Waiting;
        conversation.task_sid = Some(task_sid());
    })
    .await;
    desk.heard(OTHER);
    for _ in 0..2 {
        desk.deliver(second.clone()).await;
        assert_eq!(desk.queue.take(QueueName::Routing), []);
        let conversation = desk.conversation().await;
        assert_eq!(conversation.state, ConversationState::WithAgent);
        assert_eq!(conversation.workers, [worker_sid("ann")]);
    }
    assert_eq!(desk.heard(OTHER), ["message.created", "conversation.updated"]);
}

#[tokio::test]
async fn a_conversation_that_is_to_follow_is_waited_for() {
    // The task is of the conversation after the one that is stored.
    let earlier = |conversation: &mut Conversation| {
        conversation.sid = contact_sid().conversation(0);
        conversation.state = ConversationState::Closed;
    };
    let (desk, _) = accepted_before(earlier).await;
    assert_eq!(look(&desk).1, 1);
}

#[tokio::test]
async fn a_task_that_was_given_up_is_not_waited_for() {
    let (desk, _) = accepted_before(with_flow).await;
    let (first, _) = look(&desk);
    let reservation = desk.offered(&task_sid(), "ann").await.unwrap();
    desk.ask("ann", json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation }))
        .await;
    desk.queue.take(QueueName::Routing);
    desk.deliver(first).await;
    assert_eq!(desk.queue.take(QueueName::Routing), []);
}

#[tokio::test]
async fn a_turn_that_never_ends_is_told_to_the_operator() {
    let (desk, _) = accepted_before(with_flow).await;
    let (mut next, _) = look(&desk);
    for _ in 0..12 {
        desk.deliver(next).await;
        let (body, delay_s) = look(&desk);
        next = body;
        assert!(delay_s <= VISIBILITY_S);
    }
    let record = Record { message_id: "1".into(), group: None, body: next, receive_count: 1 };
    assert_eq!(router::handle(&desk.center, vec![record]).await, ["1"]);
}
