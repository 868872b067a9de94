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
