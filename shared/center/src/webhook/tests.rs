use super::*;
use crate::testing::{ANN, NOW, Room, ask_and_hand_over, now};
use patchbay_channels::simulate::CustomerMessage;
use patchbay_model::Content;
use patchbay_model::event::Profile;
use patchbay_model::limits::{TEXT_CHARS_MAX, WEBHOOK_BYTES_MAX};

fn request(room: &Room, kind: ChannelKind, text: &str) -> WebhookRequest {
    let message = CustomerMessage::text(ANN, text, "1", NOW);
    room.account(kind).customer_message(&message).unwrap()
}

/// What a webhook is answered, and what it leaves behind: queued events, problems.
fn check(
    kind: ChannelKind,
    account: &str,
    change: impl Fn(&mut WebhookRequest),
    expect: (u16, usize, usize),
) {
    let room = Room::new(ask_and_hand_over());
    let mut request = request(&room, kind, "Hello");
    change(&mut request);
    let reply = now(handle(&room.center, kind, account, request));
    let queued = room.ports.queue.take(QueueName::Inbound).len();
    assert_eq!((reply.status, queued, room.problems().len()), expect, "{kind}/{account}");
}

#[test]
fn a_webhook_is_answered_when_its_events_are_queued() {
    check(ChannelKind::Sms, "default", |_| (), (200, 1, 0));
    check(ChannelKind::Line, "default", |_| (), (200, 1, 0));
    check(ChannelKind::Webchat, "default", |_| (), (202, 1, 0));
}

#[test]
fn what_is_not_ours_or_not_believed_leaves_nothing() {
    check(ChannelKind::Sms, "other", |_| (), (404, 0, 0));
    let room = Room::new(ask_and_hand_over());
    let sms = request(&room, ChannelKind::Sms, "Hello");
    assert_eq!(now(handle(&room.center, ChannelKind::Telegram, "default", sms)).status, 404);
    check(ChannelKind::Sms, "default", |request| request.body.push(b'x'), (403, 0, 0));
    check(ChannelKind::Line, "default", |request| request.body.push(b' '), (401, 0, 0));
}

#[test]
fn a_body_at_the_limit_is_looked_at_and_one_past_it_is_not() {
    check(ChannelKind::Line, "default", |request| request.body.resize(WEBHOOK_BYTES_MAX, b' '), (401, 0, 0));
    check(
        ChannelKind::Line,
        "default",
        |request| request.body.resize(WEBHOOK_BYTES_MAX + 1, b' '),
        (413, 0, 0),
    );
}

#[test]
fn what_cannot_be_read_is_a_problem_with_the_hash_of_the_payload_and_no_word_of_it() {
    let room = Room::new(ask_and_hand_over());
    let mut request = request(&room, ChannelKind::Webchat, "Hello");
    request.body = br#"{"client_msg_id": "1", "kind": "secret-kind"}"#.to_vec();
    let hash = hex(&Sha256::digest(&request.body));
    let reply = now(handle(&room.center, ChannelKind::Webchat, "default", request));
    assert_eq!(reply.status, 400);
    let kept = now(crate::store::load_problems(&room.ports.table, 10)).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].payload_hash.as_deref(), kept[0].source.as_str()),
        (Some(hash.as_str()), "webhook:webchat/default")
    );
}

#[test]
fn a_queue_or_table_that_fails_makes_the_provider_try_again() {
    for carried_out in [false, true] {
        let mut room = Room::new(ask_and_hand_over());
        room.fail(0, carried_out);
        assert_eq!(room.writes(ChannelKind::Sms, ANN, "Hello", "1"), 503);
        assert_eq!(room.writes(ChannelKind::Sms, ANN, "Hello", "1"), 200);
        assert_eq!(room.take(QueueName::Inbound).len(), 1, "carried out: {carried_out}");
    }
    let room = Room::new(ask_and_hand_over());
    let mut bad = request(&room, ChannelKind::Webchat, "Hello");
    bad.body = b"{}".to_vec();
    room.fail(0, false);
    let reply = now(handle(&room.center, ChannelKind::Webchat, "default", bad));
    assert_eq!((reply.status, room.problems().len()), (503, 0));
}

fn event(text: &str) -> InboundEvent {
    InboundEvent {
        event_id: "e1".into(),
        channel: ChannelKind::Email,
        account: "default".into(),
        contact_address: "ann@example.com".into(),
        our_address: "help@example.org".into(),
        provider_time: None,
        to_the_second: false,
        received_at: NOW,
        profile: Profile::default(),
        kind: EventKind::Message {
            provider_id: "p1".into(),
            content: Content::text(text),
            reply_to: None,
            reply_context: None,
            params: [("Body".to_owned(), text.to_owned())].into(),
            echo: false,
            tokens: Default::default(),
        },
    }
}

