//! # Make Outgoing Call (`make-outgoing-call-v1`, `make-outgoing-call-v2`)
//!
//! Calls somebody; once they answer, the flow goes on with them on the line.
//!
//! - **Properties** (Liquid but for the flags): `to` (the contact when missing) and `from` (our address when
//!   missing); `timeout`: seconds of ringing; `send_digits`; `record`, `recording_channels` (`mono` or `dual`),
//!   `trim`; `detect_answering_machine` with `machine_detection` (`Enable` or `DetectMessageEnd`),
//!   `machine_detection_timeout` (s), `_speech_threshold`, `_speech_end_threshold`, `_silence_timeout` (ms);
//!   `sip_auth_username`, `sip_auth_password`.
//! - **Events**: `answered`; `busy`; `noAnswer`; `failed`, also when the execution has a call already. The first
//!   version also has `answeredByMachine`, and `hangup` for a call that is over as soon as it was answered.
//! - **Outputs**: the call's parameters (`CallSid`, `CallStatus`, `AnsweredBy`, …).
//!
//! Of a call that nobody hears of any more (the provider did not answer, its news were lost) the flow goes on by
//! `failed`, once the phone has rung and a machine was listened for, and some time more.

use patchbay_model::call::{MachineDetection, PlaceCall, RING_S_MAX};
use serde_json::{Map, Value};

use super::record_voicemail::trims;
use super::{Widget, WidgetType};
use crate::call::Call;
use crate::effect::{Effect, PlaceCall as PlaceCallEffect};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// Seconds that a machine is listened for (Twilio, "Answering Machine Detection": 3 to 59).
const DETECTION_S: std::ops::RangeInclusive<u32> = 3..=59;
/// What the provider listens and rings for when it is not told (Twilio, "Create a Call resource").
const DETECTION_S_USUAL: u32 = 30;
const RING_S_USUAL: u32 = 60;
/// Seconds for everything else on the way to the first news of a call.
const NEWS_S: u32 = 60;
/// Milliseconds of its thresholds (the same page: the widest of them is 500 to 10,000).
const DETECTION_MS: std::ops::RangeInclusive<u32> = 500..=10_000;

pub(super) const V1: WidgetType = WidgetType {
    name: "make-outgoing-call-v1",
    events: &["answered", "answeredByMachine", "busy", "noAnswer", "failed", "hangup"],
    parse: |properties| Box::new(parse(properties, true)),
};

pub(super) const V2: WidgetType = WidgetType {
    name: "make-outgoing-call-v2",
    events: &["answered", "busy", "noAnswer", "failed"],
    parse: |properties| Box::new(parse(properties, false)),
};

#[derive(Debug)]
struct MakeOutgoingCall {
    /// Whether a machine and a call that ends at once have events of their own.
    is_first_version: bool,
    to: Option<Template>,
    from: Option<Template>,
    timeout: Option<Template>,
    send_digits: Option<Template>,
    record: bool,
    record_dual: bool,
    trim_silence: bool,
    detection: Option<Detection>,
    sip_username: Option<Template>,
    sip_password: Option<Template>,
}

#[derive(Debug)]
struct Detection {
    await_end_of_message: bool,
    timeout: Option<Template>,
    speech_threshold: Option<Template>,
    speech_end_threshold: Option<Template>,
    silence_timeout: Option<Template>,
}

fn parse(properties: &mut Properties<'_>, is_first_version: bool) -> MakeOutgoingCall {
    let detection = Detection {
        await_end_of_message: properties.text("machine_detection").as_deref() == Some("DetectMessageEnd"),
        timeout: properties.number("machine_detection_timeout"),
        speech_threshold: properties.number("machine_detection_speech_threshold"),
        speech_end_threshold: properties.number("machine_detection_speech_end_threshold"),
        silence_timeout: properties.number("machine_detection_silence_timeout"),
    };
    MakeOutgoingCall {
        is_first_version,
        to: properties.template("to"),
        from: properties.template("from"),
        timeout: properties.number("timeout"),
        send_digits: properties.template("send_digits"),
        record: properties.flag("record"),
        record_dual: properties.text("recording_channels").as_deref() == Some("dual"),
        trim_silence: trims(properties),
        detection: properties.flag("detect_answering_machine").then_some(detection),
        sip_username: properties.template("sip_auth_username"),
        sip_password: properties.template("sip_auth_password"),
    }
}

