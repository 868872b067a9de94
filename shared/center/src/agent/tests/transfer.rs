//! A task that changes hands, and its conversation with it.

use super::*;
use crate::agent::actions::OFFER_NOTE_CHARS_MAX;
use crate::agent::membership::{Joined, join};

fn transfer(to: &str) -> Value {
    json!({ "action": "task.transfer", "id": "t", "task_sid": task_sid(), "to": to })
}

async fn transferred(desk: &Desk, to: &str) -> TaskSid {
    let ack = desk.check_repeats("ann", transfer(to)).await;
    TaskSid::parse(ack["task"]["sid"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn the_conversation_waits_for_the_next_agent_who_then_is_alone_on_it() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let new = transferred(&desk, worker_sid("bob").as_str()).await;
    let conversation = desk.conversation().await;
    assert_eq!(conversation.state, ConversationState::Waiting);
    assert_eq!((conversation.workers, conversation.task_sid), (vec![], Some(new.clone())));
    assert_eq!(desk.texts().await, ["message 0", "ann joined", "ann transferred the conversation"]);
    let send =
        json!({ "action": "message.send", "id": "m", "conversation_sid": conversation_sid(), "text": "x" });
    desk.check_refused("ann", send.clone(), "not_found").await;
    let reservation = desk.offered(&new, "bob").await.unwrap();
    let accept = json!({ "action": "reservation.accept", "id": "b", "reservation_sid": reservation });
    let ack = desk.check_repeats("bob", accept).await;
    assert_eq!(ack["conversation"]["workers"], json!([worker_sid("bob")]));
    desk.ask("bob", send).await;
}

#[tokio::test]
async fn the_next_agent_may_be_faster_than_the_end_of_the_transfer() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let to = router::TransferTarget::Worker(worker_sid("bob"));
    // The first run dies behind the router.
    let new = router::transfer(
        &desk.center,
        (&worker_sid("ann"), None),
        &task_sid(),
        router::Handing { to, rest: router::Rest::Nothing, note: None },
    )
    .await
    .unwrap();
    desk.settle().await;
    let reservation = desk.offered(&new.sid, "bob").await.unwrap();
    desk.ask("bob", json!({ "action": "reservation.accept", "id": "b", "reservation_sid": reservation }))
        .await;
    transferred(&desk, worker_sid("bob").as_str()).await;
    let conversation = desk.conversation().await;
    assert_eq!(conversation.state, ConversationState::WithAgent);
    assert_eq!((conversation.workers, conversation.task_sid), (vec![worker_sid("bob")], Some(new.sid)));
    // Neither does a late repair of the old task's.
    let late = join(&desk.center, &worker_sid("ann"), &task_sid(), &conversation_sid()).await.unwrap();
    assert_eq!(late, Joined::Over);
    assert_eq!(desk.conversation().await.workers, [worker_sid("bob")]);
}

#[tokio::test]
async fn a_queue_or_the_workflow_may_give_it_back_to_the_same_agent() {
    for to in ["Everyone", "workflow"] {
        let (desk, _) = Desk::with_agent(1).await;
        let new = transferred(&desk, to).await;
        let reservation = desk.offered(&new, "ann").await.unwrap();
        desk.ask("ann", json!({ "action": "reservation.accept", "id": "b", "reservation_sid": reservation }))
            .await;
        assert_eq!(desk.conversation().await.workers, [worker_sid("ann")]);
    }
}

#[tokio::test]
async fn only_its_holder_transfers_a_task_and_only_to_somebody() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.check_refused("bob", transfer("Everyone"), "not_yours").await;
    desk.check_refused("ann", transfer("Nobody"), "not_found").await;
    desk.check_refused("ann", json!({ "action": "task.transfer", "id": "t", "to": "Everyone" }), "bad_field")
        .await;
    let fresh = Desk::new().await;
    fresh.customer_waits(1).await;
    fresh.check_refused("ann", transfer("Everyone"), "refused").await;
}

#[tokio::test]
async fn a_note_is_in_the_timeline_and_on_the_offer_of_the_next_agent_alone() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let mut asked = transfer(worker_sid("bob").as_str());
    asked["note"] = json!("She wants her money back");
    let ack = desk.check_repeats("ann", asked).await;
    let lines = desk.messages().await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    let note = lines.iter().find(|line| matches!(line.content, Content::Note { .. })).unwrap();
    assert_eq!(note.content.plain_text(), "She wants her money back");
    assert!(matches!(&note.author, Author::Agent { name, .. } if name == "ann"), "{note:?}");
    let attributes =
        |task: &Value| -> Value { serde_json::from_str(task["attributes"].as_str().unwrap()).unwrap() };
    let first = attributes(&ack["task"]);
    assert_eq!(first["transfer_note"], "She wants her money back");
    assert_eq!(first["transferred_by"], json!({ "worker_sid": worker_sid("ann"), "name": "ann" }));
    // What came with this task is not of the next one.
    let new = TaskSid::parse(ack["task"]["sid"].as_str().unwrap()).unwrap();
    let reservation = desk.offered(&new, "bob").await.unwrap();
    desk.ask("bob", json!({ "action": "reservation.accept", "id": "b", "reservation_sid": reservation }))
        .await;
    let on = json!({ "action": "task.transfer", "id": "on", "task_sid": new, "to": "Everyone", "note": " " });
    let next = attributes(&desk.ask("bob", on).await["task"]);
    assert_eq!((&next["transfer_note"], &next["transferred_by"]), (&Value::Null, &Value::Null), "{next}");
}

#[tokio::test]
async fn a_note_has_a_limit() {
    let (desk, _) = Desk::with_agent(1).await;
    let with = |chars: usize| {
        let mut asked = transfer("Everyone");
        asked["note"] = json!("é".repeat(chars));
        asked
    };
    desk.check_refused("ann", with(OFFER_NOTE_CHARS_MAX + 1), "bad_field").await;
    desk.ask("ann", with(OFFER_NOTE_CHARS_MAX)).await;
}
