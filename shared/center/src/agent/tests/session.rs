//! Connecting, the first frame, and frames that ask for nothing that there is.

use super::*;
use crate::agent::{ConnectError, connect, disconnect, frame};
use crate::store::load_worker;
use crate::token::{Claims, TokenError};
use patchbay_model::limits::{CONNECTIONS_PER_WORKER_MAX, FRAME_BYTES_MAX};

fn token(worker: WorkerSid, expires_at: Timestamp) -> String {
    let keys = SigningKeys::new(KEY, None).unwrap();
    keys.sign(&Claims::new(worker, Role::Agent, expires_at)).unwrap()
}

async fn connections(desk: &Desk, name: &str) -> Vec<String> {
    let worker = load_worker(desk.table.as_ref(), &worker_sid(name), Consistency::Strong).await.unwrap();
    worker.unwrap().connections.into_iter().map(|connection| connection.id).collect()
}

#[tokio::test]
async fn a_good_token_lets_in_and_the_first_frame_is_init() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    desk.push.open("new");
    let token = token(worker_sid("ann"), START.plus_s(3_600));
    let session = sendable(connect(&desk.center, &token, "new")).await.unwrap();
    assert_eq!(session, desk.session("ann"));
    desk.settle().await;
    let heard = desk.heard_frames("new");
    let init = &heard[0];
    let events: Vec<&Value> = heard.iter().map(|frame| &frame["event_type"]).collect();
    // What happened before the socket was the worker's was told to others: whoever has work hears it again.
    assert_eq!(events, ["init", "sync"]);
    let payload = &init["payload"];
    assert_eq!(payload["channel_id"], json!(worker_sid("ann")));
    assert_eq!(payload["token_lifetime"], json!(3_600_000));
    assert_eq!(payload["worker"]["channels"][0]["task_channel_unique_name"], "chat");
    assert_eq!(payload["reservations"][0]["sid"], json!(reservation));
    assert_eq!(payload["conversations"], json!([]));
    assert!(payload["activities"].as_array().unwrap().len() >= 3);
}

#[tokio::test]
async fn whoever_is_nobody_stays_out() {
    let desk = Desk::new().await;
    let check = async |token: String, expect: &str| {
        let error = connect(&desk.center, &token, "new").await.unwrap_err();
        assert_eq!((error.status(), error.to_string().as_str()), (401, expect));
    };
    check("nonsense".into(), &TokenError::Malformed.to_string()).await;
    check(token(worker_sid("ann"), START), &TokenError::Expired.to_string()).await;
    let stranger = token(worker_sid("nobody"), START.plus_s(60));
    check(stranger, &ConnectError::NoWorker.to_string()).await;
    assert_eq!(connections(&desk, "ann").await, ["ann", OTHER]);
}

#[tokio::test]
async fn a_socket_that_is_still_opening_is_welcomed_later_and_one_that_never_opens_is_forgotten() {
    let desk = Desk::new().await;
    connect(&desk.center, &token(worker_sid("bob"), START.plus_s(60)), "slow").await.unwrap();
    let welcome = desk.queue.take(QueueName::Routing).pop().unwrap();
    desk.deliver(welcome.body).await;
    let again = desk.queue.take(QueueName::Routing).pop().unwrap();
    assert_eq!(again.delay_s, 1);
    assert_eq!(connections(&desk, "bob").await, Vec::<String>::new());
    desk.push.open("slow");
    desk.deliver(again.body).await;
    assert_eq!(desk.heard("slow"), ["init"]);
    assert_eq!(connections(&desk, "bob").await, ["slow"]);
    connect(&desk.center, &token(worker_sid("bob"), START.plus_s(60)), "never").await.unwrap();
    let welcome = desk.queue.take(QueueName::Routing).pop().unwrap();
    desk.world.advance_s(10);
    desk.deliver(welcome.body).await;
    assert_eq!(desk.queue.take(QueueName::Routing), []);
    assert_eq!(connections(&desk, "bob").await, ["slow"]);
}

#[tokio::test]
async fn the_oldest_of_too_many_sockets_is_closed() {
    let desk = Desk::new().await;
    for at in 2..CONNECTIONS_PER_WORKER_MAX {
        let socket = format!("more-{at}");
        desk.push.open(&socket);
        connect(&desk.center, &token(worker_sid("ann"), START.plus_s(60)), &socket).await.unwrap();
        desk.settle().await;
    }
    assert!(desk.push.is_open("ann"), "{CONNECTIONS_PER_WORKER_MAX} may be open");
    desk.push.open("one-more");
    connect(&desk.center, &token(worker_sid("ann"), START.plus_s(60)), "one-more").await.unwrap();
    desk.settle().await;
    assert!(!desk.push.is_open("ann"));
    let left = connections(&desk, "ann").await;
    assert_eq!((left.len(), left.contains(&"ann".to_owned())), (CONNECTIONS_PER_WORKER_MAX, false));
}

#[tokio::test]
async fn a_closed_socket_is_forgotten_and_once_is_enough() {
    let desk = Desk::new().await;
    for _ in 0..2 {
        disconnect(&desk.center, &worker_sid("ann"), OTHER).await.unwrap();
        assert_eq!(connections(&desk, "ann").await, ["ann"]);
    }
}

#[tokio::test]
async fn a_frame_is_answered_on_its_socket() {
    let desk = Desk::new().await;
    let ping = json!({ "action": "ping", "id": "1" }).to_string();
    sendable(frame(&desk.center, &desk.session("ann"), "ann", &ping)).await.unwrap();
    frame(&desk.center, &desk.session("ann"), "ann", " \n").await.unwrap();
    let heard = desk.heard_frames("ann");
    assert_eq!(heard, [json!({ "event_type": "ack", "payload": { "id": "1", "time": START.0 } })]);
    assert_eq!(desk.heard(OTHER), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_request_is_answered_with_an_error() {
    let desk = Desk::new().await;
    desk.check_refused("ann", json!({ "action": "dance", "id": "1" }), "unknown_action").await;
    desk.check_refused("ann", json!({ "action": "reservation.accept", "id": "2" }), "bad_field").await;
    let wrong = json!({ "action": "reservation.accept", "id": "3", "reservation_sid": "WT1" });
    desk.check_refused("ann", wrong, "bad_field").await;
    desk.check_refused("ann", json!({ "id": "4" }), "bad_field").await;
    desk.check_refused("ann", json!([1]), "bad_json").await;
    let long = "x".repeat(FRAME_BYTES_MAX);
    desk.check_refused("ann", json!({ "action": "ping", "x": long }), "too_large").await;
}

#[tokio::test]
async fn an_expired_token_asks_for_a_new_one() {
    let desk = Desk::new().await;
    desk.world.advance_s(3_599);
    desk.ask("ann", json!({ "action": "ping", "id": "1" })).await;
    desk.world.advance_s(1);
    desk.check_refused("ann", json!({ "action": "ping", "id": "2" }), "expired").await;
}
