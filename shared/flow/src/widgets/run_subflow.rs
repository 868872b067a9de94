//! # Run Subflow (`run-subflow`)
//!
//! Runs another flow inside this execution and comes back when it is over. The subflow has its own variables and
//! widgets; contact and addresses are the same, and messages go to whichever flow waits.
//!
//! - **Properties** (Liquid): `flow_sid` (SID or name), `flow_revision` (`LatestPublished`, `LatestDraft` or a
//!   number), `parameters` (`[{key, value, type?}]`; `type` `object` is JSON).
//! - **In the subflow**: `trigger.parent.parameters.KEY`, `execution_sid`, `flow_sid`, `step_sid`, `trigger_type`.
//! - **Events**: `completed`; `failed` when there is no such flow.
//! - **Outputs**: the subflow's variables, as `widgets.NAME.KEY`.
//! - **Limits**: 8 flows inside one another; steps count for the whole execution.

use serde_json::{Map, Value, json};

use super::{Widget, WidgetType};
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop, object};
use crate::template::Template;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "run-subflow", events: &["completed", "failed"], parse };

#[derive(Debug)]
struct RunSubflow {
    flow_sid: Template,
    flow_revision: Option<Template>,
    parameters: Vec<Pair>,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    Box::new(RunSubflow {
        flow_sid: properties.required("flow_sid"),
        flow_revision: properties.template("flow_revision"),
        parameters: properties.pairs("parameters"),
    })
}

impl Widget for RunSubflow {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let flow = run.text(&self.flow_sid, "flow_sid")?;
        let revision = run.optional(self.flow_revision.as_ref(), "flow_revision")?;
        let mut parameters = Map::new();
        for Pair { key, value, is_json } in &self.parameters {
            parameters.insert(key.clone(), run.value(value, *is_json, key)?);
        }
        let step = run.effect_id()?;
        let context = &run.frame()?.context;
        let trigger = object([
            ("parameters", Value::Object(parameters)),
            ("execution_sid", json!(context.flow.sid)),
            ("flow_sid", json!(context.flow.flow_sid)),
            ("step_sid", json!(step)),
            ("trigger_type", json!(context.trigger_event())),
        ]);
        let revision = revision.unwrap_or_else(|| "LatestPublished".to_owned());
        Ok(Next::Call { flow: flow.trim().to_owned(), revision, trigger })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::super::testing::{NOW, definition, flow, play, start};
    use crate::{Flow, FlowState, step};

    fn parent() -> Flow {
        let properties = json!({"flow_sid": "FW2", "flow_revision": "LatestPublished",
            "parameters": [{"key": "who", "value": "{{trigger.message.Body}}"},
                {"key": "list", "value": "[1,2]", "type": "object"}]});
        let transitions =
            json!([{"event": "completed", "next": "completed"}, {"event": "failed", "next": "failed"}]);
        let sub = json!({"name": "sub", "type": "run-subflow", "properties": properties, "transitions": transitions});
        flow(&definition("sub", vec![sub], &["completed", "failed"]))
    }

    /// What the variables of the subflow are, once it came back.
    fn check(variables: Value, expect: Value) {
        let set = json!({"name": "set", "type": "set-variables", "properties": {"variables": variables}});
        let library = BTreeMap::from([("FW2".to_owned(), flow(&definition("set", vec![set], &[])))]);
        let done = step(&parent(), &library, FlowState::default(), &start(), NOW);
        assert_eq!(done.state.widget(), Some("completed"), "{:?}", done.problems);
        assert_eq!(done.state.context().and_then(|context| context.widgets.get("sub")), Some(&expect));
    }

    #[test]
    fn parameters_go_in_and_variables_come_out() {
        check(
            json!([{"key": "greeting", "value": "Hello {{trigger.parent.parameters.who}}"},
                {"key": "second", "value": "{{trigger.parent.parameters.list[1]}}"},
                {"key": "from", "value": "{{trigger.parent.flow_sid}} {{trigger.parent.trigger_type}}"},
                {"key": "me", "value": "{{flow.flow_sid}} {{contact.channel.address}} {{trigger.message.Body}}"}]),
            json!({"greeting": "Hello Hi", "second": "2", "from": "FW1 incomingMessage", "me": "FW2 +15550001 "}),
        );
    }

    #[test]
    fn a_contact_attribute_set_inside_stays() {
        let set = json!({"name": "set", "type": "set-variables",
            "properties": {"variables": [{"key": "contact.vip", "value": "yes"}]}});
        let library = BTreeMap::from([("FW2".to_owned(), flow(&definition("set", vec![set], &[])))]);
        let done = step(&parent(), &library, FlowState::default(), &start(), NOW);
        let vip = done.state.context().and_then(|context| context.contact.attributes.get("vip").cloned());
        assert_eq!(vip, Some(json!("yes")));
    }

    #[test]
    fn an_unknown_flow_fails() {
        let outcome = play("run-subflow", json!({"flow_sid": "FW404"}), &[]);
        assert_eq!(outcome.at, "failed");
        assert_eq!(outcome.problems, ["flow FW404 (revision LatestPublished) does not exist"]);
    }
}
