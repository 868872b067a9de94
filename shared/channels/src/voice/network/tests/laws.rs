//! Whatever people, programs and time do, in whatever order.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Documents that a center might answer with.
const DOCUMENTS: &[&str] = &[
    "<Response><Say>Hi.</Say><Pause length='2'/></Response>",
    "<Response><Gather numDigits='1' input='dtmf speech' action='https://center.example/voice/1'/></Response>",
    "<Response><Enqueue waitUrl='https://center.example/voice/0' action='https://center.example/voice/2'>q</Enqueue></Response>",
    "<Response><Dial timeout='3' timeLimit='9' hangupOnStar='true' record='record-from-answer'>\
     <Client>ann</Client><Number url='https://center.example/voice/0'>+15550007</Number></Dial></Response>",
    "<Response><Dial sequential='true' timeout='2' answerOnBridge='true'><Number>+15550007</Number>\
     <Number>+15550008</Number></Dial><Say>Bye.</Say></Response>",
    "<Response><Dial action='https://center.example/voice/0'><Queue url='https://center.example/voice/0'>q</Queue></Dial></Response>",
    "<Response><Start><Transcription/></Start><Dial><Conference record='record-from-start' \
     endConferenceOnExit='true' statusCallback='https://center.example/voice/conf' \
     statusCallbackEvent='start end join leave mute hold modify announcement'>room</Conference></Dial></Response>",
    "<Response><Dial hangupOnStar='true'><Conference muted='true' startConferenceOnEnter='false' \
     waitUrl='https://center.example/voice/0'>room</Conference></Dial><Say>Out.</Say></Response>",
    "<Response><Record timeout='2'/></Response>",
    "<Response><Pay/></Response>",
    "<Response><Leave/></Response>",
    "<Response><Reject reason='busy'/></Response>",
    "<Response>",
];

/// Something that happens; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Happens {
    Dials,
    Acts(usize, u8),
    Passes(i64),
    Calls(usize),
    Invites(u8),
    Changes(usize, u8),
    Redirects(usize, usize),
    Records(usize, u8),
    Goes(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        2 => Just(Happens::Dials),
        6 => (any::<usize>(), 0..9u8).prop_map(|(who, act)| Happens::Acts(who, act)),
        3 => (0..12i64).prop_map(Happens::Passes),
        1 => (0..DOCUMENTS.len()).prop_map(Happens::Calls),
        2 => any::<u8>().prop_map(Happens::Invites),
        3 => (any::<usize>(), any::<u8>()).prop_map(|(who, how)| Happens::Changes(who, how)),
        2 => (any::<usize>(), 0..DOCUMENTS.len()).prop_map(|(who, to)| Happens::Redirects(who, to)),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(who, how)| Happens::Records(who, how)),
        1 => any::<u8>().prop_map(Happens::Goes),
    ]
}

/// Numbers of one call's or one conference's news so far, and how often a call was told to be over.
#[derive(Default)]
struct Told {
    sequences: BTreeMap<String, u64>,
    ends: BTreeMap<String, u32>,
}

/// The network, and a center whose answers are drawn.
struct World {
    stage: Stage,
    /// What each question is answered with.
    answers: Vec<usize>,
    asked: usize,
    told: Told,
}

impl World {
    fn performs(&mut self, effects: Vec<Effect>) {
        let mut left: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = left.pop_front() {
            match effect {
                Effect::Tell { request, .. } => self.hears(&request),
                Effect::Timer { call, turn, after_ms } => {
                    let at = self.stage.now.plus_ms(i64::try_from(after_ms).unwrap());
                    self.stage.timers.push((at, call, turn));
                }
                Effect::Ask { call, turn, request } => {
                    let over = self.stage.status(&call).is_over();
                    assert!(!over, "a call that is over asks {}", request.url);
                    let wanted = request.url.rsplit('/').next().and_then(|tail| tail.parse::<usize>().ok());
                    let drawn = self.answers[self.asked % self.answers.len()];
                    self.asked += 1;
                    let document = DOCUMENTS[wanted.unwrap_or(drawn) % DOCUMENTS.len()];
                    left.extend(self.stage.network.answered(&call, turn, Ok(document), self.stage.now));
                }
            }
        }
    }

