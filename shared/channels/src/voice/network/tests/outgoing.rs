//! Calls that the API makes, and what may go wrong with anything.

use super::*;

const ASKS: &str = "From=%2B15005550006&Url=https%3A%2F%2Fcenter.example%2Fvoice%2Fout";
const TOLD: &str = "&StatusCallback=https%3A%2F%2Fcenter.example%2Fvoice%2Ftold\
    &StatusCallbackEvent=initiated&StatusCallbackEvent=ringing&StatusCallbackEvent=answered+completed";

fn stage() -> Stage {
    Stage::new(&[
        ("/out", "<Response><Say>Hello.</Say><Pause length='60'/></Response>"),
        ("", "<Response><Say>Hi.</Say><Pause length='60'/></Response>"),
    ])
}

fn places(stage: &mut Stage, more: &str) -> String {
    let made = stage.asks("POST", "Calls.json", &format!("{ASKS}&To=%2B15550009{more}"));
    assert_eq!(made["status"], "queued");
    made["sid"].as_str().unwrap().to_owned()
}

/// What was told, each with its number.
fn told(stage: &mut Stage) -> Vec<String> {
    let lines = std::mem::take(&mut stage.told);
    let lines = lines.iter().filter(|line| line.starts_with("/told"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            format!(
                "{} {}",
                words[2].trim_start_matches("SequenceNumber="),
                words[1].trim_start_matches("CallStatus=")
            )
        })
        .collect()
}

#[test]
fn a_call_is_made_answered_and_told_of() {
    let mut stage = stage();
    let call = places(&mut stage, &format!("{TOLD}&SendDigits=ww12"));
    stage.act(&call, Act::Answer);
    assert_eq!(stage.heard(&call), ["# 12", "Hello.", "pause"]);
    stage.pass_s(3);
    stage.act(&call, Act::HangUp);
    assert_eq!(told(&mut stage), ["0 initiated", "1 ringing", "2 in-progress", "3 completed"]);
    assert_eq!(stage.asks("GET", &format!("Calls/{call}.json"), "")["duration"], "3");
    let listed = stage.asks("GET", "Calls.json?Status=completed&To=%2B15550009", "");
    assert_eq!(listed["calls"].as_array().unwrap().len(), 1);
    // Nobody answers for as long as it rings.
    let call = places(&mut stage, &format!("{TOLD}&Timeout=20"));
    stage.pass_s(20);
    assert_eq!(stage.status(&call), CallStatus::NoAnswer);
    assert_eq!(told(&mut stage), ["0 initiated", "1 ringing", "2 no-answer"]);
    let call = places(&mut stage, "");
    stage.asks("POST", &format!("Calls/{call}.json"), "Status=canceled");
    assert_eq!(stage.status(&call), CallStatus::Canceled);
    assert_eq!(stage.refused(&format!("Calls/{call}.json"), "Status=completed"), (400, 21220));
}

#[test]
fn a_document_may_come_with_the_request() {
    let mut stage = stage();
    let twiml = |length: usize| {
        let xml = "<Response><Say>Hi.</Say><Hangup/></Response>";
        let xml = format!("{xml}{}", " ".repeat(length - xml.len()));
        let form: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("Twiml", &xml).finish();
        format!("From=%2B15005550006&To=%2B15550009&{form}")
    };
    let sid = stage.asks("POST", "Calls.json", &twiml(4_000))["sid"].as_str().unwrap().to_owned();
    stage.act(&sid, Act::Answer);
    assert_eq!((stage.heard(&sid), stage.status(&sid)), (vec!["Hi.".to_owned()], CallStatus::Completed));
    assert_eq!(stage.refused("Calls.json", &twiml(4_001)), (400, 20001));
    // A call that is on may get one too.
    let call = stage.dial();
    stage.asks("POST", &format!("Calls/{call}.json"), "Twiml=%3CResponse%3E%3CHangup%2F%3E%3C%2FResponse%3E");
    assert!(stage.status(&call).is_over());
}

#[test]
fn what_cannot_be_called_is_refused() {
    let mut stage = stage();
    let mut check =
        |form: &str, expect: u64| assert_eq!(stage.refused("Calls.json", form), (400, expect), "{form}");
    check("From=%2B15005550006&Url=x", 21201);
    check("To=%2B15550009&Url=x", 21213);
    check("From=%2B15005550006&To=nobody&Url=x", 21211);
    check("From=%2B15550001&To=%2B15550009&Url=x", 21210);
    check("From=%2B15005550006&To=%2B15550009", 21205);
    check("From=%2B15005550006&To=%2B15550009&Url=x&Timeout=601", 20001);
    assert_eq!(stage.refused("Calls/CA404.json", "Status=completed"), (404, 20404));
    // Whom a softphone or a SIP phone sees need not be ours.
    let sip = "From=%2B15550001&To=sip%3Aann%40example.com&Url=https%3A%2F%2Fcenter.example%2Fvoice%2Fout";
    assert_eq!(stage.api("Calls.json", sip), 201);
}

