//! What is kept of tasks that are over, and what it comes to.

use super::*;
use crate::command::{RoutingBody, body};
use crate::ports::Units;
use crate::router::tests::{Room, by_language, french, now, worker_sid, workspace};
use crate::router::{Handing, Rest, TransferTarget, accept, complete, transfer};
use patchbay_model::{TaskQueueSid, TaskSid, Timestamp};

const HOUR_MS: i64 = 3_600_000;

/// Everything of the last day, by the hour.
fn asked(room: &Room, by: By) -> (Vec<Row>, bool) {
    let to = room.center.now().plus_ms(1);
    let question = Question { from: to.plus_ms(-24 * HOUR_MS), to, interval_s: 3_600, by, queue: None };
    now(history(&room.center, &question)).unwrap()
}

fn sales() -> TaskQueueSid {
    TaskQueueSid::derive(&["task_queue", "Sales"])
}

/// Ann takes a task that has waited `wait_s` and completes it after `handle_s`.
fn served(room: &mut Room, name: &str, wait_s: i64, handle_s: i64) -> TaskSid {
    let task = room.create(name, french());
    room.pass_s(wait_s);
    let (_, reservation) = room.offered(&task).unwrap();
    now(accept(&room.center, &worker_sid("ann"), &reservation)).unwrap();
    room.pass_s(handle_s);
    now(complete(&room.center, &worker_sid("ann"), &reservation, Some("Solved"))).unwrap();
    room.run();
    task
}

#[test]
fn a_task_is_counted_when_it_ends_and_once() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("ann");
    served(&mut room, "first", 3, 40);
    let task = served(&mut room, "second", 5, 60);
    // Completing it again, as a client that has heard nothing does.
    let reservation = room.task(&task).reservations[0].sid.clone();
    now(complete(&room.center, &worker_sid("ann"), &reservation, Some("Solved"))).unwrap();
    let row = Row {
        key: sales().to_string(),
        tasks: 2,
        completed: 2,
        accepted: 2,
        in_time: 2,
        wait_ms: 8_000,
        wait_ms_max: 5_000,
        handle_ms: 100_000,
        ..Row::default()
    };
    let (rows, more) = asked(&room, By::Queue);
    assert_eq!((rows.len(), more), (1, false));
    assert_eq!(Row { start: Timestamp(0), ..rows[0].clone() }, row);
    let (rows, _) = asked(&room, By::Worker);
    assert_eq!((rows[0].key.as_str(), rows[0].tasks), (worker_sid("ann").as_str(), 2));
    let (rows, _) = asked(&room, By::Channel);
    assert_eq!((rows[0].key.as_str(), rows[0].tasks), ("chat", 2));
}

#[test]
fn a_task_that_nobody_accepted_is_abandoned_and_one_that_goes_on_is_transferred() {
    let mut room = Room::new(workspace(by_language(), 1));
    let lost = room.create("lost", french());
    room.pass_s(7);
    room.deliver(body(&RoutingBody::CancelTask { task_sid: lost, reason: "left".into() }));
    room.online("ann");
    let task = room.create("moved", french());
    let (_, reservation) = room.offered(&task).unwrap();
    now(accept(&room.center, &worker_sid("ann"), &reservation)).unwrap();
    let to = TransferTarget::Worker(worker_sid("bob"));
    let sent = Handing { to, rest: Rest::Nothing, note: None };
    now(transfer(&room.center, (&worker_sid("ann"), None), &task, sent)).unwrap();
    let (rows, _) = asked(&room, By::Queue);
    let counts: Vec<_> =
        rows.iter().map(|row| (row.tasks, row.abandoned, row.transferred, row.accepted)).collect();
    assert_eq!(counts, [(2, 1, 1, 1)]);
    assert_eq!(rows[0].wait_ms_max, 7_000);
}

#[test]
fn an_invitation_is_in_no_number_but_its_own() {
    let grid =
        super::summary::Grid { from: Timestamp(0), interval_ms: HOUR_MS, by: By::Queue, target_ms: 20_000 };
    let mut summary = super::summary::Summary::default();
    let record = |outcome: Outcome, handle_ms: Option<i64>, invitation: bool| FinishedTask {
        sid: TaskSid::derive(&["task"]),
        queue_sid: Some(sales()),
        worker_sid: None,
        channel: "sms".into(),
        outcome,
        ended_at: Timestamp(1),
        wait_ms: 7,
        handle_ms,
        offers: 1,
        invitation,
    };
    summary.add(grid, &record(Outcome::Transferred, Some(30), false));
    summary.add(grid, &record(Outcome::Completed, Some(50), true));
    summary.add(grid, &record(Outcome::Abandoned, None, true));
    let row = Row {
        start: Timestamp(0),
        key: sales().to_string(),
        tasks: 1,
        transferred: 1,
        accepted: 1,
        in_time: 1,
        wait_ms: 7,
        wait_ms_max: 7,
        handle_ms: 30,
        invited: 2,
        joined: 1,
        joined_ms: 50,
        ..Row::default()
    };
    assert_eq!(summary.rows(), [row]);
}

