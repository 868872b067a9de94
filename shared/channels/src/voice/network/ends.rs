//! How calls leave where they are, and end.

use super::call::{Seat, Step};
use super::{Effect, Network};
use crate::voice::twiml::Record;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// Milliseconds until what is heard in a queue without anything to hear is asked for again.
const SILENCE_MS: u64 = 1_000;

impl Network {
    /// Somebody takes a call that rings.
    pub(super) fn answer(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.status = CallStatus::InProgress;
        call.answered_at = Some(now);
        // What it would have rung for does not come.
        call.turn += 1;
        let (url, room) = (call.answer_url.take(), call.answer_room.take());
        self.tell_status(sid, "answered", now, effects);
        if let Some(room) = room {
            return self.join(sid, room, None);
        }
        if let Some(url) = url {
            return self.ask(sid, &url, &[], effects);
        }
        self.connect(sid, now, effects);
    }

    /// A call that somebody made to others has one of them: the rest need not ring.
    fn connect(&mut self, child: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let parent = self.calls.values().find(|call| {
            matches!(&call.seat, Seat::Dial { others, .. } if others.iter().any(|other| other == child))
        });
        let Some(parent) = parent.map(|parent| parent.sid.clone()) else { return };
        let Some(call) = self.calls.get_mut(&parent) else { return };
        call.turn += 1;
        let Seat::Dial { others, with, .. } = &mut call.seat else { return };
        *with = Some(child.to_owned());
        let rest: Vec<String> = others.iter().filter(|other| *other != child).cloned().collect();
        for other in rest {
            self.end(&other, CallStatus::Canceled, now, effects);
        }
    }

    /// Ends a call, wherever it is, and tells of it.
    pub(super) fn end(&mut self, sid: &str, status: CallStatus, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status.is_over() {
            return;
        }
        call.status = status;
        call.turn += 1;
        call.program.clear();
        let (seat, step) = (std::mem::take(&mut call.seat), std::mem::take(&mut call.step));
        if let Step::Recording { record, said: Some(text) } = step {
            let kept = self.keep_recording(sid, &record, &text, effects);
            if let Some(action) = &record.action {
                let mut more: Vec<(&str, &str)> =
                    kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
                more.push(("Digits", "hangup"));
                self.tell(sid, action, &more, effects);
            }
        }
        match seat {
            Seat::Line => {}
            Seat::Queue { action: Some(action), since, .. } => {
                let time = (now.since_ms(since) / 1000).to_string();
                self.tell(sid, &action, &[("QueueResult", "hangup"), ("QueueTime", &time)], effects);
            }
            Seat::Queue { action: None, .. } => {}
            Seat::Room { name, action } => {
                self.leave(sid, &name, now, effects);
                if let Some(action) = action {
                    self.tell(sid, &action, &[("DialCallStatus", "answered")], effects);
                }
            }
            Seat::Dial { others, dial, .. } => {
                for other in others {
                    self.end(&other, CallStatus::Completed, now, effects);
                }
                if let Some(action) = &dial.action {
                    self.tell(sid, action, &[("DialCallStatus", "completed")], effects);
                }
            }
        }
        self.tell_status(sid, "completed", now, effects);
        self.other_side_ends(sid, status, now, effects);
    }

