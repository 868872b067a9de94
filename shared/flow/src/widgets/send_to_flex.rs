//! # Send to Flex (`send-to-flex`)
//!
//! Hands the conversation to an agent: creates a task and waits until it is over.
//!
//! - **Properties** (Liquid): `workflow` and `channel` (SID or name of the workflow and the task channel),
//!   `attributes` (JSON object), `priority` (whole number, 0 when missing), `timeout` (seconds; the workspace's
//!   default when missing). `waitUrl` and `waitUrlMethod` are accepted and not used.
//! - **Events**: `callComplete` when the task is completed; `failedToEnqueue` when it cannot be created, or its
//!   attributes are no JSON object or too long; `callFailure` when it is canceled.
//! - **Outputs**: the task's fields (`sid`, `task_queue_sid`, `workspace_sid`, …); `ErrorMessage` after a failure.
//! - **Limits**: 4,096 bytes of attributes.

use serde_json::{Map, Value, json};

use super::{Widget, WidgetType};
use crate::bound::parameters;
use crate::effect::{CreateTask, Effect};
use crate::input::{FlowInput, TaskEvent};
use crate::limits::{TASK_ATTRIBUTES_BYTES_MAX, WAIT_S_MAX};
use crate::problem::ProblemKind;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop, object};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "send-to-flex",
    events: &["callComplete", "failedToEnqueue", "callFailure", "composerStarted"],
    parse,
};

#[derive(Debug)]
struct SendToFlex {
    workflow: Option<Template>,
    channel: Option<Template>,
    attributes: Option<Template>,
    priority: Option<Template>,
    timeout: Option<Template>,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    Box::new(SendToFlex {
        workflow: properties.template("workflow"),
        channel: properties.template("channel"),
        attributes: properties.template("attributes"),
        priority: properties.number("priority"),
        timeout: properties.number("timeout"),
    })
}

impl SendToFlex {
    /// The task's attributes, or why they cannot be used.
    fn attributes(&self, run: &mut Run) -> Result<Result<Value, String>, Stop> {
        let Some(text) = run.optional(self.attributes.as_ref(), "attributes")? else {
            return Ok(Ok(Value::Object(Map::new())));
        };
        if text.len() > TASK_ATTRIBUTES_BYTES_MAX {
            let length = text.len();
            return Ok(Err(format!("{length} bytes; at most {TASK_ATTRIBUTES_BYTES_MAX} are allowed")));
        }
        Ok(match serde_json::from_str(&text) {
            Ok(attributes @ Value::Object(_)) => Ok(attributes),
            Ok(_) => Err("not a JSON object".to_owned()),
            Err(error) => Err(format!("not JSON: {error}")),
        })
    }
}

