//! send-to-flex.

use crate::attributes::of_customer;
use crate::command::{NewTask, RoutingBody, body};
use crate::inbound::InboundError;
use crate::inbound::turn::Turn;
use crate::ports::{Outgoing, QueueName};
use patchbay_flow::{CreateTask, FlowInput, TaskEvent};
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use serde_json::{Map, Value, json};

/// Seconds after which a task is canceled if its flow does not say (TaskRouter's default: a day).
const TIMEOUT_S: u32 = 86_400;

impl Turn<'_> {
    /// Has the router make a task of the conversation. Asking twice makes one task: its id is the effect's.
    pub(in crate::inbound) async fn create_task(
        &mut self,
        effect: CreateTask,
    ) -> Result<FlowInput, InboundError> {
        let event = match self.new_task(&effect).await? {
            Ok(task) => {
                let fields = fields(&task);
                let create = body(&RoutingBody::CreateTask(Box::new(task)));
                self.center.queue.send(QueueName::Routing, vec![Outgoing::after_s(create, 0)]).await?;
                TaskEvent::Created { fields }
            }
            Err(reason) => {
                self.problem(0, format!("no task is created: {reason}")).await?;
                TaskEvent::FailedToEnqueue { reason }
            }
        };
        Ok(FlowInput::TaskEvent { effect_id: effect.id, event })
    }

    async fn new_task(&mut self, effect: &CreateTask) -> Result<Result<NewTask, String>, InboundError> {
        let config = self.config.clone();
        let Some(workflow) = config.workflow(effect.workflow.as_deref()) else {
            return Ok(Err(match &effect.workflow {
                Some(workflow) => format!("there is no workflow {workflow:?}"),
                None => "no workflow is named, and there is not exactly one".into(),
            }));
        };
        // Who is on the line is called for; what a caller has left behind is dealt with like a message.
        let usual = if self.execution.state.call_sid().is_some() { "voice" } else { "chat" };
        let wanted = effect.task_channel.as_deref().unwrap_or(usual);
        let Some(task_channel) = config.task_channel(wanted) else {
            return Ok(Err(format!("there is no task channel {wanted:?}")));
        };
        let attributes = self.attributes(&effect.attributes).await?;
        let chars = attributes.to_string().chars().count();
        if chars > ATTRIBUTES_CHARS_MAX {
            return Ok(Err(format!(
                "the attributes have {chars} characters, at most {ATTRIBUTES_CHARS_MAX}"
            )));
        }
        Ok(Ok(NewTask {
            task_sid: self.execution.task_sid(&effect.id),
            workflow_sid: workflow.sid.clone(),
            task_channel: task_channel.unique_name.clone(),
            attributes,
            priority: u32::try_from(effect.priority.max(0)).unwrap_or(u32::MAX),
            timeout_s: effect.timeout_s.map_or(TIMEOUT_S, |s| u32::try_from(s).unwrap_or(u32::MAX)),
            conversation_sid: Some(self.conversation.sid.clone()),
            routing_target: None,
            invitation: None,
            created_at: self.now,
        }))
    }

    /// The widget's attributes and what there is to say of the customer. What does not fit is a problem.
    async fn attributes(&mut self, given: &Value) -> Result<Value, InboundError> {
        let mut given = given.as_object().cloned().unwrap_or_default();
        if let Some(call_sid) = self.execution.state.call_sid() {
            given.insert("call_sid".into(), Value::String(call_sid.to_owned()));
        }
        let (address, conversation) = (self.execution.address.clone(), self.conversation.sid.clone());
        let (attributes, fits) = of_customer(given, self.contact().await?, &conversation, &address);
        if !fits {
            let reason = "the contact's attributes do not fit into the task's and are left out";
            self.problem(0, reason.into()).await?;
        }
        Ok(attributes)
    }
}

/// What the widget shows of its task, under the names of TaskRouter's task resource.
fn fields(task: &NewTask) -> Map<String, Value> {
    let fields = json!({
        "sid": task.task_sid,
        "workflow_sid": task.workflow_sid,
        "task_channel_unique_name": task.task_channel,
        "priority": task.priority,
        "timeout": task.timeout_s,
        "assignment_status": "pending",
        "attributes": task.attributes.to_string(),
    });
    fields.as_object().cloned().unwrap_or_default()
}
