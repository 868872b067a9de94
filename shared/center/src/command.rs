//! The bodies of queue messages: commands as data. A tag names each, so that a newer version can be told from
//! an older one that is still in a queue.

mod batch;
mod outbound;

pub use batch::{FifoFailures, Record};
pub use outbound::*;

use patchbay_channels::webchat::Identity;
use patchbay_flow::FlowInput;
use patchbay_model::{
    Address, ContactSid, ConversationSid, ExecutionSid, InboundEvent, Invitation, MessageKey, MessageSid,
    ReservationSid, TaskSid, Timestamp, WorkerSid, WorkflowSid, id::digest16, id::hex,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What waits on `inbound`: everything that may move a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum InboundBody {
    /// A provider's event.
    Event(Box<InboundEvent>),
    /// A timer of a flow execution is due.
    FlowTimer { contact_sid: ContactSid, execution_sid: ExecutionSid, timer: String },
    /// Do what an execution has put off because a caller waited on the line.
    Perform { contact_sid: ContactSid, execution_sid: ExecutionSid },
    /// A caller has left a message: somebody is to deal with it.
    LeftMessage(Box<LeftMessage>),
    /// What came of something that an execution has asked for: a call, a recording.
    Outcome { contact_sid: ContactSid, execution_sid: ExecutionSid, input: Box<FlowInput> },
    /// A conversation's task came to this.
    Task { conversation_sid: ConversationSid, task_sid: TaskSid, outcome: TaskOutcome },
    /// A site's server says who a visitor of its web chat is.
    Identify(Box<Identified>),
    /// A message was stored just after its conversation had closed: it belongs to a new one.
    Stray { key: MessageKey },
    /// A message that an agent wanted said later is due.
    Scheduled { contact_sid: ContactSid, message_sid: MessageSid },
    /// Something about a stored message has changed: the agents on its conversation are to see it.
    Changed { key: MessageKey },
}

/// A message that a caller has left, in the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftMessage {
    pub key: MessageKey,
    pub customer: Address,
    pub our_address: String,
    pub at: Timestamp,
    /// Looks so far that found a flow at work.
    pub looks: u32,
}

/// A visitor whom their site vouches for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identified {
    pub account: String,
    pub identity: Identity,
    /// The visitor that they were before they said who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    pub at: Timestamp,
}

/// What a flow learns of the task that it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TaskOutcome {
    /// Its conversation is over (TaskRouter: wrapping or completed).
    Completed,
    /// It left the workflow, or was canceled.
    Canceled { reason: String },
}

