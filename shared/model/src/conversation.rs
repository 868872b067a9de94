//! One contact's ordered messages with participants, across channels.

use crate::limits::TASKS_KEPT_MAX;
use crate::{
    Address, ContactSid, ConversationSid, ExecutionSid, FlowSid, Seq, TaskSid, Timestamp, WorkerSid,
};
use serde::{Deserialize, Serialize};

/// What an inbound message of the conversation meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ConversationState {
    /// A flow execution is active, running or waiting.
    Flow,
    /// A task is pending or reserved.
    Waiting,
    /// One or more agents participate.
    WithAgent,
    Closed,
}

/// A conversation. It is written when its state changes, never for a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Conversation {
    pub sid: ConversationSid,
    pub contact_sid: ContactSid,
    pub state: ConversationState,
    /// The agents on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub workers: Vec<WorkerSid>,
    /// The task that is open for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_sid: Option<TaskSid>,
    /// All that were open for it, the newest last, at most `limits::TASKS_KEPT_MAX`: what an erasure takes along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub tasks: Vec<TaskSid>,
    /// The execution that is active on it, and its flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<(ExecutionSid, FlowSid)>,
    /// The customer's address in use when the state last changed: where an answer goes when no later inbound
    /// message says otherwise.
    pub address: Address,
    /// Our address on that channel (the number, page or bot that was written to).
    pub our_address: String,
    /// Where the contact's messages go since they were found to be somebody else's: this conversation is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ContactSid>,
    /// The position of its first message.
    pub first_seq: Seq,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the changes; every write is conditional on the one before.
    pub version: u64,
}

impl Conversation {
    /// Opens a task for it.
    pub fn begin_task(&mut self, task: TaskSid) {
        if !self.tasks.contains(&task) {
            if self.tasks.len() >= TASKS_KEPT_MAX {
                self.tasks.remove(0);
            }
            self.tasks.push(task.clone());
        }
        self.task_sid = Some(task);
    }
}
