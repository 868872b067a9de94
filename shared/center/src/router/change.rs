//! The writes that a changed task or worker means: the invariants live here and nowhere else.
//!
//! I1: a waiting entry exists exactly when the task says so. I2: a token exists exactly when the worker is
//! ready and has room on the channel, and the worker says under which key. I3: a channel's `assigned` counts
//! the reservations that the worker holds on it. Pure.

use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Key, Write};
use crate::store::put_next;
use patchbay_model::task::{Exclusion, TaskReservation};
use patchbay_model::worker::Held;
use patchbay_model::{ReservationSid, Task, Timestamp, Worker, WorkerSid};
use patchbay_routing::order::token_key;

/// Name of the attribute with a waiting entry's filter.
pub(super) const FILTER: &str = "f";
/// Name of the attribute with the workers to whom the task is not offered for now.
pub(super) const EXCLUDED: &str = "x";

/// Ended reservations that a worker remembers: as many as a client may have unanswered actions on.
const ENDED_MAX: usize = 4;

/// Gives a worker an offer.
pub(super) fn hold(worker: &mut Worker, task: &Task, reservation: &TaskReservation) {
    worker.last_assigned = Some(reservation.created_at);
    let held = Held { task_sid: task.sid.clone(), task_channel: task.task_channel.clone() };
    if worker.reservations.insert(reservation.sid.clone(), held).is_none() {
        worker.channels.entry(task.task_channel.clone()).or_default().assigned += 1;
    }
}

/// Takes a reservation from a worker; nothing when it holds it no more.
pub(super) fn release(worker: &mut Worker, reservation: &ReservationSid) {
    if let Some(held) = worker.reservations.remove(reservation)
        && let Some(channel) = worker.channels.get_mut(&held.task_channel)
    {
        channel.assigned = channel.assigned.saturating_sub(1);
        worker.ended.push((reservation.clone(), held.task_sid));
        let surplus = worker.ended.len().saturating_sub(ENDED_MAX);
        worker.ended.drain(..surplus);
    }
}

/// The worker for whom alone the task waits, if it waits so.
pub(super) fn direct_worker(task: &Task) -> Option<WorkerSid> {
    WorkerSid::parse(task.waiting.as_ref()?.list.split('#').next()?).ok()
}

/// Counts on a worker that a task begins or ceases to wait for it alone.
pub(super) fn count_direct(worker: &mut Worker, before: Option<&Task>, after: &Task) {
    let waits = |task: Option<&Task>| task.and_then(direct_worker).as_ref() == Some(&worker.sid);
    match (waits(before), waits(Some(after))) {
        (true, false) => worker.direct_waiting = worker.direct_waiting.saturating_sub(1),
        (false, true) => worker.direct_waiting = worker.direct_waiting.saturating_add(1),
        _ => {}
    }
}

/// The writes that turn the stored task `before` into `after`. `before` is `None` for a new task.
pub(crate) fn task_writes(before: Option<&Task>, after: &mut Task, now: Timestamp) -> Vec<Write> {
    after.updated_at = now;
    after.excluded.retain(|exclusion| exclusion.until > now);
    let old = before.and_then(|task| Some((task, task.waiting.as_ref()?)));
    let old_key = old.map(|(task, entry)| keys::waiting(&entry.list, &entry.order, &task.sid));
    let new = after.waiting.as_ref().map(|entry| {
        let mut attributes = Attributes::new();
        if !entry.filter.is_empty() {
            attributes.insert(FILTER.into(), entry.filter.as_str().into());
        }
        if !after.excluded.is_empty() {
            attributes.insert(EXCLUDED.into(), codec::encode::<Vec<Exclusion>>(&after.excluded));
        }
        Item { key: keys::waiting(&entry.list, &entry.order, &after.sid), attributes }
    });
    let mut writes = vec![put_next(after)];
    match (old_key, new) {
        (Some(old), Some(new)) if old == new.key => {
            writes.push(Write::Put { item: new, condition: Condition::Exists });
        }
        (old, new) => {
            writes.extend(old.map(|key| Write::Delete { key, condition: Condition::Exists }));
            writes.extend(new.map(|item| Write::Put { item, condition: Condition::NotExists }));
        }
    }
    writes
}

/// The writes that turn the stored worker `before` into `after`: its tokens and its place in the roster follow
/// from its state. A token keeps its key unless the channel was `touched`: an assignment on one channel does
/// not pay for the tokens of the others (`claim` looks at the worker when it compares).
pub(super) fn worker_writes(before: &Worker, after: &mut Worker, touched: Option<&str>) -> Vec<Write> {
    let ready = after.ready();
    let fresh = token_key(after.idle_since().0);
    let names: Vec<String> = after.channels.keys().cloned().collect();
    let mut tokens = Vec::new();
    for name in &names {
        let old = before.channels.get(name).and_then(|channel| channel.token.clone());
        let wanted = ready && after.has_room(name);
        let new = match (&old, wanted) {
            (_, false) => None,
            (Some(key), true) if touched != Some(name) => Some(key.clone()),
            (_, true) => Some(fresh.clone()),
        };
        if let Some(channel) = after.channels.get_mut(name) {
            channel.token = new.clone();
        }
        if old == new && before.class == after.class {
            continue;
        }
        if let Some(order) = old {
            let key = keys::token(&before.class, name, &order, &before.sid);
            tokens.push(Write::Delete { key, condition: Condition::Exists });
        }
        if let Some(order) = new {
            let key = keys::token(&after.class, name, &order, &after.sid);
            tokens.push(put_empty(key));
        }
    }
    let mut writes = vec![put_next(after)];
    writes.extend(tokens);
    let (old, new) = (roster_key(before), roster_key(after));
    if old != new {
        writes.push(Write::Delete { key: old, condition: Condition::Always });
        writes.push(put_empty(new));
    }
    writes
}

/// The writes that take a worker away with its tokens and its place in the roster. It holds nothing.
pub(super) fn removal_writes(worker: &Worker) -> Vec<Write> {
    let unchanged = Condition::Equals("v".into(), crate::store::number(worker.version));
    let mut writes = vec![Write::Delete { key: keys::worker(&worker.sid), condition: unchanged }];
    for (name, channel) in &worker.channels {
        if let Some(order) = &channel.token {
            let key = keys::token(&worker.class, name, order, &worker.sid);
            writes.push(Write::Delete { key, condition: Condition::Exists });
        }
    }
    writes.push(Write::Delete { key: roster_key(worker), condition: Condition::Always });
    writes
}

/// The roster entry of a new worker.
pub fn roster_write(worker: &Worker) -> Write {
    put_empty(roster_key(worker))
}

fn roster_key(worker: &Worker) -> Key {
    keys::roster(&worker.class, worker.ready(), worker.activity_sid.as_str(), &worker.sid)
}

fn put_empty(key: Key) -> Write {
    Write::Put { item: Item { key, attributes: Attributes::new() }, condition: Condition::Always }
}
