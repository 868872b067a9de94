use super::*;
use crate::delivery::Undeliverable;
use crate::testing::{NOW, call, channel, heard, outbound, picture, requests};
use crate::text::length;
use crate::webhook::Normalised;
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, Content, EventKind, OutboundMessage};
use serde_json::{Value, json};

const PERSON: &str = "1234567890123456";
const ACCOUNT: &str = "17841405822304914";
const PAGE_SIDE: &str = "555";

fn instagram() -> Arc<dyn Simulated> {
    channel(ChannelKind::Instagram, &[("account_id", "17841405822304914, 555")])
}

fn hear_at(account: &str, fields: Value) -> Normalised {
    let mut event = json!({
        "sender": { "id": PERSON }, "recipient": { "id": account }, "timestamp": NOW.0 - 1_000,
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let body =
        json!({ "object": "instagram", "entry": [{ "id": account, "time": NOW.0, "messaging": [event] }] });
    heard(&*instagram(), "", PERSON, &body.to_string())
}

fn said(fields: Value) -> Normalised {
    let mut message = json!({ "mid": "aWdf1" });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    hear_at(ACCOUNT, json!({ "message": message }))
}

#[test]
fn messages() {
    let story = json!({ "id": "179", "url": "https://lookaside.fbsbx.com/story" });
    let reply = json!({ "text": "love it", "reply_to": { "story": story } });
    assert_json_snapshot!("story_reply", picture(&said(reply)));
    let mention = json!({ "type": "story_mention", "payload": { "url": "https://lookaside.fbsbx.com/1" } });
    assert_json_snapshot!("story_mention", picture(&said(json!({ "attachments": [mention] }))));
    let reel = json!({ "type": "ig_reel", "payload": { "url": "https://lookaside.fbsbx.com/2", "title": "a reel" } });
    assert_json_snapshot!("reel", picture(&said(json!({ "attachments": [reel] }))));
    let heart = json!({ "attachments": [{ "type": "like_heart" }] });
    assert_json_snapshot!("heart", picture(&said(heart)));
    let gif = json!({ "type": "unsupported_type", "payload": { "url": "https://lookaside.fbsbx.com/3" } });
    assert_json_snapshot!("unsupported", picture(&said(json!({ "attachments": [gif] }))));
    let read = hear_at(ACCOUNT, json!({ "read": { "mid": "aWdf0" } }));
    assert_json_snapshot!("read", picture(&read));
    let echo = json!({ "sender": { "id": ACCOUNT }, "recipient": { "id": PERSON },
        "message": { "mid": "aWdf2", "text": "from the app", "is_echo": true } });
    assert_json_snapshot!("echo", picture(&hear_at(ACCOUNT, echo)));
}

#[test]
fn an_account_may_have_two_ids_and_the_first_one_sends() {
    let check = |account: &str, known: bool| {
        let heard = hear_at(account, json!({ "message": { "mid": "aWdf1", "text": "x" } }));
        assert_eq!(heard.events.len(), usize::from(known));
    };
    check(ACCOUNT, true);
    check(PAGE_SIDE, true);
    check("0", false);
    let request =
        requests(&*instagram(), &outbound(ChannelKind::Instagram, PERSON, Content::text("x"))).remove(0);
    assert!(request.url.ends_with("/17841405822304914/messages"), "{}", request.url);
}

#[test]
fn a_change_is_told_to_the_operator() {
    let change = json!({ "field": "mentions", "value": { "comment_id": "1", "media_id": "2" } });
    let body = json!({ "object": "instagram", "entry": [{ "id": ACCOUNT, "changes": [change] }] });
    let heard = heard(&*instagram(), "", PERSON, &body.to_string());
    assert_eq!((heard.events.len(), heard.problems[0].path.as_str()), (0, "entry[0].changes[0]"));
}

fn bodies(content: Content, reply_to: Option<&str>) -> Vec<Value> {
    let message = OutboundMessage {
        reply_to: reply_to.map(str::to_owned),
        ..outbound(ChannelKind::Instagram, PERSON, content)
    };
    requests(&*instagram(), &message).iter().map(|request| call(request)["body"].clone()).collect()
}

#[test]
fn calls() {
    let text = outbound(ChannelKind::Instagram, PERSON, Content::text("Café & thé 😀"));
    assert_json_snapshot!("call_text", call(&requests(&*instagram(), &text)[0]));
    let attachment = |content_type: &str| Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    };
    let media = ["image/jpeg", "application/pdf", "application/zip", "image/webp"].map(attachment).to_vec();
    assert_json_snapshot!("call_media", bodies(Content::Media { attachments: media, text: None }, None));
    let heart =
        Content::Sticker { package_id: "instagram".into(), sticker_id: "like_heart".into(), text: None };
    assert_json_snapshot!("call_heart", bodies(heart, None));
    let love = Content::Reaction { emoji: Some("❤️".into()) };
    assert_json_snapshot!("call_reaction", bodies(love, Some("aWdf1")));
}

#[test]
fn a_text_is_counted_in_bytes() {
    let check = |text: String, pieces: usize| {
        let bodies = bodies(Content::text(text), None);
        assert_eq!(bodies.len(), pieces);
        for body in bodies {
            assert!(length(body["message"]["text"].as_str().unwrap(), TextUnit::Utf8) <= 1_000);
        }
    };
    check("é".repeat(500), 1);
    check("é".repeat(501), 2);
    check("a".repeat(1_000), 1);
    check("a".repeat(1_001), 2);
}

#[test]
fn only_a_heart_can_be_reacted_with() {
    let check = |emoji: Option<&str>, fine: bool| {
        let message = OutboundMessage {
            reply_to: Some("aWdf1".into()),
            ..outbound(ChannelKind::Instagram, PERSON, Content::Reaction { emoji: emoji.map(str::to_owned) })
        };
        let refusal = instagram().render(&message, NOW).err();
        assert_eq!(refusal, (!fine).then_some(Undeliverable::Kind("reaction")));
    };
    check(Some("❤️"), true);
    check(Some("❤"), true);
    check(None, true);
    check(Some("👍"), false);
}

#[test]
fn what_meta_cannot_show_keeps_its_name() {
    let heard = said(json!({ "attachments": [{ "type": "hologram" }] }));
    let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
    assert_eq!(content, &Content::Unsupported { provider_kind: "hologram".into(), text: None });
}
