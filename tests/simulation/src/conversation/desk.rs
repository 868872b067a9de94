//! Agents' desktops: each asks one thing at a time, again under the same id until it is answered, and keeps a copy of
//! what it hears.

use super::copy::{Copy, Held};
use super::setup::{AGENTS, QUEUE};
use crate::push::SimPush;
use crate::world::SimWorld;
use patchbay_center::agent::Session;
use patchbay_center::ports::World;
use patchbay_model::WorkerSid;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Messages that an agent writes at the most: with what customers say, fewer than a desktop is shown at once.
const REPLIES_MAX: usize = 10;
/// Milliseconds after which something is said that is to be said later: less than the calm at the end.
const AHEAD_MS: std::ops::Range<i64> = 5_500..90_000;

/// Something that an agent says.
pub(super) struct Reply {
    pub text: String,
    /// The stored message, when the desktop was told of it.
    pub message_sid: Option<String>,
    pub refused: bool,
    /// Where it was said.
    pub conversation: String,
    /// It was to be said later.
    pub later: bool,
    /// The center has told that it will not be.
    pub canceled: bool,
    /// It was asked for something else, once.
    reconsidered: bool,
    /// Asked while it was being asked already, so that one may be refused and the other not.
    pub doubled: bool,
}

impl Reply {
    /// Whether it is still to be said, as far as the desktop knows.
    fn waits(&self) -> bool {
        self.later && !self.reconsidered && self.message_sid.is_some()
    }
}

pub(super) struct Desk {
    pub sid: WorkerSid,
    pub connection: Option<String>,
    /// From the socket's opening on.
    pub session: Option<Session>,
    /// Asked and not answered.
    pub asked: Option<Value>,
    pub copy: Copy,
    pub replies: Vec<Reply>,
    /// Offers that the desktop was refused, and does not ask for again.
    lapsed: BTreeSet<String>,
    /// Something was heard that the copy does not explain, or perhaps not heard.
    pub behind: bool,
    name: &'static str,
    connections: usize,
    requests: usize,
    /// Tokens that expired in use.
    pub expired: usize,
    /// Colleagues who were asked in, and conversations that were handed over.
    pub invited: usize,
    pub handed_over: usize,
}

impl Desk {
    pub fn new(name: &'static str) -> Desk {
        Desk {
            sid: WorkerSid::derive(&["worker", name]),
            connection: None,
            session: None,
            asked: None,
            copy: Copy::default(),
            replies: Vec::new(),
            behind: true,
            lapsed: BTreeSet::new(),
            name,
            connections: 0,
            requests: 0,
            expired: 0,
            invited: 0,
            handed_over: 0,
        }
    }

    /// A socket of its own, to be let in.
    pub fn open(&mut self, push: &SimPush) {
        self.connections += 1;
        let connection = format!("{}-{}", self.name, self.connections);
        push.open(&connection);
        self.connection = Some(connection);
        self.session = None;
    }

    /// The socket breaks; which it was.
    pub fn close(&mut self, push: &SimPush) -> Option<String> {
        let connection = self.connection.take()?;
        push.close_now(&connection);
        self.session = None;
        self.behind = true;
        Some(connection)
    }

    pub fn ask(&mut self, action: &str, fields: Value) {
        self.requests += 1;
        let mut request = fields;
        request["action"] = action.into();
        request["id"] = format!("{}-{}", self.name, self.requests).into();
        self.asked = Some(request);
    }

    pub fn sync(&mut self) {
        self.ask("sync", json!({"conversations": self.copy.cursors()}));
    }

    /// Thinks of something to ask.
    pub fn think(&mut self, world: &SimWorld) {
        let (dice, which) = world.dice(|rng| (rng.u32(0..100), rng.usize(..)));
        let held = self.copy.reservations.iter().nth(which % self.copy.reservations.len().max(1));
        let held = held.map(|(sid, held)| (sid.clone(), held.clone()));
        match (dice, held) {
            (0..2, _) => self.ask("worker.activity", json!({"activity": "Offline"})),
            (2..14, _) => self.ask("worker.activity", json!({"activity": "Available"})),
            (14..40, _) if self.replies.iter().any(Reply::waits) => {
                let waiting = self.replies.iter_mut().rev().find(|reply| reply.waits());
                let (conversation, sid) = waiting
                    .map(|reply| {
                        reply.reconsidered = true;
                        (reply.conversation.clone(), reply.message_sid.clone())
                    })
                    .unwrap_or_default();
                let action = if which % 3 == 0 { "message.reschedule" } else { "message.cancel" };
                self.ask(action, json!({"conversation_sid": conversation, "message_sid": sid}));
            }
            (14..20, _) => self.sync(),
            (_, _) if self.behind => self.sync(),
            (20..28, Some((sid, held))) if held.status == "pending" => {
                self.ask("reservation.reject", json!({"reservation_sid": sid}));
            }
            (28.., Some((sid, held))) if held.status == "pending" => {
                self.ask("reservation.accept", json!({"reservation_sid": sid}));
            }
            (20..44, Some((_, held))) if held.status == "accepted" => self.share(&held, which),
            (44..72, Some((_, held))) if held.status == "accepted" && self.replies.len() < REPLIES_MAX => {
                let text = format!("{} says {}", self.name, self.replies.len());
                let mut said = json!({"conversation_sid": held.conversation, "text": text});
                let ahead_ms = world.dice(|rng| (rng.u32(0..3) == 0).then(|| rng.i64(AHEAD_MS)));
                if let Some(ms) = ahead_ms {
                    said["send_at"] = json!(world.now().plus_ms(ms));
                    said["unless_answered"] = (which % 2 == 0).into();
                }
                self.ask("message.send", said);
                self.replies.push(Reply {
                    text,
                    message_sid: None,
                    refused: false,
                    conversation: held.conversation.unwrap_or_default(),
                    later: ahead_ms.is_some(),
                    canceled: false,
                    reconsidered: false,
                    doubled: false,
                });
            }
            (72..80, Some((sid, held))) if held.status == "accepted" => {
                self.ask("reservation.wrap", json!({"reservation_sid": sid}));
            }
            (80.., Some((sid, held))) if held.status != "pending" => {
                self.ask("reservation.complete", json!({"reservation_sid": sid}));
            }
            _ => {}
        }
    }

