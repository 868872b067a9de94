//! Sort keys: texts of fixed width whose ascending order is the order in which things are taken.

use patchbay_model::TaskOrder;

/// Largest priority of a task (TaskRouter docs, "Tasks resource": 0 to 2^31 - 1).
pub const PRIORITY_MAX: u32 = 2_147_483_647;

/// Where a task stands among those that wait. FIFO: highest priority first, then the oldest. LIFO: the newest
/// first, whatever the priority. A priority above [`PRIORITY_MAX`] counts as that.
///
/// Source: TaskRouter docs, "Task queue ordering".
#[must_use]
pub fn waiting_key(order: TaskOrder, priority: u32, virtual_start_ms: i64) -> String {
    let (urgency, time) = match order {
        TaskOrder::Fifo => (PRIORITY_MAX - priority.min(PRIORITY_MAX), ascending(virtual_start_ms)),
        TaskOrder::Lifo => (0, !ascending(virtual_start_ms)),
    };
    format!("{urgency:08x}-{time:016x}")
}

/// The `virtual_start_ms` that a waiting key was made of, whatever the order of its queue was then; `None` for what is
/// no waiting key. Tasks from before 1970 are not told from others.
#[must_use]
pub fn waiting_since(key: &str) -> Option<i64> {
    let (_, time) = key.split_once('-')?;
    let time = u64::from_str_radix(time, 16).ok()?;
    // `ascending` of a time after 1970 is in the upper half, its complement in the lower.
    let ascending = if time >> 63 == 1 { time } else { !time };
    Some((ascending ^ (1 << 63)).cast_signed())
}

/// Where a worker stands among those that can take a task: the longest without an assignment first.
#[must_use]
pub fn token_key(last_assigned_ms: i64) -> String {
    format!("{:016x}", ascending(last_assigned_ms))
}

/// Puts signed numbers in the order of unsigned ones.
pub(crate) fn ascending(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;

    proptest! {
        #[test]
        fn fifo_is_priority_then_age(a in 0..=PRIORITY_MAX, b in 0..=PRIORITY_MAX, s: i64, t: i64) {
            let keys = waiting_key(TaskOrder::Fifo, a, s).cmp(&waiting_key(TaskOrder::Fifo, b, t));
            prop_assert_eq!(keys, (Reverse(a), s).cmp(&(Reverse(b), t)));
        }

        #[test]
        fn fifo_of_one_priority_is_age(priority in 0..=PRIORITY_MAX, s: i64, t: i64) {
            let key = |start| waiting_key(TaskOrder::Fifo, priority, start);
            prop_assert_eq!(key(s).cmp(&key(t)), s.cmp(&t));
        }

        #[test]
        fn lifo_is_newest_first(a in 0..=PRIORITY_MAX, b in 0..=PRIORITY_MAX, s: i64, t: i64) {
            let keys = waiting_key(TaskOrder::Lifo, a, s).cmp(&waiting_key(TaskOrder::Lifo, b, t));
            prop_assert_eq!(keys, t.cmp(&s));
        }

        #[test]
        fn tokens_are_longest_idle_first(s: i64, t: i64) {
            prop_assert_eq!(token_key(s).cmp(&token_key(t)), s.cmp(&t));
        }

        #[test]
        fn a_waiting_key_tells_since_when(priority: u32, start in 0..=i64::MAX) {
            for order in [TaskOrder::Fifo, TaskOrder::Lifo] {
                prop_assert_eq!(waiting_since(&waiting_key(order, priority, start)), Some(start));
            }
        }

        #[test]
        fn widths_are_fixed(priority: u32, start: i64) {
            prop_assert_eq!(waiting_key(TaskOrder::Fifo, priority, start).len(), 25);
            prop_assert_eq!(waiting_key(TaskOrder::Lifo, priority, start).len(), 25);
            prop_assert_eq!(token_key(start).len(), 16);
        }
    }

    #[test]
    fn what_is_no_waiting_key_tells_nothing() {
        for key in ["", "7fffffff", "7fffffff-", "7fffffff-xyz"] {
            assert_eq!(waiting_since(key), None, "{key}");
        }
    }

    #[test]
    fn priority_limit() {
        let key = |priority| waiting_key(TaskOrder::Fifo, priority, 0);
        assert!(key(PRIORITY_MAX) < key(PRIORITY_MAX - 1));
        assert_eq!(key(PRIORITY_MAX + 1), key(PRIORITY_MAX));
    }
}
