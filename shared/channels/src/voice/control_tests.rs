//! What is done to calls that go on: the requests as they are made, and what is heard and told of them.

use super::tests::{account, told};
use super::*;
use crate::webhook::Headers;
use patchbay_model::EventKind;
use patchbay_model::event::{PartyLeg, Told};
use serde_json::json;

fn leg() -> PartyLeg {
    PartyLeg {
        customer_call: "CA1".into(),
        label: "p1".into(),
        conference: "WT1".into(),
        muted: false,
        coach: None,
        customer: "+15550001".into(),
        ours: "+15550002".into(),
    }
}

fn shown(request: &ProviderRequest) -> String {
    let (_, path) = request.url.split_once("/Accounts/AC0123456789abcdef0123456789abcdef/").unwrap();
    let fields: Vec<String> =
        form_urlencoded::parse(&request.body).map(|(name, value)| format!("  {name}: {value}")).collect();
    let again = if request.idempotent { "" } else { " (once)" };
    [vec![format!("{} {path}{again}", request.method)], fields].concat().join("\n")
}

#[test]
fn requests_look_as_before() {
    let channel = account();
    let voice = channel.voice().unwrap();
    let change = |change| voice.change_participant("CF1", "CA1", change);
    let (muted, coach) = (PartyLeg { muted: true, ..leg() }, PartyLeg { coach: Some("CA2".into()), ..leg() });
    let requests = [
        voice.find_conference("WT1"),
        change(Change::Hold(true)),
        change(Change::Hold(false)),
        change(Change::Mute(true)),
        change(Change::Mute(false)),
        change(Change::Digits("1w#")),
        change(Change::Heard { muted: true, by: None }),
        change(Change::Heard { muted: false, by: Some("CA2") }),
        change(Change::Heard { muted: false, by: None }),
        voice.call_number("+15550003", &leg()),
        voice.call_supervisor("+15550004", &muted),
        voice.call_supervisor("client:sue", &coach),
        voice.start_recording("CA1", ("+15550001", "+15550002")),
        voice.find_recordings("CA1"),
        voice.change_recording("CA1", "RE1", Record::Pause),
        voice.change_recording("CA1", "RE1", Record::GoOn),
        voice.change_recording("CA1", "RE1", Record::Stop),
        voice.delete_recording("RE1"),
    ];
    insta::assert_snapshot!(requests.map(|request| shown(&request)).join("\n\n"));
}

#[test]
fn documents_look_as_before() {
    let call = [("CallSid", "CA9"), ("From", "+15550002"), ("To", "+15550003")];
    let party = "call=CA1&label=p1&conference=WT1&customer=%2B15550001&ours=%2B15550002";
    let said = |query: &str, more: &[(&'static str, &'static str)]| {
        let params: Vec<_> = call.iter().chain(more).copied().collect();
        format!("# {query}\n{}\n", told(query, &params).reply.body.replace("><", ">\n<"))
    };
    let documents = [
        said("on=hold", &[]),
        said("on=digits&digits=12%23", &[]),
        said("on=digits&digits=nonsense", &[]),
        said(&format!("on=party&{party}"), &[]),
        said(&format!("on=party-joins&{party}"), &[]),
        said(&format!("on=party-joins&muted=true&{party}"), &[("Digits", "1")]),
        said(&format!("on=party-joins&coach=CA2&{party}"), &[]),
        said(&format!("on=party-joins&{party}"), &[("Digits", "2")]),
        said(&format!("on=party-over&{party}"), &[("CallStatus", "no-answer")]),
    ];
    insta::assert_snapshot!(documents.join("\n"));
}

