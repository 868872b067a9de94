use super::*;
use crate::sdk::Sdk;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// An SQS with dead letters: what lies there, what was sent again, and whose visibility was changed.
#[derive(Default)]
struct Played {
    dead: VecDeque<Value>,
    hidden: Vec<Value>,
    sent: Vec<Value>,
    shown_again: Vec<Value>,
}

fn dead(number: usize, group: Option<&str>) -> Value {
    let mut attributes =
        json!({ "SentTimestamp": (1000 + number).to_string(), "ApproximateReceiveCount": "6" });
    if let Some(group) = group {
        attributes["MessageGroupId"] = json!(group);
        attributes["MessageDeduplicationId"] = json!("as it was");
    }
    let body = format!("body {number}");
    json!({ "MessageId": format!("id-{number}"), "ReceiptHandle": format!("receipt-{number}"), "Body": body, "Attributes": attributes })
}

impl Played {
    fn answer(&mut self, operation: &str, body: &Value) -> Value {
        let entries = body["Entries"].as_array().cloned().unwrap_or_default();
        let done: Vec<Value> = entries
            .iter()
            .map(|entry| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "unchecked" }))
            .collect();
        let url = body["QueueUrl"].as_str().unwrap();
        match operation {
            "ReceiveMessage" => {
                assert_eq!(url, "http://localhost/dead-inbound");
                let wanted = body["MaxNumberOfMessages"].as_u64().unwrap() as usize;
                let found: Vec<Value> = self.dead.drain(..wanted.min(self.dead.len())).collect();
                self.hidden.extend(found.clone());
                json!({ "Messages": found })
            }
            "SendMessageBatch" => {
                assert_eq!(url, "http://localhost/inbound");
                self.sent.extend(entries);
                json!({ "Successful": done, "Failed": [] })
            }
            "DeleteMessageBatch" => {
                let gone = |letter: &Value| {
                    entries.iter().any(|entry| entry["ReceiptHandle"] == letter["ReceiptHandle"])
                };
                self.hidden.retain(|letter| !gone(letter));
                json!({ "Successful": done, "Failed": [] })
            }
            "ChangeMessageVisibilityBatch" => {
                self.shown_again.extend(entries);
                json!({ "Successful": done, "Failed": [] })
            }
            other => panic!("{other} is not called"),
        }
    }
}

fn played(dead: impl IntoIterator<Item = Value>) -> (SqsDeadLetters, Arc<Mutex<Played>>) {
    let state = Arc::new(Mutex::new(Played { dead: dead.into_iter().collect(), ..Played::default() }));
    let shared = state.clone();
    let http = infallible_client_fn(move |request: http::Request<SdkBody>| {
        let target = request.headers()["x-amz-target"].to_str().unwrap();
        let operation = target.strip_prefix("AmazonSQS.").unwrap();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        http::Response::new(SdkBody::from(shared.lock().unwrap().answer(operation, &body).to_string()))
    });
    let urls = |prefix: &str| {
        let [inbound, routing, outbound] =
            ["inbound", "routing", "outbound"].map(|name| format!("http://localhost/{prefix}{name}"));
        QueueUrls { inbound, routing, outbound }
    };
    (SqsDeadLetters::new(SqsQueue::new(Sdk::played(http).sqs(), urls("")), urls("dead-")), state)
}

#[tokio::test]
async fn dead_letters_are_listed_and_left() {
    let (letters, state) = played([dead(2, Some("ann")), dead(1, None)]);
    let found = letters.list(QueueName::Inbound, 10).await.unwrap();
    let expect = |number: usize, group: Option<&str>| DeadLetter {
        message_id: format!("id-{number}"),
        body: format!("body {number}"),
        group: group.map(str::to_owned),
        sent_at: Timestamp(1000 + number as i64),
        receive_count: 6,
        reason: None,
    };
    assert_eq!(found, [expect(1, None), expect(2, Some("ann"))]);
    let state = state.lock().unwrap();
    assert!(state.sent.is_empty() && state.hidden.len() == 2);
    assert!(state.shown_again.iter().all(|entry| entry["VisibilityTimeout"] == 0));
    assert_eq!(state.shown_again.len(), 2);
}

#[tokio::test]
async fn no_more_are_listed_than_are_asked_for() {
    let (letters, _) = played((0..25).map(|number| dead(number, None)));
    assert_eq!(letters.list(QueueName::Inbound, 15).await.unwrap().len(), 15);
}

#[tokio::test]
async fn what_is_sent_again_is_new_to_its_queue_and_gone_from_the_dead() {
    let (letters, state) = played([dead(1, Some("ann"))]);
    let redriven = letters.redrive(QueueName::Inbound).await.unwrap();
    assert_eq!(redriven, Redriven { redriven: 1, more: false });
    let state = state.lock().unwrap();
    assert_eq!(state.sent[0]["MessageBody"], "body 1");
    assert_eq!(state.sent[0]["MessageGroupId"], "ann");
    assert_eq!(state.sent[0]["MessageDeduplicationId"], "redriven-id-1");
    assert!(state.hidden.is_empty());
}

#[tokio::test]
async fn one_call_sends_so_many_again_and_no_more() {
    for (count, expect) in [
        (REDRIVE_MESSAGES_MAX - 1, Redriven { redriven: REDRIVE_MESSAGES_MAX - 1, more: false }),
        (REDRIVE_MESSAGES_MAX + 1, Redriven { redriven: REDRIVE_MESSAGES_MAX, more: true }),
    ] {
        let (letters, state) = played((0..count).map(|number| dead(number, Some("ann"))));
        assert_eq!(letters.redrive(QueueName::Inbound).await.unwrap(), expect);
        assert_eq!(state.lock().unwrap().dead.len(), count - expect.redriven);
    }
}
