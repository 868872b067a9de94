use super::*;
use serde_json::json;

fn links() -> Links {
    Links {
        next: "https://center.example/webhooks/voice/default?next=2.a.0".into(),
        status: Some("https://center.example/webhooks/voice/default?on=status".into()),
        recording: Some("https://center.example/webhooks/voice/default?on=recording".into()),
        transcript: Some("https://center.example/webhooks/voice/default?on=transcript".into()),
        wait: "https://center.example/webhooks/voice/default?on=wait".into(),
        queue: "WT1".into(),
    }
}

/// The document of instructions as a flow's state holds them; what is written is read back without a word.
fn document(instructions: serde_json::Value) -> String {
    let instructions: Vec<CallInstruction> = serde_json::from_value(instructions).unwrap();
    let xml = render(&instructions, &links()).unwrap();
    assert_eq!(Response::of_xml(&xml).map(|(_, warnings)| warnings), Ok(vec![]));
    // One verb to a line, and the long URL by its name.
    let xml = xml.replace("https://center.example/webhooks/voice/default", "URL");
    xml.replace("><", ">\n<")
}

#[test]
fn every_widget_has_its_document() {
    let track = json!({"transport": "websocket", "name": "s", "url": "wss://a", "track": "both", "parameters": [["k", "v"]]});
    let dial = |targets: serde_json::Value| json!([{"do": "connect", "targets": targets, "record": false}]);
    let documents = [
        (
            "say-play",
            json!([{"do": "prompt", "kind": "say", "text": "A & B", "voice": "alice", "language": "en", "times": 2}]),
        ),
        ("say-play: play", json!([{"do": "prompt", "kind": "play", "url": "https://a/b.mp3", "times": 1}])),
        ("say-play: digits", json!([{"do": "prompt", "kind": "digits", "digits": "w1"}])),
        (
            "gather-input-on-call",
            json!([{"do": "gather", "prompts": [{"kind": "say", "text": "Which?", "times": 1}],
            "timeout_s": 5, "finish_on_key": "#", "digits_max": 1, "language": "en", "hints": "a, b", "profanity_filter": true}]),
        ),
        (
            "connect-call-to: number-multi",
            json!([{"do": "connect", "targets": [{"noun": "number", "number": "+1"},
            {"noun": "number", "number": "+2"}], "caller_id": "+3", "timeout_s": 30, "time_limit_s": 60, "record": true}]),
        ),
        ("connect-call-to: client", dial(json!([{"noun": "client", "identity": "ann"}]))),
        (
            "connect-call-to: sip",
            dial(json!([{"noun": "sip", "uri": "sip:a@b?c=1&d=2", "username": "u", "password": "p"}])),
        ),
        ("connect-call-to: conference", dial(json!([{"noun": "conference", "name": "room"}]))),
        ("connect-call-to: sim", dial(json!([{"noun": "sim", "sid": "DE1"}]))),
        ("connect-call-to: queue", dial(json!([{"noun": "queue", "name": "sales"}]))),
        (
            "enqueue-call",
            json!([{"do": "enqueue", "queue": "sales", "wait_url": "https://a/w", "wait_method": "GET"}]),
        ),
        ("send-to-flex", json!([{"do": "await_agent", "task": "2.a.0"}])),
        (
            "record-voicemail",
            json!([{"do": "record_voicemail", "timeout_s": 5, "length_s_max": 60, "play_beep": true,
            "trim_silence": true, "transcribe": true, "transcription_callback": "https://a/t"}]),
        ),
        ("add-twiml-redirect", json!([{"do": "redirect", "url": "https://b/?c=1&d=2", "method": "GET"}])),
        (
            "capture-payments",
            json!([{"do": "pay", "connector": "Default", "method": "credit_card", "amount": "9.99",
            "currency": "usd", "security_code": true, "postal_code": "false", "valid_card_types": ["visa", "amex"],
            "attempts_max": 3, "parameters": [["k", "v"]]}]),
        ),
        (
            "fork-stream: start",
            json!([{"do": "start_stream", "transport": "siprec", "connector": "C", "track": "inbound"}]),
        ),
        ("fork-stream: stop", {
            let mut stop = track.clone();
            stop["do"] = json!("stop_stream");
            json!([stop])
        }),
        (
            "connect-virtual-agent",
            json!([{"do": "connect_virtual_agent", "connector": "C", "sentiment_analysis": true,
            "configuration": [["language", "en"]], "parameters": [["k", "v"]]}]),
        ),
        ("the end", json!([{"do": "hang_up"}])),
        ("not taken", json!([{"do": "reject", "reason": "busy"}])),
        ("out of the queue", json!([{"do": "prompt", "kind": "pause", "length_s": 2}, {"do": "leave"}])),
    ];
    let shown: Vec<String> = documents.map(|(name, one)| format!("# {name}\n{}\n", document(one))).into();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_is_too_much_is_refused() {
    let long = Said::Play { url: "&".repeat(call::CALL_URL_CHARS_MAX), times: 1 };
    let many = vec![CallInstruction::Prompt(long); 4];
    assert!(matches!(render(&many, &links()), Err(RenderError::Twiml(TwimlError::TooLarge { .. }))));
    assert!(render(&many[..3], &links()).is_ok());
    let nothing = CallInstruction::Redirect { url: String::new(), method: Method::Get };
    assert!(matches!(render(&[nothing], &links()), Err(RenderError::Instruction(_))));
}
