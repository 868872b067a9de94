use super::*;
use crate::delivery::RefusalCause;
use crate::testing::{
    LAW_CASES, NOW, PUBLIC_URL, call, channel, heard, http, nearly, outbound, picture, requests,
};
use crate::webhook::{Headers, RejectionReason};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, ChoiceOption, ContactCard, Content, EventKind, MessageStatus};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const NUMBER: &str = "+15005550001";

/// Reading the key takes longer than all else.
fn rcs() -> Arc<dyn Simulated> {
    static RCS: LazyLock<Arc<dyn Simulated>> = LazyLock::new(|| channel(ChannelKind::Google, &[]));
    Arc::clone(&RCS)
}

fn business() -> Arc<dyn Simulated> {
    static BUSINESS: LazyLock<Arc<dyn Simulated>> = LazyLock::new(|| {
        let settings: BTreeMap<String, String> = EXAMPLE_OF_BUSINESS_MESSAGES
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        crate::open_simulated(ChannelKind::Google, "default", &settings, PUBLIC_URL).unwrap()
    });
    Arc::clone(&BUSINESS)
}

fn enveloped(event: &Value) -> Value {
    json!({ "message": { "data": STANDARD.encode(event.to_string()), "messageId": "9" }, "subscription": "s" })
}

/// What is heard of an event of RCS that has these fields besides the usual ones.
fn hear(fields: Value) -> Normalised {
    let mut event = json!({
        "senderPhoneNumber": NUMBER, "agentId": "an-invented-agent@rbm.goog",
        "sendTime": "2026-11-22T15:05:03.123456Z",
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    heard(&*rcs(), "", NUMBER, &enveloped(&event).to_string())
}

/// What is heard of an event of Business Messages.
fn hear_business(fields: Value) -> Normalised {
    let mut event = json!({
        "agent": "brands/1/agents/2", "conversationId": "c-1", "requestId": "r-1",
        "sendTime": "2026-11-22T15:05:03Z",
        "context": {
            "entryPoint": "MAPS", "placeId": "p", "resolvedLocale": "en",
            "userInfo": { "displayName": "Ann", "userDeviceLocale": "de-DE" },
        },
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    heard(&*business(), "", "c-1", &event.to_string())
}

fn kind(heard: Normalised) -> EventKind {
    assert_eq!(heard.problems, []);
    heard.events.into_iter().next().unwrap().kind
}

#[test]
fn messages_by_rcs() {
    assert_json_snapshot!("rcs_text", picture(&hear(json!({ "messageId": "Mx1", "text": "hello" }))));
    let payload = json!({
        "mimeType": "application/pdf", "fileSizeBytes": "90211", "fileName": "a.pdf", "fileUri": "https://a.example/1",
    });
    let file = json!({ "messageId": "Mx2", "userFile": { "category": "FILE", "payload": payload } });
    assert_json_snapshot!("rcs_file", picture(&hear(file)));
    let place = json!({ "latitude": 35.5, "longitude": 139.25 });
    assert_json_snapshot!("rcs_location", picture(&hear(json!({ "messageId": "Mx3", "location": place }))));
    let pressed = json!({ "postbackData": "color=blue", "text": "Blue", "type": "REPLY" });
    let suggestion = json!({ "messageId": "Mx4", "suggestionResponse": pressed });
    assert_json_snapshot!("rcs_suggestion", picture(&hear(suggestion)));
    let unknown = json!({ "messageId": "Mx5", "hologram": { "x": 1 } });
    assert_json_snapshot!("rcs_unknown", picture(&hear(unknown)));
}

#[test]
fn events_by_rcs() {
    let event = |name: &str| hear(json!({ "eventType": name, "eventId": "Ev1", "messageId": "m-1" }));
    assert_json_snapshot!("rcs_delivered", picture(&event("DELIVERED")));
    let status = |name: &str| match kind(event(name)) {
        EventKind::Receipt { status, reason, .. } => Some((status, reason.is_some())),
        _ => None,
    };
    assert_eq!(status("READ"), Some((MessageStatus::Read, false)));
    assert_eq!(status("TTL_EXPIRATION_REVOKED"), Some((MessageStatus::Failed, true)));
    assert_eq!(kind(event("IS_TYPING")), EventKind::Typing { on: true });
    let consent = |opted_in: bool| EventKind::Consent { opted_in, content: None };
    assert_eq!(kind(event("SUBSCRIBE")), consent(true));
    assert_eq!(kind(event("UNSUBSCRIBE")), consent(false));
    let note = EventKind::Note { name: "ttl_expiration_revoke_failed".into(), text: "m-1".into() };
    assert_eq!(kind(event("TTL_EXPIRATION_REVOKE_FAILED")), note);
}

#[test]
fn a_word_alone_withdraws_consent() {
    let check = |text: &str, expect: Option<bool>| {
        let consent = match kind(hear(json!({ "messageId": "Mx1", "text": text }))) {
            EventKind::Consent { opted_in, .. } => Some(opted_in),
            _ => None,
        };
        assert_eq!(consent, expect, "{text}");
    };
    check("stop", Some(false));
    check("START", Some(true));
    check("stop it", None);
}

#[test]
fn what_cannot_be_taken_is_told() {
    let check = |fields: Value, reason: &str| {
        let heard = hear(fields);
        assert_eq!((heard.events.len(), heard.reply.status), (0, 200));
        assert!(heard.problems[0].reason.contains(reason), "{:?}", heard.problems);
    };
    check(json!({ "messageId": "m", "text": "x", "agentId": "other" }), "another agent");
    check(json!({ "messageId": "m", "text": "x", "senderPhoneNumber": "" }), "no phone number");
    check(json!({ "text": "x" }), "no id");
    check(json!({ "eventType": "READ", "eventId": "e" }), "names no message");
    check(json!({ "messageId": "m", "text": 5 }), "invalid type");
    let foreign = heard(&*rcs(), "", NUMBER, r#"{"conversationId":"c"}"#);
    assert!(foreign.problems[0].reason.contains("not an event of RCS"));
    let foreign = heard(&*business(), "", NUMBER, "{}");
    assert!(foreign.problems[0].reason.contains("not an event of Business Messages"));
    assert!(hear_business(json!({})).problems[0].reason.contains("none of the parts"));
}

#[test]
fn business_messages() {
    let text =
        json!({ "message": { "messageId": "m-1", "name": "conversations/c-1/messages/m-1", "text": "hi" } });
    assert_json_snapshot!("business_text", picture(&hear_business(text)));
    let url = "https://storage.googleapis.com/business-messages-us/1/x?sig=1";
    let image = json!({ "message": { "messageId": "m-2", "text": url } });
    assert_json_snapshot!("business_image", picture(&hear_business(image)));
    let pressed = json!({
        "message": "conversations/c-1/messages/m-0", "postbackData": "p", "text": "Yes", "suggestionType": "REPLY",
    });
    assert_json_snapshot!(
        "business_suggestion",
        picture(&hear_business(json!({ "suggestionResponse": pressed })))
    );
    let receipts = json!([
        { "message": "conversations/c-1/messages/m-0", "receiptType": "DELIVERED" },
        { "message": "conversations/c-1/messages/m-0", "receiptType": "READ" },
        { "message": "conversations/c-1/messages/m-0", "receiptType": "EATEN" },
    ]);
    assert_json_snapshot!(
        "business_receipts",
        picture(&hear_business(json!({ "receipts": { "receipts": receipts } })))
    );
    let typing = kind(hear_business(json!({ "userStatus": { "isTyping": false } })));
    assert_eq!(typing, EventKind::Typing { on: false });
    let person = kind(hear_business(json!({ "userStatus": { "requestedLiveAgent": true } })));
    let EventKind::Message { content, .. } = person else { panic!("{person:?}") };
    assert_eq!(content, Content::Choice { data: "live_agent_request".into(), text: None });
    let survey = json!({ "surveyQuestionId": "q1", "questionResponseText": "Great", "rating": "5" });
    let note = EventKind::Note { name: "survey_response".into(), text: "q1: Great: 5".into() };
    assert_eq!(kind(hear_business(json!({ "surveyResponse": survey }))), note);
    let signed_in =
        hear_business(json!({ "authenticationResponse": { "code": "canary", "redirectUri": "u" } }));
    assert!(!format!("{signed_in:?}").contains("canary"), "a code is a credential");
}

#[test]
fn a_handshake_is_answered_with_its_secret_and_only_for_the_token() {
    let check = |body: Value, expect: Result<&str, RejectionReason>| {
        for google in [rcs(), business()] {
            let request =
                WebhookRequest { method: "POST".into(), body: body.to_string().into(), ..Default::default() };
            let answer = google.verify(&request, NOW).map(|verified| google.normalise(&verified, NOW).reply);
            let told = answer.map(|reply| (reply.content_type, reply.body)).map_err(|refused| refused.reason);
            assert_eq!(told, expect.map(|secret| ("text/plain", secret.to_owned())), "{body}");
        }
    };
    check(json!({ "clientToken": "an-invented-client-token", "secret": "1234" }), Ok("1234"));
    check(json!({ "clientToken": "other", "secret": "1234" }), Err(RejectionReason::Wrong));
    check(json!({ "clientToken": "", "secret": "1234" }), Err(RejectionReason::Wrong));
    check(json!({ "clientToken": "an-invented-client-token" }), Err(RejectionReason::Missing));
}

#[test]
fn rcs_signs_what_the_envelope_encloses() {
    let event = json!({ "senderPhoneNumber": NUMBER, "messageId": "Mx1", "text": "hello" });
    let body = enveloped(&event).to_string();
    let tag = |signed: &[u8]| {
        STANDARD.encode(crate::signature::hmac(
            crate::signature::Hash::Sha512,
            "an-invented-client-token",
            signed,
        ))
    };
    let check = |google: &dyn Simulated, tag: String, expect: Option<RejectionReason>| {
        let headers = Headers::from_iter([("X-Goog-Signature", tag)]);
        let request = WebhookRequest {
            method: "POST".into(),
            headers,
            body: body.clone().into(),
            ..Default::default()
        };
        assert_eq!(google.verify(&request, NOW).err().map(|refused| refused.reason), expect);
    };
    check(&*rcs(), tag(event.to_string().as_bytes()), None);
    check(&*rcs(), tag(body.as_bytes()), None);
    check(&*business(), tag(body.as_bytes()), None);
    check(&*business(), tag(event.to_string().as_bytes()), Some(RejectionReason::Wrong));
    check(&*rcs(), tag(b""), Some(RejectionReason::Wrong));
    check(&*rcs(), "AAAA".into(), Some(RejectionReason::Malformed));
}

/// A call without its token, which has a test of its own.
fn shown(request: &ProviderRequest) -> Value {
    let call = call(&ProviderRequest { on_refused: None, ..request.clone() });
    json!({ "line": call["line"], "body": call["body"], "idempotent": call["idempotent"] })
}

fn show(google: &dyn Simulated, content: Content) -> Vec<Value> {
    requests(google, &outbound(ChannelKind::Google, NUMBER, content)).iter().map(shown).collect()
}

fn media(content_type: &str, text: Option<&str>) -> Content {
    let attachment = Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    };
    Content::Media { attachments: vec![attachment], text: text.map(str::to_owned) }
}

fn options(texts: &[&str]) -> Vec<ChoiceOption> {
    texts.iter().map(|text| ChoiceOption { data: "d".into(), text: (*text).into() }).collect()
}

#[test]
fn calls() {
    for (name, google) in [("rcs", rcs()), ("business", business())] {
        let shot = |kind: &str, content| {
            assert_json_snapshot!(format!("call_{name}_{kind}"), show(&*google, content))
        };
        shot("text", Content::text("hello"));
        shot("file", media("image/png", None));
        shot("card", media("image/png", Some("look")));
        shot("choices", Content::Choices { text: "Which?".into(), options: options(&["Red", "Blue"]) });
        let place =
            Content::Location { latitude: 35.5, longitude: -0.25, name: Some("Shop".into()), address: None };
        shot("location", place);
        let to = outbound(ChannelKind::Google, NUMBER, Content::text("x")).to;
        let Some(Rendered::Requests(typing)) = google.typing(&to, true, NOW) else { panic!() };
        assert_json_snapshot!(format!("call_{name}_typing"), shown(&typing[0]));
    }
    let to = outbound(ChannelKind::Google, NUMBER, Content::text("x")).to;
    let Some(Rendered::Requests(read)) = rcs().mark_read(&to, "Mx1", NOW) else { panic!() };
    assert_json_snapshot!("call_rcs_read", shown(&read[0]));
    assert_eq!(rcs().typing(&to, false, NOW), None);
    assert_eq!(business().mark_read(&to, "m-1", NOW), None);
    let mut message = outbound(ChannelKind::Google, "c-1", Content::text("x"));
    message.author_name = Some("Bob".into());
    let person = call(&requests(&*business(), &message)[0]);
    assert_eq!(
        person["body"]["representative"],
        json!({ "representativeType": "HUMAN", "displayName": "Bob" })
    );
}

#[test]
fn a_message_has_the_same_ids_whenever_it_is_sent() {
    let message = outbound(ChannelKind::Google, NUMBER, Content::text("a".repeat(3_073)));
    let urls = |now: Timestamp| match rcs().render(&message, now) {
        Ok(Rendered::Requests(requests)) => {
            requests.into_iter().map(|request| request.url).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let first = urls(NOW);
    assert_eq!(first, urls(NOW.plus_s(60)));
    assert!(first.len() == 2 && first[0] != first[1]);
}

#[test]
fn what_a_message_can_carry() {
    let check = |google: &dyn Simulated, content: Content, calls: usize, suggested: bool| {
        let sent = show(google, content.clone());
        assert_eq!(sent.len(), calls, "{content:?}");
        assert_eq!(
            sent.iter().any(|call| call.to_string().contains("suggestions")),
            suggested,
            "{content:?}"
        );
    };
    let choices = |options: Vec<ChoiceOption>| Content::Choices { text: "Which?".into(), options };
    check(&*rcs(), choices(options(&["a"; 11])), 1, true);
    check(&*rcs(), choices(options(&["a"; 12])), 1, false);
    check(&*business(), choices(options(&["a"; 13])), 1, true);
    check(&*business(), choices(options(&["a"; 14])), 1, false);
    check(&*rcs(), choices(options(&["a".repeat(25).as_str()])), 1, true);
    check(&*rcs(), choices(options(&["a".repeat(26).as_str()])), 1, false);
    check(&*rcs(), choices(vec![ChoiceOption { data: "d".repeat(2_048), text: "a".into() }]), 1, true);
    check(&*rcs(), choices(vec![ChoiceOption { data: "d".repeat(2_049), text: "a".into() }]), 1, false);
    check(&*rcs(), media("image/png", Some("a".repeat(2_000).as_str())), 1, false);
    check(&*rcs(), media("image/png", Some("a".repeat(2_001).as_str())), 2, false);
    check(&*rcs(), media("application/pdf", Some("a")), 2, false);
    let bob = ContactCard { name: "Bob".into(), ..ContactCard::default() };
    check(&*rcs(), Content::Contacts { contacts: vec![bob] }, 1, false);
    let ttl = channel(ChannelKind::Google, &[("ttl_s", "600")]);
    assert_eq!(show(&*ttl, Content::text("x"))[0]["body"]["ttl"], "600s");
}

#[test]
fn outcomes() {
    let request = requests(&*rcs(), &outbound(ChannelKind::Google, NUMBER, Content::text("x"))).remove(0);
    let check = |status: u16, body: Value, expect: &str| {
        let outcome = match rcs().outcome(&request, &http(status, &[("Retry-After", "7")], &body)) {
            DeliveryOutcome::Sent { provider_id } => format!("sent {}", provider_id.unwrap_or_default()),
            DeliveryOutcome::Retry { after_s, .. } => format!("retry {after_s}"),
            DeliveryOutcome::Refused { code, cause, .. } => format!("{code} {cause:?}"),
            DeliveryOutcome::Instead(other) => other.url,
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{status} {body}");
    };
    let error = |status: &str| json!({ "error": { "message": "words", "status": status } });
    check(200, json!({ "name": "phones/+15005550001/agentMessages/m-1" }), "sent m-1");
    let id = super::outcome::own_id(&request).unwrap();
    check(409, error("ALREADY_EXISTS"), &format!("sent {id}"));
    check(400, error("INVALID_ARGUMENT"), "INVALID_ARGUMENT Content");
    check(401, error("UNAUTHENTICATED"), "UNAUTHENTICATED Account");
    check(403, error("PERMISSION_DENIED"), "PERMISSION_DENIED Account");
    check(404, error("NOT_FOUND"), "NOT_FOUND Address");
    check(429, error("RESOURCE_EXHAUSTED"), "retry 7");
    check(503, json!("?"), "retry 7");
    check(302, json!({}), "302 Account");
    let reason = json!([{ "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED" }]);
    let unsupported = json!({ "error": { "status": "UNAUTHENTICATED", "details": reason } });
    check(401, unsupported, "https://oauth2.googleapis.com/token");
}

#[test]
fn where_an_own_token_is_not_taken_one_is_fetched_and_the_call_made_with_it() {
    let google = rcs();
    let request = requests(&*google, &outbound(ChannelKind::Google, NUMBER, Content::text("x"))).remove(0);
    let exchange = request.on_refused.clone().unwrap();
    let given = http(200, &[], &json!({ "access_token": "theirs", "token_type": "Bearer" }));
    let DeliveryOutcome::Instead(then) = google.outcome(&exchange, &given) else { panic!() };
    assert_eq!(then.headers.get("authorization"), Some("Bearer theirs"));
    assert_eq!((&then.url, &then.body, &then.on_refused), (&request.url, &request.body, &None));
    let refused = google.outcome(&exchange, &http(400, &[], &json!({ "error": "invalid_grant" })));
    assert!(matches!(refused, DeliveryOutcome::Refused { cause: RefusalCause::Account, .. }), "{refused:?}");
    let later = google.outcome(&exchange, &http(503, &[], &json!({})));
    assert!(matches!(later, DeliveryOutcome::Retry { .. }));
}

#[test]
fn settings_have_googles_forms() {
    let check = |key: &str, value: &str, good: bool| {
        let mut settings = crate::registry::example_settings(ChannelKind::Google).unwrap();
        settings.insert(key.into(), value.into());
        let opened = crate::open(ChannelKind::Google, "default", &settings, PUBLIC_URL);
        assert_eq!(opened.is_ok(), good, "{key} {value}");
    };
    check("agent_id", "agent@rbm.goog", true);
    check("product", "rcs", true);
    check("product", "business_messages", false); // It has no agent_id.
    check("product", "sms", false);
    check("service_account", "{}", false);
    for (ttl_s, good) in [("9", false), ("10", true), ("2592000", true), ("2592001", false), ("soon", false)]
    {
        check("ttl_s", ttl_s, good);
    }
}

const FIELDS: &[&str] = &[
    "senderPhoneNumber",
    "phoneNumber",
    "agentId",
    "messageId",
    "eventId",
    "eventType",
    "sendTime",
    "text",
    "userFile",
    "payload",
    "fileUri",
    "fileSizeBytes",
    "location",
    "latitude",
    "suggestionResponse",
    "postbackData",
];
const BUSINESS_FIELDS: &[&str] = &[
    "conversationId",
    "requestId",
    "context",
    "userInfo",
    "displayName",
    "message",
    "messageId",
    "text",
    "suggestionResponse",
    "userStatus",
    "isTyping",
    "requestedLiveAgent",
    "receipts",
    "receiptType",
    "surveyResponse",
    "rating",
    "authenticationResponse",
];

fn is_taken_or_told(heard: &Normalised) -> bool {
    heard.reply.status == 200 && heard.events.len() + heard.problems.len() > 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LAW_CASES))]

    #[test]
    fn whatever_comes_by_rcs_is_taken_or_told(mut event in nearly(FIELDS), whole in any::<bool>()) {
        if let (true, Some(fields)) = (whole, event.as_object_mut()) {
            fields.insert("senderPhoneNumber".into(), json!(NUMBER));
            fields.insert("messageId".into(), json!("m"));
            fields.remove("agentId");
        }
        prop_assert!(is_taken_or_told(&heard(&*rcs(), "", NUMBER, &enveloped(&event).to_string())));
    }

    #[test]
    fn whatever_comes_by_business_messages_is_taken_or_told(mut event in nearly(BUSINESS_FIELDS), whole in any::<bool>()) {
        if let (true, Some(fields)) = (whole, event.as_object_mut()) {
            fields.insert("conversationId".into(), json!("c"));
            fields.entry("receipts").or_insert(json!({ "receipts": [{ "message": "m", "receiptType": "READ" }] }));
        }
        let heard = heard(&*business(), "", "c-1", &event.to_string());
        let emptied = event["receipts"]["receipts"].as_array().is_some_and(Vec::is_empty);
        prop_assert!(is_taken_or_told(&heard) || emptied);
    }
}
