//! Files that customers have sent: what the played providers' media endpoints serve.

use patchbay_channels::simulate::PlayedFile;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Files that are kept; older ones are forgotten.
const FILES_MAX: usize = 1_000;
/// The first file's id: providers' ids are long.
const FIRST_ID: u64 = 100_000_000_001;

#[derive(Default)]
struct Kept {
    files: VecDeque<PlayedFile>,
    /// Files that have been forgotten.
    gone: u64,
}

#[derive(Default)]
pub(super) struct Files(Mutex<Kept>);

impl Files {
    /// Keeps a file and gives it an id, of digits.
    pub(super) fn keep(&self, file: PlayedFile) -> String {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.files.push_back(file);
        if kept.files.len() > FILES_MAX {
            kept.files.pop_front();
            kept.gone += 1;
        }
        (FIRST_ID + kept.gone + kept.files.len() as u64 - 1).to_string()
    }

    pub(super) fn get(&self, id: &str) -> Option<PlayedFile> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = id.parse::<u64>().ok()?.checked_sub(FIRST_ID)?.checked_sub(kept.gone)?;
        kept.files.get(usize::try_from(at).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_under_their_ids_and_the_oldest_are_forgotten() {
        let files = Files::default();
        let file =
            |n: usize| PlayedFile { content_type: "text/plain".into(), bytes: n.to_string().into_bytes() };
        let ids: Vec<String> = (0..=FILES_MAX).map(|n| files.keep(file(n))).collect();
        assert_eq!(files.get(&ids[0]), None);
        for n in [1, 2, FILES_MAX] {
            assert_eq!(files.get(&ids[n]), Some(file(n)));
        }
        assert_eq!(files.get("7"), None);
        assert_eq!(files.get("x"), None);
    }
}
