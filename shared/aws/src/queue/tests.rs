use super::*;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// An SQS that writes down each call's entries and takes all but those that `refuse` names: (call, body) → the
/// failure's code and whether the sender is at fault.
fn played(
    refuse: impl Fn(usize, &str) -> Option<(&'static str, bool)> + Send + Sync + 'static,
) -> (SqsQueue, Arc<Mutex<Vec<Vec<Value>>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let http = infallible_client_fn(move |request: http::Request<SdkBody>| {
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let entries = body["Entries"].as_array().unwrap().clone();
        let mut calls = seen.lock().unwrap();
        let (mut failed, mut successful) = (vec![], vec![]);
        for entry in &entries {
            match refuse(calls.len(), entry["MessageBody"].as_str().unwrap()) {
                Some((code, fault)) => {
                    failed.push(json!({"Id": entry["Id"], "Code": code, "SenderFault": fault}));
                }
                None => successful
                    .push(json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "unchecked"})),
            }
        }
        calls.push(entries);
        http::Response::new(SdkBody::from(json!({"Failed": failed, "Successful": successful}).to_string()))
    });
    let sdk = crate::sdk::Sdk::played(http);
    let urls = ["inbound", "routing", "outbound"].map(|name| format!("http://localhost/{name}"));
    let [inbound, routing, outbound] = urls;
    (SqsQueue::new(sdk.sqs(), QueueUrls { inbound, routing, outbound }), calls)
}

fn numbered(count: usize) -> Vec<Outgoing> {
    (0..count).map(|n| Outgoing::fifo(n.to_string(), "group".into(), format!("dedup-{n}"))).collect()
}

fn bodies(calls: &Mutex<Vec<Vec<Value>>>) -> Vec<Vec<String>> {
    let body = |entry: &Value| entry["MessageBody"].as_str().unwrap().to_owned();
    calls.lock().unwrap().iter().map(|entries| entries.iter().map(body).collect()).collect()
}

#[tokio::test]
async fn messages_go_in_tens_and_in_order() {
    for (count, expect) in
        [(0, vec![]), (1, vec![1]), (10, vec![10]), (11, vec![10, 1]), (25, vec![10, 10, 5])]
    {
        let (queue, calls) = played(|_, _| None);
        queue.send(QueueName::Inbound, numbered(count)).await.unwrap();
        let bodies = bodies(&calls);
        assert_eq!(bodies.iter().map(Vec::len).collect::<Vec<_>>(), expect);
        assert_eq!(bodies.concat(), (0..count).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn entries_carry_what_their_queue_needs() {
    let (queue, calls) = played(|_, _| None);
    queue.send(QueueName::Outbound, numbered(1)).await.unwrap();
    queue.send(QueueName::Routing, vec![Outgoing::after_s("x".into(), 900)]).await.unwrap();
    queue.send(QueueName::Routing, vec![Outgoing::after_s("x".into(), 0)]).await.unwrap();
    let calls = calls.lock().unwrap();
    assert_eq!(
        calls.concat(),
        [
            json!({"Id": "0", "MessageBody": "0", "MessageGroupId": "group", "MessageDeduplicationId": "dedup-0"}),
            json!({"Id": "0", "MessageBody": "x", "DelaySeconds": 900}),
            json!({"Id": "0", "MessageBody": "x"}),
        ]
    );
}

#[test]
fn a_batch_stays_under_its_bytes() {
    let message = |bytes: usize| Outgoing::after_s("x".repeat(bytes), 0);
    let quarter = BATCH_BYTES_MAX / 4;
    for (bytes, expect) in [
        (vec![quarter; 4], vec![4]),
        (vec![quarter, quarter, quarter, quarter, 1], vec![4, 1]),
        (vec![quarter, quarter, quarter, quarter + 1], vec![3, 1]),
        (vec![quarter; 9], vec![4, 4, 1]),
    ] {
        let batches = batches(bytes.into_iter().map(message).collect());
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), expect);
    }
}

#[tokio::test]
async fn what_was_not_taken_is_sent_once_more() {
    let (queue, calls) = played(|call, body| (call == 0 && body != "1").then_some(("InternalError", false)));
    queue.send(QueueName::Inbound, numbered(3)).await.unwrap();
    assert_eq!(bodies(&calls), [vec!["0", "1", "2"], vec!["0", "2"]]);
}

#[tokio::test]
async fn what_is_refused_twice_is_an_error_and_nothing_follows() {
    for (fault, invalid) in [(false, false), (true, true)] {
        let (queue, calls) = played(move |_, body| (body == "3").then_some(("Code", fault)));
        let error = queue.send(QueueName::Inbound, numbered(11)).await.unwrap_err();
        assert_eq!(matches!(error, QueueError::Invalid(_)), invalid, "{error}");
        assert_eq!(bodies(&calls).iter().map(Vec::len).collect::<Vec<_>>(), [10, 1]);
    }
}

#[tokio::test]
async fn a_message_that_breaks_a_rule_goes_nowhere() {
    let (queue, calls) = played(|_, _| None);
    let messages = vec![Outgoing::after_s("fine".into(), 0), Outgoing::after_s("late".into(), 901)];
    let error = queue.send(QueueName::Routing, messages).await.unwrap_err();
    assert!(matches!(error, QueueError::Invalid(_)));
    assert!(calls.lock().unwrap().is_empty());
}