    fn hears(&mut self, request: &Asked) {
        let value =
            |name: &str| request.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let Some(sequence) = value("SequenceNumber") else { return };
        let of = value("ConferenceSid").or(value("CallSid")).unwrap();
        let next = self.told.sequences.entry(of.clone()).or_default();
        assert_eq!(sequence.parse::<u64>().unwrap(), *next, "{request:?}");
        *next += 1;
        if value("CallStatus").and_then(|status| CallStatus::parse(&status)).is_some_and(CallStatus::is_over)
        {
            *self.told.ends.entry(of).or_default() += 1;
        }
    }

    fn call(&self, which: usize) -> Option<String> {
        let calls: Vec<&Call> = self.stage.network.calls().collect();
        (!calls.is_empty()).then(|| calls[which % calls.len()].sid.clone())
    }

    fn api(&mut self, method: &str, path: &str, form: String) {
        let request = ProviderRequest {
            method: method.into(),
            url: format!("https://api.example/Accounts/AC1/{path}"),
            headers: Headers::new(),
            body: form.into(),
            idempotent: false,
            on_refused: None,
        };
        let (_, effects) = self.stage.network.request(&request, self.stage.now).unwrap();
        self.performs(effects);
    }

    fn does(&mut self, what: &Happens) {
        let now = self.stage.now;
        let told = "StatusCallback=https%3A%2F%2Fcenter.example%2Ft&StatusCallbackEvent=initiated+ringing+answered+completed";
        match what {
            Happens::Dials => {
                let (_, effects) = self.stage.network.dial(CALLER, now);
                self.performs(effects);
            }
            Happens::Acts(who, act) => {
                let acts = [
                    Act::Answer,
                    Act::Answer,
                    Act::Decline,
                    Act::HangUp,
                    Act::Machine,
                    Act::Keys("1".into()),
                    Act::Keys("*".into()),
                    Act::Say("hello".into()),
                    Act::Finish(Vec::new()),
                ];
                let Some(call) = self.call(*who) else { return };
                if let Ok(effects) = self.stage.network.act(&call, &acts[usize::from(*act)], now) {
                    self.performs(effects);
                }
            }
            Happens::Passes(s) => {
                let until = now.plus_s(*s);
                while let Some(index) = self.due(until) {
                    let (at, call, turn) = self.stage.timers.remove(index);
                    self.stage.now = at;
                    let effects = self.stage.network.elapsed(&call, turn, at);
                    self.performs(effects);
                }
                self.stage.now = until;
            }
            Happens::Calls(to) => {
                let url = format!("Url=https%3A%2F%2Fcenter.example%2Fvoice%2F{to}");
                self.api(
                    "POST",
                    "Calls.json",
                    format!("From=%2B15005550006&To=%2B15550005&Timeout=4&{url}&{told}"),
                );
            }
            Happens::Invites(how) => {
                let how =
                    format!("EndConferenceOnExit={}&Muted={}&Label=l{}", how % 2 == 0, how % 3 == 0, how % 5);
                let form = format!("From=%2B15005550006&To=client%3Abob&Timeout=4&{how}&{told}");
                self.api("POST", "Conferences/room/Participants.json", form);
            }
            Happens::Changes(who, how) => {
                let Some(room) = self.stage.network.room_by("room").map(|room| room.sid.clone()) else {
                    return;
                };
                let Some(call) = self.call(*who) else { return };
                let path = format!("Conferences/{room}/Participants/{call}.json");
                match how % 6 {
                    0 => self.api("DELETE", &path, String::new()),
                    1 => self.api("POST", &format!("Conferences/{room}.json"), "Status=completed".into()),
                    2 => self.api(
                        "POST",
                        &path,
                        "Hold=true&HoldUrl=https%3A%2F%2Fcenter.example%2Fvoice%2F0".into(),
                    ),
                    3 => self.api("POST", &path, "Hold=false&Muted=true".into()),
                    4 => self.api("POST", &path, format!("Coaching=true&CallSidToCoach={call}")),
                    _ => {
                        self.api("POST", &path, "AnnounceUrl=https%3A%2F%2Fcenter.example%2Fvoice%2F0".into())
                    }
                }
            }
            Happens::Redirects(who, to) => {
                let Some(call) = self.call(*who) else { return };
                let url = format!("Url=https%3A%2F%2Fcenter.example%2Fvoice%2F{to}");
                self.api("POST", &format!("Calls/{call}.json"), url);
            }
            Happens::Records(who, how) => {
                let Some(call) = self.call(*who) else { return };
                let current = format!("Calls/{call}/Recordings/Twilio.CURRENT.json");
                match how % 3 {
                    0 => self.api("POST", &format!("Calls/{call}/Recordings.json"), String::new()),
                    1 => self.api("POST", &current, "Status=paused".into()),
                    _ => self.api("POST", &current, "Status=stopped".into()),
                }
            }
            Happens::Goes(wrong) => {
                use Misbehaviour::*;
                let all = [Busy, NoAnswer, Failed, Machine, DocumentLate, DocumentMalformed, QueueError];
                self.stage.network.order(all[usize::from(*wrong) % all.len()], 1);
            }
        }
    }

