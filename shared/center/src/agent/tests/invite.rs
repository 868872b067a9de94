//! Colleagues who are asked into a conversation, come, leave, and take it over.

use super::*;
use crate::agent::actions::OFFER_NOTE_CHARS_MAX;
use crate::store::load_worker;
use crate::{history, inbound};
use patchbay_model::limits::INVITED_MAX;
use patchbay_model::{Content, ReservationStatus, TaskStatus};

fn invite(id: &str, to: &str) -> Value {
    json!({ "action": "task.invite", "id": id, "task_sid": task_sid(), "to": to })
}

fn hand_over(task: &TaskSid) -> Value {
    json!({ "action": "task.hand_over", "id": "h", "task_sid": task })
}

fn about(action: &str, reservation: &ReservationSid) -> Value {
    json!({ "action": format!("reservation.{action}"), "id": action, "reservation_sid": reservation })
}

fn of(ack: &Value) -> TaskSid {
    TaskSid::parse(ack["task"]["sid"].as_str().unwrap()).unwrap()
}

impl Desk {
    /// What conversations were told of their tasks reaches them, and what follows from it.
    async fn hear(&self) {
        loop {
            let told = self.queue.take(QueueName::Inbound);
            let routing = self.queue.take(QueueName::Routing);
            let due: Vec<Outgoing> = routing.into_iter().filter(|message| message.delay_s == 0).collect();
            if told.is_empty() && due.is_empty() {
                return;
            }
            for message in told {
                let record = Record {
                    message_id: "1".into(),
                    group: message.group,
                    body: message.body,
                    receive_count: 1,
                };
                assert_eq!(inbound::handle(&self.center, vec![record]).await, Vec::<String>::new());
            }
            for message in due {
                self.deliver(message.body).await;
            }
        }
    }

    /// Asks this colleague in; the invitation's task and the offer of it.
    async fn invited(&self, by: &str, name: &str) -> (TaskSid, ReservationSid) {
        let task = of(&self.check_repeats(by, invite(name, worker_sid(name).as_str())).await);
        let reservation = self.offered(&task, name).await.unwrap();
        (task, reservation)
    }

    /// Ann has the conversation, and Bob has come.
    async fn together() -> (Desk, ReservationSid, TaskSid, ReservationSid) {
        let (desk, ann) = Desk::with_agent(1).await;
        desk.online("bob").await;
        let (task, bob) = desk.invited("ann", "bob").await;
        desk.ask("bob", about("accept", &bob)).await;
        (desk, ann, task, bob)
    }

    /// What lies in the queue with a delay: looks that are due when all handlers have ended.
    async fn look(&self) {
        for message in self.queue.take(QueueName::Routing) {
            self.deliver(message.body).await;
        }
        self.hear().await;
    }
}

#[tokio::test]
async fn a_colleague_is_asked_by_an_offer_that_says_who_asks_and_why() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let mut request = invite("i", worker_sid("bob").as_str());
    request["note"] = json!("She wants her money back");
    let task = desk.task(&of(&desk.check_repeats("ann", request).await)).await;
    assert_eq!((task.conversation_sid, task.task_channel.as_str()), (Some(conversation_sid()), "chat"));
    assert_eq!(
        task.attributes,
        json!({
            "topic": "billing",
            "invited_by": { "worker_sid": worker_sid("ann"), "name": "ann" },
            "invitation_of": task_sid(),
            "invitation_note": "She wants her money back",
        })
    );
    let conversation = desk.conversation().await;
    assert_eq!((conversation.workers, conversation.task_sid), (vec![worker_sid("ann")], Some(task_sid())));
    assert_eq!(conversation.invited[0].name, "bob");
    assert!(conversation.tasks.contains(&task.sid), "an erasure takes it along");
    assert!(desk.heard("bob").contains(&"reservation.created".to_owned()));
    assert!(desk.heard(OTHER).contains(&"conversation.updated".to_owned()));
    let note = desk.messages().await.pop().unwrap();
    assert_eq!(note.content, Content::Note { text: "She wants her money back".into() });
}

