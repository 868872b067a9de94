//! What comes in.

use super::*;
use crate::signature::{Hash, hmac};
use crate::testing::{LAW_CASES, picture};
use crate::webhook::Normalised;
use patchbay_model::event::Reference;
use patchbay_model::id::hex;
use patchbay_model::{Content, Email, EventKind, MessageStatus};
use proptest::prelude::*;
use serde_json::{Value, json};

fn hear(channel: &dyn Simulated, mut request: WebhookRequest) -> Normalised {
    channel.sign(&mut request, "", NOW);
    channel.normalise(&channel.verify(&request, NOW).unwrap(), NOW)
}

/// What is heard of a mail that SendGrid hands over as it came.
fn mail(text: &str) -> Normalised {
    let text = text.replace('\n', "\r\n");
    let body = format!("--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{text}\r\n--x--\r\n");
    hear(&*sendgrid(), posted("multipart/form-data; boundary=x", body))
}

fn content(heard: &Normalised) -> &Email {
    match &heard.events[0].kind {
        EventKind::Message { content: Content::Email(mail), .. } => mail,
        other => panic!("{other:?}"),
    }
}

const ANN: &str = "From: Ann <ann@mail.example>\nTo: support@shop.example\nMessage-ID: <1@mail.example>\n";

#[test]
fn a_mail_with_all_that_mails_have() {
    let heard = mail(&format!(
        "{ANN}Subject: =?utf-8?q?Re=3A_my_caf=C3=A9?=\nDate: Sun, 22 Nov 2026 16:05:00 +0100\n\
         In-Reply-To: <0@shop.example>\nReferences: <a@mail.example> <0@shop.example>\n\
         Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n\
         --a\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n\
         Un caf=E9.\n\nOn 1 Jan 2026, Support wrote:\n> What?\n--a\nContent-Type: text/html\n\n<p>Un caf&eacute;.</p>\n--a--\n\
         --m\nContent-Type: image/png; name=\"../a b.png\"\nContent-Transfer-Encoding: base64\n\n\
         iVBORw0KGgo=\n--m--\n"
    ));
    insta::assert_json_snapshot!("mail", picture(&heard));
}

#[test]
fn files_are_named_by_their_digest_and_handed_over_once() {
    let part =
        "--m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nthe same\n";
    let text = format!("{ANN}Content-Type: multipart/mixed; boundary=m\n\n{part}{part}--m--\n")
        .replace('\n', "\r\n");
    let body = format!("--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{text}\r\n--x--\r\n");
    let channel = sendgrid();
    let mut request = posted("multipart/form-data; boundary=x", body);
    channel.sign(&mut request, "", NOW);
    let verified = channel.verify(&request, NOW).unwrap();
    let (heard, files) = channel.email().unwrap().read_webhook(&verified, None, NOW);
    assert_eq!((files.len(), files[0].bytes.as_slice()), (1, b"the same".as_slice()));
    let urls: Vec<&str> = content(&heard).attachments.iter().map(|one| one.url.as_str()).collect();
    assert_eq!(urls, [files[0].key.reference(), files[0].key.reference()]);
}

#[test]
fn attachments_at_the_limit_are_kept_and_one_more_is_told() {
    let heard = |count: usize| {
        let part = |at: usize| format!("--m\nContent-Type: image/png; name={at}.png\n\n{at}\n");
        let parts: String = (0..count).map(part).collect();
        mail(&format!("{ANN}Content-Type: multipart/mixed; boundary=m\n\n{parts}--m--\n"))
    };
    assert_eq!((content(&heard(10)).attachments.len(), heard(10).problems.len()), (10, 0));
    assert_eq!((content(&heard(11)).attachments.len(), heard(11).problems.len()), (10, 1));
}

