//! Conversations.

use super::Sid;
use super::messages::{self, Of, Range};
use crate::Shared;
use crate::error::ApiError;
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use patchbay_center::store::load_conversation_by_sid;
use patchbay_model::{Conversation, ConversationSid};
use serde_json::Value;

pub(crate) async fn fetch(
    State(center): State<Shared>,
    Sid(sid): Sid<ConversationSid>,
) -> Result<Json<Conversation>, ApiError> {
    let found = load_conversation_by_sid(center.table.as_ref(), &sid).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("conversation"))
}

pub(crate) async fn messages(
    State(center): State<Shared>,
    Sid(sid): Sid<ConversationSid>,
    Params(range): Params<Range>,
) -> Result<Json<Value>, ApiError> {
    messages::page(&center, &Of::Conversation(&sid), &range).await
}
