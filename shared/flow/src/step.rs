//! The interpreter: one input in, everything that follows from it without waiting out.

use std::collections::BTreeMap;

use patchbay_model::Timestamp;
use serde_json::{Map, Value};

use crate::bound;
use crate::call::{self, Call};
use crate::context::{ChannelAddress, ContactContext, Context, FlowContext};
use crate::definition::Flow;
use crate::delivery;
use crate::effect::{Effect, EffectId, EndReason};
use crate::input::{FlowInput, StartContext, Trigger};
use crate::limits::{
    ENTRIES_PER_CALL_MAX, EXECUTION_MS_MAX, STEPS_MAX, STEPS_PER_CALL_MAX, SUBFLOW_DEPTH_MAX,
};
use crate::problem::{Problem, ProblemKind};
use crate::run::{Next, Run, Stop, object};
use crate::state::{FlowState, Frame, Status, Waiting};

/// What an execution looks up outside of itself. Both answers follow from their arguments alone.
pub trait FlowLibrary {
    /// The flow with this SID or name, for run-subflow; `revision` is `LatestPublished`, `LatestDraft` or a number.
    /// An execution that stands inside a subflow asks at every step, so the same SID and revision should give the
    /// same definition as long as executions of it live.
    fn flow(&self, sid: &str, revision: &str) -> Option<&Flow>;

    /// How the opening hours of this name stand at a moment: `hours.<name>` of templates.
    fn hours(&self, _name: &str, _now: Timestamp) -> Option<Value> {
        None
    }
}

/// Flows by SID or name, one revision of each.
impl FlowLibrary for BTreeMap<String, Flow> {
    fn flow(&self, sid: &str, _revision: &str) -> Option<&Flow> {
        self.get(sid)
    }
}

/// A library without flows: run-subflow leaves by `failed`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFlows;

impl FlowLibrary for NoFlows {
    fn flow(&self, _sid: &str, _revision: &str) -> Option<&Flow> {
        None
    }
}

/// What came of one input.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowStep {
    /// To be stored; unchanged when the input was ignored.
    pub state: FlowState,
    /// To be done, in this order, before the state is stored.
    pub effects: Vec<Effect>,
    /// To be shown to an operator.
    pub problems: Vec<Problem>,
    pub status: Status,
}

/// Runs an execution from one input to the next thing to wait for, or to its end.
///
/// `flow` is the execution's outermost flow; subflows come from `library`. The same arguments always give the same
/// result, effect ids included, so a caller that performs the effects and then fails to store the state can run
/// the step again.
pub fn step(
    flow: &Flow,
    library: &dyn FlowLibrary,
    state: FlowState,
    input: &FlowInput,
    now: Timestamp,
) -> FlowStep {
    let run = Run { state, library, now, effects: Vec::new(), problems: Vec::new(), widget_effects: 0 };
    let mut machine = Machine { root: flow, run, entered: BTreeMap::new(), steps: 0 };
    if let Err(Stop(reason)) = machine.accept(input) {
        machine.end(reason);
    }
    if let Err(Stop(reason)) = bound::shrink(&mut machine.run) {
        machine.end(reason);
    }
    let Run { state, effects, problems, .. } = machine.run;
    let status = state.status();
    FlowStep { state, effects, problems, status }
}

struct Machine<'a> {
    root: &'a Flow,
    run: Run<'a>,
    /// Entries of each widget in this call. Nothing of it is stored: an execution at rest has waited.
    entered: BTreeMap<(usize, String), u32>,
    steps: u32,
}

impl<'a> Machine<'a> {
    fn ignore(&mut self, reason: &str) {
        self.run.problem(ProblemKind::Ignored { reason: reason.to_owned() });
    }

    fn accept(&mut self, input: &FlowInput) -> Result<(), Stop> {
        match self.run.state.status() {
            Status::Ended { .. } => {
                if call::asks_again(&self.run, input) {
                    call::repeat(&mut self.run);
                } else {
                    self.ignore("the execution has ended");
                }
                Ok(())
            }
            Status::NotStarted => match input {
                FlowInput::Start { trigger, context } => {
                    self.start(trigger, context);
                    self.go(Next::To(Some(self.root.initial().to_owned())))
                }
                _ => {
                    self.ignore("the execution has not begun");
                    Ok(())
                }
            },
            Status::Waiting(_) => self.resume(input),
        }
    }

