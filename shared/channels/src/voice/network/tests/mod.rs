use super::*;
use crate::delivery::ProviderResponse;
use crate::webhook::Headers;
use serde_json::Value;

mod beside;
mod conferences;
mod dials;
mod documents;
mod laws;
mod outgoing;
mod queues;
mod recordings;

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
            public_url: "https://center.example".into(),
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
        let common = [
            "CallSid",
            "AccountSid",
            "From",
            "To",
            "Caller",
            "Called",
            "Direction",
            "ApiVersion",
            "Timestamp",
            "QueueSid",
            "MaxQueueSize",
            "ConferenceSid",
            "ParentCallSid",
        ];
        let more = asked.params.iter().filter(|(name, _)| !common.contains(&name.as_str()));
        let more: Vec<String> = more.map(|(name, value)| format!("{name}={value}")).collect();
        self.told.push(format!("{} {}", asked.url.trim_start_matches(URL), more.join(" ")));
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell { request, .. } => self.tell(&request),
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

    fn request(&mut self, method: &str, path: &str, form: &str) -> (u16, String) {
        let request = ProviderRequest {
            method: method.into(),
            url: format!("https://api.example/Accounts/AC1/{path}"),
            headers: Headers::new(),
            body: form.into(),
            idempotent: false,
            on_refused: None,
        };
        let (response, effects) = self.network.request(&request, self.now).unwrap();
        let effects = self.network.deliver(effects);
        self.perform(effects);
        match response {
            ProviderResponse::Http { status, body, .. } => {
                (status, String::from_utf8_lossy(&body).into_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    fn api(&mut self, path: &str, form: &str) -> u16 {
        self.request("POST", path, form).0
    }

    /// What a request is answered with.
    fn asks(&mut self, method: &str, path: &str, form: &str) -> Value {
        let (status, body) = self.request(method, path, form);
        assert!((200..300).contains(&status), "{status} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// The code of what is wrong with a request.
    fn refused(&mut self, path: &str, form: &str) -> (u16, u64) {
        let (status, body) = self.request("POST", path, form);
        let body: Value = serde_json::from_str(&body).unwrap();
        (status, body["code"].as_u64().unwrap())
    }

    /// Somebody is called into a conference; their call.
    fn invite(&mut self, room: &str, to: &str, more: &str) -> String {
        let to = to.replace('+', "%2B");
        let form = format!("From=%2B15005550006&To={to}&Beep=false&{more}");
        let made = self.asks("POST", &format!("Conferences/{room}/Participants.json"), &form);
        made["call_sid"].as_str().unwrap().to_owned()
    }

    /// The same, and they answer.
    fn joined(&mut self, room: &str, to: &str, more: &str) -> String {
        let call = self.invite(room, to, more);
        self.act(&call, Act::Answer);
        call
    }

    fn conference(&self, name: &str) -> String {
        self.network.room_by(name).unwrap().sid.clone()
    }

    fn say(&mut self, call: &str, text: &str) {
        self.act(call, Act::Say(text.into()));
    }

    /// The newest call to this address.
    fn call_to(&self, to: &str) -> String {
        let calls = self.network.calls().filter(|call| call.to == to);
        calls.max_by_key(|call| (call.began_at, !call.status.is_over())).unwrap().sid.clone()
    }

    fn heard(&self, call: &str) -> Vec<String> {
        let heard = self.network.call(call).unwrap().heard.iter();
        heard
            .map(|heard| match heard {
                Heard::Say { text, .. } => text.clone(),
                Heard::Voice { text, .. } => format!("> {text}"),
                Heard::Digits { digits } => format!("# {digits}"),
                Heard::Play { url } if url == HOLD_MUSIC => "music".to_owned(),
                Heard::Beside { what, on } => format!("{what} {}", if *on { "begins" } else { "ends" }),
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
