//! What agents' desks are told (`desk` of `config/workspace.json`).

use crate::ChannelKind;
use serde::{Deserialize, Serialize};

/// Seconds after which a customer should have an answer, unless a center says otherwise.
pub const ANSWER_S_TARGET: u32 = 120;

/// Helps agents to answer. Unknown keys are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskDocument {
    #[serde(default)]
    pub canned_replies: Vec<CannedReply>,
    /// What providers have approved to be said while a channel's window for free messages is closed.
    #[serde(default)]
    pub templates: Vec<TemplateDocument>,
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
            templates: Vec::new(),
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
    /// Answers for the customer to choose from, where the channel has buttons; elsewhere the text goes alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// A message that a provider has approved, as agents choose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateDocument {
    pub channel: ChannelKind,
    /// The account that has it; none: every account of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The provider's name or id of it.
    pub name: String,
    /// As the provider writes it: `en_US`.
    pub language: String,
    /// What was approved, with `{{1}}`, `{{2}}`, … for what is filled in (Meta, "Message templates").
    pub text: String,
    /// What agents are asked for, in the order of the placeholders; one of the form `contact.…` or `agent.name` is
    /// filled in by the desk, as in canned replies.
    #[serde(default)]
    pub parameters: Vec<String>,
}