#[test]
fn whoever_comes_and_goes_is_told_of() {
    let call = [("CallSid", "CA9"), ("From", "+15550002"), ("To", "+15550003"), ("CallStatus", "completed")];
    let party = "call=CA1&label=p1&conference=WT1&customer=%2B15550001&ours=%2B15550002";
    let check = |query: String, more: &[(&'static str, &'static str)], expect: Option<bool>| {
        let params: Vec<_> = call.iter().chain(more).copied().collect();
        let heard = told(&query, &params);
        assert_eq!(heard.problems.len(), 0, "{query}");
        let joined = heard.events.first().map(|event| {
            assert_eq!(event.contact_address, "+15550001");
            let EventKind::Call(news) = &event.kind else { panic!() };
            let Told::Party { leg: of, joined } = &news.told else { panic!("{:?}", news.told) };
            assert_eq!((of, news.call_sid.as_str()), (&leg(), "CA9"));
            *joined
        });
        assert_eq!(joined, expect, "{query}");
    };
    check(format!("on=party&{party}"), &[], None);
    check(format!("on=party-joins&{party}"), &[], Some(true));
    check(format!("on=party-joins&{party}"), &[("Digits", "1")], Some(true));
    check(format!("on=party-joins&{party}"), &[("Digits", "2")], None);
    check(format!("on=party-over&{party}"), &[], Some(false));
    check("on=hold".into(), &[("CallStatus", "in-progress")], None);
}

#[test]
fn what_a_conference_tells_is_told_by_those_in_it() {
    for event in ["conference-start", "participant-join", "participant-leave", "conference-end"] {
        let heard =
            told("", &[("ConferenceSid", "CF1"), ("FriendlyName", "WT1"), ("StatusCallbackEvent", event)]);
        assert_eq!((heard.events.len(), heard.problems.len()), (0, 0), "{event}");
    }
}

#[test]
fn keys_are_keys_of_a_phone() {
    let check = |keys: &str, expect: bool| assert_eq!(is_digits(keys), expect, "{keys}");
    check("0123456789*#w", true);
    check("", false);
    check("1a", false);
    check("1,2", false);
    check(&"1".repeat(DIGITS_MAX), true);
    check(&"1".repeat(DIGITS_MAX + 1), false);
}

#[test]
fn answers_are_read() {
    let channel = account();
    let voice = channel.voice().unwrap();
    let request = voice.change_participant("CF1", "CA1", Change::Mute(true));
    let http = |status: u16, body: serde_json::Value| ProviderResponse::Http {
        status,
        headers: Headers::new(),
        body: body.to_string().into_bytes(),
    };
    let check = |response: ProviderResponse, expect: &str| {
        let found = format!("{:?}", voice.change_outcome(&request, &response));
        assert!(found.starts_with(expect), "{found}");
    };
    check(http(200, json!({ "call_sid": "CA1" })), "Done");
    check(http(404, json!({ "code": 20404, "message": "not found" })), "Gone");
    check(http(400, json!({ "code": 21220, "message": "not in progress" })), "Gone");
    check(http(400, json!({ "code": 13225, "message": "blocked" })), "Failed(\"13225: blocked\")");
    check(http(503, json!({})), "Passing");
    check(ProviderResponse::TimedOut, "Passing");
    let find = voice.find_conference("WT1");
    let found = |body| voice.conference_found(&find, &http(200, body));
    assert_eq!(found(json!({ "conferences": [{ "sid": "CF1" }, { "sid": "CF2" }] })), Ok(Some("CF1".into())));
    assert_eq!(found(json!({ "conferences": [] })), Ok(None));
    assert!(matches!(found(json!("none")), Err(DeliveryOutcome::Unknown { .. })));
    let find = voice.find_recordings("CA1");
    let recordings = json!({ "recordings": [
        { "sid": "RE1", "status": "completed" }, { "sid": "RE2", "status": "paused" }] });
    assert_eq!(voice.recording_found(&find, &http(200, recordings)), Ok(Some("RE2".into())));
}

#[test]
fn a_recording_is_known_by_its_url() {
    let channel = account();
    let voice = channel.voice().unwrap();
    let api = "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef";
    let check = |url: String, expect: Option<&str>| assert_eq!(voice.recording_of(&url), expect, "{url}");
    check(format!("{api}/Recordings/RE1.mp3"), Some("RE1"));
    check(format!("{api}/Recordings/RE1"), Some("RE1"));
    check(format!("{api}/Recordings/../Calls"), None);
    check("https://elsewhere.example/Recordings/RE1.mp3".into(), None);
}
