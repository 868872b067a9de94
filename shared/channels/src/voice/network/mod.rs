//! The telephone network, played: calls that follow our TwiML as the provider has them do, and tell of it as the provider
//! does. Sound is not played: it is said what is heard.
//!
//! Pure: what happens is an argument, what is to be asked of the center an [`Effect`]. Twilio's documents of the verbs and
//! of the REST API are the source of what each does (<https://www.twilio.com/docs/voice>).

mod beside;
mod call;
mod callback;
mod dial;
mod ends;
mod hearing;
mod joining;
mod keys;
mod orders;
mod program;
mod queue;
mod recording;
mod rest;
mod room;
mod room_news;
mod seen;
mod targets;

pub use beside::{Beside, Kind};
pub use call::{Call, Heard, Seat};
pub use orders::{Misbehaviour, ORDERED_MAX};
pub use recording::{RECORDINGS_MAX, Recording, RecordingStatus};
pub use room::ROOMS_MAX;
pub use seen::{Member, Seen};

use super::Voice;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::twilio::rest::{API_VERSION, error_answer};
use crate::webhook::WebhookRequest;
use call::Step;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use room::Room;
use std::collections::BTreeMap;

/// Calls that are remembered; of those that are over, older ones are forgotten.
pub const CALLS_MAX: usize = 1_000;
/// What one call has heard that is remembered.
pub const HEARD_MAX: usize = 500;

/// Twilio's own music, which is heard where nothing else is said.
const HOLD_MUSIC: &str = "http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMSTER-Borghestral.mp3";

/// What somebody at a phone does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Presses keys.
    Keys(String),
    /// Says something.
    Say(String),
    HangUp,
    /// Takes a call that rings.
    Answer,
    /// Does not take it.
    Decline,
    /// A machine takes it.
    Machine,
    /// What has the call (a payment, a virtual agent) is over: what came of it, as the provider tells it.
    Finish(Vec<(String, String)>),
}

/// Something that the network does to the center, or that is to happen to it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for a document: the answer goes to [`Network::answered`].
    Ask { call: String, turn: u64, request: Asked },
    /// Tell something, after so many milliseconds: nobody reads the answer.
    Tell { request: Asked, after_ms: u64 },
    /// Let [`Network::elapsed`] hear of it after so many milliseconds.
    Timer { call: String, turn: u64, after_ms: u64 },
}

/// A request before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub url: String,
    pub params: Vec<(String, String)>,
}

/// Why somebody at a phone cannot do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error("there is no such call")]
    NoCall,
    #[error("the call is over")]
    Over,
    #[error("the call does not ring")]
    NotRinging,
    #[error("the call has not been answered")]
    NotAnswered,
    #[error("nothing has the call that could be ended")]
    NothingToEnd,
}

/// What is asked of the center's webhook: the URLs that an operator sets on the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub number: String,
    pub account_sid: String,
    /// Where the API is, with its version.
    pub api_url: String,
    /// What all URLs of the center's begin with.
    pub public_url: String,
    /// What is asked when somebody calls.
    pub voice_url: String,
    /// What is asked when that fails.
    pub fallback_url: String,
    /// What is told of a call's end.
    pub status_url: String,
}

/// Everybody's phones, and what goes on between them.
#[derive(Debug)]
pub struct Network {
    number: Number,
    calls: BTreeMap<String, Call>,
    /// Conferences, by their id.
    rooms: BTreeMap<String, Room>,
    recordings: BTreeMap<String, Recording>,
    /// What is to go wrong, and how often.
    orders: BTreeMap<Misbehaviour, u32>,
    /// Calls, rooms and recordings so far: what their ids are made of.
    made: u64,
    /// What tells this network's ids from another's.
    seed: String,
}

impl Voice {
    /// The network around this account's number.
    pub fn network(&self, seed: &str) -> Network {
        let twilio = &self.sms.twilio;
        let account = &twilio.account;
        let number = Number {
            number: twilio.number().to_owned(),
            account_sid: twilio.account_sid.clone(),
            api_url: twilio.api_url(),
            public_url: account.public_url.clone(),
            voice_url: format!("{}{}", account.public_url, account.webhook_path(twilio.kind)),
            fallback_url: self.url(&[("on", "fallback")]),
            status_url: self.url(&[("on", "status")]),
        };
        Network::new(number, seed)
    }

    /// Twilio's answer to a call of its API, and what follows from it; `None` for a call that is about no call.
    pub fn play_api(
        &self,
        network: &mut Network,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Option<(ProviderResponse, Vec<Effect>)> {
        let own = request.headers.get("authorization") == Some(&self.sms.twilio.authorization());
        if !own {
            return Some((error_answer(401, None), Vec::new()));
        }
        let (response, effects) = network.request(request, now)?;
        Some((response, network.deliver(effects)))
    }

    /// A request of the network's as Twilio sends it, signed; `None` for one that goes to somebody else.
    pub fn sign_call(&self, asked: &Asked) -> Option<WebhookRequest> {
        let twilio = &self.sms.twilio;
        let tail = asked.url.strip_prefix(&twilio.account.public_url)?;
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let pairs: Vec<(&str, &str)> =
            asked.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Some(twilio.signed(path, query, &pairs))
    }
}

impl Network {
    fn new(number: Number, seed: &str) -> Network {
        Network {
            number,
            calls: BTreeMap::new(),
            rooms: BTreeMap::new(),
            recordings: BTreeMap::new(),
            orders: BTreeMap::new(),
            made: 0,
            seed: seed.to_owned(),
        }
    }

