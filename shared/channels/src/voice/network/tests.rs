use super::*;
use crate::delivery::ProviderResponse;
use crate::webhook::Headers;

const CALLER: &str = "+15550001";
const URL: &str = "https://center.example/voice";

/// A network, and a center that answers each URL with its document.
struct Stage {
    network: Network,
    now: Timestamp,
    documents: Vec<(&'static str, Result<&'static str, u32>)>,
    /// What was asked and told: what of the URL follows the center's own, and the parameters that are not every call's.
    told: Vec<String>,
    /// When each timer rings.
    timers: Vec<(Timestamp, String, u64)>,
}

impl Stage {
    fn new(documents: &[(&'static str, &'static str)]) -> Stage {
        let number = Number {
            number: "+15005550006".into(),
            account_sid: "AC1".into(),
            api_url: "https://api.example".into(),
            voice_url: URL.into(),
            fallback_url: format!("{URL}/fallback"),
            status_url: format!("{URL}/status"),
        };
        let documents = documents.iter().map(|(url, xml)| (*url, Ok(*xml))).collect();
        Stage {
            network: Network::new(number, "seed"),
            now: Timestamp(0),
            documents,
            told: Vec::new(),
            timers: Vec::new(),
        }
    }

    fn tell(&mut self, asked: &Asked) {
        let common = ["CallSid", "AccountSid", "From", "To", "Caller", "Called", "Direction", "ApiVersion"];
        let more = asked.params.iter().filter(|(name, _)| !common.contains(&name.as_str()));
        let more: Vec<String> = more.map(|(name, value)| format!("{name}={value}")).collect();
        self.told.push(format!("{} {}", asked.url.trim_start_matches(URL), more.join(" ")));
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell { request } => self.tell(&request),
                Effect::Timer { call, turn, after_ms } => {
                    let after_ms = i64::try_from(after_ms).unwrap();
                    self.timers.push((self.now.plus_ms(after_ms), call, turn));
                }
                Effect::Ask { call, turn, request } => {
                    self.tell(&request);
                    let tail = request.url.trim_start_matches(URL);
                    let known = self.documents.iter().find(|(url, _)| *url == tail);
                    let document = known.map_or(Err(11200), |(_, document)| *document);
                    let follows = self.network.answered(&call, turn, document, self.now);
                    self.perform(follows);
                }
            }
        }
    }

    fn dial(&mut self) -> String {
        let (call, effects) = self.network.dial(CALLER, self.now);
        self.perform(effects);
        call
    }

    fn act(&mut self, call: &str, act: Act) {
        let effects = self.network.act(call, &act, self.now).unwrap();
        self.perform(effects);
    }

    fn press(&mut self, call: &str, keys: &str) {
        self.act(call, Act::Keys(keys.into()));
    }

    fn pass_s(&mut self, s: i64) {
        let until = self.now.plus_s(s);
        while let Some(at) = self.timers.iter().map(|(at, ..)| *at).min().filter(|at| *at <= until) {
            self.now = at;
            let index = self.timers.iter().position(|(due, ..)| *due == at).unwrap();
            let (_, call, turn) = self.timers.remove(index);
            let effects = self.network.elapsed(&call, turn, self.now);
            self.perform(effects);
        }
        self.now = until;
    }

    fn api(&mut self, path: &str, form: &str) -> u16 {
        let request = ProviderRequest {
            method: "POST".into(),
            url: format!("https://api.example/Accounts/AC1/{path}"),
            headers: Headers::new(),
            body: form.into(),
            idempotent: false,
            on_refused: None,
        };
        let (response, effects) = self.network.request(&request, self.now).unwrap();
        self.perform(effects);
        match response {
            ProviderResponse::Http { status, .. } => status,
            other => panic!("{other:?}"),
        }
    }

    fn heard(&self, call: &str) -> Vec<String> {
        let heard = self.network.call(call).unwrap().heard.iter();
        heard
            .map(|heard| match heard {
                Heard::Say { text, .. } => text.clone(),
                Heard::Voice { text, .. } => format!("> {text}"),
                other => serde_json::to_value(other).unwrap()["kind"].as_str().unwrap().to_owned(),
            })
            .collect()
    }

    /// What was asked and told since somebody looked.
    fn check(&mut self, expect: &[&str]) {
        assert_eq!(std::mem::take(&mut self.told), expect);
    }

    fn status(&self, call: &str) -> CallStatus {
        self.network.call(call).unwrap().status
    }
}

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
        "/status CallStatus=completed SequenceNumber=0 CallbackSource=call-progress-events CallDuration=0",
    ]);
    assert_eq!(stage.heard(&call), ["Which?", "Right."]);

    let call = stage.dial();
    stage.press(&call, "1#");
    assert!(stage.told[1].ends_with("Digits=1"), "{:?}", stage.told);
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
        "/status CallStatus=completed SequenceNumber=0 CallbackSource=call-progress-events CallDuration=11",
    ]);
    // It is over: nothing more can be done to it.
    assert_eq!(stage.api(&format!("Calls/{first}.json"), form), 400);
    stage.act(&second, Act::HangUp);
    assert!(stage.told[0].starts_with("/left CallStatus=completed QueueResult=hangup"), "{:?}", stage.told);
    assert_eq!(stage.network.act(&second, &Act::HangUp, stage.now), Err(ActError::Over));
}

