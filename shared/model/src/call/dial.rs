//! Where a caller is put through to.

use super::CallMethod;
use serde::{Deserialize, Serialize};

/// Somebody or something that can be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "snake_case")]
pub enum ConnectTarget {
    /// A phone number.
    Number { number: String },
    /// A softphone of ours, by its identity.
    Client { identity: String },
    /// A SIP address (`sip:kate@example.com`).
    Sip {
        uri: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// A conference, by its name.
    Conference { name: String },
    /// A device with a SIM of the provider, by the SIM's SID.
    Sim { sid: String },
    /// The first who waits in a queue.
    Queue { name: String },
}

impl ConnectTarget {
    /// Whether it can ring together with others: a conference and a queue are always alone.
    pub fn rings(&self) -> bool {
        !matches!(self, ConnectTarget::Conference { .. } | ConnectTarget::Queue { .. })
    }
}

/// Puts the caller through. Several targets ring together, and the first who answers has the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    pub targets: Vec<ConnectTarget>,
    /// What the called see; the caller's own number when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    /// Seconds that it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u32>,
    /// Seconds after which the connected call is ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u32>,
    pub record: bool,
}

/// A waiting queue of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enqueue {
    /// At most [`super::QUEUE_NAME_CHARS_MAX`] characters.
    pub queue: String,
    /// What is heard meanwhile; the provider's music when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_url: Option<String>,
    #[serde(default)]
    pub wait_method: CallMethod,
}