#[test]
fn who_is_answered_and_whether_it_is_proven() {
    let check = |fields: &str, address: &str, unverified: bool| {
        let text = format!("{fields}Message-ID: <1@mail.example>\n\nHello").replace('\n', "\r\n");
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = part("email", &text)
            + &part("from", "ann@mail.example")
            + &part("SPF", "pass")
            + &part("envelope", r#"{"to":["support+x@shop.example"],"from":"ann@mail.example"}"#)
            + "--x--\r\n";
        let heard = hear(&*sendgrid(), posted("multipart/form-data; boundary=x", body));
        assert_eq!(
            (heard.events[0].contact_address.as_str(), content(&heard).unverified),
            (address, unverified)
        );
        assert_eq!(heard.events[0].our_address, "support+x@shop.example");
    };
    check("From: ann@mail.example\n", "ann@mail.example", false);
    // Whoever may speak for one address may not for another.
    check("From: ann@mail.example\nReply-To: bob@mail.example\n", "bob@mail.example", true);
}

#[test]
fn a_mail_without_a_sender_is_told() {
    let heard = mail("Subject: Hello\n\nHello");
    assert_eq!((heard.events.len(), heard.problems[0].path.as_str()), (0, "from"));
}

#[test]
fn what_it_answers_is_ours_by_our_tag_only() {
    let sent = crate::testing::requests(
        &*sendgrid(),
        &crate::testing::outbound(ChannelKind::Email, "ann@mail.example", Content::text("Hi")),
    );
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    let id = body["headers"]["Message-ID"].as_str().unwrap();
    let reply_to = |id: &str| match mail(&format!("{ANN}In-Reply-To: {id}\n\nHello")).events.remove(0).kind {
        EventKind::Message { reply_to, .. } => reply_to.unwrap(),
        other => panic!("{other:?}"),
    };
    let bare = id.trim_matches(['<', '>']);
    assert_eq!(reply_to(id), bare);
    assert_eq!(reply_to(&format!("<another@mail.example>\nReferences: {id} <third@mail.example>")), bare);
    assert_eq!(reply_to("<another@mail.example>"), "another@mail.example");
    // Our own, come back: left out, and told.
    let heard = mail(&format!("From: ann@mail.example\nMessage-ID: {id}\n\nHello"));
    assert_eq!((heard.events.len(), heard.problems.len()), (0, 1));
}

#[test]
fn forwards_keep_what_they_hand_on_and_long_texts_become_files() {
    let quoted = "Hello\n\nOn 1 Jan 2026, Bob wrote:\n> Look";
    assert_eq!(content(&mail(&format!("{ANN}Subject: Fwd: x\n\n{quoted}"))).full_text, None);
    assert_eq!(content(&mail(&format!("{ANN}Subject: x\n\n{quoted}"))).full_text.as_deref(), Some(quoted));
    let long = format!("{ANN}Subject: x\n\nHello\n\n> {}", "quoted ".repeat(20_000));
    let heard = mail(&long);
    assert_eq!((content(&heard).text.as_str(), content(&heard).full_text.as_deref()), ("Hello", None));
    assert_eq!(content(&heard).attachments[0].file_name.as_deref(), Some("message.txt"));
}

#[test]
fn reports_are_receipts() {
    let heard = mail(
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <9@mx.example>\nContent-Type: multipart/report; boundary=r\n\n\
         --r\n\nSorry\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         Final-Recipient: rfc822; ann@mail.example\nAction: failed\nStatus: 5.1.1\n\
         --r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <sent@shop.example>\n--r--\n",
    );
    let kind = EventKind::Receipt {
        reference: Reference::Provider("sent@shop.example".into()),
        status: MessageStatus::Failed,
        reason: Some("5.1.1".into()),
    };
    assert_eq!(
        (&heard.events[0].kind, heard.events[0].contact_address.as_str()),
        (&kind, "ann@mail.example")
    );
    // A delay is a mail of a program's.
    let delayed = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=r\n\n--r\n\nLater\n\
         --r\nContent-Type: message/delivery-status\n\nx: y\n\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\n--r--\n";
    assert!(content(&mail(delayed)).automatic);
}

#[test]
fn postmark_in_fields() {
    let heard = hear(&*postmark(), posted("application/json", json!({
        "MessageID": "pm-1", "From": "ann@mail.example", "To": "support@shop.example", "Subject": "Café",
        "OriginalRecipient": "support@shop.example", "Date": "Sun, 22 Nov 2026 16:05:00 +0100",
        "TextBody": "Un café", "HtmlBody": "<p>Un café</p>",
        "Headers": [
            { "Name": "Message-ID", "Value": "<1@mail.example>" },
            { "Name": "Received-SPF", "Value": "Pass (ok) identity=mailfrom; envelope-from=ann@mail.example; receiver=x" },
        ],
        "Attachments": [{ "Name": "é.txt", "Content": "aGVsbG8=", "ContentType": "text/plain" }],
    }).to_string()));
    insta::assert_json_snapshot!("postmark", picture(&heard));
}

#[test]
fn a_file_of_postmark_that_cannot_be_read_is_told_of_and_takes_nothing_with_it() {
    let file =
        |name: &str, content: &str| json!({ "Name": name, "Content": content, "ContentType": "text/plain" });
    let heard = hear(&*postmark(), posted("application/json", json!({
        "MessageID": "pm-1", "From": "ann@mail.example", "To": "support@shop.example", "TextBody": "See",
        "Attachments": [file("broken.txt", "aGVsbG8=%"), file("whole.txt", "aGVsbG8=")],
    }).to_string()));
    let names: Vec<_> = content(&heard).attachments.iter().map(|file| file.file_name.as_deref()).collect();
    assert_eq!((content(&heard).text.as_str(), names), ("See", vec![Some("whole.txt")]));
    let told: Vec<_> = heard.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(told, ["Attachments[0].Content"]);
    assert!(heard.problems[0].reason.starts_with("a file of the mail is left out: no base64"));
}

#[test]
fn sendgrid_in_fields_and_their_charsets() {
    let part = |name: &str, value: &[u8]| {
        [format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes(), value, b"\r\n"]
            .concat()
    };
    let body = [
        part("headers", b"Message-ID: <1@mail.example>\r\nFrom: Ann <ann@mail.example>\r\nX-Any: thing"),
        part("from", b"Ann <ann@mail.example>"),
        part("subject", b"Caf\xe9"),
        part("text", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
        part("charsets", br#"{"subject":"iso-8859-1","text":"windows-1251"}"#),
        part("dkim", b"{@mail.example : pass}"),
        part("attachments", b"1"),
        part("attachment-info", br#"{"attachment1":{"filename":"a.txt","type":"text/plain"}}"#),
        part("attachment1", b"hello"),
        b"--x--\r\n".to_vec(),
    ]
    .concat();
    insta::assert_json_snapshot!(
        "sendgrid",
        picture(&hear(&*sendgrid(), posted("multipart/form-data; boundary=x", body)))
    );
}

#[test]
fn mailgun_in_fields_goes_by_its_token() {
    let timestamp = NOW.seconds().to_string();
    let heard = |token: &str, id: &str| {
        let tag =
            hex(&hmac(Hash::Sha256, "an-invented-signing-key", format!("{timestamp}{token}").as_bytes()));
        let headers = json!([
            ["From", "Ann <ann@mail.example>"],
            ["Message-Id", id],
            ["Subject", "Hi"],
            ["X-Mailgun-Spf", "Pass"]
        ]);
        let fields = [
            ("timestamp", timestamp.as_str()),
            ("token", token),
            ("signature", &tag),
            ("recipient", "support@shop.example"),
            ("sender", "ann@mail.example"),
            ("message-headers", &headers.to_string()),
            ("body-plain", "Hello"),
        ];
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        hear(&*mailgun(), posted("application/x-www-form-urlencoded", body))
    };
    insta::assert_json_snapshot!("mailgun", picture(&heard("token", "<1@mail.example>")));
    // The signature does not cover the mail: a token is good for one.
    let ids = |token, id| heard(token, id).events.remove(0).event_id;
    assert_eq!(ids("token", "<1@mail.example>"), ids("token", "<2@mail.example>"));
    assert_ne!(ids("token", "<1@mail.example>"), ids("other", "<1@mail.example>"));
}

/// What an event of a provider comes to.
fn check_event(channel: &dyn Simulated, event: &Value, expect: &str) {
    let heard = hear(channel, posted("application/json", event.to_string()));
    let found = match heard.events.first().map(|event| &event.kind) {
        Some(EventKind::Receipt { status, .. }) => status.as_str(),
        Some(EventKind::Consent { opted_in: false, .. }) => "out",
        Some(EventKind::Consent { opted_in: true, .. }) => "in",
        Some(other) => panic!("{other:?}"),
        None if heard.problems.is_empty() => "nothing",
        None => "problem",
    };
    assert_eq!(found, expect, "{event}");
    assert!(heard.events.iter().all(|event| event.contact_address == "ann@mail.example"));
}

#[test]
fn events_of_postmark() {
    let event = |kind: &str, more: Value| {
        let mut event = json!({ "RecordType": kind, "MessageID": "1", "Recipient": "ann@mail.example", "Type": "HardBounce" });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let check = |kind: &str, more: Value, expect: &str| check_event(&*postmark(), &event(kind, more), expect);
    check("Delivery", json!({}), "delivered");
    check("Bounce", json!({}), "failed");
    check("Bounce", json!({ "Type": "Transient" }), "nothing");
    check("SpamComplaint", json!({}), "out");
    check("SubscriptionChange", json!({ "SuppressSending": true }), "out");
    check("SubscriptionChange", json!({ "SuppressSending": false }), "in");
    check("Open", json!({}), "nothing");
    check("Surprise", json!({}), "problem");
    check("Delivery", json!({ "Recipient": "" }), "problem");
    check("SubscriptionChange", json!({ "Recipient": ["ann@mail.example"] }), "problem");
}

#[test]
fn events_of_sendgrid() {
    let check = |kind: &str, expect: &str| {
        check_event(
            &*sendgrid(),
            &json!([{ "event": kind, "email": "ann@mail.example", "sg_event_id": "1", "smtp-id": "<1@shop.example>" }]),
            expect,
        );
    };
    check("delivered", "delivered");
    check("bounce", "failed");
    check("dropped", "failed");
    check("deferred", "nothing");
    check("open", "nothing");
    check("spamreport", "out");
    check("group_resubscribe", "in");
    check("surprise", "problem");
    check_event(&*sendgrid(), &json!([{ "event": "delivered" }]), "problem");
}

#[test]
fn events_of_mailgun() {
    let check = |kind: &str, severity: &str, expect: &str| {
        let timestamp = NOW.seconds().to_string();
        let tag = hex(&hmac(Hash::Sha256, "an-invented-signing-key", format!("{timestamp}t").as_bytes()));
        check_event(
            &*mailgun(),
            &json!({
                "signature": { "timestamp": timestamp, "token": "t", "signature": tag },
                "event-data": { "event": kind, "severity": severity, "recipient": "ann@mail.example", "id": "1",
                    "message": { "headers": { "message-id": "1@shop.example" } } },
            }),
            expect,
        );
    };
    check("delivered", "", "delivered");
    check("failed", "permanent", "failed");
    check("failed", "temporary", "nothing");
    check("rejected", "", "failed");
    check("complained", "", "out");
    check("unsubscribed", "", "out");
    check("opened", "", "nothing");
    check("surprise", "", "problem");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: LAW_CASES, ..ProptestConfig::default() })]

    #[test]
    fn forms_of_any_kind_are_taken_or_told(
        fields in proptest::collection::vec((proptest::sample::select(FORM_FIELDS), ".{0,20}"), 0..8),
    ) {
        let part = |(name, value): &(&str, String)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body: String = fields.iter().map(part).collect();
        let heard = hear(&*sendgrid(), posted("multipart/form-data; boundary=x", body + "--x--"));
        prop_assert!(!heard.events.is_empty() || !heard.problems.is_empty());
    }
}

const FORM_FIELDS: &[&str] = &[
    "email",
    "headers",
    "from",
    "to",
    "subject",
    "text",
    "html",
    "charsets",
    "envelope",
    "dkim",
    "SPF",
    "attachments",
    "attachment-info",
    "attachment1",
    "body-mime",
    "message-headers",
];
