//! A process that is killed at any moment loses nothing that it acknowledged.
//!
//! The test binary starts itself as the process to kill: it writes numbered items and messages, consumes some
//! of the messages, and says on its standard output what the store acknowledged.

use patchbay_center::memory::MemoryWorld;
use patchbay_center::ports::{
    Condition, Consistency, Item, Key, Outgoing, Queue, QueueName, Table, Value, Write,
};
use patchbay_local::embedded::{Store, StoreOptions};
use patchbay_model::Timestamp;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const FOLDER: &str = "PATCHBAY_CRASH_FOLDER";
const ROUND: &str = "PATCHBAY_CRASH_ROUND";
/// Acknowledgements after which each round is killed.
const KILLED_AFTER: [usize; 6] = [1, 40, 400, 7, 1_500, 3_000];
const WRITERS: usize = 16;
const QUEUE: QueueName = QueueName::Inbound;

fn open(folder: &Path) -> Store {
    let world = Arc::new(MemoryWorld::at(Timestamp(1_795_359_904_789)));
    Store::open(folder, StoreOptions::default(), world).expect("the store opens")
}

fn half(name: &str, sort: &str) -> Item {
    Item { key: Key::new(name, sort), attributes: [("name".to_owned(), Value::from(name))].into() }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the parent listens");
}

async fn write_for_ever(store: Store, writer: usize, round: String) {
    for n in 0_u64.. {
        let name = format!("{round}-{writer}-{n}");
        let put = |sort| Write::Put { item: half(&name, sort), condition: Condition::NotExists };
        store.write(vec![put("left"), put("right")]).await.expect("the write is taken");
        say(&format!("item {name}"));
        let message = Outgoing::fifo(name.clone(), format!("g{writer}"), name.clone());
        store.send(QUEUE, vec![message]).await.expect("the message is taken");
        say(&format!("sent {name}"));
    }
}

async fn consume_for_ever(store: Store) {
    loop {
        for received in store.receive(QUEUE, 3).expect("the queue answers") {
            say(&format!("took {}", received.body));
            store.delete(&[received.receipt]);
        }
        tokio::task::yield_now().await;
    }
}

#[test]
#[ignore = "the process that a_killed_process_loses_nothing_acknowledged starts and kills"]
fn child() {
    let folder = std::env::var(FOLDER).expect("a folder");
    let round = std::env::var(ROUND).expect("a round");
    let store = open(Path::new(&folder));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        for writer in 0..WRITERS {
            tokio::spawn(write_for_ever(store.clone(), writer, round.clone()));
        }
        consume_for_ever(store).await;
    });
}

/// What the process said until it was dead.
fn run_and_kill(folder: &Path, round: usize, lines_until_killed: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("the test binary"))
        .args(["crash::child", "--exact", "--ignored", "--nocapture", "--quiet"])
        .env(FOLDER, folder)
        .env(ROUND, format!("r{round}"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the process starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut said: Vec<String> = lines
        .by_ref()
        .map_while(Result::ok)
        .filter(|line| is_report(line))
        .take(lines_until_killed)
        .collect();
    child.kill().expect("it is killed");
    said.extend(lines.map_while(Result::ok).filter(|line| is_report(line)));
    let status = child.wait().expect("it is dead");
    assert!(!status.success() && said.len() >= lines_until_killed, "{status}: {} lines", said.len());
    said
}

fn is_report(line: &str) -> bool {
    ["item ", "sent ", "took "].iter().any(|kind| line.starts_with(kind))
}

#[tokio::test]
async fn a_killed_process_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut said = Vec::new();
    for (round, lines) in KILLED_AFTER.into_iter().enumerate() {
        said.extend(run_and_kill(folder.path(), round, lines));
    }
    let named = |kind: &str| -> BTreeSet<&str> {
        said.iter().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).collect()
    };
    let (items, sent, took) = (named("item"), named("sent"), named("took"));
    assert!(!items.is_empty() && !sent.is_empty() && !took.is_empty());

    let store = open(folder.path());
    for name in &items {
        for sort in ["left", "right"] {
            let expect = half(name, sort);
            let found = store.get(&expect.key, Consistency::Strong).await.expect("an answer").0;
            assert_eq!(found, Some(expect), "an acknowledged item");
        }
    }
    // What was written and not acknowledged any more is there whole or not at all.
    for writer in 0..WRITERS {
        for round in 0..KILLED_AFTER.len() {
            let first_unknown = (0..).map(|n| format!("r{round}-{writer}-{n}"));
            let name = first_unknown.into_iter().find(|name| !items.contains(name.as_str()));
            let name = name.expect("not everything was acknowledged");
            let mut halves = Vec::new();
            for sort in ["left", "right"] {
                let found = store.get(&Key::new(&name, sort), Consistency::Strong).await;
                halves.push(found.expect("an answer").0.is_some());
            }
            assert_eq!(halves[0], halves[1], "half of {name}");
        }
    }

    let mut stored = BTreeSet::new();
    loop {
        let batch = store.receive(QUEUE, 10).expect("the queue answers");
        if batch.is_empty() {
            break;
        }
        for received in batch {
            assert!(stored.insert(received.body.to_string()), "{} is there twice", received.body);
            store.delete(&[received.receipt]);
        }
    }
    for letter in store.dead_letters(QUEUE, usize::MAX).await.expect("an answer") {
        assert!(stored.insert(letter.body.to_string()), "{} is there twice", letter.body);
    }
    let lost: Vec<_> = sent.iter().filter(|name| !took.contains(*name) && !stored.contains(**name)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}