/// Seconds after which there must have been news of a call.
fn news_s(call: &PlaceCall) -> u32 {
    let detection_s = |detection: &MachineDetection| detection.timeout_s.unwrap_or(DETECTION_S_USUAL);
    let listens_s = call.machine_detection.as_ref().map_or(0, detection_s);
    call.timeout_s.unwrap_or(RING_S_USUAL) + listens_s + NEWS_S
}

fn failed(run: &mut Run, reason: String) -> Result<Next, Stop> {
    run.set_outputs(Map::new())?;
    run.problem(ProblemKind::Failed { what: "the call".to_owned(), reason });
    Ok(Next::Leave("failed"))
}

impl Detection {
    fn render(&self, run: &mut Run) -> Result<MachineDetection, Stop> {
        let mut ms = |template: &Option<Template>, name| run.within(template.as_ref(), name, DETECTION_MS);
        Ok(MachineDetection {
            await_end_of_message: self.await_end_of_message,
            speech_threshold_ms: ms(&self.speech_threshold, "machine_detection_speech_threshold")?,
            speech_end_threshold_ms: ms(
                &self.speech_end_threshold,
                "machine_detection_speech_end_threshold",
            )?,
            silence_timeout_ms: ms(&self.silence_timeout, "machine_detection_silence_timeout")?,
            timeout_s: run.within(self.timeout.as_ref(), "machine_detection_timeout", DETECTION_S)?,
        })
    }
}

impl MakeOutgoingCall {
    fn render(&self, run: &mut Run) -> Result<PlaceCall, Stop> {
        let (to, from) = (run.optional(self.to.as_ref(), "to")?, run.optional(self.from.as_ref(), "from")?);
        let context = &run.frame()?.context;
        let to = to.unwrap_or_else(|| context.contact.channel.address.clone()).trim().to_owned();
        let from = from.unwrap_or_else(|| context.flow.channel.address.clone()).trim().to_owned();
        Ok(PlaceCall {
            to,
            from,
            timeout_s: run.within(self.timeout.as_ref(), "timeout", 5..=RING_S_MAX)?,
            record: self.record,
            record_dual: self.record_dual,
            trim_silence: self.trim_silence,
            send_digits: run.optional(self.send_digits.as_ref(), "send_digits")?,
            machine_detection: self.detection.as_ref().map(|detection| detection.render(run)).transpose()?,
            sip_username: run.optional(self.sip_username.as_ref(), "sip_auth_username")?,
            sip_password: run.optional(self.sip_password.as_ref(), "sip_auth_password")?,
        })
    }

    /// Somebody or something has answered.
    fn answered(&self, params: &Map<String, Value>) -> &'static str {
        let by = params.get("AnsweredBy").and_then(Value::as_str).unwrap_or_default();
        let by_machine = by.starts_with("machine") || by == "fax";
        if self.is_first_version && by_machine { "answeredByMachine" } else { "answered" }
    }

    /// The call is over before it could be told anything.
    fn over(&self, params: &Map<String, Value>) -> &'static str {
        match params.get("CallStatus").and_then(Value::as_str) {
            Some("busy") => "busy",
            Some("no-answer") => "noAnswer",
            Some("completed") if self.is_first_version => "hangup",
            _ => "failed",
        }
    }
}

