use super::*;
use crate::delivery::{DeliveryOutcome, RefusalCause};
use crate::testing::{NOW, call, channel, heard, http, outbound, picture, requests};
use crate::text::length;
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, Content, EventKind, MessageStatus};
use serde_json::json;

const FROM: &str = "+15005550001";

fn sms() -> Arc<dyn Simulated> {
    channel(ChannelKind::Sms, &[])
}

fn hear(pairs: &str) -> Normalised {
    let common = "MessageSid=SM1&AccountSid=AC1&From=%2B15005550001&To=%2B15005550006";
    heard(&*sms(), "", FROM, &format!("{common}&{pairs}"))
}

fn kind(pairs: &str) -> EventKind {
    hear(pairs).events.remove(0).kind
}

#[test]
fn webhooks() {
    assert_json_snapshot!(
        "text",
        picture(&hear("SmsStatus=received&NumMedia=0&Body=Caf%C3%A9+%2B+%F0%9F%98%80"))
    );
    assert_json_snapshot!(
        "media",
        picture(&hear(
            "SmsStatus=received&NumMedia=2&Body=&MediaUrl0=https%3A%2F%2Fa%2F0&MediaContentType0=image%2Fpng\
             &MediaUrl1=https%3A%2F%2Fa%2F1"
        ))
    );
    assert_json_snapshot!("receipt", picture(&hear("MessageStatus=undelivered&ErrorCode=30003")));
    assert_json_snapshot!("opted_out", picture(&hear("Body=Stop&OptOutType=STOP")));
    assert_json_snapshot!("nothing", picture(&heard(&*sms(), "", FROM, "\u{0}")));
}

#[test]
fn consent_follows_twilio_and_then_the_keywords() {
    let check = |pairs: &str, expect: Option<bool>| {
        let consent = match kind(pairs) {
            EventKind::Consent { opted_in, .. } => Some(opted_in),
            _ => None,
        };
        assert_eq!(consent, expect, "{pairs}");
    };
    for word in
        ["STOP", "stop", "+Stop+", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
    {
        check(&format!("Body={word}"), Some(false));
    }
    for word in ["START", "unstop"] {
        check(&format!("Body={word}"), Some(true));
    }
    for text in ["please+stop", "STOP+it", "YES", "HELP", "end+of+story", ""] {
        check(&format!("Body={text}"), None);
    }
    check("Body=YES&OptOutType=START", Some(true));
    check("Body=ARRET&OptOutType=STOP", Some(false));
    assert!(matches!(kind("Body=HELP"), EventKind::Message { .. }), "nobody else answers");
    assert!(matches!(kind("Body=HELP&OptOutType=HELP"), EventKind::Note { .. }), "Twilio has answered");
}

#[test]
fn statuses() {
    let check = |status: &str, expect: Option<MessageStatus>| {
        let heard = hear(&format!("SmsStatus={status}&MessageStatus={status}"));
        let told = heard.events.first().and_then(|event| match &event.kind {
            EventKind::Receipt { status, .. } => Some(*status),
            _ => None,
        });
        assert_eq!(told, expect, "{status}");
        assert_eq!(heard.problems.is_empty(), expect.is_some(), "{status}");
    };
    for status in ["accepted", "scheduled", "queued", "sending", "sent"] {
        check(status, Some(MessageStatus::Sent));
    }
    check("delivered", Some(MessageStatus::Delivered));
    check("read", Some(MessageStatus::Read));
    for status in ["undelivered", "failed", "canceled"] {
        check(status, Some(MessageStatus::Failed));
    }
    check("teleported", None);
}

#[test]
fn a_key_that_is_not_ours_is_told_and_the_providers_id_kept() {
    let body = "MessageSid=SM1&From=%2B15005550006&To=%2B15005550001&MessageStatus=sent";
    let heard = heard(&*sms(), "key=mine", FROM, body);
    assert_eq!(heard.problems[0].path, "key");
    assert_eq!(heard.events[0].event_id, "SM1:sent");
}

#[test]
fn announced_media_without_urls_and_too_many_of_them_are_told() {
    let check = |announced: usize, given: usize, kept: usize, problems: usize| {
        let media: String = (0..given).map(|at| format!("&MediaUrl{at}=https%3A%2F%2Fa%2F{at}")).collect();
        let heard = hear(&format!("Body=x&NumMedia={announced}{media}"));
        let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
        assert_eq!((content.attachments().len(), heard.problems.len()), (kept, problems));
    };
    check(10, 10, 10, 0);
    check(11, 11, 10, 1);
    check(2, 1, 1, 1);
    check(usize::MAX, 0, 0, 1);
}

#[test]
fn parameters_are_bounded() {
    let check = |extra: usize, problems: usize| {
        let more: String = (0..extra).map(|at| format!("&x{at}=")).collect();
        assert_eq!(hear(&format!("Body=x{more}")).problems.len(), problems);
    };
    check(crate::twilio::form::PARAMS_MAX - 5, 0);
    check(crate::twilio::form::PARAMS_MAX - 4, 1);
}

#[test]
fn calls() {
    let show = |content| -> Vec<serde_json::Value> {
        requests(&*sms(), &outbound(ChannelKind::Sms, FROM, content)).iter().map(call).collect()
    };
    let attachment = |content_type: &str| Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: Some("file".into()),
        bytes: None,
    };
    assert_json_snapshot!("call_text", show(Content::text("Café & thé + 100% 😀")));
    let media = vec![attachment("image/png"), attachment("application/zip")];
    assert_json_snapshot!(
        "call_media",
        show(Content::Media { attachments: media, text: Some("see".into()) })
    );
    let place =
        Content::Location { latitude: 35.5, longitude: -0.25, name: Some("Here".into()), address: None };
    assert_json_snapshot!("call_location", show(place));
    let service =
        channel(ChannelKind::Sms, &[("messaging_service_sid", "MG1"), ("api_base", "http://127.0.0.1:1/")]);
    let message = outbound(ChannelKind::Sms, FROM, Content::text("hello"));
    assert_json_snapshot!("call_service", call(&requests(&*service, &message)[0]));
}

