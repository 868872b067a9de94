//! One call as the network has it.

use super::HEARD_MAX;
use crate::voice::twiml::{Dial, Gather, Record, Verb};
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
    /// From here on a message is recorded.
    Beep,
    /// Somebody else on the line speaks.
    Voice {
        from: String,
        text: String,
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
        action: Option<String>,
        #[serde(skip)]
        wait_url: Option<String>,
    },
    /// In a conference, because of a `<Dial>` or put there by the API.
    Room {
        name: String,
        #[serde(skip)]
        action: Option<String>,
    },
    /// Calling others, or connected with one of them.
    Dial {
        others: Vec<String>,
        with: Option<String>,
        #[serde(skip)]
        dial: Box<Dial>,
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
    Gathering {
        gather: Box<Gather>,
        typed: String,
    },
    Recording {
        record: Box<Record>,
        said: Option<String>,
    },
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
    /// The rest of its document.
    #[serde(skip)]
    pub(super) program: VecDeque<Verb>,
    #[serde(skip)]
    pub(super) step: Step,
    /// Counts what it has waited for: an answer or a time of before means nothing.
    #[serde(skip)]
    pub(super) turn: u64,
    /// Where its document came from: what an `action` that is missing means.
    #[serde(skip)]
    pub(super) document_url: String,
    /// What is told of it: a URL, and the events that are.
    #[serde(skip)]
    pub(super) told: Option<(String, Vec<String>)>,
    #[serde(skip)]
    pub(super) sequence: u32,
    /// What it does when it is answered: a document's URL.
    #[serde(skip)]
    pub(super) answer_url: Option<String>,
    /// The room that it joins when it is answered.
    #[serde(skip)]
    pub(super) answer_room: Option<super::room::Joining>,
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
            program: VecDeque::new(),
            step: Step::Rest,
            turn: 0,
            document_url: String::new(),
            told: None,
            sequence: 0,
            answer_url: None,
            answer_room: None,
        }
    }

    /// Whether it rings at somebody's phone, rather than at our number.
    pub(super) fn is_to_somebody(&self) -> bool {
        self.direction != "inbound"
    }

    pub(super) fn hear(&mut self, what: Heard) {
        if self.heard.len() == HEARD_MAX {
            self.heard.remove(0);
        }
        self.heard.push(what);
    }

    /// Seconds since it was answered.
    pub(super) fn duration_s(&self, now: Timestamp) -> i64 {
        self.answered_at.map_or(0, |answered| now.since_ms(answered).max(0) / 1000)
    }
}
