//! The call that an execution drives: whether it is there, and what it follows.
//!
//! A call asks, is answered with a document, follows it, and asks again under that document's id. Requests come
//! twice, late, and from a place that the flow has left meanwhile; so whatever does not continue the present document
//! is answered with it.

use patchbay_model::call::{CallInstruction, CallStatus, check};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bound::parameters;
use crate::effect::{Effect, EffectId, EndReason, InstructCall};
use crate::input::{FlowInput, Trigger};
use crate::problem::ProblemKind;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;

/// A call, from its first request on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The provider's id of it; empty until it is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) sid: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<InstructCall>,
}

/// What a call says to the widget that waits for it.
pub(crate) enum News<'a> {
    /// It has followed the document and asks for more.
    Request(&'a Map<String, Value>),
    /// It is over.
    HungUp(&'a Map<String, Value>),
    /// The wait has been long enough.
    Timeout,
}

/// The provider's id of the call that parameters are about.
fn sid(params: &Map<String, Value>) -> &str {
    params.get("CallSid").and_then(Value::as_str).unwrap_or_default()
}

/// Whether a call with these parameters is over.
fn is_over(params: &Map<String, Value>) -> bool {
    let status = params.get("CallStatus").and_then(Value::as_str);
    status.and_then(CallStatus::parse).is_some_and(CallStatus::is_over)
}

impl Call {
    /// The call that `params` tell of.
    pub(crate) fn of(params: &Map<String, Value>) -> Call {
        Call { sid: sid(params).to_owned(), ..Call::default() }
    }

    fn is_of(&self, params: &Map<String, Value>) -> bool {
        let other = sid(params);
        self.sid.is_empty() || other.is_empty() || self.sid == other
    }
}

/// Takes note of a call's end. False when the input is no business of this execution: another call's end, or an end
/// that is known.
pub(crate) fn note(run: &mut Run, input: &FlowInput) -> bool {
    let (params, over) = match input {
        FlowInput::CallEnded { params, .. } => (params, true),
        FlowInput::CallRequest { params, .. } => (params, is_over(params)),
        _ => return true,
    };
    // Whom we call is no call yet: the widget that waits for an answer decides.
    let Some(call) = &mut run.state.call else {
        return matches!(run.state.waiting, Some(Waiting::OutgoingCall { .. }));
    };
    if !call.is_of(params) || (call.ended && over) {
        return false;
    }
    if over {
        call.ended = true;
        call.document = None;
    }
    true
}

/// What `input` means to a widget that waits for the call; `None` when it is something else.
pub(crate) fn news<'a>(waiting: &Waiting, input: &'a FlowInput) -> Option<News<'a>> {
    let Waiting::Call { document, timer } = waiting else {
        return None;
    };
    match input {
        FlowInput::CallEnded { params, .. } => Some(News::HungUp(params)),
        FlowInput::CallRequest { params, .. } if is_over(params) => Some(News::HungUp(params)),
        FlowInput::CallRequest { effect_id, params } if effect_id.as_ref() == Some(document) => {
            Some(News::Request(params))
        }
        FlowInput::Timer { id } if timer.as_ref() == Some(id) => Some(News::Timeout),
        _ => None,
    }
}

/// Whether `input` is a request that the present document answers.
pub(crate) fn asks_again(run: &Run, input: &FlowInput) -> bool {
    let Some(call) = &run.state.call else {
        return false;
    };
    match input {
        FlowInput::CallRequest { params, .. } => call.is_of(params),
        FlowInput::Start { trigger: Trigger::IncomingCall { params }, .. } => sid(params) == call.sid,
        _ => false,
    }
}

/// Answers a request with the present document. Where there is none, the flow waits for somebody else.
pub(crate) fn repeat(run: &mut Run) {
    if let Some(document) = run.state.call.as_ref().and_then(|call| call.document.clone()) {
        run.emit(Effect::InstructCall(document));
    }
}

/// The flow waits for somebody else than the call.
pub(crate) fn forget_document(run: &mut Run) {
    if let Some(call) = &mut run.state.call {
        call.document = None;
    }
}

/// The last document of a call that is still there: the flow is over, and so is the call.
pub(crate) fn hang_up(run: &mut Run, id: EffectId) {
    if run.state.call.as_ref().is_some_and(|call| !call.ended) {
        give(run, id, vec![CallInstruction::HangUp]);
    }
}

fn give(run: &mut Run, id: EffectId, instructions: Vec<CallInstruction>) {
    let document = InstructCall { id, instructions };
    if let Some(call) = &mut run.state.call {
        call.document = Some(document.clone());
    }
    run.emit(Effect::InstructCall(document));
}

impl Run<'_> {
    /// Whether there is a call that can be told something.
    pub(crate) fn has_call(&self) -> bool {
        self.state.call.as_ref().is_some_and(|call| !call.ended)
    }

    /// Stops an execution that needs a call and has none.
    pub(crate) fn need_call(&mut self) -> Result<(), Stop> {
        if self.has_call() {
            return Ok(());
        }
        if self.state.call.is_none() {
            let reason = "this execution has no call".to_owned();
            self.problem(ProblemKind::Failed { what: "a step of a call".to_owned(), reason });
        }
        Err(Stop(EndReason::HungUp))
    }

    /// Gives the call its next document and returns the document's id. `None`, with a problem, when a call cannot
    /// follow it.
    pub(crate) fn instruct(&mut self, instructions: Vec<CallInstruction>) -> Result<Option<EffectId>, Stop> {
        self.need_call()?;
        if let Err(error) = check(&instructions) {
            self.problem(ProblemKind::Failed { what: "the call".to_owned(), reason: error.to_string() });
            return Ok(None);
        }
        let id = self.effect_id()?;
        give(self, id.clone(), instructions);
        Ok(Some(id))
    }

    /// Leaves a call's parameters behind as the widget's outputs.
    pub(crate) fn keep(&mut self, params: &Map<String, Value>) -> Result<(), Stop> {
        let params = parameters(self, "call parameters", params);
        self.set_outputs(params)
    }
}

/// What follows when a widget waits for the call to follow `document`.
pub(crate) fn wait(document: EffectId) -> Next {
    Next::Wait(Waiting::Call { document, timer: None })
}

/// The call is over, and the widget has no event for that.
pub(crate) fn hung_up<T>() -> Result<T, Stop> {
    Err(Stop(EndReason::HungUp))
}

#[cfg(test)]
mod tests;
