//! One message of a queue as a handler receives it, and what of a batch of them is to come again.

use crate::budget::{RECEIVE_COUNT_MAX, begin_until};
use patchbay_model::Timestamp;
use std::collections::BTreeSet;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::BEGIN_S_MAX;

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
}
