//! The bodies of queue messages: commands as data. A tag names each, so that a newer version can be told from
//! an older one that is still in a queue.

use crate::budget::{RECEIVE_COUNT_MAX, begin_until};
use crate::store::MonitorMode;
use patchbay_channels::webchat::Identity;
use patchbay_flow::FlowInput;
use patchbay_model::call::{self, CallStatus};
use patchbay_model::event::{AgentLeg, FlowCall, PartyLeg};
use patchbay_model::{
    Address, Attachment, Author, ChannelKind, ContactSid, ConversationSid, ExecutionSid, InboundEvent,
    Invitation, MessageKey, MessageSid, OutboundMessage, ReservationSid, TaskSid, Timestamp, WorkerSid,
    WorkflowSid, id::digest16, id::hex,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

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
    /// A conversation closed at `closed_at`: look for messages that were stored behind its back.
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

/// One message of a queue as a handler receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The queue's id of the message: what a handler reports a failure by.
    pub message_id: String,
    /// FIFO queues only.
    pub group: Option<String>,
    pub body: String,
    /// How often it has been received, this time included.
    pub receive_count: u32,
}

/// What of a batch of a FIFO queue failed. After the first failure of a group the rest of the group counts as
/// failed too: handling it now would put it in front. So does what the batch has no time to begin.
#[derive(Debug)]
pub struct FifoFailures {
    ids: Vec<String>,
    groups: BTreeSet<String>,
    begin_until: Timestamp,
}

impl FifoFailures {
    /// Of a batch that begins now.
    pub fn new(now: Timestamp) -> FifoFailures {
        FifoFailures { ids: Vec::new(), groups: BTreeSet::new(), begin_until: begin_until(now) }
    }

    /// Whether there is time to begin something.
    pub fn has_time(&self, now: Timestamp) -> bool {
        now <= self.begin_until
    }

    /// Whether the record must wait, for an earlier one or for another batch; it is then reported.
    pub fn holds_back(&mut self, record: &Record, now: Timestamp) -> bool {
        let held = record.group.as_ref().is_some_and(|group| self.groups.contains(group));
        let late = !self.has_time(now);
        if held || late {
            self.ids.push(record.message_id.clone());
            self.groups.extend(record.group.clone());
        }
        held || late
    }

    /// The record has failed. After its last receipt it becomes a dead letter and lets its group go on: whoever waited
    /// behind it is tried at once, or would have been received too often by the same moment.
    pub fn push(&mut self, record: &Record) {
        self.ids.push(record.message_id.clone());
        if record.receive_count < RECEIVE_COUNT_MAX {
            self.groups.extend(record.group.clone());
        }
    }

    /// The ids to report, in the order of the batch.
    pub fn into_ids(self) -> Vec<String> {
        self.ids
    }
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
    use crate::budget::BEGIN_S_MAX;
    use crate::ports::{Outgoing, QueueName};
    use crate::rules::queue::check_outgoing;

    fn record(message_id: &str, group: Option<&str>) -> Record {
        Record {
            message_id: message_id.into(),
            group: group.map(str::to_owned),
            body: String::new(),
            receive_count: 1,
        }
    }

    #[test]
    fn a_failure_holds_back_its_group_only() {
        let now = Timestamp(0);
        let mut failures = FifoFailures::new(now);
        failures.push(&record("1", Some("a")));
        assert!(failures.holds_back(&record("2", Some("a")), now));
        assert!(!failures.holds_back(&record("3", Some("b")), now));
        failures.push(&record("4", None));
        assert!(!failures.holds_back(&record("5", None), now));
        assert_eq!(failures.into_ids(), ["1", "2", "4"]);
    }

    #[test]
    fn poison_takes_nobody_of_its_group_with_it() {
        let now = Timestamp(0);
        let received = |id: &str, receive_count: u32| Record { receive_count, ..record(id, Some("a")) };
        for (receive_count, held) in [(RECEIVE_COUNT_MAX - 1, true), (RECEIVE_COUNT_MAX, false)] {
            let mut failures = FifoFailures::new(now);
            failures.push(&received("1", receive_count));
            assert_eq!(failures.holds_back(&received("2", receive_count), now), held, "{receive_count}");
        }
    }

    #[test]
    fn a_batch_begins_nothing_after_its_time() {
        let mut failures = FifoFailures::new(Timestamp(0));
        let last = Timestamp(i64::from(BEGIN_S_MAX) * 1000);
        assert!(!failures.holds_back(&record("1", Some("a")), last));
        assert!(failures.holds_back(&record("2", Some("b")), last.plus_ms(1)));
        // Time that goes back must not put a later record of the group in front.
        assert!(failures.holds_back(&record("3", Some("b")), last));
        assert_eq!(failures.into_ids(), ["2", "3"]);
    }

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