#[test]
fn the_longest_text_fits_the_queue_whole() {
    let text = "字".repeat(TEXT_CHARS_MAX);
    let queued = message(&event(&text)).unwrap();
    let InboundBody::Event(read) = serde_json::from_str(&queued.body).unwrap() else { panic!() };
    let EventKind::Message { content, params, .. } = read.kind else { panic!() };
    assert_eq!(content, Content::text(text));
    assert_eq!(params["Body"].chars().count(), FLOW_TEXT_CHARS_MAX);
}

#[test]
fn an_event_that_the_queue_never_takes_is_refused_before_it_is_sent() {
    assert!(matches!(message(&event(&"\u{1}".repeat(TEXT_CHARS_MAX))), Err(QueueError::Invalid(_))));
}

#[test]
fn deduplication_goes_by_channel_account_and_event() {
    let one = event("a");
    let other = InboundEvent { account: "second".into(), ..one.clone() };
    assert_eq!(event_key(&one).len(), 32);
    assert_ne!(event_key(&one), event_key(&other));
    assert_eq!(message(&one).unwrap().dedup, Some(event_key(&one)));
}

/// Where the calls went since the last time, without the host.
fn called(room: &Room) -> Vec<String> {
    let path = |url: &str| url.split('/').skip(3).collect::<Vec<_>>().join("/");
    room.http.take_calls().iter().map(|call| path(&call.url)).collect()
}

#[test]
fn two_pages_share_a_callback_and_each_answers_for_itself() {
    let mut room = Room::new(ask_and_hand_over());
    let callback =
        room.open(ChannelKind::Messenger, "default", &[("page_id", "101"), ("accounts", "202=shop")]);
    room.open(ChannelKind::Messenger, "shop", &[("page_id", "202")]);
    let entry = |page: &str, mid: &str| {
        let message = serde_json::json!({
            "sender": { "id": "7" }, "recipient": { "id": page }, "timestamp": NOW.0,
            "message": { "mid": mid, "text": format!("to {page}") },
        });
        serde_json::json!({ "id": page, "time": NOW.0, "messaging": [message] })
    };
    let entries = [entry("101", "m1"), entry("202", "m2"), entry("303", "m3")];
    let body = serde_json::json!({ "object": "page", "entry": entries });
    let mut request =
        WebhookRequest { method: "POST".into(), body: body.to_string().into_bytes(), ..Default::default() };
    callback.sign(&mut request, "", NOW);
    assert_eq!(now(handle(&room.center, ChannelKind::Messenger, "default", request)).status, 200);
    let problems = room.problems();
    assert!(problems.len() == 1 && problems[0].contains("303"), "{problems:?}");
    room.settle();
    // An id of a person is a page's own: they are two until somebody finds them to be one.
    let contacts = ["default", "shop"].map(|account| {
        let identity = patchbay_model::Address::new(ChannelKind::Messenger, account, "7").identity();
        let strong = crate::ports::Consistency::Strong;
        now(crate::store::find_contact(&room.ports.table, &identity, strong)).unwrap().unwrap()
    });
    assert_ne!(contacts[0], contacts[1]);
    assert_eq!(room.messages(&contacts[1])[0].content.plain_text(), "to 202");
    let answered: Vec<String> =
        called(&room).into_iter().filter(|path| path.ends_with("/messages")).collect();
    assert_eq!(answered, ["v25.0/101/messages", "v25.0/202/messages"]);
}

#[test]
fn a_customer_of_two_numbers_is_one_and_is_answered_by_the_number_written_to() {
    let mut room = Room::new(ask_and_hand_over());
    let second = room.open(
        ChannelKind::Sms,
        "second",
        &[
            ("account_sid", "AC00000000000000000000000000000002"),
            ("auth_token", "another-invented-auth-token"),
            ("from", "+15005550009"),
        ],
    );
    let first = request(&room, ChannelKind::Sms, "to the first");
    assert_eq!(now(handle(&room.center, ChannelKind::Sms, "default", first)).status, 200);
    room.settle();
    let message = CustomerMessage::text(ANN, "Ann", "2", NOW);
    let other = second.customer_message(&message).unwrap();
    // The other account's proof is none here.
    assert_ne!(now(handle(&room.center, ChannelKind::Sms, "default", other.clone())).status, 200);
    assert_eq!(now(handle(&room.center, ChannelKind::Sms, "second", other)).status, 200);
    room.settle();
    let contact = room.contact(ChannelKind::Sms, ANN);
    let accounts: Vec<String> = room.messages(&contact).into_iter().map(|m| m.account).collect();
    assert!(accounts.contains(&"default".into()) && accounts.contains(&"second".into()), "{accounts:?}");
    assert_eq!(room.conversation(&contact).sid, contact.conversation(1));
    let by_second = |path: &String| path.contains("/Accounts/AC00000000000000000000000000000002/");
    assert!(!called(&room).iter().any(by_second), "the question was the first number's");
}
