//! Calls that a call makes.

use super::*;

#[test]
fn a_dial_ends_as_whoever_is_called_decides() {
    let dial =
        "<Response><Dial timeout='5' action='https://center.example/voice/over'>+15550009</Dial></Response>";
    let check = |act: fn(&mut Stage, &str), expect: &str| {
        let mut stage = Stage::new(&[("", dial), ("/over", "<Response/>")]);
        let call = stage.dial();
        let child = stage.network.calls().find(|call| call.to == "+15550009").unwrap().sid.clone();
        stage.told.clear();
        act(&mut stage, &child);
        let over = stage.told.iter().find(|told| told.starts_with("/over")).unwrap();
        assert!(over.contains(expect), "{over}");
        assert!(stage.status(&call).is_over() && stage.status(&child).is_over());
    };
    check(|stage, _| stage.pass_s(5), "DialCallStatus=no-answer");
    check(|stage, child| stage.act(child, Act::Decline), "DialCallStatus=busy");
    let talk = |stage: &mut Stage, child: &str| {
        stage.act(child, Act::Answer);
        stage.act(child, Act::Say("hello".into()));
        stage.pass_s(7);
        stage.act(child, Act::HangUp);
    };
    check(talk, "DialCallStatus=completed");
    check(talk, "DialCallDuration=7 DialBridged=true");
}

fn over(stage: &Stage) -> &str {
    stage.told.iter().find(|told| told.starts_with("/over")).unwrap()
}

/// A caller whose document this is.
fn dials(dial: &'static str, more: &[(&'static str, &'static str)]) -> (Stage, String) {
    let usual = [("", dial), ("/over", "<Response/>")];
    let mut stage = Stage::new(&[&usual, more].concat());
    let call = stage.dial();
    (stage, call)
}

#[test]
fn several_ring_at_once_and_the_first_to_answer_has_the_call() {
    let (mut stage, call) = dials(
        "<Response><Dial action='https://center.example/voice/over'><Number>+15550009</Number>\
         <Client><Identity>ann</Identity></Client><Sip>sip:bob@example.com</Sip></Dial></Response>",
        &[],
    );
    let (number, client, sip) =
        (stage.call_to("+15550009"), stage.call_to("client:ann"), stage.call_to("sip:bob@example.com"));
    stage.act(&number, Act::Decline);
    assert!(!stage.status(&call).is_over());
    stage.act(&client, Act::Answer);
    assert_eq!(stage.status(&sip), CallStatus::Canceled);
    stage.say(&call, "hello");
    assert_eq!(stage.heard(&client), ["> hello"]);
    stage.told.clear();
    stage.act(&call, Act::HangUp);
    assert!(over(&stage).contains("CallStatus=completed DialCallStatus=completed"), "{:?}", stage.told);
    assert_eq!(stage.status(&client), CallStatus::Completed);
}

#[test]
fn one_after_the_other_rings_until_somebody_answers() {
    let (mut stage, _call) = dials(
        "<Response><Dial sequential='true' timeout='10' action='https://center.example/voice/over'>\
         <Number>+15550007</Number><Number>+15550008</Number><Number>+15550009</Number></Dial></Response>",
        &[],
    );
    assert_eq!(stage.network.calls().count(), 2);
    stage.pass_s(10);
    assert_eq!(stage.status(&stage.call_to("+15550007")), CallStatus::NoAnswer);
    let second = stage.call_to("+15550008");
    stage.act(&second, Act::Decline);
    let third = stage.call_to("+15550009");
    stage.act(&third, Act::Answer);
    stage.pass_s(30);
    stage.act(&third, Act::HangUp);
    assert!(over(&stage).contains("DialCallStatus=completed"), "{:?}", stage.told);
    let (mut stage, _call) = dials(
        "<Response><Dial sequential='true' timeout='10' action='https://center.example/voice/over'>\
         <Number>+15550007</Number><Number>+15550008</Number></Dial></Response>",
        &[],
    );
    stage.pass_s(20);
    assert!(over(&stage).contains("DialCallStatus=no-answer"), "{:?}", stage.told);
}

