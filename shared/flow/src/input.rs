//! What the world tells an execution.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::effect::EffectId;

/// One event for an execution. An input that does not fit where the execution stands (a second start, a late
/// timer, a repeated result) changes nothing and is noted in the step's problems: handlers may run twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FlowInput {
    /// Begins the execution.
    Start { trigger: Trigger, context: StartContext },
    /// An inbound message for the widget that waits for a reply. `params` as in [`Trigger::IncomingMessage`].
    Message { params: Map<String, Value> },
    /// The answer to an [`crate::Effect::HttpRequest`], whatever its status.
    HttpResponse { effect_id: EffectId, status: u16, content_type: String, body: String },
    /// No answer to an [`crate::Effect::HttpRequest`]: time-out, refused, no such host.
    HttpFailed { effect_id: EffectId, reason: String },
    /// The answer to an [`crate::Effect::RunFunction`].
    FunctionResult {
        effect_id: EffectId,
        status: u16,
        content_type: String,
        body: String,
        /// Only `x-twilio-function-concurrency` is kept.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// No answer to an [`crate::Effect::RunFunction`].
    FunctionFailed { effect_id: EffectId, reason: String },
    /// The provider took an [`crate::Effect::SendMessage`]; `sid` is its own name for the message.
    Sent { effect_id: EffectId, sid: String },
    /// The provider refused an [`crate::Effect::SendMessage`].
    SendFailed { effect_id: EffectId, code: String, reason: String },
    /// A message that had been sent was not delivered (a delivery receipt says so).
    DeliveryFailure { effect_id: EffectId, code: String, reason: String },
    /// Something happened to the task of an [`crate::Effect::CreateTask`].
    TaskEvent { effect_id: EffectId, event: TaskEvent },
    /// The call asks what to do next. `effect_id` is that of the document that it has come to the end of; `None`
    /// where the request names none: the first one once more, or a call that comes back from somebody else.
    /// A request for an older document is answered with the present one.
    CallRequest { effect_id: Option<EffectId>, params: Map<String, Value> },
    /// The call is over: `params` as the provider tells it (`CallSid`, `CallStatus`, `CallDuration`, …).
    /// `effect_id` is that of the [`crate::Effect::PlaceCall`] that made it, where one did.
    CallEnded { effect_id: Option<EffectId>, params: Map<String, Value> },
    /// The customer of a call that ended while a task of it waited is on the line again, by the call that `params` tell
    /// of: the flow leads that from here on, and it waits for the same task.
    CallReturned { params: Map<String, Value> },
    /// An [`crate::Effect::PlaceCall`] was refused.
    CallFailed { effect_id: EffectId, reason: String },
    /// An [`crate::Effect::RecordCall`] was done; `fields` are the recording's (`Sid`, `Status`, …).
    RecordingChanged { effect_id: EffectId, fields: Map<String, Value> },
    /// An [`crate::Effect::RecordCall`] was refused.
    RecordingFailed { effect_id: EffectId, reason: String },
    /// The timer of an [`crate::Effect::SetTimer`] rang.
    Timer { id: EffectId },
}

/// Why an execution begins; names are the trigger widget's events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Trigger {
    /// `trigger.message`: the parameters of a Twilio message webhook (`From`, `To`, `Body`, `MessageSid`,
    /// `NumMedia`, `MediaUrl0`, …). `ChannelAttributes` may be JSON or its text.
    IncomingMessage { params: Map<String, Value> },
    /// `trigger.conversation`: the same with `ConversationSid`, `Source`, ….
    IncomingConversationMessage { params: Map<String, Value> },
    /// `trigger.call`: the parameters of a Twilio voice webhook (`CallSid`, `From`, `To`, `CallStatus`, …).
    IncomingCall { params: Map<String, Value> },
    /// `trigger.request`: an execution created over REST. `parameters` is also `flow.data`.
    IncomingRequest { from: String, to: String, parameters: Value },
}

impl Trigger {
    /// The trigger widget's event.
    pub fn event(&self) -> &'static str {
        match self {
            Trigger::IncomingMessage { .. } => "incomingMessage",
            Trigger::IncomingConversationMessage { .. } => "incomingConversationMessage",
            Trigger::IncomingCall { .. } => "incomingCall",
            Trigger::IncomingRequest { .. } => "incomingRequest",
        }
    }
}

/// Who talks to whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StartContext {
    /// `flow.sid`.
    pub execution_sid: String,
    /// `flow.flow_sid`.
    pub flow_sid: String,
    /// `flow.channel.address`: our address.
    pub flow_address: String,
    /// `contact.channel.address`: the contact's address.
    pub contact_address: String,
    /// `contact.attributes`, as they are now; the execution keeps a copy.
    pub contact_attributes: Map<String, Value>,
}

/// The life of a task as the send-to-flex widget sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TaskEvent {
    /// It exists; `fields` are the task resource's (`sid`, `task_queue_sid`, …).
    Created { fields: Map<String, Value> },
    /// It was completed: the widget leaves by `callComplete`.
    Completed { fields: Map<String, Value> },
    /// It could not be created, or no workflow filter took it: the widget leaves by `failedToEnqueue`.
    FailedToEnqueue { reason: String },
    /// It was canceled: the widget leaves by `callFailure`.
    Failed { reason: String },
}
