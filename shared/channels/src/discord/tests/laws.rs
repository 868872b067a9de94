//! What holds for whatever comes.

use super::*;
use crate::testing::{LAW_CASES, nearly};
use proptest::prelude::*;
use std::sync::LazyLock;

const FIELDS: &[&str] = &[
    "id",
    "type",
    "token",
    "data",
    "name",
    "options",
    "value",
    "custom_id",
    "values",
    "components",
    "component",
    "resolved",
    "attachments",
    "url",
    "member",
    "user",
    "message",
    "op",
    "t",
    "s",
    "d",
    "author",
    "content",
    "channel_id",
    "guild_id",
    "user_id",
    "emoji",
    "event",
    "version",
    "sticker_items",
    "message_snapshots",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LAW_CASES))]

    #[test]
    fn whatever_comes_is_taken_and_told(mut document in nearly(FIELDS), envelope in 0..4) {
        if !document.is_object() {
            document = json!({ "data": document });
        }
        let document = match envelope {
            0 => document,
            1 => interaction(3, document),
            2 => json!({ "op": 0, "t": "MESSAGE_CREATE", "d": written(document) }),
            _ => json!({ "event": { "type": "LOBBY_MESSAGE_CREATE", "data": written(document) } }),
        };
        static DISCORD: LazyLock<Arc<dyn Simulated>> =
            LazyLock::new(|| channel(ChannelKind::Discord, &[FORWARDER]));
        let heard = heard(&**DISCORD, "", USER, &document.to_string());
        prop_assert!(matches!(heard.reply.status, 200 | 204 | 400));
        // Only what is known to need nothing gives nothing: a ping, a form to be filled in, what the bot did.
        let silent = heard.events.is_empty() && heard.problems.is_empty();
        prop_assert!(!silent || envelope != 3);
    }
}
