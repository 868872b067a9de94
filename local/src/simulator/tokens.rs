//! A bounded memory of texts by text: the oldest are forgotten.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Entries of one memory.
pub(super) const ENTRIES_MAX: usize = 10_000;

#[derive(Default)]
struct Entries {
    values: HashMap<String, String>,
    oldest_first: VecDeque<String>,
}

#[derive(Default)]
pub(super) struct Remembered(Mutex<Entries>);

impl Remembered {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a value; `false` when the key was known, whose value then stays.
    pub(super) fn remember(&self, key: &str, value: &str) -> bool {
        let mut entries = self.entries();
        if entries.values.contains_key(key) {
            return false;
        }
        entries.values.insert(key.to_owned(), value.to_owned());
        entries.oldest_first.push_back(key.to_owned());
        if entries.oldest_first.len() > ENTRIES_MAX
            && let Some(oldest) = entries.oldest_first.pop_front()
        {
            entries.values.remove(&oldest);
        }
        true
    }

    /// Forgets a key and tells its value.
    pub(super) fn take(&self, key: &str) -> Option<String> {
        let mut entries = self.entries();
        let value = entries.values.remove(key)?;
        entries.oldest_first.retain(|known| known != key);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_remembered_once_and_taken_once() {
        let memory = Remembered::default();
        assert!(memory.remember("a", "1"));
        assert!(!memory.remember("a", "2"));
        assert_eq!(memory.take("a").as_deref(), Some("1"));
        assert_eq!(memory.take("a"), None);
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let memory = Remembered::default();
        for number in 0..=ENTRIES_MAX {
            memory.remember(&number.to_string(), "");
        }
        assert_eq!(memory.take("0"), None);
        assert!(memory.take("1").is_some() && memory.take(&ENTRIES_MAX.to_string()).is_some());
    }
}
