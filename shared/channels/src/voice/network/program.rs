//! Following a document, verb by verb.

use super::call::{Call, Heard, Purpose, Seat, Step};
use super::orders::Misbehaviour;
use super::{Effect, Network};
use crate::voice::twiml::{Gather, Heard as Said, Play, Record, Response, Say, Verb};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// Milliseconds that a sound lasts, once, for somebody who waits: long enough not to ask all the time.
const SOUND_MS: u64 = 1_000;
/// Seconds of a `<Gather>` and a `<Record>` that do not say (Twilio's defaults).
pub(super) const GATHER_S: u32 = 5;
pub(super) const RECORD_S: u32 = 5;
/// Twilio's code of a URL that does not answer in time, of a document that cannot be read, and of a verb that has no
/// place where it stands.
const NO_ANSWER: u32 = 11200;
const MALFORMED: u32 = 12100;
const MISPLACED: u32 = 12200;

impl Purpose {
    /// Whether a verb may stand in such a document (Twilio, "`waitUrl`", "`holdUrl`", "whisper").
    fn allows(self, verb: &Verb) -> bool {
        use Verb::*;
        match (self, verb) {
            (Purpose::Own, verb) => !matches!(verb, Leave(_) | Queue(_) | Prompt(_)),
            (_, Say(_) | Play(_) | Pause(_) | Redirect(_)) => true,
            (Purpose::Queue, Gather(_) | Hangup(_) | Leave(_)) => true,
            (Purpose::Screen, Gather(_) | Hangup(_)) => true,
            _ => false,
        }
    }
}

/// Whether a call that rings at our number is answered for this (Twilio: a pause and a `<Dial answerOnBridge>` let it
/// ring on).
fn answers(verb: &Verb) -> bool {
    match verb {
        Verb::Reject(_) | Verb::Redirect(_) | Verb::Pause(_) => false,
        Verb::Dial(dial) => dial.answer_on_bridge != Some(true),
        _ => true,
    }
}

impl Network {
    /// A call has its document, or is told why there is none.
    pub(super) fn follow(
        &mut self,
        sid: &str,
        answer: Result<&str, u32>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let answer = if self.spoils(Misbehaviour::DocumentLate) { Err(NO_ANSWER) } else { answer };
        let answer = if answer.is_ok() && self.spoils(Misbehaviour::DocumentMalformed) {
            Err(MALFORMED)
        } else {
            answer
        };
        let read = answer.and_then(|xml| Response::of_xml(xml).map_err(|error| error.code()));
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Step::Asking { url, again } = std::mem::take(&mut call.step) else { return };
        match read {
            Ok((response, _)) => {
                call.document_url = url;
                call.waited = false;
                call.program = response.content.into();
                self.run(sid, now, effects);
            }
            Err(code) => self.no_document(sid, code, (&url, again), now, effects),
        }
    }

    /// The fallback is asked in the stead of a call's own document, once. What else cannot be had is missed where it
    /// would have been heard.
    fn no_document(
        &mut self,
        sid: &str,
        code: u32,
        (url, again): (&str, bool),
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        match (call.purpose(), call.fallback.clone().filter(|_| !again)) {
            (Purpose::Own, Some(fallback)) => {
                self.ask(sid, &fallback, &[("ErrorCode", &code.to_string()), ("ErrorUrl", url)], effects);
                if let Some(call) = self.calls.get_mut(sid) {
                    call.step = Step::Asking { url: fallback, again: true };
                }
            }
            (Purpose::Own | Purpose::Screen, _) => {
                call.hear_trouble(code, "An application error has occurred. Goodbye.");
                self.end(sid, CallStatus::Completed, now, effects);
            }
            (Purpose::Queue, _) => {
                call.hear_trouble(code, "What is heard in the queue cannot be had.");
                self.leave_queue(sid, "error", now, effects);
            }
            (Purpose::Whisper, _) => self.whispered(sid, now, effects),
            (Purpose::Room, _) => {
                call.hear_trouble(code, "What is to be heard here cannot be had.");
                call.waited = false;
                self.loops(sid, now, effects);
            }
        }
    }

    /// Goes on until the call waits for something.
    pub(super) fn run(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        loop {
            let Some(call) = self.calls.get_mut(sid).filter(|call| !call.status.is_over()) else { return };
            let purpose = call.purpose();
            let Some(verb) = call.program.pop_front() else {
                return self.document_ends(sid, purpose, now, effects);
            };
            if !purpose.allows(&verb) {
                call.hear_trouble(MISPLACED, "a verb that has no place here is left out");
                continue;
            }
            if call.status == CallStatus::Ringing && answers(&verb) {
                call.status = CallStatus::InProgress;
                call.answered_at = Some(now);
            }
            match verb {
                Verb::Say(say) => hear_text(call, &say),
                Verb::Play(play) => {
                    hear_sound(call, &play);
                    match play.times {
                        // For ever.
                        Some(0) => return call.step = Step::Rest,
                        _ if purpose != Purpose::Own && play.digits.is_none() => {
                            return self.pauses(sid, SOUND_MS, effects);
                        }
                        _ => {}
                    }
                }
                Verb::Pause(pause) => {
                    let length_s = pause.length.unwrap_or(1);
                    call.hear(Heard::Pause { length_s });
                    return self.pauses(sid, u64::from(length_s) * 1000, effects);
                }
                Verb::Gather(gather) => return self.gather(sid, gather, effects),
                Verb::Record(record) => return self.record(sid, record, effects),
                Verb::Redirect(redirect) => return self.ask(sid, redirect.content.trim(), &[], effects),
                Verb::Enqueue(enqueue) => return self.enqueue(sid, &enqueue, now, effects),
                Verb::Dial(dial) => return self.dial_out(sid, &dial, now, effects),
                Verb::Leave(_) => return self.leave_queue(sid, "leave", now, effects),
                Verb::Hangup(_) => return self.end(sid, CallStatus::Completed, now, effects),
                Verb::Reject(reject) if call.status == CallStatus::Ringing => {
                    let busy = reject.reason.as_deref() == Some("busy");
                    let status = if busy { CallStatus::Busy } else { CallStatus::NoAnswer };
                    return self.end(sid, status, now, effects);
                }
                Verb::Reject(_) => return self.end(sid, CallStatus::Completed, now, effects),
                Verb::Start(start) => self.start_beside(sid, &start, now, effects),
                Verb::Stop(stop) => self.stop_named(sid, &stop, now, effects),
                other => match taken_over(&other) {
                    Some((what, action)) => {
                        call.hear(Heard::Beside { what, on: true });
                        return call.step = Step::Elsewhere { what, action };
                    }
                    None => call.hear_trouble(0, "a text message, which is not played"),
                },
            }
        }
    }