    /// Whoever had called this one goes on with their document, when nobody is left whom they may reach.
    fn other_side_ends(
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
        if with.is_some() || others.iter().all(over) {
            let parent = parent.sid.clone();
            self.dial_ends(&parent, status, now, effects);
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
        let Seat::Dial { others, with, dial } = std::mem::take(&mut call.seat) else { return };
        for other in &others {
            let Some(other_call) = self.calls.get(other) else { continue };
            let unanswered = other_call.status == CallStatus::Ringing;
            let status = if unanswered { CallStatus::NoAnswer } else { CallStatus::Completed };
            self.end(other, status, now, effects);
        }
        let child = with.as_ref().or(others.first()).cloned().unwrap_or_default();
        let duration = self.calls.get(&child).map_or(0, |child| child.duration_s(now)).to_string();
        match &dial.action {
            Some(action) => {
                let more = [
                    ("DialCallStatus", status.as_str()),
                    ("DialCallSid", child.as_str()),
                    ("DialCallDuration", &duration),
                    ("DialBridged", if with.is_some() { "true" } else { "false" }),
                ];
                self.ask(sid, action, &more, effects);
            }
            None => self.run(sid, now, effects),
        }
    }

    /// A call leaves its queue of its own accord.
    pub(super) fn leave_queue(&mut self, sid: &str, result: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Seat::Queue { action, since, .. } = std::mem::take(&mut call.seat) else { return };
        let time = (now.since_ms(since) / 1000).to_string();
        match action {
            Some(action) => {
                self.ask(sid, &action, &[("QueueResult", result), ("QueueTime", &time)], effects);
            }
            None => self.end(sid, CallStatus::Completed, now, effects),
        }
    }

    /// The API has a call follow another document, wherever it is.
    pub(super) fn redirect(&mut self, sid: &str, url: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        match std::mem::take(&mut call.seat) {
            Seat::Line => {}
            Seat::Queue { action, since, .. } => {
                let time = (now.since_ms(since) / 1000).to_string();
                if let Some(action) = action {
                    self.tell(sid, &action, &[("QueueResult", "redirected"), ("QueueTime", &time)], effects);
                }
            }
            Seat::Room { name, .. } => self.leave(sid, &name, now, effects),
            Seat::Dial { others, .. } => {
                for other in others {
                    self.end(&other, CallStatus::Completed, now, effects);
                }
            }
        }
        self.ask(sid, url, &[], effects);
    }

    /// Asks for what is heard in the queue that a call is in.
    pub(super) fn ask_for_waiting(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(Seat::Queue { name, since, wait_url, .. }) =
            self.calls.get(sid).map(|call| call.seat.clone())
        else {
            return;
        };
        let Some(url) = wait_url else {
            if let Some(call) = self.calls.get_mut(sid) {
                call.step = Step::Pausing;
            }
            return self.wake(sid, SILENCE_MS, effects);
        };
        let ahead = |other: &Seat| matches!(other, Seat::Queue { name: of, since: at, .. } if *of == name && *at < since);
        let queued = |other: &Seat| matches!(other, Seat::Queue { name: of, .. } if *of == name);
        let position = (1 + self.calls.values().filter(|call| ahead(&call.seat)).count()).to_string();
        let size = self.calls.values().filter(|call| queued(&call.seat)).count().to_string();
        let time = (now.since_ms(since) / 1000).to_string();
        let more = [
            ("QueuePosition", position.as_str()),
            ("QueueTime", &time),
            ("AvgQueueTime", &time),
            ("CurrentQueueSize", &size),
        ];
        self.ask(sid, &url, &more, effects);
    }

    /// Keeps what was said, tells of it, and says how it is called.
    pub(super) fn keep_recording(
        &mut self,
        sid: &str,
        record: &Record,
        said: &str,
        effects: &mut Vec<Effect>,
    ) -> Vec<(&'static str, String)> {
        let recording = self.new_sid("RE");
        self.recordings.insert(recording.clone(), said.to_owned());
        // A word a second.
        let duration = said.split_whitespace().count().max(1).to_string();
        let url = self.recording_url(&recording);
        if let Some(callback) = &record.recording_status_callback {
            let more = [
                ("RecordingSid", recording.as_str()),
                ("RecordingUrl", &url),
                ("RecordingStatus", "completed"),
                ("RecordingDuration", &duration),
                ("RecordingChannels", "1"),
                ("RecordingSource", "RecordVerb"),
            ];
            self.tell(sid, callback, &more, effects);
        }
        vec![("RecordingSid", recording), ("RecordingUrl", url), ("RecordingDuration", duration)]
    }

    /// Tells how a call stands to whoever wanted to know.
    pub(super) fn tell_status(&mut self, sid: &str, event: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let url = match &call.told {
            Some((url, events)) if events.iter().any(|wanted| wanted == event) => url.clone(),
            // A number tells of the end alone.
            None if call.direction == "inbound" && event == "completed" => self.number.status_url.clone(),
            _ => return,
        };
        let sequence = call.sequence.to_string();
        call.sequence += 1;
        let duration = call.duration_s(now).to_string();
        let more = [
            ("SequenceNumber", sequence.as_str()),
            ("CallbackSource", "call-progress-events"),
            ("CallDuration", &duration),
        ];
        self.tell(sid, &url, &more, effects);
    }
}