impl Widget for SendToFlex {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let attributes = match self.attributes(run)? {
            Ok(attributes) => attributes,
            Err(reason) => {
                run.set_outputs(object([("ErrorMessage", json!(reason))]))?;
                run.problem(ProblemKind::BadValue { property: "attributes".to_owned(), reason });
                return Ok(Next::Leave("failedToEnqueue"));
            }
        };
        let timeout_s = run.number(self.timeout.as_ref(), "timeout")?;
        let timeout_s = timeout_s.and_then(|s| u64::try_from(s).ok()).filter(|s| *s > 0);
        let task = CreateTask {
            id: run.effect_id()?,
            workflow: run.optional(self.workflow.as_ref(), "workflow")?,
            task_channel: run.optional(self.channel.as_ref(), "channel")?,
            attributes,
            priority: run.number(self.priority.as_ref(), "priority")?.unwrap_or_default(),
            timeout_s: timeout_s.map(|s| s.min(WAIT_S_MAX)),
        };
        run.set_outputs(Map::new())?;
        let id = task.id.clone();
        run.emit(Effect::CreateTask(task));
        Ok(Next::Wait(Waiting::Task { task: id }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (Waiting::Task { task }, FlowInput::TaskEvent { effect_id, event }) = (waiting, input) else {
            return Ok(None);
        };
        if effect_id != task {
            return Ok(None);
        }
        Ok(Some(match event {
            TaskEvent::Created { fields } => {
                let fields = parameters(run, "task fields", fields);
                run.add_outputs(fields)?;
                Next::Wait(waiting.clone())
            }
            TaskEvent::Completed { fields } => {
                let fields = parameters(run, "task fields", fields);
                run.add_outputs(fields)?;
                Next::Leave("callComplete")
            }
            TaskEvent::FailedToEnqueue { reason } => {
                run.add_outputs(object([("ErrorMessage", json!(reason))]))?;
                Next::Leave("failedToEnqueue")
            }
            TaskEvent::Failed { reason } => {
                run.add_outputs(object([("ErrorMessage", json!(reason))]))?;
                Next::Leave("callFailure")
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{params, play};
    use crate::effect::EffectId;
    use crate::input::{FlowInput, TaskEvent};
    use crate::limits::TASK_ATTRIBUTES_BYTES_MAX;

    fn check(events: Vec<TaskEvent>, at: &str, outputs: Value) {
        let id = EffectId("2.under_test.0".to_owned());
        let inputs: Vec<FlowInput> =
            events.into_iter().map(|event| FlowInput::TaskEvent { effect_id: id.clone(), event }).collect();
        let outcome = play("send-to-flex", json!({"workflow": "WW1"}), &inputs);
        assert_eq!((outcome.at.as_str(), outcome.outputs), (at, outputs), "{inputs:?}");
    }

    #[test]
    fn each_event() {
        let created = TaskEvent::Created { fields: params(json!({"sid": "WT1"})) };
        check(vec![], "under_test", json!({}));
        check(vec![created.clone(), created.clone()], "under_test", json!({"sid": "WT1"}));
        let completed = TaskEvent::Completed { fields: params(json!({"assignment_status": "completed"})) };
        check(
            vec![created, completed],
            "callComplete",
            json!({"sid": "WT1", "assignment_status": "completed"}),
        );
        let reason = "no filter".to_owned();
        check(
            vec![TaskEvent::FailedToEnqueue { reason: reason.clone() }],
            "failedToEnqueue",
            json!({"ErrorMessage": "no filter"}),
        );
        check(vec![TaskEvent::Failed { reason }], "callFailure", json!({"ErrorMessage": "no filter"}));
    }

    #[test]
    fn the_task_is_what_the_definition_says() {
        let properties = json!({"workflow": "WW1", "channel": "TC1", "priority": "5", "timeout": "3600", "waitUrl": "",
            "attributes": "{\"name\": \"{{trigger.message.From}}\", \"type\": \"inbound\"}"});
        let expect = json!([{"type": "create_task", "id": "2.under_test.0", "workflow": "WW1", "task_channel": "TC1",
            "attributes": {"name": "+15550001", "type": "inbound"}, "priority": 5, "timeout_s": 3600}]);
        assert_eq!(play("send-to-flex", properties, &[]).effects, expect);
    }

    #[test]
    fn attributes_that_cannot_be_used_fail_to_enqueue() {
        for attributes in ["[1]", "{\"a\": {{trigger.message.Body}}}"] {
            let outcome = play("send-to-flex", json!({"attributes": attributes}), &[]);
            assert_eq!(
                (outcome.at.as_str(), outcome.effects),
                ("failedToEnqueue", json!([])),
                "{attributes}"
            );
        }
        for (bytes, at) in
            [(TASK_ATTRIBUTES_BYTES_MAX, "under_test"), (TASK_ATTRIBUTES_BYTES_MAX + 1, "failedToEnqueue")]
        {
            let attributes = format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
            assert_eq!(play("send-to-flex", json!({"attributes": attributes}), &[]).at, at);
        }
    }
}
