//! Two who are at the same offer in the same moment.

use super::*;
use crate::ports::{Item, Key, Page, Query, Table, TableError, Units, Write};
use std::sync::Mutex;

/// A table to whose first write somebody else is faster: they accept this offer.
struct Beaten {
    winner: Center,
    accepts: Mutex<Option<(WorkerSid, ReservationSid)>>,
}

#[async_trait]
impl Table for Beaten {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        self.winner.table.get(key, consistency).await
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        self.winner.table.query(query).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        let accepts = self.accepts.lock().unwrap().take();
        if let Some((worker, reservation)) = accepts {
            accept(&self.winner, &worker, &reservation).await.unwrap();
        }
        self.winner.table.write(writes).await
    }
}

/// An offer is accepted while a task that has no other place is taken back from its worker, who then holds it.
#[test]
fn who_accepts_what_is_dropped_in_the_same_moment_has_it() {
    let mut room = Room::new(workspace(json!([{"queue": "Sales", "timeout": 10}]), 1));
    let bob = room.online("bob");
    let task = room.create("task", french());
    let (_, reservation) = room.offered(&task).unwrap();
    // Its step has ended, and there is none behind it.
    room.pass_s(11);
    let ports = Ports {
        table: room.table.clone(),
        queue: room.queue.clone(),
        push: room.push.clone(),
        http: Arc::new(NoHttp),
        blob: Arc::new(MemoryBlob::new()),
        world: room.world.clone(),
    };
    let accepts = Mutex::new(Some((bob.clone(), reservation.clone())));
    let beaten = Beaten { winner: Center::new(ports, Default::default()), accepts };
    room.center.table = Arc::new(beaten);
    drop(now(reject(&room.center, &bob, &reservation, None)));
    let task = room.task(&task);
    assert_eq!(
        (task.status, task.reservations[0].status),
        (TaskStatus::Assigned, ReservationStatus::Accepted)
    );
    assert_eq!(room.worker("bob").reservations.keys().collect::<Vec<_>>(), [&reservation]);
}