    /// The timer that rings first until then.
    fn due(&self, until: Timestamp) -> Option<usize> {
        let timers = self.stage.timers.iter().enumerate();
        let due = timers.filter(|(_, (at, ..))| *at <= until).min_by_key(|(_, (at, ..))| *at);
        due.map(|(index, _)| index)
    }

    /// What must hold whenever nothing happens.
    fn holds(&self) {
        let network = &self.stage.network;
        for room in network.rooms.values() {
            for member in room.members.keys() {
                let call = network.call(member).unwrap();
                let inside = matches!(&call.seat, Seat::Room { conference, .. } if *conference == room.sid);
                assert!(inside && call.status == CallStatus::InProgress, "{call:?}");
            }
            assert!(room.ended.is_none() || room.members.is_empty());
        }
        for call in network.calls() {
            let ended = call.status.is_over();
            assert_eq!(ended, call.ended_at.is_some(), "{call:?}");
            if ended {
                assert_eq!(call.seat, Seat::Line);
                assert!(call.beside.is_empty() && network.hearers(&call.sid).is_empty(), "{call:?}");
                assert_eq!(network.recordings_of(&recording::Scope::Call(call.sid.clone())).count(), 0);
            }
            if let Seat::Room { conference, .. } = &call.seat {
                assert!(network.rooms[conference].members.contains_key(&call.sid), "{call:?}");
            }
            for hearer in network.hearers(&call.sid) {
                assert!(!network.call(&hearer).unwrap().status.is_over(), "{call:?}");
            }
            network.seen(&call.sid).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn calls_end_once_and_nobody_hears_who_is_gone(
        events in vec(happens(), 1..60),
        answers in vec(0..DOCUMENTS.len(), 1..20),
    ) {
        let mut world = World { stage: Stage::new(&[]), answers, asked: 0, told: Told::default() };
        let mut ended: BTreeMap<String, CallStatus> = BTreeMap::new();
        for event in &events {
            world.does(event);
            world.holds();
            for call in world.stage.network.calls().filter(|call| call.status.is_over()) {
                let first = *ended.entry(call.sid.clone()).or_insert(call.status);
                prop_assert_eq!(first, call.status);
            }
        }
        // Everybody hangs up, and nothing is left.
        for which in 0..world.stage.network.calls().count() {
            let call = world.call(which).unwrap();
            for act in [Act::HangUp, Act::Decline] {
                if let Ok(effects) = world.stage.network.act(&call, &act, world.stage.now) {
                    world.performs(effects);
                }
            }
        }
        world.holds();
        let told_twice = world.told.ends.values().any(|times| *times > 1);
        prop_assert!(!told_twice, "{:?}", world.told.ends);
    }
}