#[test]
fn a_question_is_about_some_hours_of_some_days() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("ann");
    let from = room.center.now();
    served(&mut room, "first", 0, 1);
    room.advance_ms(30 * HOUR_MS);
    served(&mut room, "second", 0, 1);
    let to = room.center.now().plus_ms(1);
    let ask = |from, to, queue| {
        let question = Question { from, to, interval_s: 3_600, by: By::Queue, queue };
        now(history(&room.center, &question)).unwrap().0.iter().map(|row| row.start).collect::<Vec<_>>()
    };
    assert_eq!(ask(from, to, None), [from, from.plus_ms(30 * HOUR_MS)]);
    assert_eq!(ask(from, from.plus_ms(2 * HOUR_MS), Some(sales())), [from]);
    assert_eq!(ask(from.plus_ms(2 * HOUR_MS), to.plus_ms(-5_000), None), []);
    let other = TaskQueueSid::derive(&["task_queue", "Everyone"]);
    assert_eq!(ask(from, to, Some(other)), []);
}

#[test]
fn a_question_has_limits() {
    let room = Room::new(workspace(by_language(), 1));
    let from = room.center.now();
    let day_ms = 24 * HOUR_MS;
    let check = |to_ms: i64, interval_s: i64, allowed: bool| {
        let to = from.plus_ms(to_ms);
        let question = Question { from, to, interval_s, by: By::Queue, queue: None };
        assert_eq!(now(history(&room.center, &question)).is_ok(), allowed, "{to_ms} {interval_s}");
    };
    check(DAYS_MAX * day_ms, 3_600, true);
    check(DAYS_MAX * day_ms + 1, 3_600, false);
    check(1, INTERVAL_S_MIN, true);
    check(0, INTERVAL_S_MIN, false);
    check(1, INTERVAL_S_MIN - 1, false);
    check(INTERVALS_MAX * INTERVAL_S_MIN * 1000, INTERVAL_S_MIN, true);
    check(INTERVALS_MAX * INTERVAL_S_MIN * 1000 + 1, INTERVAL_S_MIN, false);
}

#[test]
fn records_are_read_up_to_a_limit() {
    for (records, more) in [(RECORDS_MAX, false), (RECORDS_MAX + 1, true)] {
        let mut room = Room::new(workspace(by_language(), 1));
        room.online("ann");
        let first = served(&mut room, "first", 0, 1);
        let template = room.task(&first);
        for n in 1..records {
            let task = patchbay_model::Task { sid: TaskSid::derive(&[&n.to_string()]), ..template.clone() };
            let write = record_write(&task, room.center.now(), 1).unwrap();
            now(crate::ports::Table::write(room.table.as_ref(), vec![write])).unwrap();
        }
        let (rows, found) = asked(&room, By::Queue);
        assert_eq!((rows[0].tasks as usize, found), (RECORDS_MAX, more));
    }
}

/// Three queues (two, and tasks without one) on two days: six halves, when there is little to read.
#[test]
fn a_question_costs_what_it_says() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("ann");
    served(&mut room, "first", 0, 1);
    asked(&room, By::Queue);
    room.table.take_spent();
    asked(&room, By::Queue);
    assert_eq!(room.table.take_spent(), Units::read(6 * 5));
}

#[test]
fn comma_separated_values_are_safe_to_open() {
    let row = Row { key: "WQ1".into(), tasks: 2, wait_ms: 3_000, wait_ms_max: 2_500, ..Row::default() };
    let check = |name: &str, expect: &str| {
        let text = csv(std::slice::from_ref(&row), |_| name.to_owned());
        let line = format!("1970-01-01T00:00:00Z,WQ1,{expect},2,0,0,0,0,0,1.5,2.5,0.0,0,0,0.0");
        assert_eq!(text.lines().nth(1), Some(line.as_str()));
    };
    check("Sales", "Sales");
    check("Sales, new", "\"Sales, new\"");
    check("The \"A\" team", "\"The \"\"A\"\" team\"");
    check("=1+1", "'=1+1");
}
