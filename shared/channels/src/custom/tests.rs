use super::*;
use crate::standard::{SIGNATURES_MAX, TOLERANCE_S};
use crate::testing::{
    LAW_CASES, NOW, PUBLIC_URL, call, channel, heard, http, nearly, outbound, picture, requests,
};
use crate::webhook::{Headers, RejectionReason};
use insta::assert_json_snapshot;
use patchbay_model::{ChoiceOption, Content};
use proptest::prelude::*;
use serde_json::{Value, json};

fn custom() -> Arc<dyn Simulated> {
    channel(ChannelKind::Custom, &[])
}

/// What is heard of an event with a customer and this data besides.
fn hear(kind: &str, mut data: Value) -> Normalised {
    data["customer"] = json!({ "id": "ann", "name": "Ann", "language": "de" });
    let event = json!({ "type": kind, "timestamp": "2026-11-22T15:05:04.500Z", "data": data });
    heard(&*custom(), "", "ann", &event.to_string())
}

#[test]
fn events() {
    let text = json!({ "kind": "text", "text": "hello" });
    let said = json!({
        "id": "m-1", "content": text, "to": "shop", "reply_to": "m-0", "context": { "campaign": "spring", "Body": "x" },
    });
    assert_json_snapshot!("created", picture(&hear("message.created", said)));
    assert_json_snapshot!(
        "echo",
        picture(&hear("message.created", json!({ "id": "m-2", "content": text, "echo": true })))
    );
    assert_json_snapshot!(
        "edited",
        picture(&hear("message.edited", json!({ "id": "m-1", "content": text })))
    );
    assert_json_snapshot!("deleted", picture(&hear("message.deleted", json!({ "id": "m-1" }))));
    assert_json_snapshot!(
        "reaction",
        picture(&hear("message.reaction", json!({ "id": "m-1", "emoji": "👍" })))
    );
    let failed = json!({ "id": "b-1", "status": "failed", "reason": "unknown number" });
    assert_json_snapshot!("status", picture(&hear("message.status", failed)));
    assert_json_snapshot!("typing", picture(&hear("typing", json!({ "on": true }))));
    assert_json_snapshot!("consent", picture(&hear("consent", json!({ "opted_in": false }))));
    assert_json_snapshot!("note", picture(&hear("note", json!({ "name": "joined" }))));
}

#[test]
fn every_content_that_a_customer_has_is_taken() {
    let check = |content: Value, path: Option<&str>| {
        let heard = hear("message.created", json!({ "id": "m", "content": content }));
        let found = heard.problems.first().map(|problem| problem.path.as_str());
        assert_eq!((heard.events.len(), found), (usize::from(path.is_none()), path), "{content}");
    };
    check(json!({ "kind": "location", "latitude": 90.0, "longitude": -180.0 }), None);
    check(json!({ "kind": "location", "latitude": 90.1, "longitude": 0.0 }), Some("data.content.latitude"));
    check(json!({ "kind": "choice", "data": "a" }), None);
    check(json!({ "kind": "sticker", "package_id": "a", "sticker_id": "b" }), None);
    check(json!({ "kind": "unsupported", "provider_kind": "hologram" }), None);
    let media =
        |url: &str| json!({ "kind": "media", "attachments": [{ "url": url, "content_type": "image/png" }] });
    check(media("https://a.example/1"), None);
    check(media("file:///etc/passwd"), Some("data.content.attachments[0].url"));
    check(json!({ "kind": "media", "attachments": [] }), Some("data.content.attachments"));
    let people =
        |count: usize| json!({ "kind": "contacts", "contacts": vec![json!({ "name": "Bob" }); count] });
    check(people(10), None);
    check(people(11), Some("data.content.contacts"));
    check(people(0), Some("data.content.contacts"));
    for ours in [
        json!({ "kind": "system", "text": "x" }),
        json!({ "kind": "choices", "text": "x", "options": [] }),
        json!({ "kind": "template", "name": "x", "language": "en" }),
        json!({ "kind": "reaction" }),
    ] {
        check(ours, Some("data.content.kind"));
    }
    check(json!({ "kind": "hologram" }), Some(""));
}

