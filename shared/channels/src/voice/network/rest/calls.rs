//! Calls and their transcriptions (Twilio, "Call resource").

use super::super::beside::{Beside, Kind};
use super::super::call::{Call, Detection, OnAnswer, Step};
use super::super::callback::Callback;
use super::super::recording::ToRecord;
use super::super::{Effect, Network};
use super::{Answered, Form, GONE, OVER, Refusal, answer, code, date};
use crate::delivery::ProviderResponse;
use crate::twilio::rest::API_VERSION;
use crate::voice::twiml::Transcription;
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;
use serde_json::{Value, json};

/// Seconds that a phone rings (Twilio's default), and the most that it may.
const RING_S: u32 = 60;
const RING_S_MAX: u32 = 600;
/// Characters of a document in a request.
const TWIML_CHARS_MAX: usize = 4_000;
/// Digits of a number (E.164); there are short ones.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
/// The events that are told of a call that does not say (Twilio's default).
pub(super) const USUAL_EVENTS: &str = "completed";

/// Whether somebody can be called there.
fn is_callable(to: &str) -> bool {
    if let Some(identity) = to.strip_prefix("client:") {
        return !identity.is_empty();
    }
    if let Some(address) = to.strip_prefix("sip:").or_else(|| to.strip_prefix("sips:")) {
        return address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    }
    let digits = to.strip_prefix('+').unwrap_or(to);
    NUMBER_DIGITS.contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_digit())
}

impl Network {
    /// A call that a request wants made, without what it does when it is answered, and the seconds that it rings.
    pub(super) fn wanted_call(&mut self, form: &Form<'_>, now: Timestamp) -> Result<(Call, u32), Refusal> {
        let to = form.value("To").ok_or((400, code::NO_TO))?;
        let from = form.value("From").ok_or((400, code::NO_FROM))?;
        if !is_callable(&to) {
            return Err((400, code::BAD_TO));
        }
        // Whoever is called over the telephone sees a number that is ours.
        let over_phone = !to.contains(':');
        if over_phone && from != self.number.number {
            return Err((400, code::FROM_NOT_VERIFIED));
        }
        let mut call = Call::new(self.new_sid("CA"), &from, &to, "outbound-api", now);
        call.status = CallStatus::Queued;
        call.told = Callback::of(form.value("StatusCallback"), form.all("StatusCallbackEvent"), USUAL_EVENTS);
        call.send_digits = form.value("SendDigits");
        if form.is("Record") == Some(true) {
            let dual = form.value("RecordingChannels").as_deref() == Some("dual");
            let events = form.all("RecordingStatusCallbackEvent");
            let told = Callback::of(form.value("RecordingStatusCallback"), events, USUAL_EVENTS);
            call.to_record =
                Some(ToRecord { source: "OutboundAPI", channels: if dual { 2 } else { 1 }, told });
        }
        let ring_s = match form.value("Timeout") {
            Some(s) => s.parse().ok().filter(|s| *s <= RING_S_MAX).ok_or((400, code::INVALID))?,
            None => RING_S,
        };
        Ok((call, ring_s))
    }

    /// What a request has a call do.
    fn document_of(form: &Form<'_>) -> Result<Option<OnAnswer>, Refusal> {
        if let Some(url) = form.value("Url") {
            return Ok(Some(OnAnswer::Ask(url)));
        }
        match form.value("Twiml") {
            Some(twiml) if twiml.chars().count() > TWIML_CHARS_MAX => Err((400, code::INVALID)),
            twiml => Ok(twiml.map(OnAnswer::Follow)),
        }
    }

    /// Calls somebody (Twilio, "Create a Call resource").
    pub(super) fn place_call(
        &mut self,
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let does = Network::document_of(form)?;
        let (mut call, ring_s) = self.wanted_call(form, now)?;
        call.on_answer = does.ok_or((400, code::NO_URL))?;
        call.fallback = form.value("FallbackUrl");
        let callback = form.value("AsyncAmdStatusCallback").filter(|_| form.is("AsyncAmd") == Some(true));
        call.detection = Detection::of(form.value("MachineDetection").as_deref(), callback);
        let sid = call.sid.clone();
        self.add(call);
        let made = self.shown_call(&sid, 201);
        self.ring(&sid, Some(ring_s), now, effects);
        made
    }

