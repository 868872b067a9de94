//! Queues: calls that wait in one, and how they leave it (Twilio, "`<Enqueue>`", "`<Queue>`").

use super::call::{Seat, Step};
use super::dial::Dialled;
use super::orders::Misbehaviour;
use super::{Effect, HOLD_MUSIC, Network};
use crate::identifier::sid;
use crate::voice::twiml::{Enqueue, EnqueuePart, Verb};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use std::collections::VecDeque;

/// Calls that wait in a queue that does not say (Twilio's default).
const QUEUE_MAX: usize = 100;
/// Milliseconds until what is heard without anything to hear is asked for again.
pub(super) const SILENCE_MS: u64 = 1_000;

/// What follows for a call that waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waiting {
    pub(super) action: Option<String>,
    /// `None` is the provider's music; an empty one is silence.
    pub(super) wait_url: Option<String>,
    /// What comes behind the `<Enqueue>`.
    pub(super) rest: VecDeque<Verb>,
}

impl Network {
    pub(super) fn queue_sid(&self, name: &str) -> String {
        sid("QU", &[&self.seed, name])
    }

    /// The calls in a queue, the next one first.
    pub(super) fn queued(&self, name: &str) -> Vec<(Timestamp, String)> {
        let waits = |seat: &Seat| match seat {
            Seat::Queue { name: of, since, .. } if of == name => Some(*since),
            _ => None,
        };
        let mut found: Vec<_> = self
            .calls
            .values()
            .filter_map(|call| waits(&call.seat).map(|since| (since, call.sid.clone())))
            .collect();
        found.sort();
        found
    }

    pub(super) fn enqueue(
        &mut self,
        sid: &str,
        enqueue: &Enqueue,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let names = enqueue.content.iter().filter_map(|part| match part {
            EnqueuePart::Text(text) => Some(text.trim()),
            EnqueuePart::Task(_) => None,
        });
        let name: String = names.collect();
        let full = self.queued(&name).len() >= enqueue.max_queue_size.map_or(QUEUE_MAX, |max| max as usize);
        let broken = !full && self.spoils(Misbehaviour::QueueError);
        let Some(call) = self.calls.get_mut(sid) else { return };
        let waiting = Waiting {
            action: enqueue.action.clone(),
            wait_url: enqueue.wait_url.clone(),
            rest: std::mem::take(&mut call.program),
        };
        call.seat = Seat::Queue { name: name.clone(), since: now, waiting: Box::new(waiting) };
        if full || broken {
            let result = if full { "queue-full" } else { "system-error" };
            return self.leave_queue(sid, result, now, effects);
        }
        self.ask_for_waiting(sid, now, effects);
        self.serve_queue(&name, now, effects);
    }

    /// Asks for what is heard in the queue that a call is in.
    pub(super) fn ask_for_waiting(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(Seat::Queue { name, since, waiting }) = self.calls.get(sid).map(|call| call.seat.clone())
        else {
            return;
        };
        if let Some(url) = waiting.wait_url.as_ref().filter(|url| !url.is_empty()) {
            let queued = self.queued(&name);
            let place = queued.iter().position(|(_, call)| call == sid).map_or(1, |at| at + 1).to_string();
            let size = queued.len().to_string();
            let waited: i64 = queued.iter().map(|(since, _)| now.since_ms(*since) / 1000).sum();
            let average = (waited / i64::try_from(queued.len().max(1)).unwrap_or(1)).to_string();
            let (time, queue_sid) = ((now.since_ms(since) / 1000).to_string(), self.queue_sid(&name));
            let more = [
                ("QueueSid", queue_sid.as_str()),
                ("QueuePosition", &place),
                ("QueueTime", &time),
                ("AvgQueueTime", &average),
                ("CurrentQueueSize", &size),
                ("MaxQueueSize", "100"),
            ];
            return self.ask(sid, url, &more, effects);
        }
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.rest();
        if waiting.wait_url.is_none() {
            call.hear_music(HOLD_MUSIC);
        }
    }

