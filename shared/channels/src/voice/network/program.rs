//! Following a document, verb by verb.

use super::call::{Call, Heard, Seat, Step};
use super::{Effect, Network};
use crate::voice::twiml::{
    ClientPart, Dial, DialNoun, Enqueue, EnqueuePart, Gather, Heard as Said, Play, Record, Response, Say,
    SipPart, Verb,
};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// Whom a noun calls; `None` for one that is not called at a phone.
fn address(noun: &DialNoun) -> Option<String> {
    match noun {
        DialNoun::Text(number) => Some(number.clone()),
        DialNoun::Number(number) => Some(number.content.clone()),
        DialNoun::Client(client) => client.content.iter().find_map(|part| match part {
            ClientPart::Text(identity) => Some(format!("client:{identity}")),
            ClientPart::Identity(identity) => Some(format!("client:{}", identity.content)),
            ClientPart::Parameter(_) => None,
        }),
        DialNoun::Sip(sip) => sip.content.iter().find_map(|part| match part {
            SipPart::Text(uri) => Some(uri.clone()),
            SipPart::Uri(uri) => Some(uri.content.clone()),
            SipPart::Headers(_) => None,
        }),
        DialNoun::Sim(sim) => Some(format!("sim:{}", sim.content)),
        DialNoun::WhatsApp(whatsapp) => Some(format!("whatsapp:{}", whatsapp.content)),
        DialNoun::Application(_) | DialNoun::Conference(_) | DialNoun::Queue(_) => None,
    }
}

/// Milliseconds that a sound lasts, once, for somebody who waits: long enough not to ask all the time.
const SOUND_MS: u64 = 1_000;
/// Seconds of a `<Gather>`, a `<Record>` and a `<Dial>` that do not say (Twilio's defaults).
const GATHER_S: u32 = 5;
const RECORD_S: u32 = 5;
const DIAL_S: u32 = 30;

impl Network {
    /// A call has its document, or is told why there is none: then the number's fallback is asked, once.
    pub(super) fn follow(
        &mut self,
        sid: &str,
        answer: Result<&str, u32>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let read = answer.and_then(|xml| Response::of_xml(xml).map_err(|error| error.code()));
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Step::Asking { url, again } = std::mem::take(&mut call.step) else { return };
        match read {
            Ok((response, _)) => {
                let rejected = matches!(response.content.first(), Some(Verb::Reject(_)));
                if call.status == CallStatus::Ringing && !rejected {
                    call.status = CallStatus::InProgress;
                    call.answered_at = Some(now);
                }
                call.document_url = url;
                call.program = response.content.into();
                self.run(sid, now, effects);
            }
            Err(code) if again => {
                call.hear(Heard::Trouble { code, why: "An application error has occurred. Goodbye.".into() });
                self.end(sid, CallStatus::Completed, now, effects);
            }
            Err(code) => {
                let fallback = self.number.fallback_url.clone();
                self.ask(sid, &fallback, &[("ErrorCode", &code.to_string()), ("ErrorUrl", &url)], effects);
                if let Some(call) = self.calls.get_mut(sid) {
                    call.seat = Seat::Line;
                    call.step = Step::Asking { url: fallback, again: true };
                }
            }
        }
    }