#[tokio::test]
async fn whoever_comes_joins_the_others_and_leaves_them_without_an_end() {
    let (desk, _, task, bob) = Desk::together().await;
    let both = [worker_sid("ann"), worker_sid("bob")];
    let conversation = desk.conversation().await;
    assert_eq!((conversation.workers.as_slice(), conversation.task_sid), (&both[..], Some(task_sid())));
    let send =
        json!({ "action": "message.send", "id": "m", "conversation_sid": conversation_sid(), "text": "x" });
    desk.ask("bob", send.clone()).await;
    assert!(desk.heard("ann").contains(&"message.created".to_owned()));
    desk.ask("bob", about("wrap", &bob)).await;
    desk.hear().await;
    let conversation = desk.conversation().await;
    assert_eq!(conversation.state, ConversationState::WithAgent);
    assert_eq!((conversation.workers, conversation.invited), (vec![worker_sid("ann")], vec![]));
    assert_eq!(desk.texts().await.pop().unwrap(), "bob left");
    // Leaving is not coming again, whoever asks for what was missed.
    desk.ask("bob", json!({ "action": "sync", "id": "s" })).await;
    desk.ask("bob", about("complete", &bob)).await;
    desk.hear().await;
    assert_eq!(desk.conversation().await.workers, [worker_sid("ann")]);
    assert_eq!(desk.task(&task).await.status, TaskStatus::Completed);
    assert_eq!(desk.task(&task_sid()).await.status, TaskStatus::Assigned);
}

/// Has an invitation come to nothing, and says what those on the conversation are told.
async fn check_nobody(to: &str, expect: &str, end: impl AsyncFn(&Desk, &TaskSid)) {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let task = of(&desk.ask("ann", invite("i", to)).await);
    end(&desk, &task).await;
    desk.hear().await;
    assert_eq!(desk.task(&task).await.status, TaskStatus::Canceled, "{expect}");
    assert_eq!(desk.texts().await.pop().unwrap(), expect);
    let conversation = desk.conversation().await;
    assert_eq!((conversation.workers, conversation.invited), (vec![worker_sid("ann")], vec![]), "{expect}");
    let bob =
        load_worker(desk.table.as_ref(), &worker_sid("bob"), Consistency::Strong).await.unwrap().unwrap();
    assert_eq!((bob.reservations.len(), bob.direct_waiting), (0, 0), "{expect}");
}

#[tokio::test]
async fn whoever_does_not_come_leaves_a_line_and_nothing_else() {
    let bob = worker_sid("bob");
    check_nobody(bob.as_str(), "bob declined", async |desk, task| {
        let reservation = desk.offered(task, "bob").await.unwrap();
        desk.ask("bob", about("reject", &reservation)).await;
    })
    .await;
    check_nobody(bob.as_str(), "bob did not come", async |desk, task| {
        let reservation_sid = desk.offered(task, "bob").await.unwrap();
        let due = desk.center.now();
        let lapsed = RoutingBody::ReservationTimer { task_sid: task.clone(), reservation_sid, due };
        desk.deliver(body(&lapsed)).await;
        assert!(desk.heard("bob").contains(&"reservation.timeout".to_owned()));
    })
    .await;
    check_nobody(bob.as_str(), "bob is not asked any more", async |desk, task| {
        let withdraw = json!({ "action": "task.withdraw", "id": "w", "task_sid": task });
        desk.check_refused("bob", withdraw.clone(), "not_yours").await;
        desk.ask("ann", withdraw.clone()).await;
        desk.ask("ann", withdraw).await;
    })
    .await;
    check_nobody("Everyone", "nobody came from Everyone", async |desk, task| {
        let cancel = RoutingBody::CancelTask { task_sid: task.clone(), reason: "Task TTL Exceeded".into() };
        desk.deliver(body(&cancel)).await;
    })
    .await;
}

