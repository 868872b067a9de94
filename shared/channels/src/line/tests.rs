use super::*;
use crate::delivery::RefusalCause;
use crate::testing::{NOW, call, channel, heard, http, outbound, picture, requests};
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, ChoiceOption, Content, EventKind, ReplyContext, ReplyToken};
use serde_json::{Value, json};

const USER: &str = "U0123456789abcdef0123456789abcdef";
const BOT: &str = "U00000000000000000000000000000001";

fn line() -> Arc<dyn Simulated> {
    channel(ChannelKind::Line, &[])
}

/// What is heard of a webhook with one event, which has these fields besides the usual ones.
fn hear(fields: Value) -> Normalised {
    let mut event = json!({
        "mode": "active", "timestamp": NOW.0 - 1_000, "source": { "type": "user", "userId": USER },
        "webhookEventId": "01J0000000000000000000000", "deliveryContext": { "isRedelivery": false },
        "replyToken": "token",
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    heard(&*line(), "", USER, &json!({ "destination": BOT, "events": [event] }).to_string())
}

fn said(message: Value) -> Normalised {
    hear(json!({ "type": "message", "message": message }))
}

fn kind(heard: Normalised) -> EventKind {
    heard.events.into_iter().next().unwrap().kind
}

#[test]
fn messages() {
    let text = json!({ "id": "1", "type": "text", "text": "(brown) hello", "quotedMessageId": "0" });
    assert_json_snapshot!("text", picture(&said(text)));
    let image = json!({ "id": "2", "type": "image", "contentProvider": { "type": "line" } });
    assert_json_snapshot!("image", picture(&said(image)));
    let file = json!({ "id": "3", "type": "file", "fileName": "a.pdf", "fileSize": 2138 });
    assert_json_snapshot!("file", picture(&said(file)));
    let place = json!({ "id": "4", "type": "location", "title": "t", "address": "a", "latitude": 35.5, "longitude": 139.25 });
    assert_json_snapshot!("location", picture(&said(place)));
    let sticker = json!({ "id": "5", "type": "sticker", "packageId": "1", "stickerId": "2", "keywords": ["bed", "sleep"] });
    assert_json_snapshot!("sticker", picture(&said(sticker)));
    assert_json_snapshot!("unknown_message", picture(&said(json!({ "id": "6", "type": "hologram" }))));
}

#[test]
fn other_events() {
    let postback = json!({ "data": "action=buy", "params": { "datetime": "2017-12-25T01:00" } });
    assert_json_snapshot!("postback", picture(&hear(json!({ "type": "postback", "postback": postback }))));
    let edited = json!({ "id": "1", "type": "text", "text": "hello, edited" });
    assert_json_snapshot!("edited", picture(&hear(json!({ "type": "messageEdited", "message": edited }))));
    assert_json_snapshot!(
        "unsend",
        picture(&hear(json!({ "type": "unsend", "unsend": { "messageId": "1" } })))
    );
    assert_json_snapshot!(
        "follow",
        picture(&hear(json!({ "type": "follow", "follow": { "isUnblocked": true } })))
    );
    let joined =
        json!({ "type": "memberJoined", "joined": { "members": [{ "type": "user", "userId": "U2" }] } });
    assert_json_snapshot!("member_joined", picture(&hear(joined)));
    assert_json_snapshot!("unknown_event", picture(&hear(json!({ "type": "greatNewFeature" }))));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_kept() {
    let check = |body: &str, events: usize, paths: &[&str]| {
        let heard = heard(&*line(), "", USER, body);
        let found: Vec<&str> = heard.problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(
            (heard.events.len(), found.as_slice(), heard.reply.status),
            (events, paths, 200),
            "{body}"
        );
    };
    check(&json!({ "destination": BOT, "events": [] }).to_string(), 0, &[]);
    check("", 0, &[""]);
    check("[]", 0, &[""]);
    let unfollow = json!({ "type": "unfollow", "source": { "type": "user", "userId": USER } });
    let events =
        json!([7, { "type": "botSuspended" }, { "type": "message", "source": { "userId": USER } }, unfollow]);
    let body = json!({ "destination": BOT, "events": events }).to_string();
    check(&body, 1, &["events[0]", "events[1].source", "events[2]"]);
}

#[test]
fn in_a_group_the_answer_goes_to_the_group_and_the_author_is_named() {
    let message = json!({ "id": "1", "type": "text", "text": "hello" });
    let source = json!({ "type": "group", "groupId": "C1", "userId": USER });
    let heard = hear(json!({ "type": "message", "message": message, "source": source }));
    assert_eq!(heard.events[0].contact_address, "C1");
    let EventKind::Message { params, .. } = kind(heard) else { panic!() };
    assert_eq!((params["From"].as_str(), params["To"].as_str()), (USER, BOT));
}

#[test]
fn reply_tokens_are_for_soon_and_never_for_standby() {
    let check = |fields: Value, expect: Option<Timestamp>| {
        let mut event = json!({ "type": "message", "message": { "id": "1", "type": "text", "text": "x" } });
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let EventKind::Message { reply_context, .. } = kind(hear(event)) else { panic!() };
        let token = reply_context.map(|context| match context {
            ReplyContext::Token(token) => token.usable_until,
            ReplyContext::Thread(thread) => panic!("{thread:?}"),
        });
        assert_eq!(token, expect, "{fields}");
    };
    check(json!({}), Some(NOW.plus_s(50)));
    check(json!({ "mode": "standby" }), None);
    check(json!({ "replyToken": null }), None);
    check(json!({ "timestamp": NOW.plus_s(-1_190).0 }), Some(NOW.plus_s(10)));
}

#[test]
fn a_redelivered_event_has_the_same_id_even_without_one_of_lines() {
    let id = |redelivery: bool, text: &str| {
        let context = json!({ "isRedelivery": redelivery });
        let message = json!({ "id": "1", "type": "text", "text": text });
        let event = json!({ "type": "message", "message": message, "deliveryContext": context, "webhookEventId": null });
        hear(event).events.remove(0).event_id
    };
    assert_eq!(id(false, "a"), id(true, "a"));
    assert_ne!(id(false, "a"), id(false, "b"));
}

fn message(content: Content) -> OutboundMessage {
    outbound(ChannelKind::Line, USER, content)
}

fn with_token(content: Content, usable_until: Timestamp) -> OutboundMessage {
    let token = ReplyToken { token: "token".into(), usable_until };
    OutboundMessage { reply_context: Some(ReplyContext::Token(token)), ..message(content) }
}

#[test]
fn calls() {
    let show =
        |message: &OutboundMessage| -> Vec<Value> { requests(&*line(), message).iter().map(call).collect() };
    let mut named = message(Content::text("hello"));
    named.author_name = Some("Ann of the Customer Care Team".into());
    assert_json_snapshot!("call_push", show(&named));
    assert_json_snapshot!("call_reply", show(&with_token(Content::text("hello"), NOW)));
    let media = ["image/png", "video/mp4", "audio/mp4", "application/pdf"].map(|content_type| Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    });
    assert_json_snapshot!(
        "call_media",
        show(&message(Content::Media { attachments: media.into(), text: None }))
    );
    let place =
        Content::Location { latitude: 35.5, longitude: 139.25, name: Some("Here".into()), address: None };
    assert_json_snapshot!("call_location", show(&message(place)));
    let sticker = Content::Sticker { package_id: "446".into(), sticker_id: "1988".into(), text: None };
    assert_json_snapshot!("call_sticker", show(&message(sticker)));
    let option = |data: &str, text: &str| ChoiceOption { data: data.into(), text: text.into() };
    let choices = |options| message(Content::Choices { text: "Which?".into(), options });
    assert_json_snapshot!(
        "call_choices",
        show(&choices(vec![option("color=red", "Red"), option("b", "Blue")]))
    );
    let long = option("x", "more than the twenty characters of a label");
    assert_json_snapshot!("call_buttons", show(&choices(vec![long])));
    let Some(Rendered::Requests(typing)) = line().typing(&message(Content::text("")).to, true, NOW) else {
        panic!()
    };
    assert_json_snapshot!("call_typing", call(&typing[0]));
}

#[test]
fn answers_are_quick_replies_or_buttons_or_lines() {
    let check_of = |letter: &str, (count, data, text): (usize, usize, usize), expect: &str| {
        let option = ChoiceOption { data: "d".repeat(data), text: letter.repeat(text) };
        let content = Content::Choices { text: "Which?".into(), options: vec![option; count] };
        let body = String::from_utf8(requests(&*line(), &message(content))[0].body.clone()).unwrap();
        let found = ["quickReply", "bubble", "1. "].into_iter().find(|form| body.contains(form));
        assert_eq!(found, Some(expect), "{count} of {data} and {text}");
    };
    let check = |count, data, text, expect| check_of("t", (count, data, text), expect);
    check(13, 300, 20, "quickReply");
    check(14, 300, 20, "bubble");
    check(1, 300, 21, "bubble");
    check(20, 1, 300, "bubble");
    check(1, 300, 300, "bubble");
    check(21, 1, 1, "1. ");
    check(1, 301, 1, "1. ");
    check(1, 1, 301, "1. ");
    check(20, 300, 300, "bubble");
    // In these letters the same is over 30 KB.
    check_of("€", (20, 300, 300), "1. ");
}

#[test]
fn an_answer_quotes_by_the_messages_token() {
    let text = json!({ "id": "1", "type": "text", "text": "hi", "quoteToken": "q3Plxr4AgKd", "markAsReadToken": "mr-1" });
    let EventKind::Message { tokens, .. } = said(text).events.remove(0).kind else { panic!() };
    assert_eq!((tokens.quote.as_deref(), tokens.read.as_deref()), (Some("q3Plxr4AgKd"), Some("mr-1")));
    let check = |content: Content, reply_to: &str, expect: &[Option<&str>]| {
        let message = OutboundMessage { reply_to: Some(reply_to.into()), ..message(content) };
        let body: Value = serde_json::from_slice(&requests(&*line(), &message)[0].body).unwrap();
        let said = body["messages"].as_array().unwrap().iter();
        assert_eq!(said.map(|message| message["quoteToken"].as_str()).collect::<Vec<_>>(), expect);
    };
    let picture = Attachment {
        url: "https://media.example/a.png".into(),
        content_type: "image/png".into(),
        file_name: None,
        bytes: None,
    };
    check(Content::text("yes"), "token", &[Some("token")]);
    // The id of a message is no token.
    check(Content::text("yes"), "444573844083572737", &[None]);
    let with = |text: Option<&str>| Content::Media {
        attachments: vec![picture.clone()],
        text: text.map(str::to_owned),
    };
    check(with(Some("look")), "token", &[Some("token"), None]);
    check(with(None), "token", &[None]);
}

#[test]
fn pictures_that_were_sent_at_once_say_so() {
    let picture = json!({
        "id": "1", "type": "image", "contentProvider": { "type": "line" },
        "imageSet": { "id": "E005D41A", "index": 2, "total": 3 },
    });
    let EventKind::Message { params, .. } = said(picture).events.remove(0).kind else { panic!() };
    let stated = ["ImageSetId", "ImageSetIndex", "ImageSetTotal"].map(|name| params[name].as_str());
    assert_eq!(stated, ["E005D41A", "2", "3"]);
}

#[test]
fn a_reply_is_tried_until_the_token_is_too_old() {
    let replies = |until: Timestamp| {
        let requests = requests(&*line(), &with_token(Content::text("x"), until));
        requests[0].url.ends_with("/reply")
    };
    assert!(replies(NOW));
    assert!(!replies(NOW.plus_ms(-1)));
}

#[test]
fn six_messages_are_a_reply_and_a_push_whose_retry_key_stays() {
    let long = Content::text("a".repeat(5 * 5_000 + 1));
    let first = requests(&*line(), &with_token(long.clone(), NOW));
    let again = requests(&*line(), &message(long));
    assert_eq!((first.len(), again.len()), (2, 2));
    assert_eq!(requests(&*line(), &message(Content::text("a".repeat(5 * 5_000)))).len(), 1);
    let key = |request: &ProviderRequest| request.headers.get("x-line-retry-key").map(str::to_owned);
    assert_eq!(key(&first[0]), None, "LINE refuses a reply with a retry key");
    assert_eq!(first[0].on_refused.as_deref(), Some(&again[0]));
    assert_eq!(first[1], again[1]);
    assert_ne!(key(&again[0]), key(&again[1]));
}

#[test]
fn names_that_line_refuses_are_left_out() {
    let check = |name: &str, expect: Option<&str>| {
        let named = OutboundMessage { author_name: Some(name.into()), ..message(Content::text("x")) };
        let body: Value = serde_json::from_slice(&requests(&*line(), &named)[0].body).unwrap();
        assert_eq!(body["messages"][0]["sender"]["name"].as_str(), expect);
    };
    check("Ann", Some("Ann"));
    check(&"a".repeat(20), Some(&"a".repeat(20)));
    check(&"a".repeat(21), Some(&"a".repeat(20)));
    check("Caroline", None);
    check(" ", None);
}

#[test]
fn media_that_line_cannot_fetch_are_links() {
    let check = |url: &str, expect: Value| {
        let attachment = Attachment {
            url: url.into(),
            content_type: "image/png".into(),
            file_name: Some("a.png".into()),
            bytes: None,
        };
        let media = Content::Media { attachments: vec![attachment], text: None };
        let body: Value = serde_json::from_slice(&requests(&*line(), &message(media))[0].body).unwrap();
        assert_eq!(body["messages"], json!([expect]));
    };
    let image = |url: &str| json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": url });
    let linked = |url: &str| json!({ "type": "text", "text": format!("a.png: {url}") });
    check("https://a.example/caf\u{e9} 1%20.png", image("https://a.example/caf%C3%A9%201%20.png"));
    check("http://127.0.0.1/a.png", linked("http://127.0.0.1/a.png"));
    let long = |length: usize| format!("https://a.example/{}", "a".repeat(length - 18));
    check(&long(2_000), image(&long(2_000)));
    check(&long(2_001), linked(&long(2_001)));
}

#[test]
fn outcomes_of_a_push() {
    let push = requests(&*line(), &message(Content::text("x"))).remove(0);
    let check = |status: u16, headers: &[(&str, &str)], body: Value, expect: &str| {
        let outcome = match line().outcome(&push, &http(status, headers, &body)) {
            DeliveryOutcome::Retry { .. } => "retry".to_owned(),
            DeliveryOutcome::Sent { provider_id } => format!("sent {}", provider_id.unwrap_or_default()),
            DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{status} {body}");
    };
    check(200, &[], json!({ "sentMessages": [{ "id": "461230966842064897" }] }), "sent 461230966842064897");
    check(200, &[], json!({ "sentMessages": [{ "id": 461230966842064897_u64 }] }), "sent 461230966842064897");
    check(200, &[], json!({}), "sent ");
    check(409, &[("X-Line-Accepted-Request-Id", "r")], json!({ "message": "already accepted" }), "sent ");
    check(409, &[], json!({ "message": "conflict" }), "Content");
    check(400, &[], json!({ "message": "Invalid reply token" }), "Content");
    check(401, &[], json!({ "message": "Authentication failed" }), "Account");
    check(429, &[], json!({ "message": "You have reached your monthly limit." }), "Account");
    check(429, &[], json!({ "message": "The API rate limit has been exceeded. Try again later." }), "retry");
    check(413, &[], json!("?"), "Content");
    check(500, &[], json!({}), "retry");
}

#[test]
fn outcomes_of_a_reply() {
    let reply = requests(&*line(), &with_token(Content::text("x"), NOW)).remove(0);
    let outcome = |response| line().outcome(&reply, &response);
    let push = reply.on_refused.clone().unwrap();
    let spent = http(400, &[], &json!({ "message": "Invalid reply token" }));
    assert_eq!(outcome(spent), DeliveryOutcome::Instead(push));
    let broken =
        http(400, &[], &json!({ "message": "bad", "details": [{ "message": "m", "property": "p" }] }));
    let expect = DeliveryOutcome::Refused {
        code: "400".into(),
        why: "bad; p: m".into(),
        cause: RefusalCause::Content,
    };
    assert_eq!(outcome(broken), expect, "a push would be refused for the same reason");
    assert!(matches!(outcome(ProviderResponse::TimedOut), DeliveryOutcome::Unknown { .. }));
    assert!(matches!(outcome(ProviderResponse::NotSent), DeliveryOutcome::Retry { .. }));
}

#[test]
fn media_come_from_lines_other_host_or_from_the_mock() {
    let url = "https://api-data.line.me/v2/bot/message/1/content";
    assert!(line().media_request(url).is_some());
    assert_eq!(line().media_request("https://example.com/original.jpg"), None);
    let mock = channel(ChannelKind::Line, &[("api_base", "http://127.0.0.1:1")]);
    assert!(mock.media_request("http://127.0.0.1:1/v2/bot/message/1/content").is_some());
    assert_eq!(mock.media_request(url), None);
}
