//! `<Dial>`: who is called, at once or one after the other, and what follows (Twilio, "`<Dial>`").

use super::call::{Call, OnAnswer, Seat};
use super::joining::Joining;
use super::recording::{Scope, ToRecord};
use super::room::Inside;
use super::targets::Target;
use super::{Effect, Network};
use crate::voice::twiml::{Dial, DialNoun, Queue};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use std::collections::VecDeque;

/// Seconds that a `<Dial>` rings that does not say (Twilio's default).
const DIAL_S: u32 = 30;

/// What a `<Dial>` has asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dialled {
    pub(super) action: Option<String>,
    pub(super) ring_s: u32,
    pub(super) time_limit_s: Option<u32>,
    pub(super) hangup_on_star: bool,
    pub(super) answer_on_bridge: bool,
    pub(super) caller_id: String,
    pub(super) to_record: Option<ToRecord>,
    pub(super) queue: Option<Queue>,
    /// Who is called when nobody before has been reached.
    pub(super) untried: VecDeque<Target>,
    /// The recording of it.
    pub(super) recording: Option<String>,
}

impl Network {
    /// Follows a `<Dial>`.
    pub(super) fn dial_out(&mut self, sid: &str, dial: &Dial, now: Timestamp, effects: &mut Vec<Effect>) {
        let conference = dial.content.iter().find_map(|noun| match noun {
            DialNoun::Conference(conference) => Some(Joining::of(conference)),
            _ => None,
        });
        let Some(call) = self.calls.get_mut(sid) else { return };
        if let Some(joining) = conference {
            let inside = Inside {
                action: dial.action.clone(),
                hangup_on_star: dial.hangup_on_star == Some(true),
                rest: std::mem::take(&mut call.program),
                ..Inside::default()
            };
            return self.join(sid, joining, inside, now, effects);
        }
        let queue = dial.content.iter().find_map(|noun| match noun {
            DialNoun::Queue(queue) => Some(queue.clone()),
            _ => None,
        });
        let mut untried: VecDeque<Target> = dial.content.iter().filter_map(Target::of).collect();
        let at_once = if dial.sequential == Some(true) { 1 } else { untried.len() };
        let first: Vec<Target> = untried.drain(..at_once.min(untried.len())).collect();
        let dialled = Dialled {
            action: dial.action.clone(),
            ring_s: dial.timeout.unwrap_or(DIAL_S),
            time_limit_s: dial.time_limit,
            hangup_on_star: dial.hangup_on_star == Some(true),
            answer_on_bridge: dial.answer_on_bridge == Some(true),
            caller_id: dial.caller_id.clone().unwrap_or_else(|| call.from.clone()),
            to_record: ToRecord::of_dial(dial),
            queue,
            untried,
            recording: None,
        };
        let queue = dialled.queue.as_ref().map(|queue| queue.content.trim().to_owned());
        call.step = super::call::Step::Rest;
        call.seat = Seat::Dial { others: Vec::new(), with: None, dialled: Box::new(dialled) };
        match queue {
            Some(name) => {
                let ring_s = dial.timeout.unwrap_or(DIAL_S);
                self.wake(sid, u64::from(ring_s) * 1000, effects);
                self.serve_queue(&name, now, effects);
            }
            None => self.call_targets(sid, first, now, effects),
        }
    }

    /// Has the phones of these people ring for a `<Dial>`.
    fn call_targets(&mut self, sid: &str, targets: Vec<Target>, now: Timestamp, effects: &mut Vec<Effect>) {
        if targets.is_empty() {
            return self.dial_ends(sid, CallStatus::Failed, now, effects);
        }
        let Some(Seat::Dial { dialled, .. }) = self.calls.get(sid).map(|call| &call.seat) else { return };
        let (from, ring_s) = (dialled.caller_id.clone(), dialled.ring_s);
        let children: Vec<Call> = targets
            .into_iter()
            .map(|target| {
                let mut child = Call::new(self.new_sid("CA"), &from, &target.to, "outbound-dial", now);
                child.parent = Some(sid.to_owned());
                child.on_answer = target.screen.map_or(OnAnswer::Connect, OnAnswer::Screen);
                child.told = target.told;
                child.send_digits = target.send_digits;
                child.detection = target.detection;
                child
            })
            .collect();
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Dial { others, .. } = &mut call.seat else { return };
        *others = children.iter().map(|child| child.sid.clone()).collect();
        self.wake(sid, u64::from(ring_s) * 1000, effects);
        // All of them are there before one of them is engaged: whether nobody is left is asked then.
        let sids: Vec<String> = children.iter().map(|child| child.sid.clone()).collect();
        for child in children {
            self.add(child);
        }
        for child in sids {
            self.ring(&child, None, now, effects);
        }
    }

