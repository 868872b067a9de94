//! Pages of messages.

use super::entries;
use crate::Shared;
use crate::error::ApiError;
use axum::Json;
use patchbay_center::frames::message_payload;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{load_messages, load_messages_after, load_timeline, load_timeline_after};
use patchbay_model::{ContactSid, ConversationSid, Message, Seq};
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

/// Whose messages.
pub(super) enum Of<'a> {
    /// A contact and those who were found to be the same.
    Contact(Vec<ContactSid>),
    Conversation(&'a ConversationSid),
}

/// One page, oldest first. `more` tells whether the direction of the question goes on.
pub(super) async fn page(center: &Shared, of: &Of<'_>, range: &Range) -> Result<Json<Value>, ApiError> {
    let limit = entries(range.limit)?;
    let table = center.table.as_ref();
    let (messages, more) = match (range.before, range.after) {
        (Some(_), Some(_)) => return Err(ApiError::bad_request("before and after exclude each other")),
        (None, Some(after)) => {
            let after = Seq(after.min(LAST.0));
            let found = match of {
                Of::Contact(timeline) => load_timeline_after(table, timeline, after, limit, |_| true).await?,
                Of::Conversation(sid) => {
                    let wanted = |message: &Message| message.conversation_sid == **sid;
                    load_messages_after(table, &sid.contact(), after, limit, wanted).await?
                }
            };
            let more = found.len() >= limit;
            (found, more)
        }
        (Some(0), None) => (Vec::new(), false),
        (before, None) => {
            let to = before.map_or(LAST, |before| Seq((before - 1).min(LAST.0)));
            match of {
                Of::Contact(timeline) => {
                    load_timeline(table, timeline, (Seq(0), to), limit, Consistency::Strong).await?
                }
                Of::Conversation(sid) => {
                    let range = (Seq(0), to);
                    load_messages(table, &sid.contact(), range, Some(sid), limit, Consistency::Strong).await?
                }
            }
        }
    };
    let messages: Vec<Value> =
        messages.iter().map(|message| message_payload(message, center.links())).collect();
    Ok(Json(json!({ "messages": messages, "more": more })))
}
