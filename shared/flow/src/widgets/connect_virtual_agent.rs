//! # Connect Virtual Agent (`connect-virtual-agent`, `connect-virtual-agent-v2`)
//!
//! Connects the caller to a virtual agent and waits until that is over.
//!
//! - **Properties** (Liquid): `connector` (`connector_name` in the second version), `language`,
//!   `sentiment_analysis` (`true` or `false`), `status_callback` and `status_callback_method`. The second version
//!   also has `configurations` and `parameters` (`[{key, value}]`), and `timeout`: seconds until the call is taken
//!   back. Its `channel` and `session_behavior` are accepted and not used.
//! - **Events**: `return` and `hangup`; in the second version `completed`, `live-agent-handoff`, `paused`, `failed`
//!   as the virtual agent says, `timeout`, and `hangup`.
//! - **Outputs**: the call's parameters, with `VirtualAgentStatus`, `VirtualAgentProvider`,
//!   `VirtualAgentProviderData`, ….
//! - **Limits**: 64 configurations, 64 parameters.

use patchbay_model::call::{CallInstruction, CallMethod, VirtualAgent};
use serde_json::{Map, Value};

use super::speech::method;
use super::{Widget, WidgetType};
use crate::call::{News, news};
use crate::effect::Effect;
use crate::input::FlowInput;
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// Seconds that a call may be with a virtual agent: as long as it may be redirected.
const TIMEOUT_S_MAX: u32 = 14_400;

pub(super) const V1: WidgetType = WidgetType {
    name: "connect-virtual-agent",
    events: &["return", "hangup"],
    parse: |properties| Box::new(parse(properties, "connector", true)),
};

pub(super) const V2: WidgetType = WidgetType {
    name: "connect-virtual-agent-v2",
    events: &["completed", "live-agent-handoff", "hangup", "failed", "paused", "timeout"],
    parse: |properties| Box::new(parse(properties, "connector_name", false)),
};

#[derive(Debug)]
struct ConnectVirtualAgent {
    is_first_version: bool,
    connector: Template,
    language: Option<Template>,
    sentiment_analysis: Option<Template>,
    status_callback: Option<Template>,
    status_callback_method: CallMethod,
    configuration: Vec<Pair>,
    parameters: Vec<Pair>,
    timeout: Option<Template>,
}

fn parse(properties: &mut Properties<'_>, connector: &str, is_first_version: bool) -> ConnectVirtualAgent {
    ConnectVirtualAgent {
        is_first_version,
        connector: properties.required(connector),
        language: properties.template("language"),
        sentiment_analysis: properties.template("sentiment_analysis"),
        status_callback: properties.template("status_callback"),
        status_callback_method: method(properties, "status_callback_method"),
        configuration: properties.pairs("configurations"),
        parameters: properties.pairs("parameters"),
        timeout: properties.number("timeout"),
    }
}

impl ConnectVirtualAgent {
    fn over(&self, params: &Map<String, Value>) -> &'static str {
        if self.is_first_version {
            return "return";
        }
        match params.get("VirtualAgentStatus").and_then(Value::as_str) {
            Some("live-agent-handoff") => "live-agent-handoff",
            Some("paused") => "paused",
            Some("failed") => "failed",
            _ => "completed",
        }
    }
}

impl Widget for ConnectVirtualAgent {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let analysis = run.optional(self.sentiment_analysis.as_ref(), "sentiment_analysis")?;
        let agent = VirtualAgent {
            connector: run.text(&self.connector, "connector")?.trim().to_owned(),
            language: run.optional(self.language.as_ref(), "language")?,
            sentiment_analysis: analysis.is_some_and(|text| text.trim() == "true"),
            status_callback: run.optional(self.status_callback.as_ref(), "status_callback")?,
            status_callback_method: self.status_callback_method,
            configuration: run.pairs(&self.configuration, "configurations")?,
            parameters: run.pairs(&self.parameters, "parameters")?,
        };
        let timeout_s = run.within(self.timeout.as_ref(), "timeout", 1..=TIMEOUT_S_MAX)?;
        let Some(document) = run.instruct(vec![CallInstruction::ConnectVirtualAgent(agent)])? else {
            return Ok(Next::Leave(if self.is_first_version { "return" } else { "failed" }));
        };
        let timer = match timeout_s {
            Some(after_s) if !self.is_first_version => {
                let id = run.effect_id()?;
                run.emit(Effect::SetTimer { id: id.clone(), after_s: after_s.into() });
                Some(id)
            }
            _ => None,
        };
        Ok(Next::Wait(Waiting::Call { document, timer }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (params, event) = match news(waiting, input) {
            Some(News::Request(params)) => (params, self.over(params)),
            Some(News::HungUp(params)) => (params, "hangup"),
            Some(News::Timeout) => return Ok(Some(Next::Leave("timeout"))),
            None => return Ok(None),
        };
        run.keep(params)?;
        Ok(Some(Next::Leave(event)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, play_on_call, request};
    use crate::EffectId;
    use crate::input::FlowInput;

    fn check(version: &str, inputs: &[FlowInput], at: &str) -> Value {
        let properties = json!({"connector": "C", "connector_name": "C", "timeout": 60, "language": "en-US",
            "sentiment_analysis": "true", "parameters": [{"key": "a", "value": "b"}]});
        let outcome = play_on_call(version, properties, inputs);
        assert_eq!(outcome.at, at, "{inputs:?}");
        outcome.effects
    }

    #[test]
    fn each_event() {
        let (v1, v2) = ("connect-virtual-agent", "connect-virtual-agent-v2");
        let ended = |status: &str| request("2.under_test.0", json!({"VirtualAgentStatus": status}));
        for version in [v1, v2] {
            let document = &check(version, &[], "under_test")[0]["instructions"][0];
            let expect = json!({"do": "connect_virtual_agent", "connector": "C", "language": "en-US",
                "sentiment_analysis": true, "status_callback_method": "POST", "parameters": [["a", "b"]]});
            assert_eq!(document, &expect);
            check(version, &[hang_up()], "hangup");
        }
        check(v1, &[ended("completed")], "return");
        for status in ["completed", "live-agent-handoff", "paused", "failed"] {
            check(v2, &[ended(status)], status);
        }
        let timer = FlowInput::Timer { id: EffectId("2.under_test.1".to_owned()) };
        check(v2, std::slice::from_ref(&timer), "timeout");
        check(v1, &[timer], "under_test");
    }

    #[test]
    fn without_a_connector_there_is_nobody() {
        let at = |version| play_on_call(version, json!({"connector": "", "connector_name": ""}), &[]).at;
        assert_eq!(
            (at("connect-virtual-agent"), at("connect-virtual-agent-v2")),
            ("return".into(), "failed".into())
        );
    }
}
