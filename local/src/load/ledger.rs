//! What became of each message, by its number.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Instant;

/// How a message's text begins that is counted; its number follows, and a space.
const MARK: &str = "load-";

/// Microseconds from the start of the measurement; 0 is "never".
#[derive(Default)]
struct Entry {
    due_us: AtomicU32,
    accepted_us: AtomicU32,
    delivered_us: AtomicU32,
}

pub(super) struct Ledger {
    start: OnceLock<Instant>,
    entries: Vec<Entry>,
    accepted: AtomicUsize,
    refused: AtomicUsize,
    delivered: AtomicUsize,
    repeated: AtomicUsize,
}

/// The latencies of one message in microseconds.
pub(super) struct Latency {
    pub accepted_us: Option<u64>,
    pub delivered_us: Option<u64>,
}

impl Ledger {
    pub(super) fn new(messages: usize) -> Ledger {
        Ledger {
            start: OnceLock::new(),
            entries: std::iter::repeat_with(Entry::default).take(messages).collect(),
            accepted: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            delivered: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
        }
    }

    /// The text of a message.
    pub(super) fn text(number: usize) -> String {
        format!("{MARK}{number} hello, is anybody there? I have a question about my order.")
    }

    /// The number in a text or a frame that holds one.
    pub(super) fn number(&self, text: &str) -> Option<usize> {
        let (_, rest) = text.split_once(MARK)?;
        let digits = rest.split_once(' ')?.0;
        digits.parse().ok().filter(|number| *number < self.entries.len())
    }

    pub(super) fn start(&self) -> Instant {
        *self.start.get_or_init(Instant::now)
    }

    fn now_us(&self) -> u32 {
        u32::try_from(self.start().elapsed().as_micros()).unwrap_or(u32::MAX).max(1)
    }

    pub(super) fn due(&self, number: usize, due: Instant) {
        let us = due.saturating_duration_since(self.start()).as_micros();
        self.entries[number].due_us.store(u32::try_from(us).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// The center has answered.
    pub(super) fn answered(&self, number: usize, status: u16) {
        if (200..300).contains(&status) {
            self.entries[number].accepted_us.store(self.now_us(), Ordering::Relaxed);
            self.accepted.fetch_add(1, Ordering::Relaxed);
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// An agent has it.
    pub(super) fn arrived(&self, number: usize) {
        if self.entries[number].delivered_us.swap(self.now_us(), Ordering::Relaxed) == 0 {
            self.delivered.fetch_add(1, Ordering::Relaxed);
        } else {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(super) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    pub(super) fn delivered(&self) -> usize {
        self.delivered.load(Ordering::Relaxed)
    }

    pub(super) fn repeated(&self) -> usize {
        self.repeated.load(Ordering::Relaxed)
    }

    pub(super) fn was_accepted(&self, number: usize) -> bool {
        self.entries[number].accepted_us.load(Ordering::Relaxed) > 0
    }

    /// When each message was accepted and delivered, in microseconds from the start.
    pub(super) fn ends(&self) -> impl Iterator<Item = (Option<u64>, Option<u64>)> {
        let at = |at: &AtomicU32| Some(u64::from(at.load(Ordering::Relaxed))).filter(|us| *us > 0);
        self.entries.iter().map(move |entry| (at(&entry.accepted_us), at(&entry.delivered_us)))
    }

    pub(super) fn latencies(&self) -> impl Iterator<Item = Latency> {
        self.entries.iter().map(|entry| {
            let due = entry.due_us.load(Ordering::Relaxed);
            let since = |at: &AtomicU32| {
                let at = at.load(Ordering::Relaxed);
                (at > 0).then(|| u64::from(at.saturating_sub(due)))
            };
            Latency { accepted_us: since(&entry.accepted_us), delivered_us: since(&entry.delivered_us) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_text() {
        let ledger = Ledger::new(13);
        let frame = format!("{{\"text\":\"{}\"}}", Ledger::text(12));
        assert_eq!(ledger.number(&frame), Some(12));
        assert_eq!(ledger.number(&Ledger::text(13)), None);
        assert_eq!(ledger.number("hello"), None);
    }

    #[test]
    fn what_comes_twice_is_counted_apart() {
        let ledger = Ledger::new(2);
        ledger.answered(0, 200);
        ledger.answered(1, 503);
        ledger.arrived(0);
        ledger.arrived(0);
        let counts = (ledger.accepted(), ledger.refused(), ledger.delivered(), ledger.repeated());
        assert_eq!(counts, (1, 1, 1, 1));
        assert!(ledger.was_accepted(0) && !ledger.was_accepted(1));
    }
}
