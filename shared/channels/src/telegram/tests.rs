use super::*;
use crate::delivery::RefusalCause;
use crate::testing::{LAW_CASES, NOW, call, channel, heard, http, nearly, outbound, picture, requests};
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, ChoiceOption, ContactCard, Content, EventKind};
use proptest::prelude::*;

fn telegram() -> Arc<dyn Simulated> {
    channel(ChannelKind::Telegram, &[])
}

/// What is heard of an update of this kind.
fn hear(kind: &str, document: Value) -> Normalised {
    heard(&*telegram(), "", "42", &json!({ "update_id": 7001, kind: document }).to_string())
}

/// What is heard of a person's message that has these fields besides the usual ones.
fn said(fields: Value) -> Normalised {
    hear("message", message_of(fields))
}

fn message_of(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 5, "date": 1_795_359_903,
        "from": { "id": 42, "is_bot": false, "first_name": "Ann", "last_name": "Lee", "language_code": "de" },
        "chat": { "id": 42, "type": "private", "first_name": "Ann", "last_name": "Lee" },
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

fn kind(heard: Normalised) -> EventKind {
    assert_eq!(heard.problems, []);
    heard.events.into_iter().next().unwrap().kind
}

fn content(fields: Value) -> Content {
    match kind(said(fields)) {
        EventKind::Message { content, .. } => content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages() {
    let entity = json!([{ "type": "text_link", "offset": 0, "length": 5, "url": "https://a.example" }]);
    let quoting = json!({ "text": "hello", "entities": entity, "reply_to_message": { "message_id": 4 } });
    assert_json_snapshot!("text", picture(&said(quoting)));
    let size = |id: &str, bytes: u64| json!({ "file_id": id, "file_size": bytes });
    let photo = json!({ "photo": [size("small", 10), size("big/1", 900)], "caption": "look" });
    assert_json_snapshot!("photo", picture(&said(photo)));
    let sticker = json!({ "sticker": { "file_id": "CAAC", "set_name": "cats", "emoji": "😀" } });
    assert_json_snapshot!("sticker", picture(&said(sticker)));
    let place = json!({ "latitude": 35.5, "longitude": 139.25 });
    let venue = json!({ "location": place, "venue": { "location": place, "title": "t", "address": "a" } });
    assert_json_snapshot!("venue", picture(&said(venue)));
    let own = json!({ "contact": { "phone_number": "+15005550001", "first_name": "Ann", "user_id": 42 } });
    assert_json_snapshot!("contact", picture(&said(own)));
    assert_json_snapshot!("deep_link", picture(&said(json!({ "text": "/start spring-sale" }))));
    let form = json!({ "web_app_data": { "data": "{\"size\":3}", "button_text": "Order" } });
    assert_json_snapshot!("form", picture(&said(form)));
    assert_json_snapshot!("dice", picture(&said(json!({ "dice": { "emoji": "🎲", "value": 4 } }))));
    assert_json_snapshot!("service", picture(&said(json!({ "new_chat_title": "Friends" }))));
}

#[test]
fn other_updates() {
    let buttons = json!([[{ "text": "Blue", "callback_data": "color=blue" }]]);
    let asked = message_of(json!({ "text": "Which?", "reply_markup": { "inline_keyboard": buttons } }));
    let from = json!({ "id": 42, "is_bot": false, "first_name": "Ann" });
    let query = json!({ "id": "4382", "from": from, "message": asked, "data": "color=blue" });
    assert_json_snapshot!("button", picture(&hear("callback_query", query)));
    let edited = message_of(json!({ "text": "hello, edited", "edit_date": 1_795_359_904 }));
    assert_json_snapshot!("edited", picture(&hear("edited_message", edited)));
    let chat = json!({ "id": 42, "type": "private", "first_name": "Ann" });
    let reaction = |new: Value| {
        let document = json!({
            "chat": chat, "message_id": 5, "user": from, "date": 1_795_359_903,
            "old_reaction": [], "new_reaction": new,
        });
        hear("message_reaction", document)
    };
    let given = reaction(json!([{ "type": "emoji", "emoji": "👍" }, { "type": "custom_emoji" }]));
    assert_json_snapshot!("reaction", picture(&given));
    let gone = EventKind::Reaction { provider_id: "42:5".into(), emoji: None };
    assert_eq!(kind(reaction(json!([]))), gone);
    let left = json!({ "business_connection_id": "b-1", "chat": chat, "message_ids": [5, 6] });
    assert_json_snapshot!("deleted", picture(&hear("deleted_business_messages", left)));
    let boost = json!({ "chat": { "id": -1002, "type": "channel" }, "boost": { "boost_id": "x" } });
    assert_json_snapshot!("unknown_update", picture(&hear("chat_boost", boost)));
}

#[test]
fn every_file_is_media_of_its_type() {
    let check = |field: &str, mime_type: Option<&str>, expect: &str| {
        let file = json!({ "file_id": "f", "mime_type": mime_type, "file_name": "a" });
        // An animation is a document, too, for programs that know none.
        let content = content(json!({ "document": { "file_id": "other" }, field: file }));
        assert_eq!(content.attachments()[0].content_type, expect, "{field}");
        assert_eq!(content.attachments()[0].url, "https://api.telegram.org/bot110201543/getFile?file_id=f");
    };
    check("animation", None, "video/mp4");
    check("video", Some("video/webm"), "video/webm");
    check("video_note", None, "video/mp4");
    check("voice", None, "audio/ogg");
    check("audio", Some("audio/flac"), "audio/flac");
    check("document", Some("application/pdf"), "application/pdf");
}

#[test]
fn who_blocks_the_bot_wants_no_messages() {
    let check = |chat: &str, status: &str, expect: Option<bool>| {
        let document = json!({
            "chat": { "id": 42, "type": chat }, "from": { "id": 42 }, "date": 1,
            "old_chat_member": { "status": "x" }, "new_chat_member": { "status": status },
        });
        let told = match kind(hear("my_chat_member", document)) {
            EventKind::Consent { opted_in, .. } => Some(opted_in),
            EventKind::Note { text, .. } => {
                assert_eq!(text, status);
                None
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(told, expect, "{chat} {status}");
    };
    check("private", "kicked", Some(false));
    check("private", "member", Some(true));
    check("group", "kicked", None);
}

#[test]
fn a_business_chat_is_an_address_of_its_own_and_its_owner_an_echo() {
    let check = |from: i64, bot: Value, expect: Option<bool>| {
        let from = json!({ "id": from, "first_name": "?" });
        let fields = json!({
            "text": "hi", "business_connection_id": "b-1", "from": from, "sender_business_bot": bot,
        });
        let heard = hear("business_message", message_of(fields));
        let event = heard.events.into_iter().next();
        let told = event.map(|event| {
            assert_eq!(
                (event.contact_address.as_str(), event.profile.name.as_deref()),
                ("42@b-1", Some("Ann Lee"))
            );
            matches!(event.kind, EventKind::Message { echo: true, .. })
        });
        assert_eq!(told, expect);
    };
    check(42, Value::Null, Some(false));
    check(99, Value::Null, Some(true));
    check(99, json!({ "id": 110_201_543 }), None);
    check(99, json!({ "id": 7 }), Some(true));
}

#[test]
fn what_cannot_be_read_is_told_and_never_repeated() {
    let check = |body: &str, events: usize, paths: &[&str]| {
        let heard = heard(&*telegram(), "", "42", body);
        let found: Vec<&str> = heard.problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(
            (heard.events.len(), found.as_slice(), heard.reply.status),
            (events, paths, 200),
            "{body}"
        );
    };
    check("", 0, &[""]);
    check("[]", 0, &[""]);
    check("{}", 0, &["update_id"]);
    check(r#"{"update_id": 1}"#, 0, &[""]);
    check(r#"{"update_id": 1, "message": {"message_id": 1}}"#, 0, &["message"]);
    check(r#"{"update_id": 1, "great_new_kind": {"x": 1}}"#, 0, &["great_new_kind"]);
    check(r#"{"update_id": 1, "great_new_kind": {"user": {"id": 1}}}"#, 1, &[]);
    check(r#"{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1}, "text": "\ud83d"}}"#, 1, &[]);
}

fn message(content: Content) -> OutboundMessage {
    outbound(ChannelKind::Telegram, "42", content)
}

fn show(message: &OutboundMessage) -> Vec<Value> {
    requests(&*telegram(), message).iter().map(call).collect()
}

fn attachment(content_type: &str, bytes: Option<u64>) -> Attachment {
    Attachment {
        url: "https://media.example/a".into(),
        content_type: content_type.into(),
        file_name: Some("a".into()),
        bytes,
    }
}

fn options(data: &[&str]) -> Vec<ChoiceOption> {
    data.iter().map(|data| ChoiceOption { data: (*data).into(), text: "Blue".into() }).collect()
}

#[test]
fn calls() {
    let quoting = OutboundMessage { reply_to: Some("42:5".into()), ..message(Content::text("_hello_")) };
    assert_json_snapshot!("call_text", show(&quoting));
    let files = ["image/png", "audio/ogg; codecs=opus", "application/zip", "text/csv"];
    let attachments = files.iter().map(|file| attachment(file, None)).collect();
    assert_json_snapshot!(
        "call_media",
        show(&message(Content::Media { attachments, text: Some("look".into()) }))
    );
    let choices = Content::Choices { text: "Which?".into(), options: options(&["color=blue"]) };
    assert_json_snapshot!("call_choices", show(&message(choices)));
    let place = |name: Option<&str>| Content::Location {
        latitude: 35.5,
        longitude: 139.25,
        name: name.map(str::to_owned),
        address: None,
    };
    assert_json_snapshot!("call_location", show(&message(place(None))));
    assert_json_snapshot!("call_venue", show(&message(place(Some("Here")))));
    let ann = ContactCard { name: "Ann".into(), phones: vec!["+15005550001".into()], emails: Vec::new() };
    let bob = ContactCard { emails: vec!["bob@shop.example".into()], ..ann.clone() };
    assert_json_snapshot!("call_contacts", show(&message(Content::Contacts { contacts: vec![ann, bob] })));
    let sticker =
        Content::Sticker { package_id: "s".into(), sticker_id: "CAAC".into(), text: Some("😀".into()) };
    assert_json_snapshot!("call_sticker", show(&message(sticker)));
    let thumb = Content::Reaction { emoji: Some("👍".into()) };
    let reaction = OutboundMessage { reply_to: Some("42:5".into()), ..message(thumb) };
    assert_json_snapshot!("call_reaction", show(&reaction));
    let to = Address::new(ChannelKind::Telegram, "default", "42@b-1");
    let Some(Rendered::Requests(typing)) = telegram().typing(&to, true, NOW) else { panic!() };
    assert_json_snapshot!("call_typing", call(&typing[0]));
}

#[test]
fn a_reaction_needs_a_message_of_the_chat() {
    let check = |reply_to: Option<&str>, expect: Option<Value>| {
        let reaction = Content::Reaction { emoji: None };
        let message = OutboundMessage { reply_to: reply_to.map(str::to_owned), ..message(reaction) };
        let sent = telegram().render(&message, NOW);
        let body = match sent {
            Ok(Rendered::Requests(requests)) => Some(serde_json::from_slice(&requests[0].body).unwrap()),
            other => {
                assert_eq!(other, Err(Undeliverable::Kind("reaction")));
                None
            }
        };
        assert_eq!(body, expect);
    };
    check(Some("42:5"), Some(json!({ "chat_id": 42, "message_id": 5, "reaction": [] })));
    check(Some("43:5"), None);
    check(Some("IM00000000000000000000000000000000"), None);
    check(None, None);
}

#[test]
fn answers_are_buttons_within_telegrams_limits_and_numbered_beyond() {
    let check = |options: Vec<ChoiceOption>, buttons: bool| {
        let sent = show(&message(Content::Choices { text: "Which?".into(), options }));
        assert_eq!(sent[0]["body"]["reply_markup"].is_object(), buttons, "{sent:?}");
        assert_eq!(sent[0]["body"]["text"] == "Which?", buttons);
    };
    check(options(&["a"; render::BUTTONS_MAX]), true);
    check(options(&["a"; render::BUTTONS_MAX + 1]), false);
    check(options(&["é".repeat(32).as_str()]), true);
    check(options(&[format!("{}a", "é".repeat(32)).as_str()]), false);
    check(options(&[""]), false);
}

#[test]
fn files_that_telegram_does_not_fetch_are_links() {
    let check = |attachment: Attachment, expect: &str| {
        let sent = show(&message(Content::Media { attachments: vec![attachment], text: None }));
        let line = sent[0]["line"].as_str().unwrap();
        assert!(line.ends_with(expect), "{line} is not {expect}");
    };
    check(attachment("image/png", Some(5_000_000)), "/sendPhoto");
    check(attachment("image/png", Some(5_000_001)), "/sendMessage");
    check(attachment("video/mp4", Some(20_000_000)), "/sendVideo");
    check(attachment("video/mp4", Some(20_000_001)), "/sendMessage");
    check(attachment("image/gif", None), "/sendAnimation");
    check(attachment("audio/mpeg", None), "/sendAudio");
    check(attachment("text/plain", None), "/sendMessage");
    check(Attachment { url: "ftp://a.example".into(), ..attachment("image/png", None) }, "/sendMessage");
}

#[test]
fn a_long_caption_goes_before_the_file() {
    let check = |length: usize, expect: &[&str]| {
        let text = Some("a".repeat(length));
        let sent = show(&message(Content::Media { attachments: vec![attachment("image/png", None)], text }));
        let lines: Vec<&str> =
            sent.iter().map(|call| call["line"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
        assert_eq!(lines, expect);
    };
    check(1_024, &["sendPhoto"]);
    check(1_025, &["sendMessage", "sendPhoto"]);
}

fn told(request: &ProviderRequest, status: u16, description: &str, parameters: Value) -> DeliveryOutcome {
    let body = json!({
        "ok": false, "error_code": status, "description": description, "parameters": parameters,
    });
    telegram().outcome(request, &http(status, &[], &body))
}

#[test]
fn outcomes() {
    let request = requests(&*telegram(), &message(Content::text("x"))).remove(0);
    let check = |status: u16, description: &str, expect: &str| {
        let outcome = match told(&request, status, description, json!({ "retry_after": 7 })) {
            DeliveryOutcome::Retry { after_s, .. } => format!("retry {after_s}"),
            DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{status} {description}");
    };
    check(403, "Forbidden: bot was blocked by the user", "OptedOut");
    check(403, "Forbidden: user is deactivated", "Address");
    check(403, "Forbidden: bot can't initiate conversation with a user", "Address");
    check(403, "Forbidden: not enough rights to send text messages to the chat", "Account");
    check(400, "Bad Request: chat not found", "Address");
    check(400, "Bad Request: message is too long", "Content");
    check(400, "Bad Request: can't parse entities", "Content");
    check(400, "Bad Request: wrong type of the web page content", "Content");
    check(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", "Window");
    check(400, "Bad Request: business connection not found", "Account");
    check(401, "Unauthorized", "Account");
    check(404, "Not Found", "Account");
    check(409, "Conflict: can't use getUpdates method while webhook is active", "Account");
    check(413, "Request Entity Too Large", "Content");
    check(429, "Too Many Requests: retry after 7", "retry 7");
    check(502, "Bad Gateway", "retry 5");
    let sent = json!({ "ok": true, "result": { "message_id": 9, "chat": { "id": 42 } } });
    let sent = telegram().outcome(&request, &http(200, &[], &sent));
    assert_eq!(sent, DeliveryOutcome::Sent { provider_id: Some("42:9".into()) });
}

#[test]
fn a_file_that_telegram_cannot_fetch_is_sent_as_a_link() {
    let media = Content::Media { attachments: vec![attachment("image/png", None)], text: None };
    let request = requests(&*telegram(), &message(media)).remove(0);
    let link = request.on_refused.clone().unwrap();
    for words in
        ["Bad Request: failed to get HTTP URL content", "Bad Request: wrong type of the web page content"]
    {
        assert_eq!(told(&request, 400, words, json!({})), DeliveryOutcome::Instead(link.clone()));
    }
    let gone = told(&request, 400, "Bad Request: chat not found", json!({}));
    assert!(matches!(gone, DeliveryOutcome::Refused { cause: RefusalCause::Address, .. }));
}

#[test]
fn a_group_that_became_a_supergroup_is_followed_once() {
    let to = |id: &str| {
        let message = outbound(ChannelKind::Telegram, id, Content::text("x"));
        requests(&*telegram(), &message).remove(0)
    };
    let words = "Bad Request: group chat was upgraded to a supergroup chat";
    let migrated = json!({ "migrate_to_chat_id": -1_001_555_296_434_i64 });
    let followed = told(&to("-599075523"), 400, words, migrated.clone());
    assert_eq!(followed, DeliveryOutcome::Instead(Box::new(to("-1001555296434"))));
    let again = told(&to("-1001555296434"), 400, words, migrated);
    assert!(matches!(again, DeliveryOutcome::Refused { .. }));
    let elsewhere = told(&to("-599075523"), 400, words, json!({ "migrate_to_chat_id": 5 }));
    assert!(matches!(elsewhere, DeliveryOutcome::Refused { .. }));
}

#[test]
fn files_are_fetched_in_two_steps_and_only_the_calls_have_the_token() {
    let telegram = telegram();
    let url = content(json!({ "document": { "file_id": "BQ/AC 1" } })).attachments()[0].url.clone();
    assert_eq!(url, "https://api.telegram.org/bot110201543/getFile?file_id=BQ%2FAC%201");
    let first = telegram.media_request(&url).unwrap();
    let bot = "bot110201543:an-invented-token-of-a-bot_0123456789";
    assert_eq!(first.url, format!("https://api.telegram.org/{bot}/getFile?file_id=BQ%2FAC%201"));
    assert!(!format!("{first:?}").contains("invented"), "the token is not printed");
    let check = |path: &str, expect: Option<&str>| {
        let answer = http(200, &[], &json!({ "ok": true, "result": { "file_id": "f", "file_path": path } }));
        let second = telegram.media_content_request(&answer).map(|request| request.url);
        assert_eq!(
            second,
            expect.map(|path| format!("https://api.telegram.org/file/{bot}/{path}")),
            "{path}"
        );
    };
    check("photos/file_1.jpg", Some("photos/file_1.jpg"));
    check("photos/file?1#.jpg", Some("photos/file%3F1%23.jpg"));
    check("../botother/getMe", None);
    check("/etc", None);
    check("", None);
    let gone = http(400, &[], &json!({ "ok": false, "description": "Bad Request: file is too big" }));
    assert_eq!(telegram.media_content_request(&gone), None);
}

#[test]
fn settings_have_telegrams_forms() {
    let check = |key: &str, value: &str, good: bool| {
        let mut settings = crate::registry::example_settings(ChannelKind::Telegram).unwrap();
        settings.insert(key.into(), value.into());
        let opened = crate::open(ChannelKind::Telegram, "default", &settings, crate::testing::PUBLIC_URL);
        assert_eq!(opened.is_ok(), good, "{key} {value}");
    };
    check("bot_token", "1:a", true);
    for wrong in ["1", "a:b", ":b", "1:", "1:a/b", "1:a b"] {
        check("bot_token", wrong, false);
    }
    check("secret_token", &"a".repeat(SECRET_CHARS_MAX), true);
    check("secret_token", &"a".repeat(SECRET_CHARS_MAX + 1), false);
    check("secret_token", "new-1,old_2", true);
    check("secret_token", "sp ace", false);
}

const KINDS: &[&str] = &[
    "message",
    "edited_message",
    "business_message",
    "deleted_business_messages",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "poll",
];
const FIELDS: &[&str] = &[
    "message_id",
    "chat",
    "id",
    "type",
    "from",
    "date",
    "text",
    "entities",
    "offset",
    "length",
    "url",
    "photo",
    "file_id",
    "caption",
    "document",
    "contact",
    "venue",
    "location",
    "message",
    "data",
    "new_reaction",
    "emoji",
    "new_chat_member",
    "status",
    "message_ids",
    "business_connection_id",
    "reply_to_message",
    "story",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LAW_CASES))]

    #[test]
    fn whatever_comes_is_taken_and_told(kind in proptest::sample::select(KINDS), mut document in nearly(FIELDS), whole in any::<bool>()) {
        if let (true, Some(fields)) = (whole, document.as_object_mut()) {
            // Nearer still: a message's envelope, around whatever it says.
            fields.extend(message_of(json!({})).as_object().unwrap().clone());
        }
        let heard = hear(kind, document);
        prop_assert_eq!(heard.reply.status, 200);
        prop_assert!(heard.events.len() + heard.problems.len() > 0 || kind == "deleted_business_messages");
    }
}