#[test]
fn a_message_is_recorded_and_told_of() {
    let record = "<Response><Record action='https://center.example/voice/got' timeout='2' \
        recordingStatusCallback='https://center.example/voice/rec'/><Say>Nothing.</Say></Response>";
    let got = "<Response><Say>Thanks.</Say></Response>";
    let mut stage = Stage::new(&[("", record), ("/got", got)]);
    let call = stage.dial();
    stage.act(&call, Act::Say("call me back".into()));
    stage.pass_s(2);
    assert_eq!(stage.heard(&call), ["beep", "Thanks."]);
    assert!(stage.told[1].starts_with("/rec CallStatus=in-progress RecordingSid=RE"), "{:?}", stage.told);
    assert!(stage.told[2].contains("RecordingDuration=3"), "{:?}", stage.told);
    let silent = stage.dial();
    stage.pass_s(2);
    assert_eq!(stage.heard(&silent), ["beep", "Nothing."]);
    // Who hangs up while speaking has left a message too.
    stage.told.clear();
    let short = stage.dial();
    stage.act(&short, Act::Say("bye".into()));
    stage.act(&short, Act::HangUp);
    assert!(
        stage
            .told
            .iter()
            .any(|told| told.starts_with("/got CallStatus=completed") && told.ends_with("Digits=hangup"))
    );
}

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

#[test]
fn a_conference_is_heard_by_its_members_and_ends_with_whom_it_is_to() {
    let caller = "<Response><Dial action='https://center.example/voice/over'>\
        <Conference endConferenceOnExit='true'>room</Conference></Dial></Response>";
    let mut stage = Stage::new(&[("", caller), ("/over", "<Response/>")]);
    let call = stage.dial();
    let form = "From=%2B15005550006&To=client%3Aann&Label=WR1&Timeout=20&\
        StatusCallback=https%3A%2F%2Fcenter.example%2Fvoice%2Fagent&StatusCallbackEvent=answered+completed";
    assert_eq!(stage.api("Conferences/room/Participants.json", form), 201);
    let agent = stage.network.calls().find(|call| call.to == "client:ann").unwrap().sid.clone();
    stage.act(&call, Act::Say("anybody?".into()));
    stage.told.clear();
    stage.act(&agent, Act::Answer);
    stage.act(&call, Act::Say("hello".into()));
    stage.act(&agent, Act::Say("good morning".into()));
    assert_eq!(
        (stage.heard(&agent), stage.heard(&call)),
        (vec!["> hello".to_owned()], vec!["> good morning".to_owned()])
    );
    stage.act(&call, Act::HangUp);
    assert!(stage.status(&agent).is_over());
    assert!(stage.told[0].starts_with("/agent CallStatus=in-progress SequenceNumber=0"), "{:?}", stage.told);
    assert!(stage.told.iter().any(|told| told.starts_with("/agent CallStatus=completed SequenceNumber=1")));
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
