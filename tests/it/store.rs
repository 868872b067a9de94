//! What the embedded store does besides the contract: it comes back as it was.

use patchbay_center::memory::MemoryWorld;
use patchbay_center::ports::{
    Change, Condition, Consistency, Item, Key, Outgoing, Query, Queue, QueueName, Table, TableError, Units,
    Write,
};
use patchbay_local::embedded::{Release, SWEEP_ITEMS_MAX, Store, StoreOptions};
use patchbay_model::Timestamp;
use std::sync::Arc;
use tempfile::TempDir;

/// A store in a folder of its own, with a clock that the test moves.
pub struct Opened {
    pub store: Store,
    pub world: Arc<MemoryWorld>,
    options: StoreOptions,
    folder: TempDir,
}

impl Opened {
    pub fn new(options: StoreOptions) -> Opened {
        let world = Arc::new(MemoryWorld::at(Timestamp(1_795_359_904_789)));
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), options, world.clone()).expect("the store opens");
        Opened { store, world, options, folder }
    }

    /// Closes the store and opens it again.
    pub fn again(self) -> Opened {
        let Opened { store, world, options, folder } = self;
        drop(store);
        let store = Store::open(folder.path(), options, world.clone()).expect("the store opens again");
        Opened { store, world, options, folder }
    }
}

fn fifo(group: &str, body: &str) -> Outgoing {
    Outgoing::fifo(body.into(), group.into(), format!("{group}/{body}"))
}

fn bodies(store: &Store, queue: QueueName) -> Vec<String> {
    let received = store.receive(queue, 10).expect("the queue answers");
    received.iter().map(|received| received.body.to_string()).collect()
}

#[tokio::test]
async fn items_and_messages_survive_a_restart() {
    let opened = Opened::new(StoreOptions::default());
    let item = Item { key: Key::new("p\u{0}", "s"), attributes: [("n".to_owned(), 1.into())].into() };
    let put = Write::Put { item: item.clone(), condition: Condition::Always };
    opened.store.write(vec![put]).await.expect("the write is taken");
    let messages = ["1", "2", "3"].map(|body| fifo("g", body));
    opened.store.send(QueueName::Inbound, messages.into()).await.expect("the messages are taken");
    opened.store.send(QueueName::Routing, vec![Outgoing::after_s("late".into(), 60)]).await.expect("taken");
    let received = opened.store.receive(QueueName::Inbound, 1).expect("the queue answers");
    opened.store.delete(&[received[0].receipt]);

    let opened = opened.again();
    let found = opened.store.get(&item.key, Consistency::Strong).await.expect("an answer").0;
    assert_eq!(found, Some(item));
    opened.store.send(QueueName::Inbound, vec![fifo("g", "1")]).await.expect("a duplicate is accepted");
    assert_eq!(bodies(&opened.store, QueueName::Inbound), ["2", "3"]);
    assert_eq!(bodies(&opened.store, QueueName::Routing), Vec::<String>::new());
    opened.world.advance_s(60);
    assert_eq!(bodies(&opened.store, QueueName::Routing), ["late"]);
}

#[tokio::test]
async fn a_message_that_ends_the_process_each_time_becomes_a_dead_letter() {
    let mut opened = Opened::new(StoreOptions::default());
    opened.store.send(QueueName::Inbound, vec![fifo("g", "bad"), fifo("g", "good")]).await.expect("taken");
    for count in 1..=5 {
        let received = opened.store.receive(QueueName::Inbound, 1).expect("the queue answers");
        assert_eq!((&*received[0].body, received[0].receive_count), ("bad", count));
        opened = opened.again();
    }
    assert_eq!(bodies(&opened.store, QueueName::Inbound), ["good"]);
    opened = opened.again();
    let letters = opened.store.dead_letters(QueueName::Inbound, 10).await.expect("an answer");
    assert_eq!((letters.len(), &*letters[0].body, letters[0].receive_count), (1, "bad", 5));
    assert_eq!(opened.store.depth(QueueName::Inbound).dead, 1);
}

#[tokio::test]
async fn a_dead_letter_keeps_its_reason_and_can_be_sent_again() {
    let opened = Opened::new(StoreOptions::default());
    let queue = QueueName::Outbound;
    opened.store.send(queue, vec![fifo("g", "bad")]).await.expect("taken");
    for n in 0..5 {
        let received = opened.store.receive(queue, 10).expect("the queue answers");
        opened.store.release(received[0].receipt, 0, Release::Failed(format!("reason {n}")));
    }
    assert_eq!(bodies(&opened.store, queue), Vec::<String>::new());
    let letters = opened.store.dead_letters(queue, 10).await.expect("an answer");
    assert_eq!((letters[0].reason.as_str(), letters[0].group.as_deref()), ("reason 4", Some("g")));

    assert_eq!(opened.store.redrive(queue).await, Ok(1));
    assert_eq!(opened.store.redrive(queue).await, Ok(0));
    let received = opened.store.receive(queue, 10).expect("the queue answers");
    assert_eq!((&*received[0].body, received[0].receive_count), ("bad", 1));
    assert_ne!(received[0].message_id, letters[0].message_id);
    assert_eq!(opened.store.depth(queue).dead, 0);
}