impl Widget for MakeOutgoingCall {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let refusal = if run.has_call() { Some("the execution has a call already") } else { None };
        let call = self.render(run)?;
        let refusal = refusal.or_else(|| call.to.is_empty().then_some("there is nobody to call"));
        if let Some(reason) = refusal {
            run.problem(ProblemKind::Failed { what: "the call".to_owned(), reason: reason.to_owned() });
            return Ok(Next::Leave("failed"));
        }
        let id = run.effect_id()?;
        run.state.call = None;
        let after_s = u64::from(news_s(&call));
        run.emit(Effect::PlaceCall(PlaceCallEffect { id: id.clone(), call }));
        let timer = run.effect_id()?;
        run.emit(Effect::SetTimer { id: timer.clone(), after_s });
        Ok(Next::Wait(Waiting::OutgoingCall { call: id, timer: Some(timer) }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let Waiting::OutgoingCall { call, timer } = waiting else {
            return Ok(None);
        };
        Ok(match input {
            FlowInput::CallRequest { effect_id, params } if effect_id.as_ref() == Some(call) => {
                run.state.call = Some(Call::of(params));
                run.keep(params)?;
                Some(Next::Leave(self.answered(params)))
            }
            FlowInput::CallEnded { effect_id, params } if effect_id.as_ref() == Some(call) => {
                run.state.call = Some(Call { ended: true, ..Call::of(params) });
                run.keep(params)?;
                Some(Next::Leave(self.over(params)))
            }
            FlowInput::CallFailed { effect_id, reason } if effect_id == call => {
                Some(failed(run, reason.clone())?)
            }
            FlowInput::Timer { id } if timer.as_ref() == Some(id) => {
                Some(failed(run, "nobody knows what became of it".to_owned())?)
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{call_params, play, play_on_call, request};
    use crate::EffectId;
    use crate::input::FlowInput;

    const CALL: &str = "2.under_test.0";

    fn over(status: &str) -> FlowInput {
        let params = call_params(json!({"CallStatus": status}));
        FlowInput::CallEnded { effect_id: Some(EffectId(CALL.to_owned())), params }
    }

    fn check(version: &str, inputs: &[FlowInput], at: &str) {
        let outcome = play(version, json!({}), inputs);
        assert_eq!(outcome.at, at, "{inputs:?}");
    }

    #[test]
    fn each_event() {
        let by = |who: &str| request(CALL, json!({"AnsweredBy": who}));
        let (v1, v2) = ("make-outgoing-call-v1", "make-outgoing-call-v2");
        let failed =
            FlowInput::CallFailed { effect_id: EffectId(CALL.to_owned()), reason: "21211".to_owned() };
        for version in [v1, v2] {
            check(version, &[], "under_test");
            check(version, &[by("human")], "answered");
            check(version, &[over("busy")], "busy");
            check(version, &[over("no-answer"), over("no-answer")], "noAnswer");
            check(version, &[over("canceled")], "failed");
            check(version, std::slice::from_ref(&failed), "failed");
            check(version, &[request("1.other.0", json!({}))], "under_test");
        }
        let timer = |index: u32| FlowInput::Timer { id: EffectId(format!("2.under_test.{index}")) };
        for version in [v1, v2] {
            check(version, &[timer(1)], "failed");
            check(version, &[timer(2)], "under_test");
        }
        check(v1, &[by("machine_end_beep")], "answeredByMachine");
        check(v2, &[by("machine_end_beep")], "answered");
        check(v1, &[over("completed")], "hangup");
        check(v2, &[over("completed")], "failed");
    }

    #[test]
    fn the_call_is_what_the_definition_says() {
        let properties = json!({"to": "+1", "from": "{{flow.channel.address}}", "timeout": 60, "record": true,
            "recording_channels": "dual", "trim": "trim-silence", "send_digits": "w1",
            "detect_answering_machine": true, "machine_detection": "DetectMessageEnd",
            "machine_detection_timeout": "30", "machine_detection_speech_threshold": "2400",
            "machine_detection_speech_end_threshold": "1200", "machine_detection_silence_timeout": "5000"});
        let expect = json!([{"type": "place_call", "id": CALL, "to": "+1", "from": "+15550002", "timeout_s": 60,
            "record": true, "record_dual": true, "trim_silence": true, "send_digits": "w1", "machine_detection":
            {"await_end_of_message": true, "timeout_s": 30, "speech_threshold_ms": 2400,
                "speech_end_threshold_ms": 1200, "silence_timeout_ms": 5000}},
            {"type": "set_timer", "id": "2.under_test.1", "after_s": 150}]);
        assert_eq!(play("make-outgoing-call-v2", properties, &[]).effects, expect);
    }

    #[test]
    fn one_call_at_a_time() {
        let outcome = play_on_call("make-outgoing-call-v2", json!({}), &[]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("failed", Value::Array(vec![])));
        assert_eq!(outcome.problems, ["the call failed: the execution has a call already"]);
    }
}
