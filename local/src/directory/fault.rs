//! What is wrong with a directory, for people.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryFault {
    pub file: PathBuf,
    /// Counted from 1; 0 when it is about the file as a whole.
    pub line: usize,
    pub reason: String,
}

impl DirectoryFault {
    pub(super) fn at(file: &Path, line: usize, reason: impl ToString) -> DirectoryFault {
        DirectoryFault { file: file.to_owned(), line, reason: reason.to_string() }
    }
}

impl fmt::Display for DirectoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.reason),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.reason),
        }
    }
}

/// Everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} in the configuration:{}", counted(.0.len()), listed(.0))]
pub struct Faults(pub Vec<DirectoryFault>);

fn counted(count: usize) -> String {
    if count == 1 { "one fault".into() } else { format!("{count} faults") }
}

fn listed(faults: &[DirectoryFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}
