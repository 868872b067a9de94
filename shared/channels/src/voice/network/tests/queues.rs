//! Waiting, and being taken out of a queue.

use super::*;

const QUEUE: &str = "<Response><Enqueue action='https://center.example/voice/left' \
    waitUrl='https://center.example/voice/wait'>q</Enqueue></Response>";

#[test]
fn a_queue_is_waited_in_until_somebody_moves_the_call() {
    let wait = "<Response><Say>Wait.</Say><Pause length='10'/></Response>";
    let mut stage = Stage::new(&[("", QUEUE), ("/wait", wait), ("/there", "<Response><Hangup/></Response>")]);
    let first = stage.dial();
    let second = stage.dial();
    stage.pass_s(11);
    assert_eq!(stage.heard(&first), ["Wait.", "pause", "Wait.", "pause"]);
    let positions: Vec<bool> = stage
        .told
        .iter()
        .filter(|told| told.starts_with("/wait"))
        .map(|t| t.contains("Position=1"))
        .collect();
    assert_eq!(positions.len(), 4);
    stage.told.clear();
    let form = "Url=https%3A%2F%2Fcenter.example%2Fvoice%2Fthere";
    assert_eq!(stage.api(&format!("Calls/{first}.json"), form), 200);
    stage.check(&[
        "/left CallStatus=in-progress QueueResult=redirected QueueTime=11",
        "/there CallStatus=in-progress",
        "/status CallStatus=completed SequenceNumber=0 CallbackSource=call-progress-events CallDuration=11 Duration=1",
    ]);
    // It is over: nothing more can be done to it.
    assert_eq!(stage.api(&format!("Calls/{first}.json"), form), 400);
    stage.act(&second, Act::HangUp);
    assert!(stage.told[0].starts_with("/left CallStatus=completed QueueResult=hangup"), "{:?}", stage.told);
    assert_eq!(stage.network.act(&second, &Act::HangUp, stage.now), Err(ActError::Over));
}

const TAKES: &str = "<Response><Dial action='https://center.example/voice/over' timeout='20'>\
    <Queue url='https://center.example/voice/whisper'>q</Queue></Dial></Response>";

/// An agent who calls, and is given whoever waits.
fn takes(stage: &mut Stage) -> String {
    let form = "From=%2B15005550006&To=client%3Aann&Url=https%3A%2F%2Fcenter.example%2Fvoice%2Ftakes";
    assert_eq!(stage.api("Calls.json", form), 201);
    let agent = stage.call_to("client:ann");
    stage.act(&agent, Act::Answer);
    agent
}

fn queue(more: &[(&'static str, &'static str)]) -> Stage {
    let usual = [("", QUEUE), ("/takes", TAKES), ("/over", "<Response/>"), ("/left", "<Response/>")];
    Stage::new(&[&usual, more].concat())
}

#[test]
fn whoever_dials_a_queue_gets_its_first_caller_after_a_whisper() {
    let mut stage = queue(&[
        ("/wait", "<Response><Pause length='10'/></Response>"),
        ("/whisper", "<Response><Say>Recorded.</Say><Pause/></Response>"),
    ]);
    let first = stage.dial();
    stage.pass_s(4);
    let second = stage.dial();
    stage.told.clear();
    let agent = takes(&mut stage);
    let whisper = stage.told.iter().find(|told| told.starts_with("/whisper")).unwrap();
    assert!(whisper.ends_with(&format!("QueueTime=4 DequeingCallSid={agent}")), "{whisper}");
    // While they hear it, they hear nobody.
    stage.say(&agent, "too early");
    stage.pass_s(1);
    stage.say(&agent, "hello");
    stage.say(&first, "at last");
    assert_eq!(stage.heard(&first), ["pause", "Recorded.", "pause", "> hello"]);
    assert_eq!(stage.heard(&agent), ["> at last"]);
    stage.told.clear();
    stage.pass_s(6);
    // The action of the queue comes when they do not talk any more.
    assert!(!stage.told.iter().any(|told| told.starts_with("/left")), "{:?}", stage.told);
    stage.act(&agent, Act::HangUp);
    assert!(
        stage
            .told
            .iter()
            .any(|told| told.starts_with("/left CallStatus=in-progress QueueResult=bridged QueueTime=11")),
        "{:?}",
        stage.told
    );
    assert!(stage.told.iter().any(|told| told.starts_with("/over") && told.contains("DialBridged=true")));
    assert!(stage.status(&first).is_over() && !stage.status(&second).is_over());
    // A caller who hangs up ends it too.
    let agent = takes(&mut stage);
    stage.pass_s(1);
    stage.told.clear();
    stage.act(&second, Act::HangUp);
    assert!(stage.told[0].starts_with("/left CallStatus=completed QueueResult=bridged"), "{:?}", stage.told);
    assert!(stage.status(&agent).is_over());
}

