//! Menus, and documents that cannot be had.

use super::*;

const MENU: &str = "<Response><Gather numDigits='2' timeout='3' input='dtmf speech' \
    action='https://center.example/voice/menu'><Say>Which?</Say></Gather><Say>Nothing?</Say></Response>";

#[test]
fn keys_and_words_answer_a_question() {
    let menu = "<Response><Say>Right.</Say></Response>";
    let mut stage = Stage::new(&[("", MENU), ("/menu", menu)]);
    let call = stage.dial();
    stage.press(&call, "1");
    stage.check(&[" CallStatus=ringing"]);
    stage.press(&call, "2");
    stage.check(&[
        "/menu CallStatus=in-progress Digits=12",
        "/status CallStatus=completed SequenceNumber=0 CallbackSource=call-progress-events CallDuration=0 Duration=0",
    ]);
    assert_eq!(stage.heard(&call), ["Which?", "Right."]);

    let call = stage.dial();
    stage.press(&call, "1#");
    assert!(stage.told[1].ends_with("Digits=1 FinishedOnKey=#"), "{:?}", stage.told);
    let call = {
        stage.told.clear();
        stage.dial()
    };
    stage.act(&call, Act::Say("hello".into()));
    assert!(stage.told[1].contains("SpeechResult=hello Confidence=0.9"), "{:?}", stage.told);
}

#[test]
fn who_says_nothing_falls_through_and_who_is_slow_is_heard() {
    let mut stage = Stage::new(&[("", MENU), ("/menu", "<Response/>")]);
    let call = stage.dial();
    stage.pass_s(3);
    assert_eq!(
        (stage.heard(&call), stage.status(&call)),
        (vec!["Which?".to_owned(), "Nothing?".to_owned()], CallStatus::Completed)
    );
    stage.told.clear();
    let call = stage.dial();
    stage.pass_s(2);
    stage.press(&call, "7");
    stage.pass_s(2);
    stage.check(&[" CallStatus=ringing"]);
    stage.pass_s(1);
    assert!(stage.told[0].ends_with("Digits=7"), "{:?}", stage.told);
}

#[test]
fn whoever_is_not_answered_asks_the_fallback_and_then_gives_up() {
    let mut stage = Stage::new(&[("/fallback", "<Response><Say>Sorry.</Say></Response>")]);
    let call = stage.dial();
    assert_eq!(stage.heard(&call), ["Sorry."]);
    assert_eq!(
        stage.told[1],
        "/fallback CallStatus=ringing ErrorCode=11200 ErrorUrl=https://center.example/voice"
    );
    let mut stage = Stage::new(&[("", "<Response>"), ("/fallback", "no")]);
    let call = stage.dial();
    assert_eq!(stage.heard(&call), ["trouble"]);
    assert!(stage.told[1].contains("ErrorCode=12100"), "{:?}", stage.told);
    assert_eq!(stage.status(&call), CallStatus::Completed);
}

#[test]
fn old_calls_are_forgotten_and_those_that_go_on_are_not() {
    let mut stage = Stage::new(&[("", "<Response><Hangup/></Response>")]);
    let calls: Vec<String> = (0..=CALLS_MAX).map(|_| stage.dial()).collect();
    assert!(stage.network.call(&calls[CALLS_MAX]).is_some());
    assert_eq!(stage.network.calls().count(), CALLS_MAX);
}

#[test]
fn a_call_rings_on_while_its_document_pauses() {
    let mut stage = Stage::new(&[("", "<Response><Pause length='3'/><Say>Hello.</Say><Pause/></Response>")]);
    let call = stage.dial();
    assert_eq!(stage.status(&call), CallStatus::Ringing);
    stage.pass_s(3);
    assert_eq!(
        (stage.status(&call), stage.heard(&call)),
        (CallStatus::InProgress, vec!["pause".into(), "Hello.".into(), "pause".into()])
    );
    let check = |document: &'static str, expect: CallStatus| {
        let mut stage = Stage::new(&[("", document)]);
        let call = stage.dial();
        assert_eq!(stage.status(&call), expect, "{document}");
    };
    check("<Response><Reject/></Response>", CallStatus::NoAnswer);
    check("<Response><Reject reason='busy'/></Response>", CallStatus::Busy);
    check("<Response><Say>No.</Say><Reject reason='busy'/></Response>", CallStatus::Completed);
    check("<Response><Hangup/></Response>", CallStatus::Completed);
}

#[test]
fn a_verb_that_has_no_place_is_left_out() {
    let mut stage = Stage::new(&[("", "<Response><Leave/><Say>Here.</Say></Response>")]);
    let call = stage.dial();
    assert_eq!(stage.heard(&call), ["trouble", "Here."]);
}