#[test]
fn the_number_that_was_written_to_answers() {
    let mut message = outbound(ChannelKind::Sms, FROM, Content::text("hello"));
    message.from = "+15005550007".into();
    let body = String::from_utf8(requests(&*sms(), &message)[0].body.clone()).unwrap();
    assert!(body.contains("From=%2B15005550007"), "{body}");
}

#[test]
fn long_texts_and_many_media_take_several_calls() {
    let count = |content| requests(&*sms(), &outbound(ChannelKind::Sms, FROM, content)).len();
    assert_eq!(count(Content::text("a".repeat(1_600))), 1);
    assert_eq!(count(Content::text("a".repeat(1_601))), 2);
    assert_eq!(length(&"😀".repeat(800), TextUnit::Utf16), 1_600);
    assert_eq!(count(Content::text("😀".repeat(800))), 1);
    assert_eq!(count(Content::text("😀".repeat(801))), 2);
    let media = |count: usize| Content::Media {
        attachments: (0..count)
            .map(|at| Attachment {
                url: format!("https://media.example/{at}"),
                content_type: "image/png".into(),
                file_name: None,
                bytes: None,
            })
            .collect(),
        text: None,
    };
    assert_eq!((count(media(10)), count(media(11))), (1, 2));
}

#[test]
fn outcomes() {
    let check = |status: u16, code: Option<u32>, expect: &str| {
        let request = requests(&*sms(), &outbound(ChannelKind::Sms, FROM, Content::text("x"))).remove(0);
        let body = json!({ "code": code, "message": "words", "status": status });
        let outcome = match sms().outcome(&request, &http(status, &[], &body)) {
            DeliveryOutcome::Retry { .. } => "retry".to_owned(),
            DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{status} {code:?}");
    };
    check(400, Some(21610), "OptedOut");
    check(400, Some(21211), "Address");
    check(400, Some(21617), "Content");
    check(400, Some(63016), "Window");
    check(400, Some(21606), "Account");
    check(400, Some(21611), "retry");
    check(400, Some(12345), "Content");
    check(401, Some(20003), "Account");
    check(404, None, "Account");
    check(429, Some(20429), "retry");
    check(503, None, "retry");
    check(302, None, "Account");
}

#[test]
fn a_sent_message_has_twilios_id_and_a_wait_is_bounded() {
    let request = requests(&*sms(), &outbound(ChannelKind::Sms, FROM, Content::text("x"))).remove(0);
    let outcome = |response| sms().outcome(&request, &response);
    let sent = |id: Option<&str>| DeliveryOutcome::Sent { provider_id: id.map(str::to_owned) };
    assert_eq!(outcome(http(201, &[], &json!({ "sid": "SM9" }))), sent(Some("SM9")));
    assert_eq!(outcome(http(201, &[], &json!("?"))), sent(None), "what is taken is not sent again");
    let wait = |value: &str| match outcome(http(429, &[("Retry-After", value)], &json!({}))) {
        DeliveryOutcome::Retry { after_s, .. } => after_s,
        other => panic!("{other:?}"),
    };
    assert_eq!((wait("7"), wait("900"), wait("901"), wait("tomorrow")), (7, 900, 900, 5));
    let refused = outcome(http(400, &[], &json!({ "code": 21610, "message": "no" })));
    let expect =
        DeliveryOutcome::Refused { code: "21610".into(), why: "no".into(), cause: RefusalCause::OptedOut };
    assert_eq!(refused, expect);
}

#[test]
fn only_twilios_media_are_fetched_with_credentials() {
    let request =
        sms().media_request("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1").unwrap();
    assert!(request.headers.get("authorization").unwrap().starts_with("Basic "));
    assert_eq!(sms().media_request("https://api.twilio.com@evil.example/"), None);
}

#[test]
fn a_second_token_is_believed_and_the_first_one_signs() {
    let both = channel(ChannelKind::Sms, &[("auth_token", "new-token, old-token")]);
    for token in ["new-token", "old-token"] {
        let one = channel(ChannelKind::Sms, &[("auth_token", token)]);
        let mut request = WebhookRequest { method: "POST".into(), path: "/".into(), ..Default::default() };
        one.sign(&mut request, FROM, NOW);
        assert!(both.verify(&request, NOW).is_ok());
    }
    let mut request = WebhookRequest { method: "POST".into(), path: "/".into(), ..Default::default() };
    both.sign(&mut request, FROM, NOW);
    assert!(channel(ChannelKind::Sms, &[("auth_token", "new-token")]).verify(&request, NOW).is_ok());
}
