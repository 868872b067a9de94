//! How calls ring, are answered, are led elsewhere, and end.

use super::call::{Call, Heard, OnAnswer, Seat, Step};
use super::orders::Misbehaviour;
use super::recording::Scope;
use super::room::{Inside, Left};
use super::{Effect, Network};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// What a machine says that answers.
const GREETING: &str = "Nobody can take your call. Please leave a message after the tone.";

impl Network {
    /// A phone rings, for so long where somebody says; or something goes wrong with it.
    pub(super) fn ring(&mut self, sid: &str, ring_s: Option<u32>, now: Timestamp, effects: &mut Vec<Effect>) {
        for (status, event) in [(CallStatus::Initiated, "initiated"), (CallStatus::Ringing, "ringing")] {
            // Somebody else may have taken the call before this one's turn.
            let Some(call) = self.calls.get_mut(sid).filter(|call| !call.status.is_over()) else { return };
            call.status = status;
            self.tell_status(sid, event, now, effects);
        }
        if let Some(ring_s) = ring_s {
            self.wake(sid, u64::from(ring_s) * 1000, effects);
        }
        if self.spoils(Misbehaviour::Busy) {
            return self.end(sid, CallStatus::Busy, now, effects);
        }
        if self.spoils(Misbehaviour::NoAnswer) {
            return self.end(sid, CallStatus::NoAnswer, now, effects);
        }
        if self.spoils(Misbehaviour::Failed) {
            return self.end(sid, CallStatus::Failed, now, effects);
        }
        if self.spoils(Misbehaviour::Machine) {
            self.machine_answers(sid, now, effects);
        }
    }

    /// A machine takes a call that rings.
    pub(super) fn machine_answers(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.is_machine = true;
        self.answer(sid, now, effects);
        self.speak(sid, GREETING, now, effects);
    }

    /// Our number takes a call.
    pub(super) fn pick_up(&mut self, sid: &str, now: Timestamp) {
        if let Some(call) = self.calls.get_mut(sid) {
            call.status = CallStatus::InProgress;
            call.answered_at = Some(now);
        }
    }

    /// Somebody takes a call that rings.
    pub(super) fn answer(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        self.pick_up(sid, now);
        let Some(call) = self.calls.get_mut(sid) else { return };
        // What it would have rung for does not come.
        call.turn += 1;
        let on_answer = call.on_answer.clone();
        if !matches!(on_answer, OnAnswer::Screen(_)) {
            call.on_answer = OnAnswer::Connect;
        }
        let (keys, to_record) = (call.send_digits.take(), call.to_record.take());
        if let Some(keys) = keys {
            let digits: String = keys.chars().filter(|key| !key.eq_ignore_ascii_case(&'w')).collect();
            call.hear(Heard::Digits { digits });
        }
        self.tell_status(sid, "answered", now, effects);
        if let Some(to_record) = to_record {
            self.begin_recording(&Scope::Call(sid.to_owned()), &to_record, now, effects);
        }
        let answered_by = self.detect(sid, effects);
        let more: Vec<(&str, &str)> = answered_by.iter().map(|who| ("AnsweredBy", *who)).collect();
        match on_answer {
            OnAnswer::Connect => self.connect(sid, now, effects),
            OnAnswer::Screen(url) | OnAnswer::Ask(url) => self.ask(sid, &url, &more, effects),
            OnAnswer::Follow(document) => {
                if let Some(call) = self.calls.get_mut(sid) {
                    call.step = Step::Asking { url: String::new(), again: false };
                }
                self.follow(sid, Ok(&document), now, effects);
            }
            OnAnswer::Join(joining) => self.join(sid, *joining, Inside::default(), now, effects),
        }
    }

