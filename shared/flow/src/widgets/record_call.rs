//! # Record Call (`record-call`)
//!
//! Begins to record the call, or ends its recording; the flow goes on, and so does the recording.
//!
//! - **Properties**: `record_call` (`true` begins, `false` ends); `trim` (`trim-silence` or `do-not-trim`);
//!   `recording_channels` (`mono` or `dual`); `recording_status_callback` (Liquid), where others hear of it.
//!   `recording_status_callback_method` and `_events` are accepted: it is told by POST, of every event.
//! - **Events**: `success`; `failed` when the provider refuses, or the call is over meanwhile.
//! - **Outputs**: the recording's fields (`Sid`, `Status`, …).

use patchbay_model::call;
use serde_json::Map;

use super::record_voicemail::trims;
use super::{Widget, WidgetType};
use crate::bound::parameters;
use crate::effect::{Effect, RecordCall as RecordCallEffect};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "record-call",
    events: &["success", "failed"],
    parse: |properties| {
        Box::new(RecordCall {
            on: properties.flag("record_call"),
            dual: properties.text("recording_channels").as_deref() == Some("dual"),
            trim_silence: trims(properties),
            status_callback: properties.template("recording_status_callback"),
        })
    },
};

#[derive(Debug)]
struct RecordCall {
    on: bool,
    dual: bool,
    trim_silence: bool,
    status_callback: Option<Template>,
}

impl Widget for RecordCall {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let id = run.effect_id()?;
        let recording = call::RecordCall {
            on: self.on,
            dual: self.dual,
            trim_silence: self.trim_silence,
            status_callback: run.optional(self.status_callback.as_ref(), "recording_status_callback")?,
        };
        run.emit(Effect::RecordCall(RecordCallEffect { id: id.clone(), recording }));
        Ok(Next::Wait(Waiting::Recording { request: id }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let Waiting::Recording { request } = waiting else {
            return Ok(None);
        };
        Ok(match input {
            FlowInput::RecordingChanged { effect_id, fields } if effect_id == request => {
                let fields = parameters(run, "recording fields", fields);
                run.set_outputs(fields)?;
                Some(Next::Leave("success"))
            }
            FlowInput::RecordingFailed { effect_id, reason } if effect_id == request => {
                run.set_outputs(Map::new())?;
                run.problem(ProblemKind::Failed { what: "the recording".to_owned(), reason: reason.clone() });
                Some(Next::Leave("failed"))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, params, play_on_call};
    use crate::EffectId;
    use crate::input::FlowInput;

    fn check(inputs: &[FlowInput], at: &str, outputs: Value) {
        let properties = json!({"record_call": true, "recording_channels": "dual", "trim": "do-not-trim"});
        let outcome = play_on_call("record-call", properties, inputs);
        let expect = json!([{"type": "record_call", "id": "2.under_test.0", "on": true, "dual": true,
            "trim_silence": false}]);
        assert_eq!((outcome.at.as_str(), outcome.effects, outcome.outputs), (at, expect, outputs));
    }

    #[test]
    fn each_event() {
        let effect_id = EffectId("2.under_test.0".to_owned());
        let fields = params(json!({"Sid": "RE1"}));
        let done = FlowInput::RecordingChanged { effect_id: effect_id.clone(), fields };
        let failed = FlowInput::RecordingFailed { effect_id, reason: "21220".to_owned() };
        check(&[], "under_test", Value::Null);
        check(std::slice::from_ref(&done), "success", json!({"Sid": "RE1"}));
        check(&[failed], "failed", json!({}));
        check(&[hang_up()], "under_test", Value::Null);
        check(&[hang_up(), done], "success", json!({"Sid": "RE1"}));
    }
}
