use super::*;
use crate::command::{OutboundEntry, OutboundJob};
use crate::ports::{HttpError, HttpResponse, QueueName, World};
use crate::store::load_message;
use crate::testing::{ANN, Room, flow, now, widget};
use bytes::Bytes;
use patchbay_model::{Attachment, ChannelKind, Content, Message};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const ELSEWHERE: &str = "https://media.example/a.png";

fn attachment(url: &str, file_name: Option<&str>) -> Attachment {
    let file_name = file_name.map(str::to_owned);
    Attachment { url: url.into(), content_type: "image/png".into(), file_name, bytes: None }
}

fn media(urls: &[&str]) -> Content {
    let attachments = urls.iter().map(|url| attachment(url, Some("../a.png"))).collect();
    Content::Media { attachments, text: Some("Look".into()) }
}

/// A conversation that an agent has, at rest.
fn room(kind: ChannelKind, from: &str) -> Room {
    let wait = widget(
        "ask",
        "send-and-wait-for-reply",
        json!({ "body": "Yes?", "timeout": "3600" }),
        &[("incomingMessage", ""), ("timeout", ""), ("deliveryFailure", "")],
    );
    let mut room = Room::new(flow(&[wait]));
    room.writes(kind, from, "Hello", "first");
    room.settle();
    room.assign(&room.contact(kind, from));
    room.settle();
    room.frames("desk");
    room.http.take_calls();
    // What comes now stands behind what was said.
    room.world.advance_s(1);
    room
}

fn answers(room: &Room, status: u16, body: &[u8]) {
    room.http.will(Ok(HttpResponse { status, headers: Vec::new(), body: body.to_vec() }));
}

/// The customer's newest message, as it is stored.
fn newest(room: &Room, kind: ChannelKind, from: &str) -> Message {
    room.messages(&room.contact(kind, from)).pop().unwrap()
}

/// A customer on SMS sends media from somewhere else, and it is fetched with this answer; what is stored, and the
/// attachments of the last frame that the agent got.
fn received(status: u16, body: &[u8], url: &str) -> (Room, Message, Value) {
    let mut room = room(ChannelKind::Sms, ANN);
    room.says(ChannelKind::Sms, ANN, media(&[url]), "second");
    answers(&room, status, body);
    room.settle();
    let message = newest(&room, ChannelKind::Sms, ANN);
    let frame = room.frames("desk").pop().unwrap();
    (room, message, frame["payload"]["attachments"].clone())
}

#[test]
fn what_a_customer_sends_is_copied_and_shown_by_a_url_that_lapses() {
    let (room, message, shown) = received(200, PNG, ELSEWHERE);
    let key = BlobKey::media(&message.contact_sid, &message.sid, 0);
    let stored = &message.content.attachments()[0];
    assert_eq!((stored.url.as_str(), stored.content_type.as_str()), (key.reference().as_str(), "image/png"));
    assert_eq!(
        (stored.file_name.as_deref(), stored.bytes),
        (Some("attachment-1.png"), Some(PNG.len() as u64))
    );
    assert_eq!(shown[0]["ref"], json!(key.reference()));
    let fetched = room.blob.fetch(shown[0]["url"].as_str().unwrap(), room.world.now()).unwrap();
    assert_eq!(fetched.blob.bytes, PNG);
    assert!(fetched.disposition.starts_with("attachment; filename=\"attachment-1.png\""));
    // Nobody of ours is trusted with the credentials of another: a plain request, which is guarded.
    let calls = room.http.take_calls();
    assert_eq!((calls.len(), calls[0].url.as_str(), calls[0].trusted), (1, ELSEWHERE, false));
    assert!(calls[0].headers.iter().all(|(name, _)| name == "User-Agent"));
    assert_eq!(calls[0].response_bytes_max, MEDIA_BYTES_MAX + 1);
}

#[test]
fn until_it_is_fetched_nobody_is_led_to_where_a_customer_says() {
    let mut room = room(ChannelKind::Sms, ANN);
    room.says(ChannelKind::Sms, ANN, media(&[ELSEWHERE]), "second");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let frame = room.frames("desk").pop().unwrap();
    assert_eq!(frame["event_type"], "message.created");
    let entry = &frame["payload"]["attachments"][0];
    assert_eq!((&entry["url"], &entry["pending"]), (&json!(""), &json!(true)));
}