    fn pauses(&mut self, sid: &str, ms: u64, effects: &mut Vec<Effect>) {
        if let Some(call) = self.calls.get_mut(sid) {
            call.step = Step::Pausing;
            call.waited = true;
        }
        self.wake(sid, ms, effects);
    }

    fn document_ends(&mut self, sid: &str, purpose: Purpose, now: Timestamp, effects: &mut Vec<Effect>) {
        match purpose {
            // What is heard while somebody waits begins again.
            Purpose::Queue | Purpose::Room => self.loops(sid, now, effects),
            Purpose::Whisper => self.whispered(sid, now, effects),
            Purpose::Screen => self.connect(sid, now, effects),
            Purpose::Own => self.end(sid, CallStatus::Completed, now, effects),
        }
    }

    fn gather(&mut self, sid: &str, gather: Gather, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        for said in &gather.content {
            match said {
                Said::Say(say) => hear_text(call, say),
                Said::Play(play) => hear_sound(call, play),
                Said::Pause(pause) => call.hear(Heard::Pause { length_s: pause.length.unwrap_or(1) }),
            }
        }
        let after_s = gather.timeout.unwrap_or(GATHER_S);
        call.waited = true;
        call.step = Step::Gathering { gather: Box::new(gather), typed: String::new() };
        self.wake(sid, u64::from(after_s) * 1000, effects);
    }

    fn record(&mut self, sid: &str, record: Record, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if record.play_beep != Some(false) {
            call.hear(Heard::Beep);
        }
        let after_s = record.timeout.unwrap_or(RECORD_S);
        call.step = Step::Recording { record: Box::new(record), said: None };
        self.wake(sid, u64::from(after_s) * 1000, effects);
    }

    /// What a call was waiting for has not come, or a pause is over.
    pub(super) fn time_is_up(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status == CallStatus::Ringing && call.is_to_somebody() {
            return self.end(sid, CallStatus::NoAnswer, now, effects);
        }
        if matches!(call.seat, Seat::Dial { .. }) {
            return self.dial_time_is_up(sid, now, effects);
        }
        match std::mem::take(&mut call.step) {
            Step::Pausing => self.run(sid, now, effects),
            Step::Looping => self.again(sid, now, effects),
            Step::Gathering { gather, typed } if !typed.is_empty() => {
                self.gathered(sid, &gather, &[("Digits", &typed)], effects);
            }
            Step::Gathering { gather, .. } if gather.action_on_empty_result == Some(true) => {
                self.gathered(sid, &gather, &[("Digits", "")], effects);
            }
            Step::Gathering { .. } => self.run(sid, now, effects),
            Step::Recording { record, said: Some(text) } => {
                self.recorded(sid, &record, &text, "", now, effects);
            }
            // Nothing was said: the document goes on.
            Step::Recording { said: None, .. } => self.run(sid, now, effects),
            step @ (Step::Rest | Step::Asking { .. } | Step::Elsewhere { .. }) => call.step = step,
        }
    }
}

fn hear_text(call: &mut Call, say: &Say) {
    for _ in 0..say.times.unwrap_or(1).max(1) {
        call.hear(Heard::Say { text: say.spoken(), language: say.language.clone() });
    }
}

fn hear_sound(call: &mut Call, play: &Play) {
    if let Some(digits) = &play.digits {
        let digits: String = digits.chars().filter(|key| !key.eq_ignore_ascii_case(&'w')).collect();
        return call.hear(Heard::Digits { digits });
    }
    for _ in 0..play.times.unwrap_or(1).max(1) {
        call.hear(Heard::Play { url: play.content.trim().to_owned() });
    }
}

/// What takes a call over, as long as it lasts, and what is asked behind it.
fn taken_over(verb: &Verb) -> Option<(&'static str, Option<String>)> {
    Some(match verb {
        Verb::Pay(pay) => ("payment", pay.action.clone()),
        Verb::Connect(connect) => {
            (connect.content.first().map_or("program", super::beside::connected), connect.action.clone())
        }
        Verb::Refer(refer) => ("sip_transfer", refer.action.clone()),
        Verb::Echo(_) => ("echo", None),
        _ => return None,
    })
}
