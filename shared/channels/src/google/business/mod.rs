//! Business Messages as it was: people are known by the conversation that they began.

mod normalise;
mod render;
mod wire;

use crate::channel::{Capabilities, TextUnit};

/// Suggestions below one message.
const SUGGESTIONS_MAX: usize = 13;
/// Seconds after the customer's last message within which one may write.
const WINDOW_S: u32 = 30 * 24 * 60 * 60;

/// Business Messages, "conversations.messages": a text has 4,096 characters, of files pictures only.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    text_max: 4_096,
    text_unit: TextUnit::Utf16,
    text_splits: true,
    attachments_max: 1,
    media_types: &["image/jpeg", "image/png"],
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
    window_s: Some(WINDOW_S),
    idempotent_send: true,
    signs_body: true,
};
