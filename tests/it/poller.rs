//! The poller gives batches to a handler as Lambda's event-source mapping does.

use crate::store::Opened;
use patchbay_center::ports::{Outgoing, Queue, QueueName};
use patchbay_local::embedded::{Poller, PollerOptions, Record, Store, StoreOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::{Barrier, Semaphore};

const QUEUE: QueueName = QueueName::Inbound;
/// Far more than any of it takes: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

fn message(group: &str, body: &str) -> Outgoing {
    Outgoing::fifo(body.into(), group.into(), format!("{group}/{body}"))
}

async fn send(store: &Store, messages: Vec<Outgoing>) {
    store.send(QUEUE, messages).await.expect("the messages are taken");
}

fn bodies(batch: &[Record]) -> Vec<String> {
    batch.iter().map(|record| record.body.to_string()).collect()
}

/// What the handler saw next.
async fn next(seen: &mut UnboundedReceiver<Vec<String>>) -> Vec<String> {
    tokio::time::timeout(PATIENCE, seen.recv()).await.expect("in time").expect("the handler lives")
}

/// Waits until no message is in flight.
async fn settled(store: &Store) {
    let settled = async {
        while store.depth(QUEUE).in_flight > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("in time");
}

/// Lets the clock pass every backoff and makes the poller look.
async fn later(opened: &Opened, nudge: usize) {
    settled(&opened.store).await;
    opened.world.advance_s(60);
    send(&opened.store, vec![message("nudge", &format!("nudge-{nudge}"))]).await;
}

#[tokio::test]
async fn groups_go_beside_each_other_and_each_in_order() {
    let opened = Opened::new(StoreOptions::default());
    let groups = ["a", "b", "c"];
    for n in 0..4 {
        send(&opened.store, groups.map(|group| message(group, &format!("{group}{n}"))).into()).await;
    }
    // Every handler waits until three are in it: with two groups at a time the test would stand still.
    let together = Arc::new(Barrier::new(groups.len()));
    let (saw, mut seen) = unbounded_channel();
    let options = PollerOptions { batch_max: 1, concurrency_max: groups.len() };
    let poller = Poller::start(opened.store.clone(), QUEUE, options, move |batch| {
        let (saw, together) = (saw.clone(), together.clone());
        async move {
            together.wait().await;
            saw.send(bodies(&batch)).expect("the test listens");
            Ok(vec![])
        }
    });
    let mut found = Vec::new();
    while found.len() < 12 {
        found.extend(next(&mut seen).await);
    }
    for group in groups {
        let of_group: Vec<_> = found.iter().filter(|body| body.starts_with(group)).cloned().collect();
        assert_eq!(of_group, (0..4).map(|n| format!("{group}{n}")).collect::<Vec<_>>());
    }
    poller.stop().await;
    assert_eq!(opened.store.depth(QUEUE).messages, 0);
}

#[tokio::test]
async fn failed_messages_and_those_behind_them_are_kept() {
    let opened = Opened::new(StoreOptions::default());
    let (saw, mut seen) = unbounded_channel();
    send(&opened.store, ["1", "2", "3"].map(|body| message("g", body)).into()).await;
    send(&opened.store, vec![message("h", "4")]).await;
    let poller = Poller::start(opened.store.clone(), QUEUE, PollerOptions::default(), move |batch| {
        let saw = saw.clone();
        async move {
            saw.send(bodies(&batch)).expect("the test listens");
            let is_second = |record: &&Record| &*record.body == "2" && record.receive_count == 1;
            Ok(batch.iter().filter(is_second).map(|record| record.message_id.clone()).collect())
        }
    });
    assert_eq!(next(&mut seen).await, ["1", "2", "3", "4"]);
    later(&opened, 0).await;
    assert_eq!(next(&mut seen).await, ["2", "3", "nudge-0"]);
    poller.stop().await;
    assert_eq!(opened.store.depth(QUEUE).messages, 0);
}

/// Runs a handler that fails the message `bad` of the group `bad`, and answers the reason of the dead letter.
async fn dies_of<F>(fail: fn(Record) -> F) -> String
where
    F: Future<Output = Result<Vec<String>, anyhow::Error>> + Send + 'static,
{
    let opened = Opened::new(StoreOptions::default());
    let (saw, mut seen) = unbounded_channel();
    let options = PollerOptions { batch_max: 1, concurrency_max: 1 };
    let poller = Poller::start(opened.store.clone(), QUEUE, options, move |mut batch: Vec<Record>| {
        if batch.iter().all(|record| record.group.as_deref() == Some("bad")) {
            saw.send(bodies(&batch)).expect("the test listens");
        }
        let bad = batch.pop().filter(|record| &*record.body == "bad").map(fail);
        async move {
            match bad {
                Some(failing) => failing.await,
                None => Ok(vec![]),
            }
        }
    });
    send(&opened.store, vec![message("bad", "bad"), message("bad", "good")]).await;
    for n in 0..5 {
        assert_eq!(next(&mut seen).await, ["bad"], "attempt {n}");
        later(&opened, n).await;
        if n < 4 {
            continue;
        }
        // The group goes on behind the dead letter.
        assert_eq!(next(&mut seen).await, ["good"]);
    }
    settled(&opened.store).await;
    poller.stop().await;
    let letters = opened.store.dead_letters(QUEUE, 10).await.expect("an answer");
    assert_eq!(letters.iter().map(|letter| &*letter.body).collect::<Vec<_>>(), ["bad"]);
    letters[0].reason.clone()
}

#[tokio::test]
async fn what_always_fails_becomes_a_dead_letter_with_its_reason() {
    let reason = dies_of(|_| async { anyhow::bail!("no such flow") }).await;
    assert_eq!(reason, "no such flow");
    let reason = dies_of(|_| async { panic!("a mistake") }).await;
    assert!(reason.contains("broke off"), "{reason}");
    let reason = dies_of(|_| async { Ok(vec!["foreign".to_owned()]) }).await;
    assert!(reason.contains("\"foreign\""), "{reason}");
}

#[tokio::test]
async fn stopping_waits_for_what_is_in_flight_and_takes_no_more() {
    let opened = Opened::new(StoreOptions::default());
    let (saw, mut seen) = unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let open_gate = gate.clone();
    let options = PollerOptions { batch_max: 1, concurrency_max: 1 };
    let poller = Poller::start(opened.store.clone(), QUEUE, options, move |batch| {
        let (saw, gate) = (saw.clone(), gate.clone());
        async move {
            saw.send(bodies(&batch)).expect("the test listens");
            gate.acquire().await.expect("the gate").forget();
            Ok(vec![])
        }
    });
    send(&opened.store, vec![message("a", "1"), message("b", "2")]).await;
    assert_eq!(next(&mut seen).await, ["1"]);
    let stopping = tokio::spawn(poller.stop());
    tokio::task::yield_now().await;
    assert!(!stopping.is_finished());
    open_gate.add_permits(2);
    tokio::time::timeout(PATIENCE, stopping).await.expect("in time").expect("it stops");
    let depth = opened.store.depth(QUEUE);
    assert_eq!((depth.messages, depth.in_flight), (1, 0));
}
