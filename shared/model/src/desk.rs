//! What agents' desks are told (`desk` of `config/workspace.json`).

use serde::{Deserialize, Serialize};

/// Seconds after which a customer should have an answer, unless a center says otherwise.
pub const ANSWER_S_TARGET: u32 = 120;

/// Helps agents to answer. Unknown keys are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskDocument {
    #[serde(default)]
    pub canned_replies: Vec<CannedReply>,
    /// How tasks may end: what agents choose from when they complete one.
    #[serde(default)]
    pub dispositions: Vec<String>,
    /// Seconds after which a customer should have an answer: what desks colour waiting times by.
    #[serde(default = "answer_s_target")]
    pub answer_s_target: u32,
}

fn answer_s_target() -> u32 {
    ANSWER_S_TARGET
}

impl Default for DeskDocument {
    fn default() -> DeskDocument {
        DeskDocument {
            canned_replies: Vec::new(),
            dispositions: Vec::new(),
            answer_s_target: ANSWER_S_TARGET,
        }
    }
}

/// A text that agents need often. Its variables, `{{contact.name}}`, `{{contact.attributes.…}}`, `{{agent.name}}`,
/// are filled in by the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedReply {
    /// What the agent types for it, after `/`.
    pub shortcut: String,
    pub text: String,
    /// For customers of this language (the contact's attribute `language`); none: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}
