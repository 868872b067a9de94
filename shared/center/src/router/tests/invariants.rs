//! I1–I3 and liveness after random doings of random people, in order and without faults (tests/simulation has
//! the faults).

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Checks the table against itself.
pub(super) fn check(room: &Room) {
    let items = room.table.items();
    let keys: BTreeSet<(String, String)> =
        items.iter().map(|item| (item.key.partition.clone(), item.key.sort.clone())).collect();
    let tasks: Vec<Task> = (0..40)
        .filter_map(|n| {
            now(load_task(room.table.as_ref(), &TaskSid::derive(&[&n.to_string()]), Consistency::Strong))
                .unwrap()
        })
        .collect();
    let mut waiting = BTreeSet::new();
    for task in &tasks {
        assert_eq!(task.waiting.is_some(), task.status == TaskStatus::Pending, "I1: {task:?}");
        if let Some(entry) = &task.waiting {
            let key = crate::keys::waiting(&entry.list, &entry.order, &task.sid);
            waiting.insert((key.partition, key.sort));
        }
    }
    let entries: BTreeSet<_> =
        keys.iter().filter(|(partition, _)| partition.starts_with("W#")).cloned().collect();
    assert_eq!(entries, waiting, "I1");
    let mut tokens = BTreeSet::new();
    for name in NAMES {
        let worker = room.worker(name);
        for (channel, held) in &worker.channels {
            let count = worker.reservations.values().filter(|r| r.task_channel == *channel).count();
            assert_eq!(held.assigned as usize, count, "I3: {name} {channel}");
            assert!(held.assigned <= held.capacity, "over capacity: {name}");
            assert_eq!(held.token.is_some(), worker.ready() && worker.has_room(channel), "I2: {name}");
            if let Some(order) = &held.token {
                let key = crate::keys::token(&worker.class, channel, order, &worker.sid);
                tokens.insert((key.partition, key.sort));
            }
        }
        for (sid, held) in &worker.reservations {
            let task = tasks.iter().find(|task| task.sid == held.task_sid).unwrap();
            assert!(
                task.reservations.iter().any(|r| r.sid == *sid),
                "a worker holds what its task does not know"
            );
        }
    }
    let pooled: BTreeSet<_> =
        keys.iter().filter(|(partition, _)| partition.starts_with("P#")).cloned().collect();
    assert_eq!(pooled, tokens, "I2");
    for task in tasks.iter().filter(|task| task.status == TaskStatus::Pending) {
        let language = task.attributes["language"].as_str().unwrap();
        for name in NAMES.iter().filter(|name| fits(name, language)) {
            let worker = room.worker(name);
            let excluded =
                task.excluded.iter().any(|e| e.worker_sid == worker.sid && e.until > room.center.now());
            assert!(
                excluded || !worker.ready() || !worker.has_room("chat"),
                "{name} is free and a task waits"
            );
        }
    }
}

fn fits(name: &str, language: &str) -> bool {
    matches!((name, language), ("ann" | "bob", "fr") | ("cem", "en"))
}

#[derive(Clone, Debug)]
enum Doing {
    Create(bool),
    Online(usize),
    Offline(usize),
    Leave(usize),
    Accept(usize),
    Reject(usize),
    Complete(usize),
    Pass(i64),
}

fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let who = 0..NAMES.len();
    let doing = prop_oneof![
        4 => any::<bool>().prop_map(Doing::Create),
        3 => who.clone().prop_map(Doing::Online),
        1 => who.clone().prop_map(Doing::Offline),
        1 => who.clone().prop_map(Doing::Leave),
        3 => who.clone().prop_map(Doing::Accept),
        2 => who.clone().prop_map(Doing::Reject),
        3 => who.prop_map(Doing::Complete),
        2 => (1..25i64).prop_map(Doing::Pass),
    ];
    prop::collection::vec(doing, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn lists_and_tokens_say_what_is(doings in doings(), capacity in 1..3u32) {
        let mut room = Room::new(workspace(by_language(), capacity));
        let mut created = 0;
        for doing in doings {
            let first = |room: &Room, who: usize, status: ReservationStatus| {
                let worker = room.worker(NAMES[who]);
                worker.reservations.iter().find_map(|(sid, held)| {
                    let task = room.task(&held.task_sid);
                    task.reservations.iter().find(|r| r.sid == *sid && r.status == status).map(|r| r.sid.clone())
                })
            };
            match doing {
                Doing::Create(french) => {
                    room.create(&created.to_string(), json!({"language": if french { "fr" } else { "en" }}));
                    created += 1;
                }
                Doing::Online(who) => drop(room.online(NAMES[who])),
                Doing::Offline(who) => drop(now(set_activity(&room.center, &worker_sid(NAMES[who]), "Offline")).unwrap()),
                Doing::Leave(who) => now(disconnect(&room.center, &worker_sid(NAMES[who]), NAMES[who])).unwrap(),
                Doing::Accept(who) => {
                    if let Some(sid) = first(&room, who, ReservationStatus::Pending) {
                        now(accept(&room.center, &worker_sid(NAMES[who]), &sid)).unwrap();
                    }
                }
                Doing::Reject(who) => {
                    if let Some(sid) = first(&room, who, ReservationStatus::Pending) {
                        now(reject(&room.center, &worker_sid(NAMES[who]), &sid, None)).unwrap();
                    }
                }
                Doing::Complete(who) => {
                    if let Some(sid) = first(&room, who, ReservationStatus::Accepted) {
                        now(complete(&room.center, &worker_sid(NAMES[who]), &sid, None)).unwrap();
                    }
                }
                Doing::Pass(s) => room.pass_s(s),
            }
            room.run();
            check(&room);
        }
    }
}
