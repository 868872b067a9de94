//! A caller at the played telephone network, whose requests go to the center at once.

use super::{Room, now, widget};
use crate::webhook;
use patchbay_channels::Simulated;
use patchbay_channels::voice::Voice;
use patchbay_channels::voice::network::{Act, Asked, Call, Effect, Heard, Network, Seat};
use patchbay_channels::{ProviderRequest, ProviderResponse, WebhookReply};
use patchbay_model::call::CallStatus;
use patchbay_model::{ChannelKind, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Line {
    account: Arc<dyn Simulated>,
    network: Network,
    timers: Vec<(Timestamp, String, u64)>,
    /// What the room's HTTP has called the calls that the center made, and what they are called in the network.
    names: BTreeMap<String, String>,
    /// What the center was asked and answered, a line each, oldest first.
    pub asked: Vec<(Asked, u16)>,
}

impl Line {
    /// The account of the phone `default`, opened in the room.
    pub fn new(room: &mut Room) -> Line {
        let account = room.open(ChannelKind::Voice, "default", &[("hold_music", "none")]);
        let network = account.voice().unwrap().network("seed");
        Line { account, network, timers: Vec::new(), names: BTreeMap::new(), asked: Vec::new() }
    }

    fn voice(&self) -> &Voice {
        self.account.voice().unwrap()
    }

    /// A request of the network's, once more if it is asked again.
    pub fn post(&mut self, room: &Room, asked: &Asked) -> WebhookReply {
        let request = self.voice().sign_call(asked).unwrap();
        let reply = now(webhook::handle(&room.center, ChannelKind::Voice, "default", request));
        self.asked.push((asked.clone(), reply.status));
        reply
    }

    fn perform(&mut self, room: &Room, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell { request, .. } => drop(self.post(room, &request)),
                Effect::Timer { call, turn, after_ms } => {
                    let at = room.world_now().plus_ms(i64::try_from(after_ms).unwrap());
                    self.timers.push((at, call, turn));
                }
                Effect::Ask { call, turn, request } => {
                    let reply = self.post(room, &request);
                    let document = if reply.status == 200 { Ok(reply.body.as_str()) } else { Err(11200) };
                    let follows = self.network.answered(&call, turn, document, room.world_now());
                    self.perform(room, follows);
                }
            }
        }
    }

    pub fn dial(&mut self, room: &Room, from: &str) -> String {
        let (call, effects) = self.network.dial(from, room.world_now());
        self.perform(room, effects);
        call
    }

    pub fn act(&mut self, room: &Room, call: &str, act: Act) {
        let effects = self.network.act(call, &act, room.world_now()).unwrap();
        self.perform(room, effects);
    }

    pub fn press(&mut self, room: &Room, call: &str, keys: &str) {
        self.act(room, call, Act::Keys(keys.into()));
    }

    /// Lets time pass, and the network's timers ring that are due in it.
    pub fn pass_s(&mut self, room: &Room, s: i64) {
        let until = room.world_now().plus_s(s);
        while let Some(at) = self.timers.iter().map(|(at, ..)| *at).min().filter(|at| *at <= until) {
            room.world.advance_ms(at.since_ms(room.world_now()).max(0));
            let index = self.timers.iter().position(|(due, ..)| *due == at).unwrap();
            let (_, call, turn) = self.timers.remove(index);
            let effects = self.network.elapsed(&call, turn, room.world_now());
            self.perform(room, effects);
        }
        room.world.advance_ms(until.since_ms(room.world_now()).max(0));
    }

    /// Carries out the calls of the API that the center has made.
    pub fn take_api(&mut self, room: &Room) -> Vec<String> {
        let mut paths = Vec::new();
        for (at, mut call) in room.http.take_calls().into_iter().enumerate() {
            for (name, real) in &self.names {
                call.url = call.url.replace(name, real);
            }
            let request = ProviderRequest {
                method: call.method.clone(),
                url: call.url.clone(),
                headers: call.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
                body: call.body.clone(),
                idempotent: true,
                on_refused: None,
            };
            let (_, path) = call.url.split_once("/Accounts/").unwrap();
            paths.push(format!("{} {}", call.method, path.split_once('/').unwrap().1));
            let account = self.account.clone();
            let answered = account.voice().unwrap().play_api(&mut self.network, &request, room.world_now());
            let (response, effects) = answered.unwrap();
            if let ProviderResponse::Http { status: 201, body, .. } = &response {
                let made: Value = serde_json::from_slice(body).unwrap();
                self.names.insert(
                    format!("SM{:032x}", at + 1),
                    made["sid"].as_str().or(made["call_sid"].as_str()).unwrap().to_owned(),
                );
            }
            self.perform(room, effects);
        }
        paths
    }

    /// What the caller has heard.
    pub fn heard(&self, call: &str) -> Vec<String> {
        let heard = self.network.call(call).unwrap().heard.iter();
        heard
            .map(|heard| match heard {
                Heard::Say { text, .. } => text.clone(),
                Heard::Pause { length_s } => format!("{length_s} s"),
                Heard::Beep => "beep".to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    /// The call that rings at somebody's phone.
    pub fn ringing(&self) -> Option<String> {
        let rings = |call: &&Call| call.direction != "inbound" && call.status == CallStatus::Ringing;
        self.network.calls().find(rings).map(|call| call.sid.clone())
    }

    /// An agent's call that is not over.
    pub fn agents_call(&self) -> Option<String> {
        let lives = |call: &&Call| call.direction != "inbound" && !call.status.is_over();
        self.network.calls().find(lives).map(|call| call.sid.clone())
    }

    pub fn seat(&self, call: &str) -> Seat {
        self.network.call(call).unwrap().seat.clone()
    }

    /// Does something if it can be done.
    pub fn try_act(&mut self, room: &Room, call: &str, act: Act) {
        if let Ok(effects) = self.network.act(call, &act, room.world_now()) {
            self.perform(room, effects);
        }
    }

    /// Calls that the center has made.
    pub fn called(&self) -> usize {
        self.network.calls().filter(|call| call.direction != "inbound").count()
    }

    pub fn is_over(&self, call: &str) -> bool {
        self.network.call(call).unwrap().status.is_over()
    }
}

/// A definition of these widgets that calls begin.
pub(crate) fn call_flow(widgets: &[Value]) -> Value {
    let first = widgets[0]["name"].as_str().unwrap();
    let starts = [("incomingCall", first), ("incomingMessage", "")];
    let mut states = vec![widget("Trigger", "trigger", json!({}), &starts)];
    states.extend_from_slice(widgets);
    json!({ "description": "a test", "initial_state": "Trigger", "flags": {}, "states": states })
}

/// A text that is spoken.
pub(crate) fn say(name: &str, text: &str, next: &str) -> Value {
    widget(name, "say-play", json!({ "say": text }), &[("audioComplete", next)])
}

/// Asks for a key, and hands over to an agent; without one, a message can be left.
pub(crate) fn phone_menu() -> Value {
    let asks = json!({ "say": "Which language?", "timeout": 5, "number_of_digits": 1 });
    let to_agent = json!({ "workflow": "anyone", "channel": "chat",
        "attributes": "{\"language\": \"{{widgets.menu.Digits}}\"}" });
    call_flow(&[
        widget("menu", "gather-input-on-call", asks, &[("keypress", "hand"), ("timeout", "sorry")]),
        widget("hand", "send-to-flex", to_agent, &[("callComplete", "bye"), ("callFailure", "sorry")]),
        say("bye", "Goodbye", ""),
        say("sorry", "Leave a message", "message"),
        widget(
            "message",
            "record-voicemail",
            json!({ "timeout": 5 }),
            &[("recordingComplete", "bye"), ("noAudio", "bye")],
        ),
    ])
}
