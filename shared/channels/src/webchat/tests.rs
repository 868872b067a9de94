use super::*;
use crate::registry::example_settings;
use crate::testing::{NOW, PUBLIC_URL, channel, heard, outbound, picture};
use crate::webhook::{Headers, RejectionReason};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_json_snapshot;
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::{Attachment, Content, EventKind, MessageStatus, SessionSid};
use serde_json::{Value, json};

const VISITOR: &str = "visitor-1";

fn webchat(changes: &[(&str, &str)]) -> WebChat {
    let mut settings = example_settings(ChannelKind::Webchat).unwrap();
    settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    WebChat::open("default", &settings, PUBLIC_URL).unwrap()
}

fn claims() -> Claims {
    Claims {
        sid: SessionSid::derive(&["1"]),
        sub: VISITOR.into(),
        aud: "default".into(),
        exp: NOW.seconds() + SESSION_TOKEN_S,
        name: Some("Ann".into()),
        locale: None,
    }
}

fn request(token: &str) -> WebhookRequest {
    let headers = Headers::from_iter([
        ("Origin", "https://shop.example".to_owned()),
        ("Authorization", format!("Bearer {token}")),
    ]);
    WebhookRequest { method: "POST".into(), headers, ..Default::default() }
}

/// A message of ours.
const OURS: &str = "IM0123456789abcdef0123456789abcdef";

fn hear(document: Value) -> Normalised {
    heard(&*channel(ChannelKind::Webchat, &[]), "", VISITOR, &document.to_string())
}