    /// Asks somebody in; hands over to who has come; or takes back what was asked.
    fn share(&mut self, held: &Held, which: usize) {
        let conversation = held.conversation.as_ref().and_then(|sid| self.copy.conversations.get(sid));
        let invited = conversation.map(|conversation| conversation["invited"].clone()).unwrap_or_default();
        let invited = invited.as_array().cloned().unwrap_or_default();
        let asked = invited.iter().find(|invited| invited["worker_sid"].is_null());
        match asked {
            Some(asked) if which.is_multiple_of(8) => {
                self.ask("task.withdraw", json!({"task_sid": asked["task_sid"]}))
            }
            _ if invited.len() > usize::from(asked.is_some()) && which.is_multiple_of(2) => {
                self.ask("task.hand_over", json!({"task_sid": held.task}));
            }
            _ => {
                let to = match AGENTS.iter().find(|name| **name != self.name) {
                    Some(other) if !which.is_multiple_of(3) => {
                        WorkerSid::derive(&["worker", other]).to_string()
                    }
                    _ => QUEUE.to_owned(),
                };
                let note = format!("{} asks", self.name);
                self.ask("task.invite", json!({"task_sid": held.task, "to": to, "note": note}));
            }
        }
    }

    /// Whether what is asked ends a conversation.
    pub fn is_finishing(&self) -> bool {
        let action = self.asked.as_ref().map(|asked| &asked["action"]);
        action.is_some_and(|action| action == "reservation.wrap" || action == "reservation.complete")
    }

    /// What a diligent agent asks in the end.
    pub fn settle(&mut self, available: bool) {
        let mut held = self.copy.reservations.iter();
        let pending = held.find(|(sid, held)| held.status == "pending" && !self.lapsed.contains(*sid));
        match pending.map(|(sid, _)| sid.clone()) {
            _ if self.behind => self.sync(),
            Some(sid) => self.ask("reservation.accept", json!({"reservation_sid": sid})),
            None if !available => self.ask("worker.activity", json!({"activity": "Available"})),
            None => {}
        }
    }

    /// Notes that what is asked is being asked twice at once.
    pub fn double(&mut self) {
        if self.asked.as_ref().is_some_and(|asked| asked["action"] == "message.send")
            && let Some(reply) = self.replies.last_mut()
        {
            reply.doubled = true;
        }
    }

    /// Reads the frames that have come; whether one says that the token has expired.
    pub fn listen(&mut self, world: &SimWorld, push: &SimPush) -> bool {
        let expired = self.expired;
        let frames = self.connection.as_ref().map(|connection| push.take(connection)).unwrap_or_default();
        for frame in frames {
            let frame: Value = serde_json::from_slice(&frame).unwrap_or_default();
            let (event, payload) = (frame["event_type"].as_str().unwrap_or_default(), &frame["payload"]);
            match event {
                "ack" | "error" => {
                    world.tell(|| {
                        format!("{} hears {event} {} {}", self.name, payload["id"], payload["message"])
                    });
                    self.answered(event == "ack", payload);
                }
                event => self.copy.take_in(event, payload),
            }
        }
        self.expired > expired
    }

    fn answered(&mut self, done: bool, payload: &Value) {
        let Some(asked) = self.asked.take_if(|asked| asked["id"] == payload["id"]) else { return };
        if matches!(payload["code"].as_str(), Some("unavailable" | "expired")) {
            self.expired += usize::from(payload["code"] == "expired");
            self.asked = Some(asked);
            return;
        }
        let action = asked["action"].as_str().unwrap_or_default();
        let reservation = asked["reservation_sid"].as_str().unwrap_or_default();
        match (action, done) {
            ("message.send", _) => {
                if let Some(reply) = self.replies.iter_mut().find(|reply| asked["text"] == reply.text) {
                    reply.message_sid = payload["message_sid"].as_str().map(str::to_owned);
                    reply.refused = !done;
                }
            }
            ("message.cancel", true) => {
                let canceled = payload["message_sid"].as_str();
                let mut replies = self.replies.iter_mut();
                if let Some(reply) = replies.find(|reply| reply.message_sid.as_deref() == canceled) {
                    reply.canceled = true;
                }
            }
            ("sync", true) => {
                self.copy.reservations.clear();
                self.behind = false;
            }
            ("reservation.accept" | "reservation.wrap", true) => {
                if let Some(held) = self.copy.reservations.get_mut(reservation) {
                    let accept = action == "reservation.accept";
                    held.status = if accept { "accepted" } else { "wrapping" }.into();
                }
            }
            ("reservation.reject" | "reservation.complete", true) => {
                self.copy.reservations.remove(reservation);
            }
            // What became of one's own task is known by asking.
            ("task.hand_over", true) => {
                self.handed_over += 1;
                self.behind = true;
            }
            ("task.invite", true) => self.invited += 1,
            ("reservation.accept", false) => drop(self.lapsed.insert(reservation.to_owned())),
            _ => {}
        }
        self.copy.lists(payload);
        // Whoever is refused does not know how things stand.
        self.behind |= !done;
    }
}
