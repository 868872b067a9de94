//! What people at phones do while a call is on.

use super::call::{Heard, Seat, Step};
use super::program::{GATHER_S, RECORD_S};
use super::{ActError, Effect, Network};
use crate::voice::twiml::{Gather, Record};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// How sure the network is of what it has understood.
pub(super) const CONFIDENCE: &str = "0.9";

impl Network {
    /// Keys are pressed.
    pub(super) fn press(&mut self, sid: &str, keys: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        for key in keys.chars() {
            self.press_one(sid, key, now, effects);
        }
    }

    fn press_one(&mut self, sid: &str, key: char, now: Timestamp, effects: &mut Vec<Effect>) {
        let star = key == '*' && self.hangs_up_on_star(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        match &mut call.step {
            Step::Gathering { gather, typed } if takes(gather, "dtmf") => {
                let finish = gather.finish_on_key.as_deref().unwrap_or("#");
                let finished = finish.contains(key);
                if !finished {
                    typed.push(key);
                }
                let full = gather.num_digits.is_some_and(|max| typed.len() >= max as usize);
                if finished && typed.is_empty() && gather.action_on_empty_result != Some(true) {
                    call.step = Step::Rest;
                    self.run(sid, now, effects);
                } else if finished || full {
                    let (gather, typed, key) = (gather.clone(), typed.clone(), key.to_string());
                    let by = finished.then_some(("FinishedOnKey", key.as_str()));
                    let what: Vec<(&str, &str)> =
                        [("Digits", typed.as_str())].into_iter().chain(by).collect();
                    self.gathered(sid, &gather, &what, effects);
                } else {
                    let after_s = gather.timeout.unwrap_or(GATHER_S);
                    self.wake(sid, u64::from(after_s) * 1000, effects);
                }
            }
            Step::Recording { record, said } => {
                let finish = record.finish_on_key.as_deref().unwrap_or("1234567890*#");
                if finish.contains(key) {
                    let (record, said) = (record.clone(), said.clone().unwrap_or_default());
                    self.recorded(sid, &record, &said, &key.to_string(), now, effects);
                }
            }
            _ if star => self.star(sid, now, effects),
            _ => {
                for other in self.hearers(sid) {
                    if let Some(other) = self.calls.get_mut(&other) {
                        other.hear(Heard::Digits { digits: key.to_string() });
                    }
                }
            }
        }
    }

    fn hangs_up_on_star(&self, sid: &str) -> bool {
        self.calls.get(sid).is_some_and(|call| match &call.seat {
            Seat::Dial { with: Some(_), dialled, .. } => dialled.hangup_on_star,
            Seat::Room { inside, .. } => inside.hangup_on_star,
            _ => false,
        })
    }

    /// The star ends a `<Dial>`, and the document goes on.
    fn star(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        match self.calls.get(sid).map(|call| call.seat.clone()) {
            Some(Seat::Dial { .. }) => self.dial_ends(sid, CallStatus::Completed, now, effects),
            Some(Seat::Room { conference, .. }) => {
                self.kick(sid, &conference, super::room::Left::HungUp, now, effects);
            }
            _ => {}
        }
    }

    /// Something is said: to a program, into a recording, to whoever else is on the line.
    pub(super) fn speak(&mut self, sid: &str, text: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let hearers = match self.calls.get(sid).map(|call| &call.step) {
            Some(Step::Gathering { .. } | Step::Recording { .. }) => Vec::new(),
            _ => self.voice(sid, text),
        };
        self.transcribe(sid, text, &hearers, now, effects);
        let Some(call) = self.calls.get_mut(sid) else { return };
        match &mut call.step {
            Step::Gathering { gather, .. } if takes(gather, "speech") => {
                let gather = gather.clone();
                self.gathered(sid, &gather, &[("SpeechResult", text), ("Confidence", CONFIDENCE)], effects);
            }
            Step::Recording { record, said } => {
                let said = said.get_or_insert_default();
                if !said.is_empty() {
                    said.push(' ');
                }
                said.push_str(text);
                let after_s = record.timeout.unwrap_or(RECORD_S);
                self.wake(sid, u64::from(after_s) * 1000, effects);
            }
            _ => {}
        }
    }

    pub(super) fn gathered(
        &mut self,
        sid: &str,
        gather: &Gather,
        what: &[(&str, &str)],
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.calls.get(sid) else { return };
        let url = gather.action.clone().unwrap_or_else(|| call.document_url.clone());
        self.ask(sid, &url, what, effects);
    }

    pub(super) fn recorded(
        &mut self,
        sid: &str,
        record: &Record,
        said: &str,
        key: &str,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let kept = self.keep_message(sid, record, said, now, effects);
        let Some(call) = self.calls.get(sid) else { return };
        let url = record.action.clone().unwrap_or_else(|| call.document_url.clone());
        let mut more: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
        more.push(("Digits", key));
        self.ask(sid, &url, &more, effects);
    }

    /// What had the call is over: what came of it is told to its action, or the document goes on.
    pub(super) fn finish(
        &mut self,
        sid: &str,
        came: &[(String, String)],
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<(), ActError> {
        let call = self.calls.get_mut(sid).ok_or(ActError::NoCall)?;
        let Step::Elsewhere { what, action } = &call.step else { return Err(ActError::NothingToEnd) };
        let (what, action) = (*what, action.clone());
        call.step = Step::Rest;
        call.hear(Heard::Beside { what, on: false });
        match action {
            Some(action) => {
                let more: Vec<(&str, &str)> =
                    came.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.ask(sid, &action, &more, effects);
            }
            None => self.run(sid, now, effects),
        }
        Ok(())
    }
}

fn takes(gather: &Gather, kind: &str) -> bool {
    gather.input.as_deref().unwrap_or("dtmf").split_whitespace().any(|input| input == kind)
}
