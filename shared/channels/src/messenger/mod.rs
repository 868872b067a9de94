//! Messenger: the Messenger Platform of a Facebook page. What it shares with Instagram is in
//! `meta::messaging`.

use crate::channel::{Capabilities, TextUnit};
use crate::meta::messaging::{Medium, Messaging, QUICK_REPLIES_MAX, WINDOW_S};
use crate::settings::{Reader, SettingsError};
use crate::simulate::Simulated;
use patchbay_model::ChannelKind;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("app_secret", "0123456789abcdef0123456789abcdef"),
    ("verify_token", "an-invented-verify-token"),
    ("access_token", "an-invented-page-access-token"),
    ("page_id", "110000000000001"),
];

/// Meta, "Send API": a text has 2,000 characters. Counted in UTF-16 units: what fits so fits however Meta
/// counts.
static MEDIUM: Medium = Medium {
    kind: ChannelKind::Messenger,
    object: "page",
    id_key: "page_id",
    api_base: "https://graph.facebook.com",
    capabilities: Capabilities {
        text_max: 2_000,
        text_unit: TextUnit::Utf16,
        text_splits: true,
        attachments_max: 1,
        media_types: &[],
        locations: false,
        stickers: false,
        contacts: false,
        choices_max: QUICK_REPLIES_MAX,
        reactions: true,
        replies: true,
        typing_in: false,
        typing_out: true,
        delivered_receipts: true,
        read_receipts: true,
        window_s: Some(WINDOW_S),
        idempotent_send: false,
        signs_body: true,
    },
    shown: &[("image", &["image/"]), ("video", &["video/"]), ("audio", &["audio/"]), ("file", &[""])],
    reaction: None,
    sticker: None,
    profile_fields: "first_name,last_name,profile_pic",
    account_fields: "name",
    metadata: true,
};

pub(crate) fn open(settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    Ok(Arc::new(Messaging::open(settings, &MEDIUM)?))
}

#[cfg(test)]
mod tests;
