//! # Add TwiML Redirect (`add-twiml-redirect`)
//!
//! Hands the call to somebody else's TwiML, which sends it back to our voice webhook with `FlowEvent=return` in its
//! query.
//!
//! - **Properties**: `url` (Liquid), `method` (`GET` or `POST`), `timeout`: seconds until the call is taken back,
//!   14400 when missing, which is the most.
//! - **Events**: `return` when the call comes back; `timeout`; `fail` when the URL cannot be called. A caller who
//!   hangs up ends the execution.
//! - **Outputs**: the parameters with which the call comes back.

use patchbay_model::call::{CallInstruction, CallMethod};
use serde_json::Value;

use super::speech::method;
use super::{Widget, WidgetType};
use crate::call::{News, hung_up, news};
use crate::effect::Effect;
use crate::input::FlowInput;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// Seconds: Studio's longest wait, and its default.
const TIMEOUT_S_MAX: u32 = 14_400;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "add-twiml-redirect",
    events: &["return", "timeout", "fail"],
    parse: |properties| {
        Box::new(AddTwimlRedirect {
            url: properties.required("url"),
            method: method(properties, "method"),
            timeout: properties.number("timeout"),
        })
    },
};

#[derive(Debug)]
struct AddTwimlRedirect {
    url: Template,
    method: CallMethod,
    timeout: Option<Template>,
}

impl Widget for AddTwimlRedirect {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let url = run.text(&self.url, "url")?.trim().to_owned();
        let timeout_s = run.within(self.timeout.as_ref(), "timeout", 1..=TIMEOUT_S_MAX)?;
        let instructions = vec![CallInstruction::Redirect { url, method: self.method }];
        let Some(document) = run.instruct(instructions)? else {
            return Ok(Next::Leave("fail"));
        };
        let timer = run.effect_id()?;
        let after_s = timeout_s.unwrap_or(TIMEOUT_S_MAX).into();
        run.emit(Effect::SetTimer { id: timer.clone(), after_s });
        Ok(Next::Wait(Waiting::Call { document, timer: Some(timer) }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let text = |name: &str| match input {
            FlowInput::CallRequest { params, .. } => params.get(name).and_then(Value::as_str),
            _ => None,
        };
        let params = match (news(waiting, input), input) {
            (Some(News::Request(params)), _) => params,
            (Some(News::HungUp(_)), _) => return hung_up(),
            (Some(News::Timeout), _) => return Ok(Some(Next::Leave("timeout"))),
            (None, FlowInput::CallRequest { effect_id: None, params })
                if text("FlowEvent") == Some("return") || text("ErrorCode").is_some() =>
            {
                params
            }
            (None, _) => return Ok(None),
        };
        run.keep(params)?;
        Ok(Some(Next::Leave(if text("ErrorCode").is_some() { "fail" } else { "return" })))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{call_params, hang_up, play_on_call, request};
    use crate::EffectId;
    use crate::input::FlowInput;

    fn check(inputs: &[FlowInput], at: &str) -> serde_json::Value {
        let properties =
            json!({"url": "https://other.example/{{flow.sid}}", "method": "GET", "timeout": "60"});
        let outcome = play_on_call("add-twiml-redirect", properties, inputs);
        assert_eq!(outcome.at, at, "{inputs:?}");
        assert_eq!(
            (&outcome.effects[0], &outcome.effects[1]),
            (
                &json!({"type": "instruct_call", "id": "2.under_test.0", "instructions":
                    [{"do": "redirect", "url": "https://other.example/FN1", "method": "GET"}]}),
                &json!({"type": "set_timer", "id": "2.under_test.1", "after_s": 60}),
            )
        );
        outcome.outputs
    }

    fn back(more: serde_json::Value) -> FlowInput {
        FlowInput::CallRequest { effect_id: None, params: call_params(more) }
    }

    #[test]
    fn each_event() {
        check(&[], "under_test");
        let outputs = check(&[back(json!({"FlowEvent": "return", "Answer": "42"}))], "return");
        assert_eq!(outputs["Answer"], "42");
        check(&[request("2.under_test.0", json!({}))], "return");
        check(&[back(json!({}))], "under_test");
        check(&[back(json!({"ErrorCode": "11200"}))], "fail");
        check(&[FlowInput::Timer { id: EffectId("2.under_test.1".to_owned()) }], "timeout");
        check(&[hang_up()], "under_test");
        let outcome = play_on_call("add-twiml-redirect", json!({"url": "{{nothing}}"}), &[]);
        assert_eq!(outcome.at, "fail");
    }
}