#[test]
fn whoever_dials_an_empty_queue_waits_for_somebody() {
    let mut stage =
        queue(&[("/wait", "<Response><Pause length='10'/></Response>"), ("/whisper", "<Response/>")]);
    let agent = takes(&mut stage);
    stage.pass_s(5);
    let call = stage.dial();
    stage.say(&call, "hello");
    assert_eq!(stage.heard(&agent), ["> hello"]);
    // The API has something else for them: both go on.
    stage.told.clear();
    let form = "Url=https%3A%2F%2Fcenter.example%2Fvoice%2Fover";
    stage.asks("POST", &format!("Calls/{call}.json"), form);
    assert!(
        stage.told[0].starts_with("/left CallStatus=in-progress QueueResult=redirected-from-bridged"),
        "{:?}",
        stage.told
    );
    assert!(stage.status(&call).is_over() && stage.status(&agent).is_over());
    let agent = takes(&mut stage);
    stage.told.clear();
    stage.pass_s(20);
    assert!(stage.told[0].contains("DialCallStatus=no-answer"), "{:?}", stage.told);
    assert!(stage.status(&agent).is_over());
}

#[test]
fn callers_leave_by_a_key_or_because_something_is_wrong() {
    let leaves = "<Response><Gather numDigits='1' action='https://center.example/voice/key'/></Response>";
    let mut stage = queue(&[("/wait", leaves), ("/key", "<Response><Leave/></Response>")]);
    let check = |stage: &mut Stage, expect: &str| {
        let left = stage.told.iter().find(|told| told.starts_with("/left")).unwrap();
        assert!(left.contains(expect), "{left}");
        stage.told.clear();
    };
    let call = stage.dial();
    stage.pass_s(3);
    stage.press(&call, "5");
    check(&mut stage, "QueueResult=leave QueueTime=3");
    stage.network.order(Misbehaviour::QueueError, 1);
    stage.dial();
    check(&mut stage, "QueueResult=system-error");
    stage.network.order(Misbehaviour::DocumentMalformed, 1);
    stage.documents[0].1 = Ok(
        "<Response><Enqueue action='https://center.example/voice/left' waitUrl='https://center.example/voice/gone'>q</Enqueue></Response>",
    );
    let (_, effects) = stage.network.dial(super::CALLER, stage.now);
    stage.network.order(Misbehaviour::DocumentMalformed, 0);
    stage.perform(effects);
    check(&mut stage, "QueueResult=error");
    stage.documents[0].1 = Ok(
        "<Response><Enqueue maxQueueSize='1' action='https://center.example/voice/left' waitUrl=''>small</Enqueue></Response>",
    );
    stage.dial();
    assert!(!stage.told.iter().any(|told| told.starts_with("/left")));
    stage.dial();
    check(&mut stage, "QueueResult=queue-full QueueTime=0");
    // Without an action the document goes on.
    stage.documents[0].1 = Ok(
        "<Response><Enqueue waitUrl='https://center.example/voice/wait'>q</Enqueue><Say>Bye.</Say></Response>",
    );
    let call = stage.dial();
    stage.press(&call, "5");
    assert_eq!(stage.heard(&call), ["Bye."]);
}

#[test]
fn the_usual_wait_is_that_of_those_who_wait() {
    let mut stage = queue(&[("/wait", "<Response><Pause length='10'/></Response>")]);
    let _first = stage.dial();
    stage.pass_s(8);
    stage.told.clear();
    let _second = stage.dial();
    let wait = stage.told.iter().find(|told| told.starts_with("/wait")).unwrap();
    assert!(wait.ends_with("QueuePosition=2 QueueTime=0 AvgQueueTime=4 CurrentQueueSize=2"), "{wait}");
}