#[test]
fn an_answer_names_a_message_of_ours_by_its_sid_and_ones_own_as_it_is_known_here() {
    let said = |id: &str, reply_to: Option<&str>| {
        let text = json!({ "client_msg_id": id, "kind": "text", "text": "x", "reply_to": reply_to });
        match hear(text).events.remove(0).kind {
            EventKind::Message { provider_id, reply_to, .. } => (provider_id, reply_to),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(said("1", Some(OURS)).1.as_deref(), Some(OURS));
    assert_eq!(said("2", Some("1")).1, Some(said("1", None).0));
}

#[test]
fn documents() {
    let id = "5f3b";
    let text =
        json!({ "client_msg_id": id, "kind": "text", "text": "hello", "reply_to": OURS, "colour": "red" });
    assert_json_snapshot!("text", picture(&hear(text)));
    let media =
        json!([{ "url": "https://media.example/a.png", "content_type": "image/png", "file_name": "a.png" }]);
    assert_json_snapshot!(
        "media",
        picture(&hear(json!({ "client_msg_id": id, "kind": "media", "attachments": media })))
    );
    let place = json!({ "client_msg_id": id, "kind": "location", "latitude": -33.5, "longitude": 151.25 });
    assert_json_snapshot!("location", picture(&hear(place)));
    let choice = json!({ "client_msg_id": id, "kind": "choice", "data": "yes", "text": "Yes, please" });
    assert_json_snapshot!("choice", picture(&hear(choice)));
    assert_json_snapshot!(
        "typing",
        picture(&hear(json!({ "client_msg_id": id, "kind": "typing", "on": true })))
    );
    let edit = json!({ "client_msg_id": id, "kind": "edit", "edits": "1a2b", "text": "hullo" });
    assert_json_snapshot!("edit", picture(&hear(edit)));
    let delete = json!({ "client_msg_id": id, "kind": "delete", "deletes": "1a2b" });
    assert_json_snapshot!("delete", picture(&hear(delete)));
    let rating = json!({ "client_msg_id": id, "kind": "rating", "score": 4, "text": "quick" });
    assert_json_snapshot!("rating", picture(&hear(rating)));
    let form = json!({ "client_msg_id": id, "kind": "form", "answers": { "email": "vi@example.com", "page": "https://shop.example/lamps" } });
    assert_json_snapshot!("form", picture(&hear(form)));
}

#[test]
fn a_document_that_must_not_be_sent_is_answered_with_the_reason() {
    let check = |fields: Value, path: &str| {
        let mut document = json!({ "client_msg_id": "1" });
        document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let heard = hear(document);
        assert_eq!((heard.events.len(), heard.reply.status), (0, 400), "{fields}");
        assert_eq!(heard.problems[0].path, path, "{fields}");
    };
    check(json!({ "kind": "text" }), "");
    check(json!({ "kind": "system", "text": "you are fired" }), "");
    check(json!({ "kind": "text", "text": "x", "client_msg_id": "" }), "client_msg_id");
    check(json!({ "kind": "text", "text": "x", "client_msg_id": "a b" }), "client_msg_id");
    check(json!({ "kind": "text", "text": "x", "client_msg_id": "a".repeat(65) }), "client_msg_id");
    check(json!({ "kind": "text", "text": "x", "reply_to": "" }), "reply_to");
    check(json!({ "kind": "edit", "text": "x", "edits": "" }), "edits");
    check(json!({ "kind": "delete", "deletes": "a b" }), "deletes");
    check(json!({ "kind": "media", "attachments": [] }), "attachments");
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        &format!("https://{}", "a".repeat(2_041)),
    ] {
        let attachments = json!([{ "url": url, "content_type": "image/png" }]);
        check(json!({ "kind": "media", "attachments": attachments }), "attachments[0].url");
    }
    for score in [0, 6] {
        check(json!({ "kind": "rating", "score": score }), "score");
    }
    check(json!({ "kind": "form", "answers": {} }), "answers");
    for (name, answer) in [
        ("", "x".to_owned()),
        ("a\nb", "x".to_owned()),
        (&"n".repeat(65), "x".to_owned()),
        ("n", "x".repeat(2_049)),
    ] {
        check(json!({ "kind": "form", "answers": { name: answer } }), "answers");
    }
    let eleven: BTreeMap<String, &str> = (0..11).map(|number| (number.to_string(), "x")).collect();
    check(json!({ "kind": "form", "answers": eleven }), "answers");
    check(json!({ "kind": "location", "latitude": 90.5, "longitude": 0 }), "latitude");
    check(json!({ "kind": "read", "receipt": "CT1.2.IM3~AAAA" }), "receipt");
}

#[test]
fn limits_hold_at_the_edge() {
    let longest = json!({ "client_msg_id": "a".repeat(64), "kind": "text", "text": "x" });
    assert_eq!(hear(longest).events.len(), 1);
    let check = |count: usize, problems: usize| {
        let attachments =
            vec![json!({ "url": "https://media.example/1", "content_type": "image/png" }); count];
        let heard = hear(json!({ "client_msg_id": "1", "kind": "media", "attachments": attachments }));
        let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
        assert_eq!((content.attachments().len(), heard.problems.len()), (ATTACHMENTS_MAX, problems));
    };
    check(ATTACHMENTS_MAX, 0);
    check(ATTACHMENTS_MAX + 1, 1);
    let answers: BTreeMap<String, String> =
        (0..10).map(|number| (format!("{number}{}", "n".repeat(63)), "x".repeat(2_048))).collect();
    assert_eq!(hear(json!({ "client_msg_id": "1", "kind": "form", "answers": answers })).events.len(), 1);
}

#[test]
fn a_session_is_what_its_token_states() {
    let webchat = webchat(&[]);
    let session =
        |claims: &Claims| webchat.session(&request(&webchat.mint(claims)), NOW).map_err(|r| r.reason);
    assert_eq!(session(&claims()), Ok(claims()));
    assert_eq!(session(&Claims { aud: "other".into(), ..claims() }), Err(RejectionReason::Wrong));
    assert!(session(&Claims { exp: NOW.seconds() + 1, ..claims() }).is_ok());
    assert_eq!(session(&Claims { exp: NOW.seconds(), ..claims() }), Err(RejectionReason::Expired));

    let socket = WebhookRequest {
        method: "GET".into(),
        raw_query: format!("token={}", webchat.mint(&claims())),
        headers: Headers::from_iter([("Origin", "https://shop.example")]),
        ..Default::default()
    };
    assert_eq!(webchat.session(&socket, NOW), Ok(claims()));
}

#[test]
fn a_token_cannot_choose_its_algorithm() {
    let webchat = webchat(&[]);
    let good = webchat.mint(&claims());
    let (head, tail) = good.split_once('.').unwrap();
    for header in
        [r#"{"alg":"none","typ":"JWT"}"#, r#"{"alg":"HS512","typ":"JWT"}"#, r#"{"alg":"HS256"}"#, "{}"]
    {
        let forged = format!("{}.{tail}", URL_SAFE_NO_PAD.encode(header));
        assert_eq!(webchat.session(&request(&forged), NOW).unwrap_err().reason, RejectionReason::Malformed);
    }
    let (claims, _) = tail.split_once('.').unwrap();
    for unsigned in
        [format!("{head}.{claims}."), format!("{head}.{claims}"), "..".to_owned(), "a".repeat(5_000)]
    {
        assert!(webchat.session(&request(&unsigned), NOW).is_err(), "{unsigned}");
    }
}

#[test]
fn two_secrets_are_believed_while_they_are_rotated() {
    let (old, new) = ("o".repeat(32), "n".repeat(32));
    let before = webchat(&[("signing_secret", &old)]);
    let during = webchat(&[("signing_secret", &format!("{new},{old}"))]);
    let after = webchat(&[("signing_secret", &new)]);
    assert!(during.session(&request(&before.mint(&claims())), NOW).is_ok());
    assert!(after.session(&request(&during.mint(&claims())), NOW).is_ok());
    assert!(after.session(&request(&before.mint(&claims())), NOW).is_err());
}

#[test]
fn origins() {
    let check = |allowed: &str, origin: Option<&str>, expect: bool| {
        assert_eq!(
            webchat(&[("allowed_origins", allowed)]).allows_origin(origin),
            expect,
            "{allowed} {origin:?}"
        );
    };
    let two = "https://shop.example, http://localhost:3000";
    check(two, Some("https://shop.example"), true);
    check(two, Some("http://localhost:3000"), true);
    for origin in ["http://shop.example", "https://shop.example:444", "https://shop.example.evil", "null", ""]
    {
        check(two, Some(origin), false);
    }
    check(two, None, false);
    check("https://shop.example,", Some(""), false);
    check("*", None, true);
    check("*", Some("https://anywhere.example"), true);

    let webchat = webchat(&[]);
    let mut foreign = request(&webchat.mint(&claims()));
    foreign.headers = foreign.headers.iter().filter(|(name, _)| *name != "Origin").collect();
    assert_eq!(webchat.session(&foreign, NOW).unwrap_err().status, 403);
}

#[test]
fn settings_that_would_not_protect_are_refused() {
    let check = |key: &str, value: &str| {
        let mut settings = example_settings(ChannelKind::Webchat).unwrap();
        settings.insert(key.into(), value.into());
        let Err(SettingsError::Invalid { problems, .. }) = WebChat::open("default", &settings, PUBLIC_URL)
        else {
            panic!("{key} = {value} was taken")
        };
        assert_eq!(problems.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), [key]);
    };
    check("signing_secret", &"a".repeat(31));
    check("signing_secret", &format!("{},short", "a".repeat(32)));
    for origin in
        ["shop.example", "https://", "https://shop.example/", "https://Shop.example", "*.shop.example"]
    {
        check("allowed_origins", origin);
    }
}

#[test]
fn frames() {
    let webchat = webchat(&[]);
    let frame = |content: Content| -> Value {
        let mut message = outbound(ChannelKind::Webchat, VISITOR, content);
        message.author_name = Some("Ann".into());
        let Rendered::Session(frame) = webchat.render(&message, NOW).unwrap() else { panic!() };
        assert_eq!(frame.visitor, VISITOR);
        serde_json::from_str(&frame.frame).unwrap()
    };
    assert_json_snapshot!("frame_text", frame(Content::text("hello")));
    let attachment = Attachment {
        url: "https://media.example/a.png".into(),
        content_type: "image/png".into(),
        file_name: None,
        bytes: Some(7),
    };
    assert_json_snapshot!("frame_media", frame(Content::Media { attachments: vec![attachment], text: None }));
    let to = Address::new(ChannelKind::Webchat, "default", VISITOR);
    let Some(Rendered::Session(typing)) = webchat.typing(&to, true, NOW) else { panic!() };
    assert_json_snapshot!("frame_typing", serde_json::from_str::<Value>(&typing.frame).unwrap());
    let Some(Rendered::Session(read)) = webchat.mark_read(&to, "WB1:c-7", NOW) else { panic!() };
    assert_json_snapshot!("frame_read", serde_json::from_str::<Value>(&read.frame).unwrap());
}

#[test]
fn frames_are_bounded() {
    let webchat = webchat(&[]);
    let check = |content: Content, expect: Option<Undeliverable>| {
        let message = outbound(ChannelKind::Webchat, VISITOR, content);
        assert_eq!(webchat.render(&message, NOW).err(), expect);
    };
    check(Content::text("\u{1}".repeat(16_384)), None);
    check(Content::text("a".repeat(16_385)), Some(Undeliverable::TooLong { max: 16_384 }));
    let attachment = |url: usize| Attachment {
        url: "a".repeat(url),
        content_type: "image/png".into(),
        file_name: None,
        bytes: None,
    };
    let media = |count, url| Content::Media { attachments: vec![attachment(url); count], text: None };
    check(media(10, 100), None);
    check(media(11, 100), Some(Undeliverable::TooManyAttachments { max: 10 }));
    check(media(10, 13_107), Some(Undeliverable::TooLong { max: 131_072 }));
}

#[test]
fn only_who_was_shown_a_message_marks_it_read() {
    let webchat = webchat(&[]);
    let message = outbound(ChannelKind::Webchat, VISITOR, Content::text("hello"));
    let Rendered::Session(frame) = webchat.render(&message, NOW).unwrap() else { panic!() };
    let frame: Value = serde_json::from_str(&frame.frame).unwrap();
    let read = |visitor: &str| {
        let document =
            json!({ "client_msg_id": "1", "kind": "read", "receipt": frame["payload"]["receipt"] });
        heard(&*channel(ChannelKind::Webchat, &[]), "", visitor, &document.to_string())
    };
    let EventKind::Receipt { reference, status, .. } = read(VISITOR).events.remove(0).kind else { panic!() };
    assert_eq!(
        (reference, status),
        (patchbay_model::event::Reference::Ours(message.key), MessageStatus::Read)
    );
    assert_eq!(read("somebody-else").problems[0].path, "receipt");
}