    fn start(&mut self, trigger: &Trigger, context: &StartContext) {
        let (key, message, data) = match trigger {
            Trigger::IncomingMessage { params } => {
                ("message", bound::message_parameters(&mut self.run, params), Value::Null)
            }
            Trigger::IncomingConversationMessage { params } => {
                ("conversation", bound::message_parameters(&mut self.run, params), Value::Null)
            }
            Trigger::IncomingCall { params } => {
                self.run.state.call = Some(Call::of(params));
                ("call", bound::message_parameters(&mut self.run, params), Value::Null)
            }
            Trigger::IncomingRequest { from, to, parameters } => {
                let parameters = bound::request_parameters(&mut self.run, parameters);
                let request = object([
                    ("from", from.as_str().into()),
                    ("to", to.as_str().into()),
                    ("parameters", parameters.clone()),
                ]);
                ("request", request, parameters)
            }
        };
        if let Some(sid) = message.get("MessageSid").and_then(Value::as_str) {
            self.run.state.is_new_message(Some(sid));
        }
        let attributes = bound::parameters(&mut self.run, "contact attributes", &context.contact_attributes);
        let context = Context {
            trigger: object([(key, Value::Object(message))]),
            contact: ContactContext {
                channel: ChannelAddress { address: context.contact_address.clone() },
                attributes,
            },
            flow: FlowContext {
                sid: context.execution_sid.clone(),
                flow_sid: context.flow_sid.clone(),
                channel: ChannelAddress { address: context.flow_address.clone() },
                data,
                variables: Map::new(),
            },
            widgets: Map::new(),
        };
        self.run.state.started_at = Some(self.run.now);
        self.run.state.frames.push(Frame { context, ..Frame::default() });
    }

    fn resume(&mut self, input: &FlowInput) -> Result<(), Stop> {
        let age_ms = self.run.state.started_at.map_or(0, |at| self.run.now.since_ms(at));
        if age_ms > EXECUTION_MS_MAX {
            return Err(self.run.limit("age of the execution in ms", EXECUTION_MS_MAX as u64));
        }
        let Some(waiting) = self.run.state.waiting.clone() else {
            return Err(Stop(EndReason::Broken));
        };
        if let FlowInput::Message { params } = input {
            let sid = params.get("MessageSid").and_then(Value::as_str);
            if sid.is_some_and(|sid| self.run.state.seen_messages.iter().any(|seen| seen == sid)) {
                self.ignore("this message was already taken");
                return Ok(());
            }
        }
        if !call::note(&mut self.run, input) {
            self.ignore("it is about another call, or known");
            return Ok(());
        }
        let noted = delivery::note(&mut self.run, input);
        let widget = self.run.frame()?.widget.clone();
        let Some(state) = self.flow().and_then(|flow| flow.state(&widget)) else {
            return Err(self.lost());
        };
        match state.widget.resume(&mut self.run, &waiting, input)? {
            Some(next) => {
                if let FlowInput::Message { params } = input {
                    self.run.state.is_new_message(params.get("MessageSid").and_then(Value::as_str));
                }
                self.run.state.waiting = None;
                self.go(next)
            }
            None if call::asks_again(&self.run, input) => {
                call::repeat(&mut self.run);
                Ok(())
            }
            None => {
                if !noted && !matches!(input, FlowInput::CallEnded { .. }) {
                    self.ignore("nothing waits for it here");
                }
                Ok(())
            }
        }
    }

