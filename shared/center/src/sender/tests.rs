use super::*;
use crate::budget::CALLS_MS_MAX;
use crate::ports::{Blob, Consistency, HttpError, HttpResponse, QueueName, Units};
use crate::testing::{ANN, NOW, Room, ask_and_hand_over, now};
use patchbay_model::event::Reference;
use patchbay_model::{
    Address, Author, ChannelKind, ContactSid, Content, EventKind, InboundEvent, Message, MessageKey,
    MessageSid, ReplyContext, ReplyToken, Seq,
};
use serde_json::{Value, json};

/// A message to a customer on a channel, stored and queued as the flow's first question is.
fn queued(kind: ChannelKind, text: &str) -> (Room, ContactSid, Record) {
    let mut room = Room::new(ask_and_hand_over());
    assert!(room.writes(kind, address(kind), "Hello", "1") < 300);
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let contact = room.contact(kind, address(kind));
    let mut entries = room.take(QueueName::Outbound);
    entries.retain(|entry| !entry.body.contains("look_up_profile"));
    let mut record = entries.remove(0);
    // The reply token of LINE is a call of its own kind; it has its own test.
    change(&mut record, |entry| {
        entry.message.reply_context = None;
        entry.message.content = Content::text(text);
    });
    (room, contact, record)
}

fn change(record: &mut Record, change: impl FnOnce(&mut OutboundBody)) {
    let mut entry: OutboundBody = serde_json::from_str(&record.body).unwrap();
    change(&mut entry);
    record.body = crate::command::body(&entry);
}

fn address(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Line => "U1",
        ChannelKind::Webchat => "visitor",
        _ => ANN,
    }
}

fn message(room: &Room, contact: &ContactSid) -> Message {
    room.messages(contact).into_iter().find(|message| message.author != Author::Contact).unwrap()
}

fn status(room: &Room, contact: &ContactSid) -> (MessageStatus, Option<String>) {
    let message = message(room, contact);
    (message.status, message.reason)
}

/// One delivery of the record; whether it is done.
fn deliver(room: &Room, record: &mut Record) -> bool {
    let failed = now(handle(&room.center, vec![record.clone()]));
    record.receive_count += 1;
    failed.is_empty()
}

