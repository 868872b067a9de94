//! # Enqueue Call (`enqueue-call`)
//!
//! Lets the caller wait: in a queue of the provider, or for the agent whom a workflow finds.
//!
//! - **Properties** (Liquid): `queue_name`; or `workflow_sid` (SID or name) with `task_attributes` (JSON object),
//!   `priority` and `timeout` (seconds) of the task. `wait_url` and `wait_url_method`: what is heard meanwhile.
//! - **Events**: `callComplete` when the call left the queue or the task was completed; `failedToEnqueue` when the
//!   queue is full or there is none, or the task cannot be created; `callFailure` when the caller hung up before, or
//!   the task was canceled.
//! - **Outputs**: the call's parameters, with `QueueResult`, `QueueSid`, `QueueTime`; or the task's fields.
//! - **Limits**: 64 characters of the queue's name, 4,096 bytes of attributes.

use patchbay_model::call::{CallInstruction, CallMethod, Enqueue};
use serde_json::Value;

use super::handover::Handover;
use super::speech::method;
use super::{Widget, WidgetType};
use crate::call::{News, news, wait};
use crate::input::FlowInput;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "enqueue-call", events: &["callComplete", "failedToEnqueue", "callFailure"], parse };

#[derive(Debug)]
enum EnqueueCall {
    Queue { name: Option<Template>, wait_url: Option<Template>, wait_method: CallMethod },
    Task(Handover),
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let wait_url = properties.template("wait_url");
    let wait_method = method(properties, "wait_url_method");
    if let Some(workflow) = properties.template("workflow_sid") {
        return Box::new(EnqueueCall::Task(Handover {
            workflow: Some(workflow),
            channel: None,
            attributes: properties.template("task_attributes"),
            attributes_property: "task_attributes",
            priority: properties.number("priority"),
            timeout: properties.number("timeout"),
            wait_url,
            wait_method,
        }));
    }
    let name = properties.template("queue_name");
    if name.is_none() {
        properties.warn("without queue_name or workflow_sid this widget always fails", "queue_name");
    }
    Box::new(EnqueueCall::Queue { name, wait_url, wait_method })
}

impl Widget for EnqueueCall {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let (name, wait_url, wait_method) = match self {
            EnqueueCall::Task(handover) => return handover.begin(run),
            EnqueueCall::Queue { name, wait_url, wait_method } => (name, wait_url, *wait_method),
        };
        let enqueue = Enqueue {
            queue: run.optional(name.as_ref(), "queue_name")?.unwrap_or_default().trim().to_owned(),
            wait_url: run.optional(wait_url.as_ref(), "wait_url")?,
            wait_method,
        };
        let document = run.instruct(vec![CallInstruction::Enqueue(enqueue)])?;
        Ok(document.map_or(Next::Leave("failedToEnqueue"), wait))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (params, over) = match news(waiting, input) {
            Some(News::Request(params)) => (params, false),
            Some(News::HungUp(params)) => (params, true),
            Some(News::Timeout) => return Ok(None),
            None => {
                return match self {
                    EnqueueCall::Task(handover) => handover.resume(run, waiting, input),
                    EnqueueCall::Queue { .. } => Ok(None),
                };
            }
        };
        run.keep(params)?;
        let result = params.get("QueueResult").and_then(Value::as_str);
        Ok(Some(Next::Leave(match result {
            // A caller who hangs up after they were connected has been served.
            Some("bridged" | "bridging-in-process" | "redirected-from-bridged") => "callComplete",
            Some("queue-full" | "error" | "system-error") => "failedToEnqueue",
            _ if over => "callFailure",
            Some("hangup") => "callFailure",
            _ => "callComplete",
        })))
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::call::QUEUE_NAME_CHARS_MAX;
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, play_on_call, request};
    use crate::EffectId;
    use crate::input::{FlowInput, TaskEvent};

    fn check(properties: Value, inputs: &[FlowInput], at: &str) -> Value {
        let outcome = play_on_call("enqueue-call", properties, inputs);
        assert_eq!(outcome.at, at, "{inputs:?}");
        outcome.effects
    }

    #[test]
    fn the_caller_waits_in_a_queue() {
        let properties =
            json!({"queue_name": "sales", "wait_url": "https://a/wait", "wait_url_method": "GET"});
        let effects = check(properties.clone(), &[], "under_test");
        let expect =
            json!([{"do": "enqueue", "queue": "sales", "wait_url": "https://a/wait", "wait_method": "GET"}]);
        assert_eq!(effects[0]["instructions"], expect);
        for (result, at) in [
            ("bridged", "callComplete"),
            ("redirected", "callComplete"),
            ("leave", "callComplete"),
            ("queue-full", "failedToEnqueue"),
            ("system-error", "failedToEnqueue"),
            ("hangup", "callFailure"),
        ] {
            check(properties.clone(), &[request("2.under_test.0", json!({"QueueResult": result}))], at);
        }
        check(properties, &[hang_up()], "callFailure");
    }

    #[test]
    fn a_name_has_a_limit() {
        let name = |chars: usize| json!({"queue_name": "q".repeat(chars)});
        check(name(QUEUE_NAME_CHARS_MAX), &[], "under_test");
        check(name(QUEUE_NAME_CHARS_MAX + 1), &[], "failedToEnqueue");
        check(json!({}), &[], "failedToEnqueue");
    }

    #[test]
    fn a_workflow_makes_a_task() {
        let properties = json!({"workflow_sid": "WW1", "priority": 3, "task_attributes": "{\"a\": 1}"});
        let effects = check(properties.clone(), &[], "under_test");
        let task = json!({"type": "create_task", "id": "2.under_test.0", "workflow": "WW1", "attributes": {"a": 1},
            "priority": 3});
        let document = json!({"type": "instruct_call", "id": "2.under_test.1", "instructions":
            [{"do": "await_agent", "task": "2.under_test.0", "wait_method": "POST"}]});
        assert_eq!(effects, json!([task, document]));
        let id = EffectId("2.under_test.0".to_owned());
        let over = |event| FlowInput::TaskEvent { effect_id: id.clone(), event };
        let completed = over(TaskEvent::Completed { fields: Default::default() });
        check(properties.clone(), std::slice::from_ref(&completed), "callComplete");
        check(properties.clone(), &[hang_up()], "under_test");
        check(properties.clone(), &[hang_up(), completed], "callComplete");
        check(properties, &[over(TaskEvent::Failed { reason: "left".into() })], "callFailure");
    }
}
