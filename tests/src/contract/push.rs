//! The contract of `Push`: frames arrive whole and in order, a gone connection is a fact.

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_center::ports::{Push, PushOutcome};
use patchbay_model::limits::PUSH_BYTES_MAX;

/// Sockets, seen from the client's side.
#[async_trait]
pub trait PushHarness: Send + Sync {
    fn push(&self) -> &dyn Push;

    /// A client connects; answers the connection's id.
    async fn open(&self) -> String;

    /// The frames that came since the last call, oldest first; waits until at least `count` have come.
    async fn frames(&self, connection: &str, count: usize) -> Vec<Bytes>;

    /// The client goes away.
    async fn leave(&self, connection: &str);

    /// Whether the client's side was closed from ours.
    async fn is_closed(&self, connection: &str) -> bool;
}

/// Every check, one after the other.
pub async fn all(harness: &impl PushHarness) {
    frames_arrive_in_order_at_their_connection(harness).await;
    a_frame_has_at_most_128_kb(harness).await;
    gone_connections_are_no_errors(harness).await;
    closing_ends_a_connection(harness).await;
}

async fn post(harness: &impl PushHarness, connection: &str, frame: &str) -> PushOutcome {
    let frame = Bytes::from(frame.to_owned());
    harness.push().post(connection, frame).await.expect("the socket answers")
}

async fn frames_arrive_in_order_at_their_connection(harness: &impl PushHarness) {
    let (one, two) = (harness.open().await, harness.open().await);
    assert_ne!(one, two);
    for frame in ["1", "2", "3 é"] {
        assert_eq!(post(harness, &one, frame).await, PushOutcome::Delivered);
    }
    assert_eq!(post(harness, &two, "other").await, PushOutcome::Delivered);
    assert_eq!(harness.frames(&one, 3).await, ["1", "2", "3 é"].map(|text| Bytes::from(text.to_owned())));
    assert_eq!(harness.frames(&two, 1).await, [Bytes::from("other")]);
}

async fn a_frame_has_at_most_128_kb(harness: &impl PushHarness) {
    let connection = harness.open().await;
    let largest = Bytes::from("x".repeat(PUSH_BYTES_MAX));
    let past = Bytes::from("x".repeat(PUSH_BYTES_MAX + 1));
    assert!(harness.push().post(&connection, past).await.is_err());
    assert_eq!(harness.push().post(&connection, largest.clone()).await, Ok(PushOutcome::Delivered));
    assert!(harness.frames(&connection, 1).await == [largest]);
}

async fn gone_connections_are_no_errors(harness: &impl PushHarness) {
    assert_eq!(post(harness, "no-such-connection", "x").await, PushOutcome::Gone);
    harness.push().close("no-such-connection").await.expect("closing nothing is fine");
    let connection = harness.open().await;
    harness.leave(&connection).await;
    assert_eq!(post(harness, &connection, "x").await, PushOutcome::Gone);
}

async fn closing_ends_a_connection(harness: &impl PushHarness) {
    let connection = harness.open().await;
    assert!(!harness.is_closed(&connection).await);
    harness.push().close(&connection).await.expect("it closes");
    assert!(harness.is_closed(&connection).await);
    assert_eq!(post(harness, &connection, "x").await, PushOutcome::Gone);
    harness.push().close(&connection).await.expect("closing twice is fine");
}