    /// Goes on until the call waits for something.
    pub(super) fn run(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        loop {
            let Some(call) = self.calls.get_mut(sid) else { return };
            let waits = matches!(call.seat, Seat::Queue { .. });
            let Some(verb) = call.program.pop_front() else {
                return self.document_ends(sid, now, effects);
            };
            match verb {
                Verb::Say(say) => hear_text(call, &say),
                Verb::Play(play) => {
                    hear_sound(call, &play);
                    match play.times {
                        // For ever.
                        Some(0) => return call.step = Step::Rest,
                        _ if waits => {
                            call.step = Step::Pausing;
                            return self.wake(sid, SOUND_MS, effects);
                        }
                        _ => {}
                    }
                }
                Verb::Pause(pause) => {
                    let length_s = pause.length.unwrap_or(1);
                    call.hear(Heard::Pause { length_s });
                    call.step = Step::Pausing;
                    return self.wake(sid, u64::from(length_s) * 1000, effects);
                }
                Verb::Gather(gather) => return self.gather(sid, gather, effects),
                Verb::Record(record) => return self.record(sid, record, effects),
                Verb::Redirect(redirect) => return self.ask(sid, &redirect.content, &[], effects),
                Verb::Enqueue(enqueue) => return self.enqueue(sid, &enqueue, now, effects),
                Verb::Dial(dial) => return self.dial_out(sid, dial, now, effects),
                Verb::Leave(_) if waits => return self.leave_queue(sid, "leave", now, effects),
                Verb::Hangup(_) => return self.end(sid, CallStatus::Completed, now, effects),
                Verb::Reject(reject) => {
                    let busy = reject.reason.as_deref() == Some("busy");
                    let status = if busy { CallStatus::Busy } else { CallStatus::NoAnswer };
                    return self.end(sid, status, now, effects);
                }
                other => call.hear(Heard::Trouble { code: 0, why: not_played(&other).to_owned() }),
            }
        }
    }