#[test]
fn whoever_is_called_hears_a_word_before_and_may_refuse() {
    let dial = "<Response><Dial action='https://center.example/voice/over'>\
        <Number url='https://center.example/voice/screen' statusCallback='https://center.example/voice/leg' \
        statusCallbackEvent='initiated ringing answered completed'>+15550009</Number></Dial></Response>";
    let screen = "<Response><Gather numDigits='1' action='https://center.example/voice/taken'>\
        <Say>Press 1.</Say></Gather><Hangup/></Response>";
    let more = [("/screen", screen), ("/taken", "<Response/>")];
    let (mut stage, call) = dials(dial, &more);
    let child = stage.call_to("+15550009");
    stage.act(&child, Act::Answer);
    stage.say(&call, "not yet");
    stage.press(&child, "1");
    stage.say(&call, "hello");
    assert_eq!(stage.heard(&child), ["Press 1.", "> hello"]);
    stage.act(&child, Act::HangUp);
    let legs: Vec<&String> = stage.told.iter().filter(|told| told.starts_with("/leg")).collect();
    let legs: Vec<String> =
        legs.iter().map(|leg| leg.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        legs,
        [
            "CallStatus=initiated SequenceNumber=0",
            "CallStatus=ringing SequenceNumber=1",
            "CallStatus=in-progress SequenceNumber=2",
            "CallStatus=completed SequenceNumber=3",
        ]
    );
    // Nobody presses a key: an answering machine is not connected.
    let (mut stage, _call) = dials(dial, &more);
    stage.act(&stage.call_to("+15550009"), Act::Machine);
    stage.pass_s(5);
    assert!(over(&stage).contains("DialCallStatus=completed") && over(&stage).contains("DialBridged=false"));
}

#[test]
fn the_star_the_clock_and_the_answer_do_what_they_are_told_to() {
    let star = "<Response><Dial hangupOnStar='true'>+15550009</Dial><Say>Bye.</Say></Response>";
    let (mut stage, call) = dials(star, &[]);
    let child = stage.call_to("+15550009");
    stage.act(&child, Act::Answer);
    stage.press(&call, "1*");
    assert_eq!((stage.heard(&child), stage.heard(&call)), (vec!["# 1".to_owned()], vec!["Bye.".to_owned()]));
    assert!(stage.status(&child).is_over());
    let limit = "<Response><Dial timeLimit='30' action='https://center.example/voice/over'>+15550009</Dial></Response>";
    let (mut stage, _call) = dials(limit, &[]);
    stage.pass_s(10);
    stage.act(&stage.call_to("+15550009"), Act::Answer);
    stage.pass_s(30);
    assert!(over(&stage).contains("DialCallDuration=30 DialBridged=true"), "{:?}", stage.told);
    let on_bridge = "<Response><Dial answerOnBridge='true'>+15550009</Dial></Response>";
    let (mut stage, call) = dials(on_bridge, &[]);
    assert_eq!(stage.status(&call), CallStatus::Ringing);
    stage.act(&stage.call_to("+15550009"), Act::Answer);
    assert_eq!(stage.status(&call), CallStatus::InProgress);
    let (mut stage, call) = dials(on_bridge, &[]);
    stage.act(&call, Act::HangUp);
    assert_eq!(stage.status(&call), CallStatus::Canceled);
    assert_eq!(stage.status(&stage.call_to("+15550009")), CallStatus::Canceled);
}

#[test]
fn what_cannot_be_called_fails_and_the_document_goes_on() {
    let (stage, call) = dials("<Response><Dial/><Say>Nobody.</Say></Response>", &[]);
    assert_eq!(stage.heard(&call), ["Nobody."]);
    let check = |what: Misbehaviour, expect: &str| {
        let mut stage = Stage::new(&[
            ("", "<Response><Dial action='https://center.example/voice/over'>+15550009</Dial></Response>"),
            ("/over", "<Response/>"),
        ]);
        stage.network.order(what, 1);
        stage.dial();
        assert!(over(&stage).contains(expect), "{:?}", stage.told);
        assert_eq!(stage.network.ordered().count(), 0);
    };
    check(Misbehaviour::Busy, "DialCallStatus=busy");
    check(Misbehaviour::NoAnswer, "DialCallStatus=no-answer");
    check(Misbehaviour::Failed, "DialCallStatus=failed");
}

#[test]
fn a_call_that_is_led_elsewhere_leaves_the_one_that_made_it() {
    let (mut stage, call) = dials(
        "<Response><Dial action='https://center.example/voice/over'>+15550009</Dial></Response>",
        &[("/there", "<Response><Pause length='60'/></Response>")],
    );
    let child = stage.call_to("+15550009");
    let form = "Url=https%3A%2F%2Fcenter.example%2Fvoice%2Fthere";
    assert_eq!(stage.refused(&format!("Calls/{child}.json"), form), (400, 21220));
    stage.act(&child, Act::Answer);
    stage.asks("POST", &format!("Calls/{child}.json"), form);
    assert!(over(&stage).contains("DialBridged=true"), "{:?}", stage.told);
    assert!(stage.status(&call).is_over() && !stage.status(&child).is_over());
}

#[test]
fn whoever_has_not_rung_yet_when_somebody_answers_never_does() {
    let mut stage = Stage::new(&[(
        "",
        "<Response><Dial><Client>ann</Client><Number>+15550009</Number></Dial></Response>",
    )]);
    stage.network.order(Misbehaviour::Machine, 1);
    let call = stage.dial();
    assert_eq!(stage.status(&stage.call_to("client:ann")), CallStatus::InProgress);
    assert_eq!(stage.status(&stage.call_to("+15550009")), CallStatus::Canceled);
    assert_eq!(stage.heard(&call), ["> Nobody can take your call. Please leave a message after the tone."]);
}
