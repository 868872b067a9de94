//! What send-to-flex and enqueue-call share: a task for an agent, for whom the contact waits; on a call, the caller
//! hears something meanwhile.

use patchbay_model::call::{CallInstruction, CallMethod};
use serde_json::{Map, Value, json};

use crate::bound::parameters;
use crate::call::Call;
use crate::effect::{CreateTask, Effect, EffectId};
use crate::input::{FlowInput, TaskEvent};
use crate::limits::{TASK_ATTRIBUTES_BYTES_MAX, WAIT_S_MAX};
use crate::problem::ProblemKind;
use crate::run::{Next, Run, Stop, object};
use crate::state::Waiting;
use crate::template::Template;

/// A task, as a definition describes it.
#[derive(Debug)]
pub(super) struct Handover {
    pub(super) workflow: Option<Template>,
    pub(super) channel: Option<Template>,
    pub(super) attributes: Option<Template>,
    /// What the widget calls its attributes.
    pub(super) attributes_property: &'static str,
    pub(super) priority: Option<Template>,
    pub(super) timeout: Option<Template>,
    pub(super) wait_url: Option<Template>,
    pub(super) wait_method: CallMethod,
}

impl Handover {
    /// The task's attributes, or why they cannot be used.
    fn attributes(&self, run: &mut Run) -> Result<Result<Value, String>, Stop> {
        let Some(text) = run.optional(self.attributes.as_ref(), self.attributes_property)? else {
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

    /// Makes the task and waits for its end. A caller who is still there waits on the line.
    pub(super) fn begin(&self, run: &mut Run) -> Result<Next, Stop> {
        let attributes = match self.attributes(run)? {
            Ok(attributes) => attributes,
            Err(reason) => {
                run.set_outputs(object([("ErrorMessage", json!(reason))]))?;
                run.problem(ProblemKind::BadValue { property: self.attributes_property.to_owned(), reason });
                return Ok(Next::Leave("failedToEnqueue"));
            }
        };
        let timeout_s = run.number(self.timeout.as_ref(), "timeout")?.and_then(|s| u64::try_from(s).ok());
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
        if run.has_call() {
            self.wait_on_the_line(run, &id)?;
        }
        Ok(Next::Wait(Waiting::Task { task: id }))
    }

    fn wait_on_the_line(&self, run: &mut Run, task: &EffectId) -> Result<(), Stop> {
        let (task, wait_method) = (task.0.clone(), self.wait_method);
        let wait_url = run.optional(self.wait_url.as_ref(), "wait_url")?;
        let waits =
            |wait_url| vec![CallInstruction::AwaitAgent { task: task.clone(), wait_url, wait_method }];
        // Without the music of the definition, rather than not at all.
        if run.instruct(waits(wait_url))?.is_none() {
            run.instruct(waits(None))?;
        }
        Ok(())
    }

    /// What follows when something happens to the task that is waited for, or its customer comes back to the line; `None`
    /// when `input` is something else.
    pub(super) fn resume(
        &self,
        run: &mut Run,
        waiting: &Waiting,
        input: &FlowInput,
    ) -> Result<Option<Next>, Stop> {
        match (waiting, input) {
            (Waiting::Task { task }, FlowInput::CallReturned { params }) if !run.has_call() => {
                run.state.call = Some(Call::of(params));
                // The task's name is the first of the widget's; the document of before is no call's any more.
                run.widget_effects = run.widget_effects.max(1);
                self.wait_on_the_line(run, task)?;
                Ok(Some(Next::Wait(waiting.clone())))
            }
            _ => ended(run, waiting, input),
        }
    }
}

fn ended(run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
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
