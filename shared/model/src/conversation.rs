//! One contact's ordered messages with participants, across channels.

use crate::limits::{INVITED_MAX, TASKS_KEPT_MAX};
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

/// Somebody who is asked into a conversation, or is on it by invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Invited {
    /// The task of the invitation.
    pub task_sid: TaskSid,
    /// Who asked.
    pub by: WorkerSid,
    /// Who is asked: the SID of a worker or a task queue, and what it is called.
    pub to: String,
    pub name: String,
    /// Who came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_sid: Option<WorkerSid>,
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
    /// Those of them who were asked in, and those who have not come yet; at most `limits::INVITED_MAX`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub invited: Vec<Invited>,
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
        self.keep_task(&task);
        self.task_sid = Some(task);
    }

    fn keep_task(&mut self, task: &TaskSid) {
        if !self.tasks.contains(task) {
            if self.tasks.len() >= TASKS_KEPT_MAX {
                self.tasks.remove(0);
            }
            self.tasks.push(task.clone());
        }
    }

    /// Keeps that somebody is asked in. False when as many are as can be.
    pub fn invite(&mut self, invited: Invited) -> bool {
        if self.invited.len() >= INVITED_MAX {
            return false;
        }
        self.keep_task(&invited.task_sid);
        self.invited.push(invited);
        true
    }

    /// The invitation whose task this is.
    pub fn invitation(&self, task: &TaskSid) -> Option<&Invited> {
        self.invited.iter().find(|invited| invited.task_sid == *task)
    }

    /// Somebody has come by an invitation.
    pub fn came(&mut self, task: &TaskSid, worker: &WorkerSid) {
        for invited in self.invited.iter_mut().filter(|invited| invited.task_sid == *task) {
            invited.worker_sid = Some(worker.clone());
        }
    }

    /// Ends an invitation: whoever came by it leaves, unless they are on the conversation for another reason, too:
    /// another invitation, or because they are its `owner`.
    pub fn uninvite(&mut self, task: &TaskSid, owner: Option<&WorkerSid>) {
        let came = self.invitation(task).and_then(|invited| invited.worker_sid.clone());
        self.invited.retain(|invited| invited.task_sid != *task);
        let stays = |worker: &WorkerSid| {
            Some(worker) == owner
                || self.invited.iter().any(|other| other.worker_sid.as_ref() == Some(worker))
        };
        if let Some(gone) = came.filter(|came| !stays(came)) {
            self.workers.retain(|worker| *worker != gone);
        }
    }

    /// Makes the task of an invitation the conversation's own: `owner` leaves, and whoever came by it has the
    /// conversation.
    pub fn hand_over(&mut self, owner: &WorkerSid, to: &TaskSid) {
        self.workers.retain(|worker| worker != owner);
        self.invited.retain(|invited| invited.task_sid != *to);
        self.begin_task(to.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChannelKind;

    fn worker(name: &str) -> WorkerSid {
        WorkerSid::derive(&[name])
    }

    fn invited(name: &str, came: Option<&str>) -> Invited {
        Invited {
            task_sid: TaskSid::derive(&[name]),
            by: worker("owner"),
            to: name.to_owned(),
            name: name.to_owned(),
            worker_sid: came.map(worker),
        }
    }

    /// With its owner and these on it.
    fn shared(workers: &[&str], invitations: &[Invited]) -> Conversation {
        let contact_sid = ContactSid::random([7; 16]);
        Conversation {
            sid: contact_sid.conversation(1),
            contact_sid,
            state: ConversationState::WithAgent,
            workers: workers.iter().map(|name| worker(name)).collect(),
            invited: invitations.to_vec(),
            task_sid: Some(TaskSid::derive(&["own"])),
            tasks: Vec::new(),
            execution: None,
            address: Address::new(ChannelKind::Sms, "default", "+15005550006"),
            our_address: String::new(),
            merged_into: None,
            first_seq: Seq(0),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            version: 0,
        }
    }

    #[test]
    fn as_many_are_asked_in_as_can_be_and_no_more() {
        let mut conversation = shared(&["owner"], &[]);
        for at in 0..INVITED_MAX {
            assert!(conversation.invite(invited(&at.to_string(), None)));
        }
        assert!(!conversation.invite(invited("one more", None)));
        assert_eq!((conversation.invited.len(), conversation.tasks.len()), (INVITED_MAX, INVITED_MAX));
    }

    #[test]
    fn whoever_came_leaves_with_their_last_reason_to_be_there() {
        let check = |came: &str, others: &[Invited], left: &[&str]| {
            let mut all = others.to_vec();
            all.push(invited("this", Some(came)));
            let mut conversation = shared(&["owner", "ann"], &all);
            conversation.uninvite(&TaskSid::derive(&["this"]), Some(&worker("owner")));
            let left: Vec<WorkerSid> = left.iter().map(|name| worker(name)).collect();
            assert_eq!((conversation.workers, conversation.invited.as_slice()), (left, others), "{came}");
        };
        check("ann", &[], &["owner"]);
        check("ann", &[invited("other", None)], &["owner"]);
        check("ann", &[invited("other", Some("ann"))], &["owner", "ann"]);
        check("owner", &[], &["owner", "ann"]);
    }

    #[test]
    fn a_conversation_goes_to_the_task_of_who_came() {
        let others = [invited("other", Some("bob"))];
        let mut conversation =
            shared(&["owner", "ann", "bob"], &[invited("this", Some("ann")), others[0].clone()]);
        conversation.hand_over(&worker("owner"), &TaskSid::derive(&["this"]));
        assert_eq!(conversation.workers, [worker("ann"), worker("bob")]);
        assert_eq!(
            (conversation.task_sid, conversation.invited.as_slice()),
            (Some(TaskSid::derive(&["this"])), &others[..])
        );
    }
}
