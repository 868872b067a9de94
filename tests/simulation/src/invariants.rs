//! What must hold of routing when all is at rest (docs/SIMULATION.md names each).

use crate::executor::now;
use crate::queue::SimQueue;
use crate::table::SimTable;
use patchbay_center::keys;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{load_task, load_worker};
use patchbay_model::{ReservationStatus, Task, TaskSid, TaskStatus, Timestamp, Worker, WorkerSid};
use std::collections::{BTreeMap, BTreeSet};

/// How late a timer may be at rest: it failed just before, as often as it doubles the wait.
const LATE_MS_MAX: i64 = 60_000;

/// What is stored.
pub(crate) struct Facts {
    pub tasks: Vec<Task>,
    pub workers: Vec<Worker>,
    keys: BTreeSet<(String, String)>,
}

impl Facts {
    pub fn collect(table: &SimTable, workers: impl Iterator<Item = WorkerSid>) -> Facts {
        let keys: BTreeSet<(String, String)> =
            table.items().into_iter().map(|item| (item.key.partition, item.key.sort)).collect();
        let tasks = keys
            .iter()
            .filter_map(|(partition, _)| TaskSid::parse(partition.strip_prefix("T#")?).ok())
            .map(|sid| task(table, &sid))
            .collect();
        Facts { tasks, workers: workers.map(|sid| worker(table, &sid)).collect(), keys }
    }
}

fn task(table: &SimTable, sid: &TaskSid) -> Task {
    match now(load_task(table, sid, Consistency::Strong)) {
        Some(Ok(Some(task))) => task,
        other => panic!("task {sid} does not read: {other:?}"),
    }
}

pub(crate) fn worker(table: &SimTable, sid: &WorkerSid) -> Worker {
    match now(load_worker(table, sid, Consistency::Strong)) {
        Some(Ok(Some(worker))) => worker,
        other => panic!("worker {sid} is not there: {other:?}"),
    }
}

/// `suits`: whether a task's present step may be served by a worker, if that is free.
pub(crate) fn of_routing(facts: &Facts, now: Timestamp, suits: impl Fn(&Task, &WorkerSid) -> bool) {
    let Facts { tasks, workers, keys } = facts;
    waiting_entries(tasks, keys);
    tokens(workers, keys);
    reservations(tasks, workers);
    no_double_assignment(tasks);
    nobody_waits_in_vain(facts, now, suits);
}

/// Every command is done in the end.
pub(crate) fn no_poison(queue: &SimQueue) {
    assert!(queue.most_received() < 30, "a command never succeeds: poison");
}
/// I1: a waiting entry exists exactly when its task says so.
fn waiting_entries(tasks: &[Task], keys: &BTreeSet<(String, String)>) {
    let said: BTreeSet<(String, String)> = tasks
        .iter()
        .filter_map(|task| {
            let entry = task.waiting.as_ref()?;
            assert_eq!(task.status, TaskStatus::Pending, "I1: {task:?}");
            let key = keys::waiting(&entry.list, &entry.order, &task.sid);
            Some((key.partition, key.sort))
        })
        .collect();
    let stored: BTreeSet<_> =
        keys.iter().filter(|(partition, _)| partition.starts_with("W#")).cloned().collect();
    assert_eq!(stored, said, "I1: waiting entries");
}

/// I2: a token exists exactly when its worker is ready and has room.
fn tokens(workers: &[Worker], keys: &BTreeSet<(String, String)>) {
    let mut said = BTreeSet::new();
    for worker in workers {
        for (channel, held) in &worker.channels {
            assert_eq!(held.token.is_some(), worker.ready() && worker.has_room(channel), "I2: {worker:?}");
            if let Some(order) = &held.token {
                let key = keys::token(&worker.class, channel, order, &worker.sid);
                said.insert((key.partition, key.sort));
            }
        }
    }
    let stored: BTreeSet<_> =
        keys.iter().filter(|(partition, _)| partition.starts_with("P#")).cloned().collect();
    assert_eq!(stored, said, "I2: tokens");
}