    /// What is told of a call's time in a queue when it leaves.
    fn queue_news(
        &self,
        name: &str,
        result: &str,
        since: Timestamp,
        now: Timestamp,
    ) -> [(&'static str, String); 3] {
        let time = (now.since_ms(since) / 1000).to_string();
        [("QueueResult", result.to_owned()), ("QueueSid", self.queue_sid(name)), ("QueueTime", time)]
    }

    /// A call leaves its queue: its action decides what follows, or the rest of its document.
    pub(super) fn leave_queue(&mut self, sid: &str, result: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let (name, since, waiting) = match std::mem::take(&mut call.seat) {
            Seat::Queue { name, since, waiting } | Seat::Bridged { name, since, waiting, .. } => {
                (name, since, waiting)
            }
            other => return call.seat = other,
        };
        let Waiting { action, rest, .. } = *waiting;
        call.rest();
        call.program = rest;
        match action {
            Some(action) => {
                let news = self.queue_news(&name, result, since, now);
                let more = news.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.ask(sid, &action, &more, effects);
            }
            None => self.run(sid, now, effects),
        }
    }

    /// Tells that a call has left a queue for something else.
    pub(super) fn tell_of_queue(
        &self,
        sid: &str,
        (name, since, waiting): (&str, Timestamp, &Waiting),
        result: &str,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(action) = &waiting.action {
            let news = self.queue_news(name, result, since, now);
            let more = news.each_ref().map(|(name, value)| (*name, value.as_str()));
            self.tell(sid, action, &more, effects);
        }
    }

    /// Connects the next one in a queue with whoever dials it, for as long as there is one of each.
    pub(super) fn serve_queue(&mut self, name: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let dials = |seat: &Seat| matches!(seat, Seat::Dial { others, dialled, .. } if others.is_empty() && dialled.queue_name() == Some(name));
        let dialler = self.calls.values().filter(|call| dials(&call.seat)).map(|call| call.sid.clone()).min();
        let Some((_, caller)) = self.queued(name).into_iter().next() else { return };
        let Some(dialler) = dialler else { return };
        let Some(call) = self.calls.get_mut(&dialler) else { return };
        call.turn += 1;
        let Seat::Dial { others, dialled, .. } = &mut call.seat else { return };
        *others = vec![caller.clone()];
        let whisper = dialled.queue.as_ref().and_then(|queue| queue.url.clone());
        let Some(call) = self.calls.get_mut(&caller) else { return };
        call.rest();
        let Seat::Queue { name, since, waiting } = std::mem::take(&mut call.seat) else { return };
        let (queue_sid, time) = (self.queue_sid(&name), (now.since_ms(since) / 1000).to_string());
        let Some(call) = self.calls.get_mut(&caller) else { return };
        call.seat = Seat::Bridged { by: dialler.clone(), name, since, whisper: whisper.is_some(), waiting };
        match whisper {
            Some(url) => {
                let more =
                    [("QueueSid", queue_sid.as_str()), ("QueueTime", &time), ("DequeingCallSid", &dialler)];
                self.ask(&caller, &url, &more, effects);
            }
            None => self.connect(&caller, now, effects),
        }
    }

    /// A caller has heard what comes before they are connected.
    pub(super) fn whispered(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if let Seat::Bridged { whisper, .. } = &mut call.seat {
            *whisper = false;
        }
        call.step = Step::Rest;
        self.connect(sid, now, effects);
    }

    /// Ends what a `<Dial>` had of this call: a caller out of a queue goes on, whoever was called is hung up on.
    pub(super) fn let_go(
        &mut self,
        sid: &str,
        status: CallStatus,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        match self.calls.get(sid).map(|call| &call.seat) {
            Some(Seat::Bridged { .. }) => self.leave_queue(sid, "bridged", now, effects),
            _ => self.end(sid, status, now, effects),
        }
    }
}

impl Dialled {
    fn queue_name(&self) -> Option<&str> {
        self.queue.as_ref().map(|queue| queue.content.trim())
    }
}