#[test]
fn what_must_not_be_sent_is_refused_with_the_reason() {
    let check = |kind: &str, data: Value, path: &str| {
        let heard = hear(kind, data.clone());
        assert_eq!((heard.events.len(), heard.reply.status), (0, 400), "{data}");
        assert_eq!(heard.problems[0].path, path, "{data}");
        let told: Value = serde_json::from_str(&heard.reply.body).unwrap();
        assert_eq!(told["path"], path);
    };
    let text = json!({ "kind": "text", "text": "x" });
    check("message.created", json!({ "content": text }), "");
    check("message.created", json!({ "id": "", "content": text }), "data.id");
    check("message.created", json!({ "id": "a\n", "content": text }), "data.id");
    check(
        "message.created",
        json!({ "id": "é".repeat(normalise::ID_CHARS_MAX + 1), "content": text }),
        "data.id",
    );
    check("message.created", json!({ "id": "m", "content": text, "to": "" }), "data.to");
    check("message.created", json!({ "id": "m", "content": text, "reply_to": "" }), "data.reply_to");
    let context: serde_json::Map<String, Value> =
        (0..=normalise::CONTEXT_MAX).map(|at| (at.to_string(), json!("x"))).collect();
    check("message.created", json!({ "id": "m", "content": text, "context": context }), "data.context");
    check("message.status", json!({ "status": "sent" }), "data.key");
    check("message.status", json!({ "status": "sent", "key": "not-ours" }), "data.key");
    check("message.status", json!({ "status": "queued", "id": "m" }), "data.status");
    check("message.reaction", json!({ "id": "m", "emoji": "" }), "data.emoji");
    check("great.new.kind", json!({}), "");
    let long = "é".repeat(normalise::ID_CHARS_MAX);
    assert_eq!(hear("message.created", json!({ "id": long, "content": text })).problems, []);
}

#[test]
fn a_batch_is_answered_event_by_event() {
    let event = |id: &str, kind: &str| json!({ "id": id, "type": kind, "data": { "customer": { "id": "ann" }, "on": true } });
    let batch = |events: Vec<Value>| heard(&*custom(), "", "ann", &json!({ "events": events }).to_string());
    let mixed = batch(vec![event("1", "typing"), event("2", "nonsense"), event("3", "typing")]);
    assert_json_snapshot!("batch", picture(&mixed));
    let full = batch(vec![event("1", "typing"); normalise::EVENTS_MAX]);
    assert_eq!((full.events.len(), full.reply.status), (normalise::EVENTS_MAX, 202));
    let over = batch(vec![event("1", "typing"); normalise::EVENTS_MAX + 1]);
    assert_eq!((over.events.len(), over.reply.status), (0, 400));
}

#[test]
fn an_event_without_an_id_has_its_requests() {
    let event = json!({ "type": "typing", "data": { "customer": { "id": "ann" }, "on": true } });
    let one = heard(&*custom(), "", "ann", &event.to_string());
    let two = heard(&*custom(), "", "ann", &json!({ "events": [event, event] }).to_string());
    let ids: Vec<&str> = two.events.iter().map(|event| event.event_id.as_str()).collect();
    assert!(!one.events[0].event_id.is_empty());
    assert!(ids[0].ends_with(":0") && ids[1].ends_with(":1") && ids[0][..36] == ids[1][..36], "{ids:?}");
}

fn signed(id: &str, timestamp: &str, signature: &str, body: &str) -> WebhookRequest {
    WebhookRequest {
        method: "POST".into(),
        headers: Headers::from_iter([
            ("Webhook-Id", id),
            ("Webhook-Timestamp", timestamp),
            ("Webhook-Signature", signature),
        ]),
        body: body.into(),
        ..Default::default()
    }
}

