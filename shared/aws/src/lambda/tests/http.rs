use super::super::http::{BadEvent, HttpEvent, HttpResponse, request, serve};
use super::Room;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_center::ports::QueueName;
use patchbay_center::token::Role;
use patchbay_channels::WebhookRequest;
use patchbay_model::ChannelKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A request as an HTTP API hands it over.
fn document(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
    base64: bool,
) -> Value {
    let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
    let mut document = json!({
        "version": "2.0",
        "routeKey": "ANY /webhooks/sms/{account}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent" },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "ANY /webhooks/sms/{account}",
            "stage": "$default",
            "time": "15/Jan/2027:08:00:00 +0000",
            "timeEpoch": 1800000000000_i64,
        },
        "pathParameters": { "account": "default" },
        "isBase64Encoded": base64,
    });
    if let Some(body) = body {
        let text = if base64 { STANDARD.encode(body) } else { String::from_utf8(body.to_vec()).unwrap() };
        document["body"] = json!(text);
    }
    document
}

fn event(document: Value) -> HttpEvent {
    serde_json::from_value(document).unwrap()
}

fn webhook_event(webhook: &WebhookRequest, base64: bool) -> HttpEvent {
    let WebhookRequest { method, path, raw_query, headers, body } = webhook;
    let headers: Vec<(&str, &str)> = headers.iter().collect();
    event(document(method, path, raw_query, &headers, Some(body), base64))
}

async fn webhooks(room: &Room, event: HttpEvent) -> HttpResponse {
    serve(patchbay_api::webhooks(room.center.clone()), event).await
}

#[tokio::test]
async fn a_signed_webhook_is_queued_however_its_body_is_carried() {
    for kind in [ChannelKind::Sms, ChannelKind::Line] {
        for base64 in [false, true] {
            let room = Room::new().await;
            let webhook = room.webhook(kind, "+15005550001", "Grüße, 世界");
            let answer = webhooks(&room, webhook_event(&webhook, base64)).await;
            assert_eq!((answer.status_code, answer.is_base64_encoded), (200, false), "{kind}");
            assert!(answer.headers.contains_key("content-type"));
            assert_eq!(room.queue.take(QueueName::Inbound).len(), 1, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused_and_nothing_is_queued() {
    for kind in [ChannelKind::Sms, ChannelKind::Line] {
        let room = Room::new().await;
        let mut webhook = room.webhook(kind, "+15005550001", "Hi");
        webhook.body.push(b' ');
        let answer = webhooks(&room, webhook_event(&webhook, true)).await;
        assert!(matches!(answer.status_code, 401 | 403), "{}", answer.status_code);
        assert_eq!((answer.body.as_str(), room.queue.take(QueueName::Inbound).len()), ("", 0));
    }
}

#[tokio::test]
async fn a_webhook_function_has_no_api() {
    let room = Room::new().await;
    let answer = webhooks(&room, event(document("GET", "/api/workers", "", &[], None, false))).await;
    assert_eq!(answer.status_code, 404);
}

#[tokio::test]
async fn the_api_answers_json_to_whoever_may_ask() {
    let room = Room::new().await;
    let ask = async |path: &str, role: Option<Role>| {
        let bearer = role.map(|role| format!("Bearer {}", room.token(role)));
        let headers: Vec<(&str, &str)> =
            bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        let event = event(document("GET", path, "limit=5", &headers, None, false));
        serve(patchbay_api::api(room.center.clone()), event).await
    };
    assert_eq!(ask("/api/workers", None).await.status_code, 401);
    assert_eq!(ask("/api/problems", Some(Role::Agent)).await.status_code, 403);
    let answer = ask("/api/workers", Some(Role::Supervisor)).await;
    assert_eq!((answer.status_code, answer.headers["content-type"].as_str()), (200, "application/json"));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["workers"][0]["friendly_name"], json!("wendy"));
}

#[test]
fn path_query_and_headers_stay_as_they_came() {
    let headers = [("x-note", "caf\u{e9}"), ("x-two", "a,b")];
    let came = request(event(document(
        "POST",
        "/webhooks/sms/a%2Fb c",
        "a=%2B1+2&a=?",
        &headers,
        Some(b"x"),
        false,
    )))
    .unwrap();
    assert_eq!((came.uri().path(), came.uri().query()), ("/webhooks/sms/a%2Fb%20c", Some("a=%2B1+2&a=?")));
    assert_eq!(came.headers()["x-note"].as_bytes(), "caf\u{e9}".as_bytes());
    assert_eq!(came.headers()["x-two"], "a,b");
}

#[tokio::test]
async fn what_is_no_request_is_answered_and_breaks_nothing() {
    let room = Room::new().await;
    let mut broken = document("POST", "/webhooks/sms", "", &[], Some(b"x"), true);
    broken["body"] = json!("not base64!");
    assert!(matches!(request(event(broken.clone())), Err(BadEvent::Body)));
    let method = document("G ET", "/webhooks/sms", "", &[], None, false);
    let header = document("GET", "/webhooks/sms", "", &[("x", "a\nb")], None, false);
    for document in [broken, method, header] {
        assert_eq!(webhooks(&room, event(document)).await.status_code, 400);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_text_is_carried_as_base64() {
    let answer = http::Response::builder()
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2")
        .header("vary", "x")
        .header("vary", "y");
    let body = http_body_util::Full::<bytes::Bytes>::from(&[0xff_u8, 0xfe][..]);
    let answer = super::super::http::response(answer.body(body).unwrap()).await;
    assert_eq!((answer.body.as_str(), answer.is_base64_encoded), ("//4=", true));
    assert_eq!((answer.cookies.len(), answer.headers["vary"].as_str()), (2, "x, y"));
    let document = serde_json::to_value(&answer).unwrap();
    assert_eq!((&document["statusCode"], &document["isBase64Encoded"]), (&json!(200), &json!(true)));
}
