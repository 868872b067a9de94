//! Identifiers: a distinct type per entity, TaskRouter's prefixes where it has one, 32 lower-case hex digits.
//!
//! An id of something that an event causes is **derived** from that event, so that a handler that runs twice
//! makes the same thing twice and the second is recognised.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// A text that is not the id it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix} and 32 hex digits")]
pub struct IdError {
    pub prefix: &'static str,
    pub text: String,
}

/// 16 bytes that are the same for the same parts; parts are length-prefixed, so `["ab", "c"]` and
/// `["a", "bc"]` differ.
pub fn digest16(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let full = hash.finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&full[..16]);
    first
}

/// Lower-case hex of some bytes.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub struct $name(String);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// The id that belongs to these parts, the same at every call.
            pub fn derive(parts: &[&str]) -> Self {
                Self::from_bytes(digest16(parts))
            }

            /// The id with these 16 bytes (from `World::id`).
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                let mut text = String::with_capacity(34);
                text.push_str($prefix);
                text.push_str(&hex(&bytes));
                Self(text)
            }

            /// Reads the text form.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                match text.strip_prefix($prefix) {
                    Some(rest) if rest.len() == 32
                        && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => Ok(Self(text.into())),
                    _ => Err(IdError { prefix: $prefix, text: text.chars().take(64).collect() }),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
    )*};
}

ids! {
    /// An account: the tenant that owns the workspace.
    AccountSid "AC";
    /// A TaskRouter workspace.
    WorkspaceSid "WS";
    /// A worker: the routing record of an agent.
    WorkerSid "WK";
    /// A task.
    TaskSid "WT";
    /// A reservation: the offer of a task to a worker.
    ReservationSid "WR";
    /// A task queue.
    TaskQueueSid "WQ";
    /// A workflow.
    WorkflowSid "WW";
    /// An activity a worker can be in.
    ActivitySid "WA";
    /// A task channel (`chat`, `voice`, …).
    TaskChannelSid "TC";
    /// The record of one worker on one task channel.
    WorkerChannelSid "WC";
    /// A Studio flow.
    FlowSid "FW";
    /// One execution of a flow.
    ExecutionSid "FN";
    /// A contact: a customer.
    ContactSid "CT";
    /// The finding that two contacts are one person, or are not after all.
    MergeSid "CM";
    /// A conversation.
    ConversationSid "CH";
    /// A message of a conversation.
    MessageSid "IM";
    /// A web-chat session.
    SessionSid "WB";
    /// A problem kept for the operator.
    ProblemSid "NO";
}

/// Hex digits of a contact's id that its conversations share with it.
const CONTACT_DIGITS: usize = 24;

impl ContactSid {
    /// A new contact's id: 96 of these 128 random bits, the rest zero, so that the ids of its conversations
    /// can carry it.
    pub fn random(bytes: [u8; 16]) -> ContactSid {
        let mut kept = bytes;
        kept[CONTACT_DIGITS / 2..].fill(0);
        ContactSid::from_bytes(kept)
    }

    /// The id of this contact's conversation number `number`.
    pub fn conversation(&self, number: u32) -> ConversationSid {
        ConversationSid(format!("CH{}{number:08x}", &self.0[2..2 + CONTACT_DIGITS]))
    }
}

impl ConversationSid {
    /// The contact whose conversation it is: read from the id, so that no look-up is billed.
    pub fn contact(&self) -> ContactSid {
        ContactSid(format!("CT{}00000000", &self.0[2..2 + CONTACT_DIGITS]))
    }

    /// Which of the contact's conversations it is, from 1.
    pub fn number(&self) -> u32 {
        u32::from_str_radix(&self.0[2 + CONTACT_DIGITS..], 16).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn derived_ids_are_stable_and_well_formed() {
        let id = TaskSid::derive(&["conversation", "7"]);
        assert_eq!(id, TaskSid::derive(&["conversation", "7"]));
        assert_eq!(TaskSid::parse(id.as_str()), Ok(id.clone()));
        assert_ne!(id, TaskSid::derive(&["conversatio", "n7"]));
        assert_eq!(id.as_str().len(), 34);
    }

    #[test]
    fn foreign_texts_are_refused() {
        for text in ["", "WT", "WK00000000000000000000000000000000", "WT0000000000000000000000000000000G"] {
            assert_eq!(TaskSid::parse(text), Err(IdError { prefix: "WT", text: text.into() }));
        }
    }

    #[test]
    fn a_conversation_names_its_contact() {
        let contact = ContactSid::random([0xab; 16]);
        let third = contact.conversation(3);
        assert_eq!((third.contact(), third.number()), (contact, 3));
    }

    proptest! {
        #[test]
        fn parts_do_not_run_together(a in ".{0,8}", b in ".{0,8}", c in ".{0,8}") {
            prop_assume!(!b.is_empty());
            let glued = format!("{a}{b}");
            prop_assert_ne!(digest16(&[&a, &b, &c]), digest16(&[&glued, &c]));
        }
    }
}
