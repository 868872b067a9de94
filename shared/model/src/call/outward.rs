//! Calls of ours to customers, for agents: their agent answers first, and so they have a name of the center's before they
//! have one of the provider's.

use crate::id::{digest16, hex};

/// What such names begin with: no name of a provider's does.
const PREFIX: &str = "OC";

/// The center's name of a call, derived from what makes it unique.
pub fn outward(parts: &[&str]) -> String {
    format!("{PREFIX}{}", hex(&digest16(&[&["outward"], parts].concat())))
}

/// Whether a call is named so.
pub fn is_outward(call_sid: &str) -> bool {
    call_sid.starts_with(PREFIX)
}
