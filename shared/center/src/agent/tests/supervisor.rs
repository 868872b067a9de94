//! What a supervisor does with other people's tasks.

use super::*;

fn transfer(id: &str, to: &str) -> Value {
    json!({ "action": "task.transfer", "id": id, "task_sid": task_sid(), "to": to })
}

/// The task that a transfer's answer has.
fn moved(ack: &Value) -> TaskSid {
    TaskSid::parse(ack["task"]["sid"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn takes_a_conversation_over() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online(SUPERVISOR).await;
    let ack = desk.check_repeats(SUPERVISOR, transfer("t", worker_sid(SUPERVISOR).as_str())).await;
    assert_eq!(desk.texts().await.pop().unwrap(), "sue moved the conversation from ann");
    assert!(desk.heard("ann").contains(&"reservation.completed".to_owned()));
    let reservation = desk.offered(&moved(&ack), SUPERVISOR).await.unwrap();
    desk.ask(
        SUPERVISOR,
        json!({ "action": "reservation.accept", "id": "a", "reservation_sid": reservation }),
    )
    .await;
    assert_eq!(desk.conversation().await.workers, [worker_sid(SUPERVISOR)]);
}

#[tokio::test]
async fn moves_a_waiting_task_to_a_worker_who_gets_it_when_there_is_room() {
    let desk = Desk::new().await;
    desk.customer_waits(1).await;
    // It is being offered to Ann, and goes to Bob, who is not there.
    let ack = desk.ask(SUPERVISOR, transfer("t", worker_sid("bob").as_str())).await;
    assert_eq!((moved(&ack), &ack["task"]["assignment_status"]), (task_sid(), &json!("pending")));
    assert_eq!(desk.offered(&task_sid(), "ann").await, None);
    assert!(desk.heard("ann").contains(&"reservation.canceled".to_owned()));
    assert_eq!(desk.texts().await.pop().unwrap(), "sue moved the conversation");
    desk.online("bob").await;
    assert!(desk.offered(&task_sid(), "bob").await.is_some());
}

#[tokio::test]
async fn moves_a_waiting_task_to_a_queue_and_back_through_its_workflow() {
    let desk = Desk::new().await;
    desk.customer_waits(1).await;
    desk.ask(SUPERVISOR, transfer("1", worker_sid("bob").as_str())).await;
    for (id, to) in [("2", "Everyone"), ("3", "workflow")] {
        desk.ask(SUPERVISOR, transfer(id, to)).await;
        // Whoever had an offer taken away is asked again after a while.
        desk.world.advance_s(router::REOFFER_AFTER_S + 1);
        let task = desk.task(&task_sid()).await;
        assert_eq!(task.routing_target.is_some(), to == "Everyone");
        let bob =
            crate::store::load_worker(desk.table.as_ref(), &worker_sid("bob"), Consistency::Strong).await;
        assert_eq!(bob.unwrap().unwrap().direct_waiting, 0);
    }
}

#[tokio::test]
async fn a_task_that_is_over_is_not_moved() {
    let (desk, reservation) = Desk::with_agent(1).await;
    desk.ask("ann", json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation }))
        .await;
    desk.check_refused(SUPERVISOR, transfer("t", "Everyone"), "refused").await;
    let unknown = json!({ "action": "task.transfer", "id": "u", "task_sid": TaskSid::derive(&["?"]), "to": "Everyone" });
    desk.check_refused(SUPERVISOR, unknown, "not_found").await;
}

#[tokio::test]
async fn sends_an_agent_to_an_activity_and_others_may_not() {
    let (desk, _) = Desk::with_agent(1).await;
    let activity = |id: &str, activity: &str| json!({ "action": "worker.activity", "id": id, "activity": activity, "worker_sid": worker_sid("ann") });
    let ack = desk.check_repeats(SUPERVISOR, activity("1", "Offline")).await;
    assert_eq!(
        (&ack["worker"]["sid"], &ack["worker"]["available"]),
        (&json!(worker_sid("ann")), &json!(false))
    );
    assert!(desk.heard("ann").contains(&"worker.activity.update".to_owned()));
    desk.check_refused("bob", activity("2", "Available"), "not_yours").await;
    desk.ask("ann", activity("3", "Available")).await;
}