fn answer(status: u16, body: &str) -> Result<HttpResponse, HttpError> {
    Ok(HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

#[test]
fn what_the_provider_has_taken_is_sent_and_has_its_id() {
    for (kind, id, writes) in
        [(ChannelKind::Sms, "SM00000000000000000000000000000001", 20), (ChannelKind::Line, "77", 10)]
    {
        let (room, contact, mut record) = queued(kind, "Hi");
        room.ports.table.take_spent();
        assert!(deliver(&room, &mut record));
        // A mark before the call only where the provider does not recognise a repetition.
        assert_eq!(room.ports.table.take_spent(), Units { write_tenths: writes, read_tenths: 0 }, "{kind}");
        let sent = message(&room, &contact);
        assert_eq!((sent.status, sent.provider_id.as_deref()), (MessageStatus::Sent, Some(id)));
        assert!(room.http.take_calls().iter().all(|call| call.trusted));
        assert!(deliver(&room, &mut record));
        assert!(room.http.take_calls().is_empty(), "{kind} is not sent again");
    }
}

#[test]
fn a_passing_failure_is_tried_again_up_to_the_limit() {
    for kind in [ChannelKind::Sms, ChannelKind::Line] {
        let (mut room, contact, mut record) = queued(kind, "Hi");
        for _ in 1..SEND_ATTEMPTS_MAX {
            room.http.will(answer(503, "{}"));
            assert!(!deliver(&room, &mut record));
            assert_eq!(status(&room, &contact).0, MessageStatus::Queued);
        }
        room.http.will(answer(503, "{}"));
        assert!(deliver(&room, &mut record));
        room.settle();
        let (status, reason) = status(&room, &contact);
        assert_eq!(status, MessageStatus::Failed);
        assert!(reason.unwrap().starts_with("attempts: given up after 4"));
        assert_eq!(room.http.take_calls().len(), SEND_ATTEMPTS_MAX as usize);
    }
}

#[test]
fn a_second_try_after_a_passing_failure_sends() {
    for kind in [ChannelKind::Sms, ChannelKind::Line] {
        let (room, contact, mut record) = queued(kind, "Hi");
        room.http.will(Err(HttpError::NotSent("no route".into())));
        assert!(!deliver(&room, &mut record));
        assert!(deliver(&room, &mut record));
        assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
    }
}

/// What a final answer makes of a message, and what it tells the flow function.
fn check_final(answer: Result<HttpResponse, HttpError>, expect: MessageStatus, reason: &str) {
    let (mut room, contact, mut record) = queued(ChannelKind::Sms, "Hi");
    room.http.will(answer);
    assert!(deliver(&room, &mut record));
    let news: Vec<Record> = room.take(QueueName::Inbound);
    assert_eq!(news.len(), 1);
    let crate::command::InboundBody::Event(event) = serde_json::from_str(&news[0].body).unwrap() else {
        panic!()
    };
    let InboundEvent { kind: EventKind::Receipt { reference, status: told, .. }, .. } = *event else {
        panic!()
    };
    assert_eq!((reference, told), (Reference::Ours(message(&room, &contact).key()), expect));
    assert_eq!(status(&room, &contact), (expect, Some(reason.to_owned())));
    room.inbound(news);
    assert!(deliver(&room, &mut record));
    assert_eq!(room.http.take_calls().len(), 1, "never again");
}

#[test]
fn a_refusal_has_its_code_and_reason() {
    let body = r#"{"code": 21211, "message": "Invalid 'To' Phone Number"}"#;
    check_final(answer(400, body), MessageStatus::Failed, "21211: Invalid 'To' Phone Number");
    check_final(Err(HttpError::Forbidden("scheme".into())), MessageStatus::Failed, "forbidden: scheme");
}

#[test]
fn a_call_without_an_answer_is_unknown_where_the_provider_would_not_recognise_it() {
    let why = "the provider did not answer, and would not recognise a repetition";
    check_final(Err(HttpError::NoAnswer("timeout".into())), MessageStatus::Unknown, why);
    let (room, contact, mut record) = queued(ChannelKind::Line, "Hi");
    room.http.will(Err(HttpError::NoAnswer("timeout".into())));
    assert!(!deliver(&room, &mut record));
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
}

#[test]
fn a_crash_between_call_and_record_is_unknown_or_repeated_by_the_same_key() {
    for carried_out in [false, true] {
        let (mut room, contact, mut record) = queued(ChannelKind::Sms, "Hi");
        // Operation 0 is the mark, 1 the status.
        room.fail(1, carried_out);
        assert!(!deliver(&room, &mut record));
        assert!(deliver(&room, &mut record));
        room.settle();
        let expect = if carried_out { MessageStatus::Sent } else { MessageStatus::Unknown };
        assert_eq!(status(&room, &contact).0, expect);
        assert_eq!(room.http.take_calls().len(), 1);
    }
    let (room, contact, mut record) = queued(ChannelKind::Line, "Hi");
    room.fail(0, false);
    assert!(!deliver(&room, &mut record));
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
    let calls = room.http.take_calls();
    let key = |at: usize| calls[at].headers.iter().find(|(name, _)| name == "X-Line-Retry-Key").cloned();
    assert!(key(0).is_some() && key(0) == key(1));
}

#[test]
fn parts_that_were_sent_are_not_sent_again() {
    let text: String = (0..450).map(|n| format!("word{n:04} ")).collect();
    let (room, contact, mut record) = queued(ChannelKind::Sms, &text);
    room.http.will(answer(201, r#"{"sid": "SM1"}"#));
    room.http.will(answer(503, "{}"));
    assert!(!deliver(&room, &mut record));
    assert!(deliver(&room, &mut record));
    let sent = message(&room, &contact);
    assert_eq!(sent.status, MessageStatus::Sent);
    let calls = room.http.take_calls();
    // One, two (passing failure), two, three.
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[1].body, calls[2].body);
    assert!(calls[0].body != calls[1].body && calls[2].body != calls[3].body);
}

#[test]
fn parts_that_take_long_are_sent_over_several_tries() {
    let text: String = (0..450).map(|n| format!("word{n:04} ")).collect();
    let (room, contact, mut record) = queued(ChannelKind::Sms, &text);
    // A second call would not have its whole time any more.
    room.http.takes_ms(&room.world, i64::from(CALLS_MS_MAX));
    for part in 1..=3 {
        assert_eq!(deliver(&room, &mut record), part == 3);
        assert_eq!(room.http.take_calls().len(), 1, "part {part}");
    }
    assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
}

#[test]
fn a_part_that_is_refused_says_which() {
    let (room, contact, mut record) = queued(ChannelKind::Sms, &"word ".repeat(800));
    room.http.will(answer(201, r#"{"sid": "SM1"}"#));
    room.http.will(answer(400, r#"{"code": 21211, "message": "Invalid"}"#));
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room, &contact), (MessageStatus::Failed, Some("21211: part 2 of 3: Invalid".into())));
}

#[test]
fn an_opt_out_at_the_provider_is_the_contacts() {
    let (room, contact, mut record) = queued(ChannelKind::Sms, "Hi");
    room.http.will(answer(400, r#"{"code": 21610, "message": "unsubscribed"}"#));
    assert!(deliver(&room, &mut record));
    let strong = crate::ports::Consistency::Strong;
    let stored = now(crate::store::load_contact(&room.ports.table, &contact, strong)).unwrap().unwrap();
    assert_eq!(stored.consent[&ChannelKind::Sms], Consent::OptedOut);
}

/// A message to a customer of LINE, with a token that may be used for a minute.
fn queued_reply() -> (Room, ContactSid, Record) {
    let (room, contact, mut record) = queued(ChannelKind::Line, "Hi");
    let token = ReplyToken { token: "t".into(), usable_until: NOW.plus_s(60) };
    change(&mut record, |entry| entry.message.reply_context = Some(ReplyContext::Token(token)));
    (room, contact, record)
}

#[test]
fn a_reply_does_not_become_a_second_message_when_its_token_lapses() {
    // Delivered again, or queued again by a turn that was repeated after the queue had forgotten: nobody knows what
    // became of the call.
    for receive_count in [2, 1] {
        let (room, contact, mut record) = queued_reply();
        // The mark, then the outcome.
        room.fail(1, false);
        assert!(!deliver(&room, &mut record));
        room.world.advance_s(61);
        record.receive_count = receive_count;
        assert!(deliver(&room, &mut record));
        assert_eq!(status(&room, &contact).0, MessageStatus::Unknown);
        assert_eq!(room.http.take_calls().len(), 1, "the reply and no push");
    }
    // Its outcome is known.
    let (room, contact, mut record) = queued_reply();
    assert!(deliver(&room, &mut record));
    room.world.advance_s(61);
    record.receive_count = 1;
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
    assert_eq!(room.http.take_calls().len(), 1, "the reply and no push");
}

#[test]
fn a_used_reply_token_falls_back_to_a_push() {
    let (room, contact, mut record) = queued_reply();
    room.http.will(answer(400, r#"{"message": "Invalid reply token"}"#));
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room, &contact).0, MessageStatus::Sent);
    let calls = room.http.take_calls();
    assert!(calls[0].url.ends_with("/reply") && calls[1].url.ends_with("/push") && calls.len() == 2);
}

#[test]
fn what_cannot_be_sent_at_all_fails_at_once() {
    let (room, contact, mut record) = queued(ChannelKind::Sms, " ");
    assert!(deliver(&room, &mut record));
    assert_eq!(
        status(&room, &contact),
        (MessageStatus::Failed, Some("undeliverable: the message says nothing".into()))
    );
    let (mut room, contact, mut record) = queued(ChannelKind::Sms, "Hi");
    room.center.channels.clear();
    assert!(deliver(&room, &mut record));
    let (status, reason) = status(&room, &contact);
    assert_eq!(
        (status, reason.as_deref()),
        (MessageStatus::Failed, Some("account: there is no account sms/default/[redacted]"))
    );
}

#[test]
fn the_first_failure_holds_back_its_group() {
    let (mut room, _, first) = queued(ChannelKind::Sms, "Hi");
    let second = Record { message_id: "second".into(), ..first.clone() };
    let other = room.record("no message".into(), Some("another".into()));
    room.http.will(answer(503, "{}"));
    let failed = now(handle(&room.center, vec![first.clone(), second, other.clone()]));
    assert_eq!(failed, [first.message_id, "second".into(), other.message_id]);
    assert_eq!(room.http.take_calls().len(), 1);
}

/// An entry whose message is not stored: whoever queued it has died before that.
fn only_queued(kind: ChannelKind) -> (Room, ContactSid, Record, MessageKey) {
    let (room, contact, mut record) = queued(kind, "Hi");
    let key = MessageKey {
        contact: contact.clone(),
        seq: Seq::at(NOW.plus_s(1)),
        sid: MessageSid::derive(&["only queued"]),
    };
    let author = Author::Agent { worker_sid: room.worker(), name: "Wendy".into() };
    change(&mut record, |entry| {
        entry.message.key = key.clone();
        entry.said.as_mut().unwrap().author = author;
    });
    (room, contact, record, key)
}

#[test]
fn a_message_that_was_only_queued_is_sent_and_stored_as_it_was_said() {
    for (kind, expect) in [
        (ChannelKind::Sms, MessageStatus::Sent),
        (ChannelKind::Line, MessageStatus::Sent),
        (ChannelKind::Webchat, MessageStatus::Sent),
    ] {
        let (room, contact, mut record, key) = only_queued(kind);
        let conversation = room.conversation(&contact).sid;
        assert!(deliver(&room, &mut record));
        let table = &room.ports.table;
        let stored = message_at(&room, &key);
        assert_eq!((stored.status, stored.conversation_sid), (expect, conversation));
        assert_eq!((stored.content.plain_text(), stored.created_at), ("Hi", NOW.plus_s(1)));
        assert!(matches!(stored.author, Author::Agent { .. }));
        // Whoever queued it was only slow: its put finds the message, and takes nothing back.
        let late = Message { status: MessageStatus::Queued, ..message_at(&room, &key) };
        now(crate::store::put_message(table, &late)).unwrap();
        assert_eq!(message_at(&room, &key).status, expect);
        assert!(deliver(&room, &mut record));
        assert!(room.http.take_calls().len() <= if kind == ChannelKind::Line { 2 } else { 1 });
    }
}

#[test]
fn a_message_is_stored_before_a_provider_can_tell_what_became_of_it() {
    let (mut room, _, mut record, key) = only_queued(ChannelKind::Sms);
    // What may be called twice has no mark that stores it.
    room.open(ChannelKind::Custom, "default", &[]);
    change(&mut record, |entry| entry.message.to = Address::new(ChannelKind::Custom, "default", "ann-1"));
    let (ports, at) = (room.ports.clone(), key.clone());
    room.http.is_played_by(Box::new(move |_| {
        let stored = now(crate::store::load_message(&ports.table, &at, Consistency::Strong)).unwrap();
        assert_eq!(stored.map(|stored| stored.status), Some(MessageStatus::Queued));
        None
    }));
    assert!(deliver(&room, &mut record));
    assert_eq!(message_at(&room, &key).status, MessageStatus::Sent);
    assert_eq!(room.http.take_calls().len(), 1);
}

fn message_at(room: &Room, key: &MessageKey) -> Message {
    let table = &room.ports.table;
    now(crate::store::load_message(table, key, crate::ports::Consistency::Strong)).unwrap().unwrap()
}

#[test]
fn a_message_that_was_only_queued_and_is_refused_says_so() {
    let (room, _, mut record, key) = only_queued(ChannelKind::Line);
    room.http.will(answer(400, "{}"));
    assert!(deliver(&room, &mut record));
    assert_eq!(message_at(&room, &key).status, MessageStatus::Failed);
}

/// What an unknown customer of LINE is known by after these answers to the question who they are.
fn looked_up(answers: &[(u16, &str)]) -> (Option<String>, Value) {
    let mut room = Room::new(ask_and_hand_over());
    assert!(room.writes(ChannelKind::Line, "U1", "Hello", "1") < 300);
    let records = room.take(QueueName::Inbound);
    room.inbound(records.clone());
    let mut jobs = room.take(QueueName::Outbound);
    jobs.retain(|job| job.body.contains("look_up_profile"));
    for (status, body) in answers {
        room.http.will_answer(*status, body);
        jobs[0].receive_count += u32::from(!now(handle(&room.center, vec![jobs[0].clone()])).is_empty());
    }
    let calls = room.http.take_calls();
    assert_eq!(calls.len(), answers.len());
    assert!(calls.iter().all(|call| call.trusted && call.url.ends_with("/v2/bot/profile/U1")));
    // Whoever is known is not asked for again.
    room.inbound(records);
    assert!(room.take(QueueName::Outbound).iter().all(|job| !job.body.contains("look_up_profile")));
    let contact = room.contact(ChannelKind::Line, "U1");
    let contact = now(crate::store::load_contact(&room.ports.table, &contact, Consistency::Strong));
    let contact = contact.unwrap().unwrap();
    (contact.name, contact.attributes.into())
}

#[test]
fn a_new_customer_whose_provider_tells_who_they_are_when_asked_is_asked_for() {
    let said = r#"{"displayName":"Aiko","language":"ja"}"#;
    let known = (Some("Aiko".to_owned()), json!({ "language": "ja" }));
    let unknown = (None, json!({}));
    assert_eq!(looked_up(&[(200, said)]), known);
    assert_eq!(looked_up(&[(503, ""), (429, ""), (200, said)]), known);
    let regional = (None, json!({ "language": "pt", "locale": "pt-BR" }));
    assert_eq!(looked_up(&[(200, r#"{"language":"pt-BR"}"#)]), regional);
    assert_eq!(looked_up(&[(404, "{}")]), unknown);
    // A contact can do without: the job ends, and is no dead letter.
    assert_eq!(looked_up(&[(500, ""), (500, ""), (500, ""), (500, "")]), unknown);
}

#[test]
fn what_is_known_of_a_customer_stays_whatever_their_provider_says() {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(ChannelKind::Line, "U1", "Hello", "1");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let contact = room.contact(ChannelKind::Line, "U1");
    now(crate::contacts::change_contact(&room.center, &contact, |contact| {
        contact.name = Some("Dr Aiko".into());
        true
    }))
    .unwrap();
    room.http.will_answer(200, r#"{"displayName":"Aiko","language":"ja"}"#);
    room.settle();
    let contact = now(crate::store::load_contact(&room.ports.table, &contact, Consistency::Strong));
    let contact = contact.unwrap().unwrap();
    assert_eq!((contact.name.as_deref(), &contact.attributes["language"]), (Some("Dr Aiko"), &json!("ja")));
    assert_eq!(contact.attribute_sources["language"].source, "channel:line");
}

#[test]
fn a_contacts_picture_is_copied_and_shown_by_a_url_of_ours() {
    let mut room = Room::new(ask_and_hand_over());
    room.writes(ChannelKind::Line, "U1", "Hello", "1");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let picture = b"\x89PNG\r\n\x1a\n a picture".to_vec();
    room.http.will_answer(200, r#"{"displayName":"Aiko","pictureUrl":"https://profile.example/a"}"#);
    room.http.will(Ok(HttpResponse { status: 200, headers: Vec::new(), body: picture.clone() }));
    let mut jobs = room.take(QueueName::Outbound);
    jobs.retain(|job| job.body.contains("look_up_profile"));
    room.outbound(jobs);
    let calls = room.http.take_calls();
    // Whoever serves pictures learns no secret of the account.
    let of_picture = &calls[1];
    assert_eq!((of_picture.url.as_str(), of_picture.trusted), ("https://profile.example/a", false));
    assert!(!of_picture.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")));
    let sid = room.contact(ChannelKind::Line, "U1");
    let contact = now(crate::store::load_contact(&room.ports.table, &sid, Consistency::Strong));
    let contact = contact.unwrap().unwrap();
    let key = contact.picture.clone().unwrap();
    assert_eq!(now(room.blob.get(&key, 100)).unwrap().unwrap().bytes, picture);
    let shown = crate::frames::contact_payload(&contact, room.center.links());
    assert!(shown["picture"].as_str().unwrap().starts_with("https://"), "{shown}");
}
