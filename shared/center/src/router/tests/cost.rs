//! Billed operations of a task's life: exact, and the same however many workers and tasks there are.

use super::*;
use crate::ports::{Table, Units};

/// `workers` with one place each, half of them with French and half with both languages, of whom `free` are
/// there. So a French task reads P = 2 pools, and who speaks both reads K = 2 waiting lists.
fn crowd(workers: usize, free: usize) -> Room {
    let mut workspace = workspace(by_language(), 1);
    let template = workspace["workers"][0].clone();
    let named = (0..workers).map(|n| {
        let mut worker = template.clone();
        worker["friendly_name"] = json!(name(n));
        if n % 2 == 0 {
            worker["attributes"]["languages"] = json!(["en", "fr"]);
        }
        worker
    });
    workspace["workers"] = named.collect();
    let mut room = Room::new(workspace);
    // Both demands are known, and the first worker has the first task.
    let english = room.create("english", json!({"language": "en"}));
    room.deliver(body(&RoutingBody::CancelTask { task_sid: english, reason: String::new() }));
    for n in 0..free {
        room.online(&name(n));
    }
    room.create("warm", french());
    // The directory and the configuration are read now and stay in their copies.
    room.pass_s(1);
    room
}

fn name(n: usize) -> String {
    format!("w{n:05}")
}

fn holder(room: &Room, task: &TaskSid) -> (WorkerSid, ReservationSid) {
    let task = room.task(task);
    (task.reservations[0].worker_sid.clone(), task.reservations[0].sid.clone())
}

fn spent(room: &Room, what: impl FnOnce()) -> Units {
    room.table.take_spent();
    what();
    room.table.take_spent()
}

/// Adds workers like the first French-speaking one, ready and idle since later than all others.
fn add_idle_workers(room: &Room, workers: usize) {
    let template = room.worker(&name(3));
    for n in 0..workers {
        let mut before = template.clone();
        before.sid = WorkerSid::derive(&["idle", &n.to_string()]);
        before.version = 0;
        before.channels.values_mut().for_each(|channel| channel.token = None);
        before.activity_since = room.center.now();
        before.connections.clear();
        let mut after = before.clone();
        after.connections = template.connections.clone();
        now(room.table.write(change::worker_writes(&before, &mut after, None))).unwrap();
    }
}

/// Adds tasks like this one, waiting behind all others.
pub(crate) fn add_waiting_tasks(room: &Room, template: &TaskSid, tasks: usize) {
    let template = room.task(template);
    for n in 0..tasks {
        let mut task = template.clone();
        task.sid = TaskSid::derive(&["waiting", &n.to_string()]);
        task.version = 0;
        if let Some(entry) = &mut task.waiting {
            entry.order = patchbay_routing::order::waiting_key(Default::default(), 0, room.center.now().0);
        }
        now(room.table.write(change::task_writes(None, &mut task, room.center.now()))).unwrap();
    }
}

pub(crate) fn life_with_idle_workers(workers: usize) -> [Units; 3] {
    let mut room = crowd(10, 10);
    add_idle_workers(&room, workers - 10);
    // The second to be asked speaks French only, the third both.
    room.create("second", french());
    room.table.take_spent();
    let task = room.create("task", french());
    let created = room.table.take_spent();
    let (worker, reservation) = holder(&room, &task);
    let accepted = spent(&room, || drop(now(accept(&room.center, &worker, &reservation)).unwrap()));
    let completed = spent(&room, || drop(now(complete(&room.center, &worker, &reservation, None)).unwrap()));
    [created, accepted, completed]
}

pub(crate) fn life_with_waiting_tasks(waiting: usize) -> [Units; 3] {
    let mut room = crowd(2, 2);
    room.create("second", french());
    let first = room.create("first to wait", french());
    room.pass_s(1);
    add_waiting_tasks(&room, &first, waiting - 1);
    room.table.take_spent();
    room.create("task", french());
    let created = room.table.take_spent();
    let (worker, reservation) = holder(&room, &TaskSid::derive(&["warm"]));
    let accepted = spent(&room, || drop(now(accept(&room.center, &worker, &reservation)).unwrap()));
    let completed = spent(&room, || drop(now(complete(&room.center, &worker, &reservation, None)).unwrap()));
    [created, accepted, completed]
}

pub(crate) fn sum(units: [Units; 3]) -> Units {
    let mut sum = Units::default();
    units.into_iter().for_each(|units| sum += units);
    sum
}

fn check(life: [Units; 3], write: u64, read: u64) {
    assert_eq!(sum(life), Units { write_tenths: write * 10, read_tenths: read }, "{life:?}");
}

/// Claim 6 writes and P/2 + 1/2 reads, acceptance 1 and 1 (worker and task), completion 8 (two of them what becomes
/// of the task, for the statistics) and 1 + K/2 + K.
#[test]
fn a_task_with_idle_workers() {
    check(life_with_idle_workers(10), 15, 65);
}

/// Entry 4 writes and P/2 + P reads, acceptance 1 and 1, completion with the next task 10 and 1 + K/2 + 1/2.
#[test]
fn a_task_that_waits() {
    check(life_with_waiting_tasks(10), 15, 65);
}

#[test]
fn the_cost_does_not_grow() {
    assert_eq!(life_with_idle_workers(10), life_with_idle_workers(100_000));
    assert_eq!(life_with_waiting_tasks(10), life_with_waiting_tasks(100_000));
}
