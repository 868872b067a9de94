//! What is wrong with a configuration.

use serde::Serialize;
use std::fmt;

/// One fault: which document, where in it, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigFault {
    /// `workspace`, `flow/<name>`, …
    pub document: String,
    /// A JSON pointer or a Studio property path.
    pub position: String,
    pub reason: String,
}

impl ConfigFault {
    pub fn new(
        document: impl Into<String>,
        position: impl Into<String>,
        reason: impl ToString,
    ) -> ConfigFault {
        ConfigFault { document: document.into(), position: position.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", self.document, self.position, self.reason)
    }
}
