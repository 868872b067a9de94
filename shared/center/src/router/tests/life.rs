use super::*;

#[test]
fn the_longest_idle_of_those_who_fit_gets_the_task() {
    let mut room = Room::new(workspace(by_language(), 1));
    for name in ["cem", "bob", "ann", "dia"] {
        room.online(name);
    }
    let first = room.create("first", french());
    room.check_offered(&first, Some("bob"));
    let second = room.create("second", french());
    room.check_offered(&second, Some("ann"));
    assert_eq!(room.events("bob").last().map(String::as_str), Some("reservation.created"));
}

#[test]
fn a_declined_task_goes_to_the_next_and_not_back_while_others_can() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    room.online("ann");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    now(reject(&room.center, &bob, &reservation, None)).unwrap();
    room.check_offered(&task, Some("ann"));
    assert_eq!(room.worker("bob").channels["chat"].assigned, 0);
    // Repeating the rejection changes nothing.
    now(reject(&room.center, &bob, &reservation, None)).unwrap();
    room.check_offered(&task, Some("ann"));
}

#[test]
fn the_only_worker_is_asked_again_after_a_while() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    now(reject(&room.center, &bob, &reservation, None)).unwrap();
    room.check_offered(&task, None);
    room.pass_s(REOFFER_AFTER_S - 1);
    room.check_offered(&task, None);
    room.pass_s(2);
    room.check_offered(&task, Some("bob"));
}

#[test]
fn an_offer_that_lapses_sends_the_worker_offline_and_the_task_on() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("bob");
    room.online("ann");
    let task = room.create("task", french());
    room.check_offered(&task, Some("bob"));
    room.pass_s(21);
    room.check_offered(&task, Some("ann"));
    assert!(!room.worker("bob").activity_available);
    let events = room.events("bob");
    assert!(events.ends_with(&["reservation.timeout".into(), "worker.activity.update".into()]), "{events:?}");
}

#[test]
fn accepting_wrapping_completing_and_each_of_them_twice() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    for _ in 0..2 {
        let accepted = now(accept(&room.center, &bob, &reservation)).unwrap();
        assert_eq!(accepted.status, patchbay_model::TaskStatus::Assigned);
    }
    for _ in 0..2 {
        let wrapping = now(wrap(&room.center, &bob, &reservation)).unwrap();
        assert_eq!(wrapping.status, patchbay_model::TaskStatus::Wrapping);
    }
    assert_eq!(room.worker("bob").channels["chat"].assigned, 1);
    for _ in 0..2 {
        let done = now(complete(&room.center, &bob, &reservation, Some("solved"))).unwrap();
        assert_eq!(done.status, patchbay_model::TaskStatus::Completed);
    }
    assert_eq!(room.worker("bob").channels["chat"].assigned, 0);
    let late = now(accept(&room.center, &bob, &reservation));
    assert!(matches!(late, Err(OpError::Refused(_))), "{late:?}");
}

#[test]
fn a_reservation_is_its_workers_alone() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("bob");
    let ann = room.online("ann");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    assert!(matches!(now(accept(&room.center, &ann, &reservation)), Err(OpError::NotFound(_))));
    room.check_offered(&task, Some("bob"));
}

#[test]
fn a_worker_that_completes_gets_the_task_that_waits() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    let first = room.create("first", french());
    let second = room.create("second", french());
    room.check_offered(&second, None);
    let (_, reservation) = room.offered(&first).unwrap();
    now(accept(&room.center, &bob, &reservation)).unwrap();
    now(complete(&room.center, &bob, &reservation, None)).unwrap();
    room.check_offered(&second, Some("bob"));
}

#[test]
fn capacity_holds_several_tasks_at_once() {
    let mut room = Room::new(workspace(by_language(), 2));
    room.online("bob");
    let tasks: Vec<TaskSid> = ["a", "b", "c"].iter().map(|name| room.create(name, french())).collect();
    room.check_offered(&tasks[0], Some("bob"));
    room.check_offered(&tasks[1], Some("bob"));
    room.check_offered(&tasks[2], None);
}