#[tokio::test]
async fn an_invitation_of_a_queue_goes_on_to_the_next_who_is_free() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let task = of(&desk.ask("ann", invite("i", "Everyone")).await);
    // Ann is in the queue as well, and asked not to be: she is on the conversation.
    let reservation = desk.offered(&task, "bob").await.unwrap();
    desk.online(SUPERVISOR).await;
    desk.ask("bob", about("reject", &reservation)).await;
    desk.hear().await;
    assert!(desk.offered(&task, SUPERVISOR).await.is_some());
    assert_eq!(desk.conversation().await.invited.len(), 1);
}

#[tokio::test]
async fn whoever_comes_twice_leaves_twice() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let (first, by_name) = desk.invited("ann", "bob").await;
    let second = of(&desk.ask("ann", invite("queue", "Everyone")).await);
    let by_queue = desk.offered(&second, "bob").await.unwrap();
    for (reservation, id) in [(&by_name, "1"), (&by_queue, "2")] {
        let accept = json!({ "action": "reservation.accept", "id": id, "reservation_sid": reservation });
        desk.ask("bob", accept).await;
    }
    desk.check_refused("bob", hand_over(&first), "refused").await;
    desk.ask("bob", about("wrap", &by_queue)).await;
    desk.hear().await;
    assert_eq!(desk.conversation().await.workers, [worker_sid("ann"), worker_sid("bob")]);
    assert_eq!(desk.texts().await.pop().unwrap(), "bob joined");
    // There is only one colleague to whom it can be handed over.
    desk.check_repeats("ann", hand_over(&task_sid())).await;
    assert_eq!(desk.conversation().await.task_sid, Some(first));
}

#[tokio::test]
async fn the_end_of_the_main_task_ends_its_invitations() {
    let (desk, ann, task, bob) = Desk::together().await;
    desk.online(SUPERVISOR).await;
    let (pending, _) = desk.invited("ann", SUPERVISOR).await;
    desk.ask("ann", about("wrap", &ann)).await;
    desk.hear().await;
    let conversation = desk.conversation().await;
    assert_eq!(conversation.state, ConversationState::Closed);
    assert_eq!((conversation.workers, conversation.invited), (vec![], vec![]));
    assert_eq!(desk.task(&task).await.status, TaskStatus::Wrapping);
    assert_eq!(desk.task(&pending).await.status, TaskStatus::Canceled);
    desk.ask("bob", about("complete", &bob)).await;
    desk.hear().await;
    desk.look().await;
    assert_eq!(desk.conversation().await.state, ConversationState::Closed);
}

#[tokio::test]
async fn a_transfer_ends_them_too() {
    let (desk, _, task, _) = Desk::together().await;
    let to = json!({ "action": "task.transfer", "id": "t", "task_sid": task_sid(), "to": "workflow" });
    desk.ask("ann", to).await;
    desk.hear().await;
    let conversation = desk.conversation().await;
    assert_eq!((conversation.state, conversation.workers), (ConversationState::Waiting, vec![]));
    assert_eq!(desk.task(&task).await.status, TaskStatus::Wrapping);
}

#[tokio::test]
async fn the_owner_hands_the_conversation_over_to_who_came() {
    let (desk, ann, task, bob) = Desk::together().await;
    let ack = desk.check_repeats("ann", hand_over(&task_sid())).await;
    assert_eq!(of(&ack), task);
    let conversation = desk.conversation().await;
    assert_eq!((conversation.state, conversation.invited.len()), (ConversationState::WithAgent, 0));
    assert_eq!((conversation.workers, conversation.task_sid), (vec![worker_sid("bob")], Some(task.clone())));
    assert_eq!(desk.texts().await.pop().unwrap(), "ann handed the conversation over to bob");
    let old = desk.task(&task_sid()).await;
    assert_eq!((old.status, old.transferred_to), (TaskStatus::Completed, Some(task.clone())));
    desk.look().await;
    // Neither is Ann put onto it again, nor does it end with her task.
    desk.check_refused("ann", about("complete", &ann), "refused").await;
    desk.ask("ann", json!({ "action": "sync", "id": "s" })).await;
    assert_eq!(desk.conversation().await.workers, [worker_sid("bob")]);
    // Bob asks Ann in, and ends it in the end.
    let back = json!({ "action": "task.invite", "id": "b", "task_sid": task, "to": worker_sid("ann") });
    let back = desk.task(&of(&desk.ask("bob", back).await)).await;
    assert_eq!((&back.attributes["invitation_of"], back.timeout_s), (&json!(task), 300));
    desk.ask("bob", about("complete", &bob)).await;
    desk.hear().await;
    assert_eq!(desk.conversation().await.state, ConversationState::Closed);
    assert_eq!(desk.task(&back.sid).await.status, TaskStatus::Canceled);
}

