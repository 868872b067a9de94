use super::super::batch::{BatchEvent, hidden_s, serve};
use super::Room;
use crate::queue::{QueueUrls, SqsQueue};
use crate::sdk::Sdk;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use patchbay_center::budget::{RECEIVE_COUNT_MAX, backoff_s};
use patchbay_center::command::Record;
use patchbay_center::ports::{Outgoing, QueueName};
use patchbay_center::{inbound, router, sender};
use patchbay_model::ChannelKind;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A message as the event source hands it over.
fn message(id: &str, body: &str, group: Option<&str>) -> Value {
    let mut attributes = json!({
        "ApproximateReceiveCount": "2",
        "SentTimestamp": "1800000000000",
        "SenderId": "AROAEXAMPLE:patchbay",
        "ApproximateFirstReceiveTimestamp": "1800000000010",
    });
    if let Some(group) = group {
        attributes["MessageGroupId"] = json!(group);
        attributes["MessageDeduplicationId"] = json!(id);
        attributes["SequenceNumber"] = json!("18892461234567890123");
    }
    json!({
        "messageId": id,
        "receiptHandle": format!("receipt of {id}"),
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": "00000000000000000000000000000000",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:queue.fifo",
        "awsRegion": "eu-west-1",
    })
}

fn event(messages: &[Value]) -> BatchEvent {
    serde_json::from_value(json!({ "Records": messages })).unwrap()
}

/// Messages of one of our queues, with bodies that read and one that does not behind each.
fn with_poison(sent: Vec<Outgoing>) -> Vec<Value> {
    let ordinary = sent
        .iter()
        .enumerate()
        .map(|(number, sent)| message(&number.to_string(), &sent.body, sent.group.as_deref()));
    let poison = sent
        .iter()
        .enumerate()
        .map(|(number, sent)| message(&format!("bad-{number}"), "{}", sent.group.as_deref()));
    ordinary.chain(poison).collect()
}

fn failures(ids: &[&str]) -> Value {
    let failures: Vec<Value> = ids.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}

async fn check<F: Future<Output = Vec<String>>>(
    messages: &[Value],
    handle: impl Fn(Vec<Record>) -> F,
    expect: &[&str],
) {
    let hidden = Arc::new(Mutex::new(Vec::new()));
    let answer = serve((&sqs(hidden.clone()), QueueName::Inbound), event(messages), handle).await;
    assert_eq!(serde_json::to_value(answer).unwrap(), failures(expect));
    // Received twice.
    let expect: Vec<_> = expect.iter().map(|id| json!([format!("receipt of {id}"), backoff_s(2)])).collect();
    assert_eq!(*hidden.lock().unwrap(), expect);
}

/// An SQS that writes down what is hidden, and for how long.
fn sqs(hidden: Arc<Mutex<Vec<Value>>>) -> SqsQueue {
    let http = infallible_client_fn(move |request: http::Request<SdkBody>| {
        assert_eq!(request.headers()["x-amz-target"], "AmazonSQS.ChangeMessageVisibilityBatch");
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        assert_eq!(body["QueueUrl"], "http://localhost/inbound");
        let entries = body["Entries"].as_array().unwrap();
        let told = entries.iter().map(|entry| json!([entry["ReceiptHandle"], entry["VisibilityTimeout"]]));
        hidden.lock().unwrap().extend(told);
        http::Response::new(SdkBody::from(r#"{"Failed":[],"Successful":[]}"#))
    });
    let [inbound, routing, outbound] =
        ["inbound", "routing", "outbound"].map(|name| format!("http://localhost/{name}"));
    SqsQueue::new(Sdk::played(http).sqs(), QueueUrls { inbound, routing, outbound })
}

#[tokio::test]
async fn flow_and_sender_report_what_failed_and_nothing_else() {
    let room = Room::new().await;
    let center = &*room.center;
    for from in ["+15005550001", "+15005550002"] {
        let request = room.webhook(ChannelKind::Sms, from, "Hi");
        patchbay_center::webhook::handle(center, ChannelKind::Sms, "default", request).await;
    }
    let inbound = with_poison(room.queue.take(QueueName::Inbound));
    assert_eq!(inbound.len(), 4);
    check(&inbound[..2], |records| inbound::handle(center, records), &[]).await;
    let outbound = with_poison(room.queue.take(QueueName::Outbound));
    assert_eq!(outbound.len(), 4);
    check(&outbound, |records| sender::handle(center, records), &["bad-0", "bad-1"]).await;
    // The same again is taken for what it is.
    check(&inbound, |records| inbound::handle(center, records), &["bad-0", "bad-1"]).await;
    assert!(room.queue.take(QueueName::Outbound).is_empty());
}

#[tokio::test]
async fn the_router_takes_a_schedules_message() {
    let room = Room::new().await;
    let center = &*room.center;
    let messages = [message("1", r#"{"do":"sweep"}"#, None), message("2", "no command", None)];
    check(&messages, |records| router::handle(center, records), &["2"]).await;
}

#[tokio::test]
async fn groups_stay_in_order_and_apart() {
    let seen = Mutex::new(Vec::new());
    let handle = |records: Vec<Record>| {
        seen.lock().unwrap().push(records.iter().map(|record| record.message_id.clone()).collect::<Vec<_>>());
        assert!(records.iter().all(|record| record.receive_count == 2));
        async move { vec![records.last().unwrap().message_id.clone()] }
    };
    let messages = [("1", Some("a")), ("2", Some("b")), ("3", Some("a")), ("4", None), ("5", None)];
    let messages = messages.map(|(id, group)| message(id, "", group));
    check(&messages, handle, &["5", "3", "2"]).await;
    assert_eq!(*seen.lock().unwrap(), [vec!["4", "5"], vec!["1", "3"], vec!["2"]]);
}

#[test]
fn after_the_last_try_nobody_waits() {
    let check = |receive_count: u32, s: u32| assert_eq!(hidden_s(receive_count), s, "{receive_count}");
    check(1, 1);
    check(RECEIVE_COUNT_MAX - 1, 60);
    check(RECEIVE_COUNT_MAX, 0);
    check(u32::MAX, 0);
}
