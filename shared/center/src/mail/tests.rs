//! Mails through the bucket and through a mail server, to and from a played customer.

use super::*;
use crate::center::ChannelAccount;
use crate::command::{OutboundBody, Record};
use crate::outbound::FLOW_MAILS_MAX;
use crate::ports::{Mail, QueueName};
use crate::testing::{NOW, Room, ask_and_hand_over, flow, now, widget};
use crate::{sender, webhook};
use async_trait::async_trait;
use patchbay_channels::email::smtp::{SmtpAnswer, SmtpDelivery};
use patchbay_channels::registry::open;
use patchbay_model::{BlobKey, ChannelKind, Content, MessageStatus, ReplyContext};
use std::collections::VecDeque;
use std::sync::Arc;

const ANN: &str = "ann@mail.example";
/// Signed for the channel's own tests, at this moment.
const SIGNED_AT: Timestamp = Timestamp(1_795_359_900_000);
const CERTIFICATE: &str = include_str!("../../../channels/src/email/ses/sns/certificate.pem");
const NOTIFICATION: &str = include_str!("../../../channels/src/email/ses/sns/notification.json");
const CONFIRMATION: &str = include_str!("../../../channels/src/email/ses/sns/confirmation.json");

/// A mail server that answers as it is told, and else takes everything.
#[derive(Default)]
struct PlayedMail {
    script: Mutex<VecDeque<SmtpAnswer>>,
    taken: Mutex<Vec<SmtpDelivery>>,
}

#[async_trait]
impl Mail for PlayedMail {
    async fn deliver(&self, delivery: &SmtpDelivery) -> SmtpAnswer {
        self.taken.lock().unwrap().push(delivery.clone());
        self.script.lock().unwrap().pop_front().unwrap_or(SmtpAnswer::Accepted)
    }
}

/// A center with one mailbox.
fn room(settings: &[(&str, &str)]) -> (Room, Arc<PlayedMail>) {
    room_with(ask_and_hand_over(), settings)
}

fn room_with(flow: serde_json::Value, settings: &[(&str, &str)]) -> (Room, Arc<PlayedMail>) {
    let mut room = Room::new(flow);
    let common = [("from", "support@shop.example"), ("message_secret", "secret")];
    let settings = common.iter().chain(settings).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let channel = open(ChannelKind::Email, "default", &settings, "https://center.example").unwrap();
    let account = ChannelAccount { channel, flow: "main".into() };
    room.center.channels.insert((ChannelKind::Email, "default".into()), account);
    let mail = Arc::new(PlayedMail::default());
    room.center.mail = Some(mail.clone());
    (room, mail)
}

fn ses() -> Room {
    let (room, _) = room(&[
        ("provider", "ses"),
        ("region", "eu-west-1"),
        ("access_key_id", "AKIDEXAMPLE"),
        ("secret_access_key", "an-invented-key"),
        ("sns_topic_arns", "arn:aws:sns:eu-west-1:111122223333:mail"),
    ]);
    room.world.advance_s(SIGNED_AT.since_ms(NOW) / 1_000);
    room
}

/// The status of the answer to a notification.
fn notified(room: &Room, body: &str) -> u16 {
    let mut request =
        WebhookRequest { method: "POST".into(), body: body.into(), ..WebhookRequest::default() };
    request.headers.push("x-amz-sns-message-type", "Notification");
    now(webhook::handle(&room.center, ChannelKind::Email, "default", request)).status
}

fn put(room: &Room, key: &str, bytes: &str) {
    let key = BlobKey::parse(key).unwrap();
    now(room.center.blob.put(&key, "message/rfc822", bytes.as_bytes().to_vec().into())).unwrap();
}

const WITH_FILE: &str = "From: Ann <ann@mail.example>\r\nSubject: Order\r\nMessage-ID: <1@mail.example>\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n\
    --b\r\nContent-Type: text/html; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
    --b\r\nContent-Type: image/png; name=b.png\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAA=\r\n--b--\r\n";

#[test]
fn a_mail_in_the_bucket_becomes_a_message_and_its_files_are_stored() {
    let mut room = ses();
    put(&room, "ses/ses-1", WITH_FILE);
    room.http.will_answer(200, CERTIFICATE);
    assert_eq!(notified(&room, NOTIFICATION), 200);
    room.settle();
    let contact = room.contact(ChannelKind::Email, ANN);
    let Content::Email(mail) = room.messages(&contact).remove(0).content else { panic!() };
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Order", "Hello"));
    // Of the two files one is a picture, though the mail calls it a page; the other is a program, and left out.
    let [file] = mail.attachments.as_slice() else { panic!("{:?}", mail.attachments) };
    assert_eq!(file.content_type, "image/png");
    let key = BlobKey::of_reference(&file.url).unwrap();
    let stored = now(room.center.blob.get(&key, 100)).unwrap().unwrap();
    assert_eq!(
        (stored.content_type.as_str(), stored.bytes.as_ref()),
        ("image/png", b"\x89PNG\r\n\x1a\n".as_slice())
    );
    // The certificate is asked for once, and by the rules of egress.
    let before = room.http.take_calls();
    assert!(before[0].url.ends_with(".pem") && !before[0].trusted);
    assert_eq!(notified(&room, NOTIFICATION), 200);
    assert!(room.http.take_calls().is_empty());
}

