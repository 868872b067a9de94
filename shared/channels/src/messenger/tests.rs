use super::*;
use crate::delivery::{DeliveryOutcome, RefusalCause, Rendered};
use crate::testing::{NOW, call, channel, heard, http, outbound, picture, requests};
use crate::webhook::Normalised;
use insta::assert_json_snapshot;
use patchbay_model::event::Reference;
use patchbay_model::{
    Attachment, ChoiceOption, ContactCard, Content, EventKind, MessageStatus, OutboundMessage, Timestamp,
};
use serde_json::{Value, json};

const PERSON: &str = "7654321098765432";
const PAGE: &str = "110000000000001";

fn messenger(changes: &[(&str, &str)]) -> Arc<dyn Simulated> {
    channel(ChannelKind::Messenger, changes)
}

fn hear_in(part: &str, page: &str, fields: Value) -> Normalised {
    let mut event = json!({
        "sender": { "id": PERSON }, "recipient": { "id": page }, "timestamp": NOW.0 - 1_000,
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let mut entry = json!({ "id": page, "time": NOW.0 });
    entry[part] = json!([event]);
    let body = json!({ "object": "page", "entry": [entry] });
    heard(&*messenger(&[("app_id", "42"), ("accounts", "222=shop")]), "", PERSON, &body.to_string())
}

fn hear(fields: Value) -> Normalised {
    hear_in("messaging", PAGE, fields)
}

fn said(fields: Value) -> Normalised {
    let mut message = json!({ "mid": "m_1" });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    hear(json!({ "message": message }))
}

#[test]
fn messages() {
    let referral = json!({ "ref": "promo", "source": "ADS", "ad_id": 6045246247433_u64, "ads_context_data": { "ad_title": "Sale" } });
    let text = json!({ "text": "hello", "reply_to": { "mid": "m_0" }, "referral": referral });
    assert_json_snapshot!("text", picture(&said(text)));
    let image = |n: u32| json!({ "type": "image", "payload": { "url": format!("https://cdn.example/{n}") } });
    assert_json_snapshot!(
        "images",
        picture(&said(json!({ "text": "two", "attachments": [image(1), image(2)] })))
    );
    let place = json!({ "type": "location", "title": "Here", "payload": { "coordinates": { "lat": 35.5, "long": 139.25 } } });
    assert_json_snapshot!("location", picture(&said(json!({ "attachments": [place] }))));
    let link =
        json!({ "type": "fallback", "title": "A page", "url": "https://page.example", "payload": "blob" });
    assert_json_snapshot!("link", picture(&said(json!({ "attachments": [link] }))));
    let product = json!({ "elements": [{ "title": "Shoe", "subtitle": "$40" }] });
    let product = json!({ "type": "template", "payload": { "product": product } });
    assert_json_snapshot!("product", picture(&said(json!({ "attachments": [product] }))));
    let quick = json!({ "text": "Red", "quick_reply": { "payload": "red" } });
    assert_json_snapshot!("quick_reply", picture(&said(quick)));
    assert_json_snapshot!("unsupported", picture(&said(json!({ "is_unsupported": true }))));
}

#[test]
fn other_events() {
    let postback = json!({ "title": "Start", "payload": "start", "referral": { "ref": "promo" } });
    assert_json_snapshot!("postback", picture(&hear(json!({ "postback": postback }))));
    let edit = json!({ "mid": "m_0", "text": "new", "num_edit": "2" });
    assert_json_snapshot!("edit", picture(&hear(json!({ "message_edit": edit }))));
    assert_json_snapshot!("unsend", picture(&said(json!({ "is_deleted": true }))));
    let delivery = json!({ "mids": ["m_5", "m_6"], "watermark": NOW.0 });
    assert_json_snapshot!("delivery", picture(&hear(json!({ "delivery": delivery }))));
    assert_json_snapshot!("read", picture(&hear(json!({ "read": { "watermark": NOW.0 } }))));
    assert_json_snapshot!("optin", picture(&hear(json!({ "optin": { "ref": "x" } }))));
    let taken = json!({ "message": { "mid": "m_9", "text": "to another app" } });
    assert_json_snapshot!("standby", picture(&hear_in("standby", PAGE, taken)));
}

#[test]
fn reactions() {
    let check = |action: &str, emoji: Option<&str>, expect: Option<&str>| {
        let reaction = json!({ "mid": "m_0", "action": action, "emoji": emoji, "reaction": "sad" });
        let kind = hear(json!({ "reaction": reaction })).events.remove(0).kind;
        let expect = EventKind::Reaction { provider_id: "m_0".into(), emoji: expect.map(str::to_owned) };
        assert_eq!(kind, expect);
    };
    check("react", Some("😢"), Some("😢"));
    check("react", None, Some("sad"));
    check("unreact", Some("😢"), None);
}

#[test]
fn echoes_are_ours_or_the_pages() {
    let key = outbound(ChannelKind::Messenger, PERSON, Content::text("")).key;
    let hear = |metadata: &str, app: u64| {
        let message =
            json!({ "mid": "m_1", "text": "hi", "is_echo": true, "app_id": app, "metadata": metadata });
        let sides = json!({ "sender": { "id": PAGE }, "recipient": { "id": PERSON }, "message": message });
        hear(sides).events.into_iter().next()
    };
    let ours = hear(&key.to_string(), 42).unwrap();
    let sent =
        EventKind::Receipt { reference: Reference::Ours(key), status: MessageStatus::Sent, reason: None };
    assert_eq!((ours.contact_address.as_str(), ours.kind), (PERSON, sent));
    assert_eq!(hear("", 42), None, "our app's, and so in the timeline already");
    let pages = hear("somebody's", 7).unwrap();
    assert_eq!(pages.contact_address, PERSON);
    assert!(matches!(pages.kind, EventKind::Message { echo: true, .. }));
}

#[test]
fn events_are_of_the_account_that_the_entry_names() {
    let check = |page: &str, account: Option<&str>| {
        let heard = hear_in("messaging", page, json!({ "message": { "mid": "m_1", "text": "x" } }));
        assert_eq!(heard.events.first().map(|event| event.account.as_str()), account);
        assert_eq!(heard.problems.is_empty(), account.is_some());
    };
    check(PAGE, Some("default"));
    check("222", Some("shop"));
    check("0", None);
}

#[test]
fn ids_may_be_numbers_and_people_references() {
    let message = json!({ "mid": "m_1", "text": "x" });
    let check = |sender: Value, expect: &str| {
        let heard = hear(json!({ "sender": sender, "message": message }));
        assert_eq!(heard.events[0].contact_address, expect);
    };
    check(json!({ "id": 9_007_199_254_740_993_u64 }), "9007199254740993");
    check(json!({ "user_ref": "abc" }), "user_ref:abc");
    let nobody = hear(json!({ "sender": {}, "policy_enforcement": { "action": "block" } }));
    assert_eq!((nobody.events.len(), nobody.problems.len()), (0, 1));
}

#[test]
fn a_watermark_says_it_of_everything_before() {
    let check = |fields: Value, expect: &[Reference]| {
        let heard = hear(fields);
        let references: Vec<&Reference> = heard
            .events
            .iter()
            .map(|event| match &event.kind {
                EventKind::Receipt { reference, .. } => reference,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(references, expect.iter().collect::<Vec<_>>());
    };
    let until = Reference::Until(Timestamp(NOW.0));
    check(json!({ "delivery": { "watermark": NOW.0 } }), std::slice::from_ref(&until));
    check(json!({ "delivery": { "mids": ["a"], "watermark": NOW.0 } }), &[Reference::Provider("a".into())]);
    check(json!({ "read": { "watermark": NOW.0 } }), &[until]);
}

fn bodies(content: Content, reply_to: Option<&str>) -> Vec<Value> {
    let message = OutboundMessage {
        reply_to: reply_to.map(str::to_owned),
        ..outbound(ChannelKind::Messenger, PERSON, content)
    };
    requests(&*messenger(&[]), &message).iter().map(|request| call(request)["body"].clone()).collect()
}

fn choices(count: usize, title: usize) -> Content {
    let option = |at| ChoiceOption { data: format!("d{at}"), text: "é".repeat(title) };
    Content::Choices { text: "Which?".into(), options: (0..count).map(option).collect() }
}

#[test]
fn calls() {
    let text = outbound(ChannelKind::Messenger, PERSON, Content::text("Café & thé 😀"));
    assert_json_snapshot!("call_text", call(&requests(&*messenger(&[]), &text)[0]));
    let attachment = |content_type: &str, url: &str| Attachment {
        url: url.into(),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    };
    let media = vec![
        attachment("image/png", "https://media.example/1"),
        attachment("application/zip", "https://media.example/2"),
        attachment("image/png", "http://media.example/3"),
    ];
    let media = Content::Media { attachments: media, text: Some("see".into()) };
    assert_json_snapshot!("call_media", bodies(media, Some("m_0")));
    assert_json_snapshot!("call_choices", bodies(choices(2, 3), None));
    let card = ContactCard { name: "Bob".into(), phones: vec!["+15005550002".into()], emails: vec![] };
    assert_json_snapshot!("call_contacts", bodies(Content::Contacts { contacts: vec![card] }, None));
    assert_json_snapshot!(
        "call_reaction",
        bodies(Content::Reaction { emoji: Some("👍".into()) }, Some("m_0"))
    );
    assert_json_snapshot!("call_unreact", bodies(Content::Reaction { emoji: None }, Some("m_0")));
    let Some(Rendered::Requests(typing)) = messenger(&[]).typing(&text.to, true, NOW) else { panic!() };
    assert_json_snapshot!("call_typing", call(&typing[0]));
    let Some(Rendered::Requests(read)) = messenger(&[]).mark_read(&text.to, "m_0", NOW) else { panic!() };
    assert_json_snapshot!("call_read", call(&read[0]));
}

#[test]
fn choices_are_quick_replies_or_lines() {
    let check = |count: usize, title: usize, replies: usize| {
        let body = bodies(choices(count, title), None).remove(0);
        assert_eq!(body["message"]["quick_replies"].as_array().map_or(0, Vec::len), replies);
    };
    check(13, 20, 13);
    check(14, 20, 0);
    check(13, 21, 0);
}

#[test]
fn a_person_has_seven_days_where_meta_grants_it() {
    let check = |human_agent: &str, author: Option<&str>, second_try: bool| {
        let messenger = messenger(&[("human_agent", human_agent)]);
        let message = OutboundMessage {
            author_name: author.map(str::to_owned),
            ..outbound(ChannelKind::Messenger, PERSON, Content::text("x"))
        };
        let request = requests(&*messenger, &message).remove(0);
        let closed = json!({ "error": { "code": 10, "error_subcode": 2018278 } });
        match messenger.outcome(&request, &http(403, &[], &closed)) {
            DeliveryOutcome::Instead(other) if second_try => {
                let body = call(&other)["body"].clone();
                assert_eq!(
                    (&body["messaging_type"], &body["tag"]),
                    (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT"))
                );
                let last = messenger.outcome(&other, &http(403, &[], &closed));
                assert!(matches!(last, DeliveryOutcome::Refused { cause: RefusalCause::Window, .. }));
            }
            DeliveryOutcome::Refused { cause: RefusalCause::Window, .. } if !second_try => {}
            other => panic!("{human_agent} {author:?}: {other:?}"),
        }
        let days =
            [messenger.agent_window_s(), messenger.capabilities().window_s].map(|s| s.map(|s| s / 86_400));
        assert_eq!(days, [Some(if human_agent == "true" { 7 } else { 1 }), Some(1)]);
    };
    check("true", Some("Ann"), true);
    check("true", None, false);
    check("false", Some("Ann"), false);
}