/// What waits on `routing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum RoutingBody {
    CreateTask(Box<NewTask>),
    CancelTask {
        task_sid: TaskSid,
        reason: String,
    },
    /// Something about a waiting task may be due: its step's or its own deadline, the end of an exclusion.
    TaskTimer {
        task_sid: TaskSid,
        due: Timestamp,
    },
    ReservationTimer {
        task_sid: TaskSid,
        reservation_sid: ReservationSid,
        due: Timestamp,
    },
    /// Erase a piece of contacts who were found to be one; `again`: look for what came meanwhile.
    Erase {
        contacts: Vec<ContactSid>,
        again: bool,
    },
    /// Look for a worker again.
    RecheckTask {
        task_sid: TaskSid,
    },
    /// Look for tasks again.
    RecheckWorker {
        worker_sid: WorkerSid,
    },
    /// A worker without a socket may have stayed away for too long.
    PresenceTimer {
        worker_sid: WorkerSid,
        absent_since: Timestamp,
    },
    /// A worker's socket has been opened: send it its first frame.
    Welcome {
        worker_sid: WorkerSid,
        connection: String,
        opened_at: Timestamp,
        /// When its token expires.
        expires_at: Timestamp,
    },
    /// A worker accepted a task whose conversation was not written yet: look again whether it is.
    Join {
        worker_sid: WorkerSid,
        task_sid: TaskSid,
        conversation_sid: ConversationSid,
        /// Looks in vain so far.
        looks: u32,
    },
    /// A flow's timer: handed on to `inbound`, whose order it needs and which cannot delay.
    FlowTimer {
        contact_sid: ContactSid,
        execution_sid: ExecutionSid,
        timer: String,
        due: Timestamp,
        address: Address,
        our_address: String,
    },
    /// A conversation was about to close at `closed_at`: look for messages that were stored behind the closing's back.
    CloseCheck {
        conversation_sid: ConversationSid,
        closed_at: Timestamp,
        /// The messages of the last minutes that the closing side had seen.
        seen: Vec<MessageKey>,
    },
    /// A task was about to end: look whether its conversation has heard of it.
    OutcomeCheck {
        task_sid: TaskSid,
        conversation_sid: ConversationSid,
        asked_at: Timestamp,
    },
    /// An agent was about to hand a task on: finish it, if it was begun.
    TransferCheck {
        worker_sid: WorkerSid,
        /// The supervisor who did it in the agent's place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<WorkerSid>,
        task_sid: TaskSid,
        new: Box<NewTask>,
    },
    /// A colleague was about to be asked into a conversation: see that the task is there if the conversation knows of
    /// the invitation, and is gone if it does not.
    InvitationCheck {
        new: Box<NewTask>,
    },
    /// A conversation has ended an invitation: an offer is withdrawn, whoever came writes it up.
    EndInvitation {
        task_sid: TaskSid,
        reason: String,
    },
    /// An agent was about to hand a conversation over to a colleague who is on it: finish it, if it was begun.
    HandOverCheck {
        worker_sid: WorkerSid,
        /// The supervisor who did it in the agent's place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<WorkerSid>,
        task_sid: TaskSid,
        /// The colleague's task.
        to: TaskSid,
    },
    /// The configuration changed: put the workers after this one into the classes that it makes.
    Reclassify {
        version: u64,
        #[serde(default)]
        after: Option<WorkerSid>,
    },
    /// A message that an agent wanted said later may be due.
    Scheduled {
        contact_sid: ContactSid,
        message_sid: MessageSid,
        due: Timestamp,
    },
    /// Look again what came of a message that a caller has left: handed on to `inbound`.
    LeftMessage {
        left: Box<LeftMessage>,
        due: Timestamp,
    },
    /// Once a minute: repair what nothing else has.
    Sweep,
}

/// A task to be made. Its id is derived by whoever asks, so that asking twice makes one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewTask {
    pub task_sid: TaskSid,
    pub workflow_sid: WorkflowSid,
    pub task_channel: String,
    pub attributes: Value,
    #[serde(default)]
    pub priority: u32,
    pub timeout_s: u32,
    #[serde(default)]
    pub conversation_sid: Option<ConversationSid>,
    /// A worker's or a task queue's SID: the workflow is not asked (TaskRouter `RoutingTarget`).
    #[serde(default)]
    pub routing_target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    pub created_at: Timestamp,
}

/// The FIFO group of a pair of addresses: what arrives from one customer on one of our accounts stays in order.
pub fn group(address: &Address, our_address: &str) -> String {
    hex(&digest16(&[address.channel.as_str(), &address.account, &address.id, our_address]))
}

/// The body as the queue carries it: JSON without the two characters that a customer may type and SQS refuses
/// ("SendMessage": the characters of XML 1.0). JSON has none outside its texts, where it can escape them.
pub fn body<T: Serialize>(command: &T) -> String {
    // Our own types serialise: maps have text keys, numbers are finite.
    let json = serde_json::to_string(command).unwrap_or_default();
    if !json.contains(['\u{fffe}', '\u{ffff}']) {
        return json;
    }
    json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Outgoing, QueueName};
    use crate::rules::queue::check_outgoing;

    #[test]
    fn every_text_fits_the_queue_and_reads_back() {
        for text in ["plain", "\u{0}\u{1f}\u{7f}", "\u{fffe}", "a\u{ffff}\"\\"] {
            let body = body(&text);
            let message = Outgoing::after_s(body.clone(), 0);
            assert_eq!(check_outgoing(QueueName::Routing, &message), Ok(()), "{text:?}");
            assert_eq!(serde_json::from_str::<String>(&body).unwrap(), text);
        }
    }
}