#[test]
fn what_is_not_believed_or_cannot_be_fetched_is_not_taken() {
    let room = ses();
    room.http.will_answer(500, "");
    assert_eq!(notified(&room, NOTIFICATION), 503);
    // An error is not kept for the certificate.
    room.http.will_answer(200, CERTIFICATE);
    assert_eq!(notified(&room, &NOTIFICATION.replace("ses-1", "ses-2")), 403);
    assert_eq!(notified(&room, &NOTIFICATION.replace(":mail", ":other")), 403);
    assert!(room.ports.queue.take(QueueName::Inbound).is_empty());
}

#[test]
fn a_topic_of_ours_is_told_that_we_listen() {
    let room = ses();
    room.http.will_answer(200, CERTIFICATE);
    room.http.will_answer(200, "<ConfirmSubscriptionResponse/>");
    assert_eq!(notified(&room, CONFIRMATION), 200);
    let calls = room.http.take_calls();
    assert!(calls[1].url.contains("Action=ConfirmSubscription"), "{}", calls[1].url);
    // SNS asks again where the confirmation failed.
    room.http.will_answer(500, "");
    assert_eq!(notified(&room, CONFIRMATION), 503);
}

const SMTP: [(&str, &str); 3] =
    [("provider", "smtp"), ("smtp_url", "smtps://mail.shop.example"), ("webhook_password", "word")];

/// A mail of Ann's, as SendGrid posts it.
fn writes(room: &Room, id: &str, more: &str) {
    let mail =
        format!("From: {ANN}\r\nSubject: Order\r\nMessage-ID: <{id}@mail.example>\r\n{more}\r\nHello {id}");
    let body = format!("--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{mail}\r\n--b--\r\n");
    let mut request =
        WebhookRequest { method: "POST".into(), body: body.into(), ..WebhookRequest::default() };
    request.headers.push("Authorization", "Basic OndvcmQ=");
    assert_eq!(now(webhook::handle(&room.center, ChannelKind::Email, "default", request)).status, 200);
}

fn text(delivery: &SmtpDelivery) -> String {
    String::from_utf8(delivery.mail.clone()).unwrap()
}

#[test]
fn a_flow_answers_in_the_thread_and_nobodys_absence() {
    let (mut room, mail) = room(&SMTP);
    writes(&room, "1", "");
    room.settle();
    let sent = mail.taken.lock().unwrap().drain(..).collect::<Vec<_>>();
    assert_eq!(sent[0].to, ANN);
    let said = text(&sent[0]);
    for field in ["Subject: Re: Order", "In-Reply-To: <1@mail.example>", "Auto-Submitted: auto-replied"] {
        assert!(said.contains(field), "{said}");
    }
    let contact = room.contact(ChannelKind::Email, ANN);
    let answer = room.messages(&contact).pop().unwrap();
    assert_eq!(
        (answer.status, answer.provider_id.as_deref()),
        (MessageStatus::Sent, Some(sent[0].message_id.as_str()))
    );
    room.world.advance_s(1);
    writes(&room, "2", "Auto-Submitted: auto-replied\r\n");
    room.settle();
    assert!(mail.taken.lock().unwrap().is_empty());
    let last = room.messages(&contact).pop().unwrap();
    assert_eq!(last.content.plain_text(), "Hello 2");
}

#[test]
fn a_program_that_does_not_say_that_it_is_one_is_not_answered_for_ever() {
    let asks = serde_json::json!({ "body": "Your name?", "timeout": "86400" });
    let again = [("incomingMessage", "ask"), ("timeout", ""), ("deliveryFailure", "")];
    let asks = widget("ask", "send-and-wait-for-reply", asks, &again);
    let (mut room, mail) = room_with(flow(&[asks]), &SMTP);
    let mut answers = 0;
    for id in 0..2 * FLOW_MAILS_MAX {
        writes(&room, &id.to_string(), "");
        room.settle();
        answers += mail.taken.lock().unwrap().drain(..).count();
        room.world.advance_s(60);
    }
    assert_eq!(answers, FLOW_MAILS_MAX);
    let contact = room.contact(ChannelKind::Email, ANN);
    let last = room.messages(&contact).pop().unwrap();
    assert_eq!(last.status, MessageStatus::Failed);
    assert!(last.reason.is_some_and(|reason| reason.starts_with("loop: ")));
    // An hour later somebody may be there.
    room.world.advance_s(60 * 60);
    writes(&room, "later", "");
    room.settle();
    assert_eq!(mail.taken.lock().unwrap().len(), 1);
}

