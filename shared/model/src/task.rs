//! Units of work.

use crate::{
    ConversationSid, ReservationSid, ReservationStatus, TaskQueueSid, TaskSid, Timestamp, WorkerSid,
    WorkflowSid,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// TaskRouter's assignment status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum TaskStatus {
    Pending,
    Reserved,
    Assigned,
    Wrapping,
    Completed,
    Canceled,
}

/// In which order a task queue hands out its tasks (TaskRouter `TaskOrder`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TaskOrder {
    /// Highest priority first, then the oldest.
    #[default]
    Fifo,
    /// The newest first; priority plays no part.
    Lifo,
}

/// One offer of a task that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskReservation {
    pub sid: ReservationSid,
    pub worker_sid: WorkerSid,
    pub status: ReservationStatus,
    pub created_at: Timestamp,
    /// When the offer lapses; meaningless once it is accepted.
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Chosen>,
}

/// How a worker came to be offered a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Of those who fitted and had room it had waited longest.
    LongestIdle,
    /// It came first in the order that the workflow's target asks for; of those alike it had waited longest.
    Ordered,
    /// The task was for this worker.
    Named,
    /// It had room, and of the tasks that waited for it this one came first.
    NextInLine,
}

/// Why a worker was offered a task, as things were then. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub how: How,
    /// Milliseconds since it was given a task before, or since it came.
    pub idle_ms: i64,
    /// Tasks that it held on the task channel, of as many as it can.
    pub assigned: u32,
    pub capacity: u32,
    /// Workers with room for it that were looked at, itself included.
    pub free: u32,
}

/// A worker to whom the task is not offered again before `until`, while others can have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    pub worker_sid: WorkerSid,
    pub until: Timestamp,
}

/// Where a task stands in its workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub filter: usize,
    pub target: usize,
    /// Age in the workflow at which the step's window begins, in milliseconds.
    #[serde(default)]
    pub window_start_ms: i64,
    /// Whether an earlier filter was left by a timeout: the default filter is then closed to the task.
    #[serde(default)]
    pub timed_out: bool,
}

/// Where a task waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingEntry {
    /// The waiting list: of a demand, or of one worker, on one task channel.
    pub list: String,
    /// Its place there, as a sort key.
    pub order: String,
    /// What each candidate must be asked besides, as an expression; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
}

/// That a task asks a colleague into the conversation of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The task that the conversation was at.
    pub of: TaskSid,
    /// Who asks.
    pub by: WorkerSid,
    /// How long a task of this conversation may wait: an invitation may not for as long, and may become its task.
    pub timeout_s: u32,
    /// Who was on the conversation: nobody is asked in who is there.
    pub without: Vec<WorkerSid>,
}

/// A task. Every write is conditional on `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub sid: TaskSid,
    pub status: TaskStatus,
    pub workflow_sid: WorkflowSid,
    /// The queue of the present step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_sid: Option<TaskQueueSid>,
    /// The workflow step it is in; none in the default filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// The way through its workflow that led to where it stands, for people: at most `limits::WAY_CHARS_MAX`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub way: String,
    /// When the present step ends, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_deadline: Option<Timestamp>,
    /// Its entry in a waiting list; present exactly when the entry exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingEntry>,
    /// When the timer that is under way for it is due: another timer's firing means nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer_due: Option<Timestamp>,
    /// A worker's or a task queue's SID: the task goes there and its workflow is not asked
    /// (TaskRouter `RoutingTarget`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_target: Option<String>,
    /// TaskRouter's task channel, by unique name.
    pub task_channel: String,
    pub priority: u32,
    /// A JSON object.
    pub attributes: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_sid: Option<ConversationSid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<TaskReservation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<Exclusion>,
    /// Counts the offers made, and so names the next reservation; assignment attempts are bounded by it.
    pub attempts: u32,
    pub timeout_s: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The task that its agent has made of it for somebody else; it is completed then, and its conversation is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred_to: Option<TaskSid>,
    /// A task of its own by which a colleague comes onto a conversation that another task is open for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    pub created_at: Timestamp,
    /// What its place in the queue goes by; `created_at` unless the creator says otherwise.
    pub virtual_start_time: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Task {
    /// The reservation of whoever has accepted it and not completed it.
    pub fn served(&self) -> Option<&TaskReservation> {
        let has = |status| matches!(status, ReservationStatus::Accepted | ReservationStatus::Wrapping);
        self.reservations.iter().find(|reservation| has(reservation.status))
    }
}