#[test]
fn a_providers_own_url_is_fetched_with_the_accounts_credentials_and_not_further() {
    let mut room = room(ChannelKind::Line, "U1");
    let of_line = attachment("https://api-data.line.me/v2/bot/message/7/content", None);
    let content = Content::Media { attachments: vec![of_line], text: None };
    room.says(ChannelKind::Line, "U1", content, "second");
    answers(&room, 200, PNG);
    room.settle();
    let calls = room.http.take_calls();
    assert_eq!((calls.len(), calls[0].trusted, calls[0].redirects_max), (1, true, 3));
    assert!(
        calls[0].headers.iter().any(|(name, value)| name == "Authorization" && value.starts_with("Bearer "))
    );
    let message = newest(&room, ChannelKind::Line, "U1");
    assert!(message.content.attachments()[0].url.starts_with("blob:media/"));
}

/// What became of an attachment that is not to be had.
fn check_refused(status: u16, body: &[u8], url: &str, reason: &str) {
    let (room, message, shown) = received(status, body, url);
    assert_eq!(message.media_failures[0].reason, reason);
    assert_eq!((&shown[0]["error"], &shown[0]["url"]), (&json!(reason), &json!("")));
    assert!(room.problems().iter().any(|problem| problem.ends_with(reason)), "{:?}", room.problems());
    assert_eq!(room.blob.keys(), []);
}

#[test]
fn what_cannot_be_had_is_said_with_its_reason() {
    check_refused(403, b"", ELSEWHERE, "status: the server answered 403");
    check_refused(200, b"", ELSEWHERE, "empty: there is nothing in it");
    check_refused(
        200,
        b"MZ\x90\0",
        ELSEWHERE,
        "program: it is a program (application/vnd.microsoft.portable-executable)",
    );
    check_refused(200, &vec![b'a'; MEDIA_BYTES_MAX + 1], ELSEWHERE, "too_large: it has more than 25 MB");
}

#[test]
fn a_file_at_the_limit_is_taken() {
    let mut largest = vec![b'a'; MEDIA_BYTES_MAX];
    largest[..PNG.len()].copy_from_slice(PNG);
    let (_, message, _) = received(200, &largest, ELSEWHERE);
    assert_eq!(message.content.attachments()[0].bytes, Some(MEDIA_BYTES_MAX as u64));
}

#[test]
fn what_the_egress_rules_forbid_is_final_and_what_passes_is_tried_again() {
    let check = |failures: Vec<Result<HttpResponse, HttpError>>, calls: usize, reason: Option<&str>| {
        let mut room = room(ChannelKind::Sms, ANN);
        room.says(ChannelKind::Sms, ANN, media(&[ELSEWHERE]), "second");
        failures.into_iter().for_each(|failure| room.http.will(failure));
        answers(&room, 200, PNG);
        room.settle();
        let message = newest(&room, ChannelKind::Sms, ANN);
        assert_eq!(message.media_failures.first().map(|failure| failure.reason.as_str()), reason);
        assert_eq!(room.http.take_calls().len(), calls);
        assert_eq!(room.blob.keys().len(), usize::from(reason.is_none()));
    };
    let status = |status| Ok(HttpResponse { status, headers: Vec::new(), body: Vec::new() });
    check(vec![Err(HttpError::Forbidden("no".into()))], 1, Some("forbidden: no"));
    check(vec![status(404), status(503), Err(HttpError::NoAnswer("late".into()))], 4, None);
    check(vec![status(202); 4], 4, Some("status: the server answered 202"));
    check(vec![Err(HttpError::NotSent("x".into())); 4], 4, Some("unreachable: the server did not answer"));
}

#[test]
fn a_failure_can_be_tried_again_and_a_copy_is_never_lost_to_one() {
    let (mut room, message, _) = received(403, b"", ELSEWHERE);
    now(retry(&room.center, &message.key(), 0)).unwrap();
    answers(&room, 200, PNG);
    room.settle();
    let shown = room.frames("desk").pop().unwrap();
    assert_eq!(shown["event_type"], "message.updated");
    assert_ne!(shown["payload"]["attachments"][0]["url"], "");
    now(retry(&room.center, &message.key(), 0)).unwrap();
    answers(&room, 410, b"");
    room.settle();
    let message = newest(&room, ChannelKind::Sms, ANN);
    assert!(message.media_failures.is_empty() && message.content.attachments()[0].url.starts_with("blob:"));
    assert!(matches!(now(retry(&room.center, &message.key(), 1)), Err(RetryError::NotFound)));
}

