//! The contract of the queues: SQS's rules, seen from the sender and from a consumer.

use async_trait::async_trait;
use patchbay_center::ports::queue::{BATCH_MAX, DELAY_S_MAX, GROUP_CHARS_MAX};
use patchbay_center::ports::{Outgoing, Queue, QueueError, QueueName};
use patchbay_center::rules::queue::DEDUP_S;
use patchbay_model::limits::QUEUE_BODY_BYTES_MAX;

/// Queues, a consumer of theirs and a clock that the checks move. All queues are empty at first.
#[async_trait]
pub trait QueueHarness: Send + Sync {
    /// Names one receipt of one message.
    type Receipt: Clone + Send + Sync;

    fn queue(&self) -> &dyn Queue;

    /// One receive of up to `BATCH_MAX` messages: body and receipt, in the order given.
    async fn receive(&self, queue: QueueName) -> Vec<(String, Self::Receipt)>;

    async fn delete(&self, receipt: Self::Receipt);

    /// Makes a received message visible again after `delay_s`.
    async fn release(&self, receipt: Self::Receipt, delay_s: u32);

    fn advance_s(&self, s: u32);

    /// Seconds that a received message stays hidden.
    fn visibility_s(&self) -> u32;

    /// Receipts after which a message becomes a dead letter.
    fn receive_count_max(&self) -> u32;

    /// Bodies and groups of the dead letters, oldest first.
    async fn dead_letters(&self, queue: QueueName) -> Vec<(String, Option<String>)>;

    /// Sends all dead letters again.
    async fn redrive(&self, queue: QueueName);
}

/// Every check, one after the other; each leaves the queues empty.
pub async fn all<H: QueueHarness>(harness: &H) {
    messages_come_once_and_are_deleted(harness).await;
    a_group_goes_in_order(harness).await;
    a_group_with_a_message_in_flight_is_skipped(harness).await;
    hidden_messages_come_back_in_their_place(harness).await;
    an_outdated_receipt_deletes_nothing(harness).await;
    duplicates_are_dropped_for_five_minutes(harness).await;
    delays_hold_a_message_back(harness).await;
    poison_becomes_a_dead_letter_and_frees_its_group(harness).await;
    messages_that_break_a_rule_are_refused(harness).await;
}

const FIFO: QueueName = QueueName::Inbound;
const STANDARD: QueueName = QueueName::Routing;

fn message(group: &str, body: &str) -> Outgoing {
    Outgoing::fifo(body.into(), group.into(), format!("{group}/{body}"))
}

async fn send(harness: &impl QueueHarness, queue: QueueName, messages: Vec<Outgoing>) {
    harness.queue().send(queue, messages).await.expect("the messages are taken");
}

async fn bodies(harness: &impl QueueHarness, queue: QueueName) -> Vec<String> {
    harness.receive(queue).await.into_iter().map(|(body, _)| body).collect()
}

/// Receives once, deletes what came and answers the bodies.
async fn consume(harness: &impl QueueHarness, queue: QueueName) -> Vec<String> {
    let mut bodies = Vec::new();
    for (body, receipt) in harness.receive(queue).await {
        harness.delete(receipt).await;
        bodies.push(body);
    }
    bodies
}

async fn expect_empty(harness: &impl QueueHarness, queue: QueueName) {
    assert_eq!(bodies(harness, queue).await, Vec::<String>::new());
}

async fn messages_come_once_and_are_deleted(harness: &impl QueueHarness) {
    let count = 2 * BATCH_MAX + 1;
    send(harness, STANDARD, (0..count).map(|n| Outgoing::after_s(format!("{n}"), 0)).collect()).await;
    let mut found = Vec::new();
    while found.len() < count {
        let batch = consume(harness, STANDARD).await;
        assert!(!batch.is_empty() && batch.len() <= BATCH_MAX, "{batch:?} after {found:?}");
        found.extend(batch);
    }
    found.sort_by_key(|body| body.parse::<usize>().expect("a number"));
    assert_eq!(found, (0..count).map(|n| n.to_string()).collect::<Vec<_>>());
    harness.advance_s(harness.visibility_s());
    expect_empty(harness, STANDARD).await;
    // Sending nothing is fine, and queues are not one another.
    send(harness, FIFO, vec![]).await;
    send(harness, FIFO, vec![message("once", "a")]).await;
    expect_empty(harness, STANDARD).await;
    assert_eq!(consume(harness, FIFO).await, ["a"]);
}