/// I3: what workers hold is what tasks have offered, and never more than there is room for.
fn reservations(tasks: &[Task], workers: &[Worker]) {
    for worker in workers {
        for (channel, held) in &worker.channels {
            let count = worker.reservations.values().filter(|held| held.task_channel == *channel).count();
            assert_eq!(held.assigned as usize, count, "I3: {worker:?}");
            assert!(held.assigned <= held.capacity, "over capacity: {worker:?}");
        }
    }
    let held: BTreeMap<_, _> = workers
        .iter()
        .flat_map(|worker| worker.reservations.iter().map(|(sid, held)| (sid, (&held.task_sid, &worker.sid))))
        .collect();
    let open = |status| {
        matches!(
            status,
            ReservationStatus::Pending | ReservationStatus::Accepted | ReservationStatus::Wrapping
        )
    };
    let offered: BTreeMap<_, _> = tasks
        .iter()
        .flat_map(|task| task.reservations.iter().map(move |r| (task, r)))
        .filter(|(_, reservation)| open(reservation.status))
        .map(|(task, reservation)| (&reservation.sid, (&task.sid, &reservation.worker_sid)))
        .collect();
    assert_eq!(held, offered, "reservations of workers and of tasks");
}

/// No task is two agents', and an assigned one is somebody's.
fn no_double_assignment(tasks: &[Task]) {
    for task in tasks {
        let accepted = |status| matches!(status, ReservationStatus::Accepted | ReservationStatus::Wrapping);
        let holders = task.reservations.iter().filter(|reservation| accepted(reservation.status)).count();
        let expected = usize::from(matches!(task.status, TaskStatus::Assigned | TaskStatus::Wrapping));
        assert_eq!(holders, expected, "{task:?}");
    }
}

/// Liveness: nobody waits while somebody who could serve is free, and neither an offer nor a step outlives its time.
fn nobody_waits_in_vain(facts: &Facts, now: Timestamp, suits: impl Fn(&Task, &WorkerSid) -> bool) {
    let Facts { tasks, workers, .. } = facts;
    for task in tasks {
        for reservation in task.reservations.iter().filter(|r| r.status == ReservationStatus::Pending) {
            let late = now.since_ms(reservation.expires_at);
            assert!(late < LATE_MS_MAX, "an offer has outlived its time by {late} ms: {task:?}");
            let holder = workers.iter().find(|worker| worker.sid == reservation.worker_sid);
            let absent = holder.and_then(|worker| worker.absent_since).map_or(0, |since| now.since_ms(since));
            assert!(absent < LATE_MS_MAX, "it is offered to somebody who left {absent} ms ago: {task:?}");
        }
        if task.status == TaskStatus::Pending {
            let late = task.timer_due.map_or(0, |due| now.since_ms(due));
            assert!(late < LATE_MS_MAX, "nobody has looked after a task for {late} ms: {task:?}");
        }
    }
    if let Some((task, worker)) = overlooked(facts, now, suits).first() {
        panic!("{} is free and waits for {task:?}", worker.sid);
    }
}

/// The tasks that wait while a worker is free who suits them, with one such worker.
pub(crate) fn overlooked(
    facts: &Facts,
    now: Timestamp,
    suits: impl Fn(&Task, &WorkerSid) -> bool,
) -> Vec<(&Task, &Worker)> {
    // The queue counts in seconds, so that a timer may be one late.
    let barely = now.plus_s(-1);
    let waits_for = |task: &Task, worker: &Worker| {
        let excluded = task.excluded.iter().any(|e| e.worker_sid == worker.sid && e.until > barely);
        let free = worker.ready() && worker.has_room("chat");
        free && !excluded && suits(task, &worker.sid)
    };
    let waiting = facts.tasks.iter().filter(|task| task.status == TaskStatus::Pending);
    let free_for = |task| facts.workers.iter().find(|worker| waits_for(task, worker));
    waiting.filter_map(|task| Some((task, free_for(task)?))).collect()
}
