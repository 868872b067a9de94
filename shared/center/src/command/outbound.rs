//! What waits on `outbound`: messages on their way out, and jobs that need an account's credentials.

use crate::store::MonitorMode;
use patchbay_model::call::{self, CallStatus};
use patchbay_model::event::{AgentLeg, FlowCall, PartyLeg};
use patchbay_model::{
    Address, Attachment, Author, ChannelKind, ConversationSid, MessageKey, OutboundMessage, WorkerSid,
};
use serde::{Deserialize, Serialize};

/// What waits on `outbound`: what is done with an account's credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OutboundEntry {
    Job(OutboundJob),
    Message(Box<OutboundBody>),
}

/// What is done besides sending. The tag tells it from a message, which has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum OutboundJob {
    /// Copy an attachment that a customer sent into our own store.
    FetchMedia(Box<FetchMedia>),
    /// Ask a provider who writes from an address.
    LookUpProfile(Box<LookUpProfile>),
    /// Have a call that follows an older document of its flow, or waits in a queue, ask for this one; without one, for
    /// whatever it is to hear now.
    MoveCall { call_sid: String, document: Option<String> },
    /// Call an agent who wants a caller's task.
    CallAgent { contact_uri: String, leg: Box<AgentLeg> },
    /// Call somebody for a flow.
    PlaceCall(Box<PlaceCall>),
    /// Begin or end the recording of a flow's call.
    RecordCall(Box<RecordCall>),
    /// Call a customer whose agent has answered.
    CallCustomer(Box<AgentLeg>),
    /// Have an agent's call hear that the customer is not to be reached.
    TellUnreached { account: String, call_sid: String, status: CallStatus },
    /// End the call of somebody who is not needed any more in a customer's.
    EndCall { account: String, call_sid: String },
    /// Do something to a customer's call that goes on, as somebody in it has asked.
    ControlCall(Box<ControlCall>),
    /// Have the provider forget a recording of which we have a copy.
    DeleteRecording { account: String, recording_sid: String },
}

/// Something that is to be done to a customer's call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlCall {
    /// The customer's.
    pub call_sid: String,
    #[serde(flatten)]
    pub what: CallControl,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CallControl {
    Hold {
        participant: String,
        on: bool,
    },
    Mute {
        participant: String,
        on: bool,
    },
    /// Press keys for the customer's side to hear. `id` tells one pressing from another.
    Digits {
        digits: String,
        id: String,
    },
    /// Begin, pause or end the recording; `customer` is their address, for which its news will be.
    Record {
        state: RecordingWish,
        customer: String,
    },
    /// Begin to write down what is said; `customer` as above.
    Transcribe {
        customer: String,
    },
    /// Call a number into it. `hold`: the customer is put on hold before.
    Add {
        leg: PartyLeg,
        to: String,
        hold: bool,
        transfer: bool,
    },
    /// Call a supervisor into it.
    Monitor {
        leg: PartyLeg,
        worker_sid: WorkerSid,
        contact_uri: String,
        mode: MonitorMode,
    },
    /// Change how a supervisor is in it.
    Mode {
        participant: String,
        mode: MonitorMode,
    },
}

/// How the recording of a call is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingWish {
    On,
    Paused,
    Off,
}

/// A call that a flow makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceCall {
    pub account: String,
    pub call: call::PlaceCall,
    pub flow: FlowCall,
    pub asked: Asked,
}

/// A recording that a flow begins or ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordCall {
    pub account: String,
    pub call_sid: String,
    pub recording: call::RecordCall,
    pub flow: FlowCall,
    pub asked: Asked,
}

/// Between whom the execution goes that has asked for something: whose group of `inbound` hears what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub address: Address,
    pub our_address: String,
}

/// An address that nobody had written from before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpProfile {
    pub address: Address,
}

/// One attachment of a stored message, and where its sender put it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchMedia {
    pub key: MessageKey,
    pub channel: ChannelKind,
    pub account: String,
    /// Which of the message's attachments, counted from 0.
    pub index: usize,
    pub attachment: Attachment,
}

/// A message on its way out, and what is to be stored of it besides by whoever finds that it is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboundBody {
    #[serde(flatten)]
    pub message: OutboundMessage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// Where and by whom a message was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub conversation_sid: ConversationSid,
    pub author: Author,
    /// What it answers, as the timeline has it; the message itself has what its provider wants to hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}
