//! Everything of an execution between two steps.

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::context::Context;
use crate::effect::{EffectId, EndReason, InstructCall};

/// Messages whose SIDs an execution remembers, so that a redelivered one does not answer the next question: more
/// than one batch of the inbound queue holds.
pub(crate) const REMEMBERED_MESSAGES_MAX: usize = 12;

/// An execution at rest. The default is one that has not begun. Serialised it is at most
/// [`crate::limits::STATE_BYTES_MAX`] bytes of JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowState {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<Timestamp>,
    /// Widgets entered so far, subflows included.
    #[serde(default)]
    pub(crate) steps: u32,
    /// The outermost flow first; empty before the start.
    #[serde(default)]
    pub(crate) frames: Vec<Frame>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<Waiting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<EndReason>,
    /// The call that the execution drives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<Call>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen_messages: Vec<String>,
}

/// One flow of an execution: where it stands and what its templates see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frame {
    /// Revision as the run-subflow widget says it; empty for the outermost flow.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) revision: String,
    /// The widget at which the flow stands; empty before the first.
    pub(crate) widget: String,
    pub(crate) context: Context,
}

/// What an execution waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Waiting {
    /// A message of the contact, a timer, or the news that the question was not delivered.
    Reply { sent: EffectId, timer: EffectId },
    /// The answer to an HTTP request.
    Http { request: EffectId },
    /// The result of a function.
    Function { call: EffectId },
    /// The end of a task.
    Task { task: EffectId },
    /// The call's next request, after it has followed a document; its end; or a timer.
    Call {
        document: EffectId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timer: Option<EffectId>,
    },
    /// Whether somebody whom we call answers; or a timer, when nobody hears of it any more.
    OutgoingCall {
        call: EffectId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timer: Option<EffectId>,
    },
    /// The call's recording.
    Recording { request: EffectId },
}

/// Where an execution stands after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// No start was given yet.
    NotStarted,
    Waiting(Waiting),
    Ended {
        reason: EndReason,
    },
}

impl FlowState {
    /// Where the execution stands.
    pub fn status(&self) -> Status {
        match (&self.ended, &self.waiting) {
            (Some(reason), _) => Status::Ended { reason: *reason },
            (None, Some(waiting)) => Status::Waiting(waiting.clone()),
            (None, None) => Status::NotStarted,
        }
    }

    /// Widgets entered so far, subflows included.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// What the call follows now: the answer to any request of it for which no other follows from a step. `None`
    /// where nothing is decided yet (the flow waits for somebody else), or there is no call.
    pub fn call_document(&self) -> Option<&InstructCall> {
        self.call.as_ref()?.document.as_ref()
    }

    /// The provider's id of the call that it drives, while that goes on.
    pub fn call_sid(&self) -> Option<&str> {
        self.call.as_ref().filter(|call| !call.ended && !call.sid.is_empty()).map(|call| call.sid.as_str())
    }

    /// When it was started.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// The widget at which the innermost flow stands.
    pub fn widget(&self) -> Option<&str> {
        self.frames.last().map(|frame| frame.widget.as_str())
    }

    /// The execution's context, that of the outermost flow: the `context` of Studio's REST resource.
    pub fn context(&self) -> Option<&Context> {
        self.frames.first().map(|frame| &frame.context)
    }

    /// Remembers a message; false when it is an old one. Messages without a SID are always new.
    pub(crate) fn is_new_message(&mut self, sid: Option<&str>) -> bool {
        let Some(sid) = sid else {
            return true;
        };
        if self.seen_messages.iter().any(|seen| seen == sid) {
            return false;
        }
        if self.seen_messages.len() == REMEMBERED_MESSAGES_MAX {
            self.seen_messages.remove(0);
        }
        self.seen_messages.push(sid.to_owned());
        true
    }
}