#[tokio::test]
async fn a_colleague_who_leaves_just_then_does_not_keep_the_conversation_from_its_end() {
    let (desk, _, task, bob) = Desk::together().await;
    let old = desk.task(&task_sid()).await;
    // The first run dies behind the router.
    router::hand_over(&desk.center, (&worker_sid("ann"), None), &old, (&task, router::Rest::Nothing))
        .await
        .unwrap();
    desk.ask("bob", about("wrap", &bob)).await;
    desk.hear().await;
    assert_eq!(desk.conversation().await.workers, [worker_sid("ann")]);
    // Somebody asked to look before.
    let look = RoutingBody::HandOverCheck {
        worker_sid: worker_sid("ann"),
        by: None,
        task_sid: task_sid(),
        to: task,
    };
    desk.deliver(body(&look)).await;
    desk.hear().await;
    assert_eq!(desk.conversation().await.state, ConversationState::Closed);
}

#[tokio::test]
async fn a_task_that_came_by_invitation_is_transferred_as_any_once_it_has_the_conversation() {
    let (desk, _, task, _) = Desk::together().await;
    let transfer = json!({ "action": "task.transfer", "id": "t", "task_sid": task, "to": "Everyone" });
    desk.check_refused("bob", transfer.clone(), "refused").await;
    desk.ask("ann", hand_over(&task_sid())).await;
    let new = desk.task(&of(&desk.check_repeats("bob", transfer).await)).await;
    assert_eq!((new.attributes, new.timeout_s), (json!({ "topic": "billing" }), 86_400));
    assert_eq!((new.invitation, desk.conversation().await.task_sid), (None, Some(new.sid)));
}

#[tokio::test]
async fn a_supervisor_asks_in_and_hands_over_in_an_agents_place() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let (task, bob) = desk.invited(SUPERVISOR, "bob").await;
    desk.ask("bob", about("accept", &bob)).await;
    desk.check_repeats(SUPERVISOR, hand_over(&task_sid())).await;
    assert_eq!(desk.texts().await.pop().unwrap(), "sue handed the conversation over from ann to bob");
    assert_eq!(desk.conversation().await.task_sid, Some(task));
}

#[tokio::test]
async fn of_several_the_colleague_is_named() {
    let (desk, _, task, _) = Desk::together().await;
    desk.online(SUPERVISOR).await;
    let (other, reservation) = desk.invited("ann", SUPERVISOR).await;
    desk.ask(SUPERVISOR, about("accept", &reservation)).await;
    desk.check_refused("ann", hand_over(&task_sid()), "bad_field").await;
    let mut request = hand_over(&task_sid());
    request["worker_sid"] = json!(worker_sid("ann"));
    desk.check_refused("ann", request.clone(), "refused").await;
    request["worker_sid"] = json!(worker_sid(SUPERVISOR));
    desk.check_repeats("ann", request).await;
    let conversation = desk.conversation().await;
    assert_eq!(conversation.workers, [worker_sid("bob"), worker_sid(SUPERVISOR)]);
    // Who came besides stays.
    assert_eq!((conversation.task_sid, &conversation.invited[0].task_sid), (Some(other), &task));
}

