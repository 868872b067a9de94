//! # Send to Flex (`send-to-flex`)
//!
//! Hands the conversation to an agent: creates a task and waits until it is over. A caller waits on the line, and is
//! connected once an agent has accepted and answered.
//!
//! - **Properties** (Liquid): `workflow` and `channel` (SID or name of the workflow and the task channel),
//!   `attributes` (JSON object), `priority` (whole number, 0 when missing), `timeout` (seconds; the workspace's
//!   default when missing). `waitUrl` and `waitUrlMethod`: what a caller hears meanwhile.
//! - **Events**: `callComplete` when the task is completed; `failedToEnqueue` when it cannot be created, or its
//!   attributes are no JSON object or too long; `callFailure` when it is canceled, as it is when the caller hangs up
//!   before an agent has accepted.
//! - **Outputs**: the task's fields (`sid`, `task_queue_sid`, `workspace_sid`, …); `ErrorMessage` after a failure.
//! - **Limits**: 4,096 bytes of attributes.

use super::handover::Handover;
use super::speech::method;
use super::{Widget, WidgetType};
use crate::input::FlowInput;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "send-to-flex",
    events: &["callComplete", "failedToEnqueue", "callFailure", "composerStarted"],
    parse: |properties| {
        Box::new(SendToFlex(Handover {
            workflow: properties.template("workflow"),
            channel: properties.template("channel"),
            attributes: properties.template("attributes"),
            attributes_property: "attributes",
            priority: properties.number("priority"),
            timeout: properties.number("timeout"),
            wait_url: properties.template("waitUrl"),
            wait_method: method(properties, "waitUrlMethod"),
        }))
    },
};

#[derive(Debug)]
struct SendToFlex(Handover);

impl Widget for SendToFlex {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        self.0.begin(run)
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        self.0.resume(run, waiting, input)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{call_params, hang_up, params, play, play_on_call, request};
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

    fn check_call(inputs: &[FlowInput], at: &str, effects: usize) {
        let properties = json!({"workflow": "WW1", "waitUrl": "https://a/music", "waitUrlMethod": "GET"});
        let outcome = play_on_call("send-to-flex", properties, inputs);
        let task = &outcome.effects[0];
        let document = json!({"type": "instruct_call", "id": "2.under_test.1", "instructions":
            [{"do": "await_agent", "task": "2.under_test.0", "wait_url": "https://a/music", "wait_method": "GET"}]});
        assert_eq!(
            (outcome.at.as_str(), &task["type"], &outcome.effects[1]),
            (at, &json!("create_task"), &document)
        );
        assert_eq!(outcome.effects.as_array().map(Vec::len), Some(effects), "{}", outcome.effects);
    }

    #[test]
    fn a_caller_waits_on_the_line() {
        let id = EffectId("2.under_test.0".to_owned());
        let canceled =
            FlowInput::TaskEvent { effect_id: id, event: TaskEvent::Failed { reason: "r".to_owned() } };
        check_call(&[], "under_test", 2);
        // Whatever the call asks meanwhile, it goes on waiting.
        check_call(&[request("2.under_test.1", json!({"QueueResult": "redirected"}))], "under_test", 3);
        check_call(
            &[FlowInput::CallRequest { effect_id: None, params: call_params(json!({})) }],
            "under_test",
            3,
        );
        check_call(std::slice::from_ref(&canceled), "callFailure", 2);
        // The task hears of it first: a caller who was connected has been served.
        check_call(&[hang_up()], "under_test", 2);
        check_call(&[hang_up(), canceled], "callFailure", 2);
    }

    #[test]
    fn a_caller_who_comes_back_waits_on_the_line_again() {
        let back = |sid: &str| FlowInput::CallReturned { params: call_params(json!({"CallSid": sid})) };
        // Whoever is on the line does not come back to it.
        check_call(&[back("CA2")], "under_test", 2);
        check_call(&[hang_up(), back("CA2")], "under_test", 3);
        let over = FlowInput::CallEnded {
            effect_id: None,
            params: call_params(json!({"CallSid": "CA2", "CallStatus": "completed"})),
        };
        check_call(&[hang_up(), back("CA2"), over, back("CA3")], "under_test", 4);
    }

    #[test]
    fn music_that_cannot_be_played_does_not_stop_the_waiting() {
        let properties = json!({"waitUrl": "u".repeat(patchbay_model::call::CALL_URL_CHARS_MAX + 1)});
        let outcome = play_on_call("send-to-flex", properties, &[]);
        assert_eq!((outcome.at.as_str(), outcome.problems.len()), ("under_test", 1));
        assert_eq!(outcome.effects[1]["instructions"][0]["wait_url"], Value::Null);
    }
}
