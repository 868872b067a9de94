//! Why a worker was offered a task, as people are told.

use super::*;
use patchbay_model::task::{Chosen, How};

/// How the one offer of a task came about, and how many were looked at.
#[track_caller]
fn check(room: &Room, task: &TaskSid, how: How, free: u32) -> Chosen {
    let chosen = room.task(task).reservations[0].chosen.clone().unwrap();
    assert_eq!((chosen.how, chosen.free), (how, free), "{chosen:?}");
    chosen
}

#[test]
fn an_offer_says_how_its_worker_was_found() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("ann");
    room.online("bob");
    room.pass_s(5);
    let first = room.create("first", french());
    let chosen = check(&room, &first, How::LongestIdle, 2);
    assert_eq!((chosen.assigned, chosen.capacity), (0, 1));
    assert!((5_000..6_000).contains(&chosen.idle_ms), "{chosen:?}");
    assert!(room.task(&first).way.contains("filter 1"), "{}", room.task(&first).way);
    let second = room.create("second", french());
    check(&room, &second, How::LongestIdle, 1);

    let third = room.create("third", french());
    let (_, reservation) = room.offered(&first).unwrap();
    now(accept(&room.center, &worker_sid("ann"), &reservation)).unwrap();
    now(complete(&room.center, &worker_sid("ann"), &reservation, None)).unwrap();
    check(&room, &third, How::NextInLine, 1);

    room.online("cem");
    let (_, reservation) = room.offered(&second).unwrap();
    now(accept(&room.center, &worker_sid("bob"), &reservation)).unwrap();
    let to = TransferTarget::Worker(worker_sid("cem"));
    let moved = now(transfer(
        &room.center,
        (&worker_sid("bob"), None),
        &second,
        Handing { to, rest: Rest::Nothing, note: None },
    ))
    .unwrap();
    check(&room, &moved.sid, How::Named, 1);
}

#[test]
fn an_order_of_the_workflow_is_told() {
    let mut room = Room::new(workspace(json!([{"queue": "Everyone", "order_by": "worker.level DESC"}]), 1));
    room.online("ann");
    room.online("dia");
    let task = room.create("task", json!({}));
    room.check_offered(&task, Some("dia"));
    check(&room, &task, How::Ordered, 1);
}

#[test]
fn the_way_has_a_limit() {
    let targets: Vec<Value> =
        (0..12).map(|_| json!({"queue": "Sales", "expression": "1==2", "timeout": 1})).collect();
    let mut room = Room::new(workspace(json!(targets), 1));
    let task = room.create("task", french());
    room.pass_s(10);
    let way = room.task(&task).way;
    assert!(!way.is_empty() && way.chars().count() <= patchbay_model::limits::WAY_CHARS_MAX, "{way}");
}
