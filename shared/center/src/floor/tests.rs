//! The floor of a small center, and what it costs to look at it.

use super::*;
use crate::ports::Units;
use crate::router::tests::cost::add_waiting_tasks;
use crate::router::tests::{Room, by_language, french, now, worker_sid, workspace};
use serde_json::json;

/// The name of a queue, with one page of it.
fn queue(room: &Room, name: &str) -> FloorQueue {
    let (queues, more) = now(queues(&room.center, None, 100)).unwrap();
    assert!(!more);
    queues.into_iter().find(|queue| queue.friendly_name == name).unwrap()
}

/// Ann and Bob are there and have a task each, one waits for those who speak French, one for those with English.
fn busy() -> Room {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("ann");
    room.online("bob");
    for name in ["first", "second", "third"] {
        room.create(name, french());
    }
    room.create("english", json!({ "language": "en" }));
    room
}

/// Numbers of a queue on the task channel `chat`: waiting, eligible, available, with room.
fn check_queue(room: &Room, name: &str, expect: [usize; 4]) {
    let queue = queue(room, name);
    let found = [queue.waiting["chat"].tasks, queue.eligible, queue.available, queue.with_room["chat"]];
    assert_eq!(found, expect, "{name}: {queue:?}");
}

#[test]
fn a_queue_says_who_waits_and_who_could_serve_them() {
    let mut room = busy();
    // Nobody has seen Cem and Dia yet.
    check_queue(&room, "Sales", [2, 2, 2, 0]);
    check_queue(&room, "Everyone", [0, 2, 2, 0]);
    room.online("dia");
    check_queue(&room, "Sales", [2, 2, 2, 0]);
    check_queue(&room, "Everyone", [0, 3, 3, 1]);
    // The one with English waits for Cem.
    room.online("cem");
    check_queue(&room, "Sales", [1, 3, 3, 0]);
    assert_eq!(queue(&room, "Sales").waiting["voice"], Waiting::default());
}

#[test]
fn who_waits_longer_than_the_target_is_late() {
    let mut room = Room::new(workspace(by_language(), 1));
    let since = room.center.now();
    room.create("first", french());
    let target_s = i64::from(now(room.center.config()).unwrap().desk.answer_s_target);
    for (passed_s, late) in [(0, 0), (target_s, 0), (1, 1)] {
        room.pass_s(passed_s);
        let waiting = Waiting { tasks: 1, more: false, since: Some(since), late };
        assert_eq!(queue(&room, "Sales").waiting["chat"], waiting);
    }
}

#[test]
fn waiting_tasks_are_counted_up_to_a_limit() {
    for (waiting, more) in [(WAITING_COUNTED_MAX - 1, false), (WAITING_COUNTED_MAX, true)] {
        let mut room = Room::new(workspace(by_language(), 1));
        let first = room.create("first", french());
        add_waiting_tasks(&room, &first, waiting);
        let found = queue(&room, "Sales").waiting["chat"];
        assert_eq!((found.tasks, found.more), ((waiting + 1).min(WAITING_COUNTED_MAX), more));
    }
}

/// Two demands on each task channel, and one class: Ann and Bob are alike in what tasks ask about.
#[test]
fn a_look_at_the_queues_costs_what_it_says() {
    let room = busy();
    let config = now(room.center.config()).unwrap();
    let channels = config.task_channels.len() as u64;
    now(queues(&room.center, None, 100)).unwrap();
    room.table.take_spent();
    now(queues(&room.center, None, 100)).unwrap();
    let (demands, classes) = (2, 1);
    let reads = demands * channels + classes * (2 + channels);
    assert_eq!(room.table.take_spent(), Units::read(reads * 5));
}

#[test]
fn a_worker_says_what_it_does() {
    let mut room = busy();
    room.pass_s(1);
    room.table.take_spent();
    let (found, more) = now(workers(&room.center, None, 100)).unwrap();
    assert!(!more);
    assert_eq!(room.table.take_spent(), Units::read(5 + 5 * found.len() as u64));
    let ann = found.iter().find(|worker| worker.friendly_name == "ann").unwrap();
    let stored = room.worker("ann");
    assert_eq!((&ann.sid, ann.activity_name.as_deref()), (&worker_sid("ann"), Some("Available")));
    assert_eq!((ann.available, ann.connected, ann.activity_since), (true, true, stored.activity_since));
    assert_eq!(ann.channels["chat"], workers::Load { capacity: 1, assigned: 1 });
    assert_eq!(ann.tasks, stored.reservations.values().map(|held| held.task_sid.clone()).collect::<Vec<_>>());
    let cem = found.iter().find(|worker| worker.friendly_name == "cem").unwrap();
    assert!(!cem.connected && cem.tasks.is_empty());
}

#[test]
fn pages_have_every_worker_and_queue_once() {
    let room = busy();
    let (all, _) = now(workers(&room.center, None, 100)).unwrap();
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|worker: &FloorWorker| worker.sid.clone());
        let (page, more) = now(workers(&room.center, after.as_ref(), 1)).unwrap();
        paged.extend(page);
        if !more {
            break;
        }
    }
    assert_eq!(paged, all);
    let (first, more) = now(queues(&room.center, None, 1)).unwrap();
    assert_eq!((first.len(), more), (1, true));
    let (second, more) = now(queues(&room.center, Some(&first[0].sid), 1)).unwrap();
    assert_eq!((second.len(), more), (1, false));
    assert_ne!(first[0].sid, second[0].sid);
}

#[test]
fn tasks_are_those_of_a_queue_or_a_worker() {
    let room = busy();
    let names = |of: Of, limit: usize| {
        let (found, more) = now(tasks(&room.center, &of, limit)).unwrap();
        (found.into_iter().map(|task| task.sid).collect::<Vec<_>>(), more)
    };
    let sid = |name: &str| patchbay_model::TaskSid::derive(&[name]);
    let sales = queue(&room, "Sales").sid;
    let (waiting, more) = names(Of::Queue(sales.clone()), 10);
    assert_eq!(
        (waiting.contains(&sid("third")), waiting.contains(&sid("english")), more),
        (true, true, false)
    );
    assert_eq!((waiting.len(), names(Of::Queue(sales), 1).1), (2, true));
    let held = names(Of::Worker(worker_sid("ann")), 10).0;
    assert_eq!(
        held,
        room.worker("ann").reservations.values().map(|held| held.task_sid.clone()).collect::<Vec<_>>()
    );
    assert_eq!(names(Of::Worker(worker_sid("nobody")), 10), (vec![], false));
}
