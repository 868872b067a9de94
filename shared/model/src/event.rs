//! What a provider tells us, normalised: the body of a message on the inbound queue.

use crate::call::CallStatus;
use crate::{
    ChannelKind, ContactSid, Content, ExecutionSid, Message, MessageKey, MessageStatus, ReservationSid,
    TaskSid, Timestamp, Tokens, WorkerSid,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event of a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboundEvent {
    /// The provider's id of the event, unique within channel and account: what deduplication goes by.
    pub event_id: String,
    pub channel: ChannelKind,
    pub account: String,
    /// The customer's address on the channel.
    pub contact_address: String,
    /// Our address that was written to.
    pub our_address: String,
    /// The provider's own time of the event, where it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_time: Option<Timestamp>,
    /// That time is the second in which it happened, and says nothing of when within it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_the_second: bool,
    /// When the webhook came in (set by the webhook handler).
    pub received_at: Timestamp,
    /// What the provider says about the person besides the message.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Facts about a person that come with an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Profile {
    pub fn is_empty(&self) -> bool {
        *self == Profile::default()
    }
}

/// A right to answer for free, once and soon (LINE's reply token).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyToken {
    pub token: String,
    /// The last moment at which it is worth a try.
    pub usable_until: Timestamp,
}

/// What an answer needs to know of the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyContext {
    /// Good for one answer.
    Token(ReplyToken),
    /// Good for all of them.
    Thread(Thread),
}

/// A thread of mails, as its last one leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub subject: String,
    /// The ids of its mails, oldest first, without angle brackets; the last is the one that is answered.
    pub references: Vec<String>,
}

impl Thread {
    /// The thread as `message` leaves it, where that is a mail somebody wrote.
    pub fn after(message: &Message) -> Option<Thread> {
        match &message.content {
            Content::Email(mail) if !mail.automatic => {
                let ids = mail.references.iter().chain(&message.provider_id);
                Some(Thread { subject: mail.subject.clone(), references: ids.cloned().collect() })
            }
            _ => None,
        }
    }
}

/// How a receipt names the message it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// Our own key came back in the provider's callback field.
    Ours(MessageKey),
    /// Only the provider's id is known.
    Provider(String),
    /// Everything of ours up to this moment (Messenger's watermark).
    Until(Timestamp),
}

/// What the provider tells of a phone call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallNews {
    /// The provider's id of the call.
    pub call_sid: String,
    pub told: Told,
    /// Its parameters as they came (`CallSid`, `CallStatus`, `RecordingUrl`, …): what flows read.
    pub params: BTreeMap<String, String>,
}

/// An agent's side of a customer's call: for which reservation their phone is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLeg {
    /// The provider's id of the customer's call.
    pub customer_call: String,
    pub task_sid: TaskSid,
    pub reservation_sid: ReservationSid,
    pub worker_sid: WorkerSid,
    /// The name of the conference that they join, where it is not the task's SID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference: Option<String>,
    /// They come as well, and the call stays whose it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invited: bool,
    /// The customer's address and ours: whose events its news stand among.
    pub customer: String,
    pub ours: String,
}

impl AgentLeg {
    /// The name of the conference that they join.
    pub fn conference(&self) -> &str {
        self.conference.as_deref().unwrap_or(self.task_sid.as_str())
    }
}

/// The side of somebody who is in a customer's call without a task of their own: a number that was added, a supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyLeg {
    /// The provider's id of the customer's call.
    pub customer_call: String,
    /// What they are called in the call.
    pub label: String,
    /// The name of the conference that they join.
    pub conference: String,
    /// They join unheard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// They are heard by this call alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coach: Option<String>,
    /// The customer's address and ours: whose events its news stand among.
    pub customer: String,
    pub ours: String,
}

/// A call that a flow makes: which of its steps waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowCall {
    pub contact_sid: ContactSid,
    pub execution_sid: ExecutionSid,
    /// The step's own name of the call (`patchbay_flow::EffectId`).
    pub effect: String,
}

/// What is told of a call. The tag is `about`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Told {
    /// How it stands. News may come late and in any order.
    Status {
        status: CallStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_s: Option<u32>,
        /// The flow that made the call, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow: Option<FlowCall>,
    },
    /// The call is an agent's: they have taken it, or it is over.
    Agent { leg: AgentLeg, answered: bool },
    /// The call is that of somebody who was called into a customer's: they have answered, or it is over.
    Party { leg: PartyLeg, joined: bool },
    /// A message of the caller's, or a recording of the call, can be fetched.
    Recording {
        recording_sid: String,
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_s: Option<u32>,
        /// It is a message that the caller has left.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_message: bool,
    },
    /// A customer whom we call for an agent, by the center's own name of the call: how that stands.
    Customer {
        leg: String,
        status: CallStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_s: Option<u32>,
    },
    /// What is said in a recording.
    Transcript { recording_sid: String, text: String },
    /// What somebody on the call has said, as the provider has understood it.
    Said {
        /// Names it within its call.
        id: String,
        by_customer: bool,
        text: String,
    },
}

/// What happened. The tag is `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The customer said something.
    Message {
        provider_id: String,
        content: Content,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_context: Option<ReplyContext>,
        /// The message in the shape of Twilio's webhook (`From`, `To`, `Body`, `MessageSid`, `NumMedia`,
        /// `MediaUrl0`, …), on every channel: what flows read as `trigger.message` and `widgets.*.inbound`.
        params: BTreeMap<String, String>,
        /// Said by the business in the provider's own app, not by the customer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        echo: bool,
        #[serde(default, skip_serializing_if = "Tokens::is_empty")]
        tokens: Tokens,
    },
    /// The customer changed a message.
    Edited {
        provider_id: String,
        content: Content,
    },
    /// The customer took a message back.
    Deleted {
        provider_id: String,
    },
    /// The customer reacted to a message, theirs or ours, or took the reaction back.
    Reaction {
        /// The message that it is about.
        provider_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// What became of a message of ours.
    Receipt {
        reference: Reference,
        status: MessageStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The customer allows or forbids that we write; the provider may already have answered.
    Consent {
        opted_in: bool,
        /// The words, where there were any: they are kept in the timeline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Content>,
    },
    Typing {
        on: bool,
    },
    /// News of a phone call, for which nobody waits on the line.
    Call(Box<CallNews>),
    /// Anything else worth a line in the timeline: followed, joined a group, linked an account, …
    Note {
        name: String,
        text: String,
    },
}
