//! One call as the network has it.

use super::HEARD_MAX;
use super::beside::Beside;
use super::callback::Callback;
use super::dial::Dialled;
use super::joining::Joining;
use super::queue::Waiting;
use super::recording::ToRecord;
use super::room::Inside;
use crate::voice::twiml::{Gather, Record, Verb};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use serde::Serialize;
use std::collections::VecDeque;

/// What somebody on a call hears. Sound is told, not played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Heard {
    Say {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    Play {
        url: String,
    },
    /// Keys that are pressed for them.
    Digits {
        digits: String,
    },
    Pause {
        length_s: u32,
    },
    /// From here on a message is recorded, or somebody comes into a conference or leaves it.
    Beep,
    /// Somebody else on the line speaks.
    Voice {
        from: String,
        text: String,
    },
    /// What has the call, or runs beside it, and is no sound: a payment, a program, a stream, a recording.
    Beside {
        what: &'static str,
        on: bool,
    },
    /// The provider's own words when a document cannot be had or followed, with its code.
    Trouble {
        code: u32,
        why: String,
    },
}

/// Where a call is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(tag = "seat", rename_all = "snake_case")]
pub enum Seat {
    /// Alone with its document.
    #[default]
    Line,
    /// In a queue, where it hears documents of their own.
    Queue {
        name: String,
        since: Timestamp,
        #[serde(skip)]
        waiting: Box<Waiting>,
    },
    /// Taken out of its queue by another call's `<Dial>`. `whisper`: it still hears what comes before they are connected.
    Bridged {
        by: String,
        name: String,
        since: Timestamp,
        whisper: bool,
        #[serde(skip)]
        waiting: Box<Waiting>,
    },
    /// In a conference, because of a `<Dial>` or put there by the API.
    Room {
        name: String,
        conference: String,
        #[serde(skip)]
        inside: Box<Inside>,
    },
    /// Calling others, or connected with one of them.
    Dial {
        others: Vec<String>,
        with: Option<String>,
        #[serde(skip)]
        dialled: Box<Dialled>,
    },
}

/// What a call does at its seat until something happens.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Step {
    /// Nothing: it is somewhere where it does not follow a document.
    #[default]
    Rest,
    /// Waits for a document. `again`: for the one that stands in for another that could not be had.
    Asking {
        url: String,
        again: bool,
    },
    /// Waits for time to pass, and goes on with its document.
    Pausing,
    /// Waits for time to pass, and asks for what it waits to again.
    Looping,
    Gathering {
        gather: Box<Gather>,
        typed: String,
    },
    Recording {
        record: Box<Record>,
        said: Option<String>,
    },
    /// Something else has the call, until somebody says what came of it.
    Elsewhere {
        what: &'static str,
        action: Option<String>,
    },
}

/// What a document is for: it decides which verbs it may have, and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The call's own.
    Own,
    /// What is heard in a queue.
    Queue,
    /// What is heard in a conference, beside the others.
    Room,
    /// What whoever is called hears before they are connected.
    Screen,
    /// What a waiting caller hears before they are connected.
    Whisper,
}

/// What a call does when it is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum OnAnswer {
    /// It is connected with whoever called; after this document, where there is one.
    #[default]
    Connect,
    Screen(String),
    Ask(String),
    Follow(String),
    Join(Box<Joining>),
}

/// How it is found out who has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Detection {
    /// Whether a machine's greeting is waited for.
    pub(super) to_the_end: bool,
    /// Where it is told, where the document does not wait for it.
    pub(super) callback: Option<String>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    pub sid: String,
    pub from: String,
    pub to: String,
    /// Twilio's `Direction`.
    pub direction: &'static str,
    pub status: CallStatus,
    #[serde(flatten)]
    pub seat: Seat,
    /// Oldest first; at most `HEARD_MAX`.
    pub heard: Vec<Heard>,
    pub began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The call whose `<Dial>` made this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Who has answered, in Twilio's words, where it was to be found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// The rest of its document.
    #[serde(skip)]
    pub(super) program: VecDeque<Verb>,
    #[serde(skip)]
    pub(super) step: Step,
    /// Counts what it has waited for: an answer or a time of before means nothing.
    #[serde(skip)]
    pub(super) turn: u64,
    /// Whether its document has taken any time so far.
    #[serde(skip)]
    pub(super) waited: bool,
    /// Where its document came from: what an `action` that is missing means.
    #[serde(skip)]
    pub(super) document_url: String,
    /// What is asked when a document cannot be had.
    #[serde(skip)]
    pub(super) fallback: Option<String>,
    #[serde(skip)]
    pub(super) told: Option<Callback>,
    #[serde(skip)]
    pub(super) sequence: u32,
    #[serde(skip)]
    pub(super) on_answer: OnAnswer,
    /// Keys that are pressed once it is answered.
    #[serde(skip)]
    pub(super) send_digits: Option<String>,
    #[serde(skip)]
    pub(super) detection: Option<Detection>,
    #[serde(skip)]
    pub(super) to_record: Option<ToRecord>,
    /// Whether a machine is at the phone.
    #[serde(skip)]
    pub(super) is_machine: bool,
}

impl Call {
    pub(super) fn new(sid: String, from: &str, to: &str, direction: &'static str, now: Timestamp) -> Call {
        Call {
            sid,
            from: from.to_owned(),
            to: to.to_owned(),
            direction,
            status: CallStatus::Ringing,
            seat: Seat::Line,
            heard: Vec::new(),
            began_at: now,
            answered_at: None,
            ended_at: None,
            parent: None,
            answered_by: None,
            beside: Vec::new(),
            program: VecDeque::new(),
            step: Step::Rest,
            turn: 0,
            waited: false,
            document_url: String::new(),
            fallback: None,
            told: None,
            sequence: 0,
            on_answer: OnAnswer::Connect,
            send_digits: None,
            detection: None,
            to_record: None,
            is_machine: false,
        }
    }

    /// Whether it rings at somebody's phone, rather than at our number.
    pub(super) fn is_to_somebody(&self) -> bool {
        self.direction != "inbound"
    }

    /// Who is at the phone.
    pub fn person(&self) -> &str {
        if self.is_to_somebody() { &self.to } else { &self.from }
    }

    /// What a document is for that it follows.
    pub(super) fn purpose(&self) -> Purpose {
        match (&self.seat, &self.on_answer) {
            (Seat::Queue { .. }, _) => Purpose::Queue,
            (Seat::Room { .. }, _) => Purpose::Room,
            (Seat::Bridged { .. }, _) => Purpose::Whisper,
            (Seat::Line, OnAnswer::Screen(_)) => Purpose::Screen,
            (Seat::Line | Seat::Dial { .. }, _) => Purpose::Own,
        }
    }

    pub(super) fn hear(&mut self, what: Heard) {
        if self.heard.len() == HEARD_MAX {
            self.heard.remove(0);
        }
        self.heard.push(what);
    }

    pub(super) fn hear_trouble(&mut self, code: u32, why: &str) {
        self.hear(Heard::Trouble { code, why: why.to_owned() });
    }

    /// Does nothing from here on, until somebody says what.
    pub(super) fn rest(&mut self) {
        self.program.clear();
        self.step = Step::Rest;
        self.turn += 1;
    }

    /// Seconds from its being answered to its end, or until now.
    pub(super) fn duration_s(&self, now: Timestamp) -> i64 {
        let until = self.ended_at.unwrap_or(now);
        self.answered_at.map_or(0, |answered| until.since_ms(answered).max(0) / 1000)
    }
}