#[test]
fn a_worker_who_goes_away_gives_its_offers_back_and_keeps_what_it_accepted() {
    let mut room = Room::new(workspace(by_language(), 2));
    let bob = room.online("bob");
    let (kept, offered) = (room.create("kept", french()), room.create("offered", french()));
    let (_, reservation) = room.offered(&kept).unwrap();
    now(accept(&room.center, &bob, &reservation)).unwrap();
    now(disconnect(&room.center, &bob, "bob")).unwrap();
    let next = room.create("next", french());
    room.check_offered(&next, None);
    room.check_offered(&offered, Some("bob"));
    room.pass_s(ABSENT_S_MAX + 1);
    room.check_offered(&offered, None);
    assert_eq!(room.task(&kept).status, patchbay_model::TaskStatus::Assigned);
    room.online("ann");
    room.check_offered(&offered, Some("ann"));
}

#[test]
fn coming_back_in_time_keeps_the_offer() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    let task = room.create("task", french());
    now(disconnect(&room.center, &bob, "bob")).unwrap();
    room.pass_s(ABSENT_S_MAX - 1);
    room.online("bob");
    room.pass_s(3);
    room.check_offered(&task, Some("bob"));
}

#[test]
fn a_task_created_twice_is_one() {
    let mut room = Room::new(workspace(by_language(), 2));
    room.online("bob");
    let task = room.create("task", french());
    let before = room.task(&task);
    room.create("task", french());
    assert_eq!(room.task(&task), before);
    assert_eq!(room.worker("bob").channels["chat"].assigned, 1);
}

#[test]
fn several_workers_may_be_asked_at_once_and_the_first_to_accept_has_it() {
    let mut room = {
        let mut workspace = workspace(by_language(), 1);
        workspace["task_queues"][0]["max_reserved_workers"] = json!(2);
        Room::new(workspace)
    };
    let bob = room.online("bob");
    let ann = room.online("ann");
    let task = room.create("task", french());
    let of = |sid: &WorkerSid| {
        let task = room.task(&task);
        task.reservations.iter().find(|r| r.worker_sid == *sid).map(|r| r.sid.clone()).unwrap()
    };
    let (first, second) = (of(&bob), of(&ann));
    assert_eq!(room.task(&task).attempts, 1);
    now(accept(&room.center, &ann, &second)).unwrap();
    assert!(matches!(now(accept(&room.center, &bob, &first)), Err(OpError::Refused(_))));
    assert_eq!(room.worker("bob").channels["chat"].assigned, 0);
    assert_eq!(room.events("bob").last().map(String::as_str), Some("reservation.rescinded"));
}

/// Bob's task is sent to Cem: the old one and the new one.
fn sent_to_cem(room: &mut Room, rest: Rest) -> (TaskSid, TaskSid) {
    let bob = room.online("bob");
    let cem = room.online("cem");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    now(accept(&room.center, &bob, &reservation)).unwrap();
    let to = TransferTarget::Worker(cem);
    let send = |room: &Room| {
        now(transfer(&room.center, (&bob, None), &task, Handing { to: to.clone(), rest, note: None }))
            .unwrap()
    };
    let new = send(room);
    // A second run changes nothing.
    assert_eq!(send(room).sid, new.sid);
    room.run();
    (task, new.sid)
}

#[test]
fn a_transferred_task_reaches_the_worker_it_names() {
    for (rest, status, left) in
        [(Rest::Nothing, TaskStatus::Completed, 0), (Rest::WrapUp, TaskStatus::Wrapping, 1)]
    {
        let mut room = Room::new(workspace(by_language(), 1));
        let (old, new) = sent_to_cem(&mut room, rest);
        room.check_offered(&new, Some("cem"));
        let old = room.task(&old);
        assert_eq!((old.status, old.reason.as_deref()), (status, Some("transferred")));
        assert_eq!(old.transferred_to, Some(new));
        assert_eq!(room.worker("bob").channels["chat"].assigned, left);
    }
}