async fn a_group_goes_in_order(harness: &impl QueueHarness) {
    let expect: Vec<String> = (0..BATCH_MAX + 2).map(|n| format!("{n:02}")).collect();
    send(harness, FIFO, expect.iter().map(|body| message("order", body)).collect()).await;
    let mut found = consume(harness, FIFO).await;
    while found.len() < expect.len() {
        let batch = consume(harness, FIFO).await;
        assert!(!batch.is_empty(), "{found:?}");
        found.extend(batch);
    }
    assert_eq!(found, expect);
}

async fn a_group_with_a_message_in_flight_is_skipped(harness: &impl QueueHarness) {
    send(harness, FIFO, vec![message("busy", "1")]).await;
    let in_flight = harness.receive(FIFO).await;
    assert_eq!(in_flight.len(), 1);
    send(harness, FIFO, vec![message("busy", "2"), message("free", "a")]).await;
    assert_eq!(consume(harness, FIFO).await, ["a"]);
    expect_empty(harness, FIFO).await;
    for (_, receipt) in in_flight {
        harness.delete(receipt).await;
    }
    assert_eq!(consume(harness, FIFO).await, ["2"]);
}

async fn hidden_messages_come_back_in_their_place(harness: &impl QueueHarness) {
    send(harness, FIFO, ["1", "2", "3"].map(|body| message("back", body)).into()).await;
    let batch = harness.receive(FIFO).await;
    assert_eq!(batch.iter().map(|(body, _)| body.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    harness.delete(batch[1].1.clone()).await;
    harness.advance_s(harness.visibility_s() - 1);
    expect_empty(harness, FIFO).await;
    harness.advance_s(1);
    let batch = harness.receive(FIFO).await;
    assert_eq!(batch.iter().map(|(body, _)| body.as_str()).collect::<Vec<_>>(), ["1", "3"]);

    // Handed back before its time, the first blocks the other until it is its turn.
    harness.release(batch[0].1.clone(), 10).await;
    harness.release(batch[1].1.clone(), 0).await;
    expect_empty(harness, FIFO).await;
    harness.advance_s(9);
    expect_empty(harness, FIFO).await;
    harness.advance_s(1);
    assert_eq!(consume(harness, FIFO).await, ["1", "3"]);

    send(harness, STANDARD, vec![Outgoing::after_s("s".into(), 0)]).await;
    let batch = harness.receive(STANDARD).await;
    harness.release(batch[0].1.clone(), 0).await;
    assert_eq!(consume(harness, STANDARD).await, ["s"]);
}

async fn an_outdated_receipt_deletes_nothing(harness: &impl QueueHarness) {
    send(harness, FIFO, vec![message("outdated", "1")]).await;
    let old = harness.receive(FIFO).await;
    harness.advance_s(harness.visibility_s());
    let new = harness.receive(FIFO).await;
    assert_eq!((old.len(), new.len()), (1, 1));
    harness.delete(old[0].1.clone()).await;
    harness.advance_s(harness.visibility_s());
    assert_eq!(consume(harness, FIFO).await, ["1"]);
}

async fn duplicates_are_dropped_for_five_minutes(harness: &impl QueueHarness) {
    let dedup_s = u32::try_from(DEDUP_S).expect("a short time");
    let again = || vec![message("dedup", "1")];
    send(harness, FIFO, [again(), again()].concat()).await;
    send(harness, FIFO, again()).await;
    assert_eq!(consume(harness, FIFO).await, ["1"]);
    // Deleting does not forget the id, another queue does not know it, the group does not matter.
    harness.advance_s(dedup_s - 1);
    let other_group = Outgoing { group: Some("dedup 2".replace(' ', "-")), ..message("dedup", "1") };
    send(harness, FIFO, [again(), vec![other_group]].concat()).await;
    expect_empty(harness, FIFO).await;
    send(harness, QueueName::Outbound, again()).await;
    assert_eq!(consume(harness, QueueName::Outbound).await, ["1"]);
    harness.advance_s(1);
    send(harness, FIFO, again()).await;
    assert_eq!(consume(harness, FIFO).await, ["1"]);
}

async fn delays_hold_a_message_back(harness: &impl QueueHarness) {
    let late = Outgoing::after_s("late".into(), DELAY_S_MAX);
    send(harness, STANDARD, vec![late, Outgoing::after_s("now".into(), 0)]).await;
    assert_eq!(consume(harness, STANDARD).await, ["now"]);
    harness.advance_s(DELAY_S_MAX - 1);
    expect_empty(harness, STANDARD).await;
    harness.advance_s(1);
    assert_eq!(consume(harness, STANDARD).await, ["late"]);
}

async fn poison_becomes_a_dead_letter_and_frees_its_group(harness: &impl QueueHarness) {
    send(harness, FIFO, vec![message("poison", "bad")]).await;
    for attempt in 0..harness.receive_count_max() {
        assert_eq!(bodies(harness, FIFO).await, ["bad"], "attempt {attempt}");
        harness.advance_s(harness.visibility_s());
    }
    send(harness, FIFO, vec![message("poison", "good")]).await;
    assert_eq!(consume(harness, FIFO).await, ["good"]);
    let dead = vec![("bad".to_owned(), Some("poison".to_owned()))];
    assert_eq!(harness.dead_letters(FIFO).await, dead);

    harness.redrive(FIFO).await;
    assert_eq!(harness.dead_letters(FIFO).await, []);
    assert_eq!(consume(harness, FIFO).await, ["bad"]);
}

async fn messages_that_break_a_rule_are_refused(harness: &impl QueueHarness) {
    let delayed = |s| Outgoing::after_s("d".into(), s);
    let sized = |bytes| Outgoing::after_s("x".repeat(bytes), 0);
    let wrong: Vec<(QueueName, Outgoing)> = vec![
        (FIFO, Outgoing { group: None, ..message("g", "1") }),
        (FIFO, Outgoing { dedup: None, ..message("g", "2") }),
        (FIFO, Outgoing { delay_s: 1, ..message("g", "3") }),
        (FIFO, message("a group", "4")),
        (FIFO, message(&"g".repeat(GROUP_CHARS_MAX + 1), "5")),
        (STANDARD, message("g", "6")),
        (STANDARD, delayed(DELAY_S_MAX + 1)),
        (STANDARD, sized(0)),
        (STANDARD, sized(QUEUE_BODY_BYTES_MAX + 1)),
        (STANDARD, Outgoing::after_s("\u{0}".into(), 0)),
    ];
    for (queue, message) in wrong {
        let answer = harness.queue().send(queue, vec![message.clone()]).await;
        assert!(matches!(answer, Err(QueueError::Invalid(_))), "{queue:?} {message:.100?}: {answer:?}");
        expect_empty(harness, queue).await;
    }
    send(harness, STANDARD, vec![sized(QUEUE_BODY_BYTES_MAX)]).await;
    assert_eq!(consume(harness, STANDARD).await[0].len(), QUEUE_BODY_BYTES_MAX);
    let longest = Outgoing {
        group: Some("!".repeat(GROUP_CHARS_MAX)),
        dedup: Some("~".repeat(GROUP_CHARS_MAX)),
        ..message("g", "7")
    };
    send(harness, FIFO, vec![longest]).await;
    assert_eq!(consume(harness, FIFO).await, ["7"]);
}
