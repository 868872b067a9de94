//! Invitations and hand-overs of agents who then left for good.

use super::abandoned::{Served, check};
use crate::testing::COLLEAGUE;
use patchbay_model::{ConversationState, ReservationStatus, TaskStatus, WorkerSid};
use serde_json::{Value, json};

fn colleague() -> WorkerSid {
    WorkerSid::derive(&["worker", COLLEAGUE])
}

fn invite(served: &Served) -> Value {
    json!({ "action": "task.invite", "id": "2", "task_sid": served.task, "to": colleague(), "note": "Help" })
}

/// The colleague is asked in and has come.
fn join(served: &mut Served) {
    served.online(COLLEAGUE);
    let asked = invite(served);
    let sid = served.ask(asked)["payload"]["task"]["sid"].as_str().unwrap().parse().unwrap();
    let reservation = served.task(&sid).reservations[0].sid.clone();
    served.ask_as(
        &colleague(),
        json!({ "action": "reservation.accept", "id": "c", "reservation_sid": reservation }),
    );
    assert_eq!(served.conversation().workers, [served.room.worker(), colleague()]);
}

#[test]
fn an_invitation_is_whole_or_was_never_made() {
    check(
        |served| served.online(COLLEAGUE),
        invite,
        |served| {
            let conversation = served.conversation();
            assert_eq!(conversation.state, ConversationState::WithAgent);
            for invited in &conversation.invited {
                let task = served.task(&invited.task_sid);
                assert_eq!(task.status, TaskStatus::Reserved);
                assert!(task.reservations.iter().all(|held| held.worker_sid == colleague()));
            }
            assert_eq!(usize::from(served.holds(&colleague())), conversation.invited.len());
        },
    );
}

#[test]
fn whoever_declines_is_not_asked_any_more() {
    let asked = |served: &Served| served.conversation().invited.len();
    check(
        |served| {
            served.online(COLLEAGUE);
            let invite = invite(served);
            served.ask(invite);
        },
        |served| {
            let sid = served.conversation().invited[0].task_sid.clone();
            let reservation = served.task(&sid).reservations[0].sid.clone();
            json!({
                "as": colleague(), "action": "reservation.reject", "id": "r", "reservation_sid": reservation,
            })
        },
        |served| {
            // Whether it was declined or the offer lapsed: it is over.
            assert_eq!((asked(served), served.holds(&colleague())), (0, false));
            let last = served.room.timeline(&served.contact).pop().unwrap();
            let told = ["1> otto declined [received]", "1> otto did not come [received]"];
            assert!(told.contains(&last.as_str()), "{last}");
        },
    );
}

#[test]
fn the_end_of_a_conversation_is_the_end_for_everybody() {
    check(
        join,
        |served| json!({ "action": "reservation.wrap", "id": "3", "reservation_sid": served.reservation }),
        |served| {
            let conversation = served.conversation();
            let wraps = |worker: &WorkerSid| served.held(worker).contains(&ReservationStatus::Wrapping);
            if served.task(&served.task).status == TaskStatus::Assigned {
                assert_eq!(conversation.workers, [served.room.worker(), colleague()]);
                return;
            }
            assert_eq!((conversation.state, conversation.invited), (ConversationState::Closed, vec![]));
            assert!(wraps(&served.room.worker()) && wraps(&colleague()));
        },
    );
}

#[test]
fn a_conversation_is_handed_over_or_stays() {
    check(
        join,
        |served| json!({ "action": "task.hand_over", "id": "3", "task_sid": served.task }),
        |served| {
            let (old, conversation) = (served.task(&served.task), served.conversation());
            let at = conversation.task_sid.clone().unwrap();
            assert_eq!(conversation.state, ConversationState::WithAgent);
            if old.status == TaskStatus::Assigned {
                assert_eq!((at, conversation.invited.len()), (old.sid, 1));
                return;
            }
            assert_eq!((old.status, old.transferred_to), (TaskStatus::Completed, Some(at.clone())));
            assert_eq!((conversation.workers, conversation.invited), (vec![colleague()], vec![]));
            assert_eq!(served.task(&at).status, TaskStatus::Assigned);
            assert!(!served.holds(&served.room.worker()));
        },
    );
}

#[test]
fn the_flow_goes_on_when_the_colleague_is_done() {
    let mut served = Served::new();
    join(&mut served);
    let hand_over = json!({ "action": "task.hand_over", "id": "3", "task_sid": served.task });
    served.ask(hand_over);
    let reservation = served.reservation_of(&colleague());
    served.ask_as(
        &colleague(),
        json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation }),
    );
    served.calm();
    assert_eq!(served.conversation().state, ConversationState::Closed);
    assert_eq!(served.room.timeline(&served.contact).last().unwrap(), "1< Bye [sent]");
}
