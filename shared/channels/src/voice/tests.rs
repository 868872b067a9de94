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
    assert_eq!(*what, Told::Status { status: CallStatus::Completed, duration_s: Some(42), flow: None });
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

/// A request's method and path, and its fields, a line each.
fn fields(request: &ProviderRequest) -> String {
    let (_, path) = request.url.split_once("/Accounts/").unwrap();
    let pairs = form_urlencoded::parse(&request.body);
    let lines: Vec<String> = pairs.map(|(name, value)| format!("{name}: {value}\n")).collect();
    let repeated = if request.idempotent { "may be repeated" } else { "once" };
    format!("{} {path} ({repeated})\n{}", request.method, lines.concat())
}

fn flow_call() -> patchbay_model::event::FlowCall {
    patchbay_model::event::FlowCall {
        contact_sid: patchbay_model::ContactSid::random([7; 16]),
        execution_sid: patchbay_model::ExecutionSid::derive(&["x"]),
        effect: "2.call.0".into(),
    }
}

fn placed() -> patchbay_model::call::PlaceCall {
    serde_json::from_value(serde_json::json!({ "to": "+15550001", "from": "+15550002", "record": false,
        "record_dual": false, "trim_silence": false }))
    .unwrap()
}

#[test]
fn what_is_asked_of_the_provider_for_calls_of_ours() {
    use patchbay_model::call::{MachineDetection, PlaceCall, RecordCall, outward};
    let channel = account();
    let voice = channel.voice().unwrap();
    let all = PlaceCall {
        timeout_s: Some(30),
        record: true,
        record_dual: true,
        trim_silence: true,
        send_digits: Some("w1".into()),
        machine_detection: Some(MachineDetection {
            await_end_of_message: true,
            timeout_s: Some(20),
            speech_threshold_ms: Some(2400),
            ..MachineDetection::default()
        }),
        sip_username: Some("u".into()),
        sip_password: Some("p".into()),
        ..placed()
    };
    let record = |on| RecordCall { on, dual: true, trim_silence: false, status_callback: None };
    let agent = patchbay_model::event::AgentLeg {
        customer_call: outward(&["1"]),
        task_sid: patchbay_model::TaskSid::derive(&["t"]),
        reservation_sid: patchbay_model::ReservationSid::derive(&["r"]),
        worker_sid: patchbay_model::WorkerSid::derive(&["w"]),
        conference: None,
        invited: false,
        customer: "+15550001".into(),
        ours: "+15550002".into(),
    };
    let parties = ("+15550001", "+15550002");
    let requests = [
        voice.call_for_flow(&placed(), &flow_call()),
        voice.call_for_flow(&all, &flow_call()),
        voice.record_call("CA1", &record(true), parties),
        voice.record_call("CA1", &record(false), parties),
        voice.call_customer(&agent),
        voice.start_transcription("CA1", parties),
        voice.tell_unreached("CA2", CallStatus::Busy),
    ];
    insta::assert_snapshot!(requests.map(|request| fields(&request)).join("\n"));
}

#[test]
fn a_call_that_a_flow_made_says_for_which_step() {
    let channel = account();
    let request = channel.voice().unwrap().call_for_flow(&placed(), &flow_call());
    let field = |name: &str| {
        let pairs: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        let (_, url) = pairs.into_iter().find(|(field, _)| field == name).unwrap();
        url.split_once('?').unwrap().1.to_owned()
    };
    let call =
        [("CallSid", "CA1"), ("From", "+15550002"), ("To", "+15550001"), ("Direction", "outbound-api")];
    let with = |status: &'static str| [&call[..], &[("CallStatus", status)]].concat();
    let answered = asked(&field("Url"), &with("in-progress")).unwrap();
    assert_eq!(answered.place, Place::Answered { call: flow_call(), polls: 0 });
    assert_eq!((answered.customer.as_str(), answered.ours.as_str()), ("+15550001", "+15550002"));
    let heard = told(&field("StatusCallback"), &with("busy"));
    let EventKind::Call(news) = &heard.events[0].kind else { panic!() };
    let expect = Told::Status { status: CallStatus::Busy, duration_s: None, flow: Some(flow_call()) };
    assert_eq!(news.told, expect);
}

