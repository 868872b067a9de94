//! # Run Function (`run-function`)
//!
//! Runs a function and waits for its result. Where the function is, is left to the one who runs it: the
//! definition's `url` and SIDs are handed on as they are.
//!
//! - **Properties** (Liquid): `url`, `service_sid`, `environment_sid`, `function_sid` (a URL or a function SID is
//!   needed), `parameters` (`[{key, value}]`).
//! - **Events**: `success` for a 2xx answer; `fail` for any other, for none, and when no function is named.
//! - **Outputs**: `status_code`, `content_type`, `body`, `parsed` when the body is a JSON object, and
//!   `headers.x-twilio-function-concurrency` when the answer has it.
//! - **Limits**: 10 s; 64 KB of the body are kept, a longer one is not parsed.

use serde_json::{Map, json};

use super::{Widget, WidgetType};
use crate::bound::{cut, response};
use crate::effect::{Effect, RunFunction as RunFunctionEffect};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// The one header that Studio hands on.
const CONCURRENCY_HEADER: &str = "x-twilio-function-concurrency";

pub(super) const TYPE: WidgetType = WidgetType { name: "run-function", events: &["success", "fail"], parse };

#[derive(Debug)]
struct RunFunction {
    url: Option<Template>,
    service_sid: Option<Template>,
    environment_sid: Option<Template>,
    function_sid: Option<Template>,
    parameters: Vec<Pair>,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let widget = RunFunction {
        url: properties.template("url"),
        service_sid: properties.template("service_sid"),
        environment_sid: properties.template("environment_sid"),
        function_sid: properties.template("function_sid"),
        parameters: properties.pairs("parameters"),
    };
    if widget.url.is_none() && widget.function_sid.is_none() {
        properties.warn("without url or function_sid this widget always fails", "url");
    }
    Box::new(widget)
}

impl Widget for RunFunction {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let parameters = run.pairs(&self.parameters, "parameters")?;
        let id = run.effect_id()?;
        let effect = RunFunctionEffect {
            id: id.clone(),
            url: run.optional(self.url.as_ref(), "url")?,
            service_sid: run.optional(self.service_sid.as_ref(), "service_sid")?,
            environment_sid: run.optional(self.environment_sid.as_ref(), "environment_sid")?,
            function_sid: run.optional(self.function_sid.as_ref(), "function_sid")?,
            parameters,
        };
        if effect.url.is_none() && effect.function_sid.is_none() {
            let reason = "no url and no function_sid; nothing was run".to_owned();
            run.problem(ProblemKind::BadValue { property: "url".to_owned(), reason });
            return Ok(Next::Leave("fail"));
        }
        run.emit(Effect::RunFunction(effect));
        Ok(Next::Wait(Waiting::Function { call: id }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let Waiting::Function { call } = waiting else {
            return Ok(None);
        };
        Ok(match input {
            FlowInput::FunctionResult { effect_id, status, content_type, body, headers }
                if effect_id == call =>
            {
                let mut outputs = response(run, *status, content_type, body);
                let concurrency =
                    headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(CONCURRENCY_HEADER));
                if let Some((_, value)) = concurrency {
                    let headers = json!({ CONCURRENCY_HEADER: cut(value, 256) });
                    outputs.insert("headers".to_owned(), headers);
                }
                run.set_outputs(outputs)?;
                Some(Next::Leave(if (200..300).contains(status) { "success" } else { "fail" }))
            }
            FlowInput::FunctionFailed { effect_id, reason } if effect_id == call => {
                run.set_outputs(Map::new())?;
                run.problem(ProblemKind::Failed { what: "the function".to_owned(), reason: reason.clone() });
                Some(Next::Leave("fail"))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::play;
    use crate::effect::EffectId;
    use crate::input::FlowInput;

    fn check(status: u16, header: &str, at: &str, headers: Value) {
        let result = FlowInput::FunctionResult {
            effect_id: EffectId("2.under_test.0".to_owned()),
            status,
            content_type: "application/json".to_owned(),
            body: "{\"ok\":true}".to_owned(),
            headers: [(header.to_owned(), "3".to_owned()), ("x-other".to_owned(), "4".to_owned())].into(),
        };
        let outcome = play("run-function", json!({"function_sid": "ZH1"}), &[result]);
        assert_eq!((outcome.at.as_str(), &outcome.outputs["headers"]), (at, &headers));
        assert_eq!(outcome.outputs["parsed"], json!({"ok": true}));
    }

    #[test]
    fn results() {
        check(200, "X-Twilio-Function-Concurrency", "success", json!({"x-twilio-function-concurrency": "3"}));
        check(500, "x-any", "fail", Value::Null);
    }

    #[test]
    fn the_effect_says_what_the_definition_says() {
        let properties = json!({"url": "https://f/{{trigger.message.Body}}", "service_sid": "ZS1", "environment_sid": null,
            "parameters": [{"key": "a", "value": "{{contact.channel.address}}"}, {"key": "a", "value": "2"}]});
        let outcome = play("run-function", properties, &[]);
        let expect = json!([{"type": "run_function", "id": "2.under_test.0", "url": "https://f/Hi", "service_sid": "ZS1",
            "parameters": [["a", "+15550001"], ["a", "2"]]}]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("under_test", expect));
    }

    #[test]
    fn no_answer_fails() {
        let id = EffectId("2.under_test.0".to_owned());
        let failed = FlowInput::FunctionFailed { effect_id: id, reason: "timed out".to_owned() };
        let outcome = play("run-function", json!({"url": "https://f"}), &[failed]);
        assert_eq!(
            (outcome.at.as_str(), outcome.problems[0].as_str()),
            ("fail", "the function failed: timed out")
        );
    }
}
