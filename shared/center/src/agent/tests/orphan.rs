//! A task whose flow's turn was never written: somebody closed its conversation first.

use super::*;
use crate::ports::queue::DELAY_S_MAX;
use patchbay_model::TaskStatus;

/// The conversation was closed and never had its task.
async fn ends_before(desk: &Desk) {
    desk.change_conversation(|conversation| {
        conversation.state = ConversationState::Closed;
        conversation.task_sid = None;
        conversation.tasks.clear();
    })
    .await;
}

fn accept(reservation: &ReservationSid) -> Value {
    json!({ "action": "reservation.accept", "id": "1", "reservation_sid": reservation })
}

#[tokio::test]
async fn whoever_accepts_it_has_nothing_to_do() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    ends_before(&desk).await;
    let ack = desk.ask("ann", accept(&reservation)).await;
    assert_eq!(
        (&ack["task"]["assignment_status"], &ack["task"]["reason"]),
        (&json!("completed"), &json!("its conversation ended before it began"))
    );
    assert!(desk.heard("ann").contains(&"reservation.completed".to_owned()));
    assert_eq!(desk.conversation().await.state, ConversationState::Closed);
    assert_eq!(desk.texts().await, ["message 0"]);
    desk.check_refused("ann", accept(&reservation), "refused").await;
}

/// A task that waits, as nobody is available, and when its timer is due.
async fn waits() -> (Desk, Timestamp) {
    let desk = Desk::new().await;
    desk.ask("ann", json!({ "action": "worker.activity", "id": "away", "activity": "Unavailable" })).await;
    desk.customer_asks(1).await;
    let due = desk.task(&task_sid()).await.timer_due.unwrap();
    (desk, due)
}

/// The timer arrives as late as the queue can deliver it: whether it is sent on.
async fn is_sent_on(desk: &Desk, due: Timestamp) -> bool {
    desk.world.advance_s(i64::from(DELAY_S_MAX));
    desk.queue.take(QueueName::Routing);
    desk.deliver(body(&RoutingBody::TaskTimer { task_sid: task_sid(), due })).await;
    desk.queue.sent(QueueName::Routing).iter().any(|message| message.body.contains("task_timer"))
}

#[tokio::test]
async fn one_that_nobody_accepts_is_canceled() {
    let (desk, due) = waits().await;
    ends_before(&desk).await;
    assert!(!is_sent_on(&desk, due).await);
    let task = desk.task(&task_sid()).await;
    assert_eq!(task.status, TaskStatus::Canceled);
    assert_eq!(task.reason.as_deref(), Some("its conversation ended before it began"));
}

#[tokio::test]
async fn the_timer_of_a_task_is_sent_on_while_it_waits() {
    let (desk, due) = waits().await;
    assert!(is_sent_on(&desk, due).await && is_sent_on(&desk, due).await);
    assert!(!is_sent_on(&desk, due.plus_s(1)).await, "of a wait before this one");
    desk.online("bob").await;
    let reservation = desk.offered(&task_sid(), "bob").await.unwrap();
    desk.ask("bob", accept(&reservation)).await;
    assert!(!is_sent_on(&desk, due).await);
    assert_eq!(desk.task(&task_sid()).await.status, TaskStatus::Assigned);
}