    /// Sends a call elsewhere, or ends it (Twilio, "Update a Call resource").
    pub(super) fn change_call(
        &mut self,
        sid: &str,
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let call = self.calls.get(sid).ok_or(GONE)?;
        if call.status.is_over() {
            return Err(OVER);
        }
        let ringing = call.status == CallStatus::Ringing;
        let rings_there = ringing && call.is_to_somebody();
        match (form.value("Status").as_deref(), Network::document_of(form)?) {
            (Some("completed"), _) => {
                let status = if ringing { CallStatus::Canceled } else { CallStatus::Completed };
                self.end(sid, status, now, effects);
            }
            (Some("canceled"), _) if ringing => self.end(sid, CallStatus::Canceled, now, effects),
            // A call that goes on cannot be canceled any more; that is no error.
            (Some("canceled"), _) => {}
            (Some(_), _) => return Err((400, code::INVALID)),
            (None, Some(_)) if rings_there => return Err(OVER),
            (None, Some(OnAnswer::Ask(url))) => {
                self.take_away(sid, now, effects);
                if let Some(fallback) = form.value("FallbackUrl")
                    && let Some(call) = self.calls.get_mut(sid)
                {
                    call.fallback = Some(fallback);
                }
                self.ask(sid, &url, &[], effects);
            }
            (None, Some(OnAnswer::Follow(twiml))) => {
                self.take_away(sid, now, effects);
                if let Some(call) = self.calls.get_mut(sid) {
                    call.step = Step::Asking { url: String::new(), again: false };
                }
                self.follow(sid, Ok(&twiml), now, effects);
            }
            (None, _) => {}
        }
        self.shown_call(sid, 200)
    }

    pub(super) fn shown_call(&self, sid: &str, status: u16) -> Answered {
        let call = self.calls.get(sid).ok_or(GONE)?;
        Ok(answer(status, &self.call_document(call)))
    }

    fn call_document(&self, call: &Call) -> Value {
        let path = format!("Calls/{}", call.sid);
        let duration = call.ended_at.map(|at| call.duration_s(at).to_string());
        let changed = call.ended_at.or(call.answered_at).unwrap_or(call.began_at);
        json!({
            "sid": call.sid, "account_sid": self.number.account_sid, "api_version": API_VERSION,
            "parent_call_sid": call.parent, "from": call.from, "to": call.to, "status": call.status,
            "direction": call.direction, "answered_by": call.answered_by, "duration": duration,
            "date_created": date(Some(call.began_at)), "date_updated": date(Some(changed)),
            "start_time": date(call.answered_at), "end_time": date(call.ended_at),
            "uri": self.uri(&format!("{path}.json")),
            "subresource_uris": {
                "recordings": self.uri(&format!("{path}/Recordings.json")),
                "transcriptions": self.uri(&format!("{path}/Transcriptions.json")),
            },
        })
    }

    pub(super) fn list_calls(&self, form: &Form<'_>) -> ProviderResponse {
        let is = |name: &str, value: &str| form.query(name).is_none_or(|wanted| wanted == value);
        let wanted =
            |call: &&Call| is("To", &call.to) && is("From", &call.from) && is("Status", call.status.as_str());
        let mut calls: Vec<&Call> = self.calls.values().filter(wanted).collect();
        calls.sort_by(|a, b| (b.began_at, &b.sid).cmp(&(a.began_at, &a.sid)));
        self.page("calls", "Calls.json", calls.into_iter().map(|call| self.call_document(call)).collect())
    }

    /// Begins and ends live transcriptions of a call (Twilio, "Real-Time Transcription resource").
    pub(super) fn call_transcriptions(
        &mut self,
        sid: &str,
        rest: &[&str],
        form: &Form<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Answered {
        let call = self.calls.get(sid).ok_or(GONE)?;
        if call.status != CallStatus::InProgress {
            return Err(OVER);
        }
        let id = match rest {
            [] => {
                let wanted = Transcription {
                    name: form.value("Name"),
                    track: form.value("Track"),
                    language_code: form.value("LanguageCode"),
                    status_callback_url: form.value("StatusCallbackUrl"),
                    ..Transcription::default()
                };
                let begun = self.begin_beside(sid, Beside::of_transcription(&wanted), now, effects);
                begun.ok_or((400, code::INVALID))?
            }
            [which] if form.value("Status").as_deref() == Some("stopped") => {
                if !self.stop_beside(sid, Some((Kind::Transcription, which)), now, effects) {
                    return Err(GONE);
                }
                (*which).to_owned()
            }
            _ => return Err((400, code::INVALID)),
        };
        let (made, status) = if rest.is_empty() { (201, "in-progress") } else { (200, "stopped") };
        let path = format!("Calls/{sid}/Transcriptions/{id}.json");
        Ok(answer(
            made,
            &json!({
                "sid": id, "account_sid": self.number.account_sid, "call_sid": sid, "name": form.value("Name"),
                "status": status, "date_updated": date(Some(now)), "uri": self.uri(&path),
            }),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::is_callable;

    #[test]
    fn numbers_softphones_and_sip_can_be_called() {
        let check = |to: &str, ok: bool| assert_eq!(is_callable(to), ok, "{to}");
        check("+15550001", true);
        check("911", true);
        check("client:ann", true);
        check("sip:ann@example.com", true);
        check(&format!("+{}", "1".repeat(15)), true);
        check(&format!("+{}", "1".repeat(16)), false);
        check("12", false);
        check("+1555 0001", false);
        check("client:", false);
        check("sip:ann", false);
        check("ann", false);
    }
}