/// The signature was made with the `standardwebhooks` package (1.1.0) of the specification's authors.
#[test]
fn signatures_are_those_of_the_specification() {
    const BODY: &str = r#"{"events":[]}"#;
    const SIGNATURE: &str = "v1,erOZiXsQIiroSU5DanSixefZH8hSpV4GNCS6iBXdEIM=";
    let check = |timestamp: &str, signature: &str, body: &str, expect: Option<RejectionReason>| {
        let request = signed("evt_1", timestamp, signature, body);
        let refused = custom().verify(&request, Timestamp(1_795_359_904_000)).err();
        assert_eq!(refused.map(|rejection| rejection.reason), expect, "{timestamp} {signature}");
    };
    use RejectionReason::{Malformed, Wrong};
    check("1795359904", SIGNATURE, BODY, None);
    check("1795359904", &format!("v1a,AAAA v1,{} {SIGNATURE}", "A".repeat(43) + "="), BODY, None);
    check("1795359904", SIGNATURE, r#"{"events":[] }"#, Some(Wrong));
    check("1795359905", SIGNATURE, BODY, Some(Wrong));
    check("now", SIGNATURE, BODY, Some(Malformed));
    check("1795359904", "v1a,AAAA", BODY, Some(Malformed));
    check("1795359904", &SIGNATURE[3..], BODY, Some(Malformed));
    let many = |count: usize| vec!["v1,AAAA"; count - 1].join(" ") + " " + SIGNATURE;
    check("1795359904", &many(SIGNATURES_MAX), BODY, None);
    check("1795359904", &many(SIGNATURES_MAX + 1), BODY, Some(Malformed));
}

#[test]
fn a_signature_is_good_for_five_minutes() {
    let check = |off_s: i64, expect: Option<RejectionReason>| {
        let mut request = WebhookRequest { method: "POST".into(), ..Default::default() };
        custom().sign(&mut request, "ann", NOW.plus_s(off_s));
        let refused = custom().verify(&request, NOW).err();
        assert_eq!(refused.map(|rejection| rejection.reason), expect, "{off_s}");
    };
    check(TOLERANCE_S, None);
    check(-TOLERANCE_S, None);
    check(TOLERANCE_S + 1, Some(RejectionReason::Stale));
    check(-TOLERANCE_S - 1, Some(RejectionReason::Stale));
}

#[test]
fn while_a_secret_is_exchanged_both_are_good() {
    let other = "whsec_YW5vdGhlci1pbnZlbnRlZC1rZXktMjU2";
    let both = format!("{other},{}", EXAMPLE[0].1);
    let rotating = channel(ChannelKind::Custom, &[("inbound_secret", &both)]);
    let mut request = WebhookRequest { method: "POST".into(), ..Default::default() };
    custom().sign(&mut request, "ann", NOW);
    assert!(rotating.verify(&request, NOW).is_ok());
    let sent = format!("{},{other}", EXAMPLE[1].1);
    let sends =
        requests(&*channel(ChannelKind::Custom, &[("outbound_secret", &sent)]), &message(Content::text("x")));
    assert_eq!(sends[0].headers.get("webhook-signature").unwrap().split(' ').count(), 2);
}

fn message(content: Content) -> OutboundMessage {
    outbound(ChannelKind::Custom, "ann", content)
}

#[test]
fn calls() {
    let mut text = message(Content::text("hello"));
    (text.author_name, text.reply_to) = (Some("Bob".into()), Some("m-1".into()));
    assert_json_snapshot!("call_text", requests(&*custom(), &text).iter().map(call).collect::<Vec<_>>());
    let custom = custom();
    let passing = |rendered: Option<Rendered>| match rendered {
        Some(Rendered::Requests(requests)) => call(&requests[0]),
        other => panic!("{other:?}"),
    };
    assert_json_snapshot!("call_typing", passing(custom.typing(&text.to, true, NOW)));
    assert_json_snapshot!("call_read", passing(custom.mark_read(&text.to, "m-1", NOW)));
}

#[test]
fn a_message_again_is_signed_anew_under_the_same_id() {
    let (first, later) = (NOW, NOW.plus_s(600));
    let render = |now: Timestamp| match custom().render(&message(Content::text("x")), now) {
        Ok(Rendered::Requests(mut requests)) => requests.remove(0),
        other => panic!("{other:?}"),
    };
    let (first, later) = (render(first), render(later));
    let header = |request: &ProviderRequest, name: &str| request.headers.get(name).map(str::to_owned);
    assert_eq!(first.body, later.body);
    assert_eq!(header(&first, "webhook-id"), header(&later, "webhook-id"));
    assert_ne!(header(&first, "webhook-signature"), header(&later, "webhook-signature"));
}

#[test]
fn what_we_send_is_not_believed_when_it_comes_back() {
    let sent = requests(&*custom(), &message(Content::text("x"))).remove(0);
    let request = WebhookRequest { headers: sent.headers, body: sent.body, ..Default::default() };
    assert_eq!(custom().verify(&request, NOW).unwrap_err().reason, RejectionReason::Wrong);
}

#[test]
fn answers_beyond_what_is_offered_are_a_numbered_text() {
    let check = |count: usize, kind: &str| {
        let option = |at: usize| ChoiceOption { data: at.to_string(), text: "Blue".into() };
        let choices = Content::Choices { text: "Which?".into(), options: (0..count).map(option).collect() };
        let sent = call(&requests(&*custom(), &message(choices))[0]);
        assert_eq!(sent["body"]["data"]["content"]["kind"], kind);
    };
    check(CAPABILITIES.choices_max, "choices");
    check(CAPABILITIES.choices_max + 1, "text");
}

#[test]
fn outcomes() {
    let request = requests(&*custom(), &message(Content::text("x"))).remove(0);
    let check = |status: u16, body: Value, expect: &str| {
        let outcome = match custom().outcome(&request, &http(status, &[("Retry-After", "7")], &body)) {
            DeliveryOutcome::Sent { provider_id } => format!("sent {}", provider_id.unwrap_or_default()),
            DeliveryOutcome::Retry { after_s, .. } => format!("retry {after_s}"),
            DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{status} {body}");
    };
    check(200, json!({ "id": "b-1" }), "sent b-1");
    check(204, json!(null), "sent ");
    check(409, json!({ "id": "b-1" }), "sent b-1");
    check(400, json!({ "message": "no" }), "Content");
    check(404, json!({ "cause": "address" }), "Address");
    check(422, json!({ "cause": "opted_out" }), "OptedOut");
    check(422, json!({ "cause": "window" }), "Window");
    check(413, json!("?"), "Content");
    check(410, json!({}), "Account");
    check(401, json!({}), "Account");
    check(302, json!({}), "Account");
    for status in [408, 425, 429, 500, 503] {
        check(status, json!({}), "retry 7");
    }
}

#[test]
fn secrets_have_the_specifications_form_and_differ() {
    let opens = |key: &str, value: &str| {
        let mut settings = crate::registry::example_settings(ChannelKind::Custom).unwrap();
        settings.insert(key.into(), value.into());
        crate::open(ChannelKind::Custom, "default", &settings, PUBLIC_URL).is_ok()
    };
    let of_bytes = |count: usize| {
        use base64::Engine;
        format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(vec![7; count]))
    };
    for (bytes, good) in [(23, false), (24, true), (64, true), (65, false)] {
        assert_eq!(opens("inbound_secret", &of_bytes(bytes)), good, "{bytes}");
    }
    assert!(!opens("inbound_secret", "YW4taW52ZW50ZWQtaW5ib3VuZC1rZXktMQ"));
    assert!(!opens("inbound_secret", EXAMPLE[1].1), "both directions with one secret");
    // The same key, with its padding.
    assert!(!opens("outbound_secret", &format!("{}==", EXAMPLE[0].1)));
    for url in ["bridge.example", "ftp://bridge.example", "https://bridge.example/?key=1"] {
        assert!(!opens("callback_url", url), "{url}");
    }
}

const KINDS: &[&str] = &[
    "message.created",
    "message.edited",
    "message.deleted",
    "message.reaction",
    "message.status",
    "typing",
    "consent",
    "note",
];
const FIELDS: &[&str] = &[
    "id",
    "content",
    "kind",
    "text",
    "attachments",
    "url",
    "content_type",
    "latitude",
    "longitude",
    "contacts",
    "name",
    "phones",
    "to",
    "reply_to",
    "context",
    "emoji",
    "key",
    "status",
    "reason",
    "on",
    "opted_in",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LAW_CASES))]

    #[test]
    fn whatever_comes_is_an_event_or_is_refused(kind in proptest::sample::select(KINDS), data in nearly(FIELDS)) {
        let data = if data.is_object() { data } else { json!({ "content": data }) };
        let heard = hear(kind, data);
        let expect = if heard.events.is_empty() { 400 } else { 202 };
        prop_assert_eq!(heard.reply.status, expect);
        prop_assert_eq!(heard.events.is_empty() && heard.problems.is_empty(), false);
    }
}
