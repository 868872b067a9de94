//! RCS for Business: people are known by their numbers.

mod normalise;
mod render;
mod wire;

use crate::channel::{Capabilities, TextUnit};
use std::ops::RangeInclusive;

/// What Google writes after an agent's id.
pub(super) const AGENT_SUFFIX: &str = "@rbm.goog";
/// Seconds that a message may be kept for a device that is switched off: Google keeps it 30 days at most.
pub(super) const TTL_S: RangeInclusive<u32> = 10..=2_592_000;

/// Suggestions below one message.
const SUGGESTIONS_MAX: usize = 11;

/// RCS for Business, "phones.agentMessages": a text has 3,072 characters, a message 11 suggestions. Counted in
/// UTF-16 units: what fits so fits however Google counts.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    text_max: 3_072,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: 1,
    media_types: &["image/jpeg", "image/png", "image/gif", "video/", "audio/", "application/pdf"],
    locations: false,
    stickers: false,
    contacts: false,
    choices_max: SUGGESTIONS_MAX,
    reactions: false,
    replies: false,
    typing_in: true,
    typing_out: true,
    delivered_receipts: true,
    read_receipts: true,
    window_s: None,
    idempotent_send: true,
    signs_body: true,
};
