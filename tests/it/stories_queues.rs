//! What the queues of a deployed center do with what fails. On this machine `tests/it/poller.rs` tells the same of ours.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use aws_sdk_sqs::Client;
use patchbay_aws::open_accounts;
use patchbay_center::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable};
use patchbay_center::ports::{Outgoing, QueueName, World};
use patchbay_center::{Center, Ports, webhook};
use patchbay_channels::simulate::CustomerMessage;
use patchbay_edge::{EgressHttp, SystemWorld, read_accounts};
use patchbay_model::ChannelKind;
use patchbay_tests::harness::{Deployed, Running, customer, program, within_s};
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;

/// Seconds until a message has failed for the last time: all its waits, and as long again for a slow machine.
const DEATH_S: u64 = 160;

/// What the webhook function would put on the queue for a customer's message.
async fn as_queued(center: &Deployed, from: &str, text: &str) -> Outgoing {
    let settings = center.settings();
    let accounts = open_accounts(&settings, &center.url, None).unwrap().accounts;
    let queue = Arc::new(MemoryQueue::new());
    let ports = Ports {
        table: Arc::new(MemoryTable::new()),
        queue: queue.clone(),
        push: Arc::new(MemoryPush::new()),
        http: Arc::new(EgressHttp::new().unwrap()),
        blob: Arc::new(MemoryBlob::new()),
        world: Arc::new(SystemWorld),
    };
    let (tables, _) = read_accounts(&settings);
    let line = tables.accounts.iter().find(|table| table.kind == ChannelKind::Line).unwrap();
    let line = line.open(line.settings.clone(), &center.url).unwrap().channel;
    let at = SystemWorld.now();
    let message = CustomerMessage::text(from, text, from, at);
    let request = line.customer_message(&message).unwrap();
    let reply = webhook::handle(&Center::new(ports, accounts), ChannelKind::Line, "default", request).await;
    assert_eq!(reply.status, 200);
    queue.take(QueueName::Inbound).remove(0)
}

async fn send(queues: &Client, url: &str, message: Outgoing) {
    let call = queues.send_message().queue_url(url).message_body(message.body);
    call.set_message_group_id(message.group)
        .set_message_deduplication_id(message.dedup)
        .send()
        .await
        .unwrap();
}

/// Runs `patchbay dlq …` as an operator does.
async fn dlq(center: &Running, arguments: &[&str]) -> String {
    let token = center.token("Fay", "admin").await;
    let output = Command::new(program())
        .arg("dlq")
        .args(arguments)
        .args(["--queue", "inbound", "--endpoint", &center.url, "--token", &token])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn listed(center: &Running) -> Vec<Value> {
    dlq(center, &["list", "--bodies"]).await.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn where_nothing_was_given_up_there_is_nothing_to_send_again() {
    let running = Running::start();
    assert!(listed(&running).await.is_empty());
    assert_eq!(dlq(&running, &["redrive"]).await, "inbound: 0 sent again\n");
}

#[tokio::test]
async fn poison_is_put_aside_and_holds_nobody_up() {
    let running = Running::start();
    let Some(center) = running.deployed() else {
        return println!("skipped: nobody but the program itself can write to its queues");
    };
    let queues = center.queues();
    let (first, second) = (customer("line"), customer("line"));
    // One batch, or the one behind it: what fails is named, and the other's turn comes at once.
    let poison = Outgoing::fifo("{\"do\":\"dance\"}".into(), first.clone(), first.clone());
    send(&queues, &center.inbound_url, poison).await;
    send(&queues, &center.inbound_url, as_queued(center, &second, "hello").await).await;
    running.sees("line", &second, "I am a robot").await;

    let dead =
        within_s(DEATH_S, "the poison is a dead letter", || async { listed(&running).await.pop() }).await;
    assert_eq!((&dead["body"], &dead["group"]), (&"{\"do\":\"dance\"}".into(), &first.clone().into()));
    // Sent again it would only die again.
    queues.purge_queue().queue_url(&center.inbound_dead_letters_url).send().await.unwrap();
}

#[tokio::test]
async fn what_was_given_up_for_a_passing_reason_is_sent_again() {
    let running = Running::start();
    let Some(center) = running.deployed() else {
        return println!("skipped: nobody but the program itself can write to its queues");
    };
    let line = customer("line");
    let given_up = as_queued(center, &line, "hello").await;
    send(&center.queues(), &center.inbound_dead_letters_url, given_up.clone()).await;
    let letters = listed(&running).await;
    assert_eq!((letters.len(), &letters[0]["body"]), (1, &given_up.body.into()));
    assert!(!dlq(&running, &["list"]).await.contains("hello"), "words are shown when asked for");
    assert_eq!(dlq(&running, &["redrive"]).await, "inbound: 1 sent again\n");
    running.sees("line", &line, "I am a robot").await;
    assert!(listed(&running).await.is_empty());
}