    /// A call that somebody made to others has one of them: the rest need not ring.
    pub(super) fn connect(&mut self, child: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let is_parent = |seat: &Seat| matches!(seat, Seat::Dial { others, .. } if others.iter().any(|other| other == child));
        let Some(parent) = self.calls.values().find(|call| is_parent(&call.seat)) else {
            // Nobody calls any more.
            return self.end(child, CallStatus::Completed, now, effects);
        };
        let parent = parent.sid.clone();
        if let Some(call) = self.calls.get_mut(child) {
            call.on_answer = OnAnswer::Connect;
        }
        if self.calls.get(&parent).is_some_and(|call| call.status == CallStatus::Ringing) {
            self.pick_up(&parent, now);
        }
        let Some(call) = self.calls.get_mut(&parent) else { return };
        call.turn += 1;
        let Seat::Dial { others, with, dialled } = &mut call.seat else { return };
        *with = Some(child.to_owned());
        let rest: Vec<String> = others.iter().filter(|other| *other != child).cloned().collect();
        let (to_record, limit_s) = (dialled.to_record.clone(), dialled.time_limit_s);
        if let Some(limit_s) = limit_s {
            self.wake(&parent, u64::from(limit_s) * 1000, effects);
        }
        for other in rest {
            self.end(&other, CallStatus::Canceled, now, effects);
        }
        if let Some(to_record) = to_record {
            let recording = self.begin_recording(&Scope::Call(parent.clone()), &to_record, now, effects);
            if let Some(Seat::Dial { dialled, .. }) = self.calls.get_mut(&parent).map(|call| &mut call.seat) {
                dialled.recording = Some(recording);
            }
        }
    }

    /// It has rung for as long as it was to, or they have talked for as long as they may.
    pub(super) fn dial_time_is_up(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(Seat::Dial { others, with, .. }) = self.calls.get(sid).map(|call| &call.seat) else {
            return;
        };
        if with.is_some() {
            return self.dial_ends(sid, CallStatus::Completed, now, effects);
        }
        if others.is_empty() {
            return self.dial_ends(sid, CallStatus::NoAnswer, now, effects);
        }
        let rings =
            |other: &&String| self.calls.get(*other).is_some_and(|call| call.status == CallStatus::Ringing);
        let ringing: Vec<String> = others.iter().filter(rings).cloned().collect();
        for other in ringing {
            self.end(&other, CallStatus::NoAnswer, now, effects);
        }
    }

    /// Whoever had called this one goes on with their document, when nobody is left whom they may reach.
    pub(super) fn other_side_ends(
        &mut self,
        child: &str,
        status: CallStatus,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let parent = self.calls.values().find(|call| match &call.seat {
            Seat::Dial { others, with, .. } => match with {
                Some(with) => with == child,
                None => others.iter().any(|other| other == child),
            },
            _ => false,
        });
        let Some(parent) = parent else { return };
        let Seat::Dial { others, with, .. } = &parent.seat else { return };
        let over = |other: &String| self.calls.get(other).is_none_or(|call| call.status.is_over());
        let (sid, nobody, reached) = (parent.sid.clone(), others.iter().all(over), with.is_some());
        if !reached && !nobody {
            return;
        }
        let Some(Seat::Dial { dialled, .. }) = self.calls.get_mut(&sid).map(|call| &mut call.seat) else {
            return;
        };
        match dialled.untried.pop_front() {
            Some(next) if !reached => self.call_targets(&sid, vec![next], now, effects),
            _ => self.dial_ends(&sid, status, now, effects),
        }
    }

    /// A call that somebody else's `<Dial>` had goes its own way; whoever had it goes on with their document.
    pub(super) fn part(&mut self, child: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let has = |call: &&mut Call| matches!(&call.seat, Seat::Dial { others, .. } if others.iter().any(|other| other == child));
        let Some(parent) = self.calls.values_mut().find(has) else { return };
        let Seat::Dial { others, with, .. } = &mut parent.seat else { return };
        others.retain(|other| other != child);
        let (sid, over) = (parent.sid.clone(), with.as_deref() == Some(child) || others.is_empty());
        if over {
            self.dial_ends(&sid, CallStatus::Completed, now, effects);
        }
    }

    /// A `<Dial>` is over: its action decides what follows, or the rest of the document.
    pub(super) fn dial_ends(
        &mut self,
        sid: &str,
        status: CallStatus,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Dial { others, with, dialled } = &call.seat else { return };
        let (others, with, dialled) = (others.clone(), with.clone(), dialled.clone());
        call.seat = Seat::Line;
        call.turn += 1;
        for other in &others {
            let Some(other_call) = self.calls.get(other) else { continue };
            let unanswered = other_call.status == CallStatus::Ringing;
            let status = if unanswered { CallStatus::NoAnswer } else { CallStatus::Completed };
            self.let_go(other, status, now, effects);
        }
        let recorded = self.dial_recorded(&dialled, now, effects);
        match &dialled.action {
            Some(action) => {
                let mut more = self.dial_news(&others, with.as_ref(), status, now);
                more.extend(recorded);
                let more: Vec<(&str, &str)> =
                    more.iter().map(|(name, value)| (*name, value.as_str())).collect();
                self.ask(sid, action, &more, effects);
            }
            None => self.run(sid, now, effects),
        }
    }

    /// What is told of a `<Dial>` that is over.
    pub(super) fn dial_news(
        &self,
        others: &[String],
        with: Option<&String>,
        status: CallStatus,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let child = with.or(others.last()).cloned().unwrap_or_default();
        let duration_s = self.calls.get(&child).map_or(0, |child| child.duration_s(now));
        vec![
            ("DialCallStatus", status.as_str().to_owned()),
            ("DialCallSid", child),
            ("DialCallDuration", duration_s.to_string()),
            ("DialBridged", with.is_some().to_string()),
        ]
    }

    /// Ends the recording of a `<Dial>`; where it is.
    pub(super) fn dial_recorded(
        &mut self,
        dialled: &Dialled,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Option<(&'static str, String)> {
        let recording = dialled.recording.as_ref()?;
        self.end_recording(recording, now, effects);
        Some(("RecordingUrl", self.recording_url(recording)))
    }
}