#[tokio::test]
async fn an_untouched_message_is_not_counted() {
    let opened = Opened::new(StoreOptions::default());
    opened.store.send(QueueName::Inbound, vec![fifo("g", "1")]).await.expect("taken");
    for _ in 0..10 {
        let received = opened.store.receive(QueueName::Inbound, 10).expect("the queue answers");
        assert_eq!(received[0].receive_count, 1);
        opened.store.release(received[0].receipt, 0, Release::Untouched);
    }
}

#[tokio::test]
async fn a_queue_says_how_full_it_is() {
    let opened = Opened::new(StoreOptions::default());
    let queue = QueueName::Inbound;
    assert_eq!(opened.store.depth(queue), Default::default());
    opened.store.send(queue, ["1", "2"].map(|body| fifo("g", body)).into()).await.expect("taken");
    opened.world.advance_ms(1_500);
    let received = opened.store.receive(queue, 1).expect("the queue answers");
    let depth = opened.store.depth(queue);
    assert_eq!((depth.messages, depth.in_flight, depth.dead, depth.oldest_age_ms), (2, 1, 0, 1_500));
    opened.store.delete(&[received[0].receipt]);
    assert_eq!((opened.store.depth(queue).messages, opened.store.depth(queue).in_flight), (1, 0));
}

#[tokio::test]
async fn the_sweep_removes_what_expired_and_only_that() {
    let opened = Opened::new(StoreOptions::default());
    let now_s = 1_795_359_904;
    let with_ttl = |sort: String, ttl: i64| Write::Put {
        item: Item { key: Key::new("p", sort), attributes: [("ttl".to_owned(), ttl.into())].into() },
        condition: Condition::Always,
    };
    let mut writes: Vec<Write> =
        (0..SWEEP_ITEMS_MAX).map(|n| with_ttl(format!("old {n:04}"), now_s)).collect();
    for sort in ["new", "postponed", "removed"] {
        writes.push(with_ttl(sort.into(), now_s));
    }
    let change = |sort: &str, change| Write::Update {
        key: Key::new("p", sort),
        changes: vec![change],
        condition: Condition::Always,
    };
    writes.push(change("postponed", Change::Set("ttl".into(), (now_s + 1).into())));
    writes.push(change("removed", Change::Remove("ttl".into())));
    // All at once, so that they share commits; their order stays.
    let tasks: Vec<_> = writes.into_iter().map(|write| write_later(&opened.store, write)).collect();
    for task in tasks {
        task.await.expect("it ends").expect("the write is taken");
    }
    assert_eq!(opened.store.sweep_expired().await, Ok(SWEEP_ITEMS_MAX));
    assert_eq!(opened.store.sweep_expired().await, Ok(1));
    assert_eq!(opened.store.sweep_expired().await, Ok(0));
    let (page, _) = opened.store.query(&Query::prefix("p", "")).await.expect("an answer");
    let sorts: Vec<_> = page.items.iter().map(|item| item.key.sort.as_str()).collect();
    assert_eq!(sorts, ["postponed", "removed"]);
    opened.world.advance_s(1);
    assert_eq!(opened.store.sweep_expired().await, Ok(1));
}

fn write_later(store: &Store, write: Write) -> tokio::task::JoinHandle<Result<Units, TableError>> {
    let store = store.clone();
    tokio::spawn(async move { store.write(vec![write]).await })
}

/// Writes that are made together are judged one by one, in the order in which they came.
#[tokio::test]
async fn one_of_many_writes_wins() {
    let opened = Opened::new(StoreOptions::default());
    let put = |n: i64| {
        let item = Item { key: Key::new("p", "s"), attributes: [("n".to_owned(), n.into())].into() };
        write_later(&opened.store, Write::Put { item, condition: Condition::NotExists })
    };
    let tasks: Vec<_> = (0..50).map(put).collect();
    let mut won = Vec::new();
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.expect("it ends") {
            Ok(_) => won.push(n as i64),
            Err(TableError::Condition { index: 0, current: Some(_) }) => {}
            other => panic!("{other:?}"),
        }
    }
    let found = opened.store.get(&Key::new("p", "s"), Consistency::Strong).await.expect("an answer").0;
    assert_eq!(found.and_then(|item| item.number("n")).map(|n| vec![n]), Some(won));
}

#[tokio::test]
async fn a_second_opening_is_refused() {
    let opened = Opened::new(StoreOptions::default());
    let world = opened.world.clone();
    assert!(Store::open(opened.folder.path(), StoreOptions::default(), world).is_err());
}