#[test]
fn news_of_a_customer_whom_an_agent_calls_name_the_call() {
    let call = [("CallSid", "CA1"), ("From", "+15550002"), ("To", "+15550001"), ("CallDuration", "9")];
    let check = |status: &'static str, expect: Option<CallStatus>| {
        let heard = told("on=customer&leg=OC1", &[&call[..], &[("CallStatus", status)]].concat());
        let told = heard.events.iter().find_map(|event| match &event.kind {
            EventKind::Call(news) => Some(news.told.clone()),
            _ => None,
        });
        let expect = expect.map(|status| Told::Customer { leg: "OC1".into(), status, duration_s: Some(9) });
        assert_eq!(told, expect, "{status}");
    };
    check("in-progress", Some(CallStatus::InProgress));
    check("no-answer", Some(CallStatus::NoAnswer));
    check("ringing", None);
    check("melted", None);
}

#[test]
fn what_was_said_is_told_once_it_will_not_change() {
    let check = |params: &[(&str, &str)], expect: Option<Told>, problems: usize| {
        let params = [&[("CallSid", "CA1"), ("TranscriptionSid", "GT1")], params].concat();
        let heard = told("on=said&customer=%2B15550001&ours=%2B15550002", &params);
        let told = heard.events.iter().find_map(|event| match &event.kind {
            EventKind::Call(news) => Some(news.told.clone()),
            _ => None,
        });
        assert_eq!((told, heard.problems.len()), (expect, problems), "{params:?}");
    };
    let content = ("TranscriptionEvent", "transcription-content");
    let data = ("TranscriptionData", r#"{"transcript": " Hello ", "confidence": 0.9}"#);
    let said = |by_customer| Told::Said { id: "GT1:3".into(), by_customer, text: "Hello".into() };
    let sequence = ("SequenceId", "3");
    check(&[content, data, sequence, ("Track", "inbound_track")], Some(said(true)), 0);
    check(&[content, data, sequence, ("Track", "outbound_track"), ("Final", "true")], Some(said(false)), 0);
    check(&[content, data, sequence, ("Final", "false")], None, 0);
    check(&[content, sequence, ("TranscriptionData", "{")], None, 1);
    check(&[content, sequence, ("TranscriptionData", "{}")], None, 0);
    check(&[("TranscriptionEvent", "transcription-started")], None, 0);
    check(&[("TranscriptionEvent", "transcription-error"), ("TranscriptionErrorCode", "1")], None, 1);
    let text = Told::Transcript { recording_sid: "RE1".into(), text: "Call me".into() };
    let of_recording = [("RecordingSid", "RE1"), ("TranscriptionText", "Call me")];
    check(&[&of_recording[..], &[("TranscriptionStatus", "completed")]].concat(), Some(text), 0);
    check(&[&of_recording[..], &[("TranscriptionStatus", "failed")]].concat(), None, 1);
}

/// The account with these settings besides.
fn with_settings(changes: &[(&str, &str)]) -> Result<Arc<dyn Channel>, SettingsError> {
    let mut settings = example_settings(ChannelKind::Voice).unwrap();
    settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    open(ChannelKind::Voice, "default", &settings, PUBLIC_URL)
}

#[test]
fn a_key_is_offered_to_whoever_can_be_called_back() {
    let channel = with_settings(&[("callback_key", "*"), ("transcription", "true")]).unwrap();
    let voice = channel.voice().unwrap();
    let params = std::collections::BTreeMap::from([("QueuePosition".to_owned(), "2".to_owned())]);
    let task = patchbay_model::TaskSid::derive(&["t"]);
    let documents = [
        voice.waiting(&params, "+15550001"),
        voice.waiting(&params, "anonymous:CA1"),
        voice.wait_on(true),
        voice.wait_on(false),
        voice.keeps_their_place(),
        voice.conference(task.as_str(), "2.a.0", ("+15550001", "+15550002")),
    ];
    let shown = documents.map(|reply| reply.body.replace("><", ">\n<"));
    insta::assert_snapshot!(shown.join("\n\n"));
    let check = |digits: &str, expect| assert_eq!(voice.asks_for_callback(digits), expect, "{digits}");
    check("*", true);
    check("1", false);
    check("**", false);
    check("", false);
}

#[test]
fn settings_of_calls_are_complained_of() {
    for (key, value) in [("callback_key", "12"), ("callback_key", "a"), ("transcription", "yes")] {
        let error = with_settings(&[(key, value)]).err().unwrap().to_string();
        assert!(error.contains(key), "{error}");
    }
    let channel = with_settings(&[("voicemail_workflow", "Messages")]).unwrap();
    let left = Left { workflow: Some("Messages".into()), channel: "chat".into() };
    assert_eq!(channel.voice().unwrap().left(), &left);
}