#[test]
fn whoever_speaks_later_goes_on_with_the_last_mail_of_the_thread() {
    let (mut room, _) = room(&SMTP);
    writes(&room, "1", "");
    room.settle();
    let contact = room.contact(ChannelKind::Email, ANN);
    let to = room.conversation(&contact).address;
    let context = now(crate::outbound::reply_context(&room.center, &contact, &to)).unwrap();
    let Some(ReplyContext::Thread(thread)) = context else { panic!("{context:?}") };
    assert_eq!(
        (thread.subject.as_str(), thread.references.as_slice()),
        ("Order", ["1@mail.example".to_owned()].as_slice())
    );
    // Elsewhere nothing is asked.
    room.ports.table.take_spent();
    let sms = patchbay_model::Address::new(ChannelKind::Sms, "default", crate::testing::ANN);
    assert_eq!(now(crate::outbound::reply_context(&room.center, &contact, &sms)).unwrap(), None);
    assert_eq!(room.ports.table.take_spent(), crate::ports::Units::default());
}

/// The flow's first answer, queued.
fn queued() -> (Room, Arc<PlayedMail>, Record) {
    let (mut room, mail) = room(&SMTP);
    writes(&room, "1", "");
    let records = room.take(QueueName::Inbound);
    room.inbound(records);
    let record = room.take(QueueName::Outbound).remove(0);
    (room, mail, record)
}

fn status(room: &Room) -> MessageStatus {
    let contact = room.contact(ChannelKind::Email, ANN);
    room.messages(&contact).pop().unwrap().status
}

/// One delivery of the record; whether it is done.
fn deliver(room: &Room, record: &mut Record) -> bool {
    let failed = now(sender::handle(&room.center, vec![record.clone()]));
    record.receive_count += 1;
    failed.is_empty()
}

#[test]
fn a_mail_server_that_says_later_is_tried_again() {
    let (room, mail, mut record) = queued();
    mail.script.lock().unwrap().push_back(SmtpAnswer::NotSent { why: "no route".into() });
    assert!(!deliver(&room, &mut record));
    assert!(deliver(&room, &mut record));
    assert_eq!((status(&room), mail.taken.lock().unwrap().len()), (MessageStatus::Sent, 2));
    assert!(deliver(&room, &mut record));
    assert_eq!(mail.taken.lock().unwrap().len(), 2, "never again");
}

#[test]
fn a_mail_that_nobody_knows_of_is_not_sent_twice() {
    let (room, mail, mut record) = queued();
    mail.script.lock().unwrap().push_back(SmtpAnswer::NoAnswer);
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room), MessageStatus::Unknown);
    // Died between the hand-over and its note.
    let (room, mail_2, mut record) = queued();
    room.fail(1, false);
    assert!(!deliver(&room, &mut record));
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room), MessageStatus::Unknown);
    assert_eq!((mail.taken.lock().unwrap().len(), mail_2.taken.lock().unwrap().len()), (1, 1));
}

#[test]
fn without_a_way_to_mail_servers_a_mail_is_refused() {
    let (mut room, _, mut record) = queued();
    room.center.mail = None;
    assert!(deliver(&room, &mut record));
    assert_eq!(status(&room), MessageStatus::Failed);
}

#[test]
fn what_is_enclosed_is_read_from_the_store() {
    let (room, mail, mut record) = queued();
    put(&room, "sent/a/1", "pixels");
    let mut entry: OutboundBody = serde_json::from_str(&record.body).unwrap();
    let attachment = |url: &str| patchbay_model::Attachment {
        url: url.into(),
        content_type: "image/png".into(),
        file_name: Some("a.png".into()),
        bytes: None,
    };
    let attachments = vec![attachment("blob:sent/a/1"), attachment("https://media.example/b.png")];
    entry.message.content = Content::Media { attachments, text: Some("look".into()) };
    record.body = crate::command::body(&entry);
    assert!(deliver(&room, &mut record));
    let said = text(&mail.taken.lock().unwrap()[0]);
    assert!(said.contains("filename=\"a.png\"") && said.contains("https://media.example/b.png"), "{said}");
}
