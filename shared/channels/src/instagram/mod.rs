//! Instagram: the messages of a professional account. What it shares with Messenger is in `meta::messaging`.

use crate::channel::{Capabilities, TextUnit};
use crate::meta::messaging::{Medium, Messaging, QUICK_REPLIES_MAX, WINDOW_S};
use crate::settings::{Reader, SettingsError};
use crate::simulate::Simulated;
use patchbay_model::ChannelKind;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("app_secret", "0123456789abcdef0123456789abcdef"),
    ("verify_token", "an-invented-verify-token"),
    ("access_token", "an-invented-access-token"),
    ("account_id", "17841405822304914"),
];

/// Meta, "Instagram messaging", "Send messages": a text has 1,000 bytes of UTF-8.
static MEDIUM: Medium = Medium {
    kind: ChannelKind::Instagram,
    object: "instagram",
    id_key: "account_id",
    api_base: "https://graph.instagram.com",
    capabilities: Capabilities {
        text_max: 1_000,
        text_unit: TextUnit::Utf8,
        text_splits: true,
        attachments_max: 1,
        media_types: &["image/png", "image/jpeg", "audio/", "video/", "application/pdf"],
        locations: false,
        stickers: false,
        contacts: false,
        choices_max: QUICK_REPLIES_MAX,
        reactions: true,
        replies: true,
        typing_in: false,
        typing_out: true,
        delivered_receipts: false,
        read_receipts: true,
        window_s: Some(WINDOW_S),
        idempotent_send: false,
        signs_body: true,
    },
    shown: &[
        ("image", &["image/png", "image/jpeg"]),
        ("audio", &["audio/"]),
        ("video", &["video/"]),
        ("file", &["application/pdf"]),
    ],
    reaction: Some(("❤", "love")),
    sticker: Some("like_heart"),
    profile_fields: "name,username,profile_pic",
    account_fields: "name,username",
    metadata: false,
};

pub(crate) fn open(settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    Ok(Arc::new(Messaging::open(settings, &MEDIUM)?))
}

#[cfg(test)]
mod tests;
