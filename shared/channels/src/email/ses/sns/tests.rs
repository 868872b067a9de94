//! Notifications signed with a key that nobody has any more; only its certificate is here.

use super::*;
use crate::email::Email;
use crate::settings::Reader;
use crate::testing::{NOW, PUBLIC_URL};
use patchbay_model::{ChannelKind, Content, EventKind};
use std::collections::BTreeMap;

const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");
const NOTIFICATION: &str = include_str!("notification.json");
const WITH_SHA1: &str = include_str!("notification_1.json");
const CONFIRMATION: &str = include_str!("confirmation.json");
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:mail";
const MAIL: &str = "From: Ann <ann@mail.example>\r\nTo: support@shop.example\r\nSubject: Hi\r\nMessage-ID: <1@mail.example>\r\n\r\nHello";

/// Does something with an account that listens to a topic.
fn with_account<T>(topic: &str, does: impl FnOnce(&Email) -> T) -> T {
    let settings: BTreeMap<String, String> = [
        ("provider", "ses"),
        ("from", "support@shop.example"),
        ("message_secret", "secret"),
        ("region", "eu-west-1"),
        ("access_key_id", "AKIDEXAMPLE"),
        ("secret_access_key", "an-invented-key"),
        ("sns_topic_arns", topic),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let opened =
        crate::email::open(Reader::new(ChannelKind::Email, "default", &settings, PUBLIC_URL)).unwrap();
    does(opened.email().unwrap())
}

fn request(body: &str) -> WebhookRequest {
    WebhookRequest {
        method: "POST".into(),
        path: "/webhooks/email/default".into(),
        headers: Headers::from_iter([(TYPE_HEADER, "Notification")]),
        body: body.into(),
        ..WebhookRequest::default()
    }
}

fn check(
    topic: &str,
    body: &str,
    certificate: Option<&[u8]>,
    now: Timestamp,
    expect: Result<(), RejectionReason>,
) {
    let request = request(body);
    let verdict = with_account(topic, |email| {
        email.verify_with(&request, certificate, now).map(drop).map_err(|rejection| rejection.reason)
    });
    assert_eq!(verdict, expect);
}

#[test]
fn both_versions_of_the_signature_are_believed() {
    for body in [NOTIFICATION, WITH_SHA1, CONFIRMATION] {
        check(TOPIC, body, Some(CERTIFICATE), NOW, Ok(()));
    }
}

#[test]
fn nothing_else_is_believed() {
    let wrong = Err(RejectionReason::Wrong);
    let malformed = Err(RejectionReason::Malformed);
    for (from, to) in
        [("ses-1", "ses-2"), ("Type\": \"Notification", "Type\": \"notification"), ("22b80b92", "22b80b93")]
    {
        check(TOPIC, &NOTIFICATION.replace(from, to), Some(CERTIFICATE), NOW, wrong);
    }
    check(TOPIC, &WITH_SHA1.replace("Receipt Notification", "Receipt"), Some(CERTIFICATE), NOW, wrong);
    check(TOPIC, &NOTIFICATION.replace("Version\": \"2", "Version\": \"1"), Some(CERTIFICATE), NOW, wrong);
    check(
        TOPIC,
        &NOTIFICATION.replace("Version\": \"2", "Version\": \"3"),
        Some(CERTIFICATE),
        NOW,
        malformed,
    );
    check(TOPIC, NOTIFICATION, None, NOW, Err(RejectionReason::Missing));
    check(TOPIC, NOTIFICATION, Some(b"no certificate"), NOW, malformed);
    check(&TOPIC.replace("mail", "other"), NOTIFICATION, Some(CERTIFICATE), NOW, wrong);
    check(TOPIC, "{", Some(CERTIFICATE), NOW, malformed);
    let at = Timestamp::parse_iso("2026-11-22T15:05:00Z").unwrap();
    let limit = i64::try_from(AGE_S_MAX).unwrap();
    check(TOPIC, NOTIFICATION, Some(CERTIFICATE), at.plus_s(limit), Ok(()));
    check(TOPIC, NOTIFICATION, Some(CERTIFICATE), at.plus_s(limit + 1), Err(RejectionReason::Stale));
}

#[test]
fn only_the_certificate_of_sns_is_asked_for() {
    let asked = |topic: &str, body: &str| {
        with_account(topic, |email| email.certificate_request(&request(body)).map(|request| request.url))
    };
    let url = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem";
    assert_eq!(asked(TOPIC, NOTIFICATION).as_deref(), Some(url));
    assert_eq!(asked(&TOPIC.replace("mail", "other"), NOTIFICATION), None);
    for other in [
        "https://evil.example/a.pem",
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.txt",
        "https://bucket.s3.amazonaws.com/a.pem",
    ] {
        assert_eq!(asked(TOPIC, &NOTIFICATION.replace(url, other)), None, "{other}");
    }
}

#[test]
fn only_a_topic_of_ours_is_told_that_we_listen() {
    let confirmed = |body: &str| {
        let request = request(body);
        with_account(TOPIC, |email| {
            let verified = email.verify_with(&request, Some(CERTIFICATE), NOW).unwrap();
            email.confirmation_request(&verified).map(|request| request.url)
        })
    };
    let url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=a-token";
    assert_eq!(confirmed(CONFIRMATION).as_deref(), Some(url));
    assert_eq!(confirmed(NOTIFICATION), None);
}

#[test]
fn the_mail_is_read_where_it_lies() {
    let request = request(NOTIFICATION);
    with_account(TOPIC, |email| {
        let verified = email.verify_with(&request, Some(CERTIFICATE), NOW).unwrap();
        assert_eq!(email.stored_mail(&verified).unwrap().as_str(), "ses/ses-1");
        let (heard, _) = email.read_webhook(&verified, Some(MAIL.as_bytes()), NOW);
        let EventKind::Message { content: Content::Email(mail), .. } = &heard.events[0].kind else {
            panic!()
        };
        assert_eq!((mail.subject.as_str(), mail.text.as_str(), mail.unverified), ("Hi", "Hello", false));
        assert_eq!(heard.events[0].provider_time, Timestamp::parse_iso("2026-11-22T15:05:00Z"));
        // Gone, or too large: that it came is shown all the same.
        let (heard, _) = email.read_webhook(&verified, None, NOW);
        assert_eq!((heard.events.len(), heard.problems.len()), (1, 1));
        let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
        assert!(matches!(content, Content::Unsupported { text: Some(text), .. } if text == "Café"));
    });
}