#[test]
fn what_was_handed_on_is_written_up_and_stays_handed_on() {
    let mut room = Room::new(workspace(by_language(), 1));
    let (old, new) = sent_to_cem(&mut room, Rest::WrapUp);
    let reservation = room.task(&old).reservations[0].sid.clone();
    now(complete(&room.center, &worker_sid("bob"), &reservation, Some("solved"))).unwrap();
    let old = room.task(&old);
    assert_eq!((old.status, old.reason.as_deref()), (TaskStatus::Completed, Some("solved")));
    assert_eq!(old.transferred_to, Some(new));
    assert_eq!(room.worker("bob").channels["chat"].assigned, 0);
}

#[test]
fn a_worker_who_does_not_take_what_was_sent_to_them_is_not_waited_for() {
    for declines in [true, false] {
        let mut room = Room::new(workspace(by_language(), 1));
        let (_, new) = sent_to_cem(&mut room, Rest::Nothing);
        let (_, reservation) = room.offered(&new).unwrap();
        if declines {
            now(reject(&room.center, &worker_sid("cem"), &reservation, None)).unwrap();
            room.run();
        } else {
            room.pass_s(21);
        }
        assert_eq!(room.task(&new).routing_target, None);
        // Through its workflow, to whom it fits.
        room.check_offered(&new, Some("bob"));
    }
}

#[test]
fn a_canceled_task_leaves_its_list_and_its_worker() {
    let mut room = Room::new(workspace(by_language(), 1));
    let waiting = room.create("waiting", french());
    let cancel =
        |sid: &TaskSid| body(&RoutingBody::CancelTask { task_sid: sid.clone(), reason: "hung up".into() });
    room.deliver(cancel(&waiting));
    room.online("bob");
    room.check_offered(&waiting, None);
    let offered = room.create("offered", french());
    room.deliver(cancel(&offered));
    assert_eq!(room.task(&offered).status, patchbay_model::TaskStatus::Canceled);
    assert_eq!(room.worker("bob").channels["chat"].assigned, 0);
}

/// The events that a socket heard, with the versions of their tasks.
fn versions(room: &Room, name: &str) -> Vec<(String, u64)> {
    let frames = room.push.take(name);
    let read = frames.iter().map(|frame| serde_json::from_slice::<Value>(frame).unwrap());
    let reservations = read.filter(|frame| frame["payload"]["reservation_status"].is_string());
    reservations
        .map(|frame| {
            assert_eq!(frame["payload"]["version"], frame["payload"]["task"]["version"]);
            let version = frame["payload"]["version"].as_str().unwrap().parse().unwrap();
            (frame["event_type"].as_str().unwrap().to_owned(), version)
        })
        .collect()
}

#[test]
fn every_event_of_a_reservation_has_a_newer_version() {
    let mut room = Room::new({
        let mut workspace = workspace(by_language(), 1);
        workspace["task_queues"][0]["max_reserved_workers"] = json!(2);
        workspace
    });
    let (bob, ann) = (room.online("bob"), room.online("ann"));
    let task = room.create("task", french());
    let of = |room: &Room, sid: &WorkerSid| {
        let task = room.task(&task);
        task.reservations.iter().find(|r| r.worker_sid == *sid).map(|r| r.sid.clone()).unwrap()
    };
    now(reject(&room.center, &bob, &of(&room, &bob), None)).unwrap();
    let reservation = of(&room, &ann);
    now(accept(&room.center, &ann, &reservation)).unwrap();
    now(wrap(&room.center, &ann, &reservation)).unwrap();
    now(complete(&room.center, &ann, &reservation, None)).unwrap();
    for (name, expect) in [
        ("bob", ["created", "rejected"].as_slice()),
        // Shown again when the task was looked at after Bob.
        ("ann", ["created", "created", "accepted", "wrapup", "completed"].as_slice()),
    ] {
        let heard = versions(&room, name);
        let events: Vec<&str> =
            heard.iter().map(|(event, _)| event.strip_prefix("reservation.").unwrap()).collect();
        assert_eq!(events, expect, "{name}");
        assert!(heard.is_sorted_by(|(_, first), (_, second)| first < second), "{heard:?}");
        let last = heard.last().unwrap().1;
        assert!(name == "bob" || last == room.task(&task).version, "{heard:?}");
    }
}
