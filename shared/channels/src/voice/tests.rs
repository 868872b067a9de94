use super::*;
use crate::registry::{example_settings, open};
use crate::webhook::Headers;
use patchbay_model::call::CallStatus;
use patchbay_model::event::{CallNews, Told};
use patchbay_model::{Content, EventKind};

const PUBLIC_URL: &str = "https://center.example";
const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(super) fn account() -> Arc<dyn Channel> {
    open(ChannelKind::Voice, "default", &example_settings(ChannelKind::Voice).unwrap(), PUBLIC_URL).unwrap()
}

/// A request of Twilio's, signed.
fn request(query: &str, params: &[(&str, &str)]) -> WebhookRequest {
    let channel = account();
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let asked = network::Asked { url: format!("{PUBLIC_URL}/webhooks/voice{mark}{query}"), params };
    channel.voice().unwrap().sign_call(&asked).unwrap()
}

fn asked(query: &str, params: &[(&str, &str)]) -> Option<CallRequest> {
    let channel = account();
    let request = request(query, params);
    let verified = channel.verify(&request, NOW).unwrap();
    channel.voice().unwrap().call_request(&verified)
}

pub(super) fn told(query: &str, params: &[(&str, &str)]) -> Normalised {
    let channel = account();
    let request = request(query, params);
    let verified = channel.verify(&request, NOW).unwrap();
    channel.normalise(&verified, NOW)
}

#[test]
fn a_call_says_where_it_stands() {
    let call =
        [("CallSid", "CA1"), ("CallStatus", "in-progress"), ("From", "+15550001"), ("To", "+15550002")];
    let check = |query: &str, expect: Option<Place>| {
        assert_eq!(asked(query, &call).map(|asked| asked.place), expect, "{query}");
    };
    check("", Some(Place::First));
    let after = |document: &str, polls| Some(Place::After { document: document.into(), polls });
    check("next=2.a%20b.0", after("2.a b.0", 0));
    check("polls=3&next=2.a.0", after("2.a.0", 3));
    check("polls=many&next=2.a.0", after("2.a.0", 0));
    check("on=wait", None);
    let asked = asked("", &call).unwrap();
    assert_eq!((asked.customer.as_str(), asked.ours.as_str()), ("+15550001", "+15550002"));
}

#[test]
fn what_waits_for_nothing_asks_nothing() {
    let over = [("CallSid", "CA1"), ("CallStatus", "completed"), ("From", "+15550001"), ("To", "+15550002")];
    assert_eq!(asked("next=2.a.0", &over), None);
    assert_eq!(asked("", &[("MessageSid", "SM1"), ("From", "+15550001"), ("To", "+15550002")]), None);
}

#[test]
fn whoever_hides_their_number_is_nobody_else() {
    let check = |from: &str, direction: &str, expect: &str| {
        let call = [("CallSid", "CA1"), ("From", from), ("To", "+15550002"), ("Direction", direction)];
        assert_eq!(asked("", &call).unwrap().customer, expect, "{from}");
    };
    for hidden in ["anonymous", "Restricted", "+266696687", "+7378742833", ""] {
        check(hidden, "inbound", "anonymous:CA1");
    }
    check("+15550001", "inbound", "+15550001");
    check("client:ann", "inbound", "client:ann");
    check("+15550001", "outbound-api", "+15550002");
}

#[test]
fn news_become_events() {
    let call = [("CallSid", "CA1"), ("From", "+15550001"), ("To", "+15550002"), ("CallDuration", "42")];
    let with = |more: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        call.iter().chain(more).copied().collect()
    };
    let heard = told("on=status", &with(&[("CallStatus", "completed")]));
    assert_eq!((heard.problems.len(), heard.events.len()), (0, 1));
    let EventKind::Call(news) = &heard.events[0].kind else { panic!() };
    let CallNews { call_sid, told: what, .. } = &**news;
    assert_eq!(call_sid, "CA1");
    assert_eq!(*what, Told::Status { status: CallStatus::Completed, duration_s: Some(42) });
    assert_eq!(heard.events[0].contact_address, "+15550001");
    // What goes on is no news, and what nobody knows is a problem.
    assert_eq!(told("on=status", &with(&[("CallStatus", "ringing")])).events, []);
    assert_eq!(told("on=status", &with(&[("CallStatus", "melted")])).problems.len(), 1);
    // A recording's news name nobody.
    let recording = [
        ("CallSid", "CA1"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "completed"),
        ("RecordingUrl", "https://a/RE1"),
    ];
    let heard = told("on=recording&customer=%2B15550001&ours=%2B15550002", &recording);
    assert_eq!(heard.events[0].contact_address, "+15550001");
    let failed = [("CallSid", "CA1"), ("RecordingSid", "RE1"), ("RecordingStatus", "failed")];
    assert_eq!(told("on=recording", &failed).problems.len(), 1);
}

#[test]
fn what_follows_from_the_request_alone_is_answered_at_once() {
    let call = [("CallSid", "CA1"), ("From", "+15550001"), ("To", "+15550002"), ("QueuePosition", "2")];
    let channel = account();
    let voice = channel.voice().unwrap();
    let said = |reply: &WebhookReply| reply.body.replace("><", ">\n<");
    let documents = [
        ("wait", said(&told("on=wait", &call).reply)),
        ("fallback", said(&told("on=fallback", &call).reply)),
        ("thanks", said(&told("on=thanks", &call).reply)),
        ("ask again", said(&voice.ask_again(&Place::After { document: "2.a b.0".into(), polls: 2 }))),
        ("ask again, later", said(&voice.ask_again(&Place::After { document: "2.a".into(), polls: 99 }))),
        ("ask again, at first", said(&voice.ask_again(&Place::First))),
    ];
    let shown: Vec<String> = documents.map(|(name, one)| format!("# {name}\n{one}\n")).into();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(told("on=fallback", &call).problems.len(), 1);
}

#[test]
fn a_text_message_is_one() {
    let message = [("MessageSid", "SM1"), ("From", "+15550001"), ("To", "+15550002"), ("Body", "hi")];
    let heard = told("", &message);
    let EventKind::Message { content, .. } = &heard.events[0].kind else { panic!() };
    assert_eq!((content, heard.events[0].channel), (&Content::text("hi"), ChannelKind::Voice));
}

#[test]
fn a_call_that_is_over_needs_no_moving() {
    let channel = account();
    let voice = channel.voice().unwrap();
    let request = voice.move_call("CA1");
    assert!(request.url.ends_with("/Accounts/AC0123456789abcdef0123456789abcdef/Calls/CA1.json"));
    let check = |status: u16, code: u32, done: bool| {
        let body = serde_json::json!({ "code": code, "message": "m" }).to_string().into_bytes();
        let response = ProviderResponse::Http { status, headers: Headers::new(), body };
        let outcome = voice.call_outcome(&request, &response);
        assert_eq!(matches!(&outcome, DeliveryOutcome::Sent { .. }), done, "{code}: {outcome:?}");
    };
    check(400, 21220, true);
    check(404, 20404, true);
    check(401, 20003, false);
    check(200, 0, true);
}