    fn new_sid(&mut self, prefix: &str) -> String {
        self.made += 1;
        sid(prefix, &[&self.seed, &self.made.to_string()])
    }

    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values()
    }

    pub fn call(&self, sid: &str) -> Option<&Call> {
        self.calls.get(sid)
    }

    /// Somebody calls our number; the id of the call.
    pub fn dial(&mut self, from: &str, now: Timestamp) -> (String, Vec<Effect>) {
        let mut call = Call::new(self.new_sid("CA"), from, &self.number.number, "inbound", now);
        call.fallback = Some(self.number.fallback_url.clone());
        let (sid, url) = (call.sid.clone(), self.number.voice_url.clone());
        self.add(call);
        let mut effects = Vec::new();
        self.ask(&sid, &url, &[], &mut effects);
        let effects = self.deliver(effects);
        (sid, effects)
    }

    fn add(&mut self, call: Call) {
        if self.calls.len() >= CALLS_MAX {
            let over = self.calls.values().filter(|call| call.status.is_over());
            if let Some(oldest) = over.min_by_key(|call| (call.began_at, call.sid.clone())) {
                let oldest = oldest.sid.clone();
                self.calls.remove(&oldest);
            }
        }
        self.calls.insert(call.sid.clone(), call);
    }

    /// Somebody at a phone does something.
    pub fn act(&mut self, sid: &str, act: &Act, now: Timestamp) -> Result<Vec<Effect>, ActError> {
        let call = self.calls.get_mut(sid).ok_or(ActError::NoCall)?;
        let mut effects = Vec::new();
        match (act, call.status) {
            (_, status) if status.is_over() => return Err(ActError::Over),
            (Act::Answer, CallStatus::Ringing) if call.is_to_somebody() => {
                self.answer(sid, now, &mut effects)
            }
            (Act::Machine, CallStatus::Ringing) if call.is_to_somebody() => {
                self.machine_answers(sid, now, &mut effects);
            }
            (Act::Decline | Act::HangUp, CallStatus::Ringing) if call.is_to_somebody() => {
                self.end(sid, CallStatus::Busy, now, &mut effects);
            }
            (Act::Answer | Act::Decline | Act::Machine, _) => return Err(ActError::NotRinging),
            (Act::HangUp, CallStatus::Ringing) => self.end(sid, CallStatus::Canceled, now, &mut effects),
            (Act::HangUp, _) => self.end(sid, CallStatus::Completed, now, &mut effects),
            (_, CallStatus::Ringing) => return Err(ActError::NotAnswered),
            (Act::Keys(keys), _) => self.press(sid, keys, now, &mut effects),
            (Act::Say(text), _) => self.speak(sid, text, now, &mut effects),
            (Act::Finish(came), _) => self.finish(sid, came, now, &mut effects)?,
        }
        Ok(self.deliver(effects))
    }

    /// The answer to an [`Effect::Ask`]: a document, or none with the provider's code of what went wrong.
    pub fn answered(
        &mut self,
        sid: &str,
        turn: u64,
        answer: Result<&str, u32>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_at(sid, turn) {
            self.follow(sid, answer, now, &mut effects);
        }
        self.deliver(effects)
    }

    /// So much time has passed as an [`Effect::Timer`] asked for.
    pub fn elapsed(&mut self, sid: &str, turn: u64, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_at(sid, turn) {
            self.time_is_up(sid, now, &mut effects);
        }
        self.deliver(effects)
    }

    /// Whether a call still waits for what this turn of it has asked for.
    fn is_at(&self, sid: &str, turn: u64) -> bool {
        self.calls.get(sid).is_some_and(|call| call.turn == turn && !call.status.is_over())
    }

    /// Has a call ask for a document; it does nothing else until it has one.
    fn ask(&mut self, sid: &str, url: &str, more: &[(&str, &str)], effects: &mut Vec<Effect>) {
        let params = self.params(sid, more);
        let Some(call) = self.calls.get_mut(sid).filter(|call| !call.status.is_over()) else { return };
        call.rest();
        call.step = Step::Asking { url: url.to_owned(), again: false };
        let request = Asked { url: url.to_owned(), params };
        effects.push(Effect::Ask { call: sid.to_owned(), turn: call.turn, request });
    }

    /// Tells of a call.
    fn tell(&self, sid: &str, url: &str, more: &[(&str, &str)], effects: &mut Vec<Effect>) {
        let request = Asked { url: url.to_owned(), params: self.params(sid, more) };
        effects.push(Effect::Tell { request, after_ms: 0 });
    }

    /// The parameters that every request about a call has.
    fn params(&self, sid: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let Some(call) = self.calls.get(sid) else { return Vec::new() };
        let common = [
            ("CallSid", sid),
            ("AccountSid", self.number.account_sid.as_str()),
            ("From", &call.from),
            ("To", &call.to),
            ("Caller", &call.from),
            ("Called", &call.to),
            ("CallStatus", call.status.as_str()),
            ("Direction", call.direction),
            ("ApiVersion", API_VERSION),
        ];
        let parent = call.parent.as_deref().map(|parent| ("ParentCallSid", parent));
        let all = common.iter().copied().chain(parent).chain(more.iter().copied());
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Wakes a call up after some time, unless something else happens to it before.
    fn wake(&mut self, sid: &str, after_ms: u64, effects: &mut Vec<Effect>) {
        if let Some(call) = self.calls.get_mut(sid) {
            call.turn += 1;
            effects.push(Effect::Timer { call: sid.to_owned(), turn: call.turn, after_ms });
        }
    }
}

#[cfg(test)]
mod tests;
