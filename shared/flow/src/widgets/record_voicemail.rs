//! # Record Voicemail (`record-voicemail`)
//!
//! Records a message of the caller.
//!
//! - **Properties**: `timeout`: seconds of silence that end it, 5 when missing; `max_length`: seconds, 3600 when
//!   missing; `finish_on_key`: the keys that end it; `play_beep` and `transcribe` (`true` or `false`); `trim`
//!   (`trim-silence` or `do-not-trim`); `transcription_callback_url` and `recording_status_callback_url`, where others
//!   hear of it.
//! - **Events**: `recordingComplete`; `noAudio` when nothing was said; `hangup` when the caller hung up, with or
//!   without a message.
//! - **Outputs**: the call's parameters, with `RecordingUrl`, `RecordingSid`, `RecordingDuration`, `Digits`.
//! - **Limits**: 4 hours.

use patchbay_model::call::{ANSWER_S_MAX, CallInstruction, VOICEMAIL_S_MAX, Voicemail};
use serde_json::Value;

use super::{Widget, WidgetType};
use crate::call::{News, news, wait};
use crate::input::FlowInput;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// Studio's defaults.
const TIMEOUT_S: u32 = 5;
const LENGTH_S: u32 = 3600;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "record-voicemail", events: &["recordingComplete", "noAudio", "hangup"], parse };

#[derive(Debug)]
struct RecordVoicemail {
    timeout: Option<Template>,
    max_length: Option<Template>,
    finish_on_key: Option<Template>,
    play_beep: bool,
    trim_silence: bool,
    transcribe: bool,
    transcription_callback: Option<Template>,
    recording_status_callback: Option<Template>,
}

/// Whether `trim` asks for silence to be taken away.
pub(super) fn trims(properties: &mut Properties<'_>) -> bool {
    match properties.text("trim").as_deref() {
        Some("trim-silence" | "true") => true,
        Some("do-not-trim" | "false") | None => false,
        Some(other) => {
            let message = format!("trim must be trim-silence or do-not-trim, not {other:?}");
            properties.refuse(message, "trim");
            false
        }
    }
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    Box::new(RecordVoicemail {
        timeout: properties.number("timeout"),
        max_length: properties.number("max_length"),
        finish_on_key: properties.template("finish_on_key"),
        play_beep: properties.text("play_beep").as_deref() != Some("false"),
        trim_silence: trims(properties),
        transcribe: properties.flag("transcribe"),
        transcription_callback: properties.template("transcription_callback_url"),
        recording_status_callback: properties.template("recording_status_callback_url"),
    })
}

impl Widget for RecordVoicemail {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let timeout_s = run.within(self.timeout.as_ref(), "timeout", 1..=ANSWER_S_MAX)?;
        let length_s = run.within(self.max_length.as_ref(), "max_length", 1..=VOICEMAIL_S_MAX)?;
        let voicemail = Voicemail {
            timeout_s: timeout_s.unwrap_or(TIMEOUT_S),
            length_s_max: length_s.unwrap_or(LENGTH_S),
            finish_on_key: run.optional(self.finish_on_key.as_ref(), "finish_on_key")?,
            play_beep: self.play_beep,
            trim_silence: self.trim_silence,
            transcribe: self.transcribe,
            transcription_callback: run
                .optional(self.transcription_callback.as_ref(), "transcription_callback_url")?,
            recording_status_callback: run
                .optional(self.recording_status_callback.as_ref(), "recording_status_callback_url")?,
        };
        let document = run.instruct(vec![CallInstruction::RecordVoicemail(voicemail)])?;
        Ok(document.map_or(Next::Leave("noAudio"), wait))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (params, over) = match news(waiting, input) {
            Some(News::Request(params)) => (params, false),
            Some(News::HungUp(params)) => (params, true),
            Some(News::Timeout) | None => return Ok(None),
        };
        run.keep(params)?;
        let recorded = params.get("RecordingUrl").and_then(Value::as_str).is_some_and(|url| !url.is_empty());
        Ok(Some(Next::Leave(match (over, recorded) {
            (true, _) => "hangup",
            (false, true) => "recordingComplete",
            (false, false) => "noAudio",
        })))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, play_on_call, request};
    use crate::input::FlowInput;

    fn check(properties: Value, voicemail: Value) {
        let outcome = play_on_call("record-voicemail", properties, &[]);
        assert_eq!(outcome.effects[0]["instructions"], json!([voicemail]));
    }

    #[test]
    fn the_recording_is_what_the_definition_says() {
        check(
            json!({}),
            json!({"do": "record_voicemail", "timeout_s": 5, "length_s_max": 3600, "play_beep": true,
                "trim_silence": false, "transcribe": false}),
        );
        check(
            json!({"timeout": 2, "max_length": "99999", "finish_on_key": "#*", "play_beep": "false",
                "trim": "trim-silence", "transcribe": true, "transcription_callback_url": "https://a/t",
                "recording_status_callback_url": "https://a/r"}),
            json!({"do": "record_voicemail", "timeout_s": 2, "length_s_max": 14400, "finish_on_key": "#*",
                "play_beep": false, "trim_silence": true, "transcribe": true,
                "transcription_callback": "https://a/t", "recording_status_callback": "https://a/r"}),
        );
    }

    fn check_inputs(inputs: &[FlowInput], at: &str, url: Value) {
        let outcome = play_on_call("record-voicemail", json!({}), inputs);
        assert_eq!((outcome.at.as_str(), &outcome.outputs["RecordingUrl"]), (at, &url));
    }

    #[test]
    fn each_event() {
        let document = "2.under_test.0";
        let recorded = json!({"RecordingUrl": "https://r/RE1", "RecordingSid": "RE1"});
        check_inputs(&[request(document, recorded)], "recordingComplete", json!("https://r/RE1"));
        check_inputs(&[request(document, json!({}))], "noAudio", Value::Null);
        check_inputs(&[hang_up()], "hangup", Value::Null);
        let over = json!({"RecordingUrl": "https://r/RE1", "CallStatus": "completed", "Digits": "hangup"});
        check_inputs(&[request(document, over)], "hangup", json!("https://r/RE1"));
    }
}
