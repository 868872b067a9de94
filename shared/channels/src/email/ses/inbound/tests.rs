use super::*;
use crate::registry::open;
use crate::signature::{Check, Secrets};
use crate::testing::{NOW, PUBLIC_URL};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChannelKind, ContactSid, MessageKey, MessageSid, Seq};
use serde_json::json;

/// What an event comes to, once SNS is believed.
fn heard(event: &Value) -> Heard {
    let settings = [
        ("provider", "ses"),
        ("from", "support@shop.example"),
        ("message_secret", "secret"),
        ("region", "eu-west-1"),
        ("access_key_id", "AKIDEXAMPLE"),
        ("secret_access_key", "an-invented-key"),
        ("sns_topic_arns", "arn:aws:sns:eu-west-1:111122223333:events"),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let channel = open(ChannelKind::Email, "default", &settings, PUBLIC_URL).unwrap();
    let body = json!({
        "Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:events", "Message": event.to_string(),
    });
    let request = WebhookRequest {
        headers: Headers::from_iter([(sns::TYPE_HEADER, "Notification")]),
        body: body.to_string().into_bytes(),
        ..WebhookRequest::default()
    };
    let secrets = Secrets::parse("word").unwrap();
    let verified = Check { refusal_status: 403, secrets: &secrets }.shared(&request, "word").unwrap();
    let mut heard = Heard::default();
    channel.email().unwrap().hear_notification(&verified, None, NOW, &mut heard);
    heard
}

fn key() -> MessageKey {
    MessageKey { contact: ContactSid::derive(&["ann"]), seq: Seq(7), sid: MessageSid::derive(&["hello"]) }
}

fn event(kind: &str, part: (&str, Value), tags: Value) -> Value {
    let mut event = json!({
        "eventType": kind,
        "mail": { "messageId": "0102", "destination": ["ann@mail.example"], "tags": tags },
    });
    event[part.0] = part.1;
    event
}

fn check(kind: &str, part: (&str, Value), expect: &str) {
    let heard = heard(&event(kind, part, json!({})));
    let found = match heard.events.first().map(|event| &event.kind) {
        Some(EventKind::Receipt { status, reference, .. }) => {
            assert_eq!(*reference, Reference::Provider("0102@eu-west-1.amazonses.com".into()));
            status.as_str()
        }
        Some(EventKind::Consent { opted_in: false, .. }) => "out",
        Some(other) => panic!("{other:?}"),
        None if heard.problems.is_empty() => "nothing",
        None => "problem",
    };
    assert_eq!(found, expect, "{kind}");
    assert!(heard.events.iter().all(|event| event.contact_address == "ann@mail.example"));
}

#[test]
fn events_of_ses() {
    let to = json!([{ "emailAddress": "ann@mail.example", "action": "failed", "diagnosticCode": "550" }]);
    let bounce =
        |kind: &str| json!({ "bounceType": kind, "bounceSubType": "General", "bouncedRecipients": to });
    check("Delivery", ("delivery", json!({ "recipients": ["ann@mail.example"] })), "delivered");
    check("Bounce", ("bounce", bounce("Permanent")), "failed");
    check("Bounce", ("bounce", bounce("Transient")), "failed");
    let delayed = json!([{ "emailAddress": "ann@mail.example", "action": "delayed" }]);
    let part = json!({ "bounceType": "Transient", "bounceSubType": "General", "bouncedRecipients": delayed });
    check("Bounce", ("bounce", part), "nothing");
    check("Complaint", ("complaint", json!({ "complainedRecipients": to })), "out");
    check("Reject", ("reject", json!({ "reason": "Bad content" })), "failed");
    check("Rendering Failure", ("failure", json!({ "errorMessage": "no" })), "failed");
    for quiet in ["Send", "Open", "Click", "DeliveryDelay", "Subscription"] {
        check(quiet, ("open", json!({})), "nothing");
    }
    check("Surprise", ("open", json!({})), "problem");
}

#[test]
fn our_key_comes_back_in_a_tag() {
    let tags = json!({ "patchbay_key": [key().to_string().replace('.', "_")] });
    let heard = heard(&event("Delivery", ("delivery", json!({})), tags));
    let EventKind::Receipt { reference, .. } = &heard.events[0].kind else { panic!() };
    assert_eq!(*reference, Reference::Ours(key()));
}

#[test]
fn a_mail_within_a_notification_is_read() {
    let mail = "From: ann@mail.example\r\nMessage-ID: <1@mail.example>\r\n\r\nCaf\u{e9}";
    for (encoding, content) in [("BASE64", STANDARD.encode(mail)), ("UTF8", mail.to_owned())] {
        let heard = heard(&json!({
            "notificationType": "Received", "content": content, "mail": { "messageId": "1" },
            "receipt": { "recipients": ["support@shop.example"], "action": { "type": "SNS", "encoding": encoding } },
        }));
        let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
        assert_eq!(content.plain_text(), "Caf\u{e9}");
    }
}

#[test]
fn what_is_no_event_is_told() {
    let heard = heard(&json!("Successfully validated SNS topic for Amazon SES event publishing."));
    assert_eq!((heard.events.len(), heard.problems.len()), (0, 1));
}
