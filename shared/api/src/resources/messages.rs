//! Pages of messages.

use super::entries;
use crate::Shared;
use crate::error::ApiError;
use axum::Json;
use patchbay_center::frames::message_payload;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{load_messages, load_messages_after};
use patchbay_model::{ContactSid, ConversationSid, Seq};
use serde::Deserialize;
use serde_json::{Value, json};

/// Beyond every position: positions fit 53 bits.
const LAST: Seq = Seq((1 << 53) - 1);

/// Which messages: those before a position (the newest without), or those after one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    before: Option<u64>,
    after: Option<u64>,
    limit: Option<usize>,
}

/// One page, oldest first. `more` tells whether the direction of the question goes on.
pub(super) async fn page(
    center: &Shared,
    contact: &ContactSid,
    conversation: Option<&ConversationSid>,
    range: &Range,
) -> Result<Json<Value>, ApiError> {
    let limit = entries(range.limit)?;
    let table = center.table.as_ref();
    let (messages, more) = match (range.before, range.after) {
        (Some(_), Some(_)) => return Err(ApiError::bad_request("before and after exclude each other")),
        (None, Some(after)) => {
            let after = Seq(after.min(LAST.0));
            let wanted = |message: &patchbay_model::Message| {
                conversation.is_none_or(|sid| *sid == message.conversation_sid)
            };
            let found = load_messages_after(table, contact, after, limit, wanted).await?;
            let more = found.len() >= limit;
            (found, more)
        }
        (Some(0), None) => (Vec::new(), false),
        (before, None) => {
            let to = before.map_or(LAST, |before| Seq((before - 1).min(LAST.0)));
            load_messages(table, contact, (Seq(0), to), conversation, limit, Consistency::Strong).await?
        }
    };
    let messages: Vec<Value> =
        messages.iter().map(|message| message_payload(message, center.links())).collect();
    Ok(Json(json!({ "messages": messages, "more": more })))
}
