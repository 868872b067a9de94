//! Finding contacts, and messages of one.

use super::Sid;
use super::contacts::current;
use crate::Shared;
use crate::error::ApiError;
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use patchbay_center::frames::{contact_payload, message_payload};
use patchbay_center::search::{Found, search, search_messages};
use patchbay_model::{ContactSid, Seq};
use serde::Deserialize;
use serde_json::{Value, json};

/// Contacts of one answer.
const FOUND_MAX: usize = 50;
const FOUND_DEFAULT: usize = 20;
/// Beyond every position: positions fit 53 bits.
const LAST: u64 = (1 << 53) - 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    q: String,
    limit: Option<usize>,
}

pub(crate) async fn contacts(
    State(center): State<Shared>,
    Params(question): Params<Question>,
) -> Result<Json<Value>, ApiError> {
    let limit = question.limit.unwrap_or(FOUND_DEFAULT);
    if !(1..=FOUND_MAX).contains(&limit) {
        return Err(ApiError::bad_request(format!("limit is not in 1..={FOUND_MAX}")));
    }
    let (found, more) = search(&center, &question.q, limit).await?;
    let result = |Found { contact, matched, conversation }: &Found| {
        let mut result = json!({ "contact": contact_payload(contact, center.links()), "matched": matched });
        if let Some(conversation) = conversation {
            result["conversation"] = json!(conversation);
        }
        result
    };
    Ok(Json(json!({ "results": found.iter().map(result).collect::<Vec<_>>(), "more": more })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    q: String,
    before: Option<u64>,
}

/// Those of a contact before a position, of a bounded number that is looked through; `before` of the answer asks on.
pub(crate) async fn messages(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    Params(words): Params<Words>,
) -> Result<Json<Value>, ApiError> {
    let timeline = current(&center, &sid).await?.timeline();
    let to = words.before.map_or(LAST, |before| before.saturating_sub(1).min(LAST));
    let found = search_messages(&center, &timeline, &words.q, Seq(to)).await?;
    let messages: Vec<Value> =
        found.messages.iter().map(|message| message_payload(message, center.links())).collect();
    let mut answer = json!({ "messages": messages, "more": found.more_before.is_some() });
    if let Some(before) = found.more_before {
        answer["before"] = json!(before);
    }
    Ok(Json(answer))
}
