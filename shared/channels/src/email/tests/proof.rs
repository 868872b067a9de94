//! What proves a webhook.

use super::*;
use crate::signature::{Hash, hmac};
use crate::webhook::RejectionReason;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::Timestamp;
use patchbay_model::id::hex;
use serde_json::json;

fn check(
    channel: &dyn Simulated,
    request: &WebhookRequest,
    now: Timestamp,
    expect: Result<(), RejectionReason>,
) {
    let verdict = channel.verify(request, now).map(drop).map_err(|rejection| rejection.reason);
    assert_eq!(verdict, expect);
}

#[test]
fn a_password_is_asked_for_whoever_the_user_is() {
    let with = |authorization: &str| {
        let mut request = posted("application/json", "{}");
        request.headers.push("Authorization", authorization);
        request
    };
    let basic = |credentials: &str| with(&format!("Basic {}", STANDARD.encode(credentials)));
    for channel in [postmark(), sendgrid()] {
        check(&*channel, &basic("any:an-invented-password"), NOW, Ok(()));
        check(&*channel, &basic(":an-invented-password"), NOW, Ok(()));
        check(&*channel, &basic("any:another"), NOW, Err(RejectionReason::Wrong));
        check(&*channel, &basic("no colon"), NOW, Err(RejectionReason::Malformed));
        check(&*channel, &with("Bearer x"), NOW, Err(RejectionReason::Malformed));
        check(&*channel, &posted("application/json", "{}"), NOW, Err(RejectionReason::Missing));
    }
}

/// Mailgun's signature in a form's fields.
fn signed_form(at: Timestamp) -> WebhookRequest {
    let timestamp = at.seconds().to_string();
    let token = "token";
    let tag = hex(&hmac(Hash::Sha256, "an-invented-signing-key", format!("{timestamp}{token}").as_bytes()));
    let body = format!("from=ann%40mail.example&timestamp={timestamp}&token={token}&signature={tag}");
    posted("application/x-www-form-urlencoded", body)
}

#[test]
fn mailguns_signature_stands_in_the_body_and_ages() {
    let channel = mailgun();
    check(&*channel, &signed_form(NOW), NOW, Ok(()));
    check(&*channel, &signed_form(NOW.plus_s(-300)), NOW, Ok(()));
    check(&*channel, &signed_form(NOW.plus_s(-301)), NOW, Err(RejectionReason::Stale));
    let mut other = signed_form(NOW);
    other.body.push(b'0');
    check(&*channel, &other, NOW, Err(RejectionReason::Malformed));
    let text = String::from_utf8(signed_form(NOW).body).unwrap();
    let tokens = posted("application/x-www-form-urlencoded", text.replace("token=token", "token=other"));
    check(&*channel, &tokens, NOW, Err(RejectionReason::Wrong));
    let timestamp = NOW.seconds().to_string();
    let tag = hex(&hmac(Hash::Sha256, "an-invented-signing-key", format!("{timestamp}t").as_bytes()));
    let event =
        json!({ "signature": { "timestamp": timestamp, "token": "t", "signature": tag }, "event-data": {} });
    check(&*channel, &posted("application/json", event.to_string()), NOW, Ok(()));
    check(&*channel, &posted("application/json", "{}"), NOW, Err(RejectionReason::Missing));
}

/// Made with openssl, by a key that nobody has any more.
const SENDGRID_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyuBMj7dUsAGgDLxR5TARMIXG39WbvHQ9PKM56PDURz8zLe0+11acA6o8bwasNGbsVQ+SEyr7SRsXrt6xB5Uiog==";
const SENDGRID_SIGNATURE: &str =
    "MEUCIQDVXimzKSntWxYidO2Hjy5guBA09kGzuPUvg6F3sOoG3AIgPcw6Ae4JXdKT1IlQ8xnWAzCwWmQ2h86gchOdQdKFrQQ=";
const SENDGRID_BODY: &str = "[{\"event\":\"delivered\",\"email\":\"ann@mail.example\",\"sg_event_id\":\"1\",\"smtp-id\":\"<1@shop.example>\"}]\r\n";

#[test]
fn sendgrids_signature_covers_the_body_to_its_last_line_end() {
    let channel = account(&[SENDGRID_EXAMPLE[0], SENDGRID_EXAMPLE[4], ("sendgrid_public_key", SENDGRID_KEY)]);
    let request = |body: &str, timestamp: &str| {
        let mut request = posted("application/json", body);
        request.headers.push("X-Twilio-Email-Event-Webhook-Signature", SENDGRID_SIGNATURE);
        request.headers.push("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        request
    };
    check(&*channel, &request(SENDGRID_BODY, "1795359900"), NOW, Ok(()));
    check(&*channel, &request(SENDGRID_BODY.trim_end(), "1795359900"), NOW, Err(RejectionReason::Wrong));
    check(&*channel, &request(SENDGRID_BODY, "1795359901"), NOW, Err(RejectionReason::Wrong));
    check(
        &*channel,
        &request(SENDGRID_BODY, "1795359900"),
        NOW.plus_s(2 * 86_400),
        Err(RejectionReason::Stale),
    );
    check(&*channel, &posted("application/json", SENDGRID_BODY), NOW, Err(RejectionReason::Missing));
}

#[test]
fn an_account_that_nothing_proves_does_not_open() {
    let opens = |settings: &[(&str, &str)]| {
        let settings =
            COMMON.iter().chain(settings).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        open_simulated(ChannelKind::Email, "default", &settings, PUBLIC_URL)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        opens(&[("provider", "smtp"), ("smtp_url", "smtps://mail.shop.example"), ("webhook_password", "x")]),
        Ok(())
    );
    let unproven = opens(&[("provider", "smtp"), ("smtp_url", "smtps://mail.shop.example")]).unwrap_err();
    assert!(unproven.contains("webhook_password is missing, and so is"), "{unproven}");
    let wrong = [
        ("provider", "pigeon"),
        ("server_token", "x"),
        ("plus_addressing", "maybe"),
        ("sendgrid_public_key", "AAAA"),
        ("sns_topic_arns", "mail"),
        ("subject", "a\nb"),
        ("webhook_password", "x"),
    ];
    let complaints = opens(&wrong).unwrap_err();
    for (key, _) in wrong.iter().filter(|(key, _)| !matches!(*key, "server_token" | "webhook_password")) {
        assert!(complaints.contains(key), "{complaints} lacks {key}");
    }
}
