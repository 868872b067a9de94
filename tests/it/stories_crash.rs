//! The process is killed in the middle: what was acknowledged is kept, once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hyper::Method;
use patchbay_local::client::Connection;
use patchbay_tests::harness::{Agent, Running, customer, eventually};
use serde_json::json;

const MESSAGES: usize = 40;

/// A customer's message by its seed; whether the webhook was answered with 200.
async fn write(url: &str, from: &str, number: usize) -> bool {
    let Ok(mut connection) = Connection::open(url).await else { return false };
    let body = json!({ "from": from, "text": format!("message {number}"), "seed": number.to_string() });
    let sent = connection.json(Method::POST, "/simulator/api/line/messages", None, Some(&body)).await;
    sent.is_ok_and(|answer| answer["status"] == 200)
}

#[tokio::test]
async fn what_was_acknowledged_outlives_the_process() {
    let mut center = Running::start();
    if center.process().is_none() {
        return;
    }
    let line = customer("line");
    let mut ann = Agent::connect(&center, "Ann").await;
    center.customer_writes("line", &line, "live agent").await;
    center.sees("line", &line, "Which language").await;
    center.customer_writes("line", &line, "English").await;
    let offer = ann.offered().await;
    ann.accept(&offer).await;

    // Half of the messages one after the other; then the process dies while more are on their way.
    for number in 0..MESSAGES / 2 {
        assert!(write(&center.url, &line, number).await);
    }
    let (url, from) = (center.url.clone(), line.clone());
    let on_their_way = tokio::spawn(async move {
        let mut answered = Vec::new();
        for number in MESSAGES / 2..MESSAGES {
            answered.push((number, write(&url, &from, number).await));
        }
        answered
    });
    ann.hears(&format!("message {}", MESSAGES / 4)).await;
    center.process().unwrap().crash_and_restart();
    let answered = on_their_way.await.unwrap();

    // A provider sends again what was not answered, and now and then what was.
    for (number, _) in answered.iter().filter(|(number, answered)| !answered || number % 5 == 0) {
        assert!(write(&center.url, &line, *number).await);
    }
    let contact = center.contact("line", &line).await["sid"].as_str().unwrap().to_owned();
    eventually("every message is in the history once", || async {
        let history = center.history(&contact).await;
        let said = |number: &usize| {
            let text = format!("message {number}");
            history.iter().filter(|(_, _, said)| *said == text).count()
        };
        let copies: Vec<usize> = (0..MESSAGES).map(|number| said(&number)).collect();
        assert!(copies.iter().all(|copies| *copies <= 1), "{copies:?}");
        copies.iter().all(|copies| *copies == 1).then_some(())
    })
    .await;

    // The agent comes back to the same conversation and goes on.
    let mut ann = Agent::connect(&center, "Ann").await;
    center.customer_writes("line", &line, "are you still there?").await;
    let heard = ann.hears("are you still there?").await;
    ann.say(heard["conversation_sid"].as_str().unwrap(), "I am").await;
    center.sees("line", &line, "I am").await;
    ann.act(json!({ "action": "reservation.complete", "reservation_sid": offer["sid"] })).await;
    center.sees("line", &line, "Goodbye").await;
}

#[tokio::test]
async fn a_stop_is_clean_and_a_start_finds_everything() {
    let mut center = Running::start();
    if center.process().is_none() {
        return;
    }
    let line = customer("line");
    center.customer_writes("line", &line, "hello").await;
    center.sees("line", &line, "I am a robot").await;
    let before = center.contact("line", &line).await;
    center.process().unwrap().stop_and_restart();
    assert_eq!(center.contact("line", &line).await, before);
}
