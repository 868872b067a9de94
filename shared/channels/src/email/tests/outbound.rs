//! What goes out.

use super::*;
use crate::delivery::{
    DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause, Rendered, Undeliverable,
};
use crate::email::letter::Letter;
use crate::email::mime;
use crate::testing::{http, outbound, requests};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{Attachment, Content, Email, OutboundMessage, ReplyContext, Thread};
use serde_json::{Value, json};

const ANN: &str = "ann@mail.example";

fn said(content: Content) -> OutboundMessage {
    outbound(ChannelKind::Email, ANN, content)
}

/// An agent's answer in a thread.
fn answer() -> OutboundMessage {
    let references = vec!["0@mail.example".into(), "1@mail.example".into()];
    let thread = Thread { subject: "Mon café".into(), references };
    OutboundMessage {
        reply_context: Some(ReplyContext::Thread(thread)),
        author_name: Some("Wendy É".into()),
        ..said(Content::text("Voilà,\n.\nWendy"))
    }
}

fn body(request: &ProviderRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The mail that a call of SES carries.
fn raw(request: &ProviderRequest) -> Vec<u8> {
    STANDARD.decode(body(request)["Content"]["Raw"]["Data"].as_str().unwrap()).unwrap()
}

#[test]
fn calls_of_each_provider() {
    for (name, channel) in [("postmark", postmark()), ("sendgrid", sendgrid())] {
        let calls: Vec<Value> = requests(&*channel, &answer()).iter().map(crate::testing::call).collect();
        insta::assert_json_snapshot!(format!("call_{name}"), calls);
    }
    let call = &requests(&*mailgun(), &answer())[0];
    insta::assert_snapshot!("call_mailgun", String::from_utf8_lossy(&call.body).replace('\r', ""));
    let call = &requests(&*ses(), &answer())[0];
    let mut shown = crate::testing::call(call);
    shown["body"]["Content"]["Raw"]["Data"] = json!(String::from_utf8(raw(call)).unwrap().replace('\r', ""));
    insta::assert_json_snapshot!("call_ses", shown);
}

#[test]
fn a_mail_reads_back_as_it_was_written() {
    let mail = raw(&requests(&*ses(), &answer())[0]);
    let letter = Letter::of(&mime::parse(&mail));
    assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Re: Mon café", "Voilà,\n.\nWendy"));
    assert_eq!(letter.references, ["0@mail.example", "1@mail.example"]);
    assert_eq!(letter.answers[0], "1@mail.example");
    assert_eq!(letter.from.unwrap().name.as_deref(), Some("Wendy É"));
    // The same message is the same mail.
    assert_eq!(raw(&requests(&*ses(), &answer())[0]), mail);
}

#[test]
fn subjects_are_those_of_the_thread_unless_a_message_has_its_own() {
    let check = |content: Content, thread: Option<&str>, expect: &str, answers: bool| {
        let thread = thread.map(|subject| Thread { subject: subject.into(), references: vec!["1@a".into()] });
        let message = OutboundMessage { reply_context: thread.map(ReplyContext::Thread), ..said(content) };
        let call = body(&requests(&*postmark(), &message)[0]);
        let replies = call["Headers"].as_array().unwrap().iter().any(|field| field["Name"] == "In-Reply-To");
        assert_eq!((call["Subject"].as_str(), replies), (Some(expect), answers));
    };
    let own = |subject: &str| {
        Content::Email(Email { subject: subject.into(), text: "x".into(), ..Email::default() })
    };
    check(Content::text("x"), None, "Your conversation with us", false);
    check(Content::text("x"), Some("Order"), "Re: Order", true);
    check(Content::text("x"), Some("RE: Order"), "RE: Order", true);
    check(Content::text("x"), Some("AW: Order"), "AW: Order", true);
    check(Content::text("x"), Some(" "), "Your conversation with us", true);
    check(own("News"), Some("Order"), "News", false);
    check(own("Re: Order"), Some("Order"), "Re: Order", true);
    check(own(""), Some("Order"), "Re: Order", true);
}

#[test]
fn programs_say_that_they_are_programs() {
    let fields = |author: Option<&str>| {
        let message = OutboundMessage { author_name: author.map(str::to_owned), ..answer() };
        String::from_utf8(raw(&requests(&*ses(), &message)[0])).unwrap()
    };
    assert!(fields(None).contains("Auto-Submitted: auto-replied\r\n"));
    assert!(fields(None).contains("X-Auto-Response-Suppress: All\r\n"));
    assert!(!fields(Some("Wendy")).contains("Auto-Submitted"));
}

#[test]
fn nothing_can_be_slipped_into_a_field() {
    let refusal = |change: fn(&mut OutboundMessage)| {
        let mut message = answer();
        change(&mut message);
        ses().render(&message, NOW).err()
    };
    for to in ["a@b\r\nBcc: c@d", "a@b>", "a b@c", "a@b,c@d", "nobody", "@", "a@b@c", "<a@b>"] {
        let message = OutboundMessage {
            to: patchbay_model::Address::new(ChannelKind::Email, "default", to),
            ..answer()
        };
        assert_eq!(ses().render(&message, NOW), Err(Undeliverable::Malformed("address")), "{to}");
    }
    let subject = |m: &mut OutboundMessage| {
        m.content =
            Content::Email(Email { subject: "a\r\nBcc: c@d".into(), text: "x".into(), ..Email::default() });
    };
    assert_eq!(refusal(subject), Some(Undeliverable::Malformed("subject")));
    // What comes from outside is made harmless.
    let mut message = answer();
    message.author_name = Some("W\r\nBcc: c@d".into());
    let references = vec!["1@a>\r\nBcc: c@d".into(), "2@a".into()];
    message.reply_context =
        Some(ReplyContext::Thread(Thread { subject: "a\r\nBcc: c@d".into(), references }));
    for channel in [ses(), mailgun()] {
        let call = &requests(&*channel, &message)[0];
        let mail = if channel.verify(&posted("", ""), NOW).is_err() && call.url.contains("amazonaws") {
            raw(call)
        } else {
            call.body.clone()
        };
        let mail = String::from_utf8_lossy(&mail).into_owned();
        assert!(!mail.lines().any(|line| line.starts_with("Bcc")), "{mail}");
    }
}

fn attached(url: &str) -> OutboundMessage {
    let attachment = Attachment {
        url: url.into(),
        content_type: "image/png".into(),
        file_name: Some("é.png".into()),
        bytes: None,
    };
    said(Content::Media { attachments: vec![attachment], text: Some("look".into()) })
}

#[test]
fn our_files_are_enclosed_and_others_are_links() {
    let channel = ses();
    let email = channel.email().unwrap();
    let ours = attached("blob:sent/a/1");
    let keys: Vec<String> = email.enclosed(&ours).into_iter().map(|(_, key)| key.to_string()).collect();
    assert_eq!(keys, ["sent/a/1"]);
    let letter = |bytes: usize| {
        let files = [("blob:sent/a/1".to_owned(), vec![7; bytes])].into();
        let Ok(Rendered::Requests(calls)) = email.render_with(&ours, &files, NOW) else { panic!() };
        Letter::of(&mime::parse(&raw(&calls[0])))
    };
    let enclosed = letter(3);
    assert_eq!((enclosed.text.as_str(), enclosed.files[0].bytes.as_slice()), ("look", [7, 7, 7].as_slice()));
    assert_eq!(enclosed.files[0].name.as_deref(), Some("é.png"));
    let limit = crate::email::compose::FILES_BYTES_MAX;
    assert_eq!((letter(limit).files.len(), letter(limit + 1).files.len()), (1, 0));
    let theirs = attached("https://media.example/a.png");
    assert!(email.enclosed(&theirs).is_empty());
    let text = Letter::of(&mime::parse(&raw(&requests(&*channel, &theirs)[0]))).text;
    assert_eq!(text, "look\né.png: https://media.example/a.png");
}

#[test]
fn a_mail_server_gets_the_envelope_and_the_mail() {
    let channel = account(&[
        ("provider", "smtp"),
        ("smtp_url", "smtps://u:p@mail.shop.example"),
        ("webhook_password", "x"),
    ]);
    let Ok(Rendered::Smtp(delivery)) = channel.render(&answer(), NOW) else { panic!() };
    assert_eq!((delivery.from.as_str(), delivery.to.as_str()), ("support@shop.example", ANN));
    let letter = Letter::of(&mime::parse(&delivery.mail));
    assert_eq!(letter.message_id, Some(delivery.message_id));
}

#[test]
fn an_answer_may_come_to_an_address_with_a_token() {
    let channel = account(&[
        ("provider", "postmark"),
        ("server_token", "x"),
        ("webhook_password", "x"),
        ("plus_addressing", "true"),
    ]);
    let call = body(&requests(&*channel, &answer())[0]);
    let address = call["ReplyTo"].as_str().unwrap();
    assert!(address.starts_with("support+") && address.ends_with("@shop.example"));
    let mail =
        format!("From: ann@mail.example\r\nTo: {address}\r\nMessage-ID: <1@mail.example>\r\n\r\nHello");
    let mut request =
        posted("application/json", json!({ "OriginalRecipient": address, "RawEmail": mail }).to_string());
    channel.sign(&mut request, ANN, NOW);
    let heard = channel.normalise(&channel.verify(&request, NOW).unwrap(), NOW);
    let patchbay_model::EventKind::Message { reply_to, .. } = &heard.events[0].kind else { panic!() };
    assert_eq!(reply_to.as_deref(), Some(answer().key.sid.as_str()));
    assert_eq!(heard.events[0].our_address, "support@shop.example");
}

fn check(channel: &dyn Simulated, answer: ProviderResponse, expect: &str) {
    let call = &requests(channel, &said(Content::text("x")))[0];
    let found = match channel.outcome(call, &answer) {
        DeliveryOutcome::Sent { provider_id } => format!("sent {}", provider_id.is_some()),
        DeliveryOutcome::Retry { .. } => "retry".into(),
        DeliveryOutcome::Unknown { .. } => "unknown".into(),
        DeliveryOutcome::Refused { cause: RefusalCause::Account, .. } => "account".into(),
        DeliveryOutcome::Refused { cause: RefusalCause::Address, .. } => "address".into(),
        DeliveryOutcome::Refused { cause: RefusalCause::Content, .. } => "content".into(),
        DeliveryOutcome::Refused { cause: RefusalCause::OptedOut, .. } => "opted out".into(),
        other => panic!("{other:?}"),
    };
    assert_eq!(found, expect, "{answer:?}");
}

#[test]
fn an_account_is_checked_where_there_is_somebody_to_ask() {
    for channel in [postmark(), sendgrid(), mailgun()] {
        let asked = channel.check_request().unwrap();
        assert!(asked.idempotent && asked.method == "GET");
        assert_eq!(
            channel.check(&http(200, &[], &json!({}))),
            Ok("mails go out as support@shop.example".into())
        );
        for status in [401, 404, 500] {
            assert!(channel.check(&http(status, &[], &json!({}))).is_err());
        }
        assert!(channel.check(&ProviderResponse::NotSent).is_err());
    }
    assert_eq!(ses().check_request(), None);
}

#[test]
fn answers_of_ses() {
    let ses = ses();
    let says = |status: u16, code: &str, why: &str, expect: &str| {
        check(&*ses, http(status, &[("x-amzn-ErrorType", code)], &json!({ "message": why })), expect);
    };
    check(&*ses, http(200, &[], &json!({ "MessageId": "0102" })), "sent true");
    says(400, "MessageRejected:http://x/", "Email address is not verified.", "account");
    says(400, "MessageRejected", "illegal content", "content");
    says(400, "BadRequestException", "Invalid address", "address");
    says(429, "TooManyRequestsException", "Maximum sending rate exceeded.", "retry");
    says(400, "LimitExceededException", "Daily message quota exceeded.", "retry");
    says(400, "AccountSuspendedException", "", "account");
    says(400, "MailFromDomainNotVerifiedException", "", "account");
    says(403, "AccessDeniedException", "", "account");
    says(503, "", "", "retry");
    check(&*ses, ProviderResponse::TimedOut, "unknown");
    check(&*ses, ProviderResponse::NotSent, "retry");
    let call = &requests(&*ses, &said(Content::text("x")))[0];
    let sent = ses.outcome(call, &http(200, &[], &json!({ "MessageId": "0102" })));
    let id = Some("0102@eu-west-1.amazonses.com".to_owned());
    assert_eq!(sent, DeliveryOutcome::Sent { provider_id: id });
}

#[test]
fn answers_of_the_others() {
    let code = |status: u16, code: u64| {
        http(status, &[], &json!({ "ErrorCode": code, "Message": "Invalid 'To' address" }))
    };
    check(&*postmark(), code(200, 0), "sent true");
    check(&*postmark(), code(422, 406), "opted out");
    check(&*postmark(), code(422, 300), "address");
    check(&*postmark(), code(422, 402), "account");
    check(&*postmark(), code(401, 10), "account");
    check(&*postmark(), code(500, 0), "retry");
    let error = |status: u16, field: &str| {
        http(status, &[], &json!({ "errors": [{ "message": "no", "field": field }] }))
    };
    check(&*sendgrid(), http(202, &[], &json!({})), "sent true");
    check(&*sendgrid(), error(400, "personalizations.0.to.0.email"), "address");
    check(&*sendgrid(), error(400, "from.email"), "account");
    check(&*sendgrid(), error(400, "content"), "content");
    check(&*sendgrid(), error(429, ""), "retry");
    check(&*sendgrid(), error(401, ""), "account");
    check(&*mailgun(), http(200, &[], &json!({ "id": "<1@shop.example>" })), "sent true");
    check(
        &*mailgun(),
        http(400, &[], &json!({ "message": "'to' parameter is not a valid address" })),
        "address",
    );
    check(&*mailgun(), http(400, &[], &json!({ "message": "no" })), "content");
    check(&*mailgun(), http(401, &[], &json!({})), "account");
    check(&*mailgun(), http(503, &[], &json!({})), "retry");
}