/// Every write and every send of a fetch fails once, before it is carried out or after: between the copy and its note,
/// between the note and the telling.
#[test]
fn whatever_fails_in_between_one_copy_is_stored_noted_and_shown() {
    for at in 0..4 {
        for carried_out in [false, true] {
            let mut room = room(ChannelKind::Sms, ANN);
            room.says(ChannelKind::Sms, ANN, media(&[ELSEWHERE, ELSEWHERE]), "second");
            let records = room.take(QueueName::Inbound);
            room.inbound(records);
            for _ in 0..4 {
                answers(&room, 200, PNG);
            }
            room.fail(at, carried_out);
            room.settle();
            let message = newest(&room, ChannelKind::Sms, ANN);
            assert_eq!(room.blob.keys().len(), 2, "{at} {carried_out}");
            let urls = message.content.attachments().iter().map(|attachment| attachment.url.as_str());
            let keys = room.blob.keys();
            assert!(
                urls.eq(keys.iter().map(BlobKey::reference).collect::<Vec<_>>().iter().map(String::as_str))
            );
            let shown = room.frames("desk").pop().unwrap();
            let shown = shown["payload"]["attachments"].as_array().unwrap().clone();
            assert!(shown.iter().all(|attachment| attachment["url"] != ""), "{at} {carried_out}: {shown:?}");
        }
    }
}

#[test]
fn a_webhook_again_fetches_nothing_again() {
    let (mut room, _, _) = received(200, PNG, ELSEWHERE);
    room.http.take_calls();
    room.says(ChannelKind::Sms, ANN, media(&[ELSEWHERE]), "second");
    room.settle();
    assert_eq!(room.http.take_calls().len(), 0);
}

#[test]
fn a_message_that_is_gone_leaves_no_copy() {
    let mut room = room(ChannelKind::Sms, ANN);
    room.says(ChannelKind::Sms, ANN, media(&[ELSEWHERE]), "second");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let mut jobs = room.take(QueueName::Outbound);
    let OutboundEntry::Job(OutboundJob::FetchMedia(mut job)) = serde_json::from_str(&jobs[0].body).unwrap()
    else {
        panic!("{:?}", jobs[0])
    };
    job.key.seq.0 += 1;
    jobs[0].body = crate::command::body(&OutboundJob::FetchMedia(job));
    answers(&room, 200, PNG);
    room.outbound(jobs);
    assert_eq!(room.blob.keys(), []);
    assert!(room.take(QueueName::Inbound).is_empty());
}

#[test]
fn nobody_outside_names_an_object_of_ours() {
    let mut room = room(ChannelKind::Sms, ANN);
    let secret = BlobKey::parse("media/other/message/0").unwrap();
    now(room.center.blob.put(&secret, "image/png", Bytes::from_static(PNG))).unwrap();
    room.says(ChannelKind::Sms, ANN, media(&[&secret.reference()]), "second");
    room.settle();
    let message = newest(&room, ChannelKind::Sms, ANN);
    assert_eq!(message.content.attachments()[0].url, "");
    assert_eq!(message.media_failures[0].reason, "missing: its sender says no place");
    assert_eq!(room.blob.keys(), [secret]);
    assert!(
        room.problems().iter().any(|problem| problem.contains("an object of ours")),
        "{:?}",
        room.problems()
    );
    let shown = room.frames("desk").pop().unwrap();
    assert_eq!(shown["payload"]["attachments"][0]["url"], "");
}

const VISITOR: &str = "visitor-1";

fn wanted(content_type: &str, bytes: u64) -> NewUpload {
    let file_name = Some("C:\\a.png".to_owned());
    NewUpload { content_type: content_type.into(), bytes, file_name, channel: None, account: None }
}

#[test]
fn a_visitors_upload_is_looked_at_before_it_is_shown() {
    let mut room = room(ChannelKind::Webchat, VISITOR);
    let ticket = visitor_upload(&room.center, ("default", VISITOR), wanted("image/png", 100)).unwrap();
    assert_eq!(ticket.file_name.as_deref(), Some("a.png"));
    // It says that it is a picture, and is a page.
    let page = Bytes::from_static(b"<html><script>alert(1)</script>");
    assert!(room.blob.post(&ticket.form, page, room.world.now()));
    assert_eq!(room.says(ChannelKind::Webchat, VISITOR, media(&[&ticket.reference]), "second"), 202);
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let frame = room.frames("desk").pop().unwrap();
    assert_eq!(frame["payload"]["attachments"][0]["url"], "", "nobody has looked yet");
    room.settle();
    let message = newest(&room, ChannelKind::Webchat, VISITOR);
    let attachment = &message.content.attachments()[0];
    assert_eq!(attachment.content_type, "application/octet-stream");
    assert_eq!(attachment.file_name.as_deref(), Some("a.png"), "without the folders that it claimed");
    assert_eq!(attachment.url, BlobKey::media(&message.contact_sid, &message.sid, 0).reference());
}

