//! How long a queue's handler may run, and what follows from it: the numbers that belong together. A test compares
//! `template.yaml` with them.

use patchbay_model::Timestamp;

/// Seconds after its beginning from which a batch begins nothing more: its other records come again.
pub const BEGIN_S_MAX: u32 = 10;
/// Milliseconds that all calls of one record to other people's servers take.
pub const CALLS_MS_MAX: u32 = 30_000;
/// Seconds that are left for what the last record does with table, queues and sockets, whose clients try again.
const OWN_S: u32 = 15;
/// Seconds after which a handler has ended, one way or another: the functions' timeout.
pub const HANDLER_S_MAX: u32 = BEGIN_S_MAX + CALLS_MS_MAX / 1000 + OWN_S;
/// Seconds that a received message stays hidden (AWS Lambda, "Configuring a queue to use with Lambda": six times the
/// function's timeout, so that batches which wait for a free function are not delivered twice).
pub const VISIBILITY_S: u32 = 6 * HANDLER_S_MAX;
/// Receipts after which a message becomes a dead letter (SQS `maxReceiveCount`).
pub const RECEIVE_COUNT_MAX: u32 = 5;
/// How many times longer each wait is than the one before it; the first is a second, for whoever lost a race. The four
/// of a message take 81 seconds together: a short outage makes no dead letters.
const BACKOFF_FACTOR: u32 = 4;
/// Seconds between two tries at the most.
const BACKOFF_S_MAX: u32 = 60;

/// Seconds until a message that was received so often, and failed, is tried again: 1, 4, 16, 60. Without this it would
/// stay hidden for `VISIBILITY_S`, which is meant for handlers that died.
pub fn backoff_s(receive_count: u32) -> u32 {
    BACKOFF_FACTOR.saturating_pow(receive_count.saturating_sub(1)).min(BACKOFF_S_MAX)
}

/// Until when a batch that begins now may begin a record.
pub(crate) fn begin_until(now: Timestamp) -> Timestamp {
    now.plus_s(i64::from(BEGIN_S_MAX))
}

/// Milliseconds that are left of a record's calls, `CALLS_MS_MAX` at the most.
pub(crate) fn calls_left_ms(spent_ms: i64) -> u32 {
    let spent = u32::try_from(spent_ms.max(0)).unwrap_or(u32::MAX);
    CALLS_MS_MAX.saturating_sub(spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_back_off_to_a_minute() {
        let check = |receive_count: u32, s: u32| assert_eq!(backoff_s(receive_count), s, "{receive_count}");
        check(1, 1);
        check(2, 4);
        check(3, 16);
        check(4, BACKOFF_S_MAX);
        check(u32::MAX, BACKOFF_S_MAX);
    }

    #[test]
    fn time_that_is_spent_is_gone() {
        let check = |spent: i64, left: u32| assert_eq!(calls_left_ms(spent), left, "{spent}");
        check(0, CALLS_MS_MAX);
        // A clock that was set back gives nothing.
        check(-5, CALLS_MS_MAX);
        check(1, CALLS_MS_MAX - 1);
        check(i64::from(CALLS_MS_MAX), 0);
        check(i64::MAX, 0);
    }
}
