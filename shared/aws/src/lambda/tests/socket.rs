use super::super::socket::{EventType, SocketEvent, serve};
use super::Room;
use patchbay_center::ports::QueueName;
use patchbay_center::token::Role;
use patchbay_center::webchat::{NewSession, create_session};
use serde_json::{Value, json};
use std::path::PathBuf;

const CONNECTION: &str = "L0SM9cOFvHcCIhw=";
const ORIGIN: &str = "https://shop.example";

/// An event as a WebSocket API hands it over.
fn document(kind: &str, more: Value) -> Value {
    let route = format!("${}", if kind == "MESSAGE" { "default".into() } else { kind.to_lowercase() });
    let mut document = json!({
        "requestContext": {
            "routeKey": route,
            "eventType": kind,
            "extendedRequestId": "L0SM9HmUvHcFw0g=",
            "requestTime": "15/Jan/2027:08:00:00 +0000",
            "messageDirection": "IN",
            "stage": "agent",
            "connectedAt": 1800000000000_i64,
            "requestTimeEpoch": 1800000000005_i64,
            "identity": { "sourceIp": "192.0.2.1" },
            "requestId": "L0SM9HmUvHcFw0g=",
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "connectionId": CONNECTION,
            "apiId": "abcdefghij",
        },
        "isBase64Encoded": false,
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn handshake(query: &Value, headers: &Value) -> Value {
    document("CONNECT", json!({ "headers": headers, "queryStringParameters": query }))
}

fn frame(body: &str) -> Value {
    document("MESSAGE", json!({ "body": body }))
}

/// The answer to an event.
async fn serves(room: &Room, document: Value) -> Value {
    room.push.open(CONNECTION);
    let event: SocketEvent = serde_json::from_value(document).unwrap();
    serde_json::to_value(serve(&room.center, event).await).unwrap()
}

/// What the socket hears on an event.
async fn hears(room: &Room, document: Value) -> Vec<String> {
    assert_eq!(serves(room, document).await, json!({ "statusCode": 200 }));
    let frames = room.push.take(CONNECTION);
    let event_type = |frame: &[u8]| serde_json::from_slice::<Value>(frame).unwrap()["event_type"].to_string();
    frames.iter().map(|frame| event_type(frame)).collect()
}

#[tokio::test]
async fn an_agent_connects_asks_and_leaves() {
    let room = Room::new().await;
    let query = json!({ "token": room.token(Role::Agent) });
    assert_eq!(serves(&room, handshake(&query, &json!({}))).await, json!({ "statusCode": 200 }));
    let welcome = room.queue.take(QueueName::Routing);
    assert!(welcome.iter().any(|message| message.body.contains("welcome")));
    assert_eq!(hears(&room, frame(r#"{"action":"ping","id":"1"}"#)).await, ["\"ack\""]);
    let mut binary = frame("AAE=");
    binary["isBase64Encoded"] = json!(true);
    assert_eq!(hears(&room, binary).await, ["\"error\""]);
    assert!(hears(&room, document("DISCONNECT", json!({ "body": null }))).await.is_empty());
    // Whoever the socket belonged to is forgotten: it is closed.
    assert!(hears(&room, frame(r#"{"action":"ping","id":"2"}"#)).await.is_empty());
    assert!(!room.push.is_open(CONNECTION));
}

#[tokio::test]
async fn a_sub_protocol_is_answered_with_itself() {
    let room = Room::new().await;
    let protocol = format!("patchbay.{}", room.token(Role::Agent));
    let headers = json!({ "Sec-WebSocket-Protocol": protocol });
    let answer = serves(&room, handshake(&Value::Null, &headers)).await;
    assert_eq!(answer, json!({ "statusCode": 200, "headers": headers }));
}

#[tokio::test]
async fn a_visitor_connects_and_writes() {
    let room = Room::new().await;
    let session = create_session(&room.center, "default", Some(ORIGIN), NewSession::default()).unwrap();
    let query = json!({ "token": session.token, "account": "default" });
    let answer = serves(&room, handshake(&query, &json!({ "Origin": ORIGIN }))).await;
    assert_eq!(answer, json!({ "statusCode": 200 }));
    let message = r#"{"action":"message","client_msg_id":"m1","kind":"text","text":"Hi"}"#;
    assert_eq!(hears(&room, frame(message)).await, ["\"ack\""]);
    assert_eq!(room.queue.take(QueueName::Inbound).len(), 1);
}

#[tokio::test]
async fn nobody_connects_without_a_token_that_is_believed() {
    let room = Room::new().await;
    let check = async |query: Value| {
        let answer = serves(&room, handshake(&query, &json!({ "Origin": ORIGIN }))).await;
        assert_eq!(answer, json!({ "statusCode": 401 }), "{query}");
    };
    check(Value::Null).await;
    check(json!({ "token": "" })).await;
    check(json!({ "token": format!("{}x", room.token(Role::Admin)) })).await;
    check(json!({ "token": "a.b.c", "account": "default" })).await;
    assert!(room.queue.take(QueueName::Routing).is_empty());
}

#[tokio::test]
async fn the_end_of_an_unknown_socket_is_heard() {
    let room = Room::new().await;
    assert!(hears(&room, document("DISCONNECT", json!({}))).await.is_empty());
}

/// A document that API Gateway really sent.
#[test]
fn a_recorded_document_reads() {
    let Some(corpus) = std::env::var_os("PATCHBAY_CORPUS") else {
        eprintln!("skipped: PATCHBAY_CORPUS is not set");
        return;
    };
    let file = PathBuf::from(corpus).join("webchat/apigw-websocket-request-disconnect.json");
    let event: SocketEvent = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(event.request_context.event_type, EventType::Disconnect);
    assert!(!event.request_context.connection_id.is_empty());
}