    /// The definition of the innermost flow.
    fn flow(&self) -> Option<&'a Flow> {
        match self.run.state.frames.as_slice() {
            [] | [_] => Some(self.root),
            [.., frame] => self.run.library.flow(&frame.context.flow.flow_sid, &frame.revision),
        }
    }

    /// The definition no longer fits the state.
    fn lost(&mut self) -> Stop {
        self.run.problem(ProblemKind::NoSuchWidget);
        Stop(EndReason::Broken)
    }

    /// Follows `next` until something must be waited for or the execution is over.
    fn go(&mut self, next: Next) -> Result<(), Stop> {
        let mut next = next;
        loop {
            next = match next {
                Next::Wait(waiting) => {
                    if !matches!(waiting, Waiting::Call { .. } | Waiting::Task { .. }) {
                        call::forget_document(&mut self.run);
                    }
                    self.run.state.waiting = Some(waiting);
                    return Ok(());
                }
                Next::Leave(event) => {
                    let widget = self.run.frame()?.widget.clone();
                    let flow = self.flow();
                    Next::To(flow.and_then(|flow| flow.next(&widget, event)).map(str::to_owned))
                }
                Next::To(Some(widget)) => self.enter(widget)?,
                Next::To(None) if self.run.state.frames.len() > 1 => self.come_back()?,
                Next::To(None) => return Err(Stop(EndReason::Finished)),
                Next::Call { flow, revision, trigger } => self.call(flow, revision, trigger)?,
            };
        }
    }

    fn enter(&mut self, widget: String) -> Result<Next, Stop> {
        let depth = self.run.state.frames.len();
        self.run.frame_mut()?.widget.clone_from(&widget);
        if self.run.state.steps >= STEPS_MAX {
            return Err(self.run.limit("steps of an execution", STEPS_MAX.into()));
        }
        if self.steps >= STEPS_PER_CALL_MAX {
            return Err(self.run.limit("steps without waiting", STEPS_PER_CALL_MAX.into()));
        }
        let entries = self.entered.entry((depth, widget.clone())).or_default();
        if *entries >= ENTRIES_PER_CALL_MAX {
            return Err(self.run.limit("entries of one widget without waiting", ENTRIES_PER_CALL_MAX.into()));
        }
        *entries += 1;
        self.steps += 1;
        self.run.state.steps += 1;
        self.run.widget_effects = 0;
        match self.flow().and_then(|flow| flow.state(&widget)) {
            Some(state) => state.widget.enter(&mut self.run),
            None => Err(self.lost()),
        }
    }

    fn call(&mut self, sid: String, revision: String, trigger: Map<String, Value>) -> Result<Next, Stop> {
        if self.run.state.frames.len() >= SUBFLOW_DEPTH_MAX {
            return Err(self.run.limit("flows inside one another", SUBFLOW_DEPTH_MAX as u64));
        }
        let Some(initial) = self.run.library.flow(&sid, &revision).map(|flow| flow.initial().to_owned())
        else {
            self.run.problem(ProblemKind::NoSuchFlow { sid, revision });
            return Ok(Next::Leave("failed"));
        };
        let parent = &self.run.frame()?.context;
        let context = Context {
            trigger: object([("parent", Value::Object(trigger))]),
            contact: parent.contact.clone(),
            flow: FlowContext {
                sid: parent.flow.sid.clone(),
                flow_sid: sid,
                channel: parent.flow.channel.clone(),
                data: Value::Null,
                variables: Map::new(),
            },
            widgets: Map::new(),
        };
        self.run.state.frames.push(Frame { revision, widget: String::new(), context });
        Ok(Next::To(Some(initial)))
    }

    /// A subflow is over: its variables become the outputs of the widget that ran it.
    fn come_back(&mut self) -> Result<Next, Stop> {
        if let Some(child) = self.run.state.frames.pop() {
            let parent = self.run.frame_mut()?;
            parent.context.contact = child.context.contact;
            self.run.set_outputs(child.context.flow.variables)?;
        }
        Ok(Next::Leave("completed"))
    }

    fn end(&mut self, reason: EndReason) {
        let widget = self.run.state.widget().unwrap_or_default().to_owned();
        self.run.state.waiting = None;
        self.run.state.ended = Some(reason);
        self.run.effects.retain(|effect| !matches!(effect, Effect::Ended { .. } | Effect::InstructCall(_)));
        if reason == EndReason::Finished {
            let id = EffectId::new(self.run.state.steps, &widget, "hangup");
            call::hang_up(&mut self.run, id);
        } else {
            call::forget_document(&mut self.run);
        }
        let id = EffectId::new(self.run.state.steps, &widget, "end");
        self.run.emit(Effect::Ended { id, reason });
    }
}

#[cfg(test)]
mod tests;