    /// Finds out who has answered, where that was asked for: told where it is wanted, else said for the document.
    fn detect(&mut self, sid: &str, effects: &mut Vec<Effect>) -> Option<&'static str> {
        let call = self.calls.get_mut(sid)?;
        let detection = call.detection.take()?;
        let who = match (call.is_machine, detection.to_the_end) {
            (false, _) => "human",
            (true, false) => "machine_start",
            (true, true) => "machine_end_beep",
        };
        call.answered_by = Some(who);
        let Some(url) = detection.callback else { return Some(who) };
        self.tell(sid, &url, &[("AnsweredBy", who), ("MachineDetectionDuration", "2000")], effects);
        None
    }

    /// Ends a call, wherever it is, and tells of it.
    pub(super) fn end(&mut self, sid: &str, status: CallStatus, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status.is_over() {
            return;
        }
        call.status = status;
        call.ended_at = Some(now);
        let (seat, step) = (std::mem::take(&mut call.seat), std::mem::take(&mut call.step));
        call.rest();
        let expected = call.joining().map(|joining| joining.name.clone());
        if let Step::Recording { record, said: Some(text) } = step {
            let kept = self.keep_message(sid, &record, &text, now, effects);
            if let Some(action) = &record.action {
                let mut more: Vec<(&str, &str)> =
                    kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
                more.push(("Digits", "hangup"));
                self.tell(sid, action, &more, effects);
            }
        }
        match &seat {
            Seat::Line => {}
            Seat::Queue { name, since, waiting } => {
                self.tell_of_queue(sid, (name, *since, waiting), "hangup", now, effects);
            }
            Seat::Bridged { name, since, whisper, waiting, .. } => {
                let result = if *whisper { "hangup" } else { "bridged" };
                self.tell_of_queue(sid, (name, *since, waiting), result, now, effects);
            }
            Seat::Room { conference, inside, .. } => {
                self.leave(sid, conference, Left::HungUp, now, effects);
                if let Some(action) = &inside.action {
                    self.tell(sid, action, &[("DialCallStatus", "answered")], effects);
                }
            }
            Seat::Dial { others, with, dialled } => {
                for other in others {
                    self.let_go(other, self.status_if_let_go(other), now, effects);
                }
                let recorded = self.dial_recorded(dialled, now, effects);
                if let Some(action) = &dialled.action {
                    let mut more = self.dial_news(others, with.as_ref(), CallStatus::Completed, now);
                    more.extend(recorded);
                    let more: Vec<(&str, &str)> =
                        more.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    self.tell(sid, action, &more, effects);
                }
            }
        }
        self.end_recordings(&Scope::Call(sid.to_owned()), now, effects);
        self.stop_beside(sid, None, now, effects);
        self.tell_status(sid, "completed", now, effects);
        self.other_side_ends(sid, status, now, effects);
        if let Some(name) = expected {
            if let Some(call) = self.calls.get_mut(sid) {
                call.on_answer = OnAnswer::Connect;
            }
            self.expected_no_more(&name, now, effects);
        }
    }

    /// How a call ends that nobody wants any more.
    fn status_if_let_go(&self, sid: &str) -> CallStatus {
        let rings = self.calls.get(sid).is_some_and(|call| call.status == CallStatus::Ringing);
        if rings { CallStatus::Canceled } else { CallStatus::Completed }
    }

    /// Takes a call out of where it is, because the API has something else for it.
    pub(super) fn take_away(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let seat = std::mem::take(&mut call.seat);
        call.rest();
        call.on_answer = OnAnswer::Connect;
        match &seat {
            Seat::Line => self.part(sid, now, effects),
            Seat::Queue { name, since, waiting } => {
                self.tell_of_queue(sid, (name, *since, waiting), "redirected", now, effects);
            }
            Seat::Bridged { name, since, whisper, waiting, .. } => {
                let result = if *whisper { "bridging-in-process" } else { "redirected-from-bridged" };
                self.tell_of_queue(sid, (name, *since, waiting), result, now, effects);
                self.part(sid, now, effects);
            }
            Seat::Room { conference, .. } => self.leave(sid, conference, Left::ByApi, now, effects),
            Seat::Dial { others, dialled, .. } => {
                for other in others {
                    self.let_go(other, self.status_if_let_go(other), now, effects);
                }
                self.dial_recorded(dialled, now, effects);
            }
        }
    }

    /// Tells how a call stands to whoever wanted to know.
    pub(super) fn tell_status(&mut self, sid: &str, event: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let url = match &call.told {
            Some(told) if told.wants(event) => told.url.clone(),
            // A number tells of the end alone.
            None if !call.is_to_somebody() && event == "completed" => self.number.status_url.clone(),
            _ => return,
        };
        let sequence = call.sequence.to_string();
        call.sequence += 1;
        let (duration, minutes, at) = (call.duration_s(now), (call.duration_s(now) + 59) / 60, now.rfc2822());
        let mut more = vec![
            ("SequenceNumber", sequence),
            ("Timestamp", at),
            ("CallbackSource", "call-progress-events".to_owned()),
        ];
        if Call::is_over(call) {
            more.extend([("CallDuration", duration.to_string()), ("Duration", minutes.to_string())]);
        }
        let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.tell(sid, &url, &more, effects);
    }
}

impl Call {
    fn is_over(&self) -> bool {
        self.status.is_over()
    }
}