#[tokio::test]
async fn only_somebody_else_is_asked_in_by_who_has_the_conversation() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let bob = worker_sid("bob");
    desk.check_refused("bob", invite("i", "Everyone"), "not_yours").await;
    desk.check_refused("ann", invite("i", worker_sid("ann").as_str()), "bad_field").await;
    for nobody in ["Nobody", "workflow", worker_sid("nobody").as_str()] {
        desk.check_refused("ann", invite("i", nobody), "not_found").await;
    }
    desk.check_refused("ann", hand_over(&task_sid()), "refused").await;
    desk.check_refused("bob", hand_over(&task_sid()), "not_yours").await;
    let withdraw = json!({ "action": "task.withdraw", "id": "w", "task_sid": task_sid() });
    desk.check_refused("ann", withdraw, "refused").await;
    let (_, reservation) = desk.invited("ann", "bob").await;
    desk.check_refused("ann", invite("again", bob.as_str()), "refused").await;
    desk.ask("bob", about("accept", &reservation)).await;
    desk.check_refused("ann", invite("again", bob.as_str()), "refused").await;
    let fresh = Desk::new().await;
    fresh.customer_waits(1).await;
    fresh.check_refused("ann", invite("i", bob.as_str()), "not_yours").await;
    fresh.check_refused(SUPERVISOR, invite("i", bob.as_str()), "refused").await;
}

#[tokio::test]
async fn notes_and_invitations_have_limits() {
    let (desk, _) = Desk::with_agent(1).await;
    let note = |chars: usize| {
        let mut request = invite("i", "Everyone");
        request["note"] = json!("é".repeat(chars));
        request
    };
    desk.check_refused("ann", note(OFFER_NOTE_CHARS_MAX + 1), "bad_field").await;
    desk.ask("ann", note(OFFER_NOTE_CHARS_MAX)).await;
    let asked = |at: usize| patchbay_model::Invited {
        task_sid: TaskSid::derive(&["other", &at.to_string()]),
        by: worker_sid("ann"),
        to: at.to_string(),
        name: at.to_string(),
        worker_sid: None,
    };
    desk.change_conversation(|conversation| {
        conversation.invited.extend((2..INVITED_MAX).map(asked));
    })
    .await;
    desk.ask("ann", invite("last", worker_sid("bob").as_str())).await;
    assert_eq!(desk.conversation().await.invited.len(), INVITED_MAX);
    desk.check_refused("ann", invite("more", worker_sid(SUPERVISOR).as_str()), "refused").await;
}

#[tokio::test]
async fn a_task_that_was_made_behind_the_end_of_its_conversation_is_found() {
    let (desk, ann) = Desk::with_agent(1).await;
    desk.online("bob").await;
    desk.ask("ann", invite("i", worker_sid("bob").as_str())).await;
    let task = desk.conversation().await.invited[0].task_sid.clone();
    let looks = desk.queue.take(QueueName::Routing);
    // The conversation forgot it before there was a task to end.
    desk.change_conversation(|conversation| conversation.invited.clear()).await;
    desk.ask("ann", about("wrap", &ann)).await;
    for look in looks {
        desk.deliver(look.body).await;
    }
    desk.hear().await;
    assert_eq!(desk.task(&task).await.status, TaskStatus::Canceled);
    assert_eq!(desk.offered(&task, "bob").await, None);
}

#[tokio::test]
async fn statistics_count_invitations_apart() {
    let (desk, ann, task, bob) = Desk::together().await;
    for reservation in [&bob, &ann] {
        let name = if *reservation == bob { "bob" } else { "ann" };
        desk.world.advance_s(10);
        desk.ask(name, about("complete", reservation)).await;
    }
    let finished = |task: &Task| history::FinishedTask::of(task, desk.center.now()).unwrap();
    let (own, invitation) = (desk.task(&task_sid()).await, desk.task(&task).await);
    assert!(own.reservations.iter().any(|held| held.status == ReservationStatus::Completed));
    assert_eq!((finished(&own).invitation, finished(&invitation).invitation), (false, true));
}