#[test]
fn a_visitor_refers_to_their_own_uploads_and_an_upload_that_never_came_is_said() {
    let mut room = room(ChannelKind::Webchat, VISITOR);
    let others = BlobKey::upload("default", "visitor-2", [1; 16]).reference();
    assert_eq!(room.says(ChannelKind::Webchat, VISITOR, media(&[&others]), "second"), 400);
    let never = BlobKey::upload("default", VISITOR, [1; 16]).reference();
    assert_eq!(room.says(ChannelKind::Webchat, VISITOR, media(&[&never]), "third"), 202);
    room.settle();
    let message = newest(&room, ChannelKind::Webchat, VISITOR);
    assert_eq!(message.media_failures[0].reason, "missing: it was never uploaded");
}

#[test]
fn a_form_is_for_a_listed_type_and_a_size_that_the_channel_takes() {
    let room = room(ChannelKind::Sms, ANN);
    let ours = MEDIA_BYTES_MAX as u64;
    let check = |wanted: NewUpload, expect: Result<(), UploadError>| {
        assert_eq!(agent_upload(&room.center, &room.worker(), wanted).map(|_| ()), expect);
    };
    check(wanted("image/png", 1), Ok(()));
    check(wanted("image/png", ours), Ok(()));
    check(wanted("image/png", ours + 1), Err(UploadError::Size { bytes_max: ours }));
    check(wanted("image/png", 0), Err(UploadError::Size { bytes_max: ours }));
    for content_type in ["text/html", "image/svg+xml", "application/x-msdownload", ""] {
        check(wanted(content_type, 1), Err(UploadError::Type(content_type.into())));
    }
    let on = |channel, bytes| NewUpload { channel: Some(channel), ..wanted("image/png", bytes) };
    let theirs = 5 * 1024 * 1024;
    check(on(ChannelKind::Sms, theirs), Ok(()));
    check(on(ChannelKind::Sms, theirs + 1), Err(UploadError::Size { bytes_max: theirs }));
    check(on(ChannelKind::Voice, 1), Err(UploadError::UnknownAccount));
}

#[test]
fn what_an_agent_uploads_is_sent_by_a_url_that_the_provider_can_fetch() {
    let mut room = room(ChannelKind::Sms, ANN);
    let ticket = agent_upload(&room.center, &room.worker(), wanted("image/png", 100)).unwrap();
    assert!(room.blob.post(&ticket.form, Bytes::from_static(PNG), room.world.now()));
    let conversation = room.conversation(&room.contact(ChannelKind::Sms, ANN));
    let expires_at = room.world.now().plus_s(60);
    let session =
        crate::agent::Session { worker_sid: room.worker(), role: crate::token::Role::Agent, expires_at };
    let frame = json!({
        "action": "message.send", "id": "1", "conversation_sid": conversation.sid,
        "media": [{ "url": ticket.reference, "content_type": "image/png", "file_name": "a.png" }],
    });
    let answer = now(crate::agent::answer(&room.center, &session, "desk", &frame.to_string()));
    assert!(String::from_utf8_lossy(&answer[0]).contains("\"ack\""), "{answer:?}");
    room.settle();
    let call = room.http.take_calls().pop().unwrap();
    let body = String::from_utf8(call.body).unwrap();
    let url = body.split('&').find_map(|field| field.strip_prefix("MediaUrl=")).unwrap();
    let url = url::form_urlencoded::parse(format!("u={url}").as_bytes()).next().unwrap().1.into_owned();
    let later = room.world.now().plus_s(LINK_S_MIN.into()).plus_ms(-1);
    assert_eq!(room.blob.fetch(&url, later).unwrap().blob.bytes, PNG);
    // What is stored is the reference, which does not lapse.
    let message = newest(&room, ChannelKind::Sms, ANN);
    let stored =
        now(load_message(room.center.table.as_ref(), &message.key(), crate::ports::Consistency::Strong));
    assert_eq!(stored.unwrap().unwrap().content.attachments()[0].url, ticket.reference);
}
