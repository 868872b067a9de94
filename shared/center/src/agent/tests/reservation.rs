//! Offers: taken, turned down, done.

use super::*;
use crate::command::{InboundBody, TaskOutcome};
use patchbay_model::{ReservationStatus, TaskStatus};

fn about(action: &str, reservation: &ReservationSid) -> Value {
    json!({ "action": format!("reservation.{action}"), "id": action, "reservation_sid": reservation })
}

#[tokio::test]
async fn who_accepts_is_on_the_conversation_and_sees_its_history() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(60).await;
    let ack = desk.check_repeats("ann", about("accept", &reservation)).await;
    assert_eq!(ack["task"]["sid"], json!(task_sid()));
    assert_eq!(ack["task"]["assignment_status"], "assigned");
    assert_eq!(ack["conversation"]["state"], "with_agent");
    assert_eq!(ack["conversation"]["workers"], json!([worker_sid("ann")]));
    assert_eq!(ack["contact"]["attributes"], json!({ "vip": true }));
    let texts: Vec<&str> =
        ack["messages"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!((texts.len(), texts[0], texts[49]), (50, "message 11", "ann joined"));
    assert_eq!(ack["more"], true);
    let conversation = desk.conversation().await;
    assert_eq!(conversation.state, ConversationState::WithAgent);
    assert_eq!(conversation.task_sid, Some(task_sid()));
    assert_eq!(desk.heard(OTHER), ["reservation.accepted", "message.created", "conversation.updated"]);
}

#[tokio::test]
async fn another_workers_reservation_is_none() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    for action in ["accept", "reject", "wrap", "complete"] {
        desk.check_refused("bob", about(action, &reservation), "not_found").await;
    }
    assert_eq!(desk.task(&task_sid()).await.reservations[0].status, ReservationStatus::Pending);
}

#[tokio::test]
async fn a_rejected_offer_goes_back() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    let mut request = about("reject", &reservation);
    request["activity"] = json!("Unavailable");
    for _ in 0..2 {
        let ack = desk.ask("ann", request.clone()).await;
        assert_eq!(ack["task"]["assignment_status"], "pending");
        desk.world.advance_s(1);
    }
    assert_eq!(desk.heard(OTHER), ["reservation.rejected", "worker.activity.update"]);
    assert_eq!(desk.task(&task_sid()).await.attempts, 1);
    assert_eq!(desk.conversation().await.state, ConversationState::Waiting);
    // It is over for her, and the conversation must not end by it.
    for action in ["accept", "wrap", "complete"] {
        desk.check_refused("ann", about(action, &reservation), "refused").await;
    }
    assert_eq!(desk.queue.sent(QueueName::Inbound), []);
}

#[tokio::test]
async fn wrapping_and_completing_end_the_conversation_once() {
    let (desk, reservation) = Desk::with_agent(1).await;
    let ack = desk.check_repeats("ann", about("wrap", &reservation)).await;
    assert_eq!(ack["task"]["assignment_status"], "wrapping");
    let mut request = about("complete", &reservation);
    request["reason"] = json!("solved");
    let ack = desk.check_repeats("ann", request).await;
    assert_eq!(
        (&ack["task"]["assignment_status"], &ack["task"]["reason"]),
        (&json!("completed"), &json!("solved"))
    );
    assert_eq!(desk.task(&task_sid()).await.status, TaskStatus::Completed);
    let told = desk.queue.take(QueueName::Inbound);
    let expect = InboundBody::Task {
        conversation_sid: conversation_sid(),
        task_sid: task_sid(),
        outcome: TaskOutcome::Completed,
    };
    let bodies: Vec<InboundBody> =
        told.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    assert_eq!(bodies, [expect]);
    assert_eq!(told[0].group.as_deref(), Some(crate::command::group(&sms(), "+15005550001").as_str()));
}

#[tokio::test]
async fn an_offer_that_was_not_accepted_cannot_be_wrapped() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    desk.check_refused("ann", about("wrap", &reservation), "refused").await;
    desk.check_refused("ann", about("complete", &reservation), "refused").await;
    assert_eq!(desk.queue.sent(QueueName::Inbound), []);
}

#[tokio::test]
async fn a_conversation_that_is_closed_is_not_opened_by_accepting() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    desk.change_conversation(|conversation| conversation.state = ConversationState::Closed).await;
    let ack = desk.check_repeats("ann", about("accept", &reservation)).await;
    assert_eq!(ack.get("conversation"), None);
    assert_eq!(desk.conversation().await.state, ConversationState::Closed);
    assert_eq!(desk.texts().await, ["message 0"]);
}

#[tokio::test]
async fn an_activity_is_entered_once() {
    let desk = Desk::new().await;
    let request = json!({ "action": "worker.activity", "id": "1", "activity": "unavailable" });
    let ack = desk.check_repeats("ann", request).await;
    assert_eq!(ack["worker"]["activity_name"], "Unavailable");
    assert_eq!(ack["worker"]["available"], false);
    assert_eq!(desk.heard(OTHER), ["worker.activity.update"]);
    let unknown = json!({ "action": "worker.activity", "id": "2", "activity": "Asleep" });
    desk.check_refused("ann", unknown, "not_found").await;
    let long = json!({ "action": "worker.activity", "id": "3", "activity": "x".repeat(257) });
    desk.check_refused("ann", long, "bad_field").await;
}
