//! What a step asks the world to do.

use std::collections::BTreeMap;

use patchbay_model::call;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name of one effect within its execution: `<step>.<widget>.<index>`. The same state and input give the same
/// ids, so a step that runs twice asks for the same effects and receivers can recognise the second request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub String);

impl EffectId {
    /// The `index`-th effect of `widget`, which was entered as the `step`-th of its execution.
    pub(crate) fn new(step: u32, widget: &str, index: impl std::fmt::Display) -> Self {
        Self(format!("{step}.{widget}.{index}"))
    }
}

impl std::fmt::Display for EffectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing to do outside. Everything Liquid is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// Queue a message to the contact. Report its fate with [`crate::FlowInput::Sent`] or
    /// [`crate::FlowInput::SendFailed`].
    SendMessage(SendMessage),
    /// Call an HTTP endpoint; answer with [`crate::FlowInput::HttpResponse`] or [`crate::FlowInput::HttpFailed`].
    HttpRequest(HttpRequest),
    /// Run a function; answer with [`crate::FlowInput::FunctionResult`] or [`crate::FlowInput::FunctionFailed`].
    RunFunction(RunFunction),
    /// Create a task for an agent; report its life with [`crate::FlowInput::TaskEvent`].
    CreateTask(CreateTask),
    /// The call's next document: the answer to the request that the step took, or, where it took none, what the
    /// call is to be brought to. A step has at most one. The call asks again with this id.
    InstructCall(InstructCall),
    /// Call somebody; report with [`crate::FlowInput::CallRequest`] once they answer, else with
    /// [`crate::FlowInput::CallEnded`] or [`crate::FlowInput::CallFailed`].
    PlaceCall(PlaceCall),
    /// Begin or end the recording of the call; answer with [`crate::FlowInput::RecordingChanged`] or
    /// [`crate::FlowInput::RecordingFailed`].
    RecordCall(RecordCall),
    /// Send [`crate::FlowInput::Timer`] with this id after `after_s` seconds. Timers are never cancelled: one
    /// that comes too late is ignored.
    SetTimer { id: EffectId, after_s: u64 },
    /// Keep an attribute of the contact beyond this execution.
    SetContactAttribute { id: EffectId, key: String, value: Value },
    /// The execution is over; nothing follows.
    Ended { id: EffectId, reason: EndReason },
}

impl Effect {
    /// The effect's name within its execution.
    pub fn id(&self) -> &EffectId {
        match self {
            Effect::SendMessage(SendMessage { id, .. })
            | Effect::HttpRequest(HttpRequest { id, .. })
            | Effect::RunFunction(RunFunction { id, .. })
            | Effect::CreateTask(CreateTask { id, .. })
            | Effect::InstructCall(InstructCall { id, .. })
            | Effect::PlaceCall(PlaceCall { id, .. })
            | Effect::RecordCall(RecordCall { id, .. })
            | Effect::SetTimer { id, .. }
            | Effect::SetContactAttribute { id, .. }
            | Effect::Ended { id, .. } => id,
        }
    }
}

/// A message to the contact. `None` means that the definition leaves it to the conversation: its channel, its
/// address, its contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendMessage {
    pub id: EffectId,
    /// Text; empty only when there is media or a template.
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Conversations or Chat service (`InstanceSid`), as written in the definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Conversation or Chat channel (`ChannelSid`), as written in the definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messaging_service_sid: Option<String>,
    /// The message's own attributes: JSON where the text is JSON, else the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<ContentTemplate>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shorten_urls: bool,
}

/// A content template of the provider (`HX…`) with the values of its placeholders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentTemplate {
    pub content_sid: String,
    /// Placeholder (`1`, `name`) to value.
    pub variables: BTreeMap<String, String>,
}

/// An HTTP call. Studio has no custom headers; `content_type` is the only one a flow decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    pub id: EffectId,
    pub method: HttpMethod,
    /// With the query parameters of a GET.
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Add the account's basic authentication.
    pub add_twilio_auth: bool,
}

/// The methods that Studio offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    Get,
    Post,
}

/// A function call: where it is, as the definition says it, and what it is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFunction {
    pub id: EffectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_sid: Option<String>,
    /// In the definition's order; keys may repeat.
    pub parameters: Vec<(String, String)>,
}

/// A task for an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateTask {
    pub id: EffectId,
    /// SID or name; `None` when the definition names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// SID or unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_channel: Option<String>,
    /// Always an object.
    pub attributes: Value,
    pub priority: i64,
    /// Seconds until the task is canceled; `None` is the workspace's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u64>,
}

/// What a call does until it comes back. Its id is to be in the URLs that the call comes back by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstructCall {
    pub id: EffectId,
    /// Within the bounds of [`patchbay_model::call`].
    pub instructions: Vec<call::CallInstruction>,
}

/// A call of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceCall {
    /// What the call comes back with when it is answered.
    pub id: EffectId,
    #[serde(flatten)]
    pub call: call::PlaceCall,
}

/// A recording of the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordCall {
    pub id: EffectId,
    #[serde(flatten)]
    pub recording: call::RecordCall,
}

/// Why an execution is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A transition without a next widget.
    Finished,
    /// A bound was hit; the step's problems say which and where.
    LimitReached,
    /// The call is over, and the flow does not say what follows from that.
    HungUp,
    /// The state and the definition do not fit one another; the step's problems say why.
    Broken,
}
