//! A caller at the played telephone network, whose requests go to the center at once.

use super::{Room, now, widget};
use crate::ports::{HttpResponse, Queue, QueueName, World};
use crate::webhook;
use patchbay_channels::Simulated;
use patchbay_channels::voice::Voice;
use patchbay_channels::voice::network::{Act, Asked, Call, Effect, Heard, Network, Seat, Seen};
use patchbay_channels::{ProviderRequest, ProviderResponse, WebhookReply};
use patchbay_model::call::CallStatus;
use patchbay_model::{ChannelKind, Timestamp};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) struct Line {
    account: Arc<dyn Simulated>,
    network: Arc<Mutex<Network>>,
    /// What followed from the calls of the API that the center has made, and is to be performed.
    follows: Arc<Mutex<Vec<Effect>>>,
    timers: Vec<(Timestamp, String, u64)>,
    /// What the center was asked and answered, a line each, oldest first.
    pub asked: Vec<(Asked, u16)>,
}

impl Line {
    /// The account of the phone `default`, opened in the room.
    pub fn new(room: &mut Room) -> Line {
        Line::with(room, &[])
    }

    /// The same with more settings. The API is the network's from now on.
    pub fn with(room: &mut Room, settings: &[(&str, &str)]) -> Line {
        let settings: Vec<_> = [("hold_music", "none")].iter().chain(settings).copied().collect();
        let account = room.open(ChannelKind::Voice, "default", &settings);
        let network = Arc::new(Mutex::new(account.voice().unwrap().network("seed")));
        let follows = Arc::<Mutex<Vec<Effect>>>::default();
        let (played, played_by, later, world) =
            (network.clone(), account.clone(), follows.clone(), room.world.clone());
        room.http.is_played_by(Box::new(move |call| {
            let request = ProviderRequest {
                method: call.method.clone(),
                url: call.url.clone(),
                headers: call.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
                body: call.body.clone(),
                idempotent: true,
                on_refused: None,
            };
            let mut network = played.lock().unwrap();
            let answered = played_by.voice().unwrap().play_api(&mut network, &request, world.now());
            let (response, effects) = answered?;
            later.lock().unwrap().extend(effects);
            let ProviderResponse::Http { status, headers, body } = response else { return None };
            let headers = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Some(HttpResponse { status, headers, body })
        }));
        Line { account, network, follows, timers: Vec::new(), asked: Vec::new() }
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap()
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
                    let follows = self.network().answered(&call, turn, document, room.world_now());
                    self.perform(room, follows);
                }
            }
        }
    }

    /// Hands over what waits in one queue, but for what is to come later, and the calls of the API that follow.
    pub fn deliver(&mut self, room: &mut Room, queue: QueueName) {
        match queue {
            QueueName::Inbound => {
                let records = room.take(queue);
                room.inbound(records);
            }
            QueueName::Outbound => {
                let records = room.take(queue);
                room.outbound(records);
                // What the provider tells of it comes by another function, whose fault would lose the news.
                room.fail(u32::MAX, false);
                self.take_api(room);
            }
            QueueName::Routing => {
                let (due, later): (Vec<_>, Vec<_>) =
                    room.ports.queue.take(queue).into_iter().partition(|message| message.delay_s == 0);
                now(room.ports.queue.send(queue, later)).unwrap();
                for message in due {
                    let record = room.record(message.body, None);
                    room.routed(vec![record]);
                }
            }
        }
    }

    /// The same of all queues, until nothing waits that is due.
    pub fn settle(&mut self, room: &mut Room) {
        for _ in 0..50 {
            for queue in QueueName::ALL {
                self.deliver(room, queue);
            }
            let waits = |queue| room.ports.queue.sent(queue).iter().any(|message| message.delay_s == 0);
            if !QueueName::ALL.into_iter().any(waits) {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    pub fn dial(&mut self, room: &Room, from: &str) -> String {
        let (call, effects) = self.network().dial(from, room.world_now());
        self.perform(room, effects);
        call
    }

    pub fn act(&mut self, room: &Room, call: &str, act: Act) {
        let effects = self.network().act(call, &act, room.world_now()).unwrap();
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
            let effects = self.network().elapsed(&call, turn, room.world_now());
            self.perform(room, effects);
        }
        room.world.advance_ms(until.since_ms(room.world_now()).max(0));
    }

    /// Lets happen what follows from the calls of the API that the center has made: their methods and paths.
    pub fn take_api(&mut self, room: &Room) -> Vec<String> {
        let effects = std::mem::take(&mut *self.follows.lock().unwrap());
        self.perform(room, effects);
        let paths = room.http.take_calls().into_iter().filter_map(|call| {
            let (_, path) = call.url.split_once("/Accounts/")?;
            Some(format!("{} {}", call.method, path.split_once('/')?.1))
        });
        paths.collect()
    }

    /// What the caller has heard.
    pub fn heard(&self, call: &str) -> Vec<String> {
        let network = self.network();
        let heard = network.call(call).unwrap().heard.iter();
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
        self.network().calls().find(rings).map(|call| call.sid.clone())
    }

    /// A call with what is around it.
    pub fn seen(&self, call: &str) -> Seen {
        self.network().seen(call).unwrap()
    }

    /// What the recordings say that the provider has.
    pub fn recorded(&self) -> Vec<String> {
        self.network().recordings().map(|recording| recording.text.clone()).collect()
    }

    /// The calls that the center has made and that are not over.
    pub fn live(&self) -> Vec<String> {
        let lives = |call: &&Call| call.direction != "inbound" && !call.status.is_over();
        self.network().calls().filter(lives).map(|call| call.sid.clone()).collect()
    }

    /// Those of all that are not over, in the order in which they were made.
    pub fn open_calls(&self) -> Vec<String> {
        let network = self.network();
        let lives = network.calls().filter(|call| call.direction != "inbound" && !call.status.is_over());
        let mut calls: Vec<&Call> = lives.collect();
        calls.sort_by_key(|call| call.began_at);
        calls.into_iter().map(|call| call.sid.clone()).collect()
    }

    pub fn seat(&self, call: &str) -> Seat {
        self.network().call(call).unwrap().seat.clone()
    }

    /// Does something if it can be done.
    pub fn try_act(&mut self, room: &Room, call: &str, act: Act) {
        let acted = self.network().act(call, &act, room.world_now());
        if let Ok(effects) = acted {
            self.perform(room, effects);
        }
    }

    /// Calls that the center has made.
    pub fn called(&self) -> usize {
        self.network().calls().filter(|call| call.direction != "inbound").count()
    }

    pub fn is_over(&self, call: &str) -> bool {
        self.network().call(call).unwrap().status.is_over()
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