    fn document_ends(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        match &call.seat {
            // What is heard in a queue begins again.
            Seat::Queue { .. } => self.ask_for_waiting(sid, now, effects),
            _ => self.end(sid, CallStatus::Completed, now, effects),
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

    fn enqueue(&mut self, sid: &str, enqueue: &Enqueue, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let name: String = enqueue
            .content
            .iter()
            .filter_map(|part| match part {
                EnqueuePart::Text(text) => Some(text.as_str()),
                EnqueuePart::Task(_) => None,
            })
            .collect();
        call.program.clear();
        call.seat = Seat::Queue {
            name,
            since: now,
            action: enqueue.action.clone(),
            wait_url: enqueue.wait_url.clone().filter(|url| !url.is_empty()),
        };
        self.ask_for_waiting(sid, now, effects);
    }

    fn dial_out(&mut self, sid: &str, dial: Dial, now: Timestamp, effects: &mut Vec<Effect>) {
        if let Some(DialNoun::Conference(conference)) =
            dial.content.iter().find(|noun| matches!(noun, DialNoun::Conference(_)))
        {
            let joining = super::room::Joining::of(conference);
            return self.join(sid, joining, dial.action.clone());
        }
        let Some(call) = self.calls.get(sid) else { return };
        let from = dial.caller_id.clone().unwrap_or_else(|| call.from.clone());
        let targets: Vec<String> = dial.content.iter().filter_map(address).collect();
        let others: Vec<String> = targets
            .iter()
            .map(|to| {
                let child = Call::new(self.new_sid("CA"), &from, to, "outbound-dial", now);
                let child_sid = child.sid.clone();
                self.add(child);
                child_sid
            })
            .collect();
        let ring_s = dial.timeout.unwrap_or(DIAL_S);
        let nobody = others.is_empty();
        if let Some(call) = self.calls.get_mut(sid) {
            call.step = Step::Rest;
            call.seat = Seat::Dial { others, with: None, dial: Box::new(dial) };
        }
        match nobody {
            true => self.dial_ends(sid, CallStatus::Failed, now, effects),
            false => self.wake(sid, u64::from(ring_s) * 1000, effects),
        }
    }

    /// What a call was waiting for has not come, or a pause is over.
    pub(super) fn time_is_up(&mut self, sid: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status == CallStatus::Ringing && call.is_to_somebody() {
            return self.end(sid, CallStatus::NoAnswer, now, effects);
        }
        if matches!(call.seat, Seat::Dial { with: None, .. }) {
            return self.dial_ends(sid, CallStatus::NoAnswer, now, effects);
        }
        match std::mem::take(&mut call.step) {
            Step::Pausing => self.run(sid, now, effects),
            Step::Gathering { gather, typed } if !typed.is_empty() => {
                self.gathered(sid, &gather, &[("Digits", &typed)], effects);
            }
            Step::Gathering { gather, .. } if gather.action_on_empty_result == Some(true) => {
                self.gathered(sid, &gather, &[("Digits", "")], effects);
            }
            Step::Gathering { .. } => self.run(sid, now, effects),
            Step::Recording { record, said: Some(text) } => {
                self.recorded(sid, &record, &text, "", effects);
            }
            // Nothing was said: the document goes on.
            Step::Recording { said: None, .. } => self.run(sid, now, effects),
            step @ (Step::Rest | Step::Asking { .. }) => call.step = step,
        }
    }

    /// Keys are pressed.
    pub(super) fn press(&mut self, sid: &str, keys: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        for key in keys.chars() {
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
                        let (gather, typed) = (gather.clone(), typed.clone());
                        self.gathered(sid, &gather, &[("Digits", &typed)], effects);
                    } else {
                        let after_s = gather.timeout.unwrap_or(GATHER_S);
                        self.wake(sid, u64::from(after_s) * 1000, effects);
                    }
                }
                Step::Recording { record, said } => {
                    let finish = record.finish_on_key.as_deref().unwrap_or("1234567890*#");
                    if finish.contains(key) {
                        let (record, said) = (record.clone(), said.clone().unwrap_or_default());
                        self.recorded(sid, &record, &said, &key.to_string(), effects);
                    }
                }
                _ => {}
            }
        }
    }

    /// Something is said: to a program, into a recording, to whoever else is on the line.
    pub(super) fn speak(&mut self, sid: &str, text: &str, effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        match &mut call.step {
            Step::Gathering { gather, .. } if takes(gather, "speech") => {
                let gather = gather.clone();
                self.gathered(sid, &gather, &[("SpeechResult", text), ("Confidence", "0.9")], effects);
            }
            Step::Recording { record, said } => {
                said.get_or_insert_default().push_str(text);
                let after_s = record.timeout.unwrap_or(RECORD_S);
                self.wake(sid, u64::from(after_s) * 1000, effects);
            }
            _ => self.speak_to_others(sid, text),
        }
    }

    fn gathered(&mut self, sid: &str, gather: &Gather, what: &[(&str, &str)], effects: &mut Vec<Effect>) {
        let Some(call) = self.calls.get(sid) else { return };
        let url = gather.action.clone().unwrap_or_else(|| call.document_url.clone());
        self.ask(sid, &url, what, effects);
    }

    fn recorded(&mut self, sid: &str, record: &Record, said: &str, key: &str, effects: &mut Vec<Effect>) {
        let kept = self.keep_recording(sid, record, said, effects);
        let Some(call) = self.calls.get(sid) else { return };
        let url = record.action.clone().unwrap_or_else(|| call.document_url.clone());
        let mut more: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
        more.push(("Digits", key));
        self.ask(sid, &url, &more, effects);
    }
}

fn takes(gather: &Gather, kind: &str) -> bool {
    gather.input.as_deref().unwrap_or("dtmf").split_whitespace().any(|input| input == kind)
}

fn hear_text(call: &mut Call, say: &Say) {
    for _ in 0..say.times.unwrap_or(1).max(1) {
        call.hear(Heard::Say { text: say.spoken(), language: say.language.clone() });
    }
}

fn hear_sound(call: &mut Call, play: &Play) {
    if let Some(digits) = &play.digits {
        return call.hear(Heard::Digits { digits: digits.clone() });
    }
    for _ in 0..play.times.unwrap_or(1).max(1) {
        call.hear(Heard::Play { url: play.content.clone() });
    }
}

/// What the network has no other side for: the call goes on behind it.
fn not_played(verb: &Verb) -> &'static str {
    match verb {
        Verb::Connect(_) => "connected to a program, which is not played",
        Verb::Echo(_) => "an echo, which is not played",
        Verb::Pay(_) => "a payment, which is not played",
        Verb::Start(_) | Verb::Stop(_) => "something beside the call, which is not played",
        Verb::Sms(_) => "a text message, which is not played",
        Verb::Refer(_) => "a SIP transfer, which is not played",
        _ => "nothing: the verb has no place here",
    }
}