#[test]
fn a_machine_is_told_from_a_person() {
    let check = |more: &str, machine: bool, expect: &str| {
        let mut stage = stage();
        if machine {
            stage.network.order(Misbehaviour::Machine, 1);
        }
        let call = places(&mut stage, more);
        if !machine {
            stage.act(&call, Act::Answer);
        }
        let asked = stage.told.iter().find(|told| told.starts_with("/out")).unwrap();
        let amd = stage.told.iter().find(|told| told.starts_with("/amd"));
        let found =
            amd.unwrap_or(asked).split(' ').find_map(|word| word.strip_prefix("AnsweredBy=")).unwrap_or("");
        assert_eq!(found, expect, "{more}");
        assert_eq!(asked.contains("AnsweredBy"), amd.is_none() && !expect.is_empty());
    };
    let later = "&MachineDetection=Enable&AsyncAmd=true&AsyncAmdStatusCallback=https%3A%2F%2Fcenter.example%2Fvoice%2Famd";
    check("", false, "");
    check("&MachineDetection=Enable", false, "human");
    check("&MachineDetection=Enable", true, "machine_start");
    check("&MachineDetection=DetectMessageEnd", true, "machine_end_beep");
    check(later, false, "human");
    check(later, true, "machine_start");
}

#[test]
fn callbacks_come_late_twice_and_out_of_order_when_they_are_told_to() {
    let mut stage = stage();
    let ended = |stage: &mut Stage, orders: &[Misbehaviour]| {
        let call = places(stage, TOLD);
        stage.act(&call, Act::Answer);
        stage.told.clear();
        for what in orders {
            stage.network.order(*what, 1);
        }
        stage.network.act(&call, &Act::HangUp, stage.now).unwrap()
    };
    let effects = ended(&mut stage, &[Misbehaviour::CallbackTwice]);
    assert_eq!((effects.len(), &effects[0]), (2, &effects[1]));
    let effects = ended(&mut stage, &[Misbehaviour::CallbackLate]);
    assert!(matches!(effects.as_slice(), [Effect::Tell { after_ms: 3_000, .. }]), "{effects:?}");
    let call = places(&mut stage, TOLD);
    stage.told.clear();
    stage.network.order(Misbehaviour::CallbacksReversed, 1);
    stage.act(&call, Act::Decline);
    stage.network.order(Misbehaviour::CallbacksReversed, 1);
    places(&mut stage, TOLD);
    assert_eq!(told(&mut stage), ["2 busy", "1 ringing", "0 initiated"]);
}

#[test]
fn a_document_that_is_late_or_malformed_has_the_fallback_asked() {
    let check = |what: Misbehaviour, code: &str| {
        let mut stage = stage();
        stage.documents.push(("/fallback", Ok("<Response><Say>Sorry.</Say></Response>")));
        stage.network.order(what, 1);
        let call = stage.dial();
        assert_eq!(stage.heard(&call), ["Sorry."]);
        assert!(stage.told[1].contains(code), "{:?}", stage.told);
    };
    check(Misbehaviour::DocumentLate, "ErrorCode=11200");
    check(Misbehaviour::DocumentMalformed, "ErrorCode=12100");
    // A call of ours has none but what it was made with.
    let mut stage = stage();
    let call = places(&mut stage, "");
    stage.network.order(Misbehaviour::DocumentLate, 1);
    stage.act(&call, Act::Answer);
    assert_eq!(
        (stage.heard(&call), stage.status(&call)),
        (vec!["trouble".to_owned()], CallStatus::Completed)
    );
}

#[test]
fn orders_can_be_taken_back_and_have_a_limit() {
    let mut stage = stage();
    stage.network.order(Misbehaviour::Busy, ORDERED_MAX + 1);
    assert_eq!(stage.network.ordered().collect::<Vec<_>>(), [(Misbehaviour::Busy, ORDERED_MAX)]);
    stage.network.order(Misbehaviour::Busy, 0);
    assert_eq!(stage.network.ordered().count(), 0);
}
