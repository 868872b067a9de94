//! Agents: they come, accept, decline, let offers lapse, complete, lose their connection, and ask again when
//! they get no answer.

use crate::executor::now;
use crate::push::SimPush;
use crate::world::SimWorld;
use patchbay_center::Center;
use patchbay_center::ports::Consistency;
use patchbay_center::router::{self, OpError};
use patchbay_center::store::{StoreError, load_task, load_worker};
use patchbay_model::task::TaskReservation;
use patchbay_model::{ReservationSid, ReservationStatus, TaskSid, WorkerSid};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What a client asks for. It is asked again, the same, until there is an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Connect, and learn what is held (`init`).
    Connect(String),
    Disconnect(String),
    Activity(&'static str),
    Accept(ReservationSid),
    Reject(ReservationSid),
    Wrap(ReservationSid),
    Complete(ReservationSid),
}

/// What agents have been told, apart from what is stored: who was told that a task is his.
#[derive(Default)]
pub(crate) struct Told {
    pub accepted: BTreeMap<TaskSid, Vec<WorkerSid>>,
    pub completed: Vec<TaskSid>,
}

pub(crate) struct Agent {
    pub name: String,
    pub sid: WorkerSid,
    pub connection: Option<String>,
    /// Asked and not answered.
    pub wish: Option<Wish>,
    connections: usize,
}

impl Agent {
    pub fn new(name: String) -> Agent {
        let sid = WorkerSid::derive(&["worker", &name]);
        Agent { name, sid, connection: None, wish: None, connections: 0 }
    }

    /// Thinks of something to do.
    pub fn think(&mut self, world: &SimWorld, push: &SimPush, held: &[(ReservationSid, ReservationStatus)]) {
        if self.wish.is_some() {
            return;
        }
        let Some(connection) = self.connection.clone() else {
            self.connections += 1;
            let connection = format!("{}-{}", self.name, self.connections);
            push.open(&connection);
            self.connection = Some(connection.clone());
            self.wish = Some(Wish::Connect(connection));
            return;
        };
        let (dice, which) = world.dice(|rng| (rng.u32(0..100), rng.usize(..)));
        self.wish = match (dice, held.get(which % held.len().max(1))) {
            (0..4, _) => {
                push.close_now(&connection);
                self.connection = None;
                // API Gateway tells of a closed connection late or never.
                world.dice(|rng| rng.bool()).then_some(Wish::Disconnect(connection))
            }
            (4..12, _) => Some(Wish::Activity("Offline")),
            (12..40, _) => Some(Wish::Activity("Available")),
            (40..65, Some((sid, ReservationStatus::Pending))) => Some(Wish::Accept(sid.clone())),
            (65..80, Some((sid, ReservationStatus::Pending))) => Some(Wish::Reject(sid.clone())),
            (40..55, Some((sid, ReservationStatus::Accepted))) => Some(Wish::Wrap(sid.clone())),
            (40..90, Some((sid, ReservationStatus::Accepted | ReservationStatus::Wrapping))) => {
                Some(Wish::Complete(sid.clone()))
            }
            _ => None,
        };
    }

    /// What a diligent agent does in the end: he is there, available, and accepts.
    pub fn settle(&mut self, push: &SimPush, held: &[(ReservationSid, ReservationStatus)], available: bool) {
        if self.wish.is_some() {
            return;
        }
        if self.connection.is_none() {
            self.connections += 1;
            let connection = format!("{}-{}", self.name, self.connections);
            push.open(&connection);
            self.connection = Some(connection.clone());
            self.wish = Some(Wish::Connect(connection));
            return;
        }
        self.accept(held);
        if self.wish.is_none() && !available {
            self.wish = Some(Wish::Activity("Available"));
        }
    }

    /// Accepts an offer, if he is there and has nothing else to do.
    pub fn accept(&mut self, held: &[(ReservationSid, ReservationStatus)]) {
        let pending = held.iter().find(|(_, status)| *status == ReservationStatus::Pending);
        if self.wish.is_none() && self.connection.is_some() {
            self.wish = pending.map(|(sid, _)| Wish::Accept(sid.clone()));
        }
    }
}

/// Carries a wish out; whether there is an answer. That is success or a refusal; anything else is asked again.
pub(crate) async fn carry_out(
    center: Arc<Center>,
    sid: WorkerSid,
    wish: Wish,
    told: Arc<Mutex<Told>>,
) -> bool {
    let done = match &wish {
        Wish::Connect(connection) => router::connect(&center, &sid, connection).await.map(drop),
        Wish::Disconnect(connection) => router::disconnect(&center, &sid, connection).await,
        Wish::Activity(name) => router::set_activity(&center, &sid, name).await.map(drop),
        Wish::Accept(reservation) => {
            let accepted = router::accept(&center, &sid, reservation).await;
            if let Ok(task) = &accepted {
                let told = &mut *crate::world::lock(&told);
                let holders = told.accepted.entry(task.sid.clone()).or_default();
                if !holders.contains(&sid) {
                    holders.push(sid.clone());
                }
            }
            accepted.map(drop)
        }
        Wish::Reject(reservation) => router::reject(&center, &sid, reservation, None).await.map(drop),
        Wish::Wrap(reservation) => router::wrap(&center, &sid, reservation).await.map(drop),
        Wish::Complete(reservation) => {
            let completed = router::complete(&center, &sid, reservation, None).await;
            if let Ok(task) = &completed {
                crate::world::lock(&told).completed.push(task.sid.clone());
            }
            completed.map(drop)
        }
    };
    match done {
        Ok(()) => true,
        Err(OpError::NotFound(_) | OpError::NotYours | OpError::Refused(_)) => true,
        Err(OpError::Busy | OpError::Store(StoreError::Table(_)) | OpError::Queue(_) | OpError::Push(_)) => {
            false
        }
        Err(OpError::Store(StoreError::Codec(error))) => panic!("a stored document does not read: {error}"),
    }
}

/// The reservations that a worker holds, as they are stored: what `init` and `sync` tell a client.
pub(crate) fn held(
    table: &crate::table::SimTable,
    sid: &WorkerSid,
) -> Vec<(ReservationSid, ReservationStatus)> {
    let worker = now(load_worker(table, sid, Consistency::Strong)).and_then(Result::ok).flatten();
    let mut held = Vec::new();
    for (reservation, of) in worker.map(|worker| worker.reservations).unwrap_or_default() {
        let task = now(load_task(table, &of.task_sid, Consistency::Strong)).and_then(Result::ok).flatten();
        let status = task.and_then(|task| {
            // Nobody asks for an offer that has lapsed: its timer takes it back.
            let lapsed =
                |r: &&TaskReservation| r.status == ReservationStatus::Pending && r.expires_at <= table.now();
            let known = task.reservations.iter().find(|known| known.sid == reservation);
            known.filter(|known| !lapsed(known)).map(|known| known.status)
        });
        held.extend(status.map(|status| (reservation, status)));
    }
    held
}
